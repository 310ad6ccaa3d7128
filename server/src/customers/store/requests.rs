//! SQL of the changes customers ask for.

use kontor_shared::ids::CustomerId;
use sqlx::{AnyConnection, AssertSqlSafe};

crate::row! {
    /// A row of `customer_requests`.
    #[derive(Clone, Debug)]
    pub struct Request {
        pub id: String,
        pub customer_id: String,
        pub text: String,
        pub state: String,
        pub asked_at: i64,
        pub asked_by: String,
        pub answer: String,
        pub answered_at: Option<i64>,
        pub answered_by: String,
    }
}

const REQUEST: &str = "SELECT id, customer_id, text, state, asked_at, asked_by, answer, answered_at, answered_by FROM customer_requests";

/// The newest first.
pub async fn of_customer(connection: &mut AnyConnection, customer: CustomerId, limit: i64) -> sqlx::Result<Vec<Request>> {
    sqlx::query_as(AssertSqlSafe(format!("{REQUEST} WHERE customer_id = $1 ORDER BY asked_at DESC, id DESC LIMIT $2")))
        .bind(customer.to_string())
        .bind(limit)
        .fetch_all(connection)
        .await
}

pub async fn locked(connection: &mut AnyConnection, id: &str, for_update: &str) -> sqlx::Result<Option<Request>> {
    sqlx::query_as(AssertSqlSafe(format!("{REQUEST} WHERE id = $1{for_update}"))).bind(id).fetch_optional(connection).await
}

pub async fn open_of_customer(connection: &mut AnyConnection, customer: CustomerId) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM customer_requests WHERE customer_id = $1 AND state = 'open'")
        .bind(customer.to_string())
        .fetch_one(connection)
        .await
}

/// Customers with a request nobody has answered.
pub async fn asking(connection: &mut AnyConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT DISTINCT customer_id FROM customer_requests WHERE state = 'open'").fetch_all(connection).await
}

pub async fn insert(connection: &mut AnyConnection, id: &str, customer: CustomerId, text: &str, actor: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO customer_requests (id, customer_id, text, state, asked_at, asked_by) VALUES ($1, $2, $3, 'open', $4, $5)")
        .bind(id)
        .bind(customer.to_string())
        .bind(text)
        .bind(now)
        .bind(actor)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn answer(connection: &mut AnyConnection, id: &str, state: &str, answer: &str, actor: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE customer_requests SET state = $2, answer = $3, answered_at = $4, answered_by = $5 WHERE id = $1")
        .bind(id)
        .bind(state)
        .bind(answer)
        .bind(now)
        .bind(actor)
        .execute(connection)
        .await?;
    Ok(())
}
