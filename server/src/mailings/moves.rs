//! Moving a mailing on: by a person or by the sender, by the one table of transitions, each move with an audit row.

use kontor_shared::audit::Action;
use kontor_shared::mailings::{MailingAction, MailingState};
use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::thaw;
use crate::{AppState, audit};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// From one state to the other.
    On(MailingState, MailingState),
    /// The mailing stays in this state: the table has no such transition, or something of it was sent that would have to be
    /// taken back. The caller commits nothing.
    Stays(MailingState),
    Missing,
}

/// Moves a mailing on, in the transaction of the caller. `why` is what a person reads of a pause.
pub async fn act(connection: &mut AnyConnection, state: &AppState, mailing: &str, action: MailingAction, actor: &str, why: &str) -> anyhow::Result<Moved> {
    let sql = format!("SELECT state FROM mailings WHERE id = $1{}", state.db.for_update());
    let word: Option<String> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(mailing).fetch_optional(&mut *connection).await?;
    let Some(word) = word else { return Ok(Moved::Missing) };
    let before = MailingState::parse(&word).ok_or_else(|| anyhow::anyhow!("stored state of a mailing {word:?}"))?;
    let Some(after) = before.after(action) else { return Ok(Moved::Stays(before)) };
    let now = state.clock.now_ms();
    let mut before_row = json!({"state": before});
    if action == MailingAction::Thaw {
        match thaw::take_back(connection, mailing).await? {
            Some(account) => before_row["frozen"] = account,
            None => return Ok(Moved::Stays(before)),
        }
    }
    sqlx::query("UPDATE mailings SET state = $2, paused_reason = $3, revision = revision + 1, finished_at = $4 WHERE id = $1")
        .bind(mailing)
        .bind(after.word())
        .bind(why)
        .bind(matches!(after, MailingState::Done | MailingState::Cancelled).then_some(now))
        .execute(&mut *connection)
        .await?;
    if action == MailingAction::Cancel {
        // What nobody will send does not wait.
        sqlx::query("UPDATE messages SET state = 'skipped', skip_reason = 'cancelled' WHERE mailing_id = $1 AND state = 'queued'")
            .bind(mailing)
            .execute(&mut *connection)
            .await?;
    }
    let stamp = match action {
        MailingAction::Freeze => "UPDATE mailings SET frozen_at = $2, frozen_by = $3 WHERE id = $1",
        MailingAction::Start => "UPDATE mailings SET started_at = $2, started_by = $3 WHERE id = $1",
        _ => "",
    };
    if !stamp.is_empty() {
        sqlx::query(stamp).bind(mailing).bind(now).bind(actor).execute(&mut *connection).await?;
    }
    let after_row = json!({"state": after, "reason": why});
    audit::record(connection, &state.clock, actor, told_as(action), mailing, Some(&before_row), Some(&after_row)).await?;
    Ok(Moved::On(before, after))
}

/// What the audit trail calls a move.
const fn told_as(action: MailingAction) -> Action {
    match action {
        MailingAction::Freeze => Action::MailingFreeze,
        MailingAction::Start => Action::MailingStart,
        MailingAction::Pause => Action::MailingPause,
        MailingAction::Resume => Action::MailingResume,
        MailingAction::Finish => Action::MailingFinish,
        MailingAction::Cancel => Action::MailingCancel,
        MailingAction::Thaw => Action::MailingThaw,
    }
}
