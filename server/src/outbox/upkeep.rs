//! What is done between sending: tidying up after senders that died, sending again what a mailing wants sent again,
//! finishing mailings of which nothing is left to send.

use kontor_shared::audit::Actor;
use kontor_shared::mailings::MailingAction;
use sqlx::AnyConnection;

use super::settle::MOST_ATTEMPTS;
use super::store;
use crate::AppState;
use crate::mailings::moves::{self, Moved};

/// Who acts here, in the audit trail.
const SENDER: &str = Actor::Sender.code();

/// What there is to do.
pub struct Look {
    pub due: bool,
    left_behind: bool,
    uncertain: bool,
    over: Vec<String>,
}

impl Look {
    pub fn nothing(&self) -> bool {
        !self.due && !self.left_behind && !self.uncertain && self.over.is_empty()
    }
}

/// Looks without writing: most looks find nothing.
pub async fn look(connection: &mut AnyConnection, now: i64) -> sqlx::Result<Look> {
    let found = async |connection: &mut AnyConnection, sql: &'static str| -> sqlx::Result<bool> {
        Ok(sqlx::query_scalar::<_, i64>(sql).bind(now).fetch_optional(connection).await?.is_some())
    };
    let orders = "SELECT CAST(1 AS BIGINT) FROM messages WHERE state = 'queued' AND mailing_id IS NULL AND run_after <= $1 LIMIT 1";
    let mailings = "SELECT CAST(1 AS BIGINT) FROM mailings g WHERE g.state = 'running' AND EXISTS (SELECT 1 FROM messages m WHERE m.state = 'queued' \
                    AND m.mailing_id IS NOT NULL AND m.mailing_id = g.id AND m.run_after <= $1) LIMIT 1";
    let left = "SELECT CAST(1 AS BIGINT) FROM messages WHERE state IN ('claimed', 'sending') AND lease_until < $1 LIMIT 1";
    // While sending is paused nothing is due, however much waits.
    let due = !store::is_paused(connection).await? && (found(connection, orders).await? || found(connection, mailings).await?);
    let left_behind = found(connection, left).await?;
    let uncertain: Option<i64> = sqlx::query_scalar(
        "SELECT CAST(1 AS BIGINT) FROM messages m JOIN mailings g ON g.id = m.mailing_id \
         WHERE m.state = 'uncertain' AND m.attempts < $1 AND g.state = 'running' AND g.uncertain_policy = 'resend' LIMIT 1",
    )
    .bind(MOST_ATTEMPTS)
    .fetch_optional(&mut *connection)
    .await?;
    Ok(Look { due, left_behind, uncertain: uncertain.is_some(), over: over(connection).await? })
}

/// Mailings of which nothing is left that could still go out.
async fn over(connection: &mut AnyConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT g.id FROM mailings g WHERE g.state IN ('running', 'paused') AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.mailing_id = g.id \
         AND (m.state IN ('queued', 'claimed', 'sending') OR (m.state = 'uncertain' AND g.uncertain_policy = 'resend' AND m.attempts < $1)))",
    )
    .bind(MOST_ATTEMPTS)
    .fetch_all(connection)
    .await
}

/// Does what [`look`] found, apart from sending.
pub async fn tidy(state: &AppState, look: &Look) -> anyhow::Result<()> {
    let now = state.clock.now_ms();
    if look.left_behind || look.uncertain {
        let mut tx = state.db.write_tx().await?;
        let uncertain = recover(&mut tx, now).await?;
        resend(&mut tx, now).await?;
        tx.commit().await?;
        if uncertain > 0 {
            tracing::warn!(uncertain, "messages were under way when a sender ended");
        }
    }
    finish(state).await
}

/// What a dead sender had only claimed is queued again; what it was sending is uncertain. Gives how many are.
async fn recover(connection: &mut AnyConnection, now: i64) -> sqlx::Result<u64> {
    sqlx::query("UPDATE messages SET state = 'queued', lease_owner = NULL, lease_until = NULL WHERE state = 'claimed' AND lease_until < $1")
        .bind(now)
        .execute(&mut *connection)
        .await?;
    let uncertain = sqlx::query(
        "UPDATE messages SET state = 'uncertain', lease_owner = NULL, lease_until = NULL, last_error = 'the program ended while the message was under way' \
         WHERE state = 'sending' AND lease_until < $1",
    )
    .bind(now)
    .execute(connection)
    .await?;
    Ok(uncertain.rows_affected())
}

/// Queues uncertain messages of mailings that want it. The message as rendered is kept, so its Message-ID stays.
async fn resend(connection: &mut AnyConnection, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE messages SET state = 'queued', run_after = $1 WHERE state = 'uncertain' AND attempts < $2 \
         AND mailing_id IN (SELECT id FROM mailings WHERE state = 'running' AND uncertain_policy = 'resend')",
    )
    .bind(now + super::settle::delay_ms(1))
    .bind(MOST_ATTEMPTS)
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends mailings of which nothing is left to send.
pub async fn finish(state: &AppState) -> anyhow::Result<()> {
    if over(&mut *state.db.read().await?).await?.is_empty() {
        return Ok(());
    }
    let mut tx = state.db.write_tx().await?;
    for mailing in over(&mut tx).await? {
        if let Moved::On(..) = moves::act(&mut tx, state, &mailing, MailingAction::Finish, SENDER, "").await? {
            tracing::info!(mailing.id = %mailing, "a mailing is done");
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Pauses a mailing that is refused too often; `why` is what a person reads.
pub async fn pause(connection: &mut AnyConnection, state: &AppState, mailing: &str, why: &str) -> anyhow::Result<()> {
    if let Moved::On(..) = moves::act(connection, state, mailing, MailingAction::Pause, SENDER, why).await? {
        tracing::warn!(mailing.id = %mailing, "a mailing is paused: its sender is refused");
    }
    Ok(())
}
