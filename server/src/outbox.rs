//! The outbox: intent is written with its cause, one row per message, before anything is sent. (cause, recipient,
//! channel) exists once, so a cause that runs twice writes once.
//!
//! queued → claimed (a lease; nothing said yet) → sending (committed before the content goes out) → sent, queued again
//! (the server said later), failed (it said never), or uncertain: the connection or this program ended while the
//! content was under way. Uncertain is sent again only where its mailing says so, under the same Message-ID; otherwise a
//! person decides (outreach.md §5). Who may not be written to is skipped, with the reason, when the message is written
//! and again at the last moment before it goes.
//!
//! [`claim`] takes what is due and may go, [`send`] sends it, [`settle`] writes what became of it, [`upkeep`] tidies up
//! after senders that died and finishes mailings.

use axum::extract::{Path, State};
use kontor_shared::api;
use kontor_shared::audit::Action;
use kontor_shared::ids::{CustomerId, MessageId};
use kontor_shared::words::Lang;
use serde::Deserialize;
use sqlx::AnyConnection;

use crate::error::{AppError, Result};
use crate::extract::{Json, Query};
use crate::time::{Clock, rfc3339};
use crate::{AppState, audit, auth, bodies};

pub mod attachment;
pub mod breaker;
pub mod claim;
mod gate;
mod prepare;
mod send;
pub mod settle;
pub mod status;
pub mod store;
mod upkeep;
mod workbook;

pub use prepare::try_out;
pub use send::{run_due, run_due_with};

/// States of a message, as the `state` column has them.
pub const STATES: [&str; 7] = ["queued", "claimed", "sending", "sent", "failed", "uncertain", "skipped"];
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
    /// Of an answer: JSON of [`crate::mail::Thread`].
    pub thread: &'a str,
    /// JSON of [`attachment::Attached`], stored whole; empty: none.
    pub attachments: &'a str,
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
        let to = |recipient| NewMail {
            cause: &self.cause,
            customer: self.customer,
            recipient,
            lang: self.lang,
            subject: &self.subject,
            text: &self.text,
            thread: "",
            attachments: "",
        };
        if self.addresses.is_empty() { vec![to("")] } else { self.addresses.iter().map(|recipient| to(recipient)).collect() }
    }
}

/// Writes the intent to send, many by two statements. Call it in the transaction of the cause.
pub async fn enqueue(connection: &mut AnyConnection, clock: &Clock, mails: &[NewMail<'_>]) -> sqlx::Result<()> {
    // 17 values each; SQLite takes 32 766 placeholders.
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

/// A message to the byte as it went over the wire, attachments included; nothing where it was not rendered yet.
pub async fn as_sent(connection: &mut AnyConnection, id: &str) -> anyhow::Result<Option<Vec<u8>>> {
    let row: Option<(Option<String>, String)> =
        sqlx::query_as("SELECT rendered_hash, attachments FROM messages WHERE id = $1").bind(id).fetch_optional(&mut *connection).await?;
    let Some((Some(hash), attachments)) = row else { return Ok(None) };
    let Some(stored) = bodies::get(connection, &hash).await? else { return Ok(None) };
    Ok(Some(attachment::put_back(connection, stored.bytes, &attachments).await?))
}

/// `GET /api/messages/{id}/sent`: the message as a mail program opens it.
pub async fn sent(State(state): State<AppState>, Path(id): Path<String>) -> Result<axum::response::Response> {
    use axum::http::header;
    use axum::response::IntoResponse as _;
    let mut connection = state.db.read().await?;
    let cause: String = sqlx::query_scalar("SELECT cause FROM messages WHERE id = $1").bind(&id).fetch_one(&mut *connection).await?;
    // Its link may open somebody's account.
    if crate::accounts::mail::is_private(&cause) {
        return Err(AppError::NotFound);
    }
    let mail = as_sent(&mut connection, &id).await?.ok_or_else(|| AppError::conflict("not_written_yet", "the message is written when its turn comes"))?;
    Ok(([(header::CONTENT_TYPE, "message/rfc822"), (header::CONTENT_DISPOSITION, "attachment; filename=\"message.eml\"")], mail).into_response())
}

/// `POST /api/messages/{id}/retry`: a person decides that a failed or uncertain message goes out again.
pub async fn retry(State(state): State<AppState>, who: auth::Staff, Path(id): Path<String>) -> Result<Json<api::Message>> {
    let mut tx = state.db.write_tx().await?;
    let current = store::lock(&mut tx, state.db.for_update(), &id).await?.ok_or(AppError::NotFound)?;
    if !matches!(current.as_str(), "failed" | "uncertain") {
        return Err(AppError::conflict("not_failed", format!("the message is {current}")));
    }
    let before = shown(store::get(&mut tx, &id).await?.ok_or(AppError::NotFound)?)?;
    if store::is_cancelled(&mut tx, &id).await? {
        return Err(AppError::conflict("mailing_cancelled", "the mailing it belongs to was cancelled"));
    }
    store::queue_again(&mut tx, &id, state.clock.now_ms()).await?;
    let after = shown(store::get(&mut tx, &id).await?.ok_or(AppError::NotFound)?)?;
    audit::record(&mut tx, &state.clock, &who.actor(), Action::MessageRetry, &id, Some(&before), Some(&after)).await?;
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
