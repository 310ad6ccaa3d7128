//! SQL of what letters say of customers and people: each statement answers for a batch of readers.

use kontor_shared::customers::Channel;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::customers::consents::Said;
use crate::db::placeholders;

crate::row! {
    /// A product somebody ordered, and how often.
    pub struct Bought {
        pub customer_id: String,
        pub product_code: String,
        pub times: i64,
        pub last_day: String,
    }
}

/// What customers ordered, by product.
pub async fn bought(connection: &mut AnyConnection, customers: &[&str]) -> sqlx::Result<Vec<Bought>> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT o.customer_id, l.product_code, COUNT(*) AS times, MAX(o.ordered_day) AS last_day FROM orders o JOIN order_lines l ON l.order_id = o.id \
         WHERE o.customer_id IN ({}) AND o.kind = 'sale' AND o.state NOT IN ('draft', 'cancelled', 'refused') AND l.verdict <> 'refused' AND l.quantity > 0 \
         GROUP BY o.customer_id, l.product_code",
        placeholders(1, customers.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for customer in customers {
        query = query.bind(*customer);
    }
    query.fetch_all(connection).await
}

crate::row! {
    /// A customer as letters name it.
    #[derive(Clone)]
    pub struct Customer {
        pub id: String,
        pub code: String,
        pub name: String,
        pub country: String,
        pub price_type: String,
        pub discount: i64,
        pub last_order: Option<String>,
    }
}

pub async fn customers(connection: &mut AnyConnection, customers: &[String]) -> sqlx::Result<Vec<Customer>> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT c.id, c.code, c.name, c.country, c.price_type, c.discount, (SELECT MAX(o.ordered_day) FROM orders o WHERE o.customer_id = c.id \
         AND o.kind = 'sale' AND o.state NOT IN ('draft', 'cancelled', 'refused')) AS last_order FROM customers c WHERE c.id IN ({})",
        placeholders(1, customers.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for customer in customers {
        query = query.bind(customer);
    }
    query.fetch_all(connection).await
}

/// A person as letters name them.
#[derive(Clone)]
pub struct Contact {
    pub id: String,
    pub name: String,
    pub position: String,
    /// When the person agreed to mailings to this address, if that is known.
    pub agreed_at: Option<i64>,
}

pub async fn contacts(connection: &mut AnyConnection, contacts: &[String]) -> sqlx::Result<Vec<Contact>> {
    if contacts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT id, name, position, email FROM contacts WHERE id IN ({})", placeholders(1, contacts.len()));
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for contact in contacts {
        query = query.bind(contact);
    }
    let rows: Vec<(String, String, String, String)> = query.fetch_all(&mut *connection).await?;
    let ids: Vec<&str> = contacts.iter().map(String::as_str).collect();
    let said = Said::load(connection, Channel::Email, Some(&ids)).await?;
    let agreed_at = |id: &str, email: &str| said.facts(id, email).into_iter().filter(|one| one.granted).map(|one| one.at).max();
    Ok(rows.into_iter().map(|(id, name, position, email)| Contact { agreed_at: agreed_at(&id, &email), id, name, position }).collect())
}

/// Log-ins of staff who can sign in, in no order.
pub async fn staff_log_ins(connection: &mut AnyConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT login FROM users WHERE role <> 'buyer' AND disabled = 0").fetch_all(connection).await
}
