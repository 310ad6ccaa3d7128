//! SQL of the audit trail.

use sqlx::{AnyConnection, AssertSqlSafe};

use crate::db::rows_of_placeholders;

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

pub async fn insert(connection: &mut AnyConnection, rows: &[Row]) -> sqlx::Result<()> {
    let sql = format!("INSERT INTO audit (id, at, actor, action, subject, before_data, after_data) VALUES {}", rows_of_placeholders(rows.len(), 7));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for row in rows {
        query = query.bind(&row.id).bind(row.at).bind(&row.actor).bind(&row.action).bind(&row.subject).bind(&row.before_data).bind(&row.after_data);
    }
    query.execute(connection).await?;
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

/// These rows, the oldest first.
pub async fn of_ids(connection: &mut AnyConnection, ids: &std::collections::HashSet<String>) -> sqlx::Result<Vec<Row>> {
    const CHUNK: usize = 500;
    let mut ids: Vec<&String> = ids.iter().collect();
    ids.sort();
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let sql = format!(
            "SELECT id, at, actor, action, subject, before_data, after_data FROM audit WHERE id IN ({}) ORDER BY id",
            crate::db::placeholders(1, chunk.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in chunk {
            query = query.bind(*id);
        }
        rows.extend(query.fetch_all(&mut *connection).await?);
    }
    Ok(rows)
}
