//! What became of a try, written by one place: the message's next state, and what a refusal teaches about the address, the
//! domain, the mailing or the mail server.

use kontor_shared::mailings::SkipReason;
use kontor_shared::sending::{Fault, TRIP_AFTER, fault_of};
use sqlx::AnyConnection;

use super::store::{self, Claimed};
use super::{breaker, upkeep};
use crate::AppState;
use crate::customers::suppressed::{self, NewSuppression};

/// With the delays below, about two days.
pub const MOST_ATTEMPTS: i64 = 16;

/// What became of one try.
pub enum Outcome {
    Sent,
    /// The other side said "later".
    Again(String),
    /// No connection came about: the mail server's trouble, not the message's.
    Unreachable(String),
    Failed(String),
    Uncertain(String),
    /// Not tried: this sender is asked to stop, or sending is no longer wanted.
    Released,
    /// Nobody may be written to any more.
    Skipped(SkipReason),
}

/// Delay after the `attempts`-th failure: 1 min, 2 min, 4 min … at most 6 h.
pub fn delay_ms(attempts: i64) -> i64 {
    (60_000 << (attempts - 1).clamp(0, 20)).min(6 * 3_600_000)
}

/// Writes several outcomes in a transaction of their own.
pub async fn all(state: &AppState, settled: Vec<(Claimed, Outcome)>) -> anyhow::Result<()> {
    if settled.is_empty() {
        return Ok(());
    }
    let mut tx = state.db.write_tx().await?;
    for (message, outcome) in settled {
        one(&mut tx, state, &message, outcome).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Writes what became of one message.
pub async fn one(connection: &mut AnyConnection, state: &AppState, message: &Claimed, outcome: Outcome) -> anyhow::Result<()> {
    let now = state.clock.now_ms();
    let again = message.attempts < MOST_ATTEMPTS;
    learn(connection, state, message, &outcome, now).await?;
    // What is wrong with the sender is mended by the firm, and then the message can still go.
    let mended = matches!(&outcome, Outcome::Failed(text) if message.mailing_id.is_some() && fault_of(text) == Fault::Sender);
    let (word, run_after, error) = match outcome {
        Outcome::Sent => ("sent", now, None),
        Outcome::Released => ("queued", now, None),
        Outcome::Skipped(reason) => {
            tracing::info!(message.id = %message.id, message.state = "skipped", "message tried");
            return Ok(store::skip(connection, &message.id, reason.word()).await?);
        }
        Outcome::Again(error) | Outcome::Unreachable(error) if again => ("queued", now + delay_ms(message.attempts), Some(error)),
        Outcome::Failed(error) if again && mended => ("queued", now + delay_ms(message.attempts), Some(error)),
        Outcome::Again(error) | Outcome::Unreachable(error) | Outcome::Failed(error) => ("failed", now, Some(error)),
        Outcome::Uncertain(error) => ("uncertain", now, Some(error)),
    };
    // The server's answer may name the recipient: staff read it on the page, the log does not.
    tracing::info!(message.id = %message.id, message.state = word, message.attempts, "message tried");
    store::settle(connection, message, word, run_after, error.as_deref().map(short), now).await?;
    Ok(())
}

/// A reply as it is kept: no control characters, no novel.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(500).collect()
}

/// What a try teaches for the next ones.
async fn learn(connection: &mut AnyConnection, state: &AppState, message: &Claimed, outcome: &Outcome, now: i64) -> anyhow::Result<()> {
    match outcome {
        Outcome::Sent => {
            let mut scopes = vec![breaker::SMARTHOST.to_string(), breaker::domain_scope(&message.domain)];
            scopes.extend(message.mailing_id.as_deref().map(breaker::mailing_scope));
            breaker::succeeded(connection, &scopes).await?;
        }
        Outcome::Unreachable(text) => {
            breaker::failed(connection, breaker::SMARTHOST, &short(text), now).await?;
        }
        Outcome::Again(text) | Outcome::Failed(text) => match fault_of(text) {
            Fault::NoSuchMailbox if matches!(outcome, Outcome::Failed(_)) => strike_off(connection, &message.recipient, &short(text), now).await?,
            Fault::Busy => {
                breaker::failed(connection, &breaker::domain_scope(&message.domain), &short(text), now).await?;
            }
            Fault::Sender => {
                if let Some(mailing) = &message.mailing_id
                    && breaker::failed(connection, &breaker::mailing_scope(mailing), &short(text), now).await? >= TRIP_AFTER
                {
                    upkeep::pause(connection, state, mailing, &short(text)).await?;
                }
            }
            Fault::NoSuchMailbox | Fault::Other => {}
        },
        Outcome::Uncertain(_) | Outcome::Released | Outcome::Skipped(_) => {}
    }
    Ok(())
}

/// There is no such mailbox: no mail goes there any more, whatever it tells of.
pub async fn strike_off(connection: &mut AnyConnection, address: &str, said: &str, now: i64) -> sqlx::Result<()> {
    let bounced = NewSuppression { address, channel: "email", reason: "bounced", topic: "", source: said, actor: "mail server", now };
    suppressed::add(connection, &bounced).await
}
