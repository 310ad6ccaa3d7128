//! The outbox: intent is written with its cause, one row per message, before anything is sent. (cause, recipient,
//! channel) exists once, so a cause that runs twice writes once.
//!
//! queued → claimed (a lease; nothing said yet) → sending (committed before the content goes out) → sent, queued again
//! (the server said later), failed (it said never), or uncertain: the connection or this program ended while the
//! content was under way. Uncertain is never sent again by itself; a person decides (outreach.md §5).

use axum::extract::{Path, State};
use kontor_shared::api;
use kontor_shared::ids::{CustomerId, MessageId};
use kontor_shared::words::Lang;
use lettre::Address;
use serde::Deserialize;
use sqlx::AnyConnection;

use crate::error::{AppError, Result};
use crate::extract::{Json, Query};
use crate::mail::{self, Conversation, Patience, Server, Trouble};
use crate::time::{Clock, rfc3339};
use crate::{AppState, audit, auth, bodies};

pub mod store;

/// States of a message, as the `state` column has them.
pub const STATES: [&str; 6] = ["queued", "claimed", "sending", "sent", "failed", "uncertain"];
/// Longer than greeting, encryption, log-in and envelope may take together.
const CLAIM_MS: i64 = 10 * 60_000;
/// Longer than [`Patience::accept`].
const SENDING_MS: i64 = 15 * 60_000;
/// With the delays below, about two days.
const MOST_ATTEMPTS: i64 = 16;

/// A mail to be sent because of something stored in the same transaction.
pub struct NewMail<'a> {
    /// What it tells of, e.g. `order 0193…`; with the recipient, the key that makes it unique.
    pub cause: &'a str,
    pub customer: Option<CustomerId>,
    pub recipient: &'a str,
    pub lang: Lang,
    pub subject: &'a str,
    /// Plain text.
    pub text: &'a str,
}

/// Writes the intent to send. Call it in the transaction of the cause.
pub async fn enqueue(connection: &mut AnyConnection, clock: &Clock, mail: NewMail<'_>) -> sqlx::Result<()> {
    let now = clock.now_ms();
    let body = bodies::put(connection, "text/plain; charset=utf-8", mail.text.as_bytes(), now).await?;
    let id = MessageId(clock.new_id());
    store::insert(connection, id, &mail, &body, now).await
}

/// Delay after the `attempts`-th failure: 1 min, 2 min, 4 min … at most 6 h.
fn delay_ms(attempts: i64) -> i64 {
    (60_000 << (attempts - 1).clamp(0, 20)).min(6 * 3_600_000)
}

/// Sends what is due now, over several connections, until nothing is or `stopped` says so. Gives how many were tried.
pub async fn run_due(state: &AppState, stopped: impl Fn() -> bool) -> anyhow::Result<u32> {
    run_due_with(state, stopped, Patience::default()).await
}

/// As [`run_due`], with other time limits.
pub async fn run_due_with(state: &AppState, stopped: impl Fn() -> bool, patience: Patience) -> anyhow::Result<u32> {
    let now = state.clock.now_ms();
    let (due, left_behind) = store::any_due(&mut *state.db.read().await?, now).await?;
    if left_behind {
        let mut tx = state.db.write_tx().await?;
        let uncertain = store::recover(&mut tx, now).await?;
        tx.commit().await?;
        if uncertain > 0 {
            tracing::warn!(uncertain, "messages were under way when a sender ended; a person has to decide on them");
        }
    }
    if !due && !left_behind {
        return Ok(0);
    }
    let server = state.config.smtp_url.as_deref().map(Server::parse).transpose()?;
    let worker = || worker(state, server.as_ref(), patience, &stopped);
    // lettre sends a message per round trip, so connections side by side are what makes it fast.
    let (a, b, c, d) = tokio::join!(worker(), worker(), worker(), worker());
    Ok(a? + b? + c? + d?)
}

async fn worker(state: &AppState, server: Option<&Server>, patience: Patience, stopped: &impl Fn() -> bool) -> anyhow::Result<u32> {
    let mut tried = 0;
    let mut conversation = None;
    while !stopped() {
        let now = state.clock.now_ms();
        let mut tx = state.db.write_tx().await?;
        let claimed = store::claim(&mut tx, state.db.skip_locked(), &state.boot_id, now, now + CLAIM_MS).await?;
        tx.commit().await?;
        let Some(message) = claimed else { break };
        tried += 1;
        let outcome = match prepare(state, &message).await? {
            Ok(prepared) => match server {
                Some(server) => match send(state, &message, &prepared, server, patience, &mut conversation).await? {
                    Some(outcome) => outcome,
                    None => continue,
                },
                None => spool(state, &message, prepared.bytes).await,
            },
            Err(outcome) => outcome,
        };
        settle(state, &message, outcome).await?;
    }
    if let Some(conversation) = conversation {
        conversation.close().await;
    }
    Ok(tried)
}

/// What became of one try.
enum Outcome {
    Sent,
    Again(String),
    Failed(String),
    Uncertain(String),
}

struct Prepared {
    from: Address,
    to: Address,
    bytes: Vec<u8>,
}

/// The message as it is sent: rendered at the first try, kept, and the same at every further one.
async fn prepare(state: &AppState, message: &store::Claimed) -> anyhow::Result<std::result::Result<Prepared, Outcome>> {
    let firm = state.firm().await.map_err(|_| anyhow::anyhow!("the settings cannot be read"))?;
    let from = match mail::sender(firm.mail_from.as_deref().unwrap_or(&firm.party.email), &firm.party.name) {
        Ok(from) => from,
        Err(error) => return Ok(Err(Outcome::Again(error.to_string()))),
    };
    let to = match mail::recipient(&message.recipient) {
        Ok(to) => to,
        Err(error) => return Ok(Err(Outcome::Failed(error.to_string()))),
    };
    let (hash, rendered) = match &message.rendered_hash {
        Some(hash) => (hash, true),
        None => (&message.body_hash, false),
    };
    let body = bodies::get(&mut *state.db.read().await?, hash).await?.ok_or_else(|| anyhow::anyhow!("a message's body is missing"))?;
    if rendered {
        return Ok(Ok(Prepared { from: from.email, to, bytes: body.bytes }));
    }
    let text = String::from_utf8_lossy(&body.bytes);
    let message_id = format!("{}@{}", message.id, from.email.domain());
    let now = state.clock.now_ms();
    let draft = mail::Draft { message_id: &message_id, from: from.clone(), to: &message.recipient, subject: &message.subject, text: &text, at_ms: now };
    let bytes = match mail::compose(draft) {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Err(Outcome::Failed(format!("{error:#}")))),
    };
    let mut tx = state.db.write_tx().await?;
    let rendered_hash = bodies::put(&mut tx, "message/rfc822", &bytes, now).await?;
    store::keep_rendered(&mut tx, message, &rendered_hash, &message_id).await?;
    tx.commit().await?;
    Ok(Ok(Prepared { from: from.email, to, bytes }))
}

/// One try over SMTP; nothing when another sender has the message by now.
async fn send(
    state: &AppState,
    message: &store::Claimed,
    prepared: &Prepared,
    server: &Server,
    patience: Patience,
    conversation: &mut Option<Conversation>,
) -> anyhow::Result<Option<Outcome>> {
    let mut open = match conversation.take() {
        Some(open) => open,
        None => match Conversation::open(server, patience).await {
            Ok(open) => open,
            // A wrong password or a closed door is no fault of the message, even when the server says "never".
            Err(trouble) => return Ok(Some(Outcome::Again(trouble.text().to_string()))),
        },
    };
    if let Err(trouble) = open.envelope(&prepared.from, &prepared.to).await {
        return Ok(Some(before_content(trouble)));
    }
    // From here on a crash leaves a message of which nobody knows; the database says so before the server is asked.
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    let mine = store::mark_sending(&mut tx, message, &state.boot_id, now + SENDING_MS).await?;
    tx.commit().await?;
    if !mine {
        return Ok(None);
    }
    if let Err(trouble) = open.announce().await {
        return Ok(Some(before_content(trouble)));
    }
    Ok(Some(match open.content(&prepared.bytes).await {
        Ok(()) => {
            *conversation = Some(open);
            Outcome::Sent
        }
        Err(Trouble::Later(text)) => Outcome::Again(text),
        Err(Trouble::Never(text)) => Outcome::Failed(text),
        Err(Trouble::Lost(text)) => Outcome::Uncertain(text),
    }))
}

fn before_content(trouble: Trouble) -> Outcome {
    match trouble {
        Trouble::Later(text) | Trouble::Lost(text) => Outcome::Again(text),
        Trouble::Never(text) => Outcome::Failed(text),
    }
}

/// Without a mail server: a file, named by the message's id, so that a crash and a second try make no second one.
async fn spool(state: &AppState, message: &store::Claimed, bytes: Vec<u8>) -> Outcome {
    let (directory, name) = (state.config.data.join("spool"), message.id.clone());
    match tokio::task::spawn_blocking(move || mail::write_spool(&directory, &name, &bytes)).await {
        Ok(Ok(())) => Outcome::Sent,
        Ok(Err(error)) => Outcome::Again(format!("{error:#}")),
        Err(error) => Outcome::Again(error.to_string()),
    }
}

async fn settle(state: &AppState, message: &store::Claimed, outcome: Outcome) -> anyhow::Result<()> {
    let now = state.clock.now_ms();
    let (word, run_after, error) = match outcome {
        Outcome::Sent => ("sent", now, None),
        Outcome::Again(error) if message.attempts < MOST_ATTEMPTS => ("queued", now + delay_ms(message.attempts), Some(error)),
        Outcome::Again(error) | Outcome::Failed(error) => ("failed", now, Some(error)),
        Outcome::Uncertain(error) => ("uncertain", now, Some(error)),
    };
    // The server's answer may name the recipient: staff read it on the page, the log does not.
    tracing::info!(message.id = %message.id, message.state = word, message.attempts, "message tried");
    let error: Option<String> = error.map(|error| error.chars().filter(|c| !c.is_control()).take(500).collect());
    let mut tx = state.db.write_tx().await?;
    store::settle(&mut tx, message, word, run_after, error, now).await?;
    tx.commit().await?;
    Ok(())
}

#[derive(Deserialize)]
pub struct Filter {
    state: Option<String>,
    after: Option<String>,
}

/// `GET /api/messages`
pub async fn list(State(state): State<AppState>, Query(filter): Query<Filter>) -> Result<Json<api::MessagePage>> {
    const PAGE: usize = 100;
    let wanted = filter.state.unwrap_or_default();
    if !wanted.is_empty() && !STATES.contains(&wanted.as_str()) {
        return Err(AppError::invalid_field("unknown_state", "state", format!("one of {}", STATES.join(", "))));
    }
    let mut connection = state.db.read().await?;
    let mut rows = store::list(&mut connection, &wanted, filter.after.as_deref().unwrap_or(""), PAGE as i64 + 1).await?;
    let next = (rows.len() > PAGE).then(|| rows[PAGE - 1].id.clone());
    rows.truncate(PAGE);
    let messages = rows.into_iter().map(shown).collect::<anyhow::Result<_>>()?;
    Ok(Json(api::MessagePage { messages, next }))
}

/// `POST /api/messages/{id}/retry`: a person decides that a failed or uncertain message goes out again.
pub async fn retry(State(state): State<AppState>, who: auth::Staff, Path(id): Path<String>) -> Result<Json<api::Message>> {
    let mut tx = state.db.write_tx().await?;
    let current = store::lock(&mut tx, state.db.for_update(), &id).await?.ok_or(AppError::NotFound)?;
    if !matches!(current.as_str(), "failed" | "uncertain") {
        return Err(AppError::conflict("not_failed", format!("the message is {current}")));
    }
    let before = shown(store::get(&mut tx, &id).await?.ok_or(AppError::NotFound)?)?;
    store::queue_again(&mut tx, &id, state.clock.now_ms()).await?;
    let after = shown(store::get(&mut tx, &id).await?.ok_or(AppError::NotFound)?)?;
    audit::record(&mut tx, &state.clock, &who.actor(), "message.retry", &id, Some(&before), Some(&after)).await?;
    tx.commit().await?;
    Ok(Json(after))
}

fn shown(row: store::Row) -> anyhow::Result<api::Message> {
    let customer = match (row.customer_id, row.customer_code, row.customer_name) {
        (Some(id), Some(code), Some(name)) => Some(api::OrderCustomer { id: id.parse()?, code, name }),
        _ => None,
    };
    Ok(api::Message {
        id: row.id.parse()?,
        channel: row.channel,
        subject: row.subject,
        customer,
        state: row.state,
        attempts: row.attempts.clamp(0, i64::from(u32::MAX)) as u32,
        created_at: rfc3339(row.created_at),
        last_error: row.last_error,
    })
}
