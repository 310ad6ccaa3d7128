//! What is under way, as the command line shows it, and how a person lets it go on.

use kontor_shared::audit::Action;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use sqlx::AnyConnection;

use super::breaker;
use crate::time::rfc3339;
use crate::{AppState, audit};

#[derive(Debug, Serialize)]
pub struct Status {
    /// Why nothing is sent at all; absent: it is.
    pub paused: Option<String>,
    pub mailings: Vec<Mailing>,
    pub left_alone: Vec<LeftAlone>,
}

/// A mailing that is not over, with its messages by state.
#[derive(Debug, Serialize)]
pub struct Mailing {
    pub mailing: String,
    pub name: String,
    pub state: String,
    pub reason: String,
    pub messages: BTreeMap<String, i64>,
}

/// A scope nothing is sent to for a while.
#[derive(Debug, Serialize)]
pub struct LeftAlone {
    pub scope: String,
    pub until: String,
    pub reason: String,
}

pub async fn load(connection: &mut AnyConnection, now: i64) -> sqlx::Result<Status> {
    let sending: Option<(i64, String)> = sqlx::query_as("SELECT paused, reason FROM sending WHERE id = 1").fetch_optional(&mut *connection).await?;
    let rows: Vec<(String, String, String, String)> =
        sqlx::query_as("SELECT id, name, state, paused_reason FROM mailings WHERE state IN ('frozen', 'running', 'paused') ORDER BY created_at, id")
            .fetch_all(&mut *connection)
            .await?;
    let mut mailings = Vec::new();
    for (mailing, name, state, reason) in rows {
        let messages = counts(connection, &mailing).await?;
        mailings.push(Mailing { mailing, name, state, reason, messages });
    }
    let open: Vec<(String, i64, String)> =
        sqlx::query_as("SELECT scope, open_until, reason FROM breakers WHERE open_until > $1").bind(now).fetch_all(connection).await?;
    let mut left_alone: Vec<LeftAlone> = open.into_iter().map(|(scope, until, reason)| LeftAlone { scope, until: rfc3339(until), reason }).collect();
    left_alone.sort_by(|one, other| one.scope.cmp(&other.scope));
    let paused = match sending {
        Some((0, _)) => None,
        Some((_, reason)) => Some(reason),
        None => Some("the database does not say".into()),
    };
    Ok(Status { paused, mailings, left_alone })
}

/// A mailing's messages by state.
pub async fn counts(connection: &mut AnyConnection, mailing: &str) -> sqlx::Result<BTreeMap<String, i64>> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT state, COUNT(*) FROM messages WHERE mailing_id = $1 GROUP BY state").bind(mailing).fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// Writes to a scope again before its pause is over, and its messages at once; whether it was left alone at all.
pub async fn close_breaker(connection: &mut AnyConnection, state: &AppState, scope: &str, actor: &str) -> anyhow::Result<bool> {
    let reason: Option<String> =
        sqlx::query_scalar("DELETE FROM breakers WHERE scope = $1 RETURNING reason").bind(scope).fetch_optional(&mut *connection).await?;
    let Some(reason) = reason else { return Ok(false) };
    if let Some(domain) = scope.strip_prefix(breaker::DOMAIN) {
        sqlx::query("UPDATE messages SET run_after = $2 WHERE state = 'queued' AND mailing_id IS NOT NULL AND domain = $1 AND run_after > $2")
            .bind(domain)
            .bind(state.clock.now_ms())
            .execute(&mut *connection)
            .await?;
    }
    audit::record(connection, &state.clock, actor, Action::SendingResume, scope, Some(&json!({"reason": reason})), None).await?;
    Ok(true)
}
