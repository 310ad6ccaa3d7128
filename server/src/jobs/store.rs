//! SQL of the job queue.

use sqlx::AnyConnection;

pub async fn insert(connection: &mut AnyConnection, id: &str, kind: &str, subject: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO jobs (id, kind, subject, state, attempts, run_after, created_at) VALUES ($1, $2, $3, 'queued', 0, $4, $4) \
         ON CONFLICT (kind, subject) DO NOTHING",
    )
    .bind(id)
    .bind(kind)
    .bind(subject)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}
