//! SQL of the job queue.

use sqlx::{AnyConnection, AssertSqlSafe};

use super::Lane;
use super::kind::PACK_PRICE_LIST;

crate::row! {
    /// A job under this process's lease. `attempts` fences: who took it later has a higher one.
    pub struct Claimed {
        pub id: String,
        pub kind: String,
        pub subject: String,
        pub attempts: i64,
    }
}

crate::row! {
    pub struct Row {
        pub id: String,
        pub kind: String,
        pub subject: String,
        pub state: String,
        pub attempts: i64,
        pub created_at: i64,
        pub last_error: Option<String>,
    }
}

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

/// What is due at `$1` in a lane.
fn due(lane: Lane) -> String {
    let kind = match lane {
        Lane::Usual => "<>",
        Lane::Packing => "=",
    };
    format!("kind {kind} '{PACK_PRICE_LIST}' AND ((state = 'queued' AND run_after <= $1) OR (state = 'running' AND lease_until < $1))")
}

/// Whether anything waits for its time that has come, or was left behind by a process that died.
pub async fn any_due(connection: &mut AnyConnection, lane: Lane, now: i64) -> sqlx::Result<bool> {
    let statement = format!("SELECT CAST(1 AS BIGINT) FROM jobs WHERE {} LIMIT 1", due(lane));
    let found: Option<i64> = sqlx::query_scalar(AssertSqlSafe(statement)).bind(now).fetch_optional(connection).await?;
    Ok(found.is_some())
}

/// Takes the longest waiting due job, or one whose lease ran out.
pub async fn claim(
    connection: &mut AnyConnection,
    lane: Lane,
    skip_locked: &'static str,
    owner: &str,
    now: i64,
    lease_until: i64,
) -> sqlx::Result<Option<Claimed>> {
    let statement = format!(
        "UPDATE jobs SET state = 'running', attempts = attempts + 1, lease_owner = $2, lease_until = $3 WHERE id IN (\
         SELECT id FROM jobs WHERE {} ORDER BY run_after, id LIMIT 1{skip_locked}) RETURNING id, kind, subject, attempts",
        due(lane)
    );
    sqlx::query_as(AssertSqlSafe(statement)).bind(now).bind(owner).bind(lease_until).fetch_optional(connection).await
}

/// Moves the end of a lease; whether the job is still this process's.
pub async fn renew(connection: &mut AnyConnection, job: &Claimed, lease_until: i64) -> sqlx::Result<bool> {
    let renewed = sqlx::query("UPDATE jobs SET lease_until = $3 WHERE id = $1 AND attempts = $2 AND state = 'running'")
        .bind(&job.id)
        .bind(job.attempts)
        .bind(lease_until)
        .execute(connection)
        .await?;
    Ok(renewed.rows_affected() == 1)
}

pub async fn done(connection: &mut AnyConnection, job: &Claimed, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE jobs SET state = 'done', finished_at = $3, last_error = NULL, lease_owner = NULL, lease_until = NULL \
         WHERE id = $1 AND attempts = $2 AND state = 'running'",
    )
    .bind(&job.id)
    .bind(job.attempts)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts a failed job back for `again`, or aside for good.
pub async fn put_back(connection: &mut AnyConnection, job: &Claimed, again: Option<i64>, error: &str, now: i64) -> sqlx::Result<()> {
    let state = if again.is_some() { "queued" } else { "failed" };
    sqlx::query(
        "UPDATE jobs SET state = $3, run_after = $4, last_error = $5, finished_at = $6, lease_owner = NULL, lease_until = NULL \
         WHERE id = $1 AND attempts = $2 AND state = 'running'",
    )
    .bind(&job.id)
    .bind(job.attempts)
    .bind(state)
    .bind(again.unwrap_or(now))
    .bind(error)
    .bind(if again.is_some() { None::<i64> } else { Some(now) })
    .execute(connection)
    .await?;
    Ok(())
}

/// Newest first; without a state, all that is not done.
pub async fn list(connection: &mut AnyConnection, state: &str, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "SELECT id, kind, subject, state, attempts, created_at, last_error FROM jobs \
         WHERE state = $1 OR ($1 = '' AND state <> 'done') ORDER BY id DESC LIMIT $2",
    )
    .bind(state)
    .bind(limit)
    .fetch_all(connection)
    .await
}

pub async fn get(connection: &mut AnyConnection, for_update: &'static str, id: &str) -> sqlx::Result<Option<Row>> {
    let statement = format!("SELECT id, kind, subject, state, attempts, created_at, last_error FROM jobs WHERE id = $1{for_update}");
    sqlx::query_as(AssertSqlSafe(statement)).bind(id).fetch_optional(connection).await
}

/// Starts a failed job over, with all its attempts.
pub async fn queue_again(connection: &mut AnyConnection, id: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE jobs SET state = 'queued', attempts = 0, run_after = $2, finished_at = NULL WHERE id = $1 AND state = 'failed'")
        .bind(id)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}
