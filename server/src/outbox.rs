//! The outbox: intent is written with its cause, one row per message, before anything is sent. (cause, recipient,
//! channel) exists once, so a cause that runs twice writes once.
//!
//! queued → claimed (a lease; nothing said yet) → sending (committed before the content goes out) → sent, queued again
//! (the server said later), failed (it said never), or uncertain: the connection or this program ended while the
//! content was under way. Uncertain is never sent again by itself; a person decides (outreach.md §5). A message nobody
//! was there to receive is written as skipped, with the reason.

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
pub const STATES: [&str; 7] = ["queued", "claimed", "sending", "sent", "failed", "uncertain", "skipped"];
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
    /// Empty: there is nobody to tell, and a skipped message says so.
    pub recipient: &'a str,
    pub lang: Lang,
    pub subject: &'a str,
    /// Plain text.
    pub text: &'a str,
}

/// What several people are told of one cause.
pub struct Letter<'a> {
    pub cause: String,
    pub customer: Option<CustomerId>,
    pub addresses: &'a [String],
    pub lang: Lang,
    pub subject: String,
    pub text: String,
}

impl Letter<'_> {
    /// A mail to each address; to nobody, where there is none, so that a row says that nobody was told.
    pub fn mails(&self) -> Vec<NewMail<'_>> {
        let to = |recipient| NewMail { cause: &self.cause, customer: self.customer, recipient, lang: self.lang, subject: &self.subject, text: &self.text };
        if self.addresses.is_empty() { vec![to("")] } else { self.addresses.iter().map(|recipient| to(recipient)).collect() }
    }
}

/// Writes the intent to send, many by two statements. Call it in the transaction of the cause.
pub async fn enqueue(connection: &mut AnyConnection, clock: &Clock, mails: &[NewMail<'_>]) -> sqlx::Result<()> {
    // 14 values each; SQLite takes 32 766 placeholders.
    const CHUNK: usize = 100;
    let now = clock.now_ms();
    for chunk in mails.chunks(CHUNK) {
        let texts: Vec<&[u8]> = chunk.iter().map(|mail| mail.text.as_bytes()).collect();
        let bodies = bodies::put_all(connection, "text/plain; charset=utf-8", &texts, now).await?;
        let rows: Vec<store::New<'_>> =
            chunk.iter().zip(&bodies).map(|(mail, body_hash)| store::New { id: MessageId(clock.new_id()), mail, body_hash }).collect();
        store::insert(connection, &rows, now).await?;
    }
    Ok(())
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
    let server = crate::firm::smtp::mail_server(state).await?;
    let worker = || worker(state, server.as_ref(), patience, &stopped);
    // lettre sends a message per round trip, so connections side by side are what makes it fast.
    let (a, b, c, d) = tokio::join!(worker(), worker(), worker(), worker());
    Ok(a? + b? + c? + d?)
}

/// Messages one sender holds at once. Each step writes for all of them, so that a mailing waits for the disk once in a
/// while and orders get the writer in between. Over SMTP they are fewer: what is claimed waits for those before it.
const TOGETHER_SMTP: i64 = 8;
const TOGETHER_SPOOL: i64 = 32;

async fn worker(state: &AppState, server: Option<&Server>, patience: Patience, stopped: &impl Fn() -> bool) -> anyhow::Result<u32> {
    let mut tried = 0;
    let mut conversation = None;
    while !stopped() {
        let now = state.clock.now_ms();
        let most = if server.is_some() { TOGETHER_SMTP } else { TOGETHER_SPOOL };
        let mut tx = state.db.write_tx().await?;
        let claimed = store::claim(&mut tx, state.db.skip_locked(), &state.boot_id, now, now + CLAIM_MS, most).await?;
        tx.commit().await?;
        if claimed.is_empty() {
            break;
        }
        tried += claimed.len() as u32;
        let prepared = prepare(state, claimed).await?;
        match server {
            Some(server) => send_all(state, prepared, server, patience, &mut conversation, stopped).await?,
            None => spool(state, prepared).await?,
        }
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
    /// Not tried: this sender is asked to stop.
    Released,
}

struct Prepared {
    message: store::Claimed,
    from: Address,
    to: Address,
    bytes: Vec<u8>,
}

/// The messages as they are sent: rendered at the first try, kept, and the same at every further one. Those that cannot
/// be are settled here.
async fn prepare(state: &AppState, claimed: Vec<store::Claimed>) -> anyhow::Result<Vec<Prepared>> {
    let mut connection = state.db.read().await?;
    let firm = crate::firm::stored(&mut connection).await?;
    let sender = mail::sender(firm.mail_from.as_deref().unwrap_or(&firm.party.email), &firm.party.name);
    let now = state.clock.now_ms();
    let (mut ready, mut rendered, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    for message in claimed {
        let from = match &sender {
            Ok(from) => from,
            Err(error) => {
                settled.push((message, Outcome::Again(error.to_string())));
                continue;
            }
        };
        let to = match mail::recipient(&message.recipient) {
            Ok(to) => to,
            Err(error) => {
                settled.push((message, Outcome::Failed(error.to_string())));
                continue;
            }
        };
        let hash = message.rendered_hash.as_ref().unwrap_or(&message.body_hash);
        let body = bodies::get(&mut connection, hash).await?.ok_or_else(|| anyhow::anyhow!("a message's body is missing"))?.bytes;
        if message.rendered_hash.is_some() {
            ready.push(Prepared { message, from: from.email.clone(), to, bytes: body });
            continue;
        }
        let text = String::from_utf8_lossy(&body);
        let message_id = format!("{}@{}", message.id, from.email.domain());
        let draft = mail::Draft {
            message_id: &message_id,
            from: from.clone(),
            to: &message.recipient,
            subject: &message.subject,
            text: &text,
            html: None,
            attachments: &[],
            list: None,
            at_ms: now,
        };
        match mail::compose(draft) {
            Ok(bytes) => {
                rendered.push((ready.len(), message_id));
                ready.push(Prepared { message, from: from.email.clone(), to, bytes });
            }
            Err(error) => settled.push((message, Outcome::Failed(format!("{error:#}")))),
        }
    }
    drop(connection);
    if !rendered.is_empty() || !settled.is_empty() {
        let mut tx = state.db.write_tx().await?;
        let all: Vec<&[u8]> = rendered.iter().map(|(at, _)| ready[*at].bytes.as_slice()).collect();
        if !all.is_empty() {
            let hashes = bodies::put_all(&mut tx, "message/rfc822", &all, now).await?;
            for ((at, message_id), hash) in rendered.iter().zip(&hashes) {
                store::keep_rendered(&mut tx, &ready[*at].message, hash, message_id).await?;
            }
        }
        for (message, outcome) in settled {
            settle(&mut tx, state, &message, outcome).await?;
        }
        tx.commit().await?;
    }
    Ok(ready)
}

/// One message after the other over one connection. What became of one is written with the mark that the next is under
/// way: a crash between the two leaves one message of this connection uncertain, as a crash at any moment does.
async fn send_all(
    state: &AppState,
    prepared: Vec<Prepared>,
    server: &Server,
    patience: Patience,
    conversation: &mut Option<Conversation>,
    stopped: &impl Fn() -> bool,
) -> anyhow::Result<()> {
    let mut closed: Option<String> = None;
    let mut done: Vec<(store::Claimed, Outcome)> = Vec::new();
    for Prepared { message, from, to, bytes } in prepared {
        if stopped() {
            done.push((message, Outcome::Released));
            continue;
        }
        let open = match (conversation.take(), &closed) {
            (Some(open), _) => Ok(open),
            (None, Some(text)) => Err(text.clone()),
            // A wrong password or a closed door is no fault of the message, even when the server says "never".
            (None, None) => Conversation::open(server, patience).await.map_err(|trouble| trouble.text().to_string()),
        };
        let mut open = match open {
            Ok(open) => open,
            Err(text) => {
                closed = Some(text.clone());
                done.push((message, Outcome::Again(text)));
                continue;
            }
        };
        if let Err(trouble) = open.envelope(&from, &to).await {
            done.push((message, before_content(trouble)));
            continue;
        }
        // From here on a crash leaves a message of which nobody knows; the database says so before the server is asked.
        let mut tx = state.db.write_tx().await?;
        for (message, outcome) in done.drain(..) {
            settle(&mut tx, state, &message, outcome).await?;
        }
        let mine = store::mark_sending(&mut tx, &message, &state.boot_id, state.clock.now_ms() + SENDING_MS).await?;
        tx.commit().await?;
        if !mine {
            // Another sender has it by now. The envelope that was named is forgotten with the connection.
            continue;
        }
        let outcome = match open.announce().await {
            Err(trouble) => before_content(trouble),
            Ok(()) => match open.content(&bytes).await {
                Ok(()) => {
                    *conversation = Some(open);
                    Outcome::Sent
                }
                Err(Trouble::Later(text)) => Outcome::Again(text),
                Err(Trouble::Never(text)) => Outcome::Failed(text),
                Err(Trouble::Lost(text)) => Outcome::Uncertain(text),
            },
        };
        done.push((message, outcome));
    }
    settle_all(state, done).await
}

fn before_content(trouble: Trouble) -> Outcome {
    match trouble {
        Trouble::Later(text) | Trouble::Lost(text) => Outcome::Again(text),
        Trouble::Never(text) => Outcome::Failed(text),
    }
}

/// Without a mail server: files, named by the messages' ids, so that a crash and a second try make no second one.
async fn spool(state: &AppState, prepared: Vec<Prepared>) -> anyhow::Result<()> {
    let directory = state.config.data.join("spool");
    let (messages, files): (Vec<store::Claimed>, Vec<(String, Vec<u8>)>) = prepared
        .into_iter()
        .map(|Prepared { message, bytes, .. }| (message.id.clone(), bytes, message))
        .map(|(id, bytes, message)| (message, (id, bytes)))
        .unzip();
    let written = match tokio::task::spawn_blocking(move || mail::write_spool(&directory, &files)).await {
        Ok(written) => written.map_err(|error| format!("{error:#}")),
        Err(error) => Err(error.to_string()),
    };
    let outcome = || match &written {
        Ok(()) => Outcome::Sent,
        Err(text) => Outcome::Again(text.clone()),
    };
    let settled = messages.into_iter().map(|message| (message, outcome())).collect();
    settle_all(state, settled).await
}

async fn settle_all(state: &AppState, settled: Vec<(store::Claimed, Outcome)>) -> anyhow::Result<()> {
    if settled.is_empty() {
        return Ok(());
    }
    let mut tx = state.db.write_tx().await?;
    for (message, outcome) in settled {
        settle(&mut tx, state, &message, outcome).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn settle(connection: &mut AnyConnection, state: &AppState, message: &store::Claimed, outcome: Outcome) -> anyhow::Result<()> {
    let now = state.clock.now_ms();
    let (word, run_after, error) = match outcome {
        Outcome::Sent => ("sent", now, None),
        Outcome::Released => ("queued", now, None),
        Outcome::Again(error) if message.attempts < MOST_ATTEMPTS => ("queued", now + delay_ms(message.attempts), Some(error)),
        Outcome::Again(error) | Outcome::Failed(error) => ("failed", now, Some(error)),
        Outcome::Uncertain(error) => ("uncertain", now, Some(error)),
    };
    // The server's answer may name the recipient: staff read it on the page, the log does not.
    tracing::info!(message.id = %message.id, message.state = word, message.attempts, "message tried");
    let error: Option<String> = error.map(|error| error.chars().filter(|c| !c.is_control()).take(500).collect());
    store::settle(connection, message, word, run_after, error, now).await?;
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
