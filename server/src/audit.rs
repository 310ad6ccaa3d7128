//! The audit trail: who changed what, when, from what to what. Append-only.

use axum::Json;
use axum::extract::{Query, State};
use kontor_shared::api::{AuditPage, AuditRow};
use kontor_shared::audit::Action;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

use crate::AppState;
use crate::error::Result;
use crate::time::{Clock, rfc3339};

pub mod store;

/// An audit row to write in the transaction of the change it tells of.
pub fn entry<T: Serialize>(clock: &Clock, actor: &str, action: Action, subject: &str, before: Option<&T>, after: Option<&T>) -> anyhow::Result<store::Row> {
    let text = |value: Option<&T>| value.map(serde_json::to_string).transpose();
    Ok(store::Row {
        id: clock.new_id().to_string(),
        at: clock.now_ms(),
        actor: actor.into(),
        action: action.code().into(),
        subject: subject.into(),
        before_data: text(before)?,
        after_data: text(after)?,
    })
}

/// Writes entries, all by one statement; keep them to a few dozen.
pub async fn write(connection: &mut AnyConnection, entries: &[store::Row]) -> sqlx::Result<()> {
    store::insert(connection, entries).await
}

/// Writes one audit row in the transaction of the change it tells of.
pub async fn record<T: Serialize>(
    connection: &mut AnyConnection,
    clock: &Clock,
    actor: &str,
    action: Action,
    subject: &str,
    before: Option<&T>,
    after: Option<&T>,
) -> anyhow::Result<()> {
    Ok(write(connection, &[entry(clock, actor, action, subject, before, after)?]).await?)
}

#[derive(Deserialize)]
pub struct After {
    /// The last id of the page before.
    after: Option<String>,
}

/// `GET /api/audit`
pub async fn list(State(state): State<AppState>, Query(page): Query<After>) -> Result<Json<AuditPage>> {
    const PAGE: usize = 100;
    let mut connection = state.db.read().await?;
    let mut rows = store::list(&mut connection, page.after.as_deref(), PAGE as i64 + 1).await?;
    let next = (rows.len() > PAGE).then(|| rows[PAGE - 1].id.clone());
    rows.truncate(PAGE);
    let rows = rows
        .into_iter()
        .map(|row| AuditRow { at: rfc3339(row.at), actor: row.actor, action: row.action, subject: row.subject, before: row.before_data, after: row.after_data })
        .collect();
    Ok(Json(AuditPage { rows, next }))
}
