//! A test of a mailing to a mailbox of the firm: one reader's copy, now and beside the outbox. It goes to addresses the
//! firm itself named, the log-ins of its staff and those in its settings, so that nobody is written to past consent.

use std::collections::HashSet;

use anyhow::Context;
use axum::extract::{Path, State};
use kontor_shared::api::mailings as api;
use kontor_shared::audit::Action;
use kontor_shared::ids::MailingId;
use kontor_shared::mailings::{Channel, Topic, looks_like_email};
use sqlx::AnyConnection;

use super::desk::Known;
use super::preview;
use super::render::Rendered;
use crate::auth::Staff;
use crate::customers::suppressed::Suppressions;
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text};
use crate::firm::{FirmSettings, test_mail};
use crate::mail::{self, Conversation, Patience};
use crate::{AppState, audit};

/// This many in an hour by one person: enough to look at a letter in every mail program, too few to annoy a colleague with.
const MOST_PER_HOUR: i64 = 20;

/// `GET /api/mailings/test-addresses`: one's own first, then the firm's, then the other log-ins.
pub async fn addresses(State(state): State<AppState>, who: Staff) -> Result<Json<api::TestAddresses>> {
    let firm = state.firm().await?;
    let mut connection = state.db.read().await?;
    Ok(Json(api::TestAddresses { addresses: allowed(&mut connection, &firm, &who.0.login).await? }))
}

/// Where tests may go, in lower case.
async fn allowed(connection: &mut AnyConnection, firm: &FirmSettings, own: &str) -> anyhow::Result<Vec<String>> {
    let plain = |text: &str| mail::sender(text, "").map(|mailbox| mailbox.email.to_string()).unwrap_or_default();
    let firms = [Some(firm.party.email.as_str()), firm.mail_from.as_deref(), firm.reply_to.as_deref()].into_iter().flatten().map(plain);
    let mut others: Vec<String> = super::store::staff_log_ins(connection).await?;
    others.sort();
    let known: HashSet<String> = others.iter().map(|login| login.to_lowercase()).collect();
    let own = own.to_lowercase();
    let own = known.contains(&own).then_some(own);
    let mut seen = HashSet::new();
    let all = own.into_iter().chain(firms).chain(others).map(|address| address.trim().to_lowercase());
    Ok(all.filter(|address| looks_like_email(address) && seen.insert(address.clone())).collect())
}

/// `POST /api/mailings/{id}/test`: no recipient's row knows of it.
pub async fn send(State(state): State<AppState>, who: Staff, Path(id): Path<String>, Json(wanted): Json<api::TestMailing>) -> Result<Json<api::TestSent>> {
    bounded_text("/address", &wanted.address, 254, false)?;
    let firm = state.firm().await?;
    let mut connection = state.db.read().await?;
    let known = Known::load(&mut connection, &id).await?;
    let address = wanted.address.trim().to_lowercase();
    refuse_unfit(&state, &mut connection, &firm, &who, known.topic, &address).await?;
    let found = preview::readers(&mut connection, &known, &firm, state.clock.now_ms()).await?;
    let reader = found.into_iter().nth(wanted.at as usize).ok_or_else(|| AppError::invalid_field("no_such_reader", "/at", "nobody is at this place"))?;
    let message = preview::copy(&state, &mut connection, &known, &firm, &reader)
        .await?
        .map_err(|fault| AppError::invalid("message_cannot_be_written", fault.to_string()))?;
    drop(connection);
    test_mail::throttle(&state, "test of a mailing", &who.0.user.to_string(), MOST_PER_HOUR).await?;
    let answer = deliver(&state, &firm, &address, &message).await?;
    let mut tx = state.db.write_tx().await?;
    let told = serde_json::json!({"to": address, "copy_of": reader.code, "answer": answer});
    audit::record(&mut tx, &state.clock, &who.actor(), Action::MailingTest, &known.row.id, None, Some(&told)).await?;
    tx.commit().await?;
    Ok(Json(api::TestSent { address, answer }))
}

async fn refuse_unfit(state: &AppState, connection: &mut AnyConnection, firm: &FirmSettings, who: &Staff, topic: Topic, address: &str) -> Result<()> {
    let refuse = |code, detail| Err(AppError::invalid_field(code, "/address", detail));
    if !looks_like_email(address) {
        return refuse("bad_address", "not an e-mail address");
    }
    if !allowed(connection, firm, &who.0.login).await?.iter().any(|known| known == address) {
        return refuse("not_own_address", "tests go to log-ins of the firm's staff and to the addresses in its settings");
    }
    let stopped = Suppressions::load(connection, Channel::Email.word(), Some(&[address.to_string()]), state.clock.now_ms()).await?;
    if stopped.of(address).iter().any(|one| one.topic.is_empty() || one.topic == topic.word()) {
        return refuse("address_suppressed", "nothing is sent to this address: it is suppressed");
    }
    Ok(())
}

async fn deliver(state: &AppState, firm: &FirmSettings, address: &str, message: &Rendered) -> Result<String> {
    let refused = |error: anyhow::Error| AppError::invalid("message_cannot_be_written", format!("{error:#}"));
    let from = mail::sender(firm.mail_from.as_deref().unwrap_or(&firm.party.email), &firm.party.name).map_err(refused)?;
    let to = mail::recipient(address).map_err(refused)?;
    let id = MailingId(state.clock.new_id());
    let now = state.clock.now_ms();
    let bytes = mail::compose(mail::Draft {
        message_id: &format!("test-{id}@{}", from.email.domain()),
        from: from.clone(),
        to: address,
        subject: &message.subject,
        text: &message.text,
        html: Some(&message.html),
        attachments: &[],
        list: None,
        reply_to: None,
        thread: None,
        at_ms: now,
    })
    .map_err(refused)?;
    let bytes = test_mail::signed(state, firm, bytes, now).await?;
    let Some(server) = crate::firm::smtp::mail_server(state).await? else {
        let directory = state.config.data.join("spool");
        let name = format!("test-{id}");
        let file = directory.join(format!("{name}.eml"));
        tokio::task::spawn_blocking(move || mail::write_spool(&directory, &[(name, bytes)])).await.context("writing stopped")??;
        return Ok(file.display().to_string());
    };
    let trouble = |trouble: mail::Trouble| AppError::conflict("mail_server_refused", trouble.text().to_string());
    let mut conversation = Conversation::open(&server, Patience::default()).await.map_err(trouble)?;
    conversation.envelope(&from.email, &to).await.map_err(trouble)?;
    conversation.announce().await.map_err(trouble)?;
    conversation.content(&bytes).await.map_err(trouble)?;
    conversation.close().await;
    Ok("250".into())
}
