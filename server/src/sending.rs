//! Whether anything is sent at all: one row for all servers. A restored database starts paused, so that nothing goes out
//! a second time until a person has looked and releases it. Orders go on.

use axum::extract::State;
use kontor_shared::api::operations::Sending;
use kontor_shared::audit::Action;
use sqlx::AnyConnection;

use crate::error::Result;
use crate::extract::Json;
use crate::time::{Clock, rfc3339};
use crate::{AppState, audit, auth};

pub mod breakers;

/// Why it is paused after a restore, as the `reason` column has it.
pub const RESTORED: &str = "restored";

crate::row! {
    struct Row {
        paused: i64,
        reason: String,
        changed_at: i64,
        changed_by: String,
        waiting: i64,
    }
}

async fn row(connection: &mut AnyConnection) -> sqlx::Result<Row> {
    // What would go out: a mailing that is only frozen, or paused itself, goes on waiting.
    sqlx::query_as(
        "SELECT paused, reason, changed_at, changed_by, (SELECT COUNT(*) FROM messages m WHERE m.state = 'queued' AND (m.mailing_id IS NULL \
         OR EXISTS (SELECT 1 FROM mailings g WHERE g.id = m.mailing_id AND g.state = 'running'))) AS waiting FROM sending WHERE id = 1",
    )
    .fetch_one(connection)
    .await
}

fn shown(row: Row) -> Sending {
    let paused = row.paused != 0;
    Sending {
        paused,
        reason: row.reason,
        changed_at: (row.changed_at > 0).then(|| rfc3339(row.changed_at)),
        changed_by: row.changed_by,
        waiting: row.waiting.clamp(0, i64::from(u32::MAX)) as u32,
    }
}

async fn set(connection: &mut AnyConnection, clock: &Clock, actor: &str, paused: bool, reason: &str) -> anyhow::Result<()> {
    let before = shown(row(connection).await?);
    sqlx::query("UPDATE sending SET paused = $1, reason = $2, changed_at = $3, changed_by = $4 WHERE id = 1")
        .bind(i64::from(paused))
        .bind(reason)
        .bind(clock.now_ms())
        .bind(actor)
        .execute(&mut *connection)
        .await?;
    let after = shown(row(connection).await?);
    let action = if paused { Action::SendingPause } else { Action::SendingRelease };
    audit::record(connection, clock, actor, action, "sending", Some(&before), Some(&after)).await
}

/// Stops all sending, in the caller's transaction.
pub async fn pause(connection: &mut AnyConnection, clock: &Clock, actor: &str, reason: &str) -> anyhow::Result<()> {
    set(connection, clock, actor, true, reason).await
}

/// Lets sending go on, in the caller's transaction; whether it was held back.
pub async fn release(connection: &mut AnyConnection, clock: &Clock, actor: &str) -> anyhow::Result<bool> {
    if !shown(row(connection).await?).paused {
        return Ok(false);
    }
    set(connection, clock, actor, false, "").await?;
    Ok(true)
}

/// `GET /api/sending`
pub async fn show(State(state): State<AppState>) -> Result<Json<Sending>> {
    Ok(Json(shown(row(&mut *state.db.read().await?).await?)))
}

/// `POST /api/sending/release`
pub async fn release_now(State(state): State<AppState>, who: auth::Staff) -> Result<Json<Sending>> {
    let mut tx = state.db.write_tx().await?;
    release(&mut tx, &state.clock, &who.actor()).await?;
    let after = shown(row(&mut tx).await?);
    tx.commit().await?;
    Ok(Json(after))
}
