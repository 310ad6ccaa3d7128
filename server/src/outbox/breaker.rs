//! Scopes left alone for a while because a mail server said so too often: the firm's own mail server, a recipient's
//! domain, or a mailing, which is then paused. Mails about orders are not held back by them.

use std::collections::HashMap;

use kontor_shared::sending::{TRIP_AFTER, pause_ms};
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::db::placeholders;

/// The scope of the firm's own mail server.
pub const SMARTHOST: &str = "smarthost";

/// What the scope of a recipient's domain begins with.
pub const DOMAIN: &str = "domain:";

/// The scope of a recipient's domain.
pub fn domain_scope(domain: &str) -> String {
    format!("{DOMAIN}{domain}")
}

/// The scope of a mailing.
pub fn mailing_scope(mailing: &str) -> String {
    format!("mailing:{mailing}")
}

/// Those of `scopes` nothing is sent to now, with the end of that.
pub async fn open(connection: &mut AnyConnection, scopes: &[String], now: i64) -> sqlx::Result<HashMap<String, i64>> {
    if scopes.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT scope, open_until FROM breakers WHERE open_until > $1 AND scope IN ({})", placeholders(2, scopes.len()));
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(now);
    let rows: Vec<(String, i64)> = scopes.iter().fold(query, |query, scope| query.bind(scope)).fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// When a scope may be tried again, where it may not now.
pub async fn open_until(connection: &mut AnyConnection, scope: &str, now: i64) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("SELECT open_until FROM breakers WHERE scope = $1 AND open_until > $2").bind(scope).bind(now).fetch_optional(connection).await
}

/// Counts a refusal; gives how many there were in a row. From [`TRIP_AFTER`] on the scope is left alone for a while; what
/// is refused while it already is was under way, and counts no more.
pub async fn failed(connection: &mut AnyConnection, scope: &str, why: &str, now: i64) -> sqlx::Result<i64> {
    let failures: Option<i64> = sqlx::query_scalar(
        "INSERT INTO breakers (scope, failures, open_until, reason, changed_at) VALUES ($1, 1, 0, $2, $3) \
         ON CONFLICT (scope) DO UPDATE SET failures = breakers.failures + 1, reason = excluded.reason, changed_at = excluded.changed_at \
         WHERE breakers.open_until <= $3 RETURNING failures",
    )
    .bind(scope)
    .bind(why)
    .bind(now)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(failures) = failures else { return Ok(TRIP_AFTER) };
    if let Some(pause) = pause_ms(failures) {
        sqlx::query("UPDATE breakers SET open_until = $2 WHERE scope = $1").bind(scope).bind(now + pause).execute(connection).await?;
    }
    Ok(failures)
}

/// A message went through: what was counted against these scopes is forgotten.
pub async fn succeeded(connection: &mut AnyConnection, scopes: &[String]) -> sqlx::Result<()> {
    let sql = format!("SELECT scope FROM breakers WHERE scope IN ({})", placeholders(1, scopes.len()));
    let known: Vec<String> = scopes.iter().fold(sqlx::query_scalar(AssertSqlSafe(sql)), |query, scope| query.bind(scope)).fetch_all(&mut *connection).await?;
    for scope in known {
        sqlx::query("DELETE FROM breakers WHERE scope = $1").bind(scope).execute(&mut *connection).await?;
    }
    Ok(())
}
