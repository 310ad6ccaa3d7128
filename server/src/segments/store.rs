//! SQL of segments: the days of the orders that count, and the register.

use kontor_shared::ids::CustomerId;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::db::placeholders;

/// Customer and day of every counted order before a day, one row per order.
pub async fn order_days(connection: &mut AnyConnection, before: &str) -> sqlx::Result<Vec<(String, String)>> {
    sqlx::query_as(
        "SELECT customer_id, ordered_day FROM orders \
         WHERE customer_id IS NOT NULL AND kind = 'sale' AND counted = 1 AND state NOT IN ('draft', 'cancelled', 'refused') AND ordered_day < $1",
    )
    .bind(before)
    .fetch_all(connection)
    .await
}

/// The same for a few customers, of all days.
pub async fn order_days_of(connection: &mut AnyConnection, customers: &[CustomerId]) -> sqlx::Result<Vec<(String, String)>> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT customer_id, ordered_day FROM orders \
         WHERE customer_id IN ({}) AND kind = 'sale' AND counted = 1 AND state NOT IN ('draft', 'cancelled', 'refused')",
        placeholders(1, customers.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for customer in customers {
        query = query.bind(customer.to_string());
    }
    query.fetch_all(connection).await
}

/// Id, code, name and folded name of every customer.
pub async fn register(connection: &mut AnyConnection) -> sqlx::Result<Vec<(String, String, String, String)>> {
    sqlx::query_as("SELECT id, code, name, name_folded FROM customers").fetch_all(connection).await
}
