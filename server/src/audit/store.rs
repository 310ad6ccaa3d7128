//! SQL of the audit trail.

use sqlx::AnyConnection;

crate::row! {
    pub struct Row {
        pub id: String,
        pub at: i64,
        pub actor: String,
        pub action: String,
        pub subject: String,
        pub before_data: Option<String>,
        pub after_data: Option<String>,
    }
}

#[allow(clippy::too_many_arguments)]
pub async fn insert(
    connection: &mut AnyConnection,
    id: &str,
    at: i64,
    actor: &str,
    action: &str,
    subject: &str,
    before: Option<String>,
    after: Option<String>,
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO audit (id, at, actor, action, subject, before_data, after_data) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(id)
        .bind(at)
        .bind(actor)
        .bind(action)
        .bind(subject)
        .bind(before)
        .bind(after)
        .execute(connection)
        .await?;
    Ok(())
}

/// Newest first; ids are UUIDv7, so their order is the order of time.
pub async fn list(connection: &mut AnyConnection, after: Option<&str>, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "SELECT id, at, actor, action, subject, before_data, after_data FROM audit \
         WHERE $1 = '' OR id < $1 ORDER BY id DESC LIMIT $2",
    )
    .bind(after.unwrap_or(""))
    .bind(limit)
    .fetch_all(connection)
    .await
}
