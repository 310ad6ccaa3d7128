//! SQL of customers, their contacts, and what happened with them.

use std::collections::HashMap;

use kontor_shared::ids::CustomerId;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::db::placeholders;

pub mod contacts;
pub mod master;
pub mod person;
pub mod requests;

crate::row! {
    /// A customer as lists need it.
    pub struct Light {
        pub id: String,
        pub code: String,
        pub name: String,
        pub name_folded: String,
        pub country: String,
        pub region: String,
        pub price_type: String,
        pub state: String,
        pub manager_id: Option<String>,
        /// The manager's log-in.
        pub manager: Option<String>,
    }
}

pub async fn register(connection: &mut AnyConnection) -> sqlx::Result<Vec<Light>> {
    sqlx::query_as(
        "SELECT c.id, c.code, c.name, c.name_folded, c.country, c.region, c.price_type, c.state, c.manager_id, u.login AS manager \
         FROM customers c LEFT JOIN users u ON u.id = c.manager_id",
    )
    .fetch_all(connection)
    .await
}

/// Orders that were not called off, and the day of the last, by customer id.
pub async fn sales_of(connection: &mut AnyConnection, customers: &[CustomerId]) -> sqlx::Result<HashMap<String, (i64, Option<String>)>> {
    if customers.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT customer_id, COUNT(*), MAX(ordered_day) FROM orders \
         WHERE customer_id IN ({}) AND kind = 'sale' AND state NOT IN ('draft', 'cancelled', 'refused') GROUP BY customer_id",
        placeholders(1, customers.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for customer in customers {
        query = query.bind(customer.to_string());
    }
    let rows: Vec<(String, i64, Option<String>)> = query.fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(customer, orders, last)| (customer, (orders, last))).collect())
}

/// How many sales were not called off, and the sum without VAT of those confirmed or later, in one currency.
pub async fn turnover(connection: &mut AnyConnection, customer: CustomerId, currency: &str) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as(
        "SELECT COUNT(*), COALESCE(CAST(SUM(CASE WHEN currency = $2 AND state IN ('confirmed', 'part_shipped', 'shipped', 'closed') THEN net ELSE 0 END) AS BIGINT), 0) \
         FROM orders WHERE customer_id = $1 AND kind = 'sale' AND state NOT IN ('draft', 'cancelled', 'refused')",
    )
    .bind(customer.to_string())
    .bind(currency)
    .fetch_one(connection)
    .await
}

crate::row! {
    /// Something on a customer's timeline.
    pub struct Happened {
        pub at: i64,
        pub id: String,
        pub number: String,
        pub state: String,
        pub amount: Option<i64>,
        pub currency: Option<String>,
        pub text: String,
    }
}

/// Asks for one kind of what stands on the timeline, by one of the statements below: what came before an instant, or at it
/// with an id below.
pub async fn happened(
    connection: &mut AnyConnection,
    customer: CustomerId,
    at: i64,
    id_below: &str,
    limit: i64,
    sql: &'static str,
) -> sqlx::Result<Vec<Happened>> {
    sqlx::query_as(sql).bind(customer.to_string()).bind(at).bind(id_below).bind(limit).fetch_all(connection).await
}

/// Orders, newest first. `text` is the buyer's own number, or the kind of
/// an imported document that is no sale.
pub const ORDERS: &str = "SELECT ordered_at AS at, id, number, state, gross AS amount, currency, CASE WHEN kind = 'sale' THEN po_number ELSE kind END AS text FROM orders \
     WHERE customer_id = $1 AND (ordered_at < $2 OR (ordered_at = $2 AND id < $3)) ORDER BY ordered_at DESC, id DESC LIMIT $4";

/// Documents, the same way; `state` is the kind of document.
pub const DOCUMENTS: &str = "SELECT posted_at AS at, id, number_text AS number, kind AS state, gross AS amount, currency, document_date AS text FROM documents \
     WHERE customer_id = $1 AND (posted_at < $2 OR (posted_at = $2 AND id < $3)) ORDER BY posted_at DESC, id DESC LIMIT $4";

/// Messages, the same way; `text` is the subject.
pub const MESSAGES: &str = "SELECT created_at AS at, id, channel AS number, state, CAST(NULL AS BIGINT) AS amount, CAST(NULL AS TEXT) AS currency, subject AS text FROM messages \
     WHERE customer_id = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3)) ORDER BY created_at DESC, id DESC LIMIT $4";

/// Moves from segment to segment, the same way; `state` is the segment it came into, `text` the one it left. A first verdict
/// is no move.
pub const SEGMENT_CHANGES: &str = "SELECT at, id, as_of AS number, segment AS state, CAST(NULL AS BIGINT) AS amount, CAST(NULL AS TEXT) AS currency, before_segment AS text \
     FROM segment_changes WHERE customer_id = $1 AND before_segment <> '' AND (at < $2 OR (at = $2 AND id < $3)) ORDER BY at DESC, id DESC LIMIT $4";

/// Changes of the customer's data, the same way; `state` is the action, `text` who did it.
pub const CHANGES: &str = "SELECT at, id, '' AS number, action AS state, CAST(NULL AS BIGINT) AS amount, CAST(NULL AS TEXT) AS currency, actor AS text FROM audit \
     WHERE subject = $1 AND action <> 'request.ask' AND (at < $2 OR (at = $2 AND id < $3)) ORDER BY at DESC, id DESC LIMIT $4";

/// What the customer asked to have changed, the same way.
pub const ASKED: &str = "SELECT asked_at AS at, id, '' AS number, state, CAST(NULL AS BIGINT) AS amount, CAST(NULL AS TEXT) AS currency, text FROM customer_requests \
     WHERE customer_id = $1 AND (asked_at < $2 OR (asked_at = $2 AND id < $3)) ORDER BY asked_at DESC, id DESC LIMIT $4";
