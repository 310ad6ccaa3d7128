//! SQL of import runs and their refusals.

use anyhow::Context;
use kontor_shared::api::{ImportReport, Refusal};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::run::Tally;
use crate::db::rows_of_placeholders;
use crate::time::rfc3339;

crate::row! {
    pub struct Row {
        pub id: String,
        pub kind: String,
        pub files: String,
        pub state: String,
        pub started_at: i64,
        pub created_rows: i64,
        pub changed_rows: i64,
        pub unchanged_rows: i64,
        pub refused_rows: i64,
        pub groups_created: i64,
        pub notes: String,
        pub told: String,
        pub error: Option<String>,
    }
}

impl Row {
    pub fn report(self, refusals: Vec<Refusal>) -> anyhow::Result<ImportReport> {
        let (created, changed) = (self.created_rows as u64, self.changed_rows as u64);
        let (unchanged, refused) = (self.unchanged_rows as u64, self.refused_rows as u64);
        Ok(ImportReport {
            id: Some(self.id.parse().context("stored import id")?),
            kind: self.kind,
            files: serde_json::from_str(&self.files).context("stored file names")?,
            dry_run: false,
            started_at: rfc3339(self.started_at),
            state: self.state,
            read: created + changed + unchanged + refused,
            created,
            changed,
            unchanged,
            refused,
            groups_created: self.groups_created as u64,
            refusals,
            next: None,
            notes: serde_json::from_str(&self.notes).context("stored notes")?,
            told: serde_json::from_str(&self.told).context("stored codes of notes")?,
            error: self.error,
        })
    }
}

/// Locks the catalogue's row and gives the visible seq.
pub async fn lock_catalogue(connection: &mut AnyConnection, for_update: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar(AssertSqlSafe(format!("SELECT visible_seq FROM catalog_state WHERE id = 1{for_update}"))).fetch_one(connection).await
}

/// The run in progress: its id, its kind and the end of its lease.
pub async fn running(connection: &mut AnyConnection) -> sqlx::Result<Option<(String, String, i64)>> {
    sqlx::query_as("SELECT id, kind, lease_until FROM imports WHERE state = 'running' ORDER BY id LIMIT 1").fetch_optional(connection).await
}

pub async fn last_seq(connection: &mut AnyConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM imports").fetch_one(connection).await
}

#[allow(clippy::too_many_arguments)]
pub async fn insert(connection: &mut AnyConnection, id: &str, kind: &str, files: &str, actor: &str, seq: i64, now: i64, lease_until: i64) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO imports (id, kind, files, actor, state, seq, started_at, lease_until, read_rows, created_rows, changed_rows, unchanged_rows, \
         refused_rows, groups_created, notes) VALUES ($1, $2, $3, $4, 'running', $5, $6, $7, 0, 0, 0, 0, 0, 0, '[]')",
    )
    .bind(id)
    .bind(kind)
    .bind(files)
    .bind(actor)
    .bind(seq)
    .bind(now)
    .bind(lease_until)
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends the running run of `actor`, whose process is gone; should it live, it can write nothing more.
pub async fn abandon(connection: &mut AnyConnection, actor: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE imports SET state = 'failed', finished_at = $2, error = 'it was interrupted' WHERE state = 'running' AND actor = $1")
        .bind(actor)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether the run still holds its lease, renewed until `lease_until`.
pub async fn renew(connection: &mut AnyConnection, id: &str, lease_until: i64) -> sqlx::Result<bool> {
    let done = sqlx::query("UPDATE imports SET lease_until = $2 WHERE id = $1 AND state = 'running'").bind(id).bind(lease_until).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn fail(connection: &mut AnyConnection, id: &str, now: i64, error: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE imports SET state = 'failed', finished_at = $2, error = $3 WHERE id = $1 AND state = 'running'")
        .bind(id)
        .bind(now)
        .bind(error)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn finish(connection: &mut AnyConnection, id: &str, now: i64, tally: &Tally) -> anyhow::Result<()> {
    sqlx::query(
        "UPDATE imports SET state = 'done', finished_at = $2, read_rows = $3, created_rows = $4, changed_rows = $5, unchanged_rows = $6, \
         refused_rows = $7, groups_created = $8, notes = $9, told = $10 WHERE id = $1",
    )
    .bind(id)
    .bind(now)
    .bind(tally.read() as i64)
    .bind(tally.created as i64)
    .bind(tally.changed as i64)
    .bind(tally.unchanged as i64)
    .bind(tally.refused as i64)
    .bind(tally.groups_created as i64)
    .bind(serde_json::to_string(&tally.said())?)
    .bind(serde_json::to_string(&tally.told())?)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_refusals(connection: &mut AnyConnection, id: &str, first: i64, refusals: &[Refusal]) -> anyhow::Result<()> {
    let sql =
        format!("INSERT INTO import_refusals (import_id, no, file, row_no, value, reason, code, args) VALUES {}", rows_of_placeholders(refusals.len(), 8));
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
    for (at, refusal) in refusals.iter().enumerate() {
        query = query.bind(id.to_string()).bind(first + at as i64).bind(&refusal.file).bind(refusal.row as i64).bind(&refusal.value).bind(&refusal.reason);
        query = query.bind(&refusal.code).bind(serde_json::to_string(&refusal.args)?);
    }
    query.execute(connection).await?;
    Ok(())
}

/// Newest first; ids are UUIDv7, so their order is the order of time.
pub async fn list(connection: &mut AnyConnection, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "SELECT id, kind, files, state, started_at, created_rows, changed_rows, unchanged_rows, refused_rows, groups_created, notes, told, error \
         FROM imports ORDER BY id DESC LIMIT $1",
    )
    .bind(limit)
    .fetch_all(connection)
    .await
}

pub async fn by_id(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(
        "SELECT id, kind, files, state, started_at, created_rows, changed_rows, unchanged_rows, refused_rows, groups_created, notes, told, error \
         FROM imports WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await
}

/// Refusals of a run after the one numbered `after`, in the order they came.
pub async fn refusals(connection: &mut AnyConnection, id: &str, after: i64, limit: i64) -> anyhow::Result<Vec<Refusal>> {
    let rows: Vec<(String, i64, String, String, String, String)> =
        sqlx::query_as("SELECT file, row_no, value, reason, code, args FROM import_refusals WHERE import_id = $1 AND no > $2 ORDER BY no LIMIT $3")
            .bind(id)
            .bind(after)
            .bind(limit)
            .fetch_all(connection)
            .await?;
    let refusal = |(file, row, value, reason, code, args): (String, i64, String, String, String, String)| {
        Ok(Refusal { file, row: row as u64, value, reason, code, args: serde_json::from_str(&args).context("stored arguments of a reason")? })
    };
    rows.into_iter().map(refusal).collect()
}
