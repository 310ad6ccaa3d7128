//! Looking at a mailing before it goes: any reader's copy, what stands in its way, and a test to one's own mailbox.

use anyhow::Context;
use axum::extract::{Path, State};
use kontor_shared::api::OrderCustomer;
use kontor_shared::api::mailings as api;
use kontor_shared::audit::Action;
use kontor_shared::ids::MailingId;
use kontor_shared::mailings::MailingState;
use kontor_shared::sheet;
use serde::Deserialize;
use sqlx::AnyConnection;

use super::audience::Recipient;
use super::desk::{Known, store};
use super::render::{self, Letter, Reader, Rendered};
use super::{sample_links, templates};
use crate::auth::Staff;
use crate::customers::{Wanted, fold};
use crate::error::{AppError, Result};
use crate::extract::{Json, Query};
use crate::firm::FirmSettings;
use crate::mail::{self, Conversation, Patience};
use crate::{AppState, audit};

/// Everybody the mailing is, or would be, for: the frozen ones once it is frozen.
async fn readers(connection: &mut AnyConnection, known: &Known, firm: &FirmSettings, now_ms: i64) -> Result<Vec<Recipient>> {
    if known.state == MailingState::Draft {
        return known.candidates(connection, firm, now_ms).await;
    }
    let mut readers = Vec::new();
    let mut after = String::new();
    loop {
        let rows = store::recipients(connection, &known.row.id, ("", ""), &after, 5000).await?;
        let last = rows.len() < 5000;
        after = rows.last().map(|row| row.id.clone()).unwrap_or_default();
        for row in rows {
            let Some(customer) = &row.customer_id else { continue };
            readers.push(Recipient {
                customer: customer.parse().context("stored customer id")?,
                code: row.code.clone().unwrap_or_default(),
                customer_name: row.customer_name.clone().unwrap_or_default(),
                contact: row.contact_id.as_deref().map(str::parse).transpose().context("stored contact id")?,
                name: row.contact_name.clone().unwrap_or_default(),
                address: if row.recipient.contains('@') { row.recipient.clone() } else { String::new() },
                lang: kontor_shared::words::Lang::parse(&row.lang).context("stored language")?,
                price_type: String::new(),
                discount: 0,
                skip: kontor_shared::mailings::SkipReason::parse(&row.skip_reason).filter(|_| row.state == "skipped"),
            });
        }
        if last {
            return Ok(readers);
        }
    }
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    at: u64,
    #[serde(default)]
    q: String,
}

/// `GET /api/mailings/{id}/preview`
pub async fn show(State(state): State<AppState>, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Json<api::MailingPreview>> {
    let firm = state.firm().await?;
    let mut connection = state.db.read().await?;
    let known = Known::load(&mut connection, &id).await?;
    let wanted = Wanted::new(&asked.q);
    let mut found = readers(&mut connection, &known, &firm, state.clock.now_ms()).await?;
    found.retain(|one| wanted.matches(&one.code, &fold(&format!("{} {} {}", one.customer_name, one.name, one.address))));
    let total = found.len() as u64;
    let at = asked.at.min(total.saturating_sub(1));
    let Some(reader) = found.into_iter().nth(at as usize) else {
        return Ok(Json(api::MailingPreview { total: 0, at: 0, reader: None, message: None, error: None }));
    };
    let (message, error) = match copy(&state, &mut connection, &known, &firm, &reader).await? {
        Ok(message) => (Some(shown(&firm, &known, &reader, message)), None),
        Err(error) => (None, Some(error)),
    };
    let reader = api::MailingReader {
        customer: OrderCustomer { id: reader.customer, code: reader.code, name: reader.customer_name },
        contact: reader.contact,
        name: reader.name,
        address: reader.address,
        lang: reader.lang,
        skip: reader.skip,
    };
    Ok(Json(api::MailingPreview { total, at, reader: Some(reader), message, error }))
}

/// One reader's copy, or why there is none.
async fn copy(
    state: &AppState,
    connection: &mut AnyConnection,
    known: &Known,
    firm: &FirmSettings,
    reader: &Recipient,
) -> Result<std::result::Result<Rendered, String>> {
    let Some((template, version)) = known.version(connection).await? else { return Ok(Err("no template is chosen".into())) };
    let price_list = match known.row.price_list {
        Some(version) => Some(version),
        None => render::price_list_now(connection, firm, state.clock.now_ms()).await?,
    };
    let letter = Letter::stored(connection, &template, version, price_list).await?;
    let (unsubscribe_url, preferences_url) = sample_links(state);
    let reader = Reader { customer: reader.customer, contact: reader.contact, lang: reader.lang, unsubscribe_url, preferences_url };
    Ok(render::batch(state, connection, &letter, &[reader]).await?.pop().unwrap_or_else(|| Err("nothing was rendered".into())))
}

fn shown(firm: &FirmSettings, known: &Known, reader: &Recipient, message: Rendered) -> api::RenderedMessage {
    let attachment = (known.row.attach_price_list != 0).then(|| sheet::file_name(&firm.party.name, Some(&reader.code), "", reader.lang));
    api::RenderedMessage {
        from: firm.mail_from.clone().unwrap_or_else(|| firm.party.email.clone()),
        subject: message.subject,
        text: message.text,
        html: message.html,
        attachments: attachment.into_iter().collect(),
    }
}

/// `GET /api/mailings/{id}/checks`
pub async fn checks(State(state): State<AppState>, Path(id): Path<String>) -> Result<Json<api::MailingChecks>> {
    let firm = state.firm().await?;
    let mut connection = state.db.read().await?;
    let known = Known::load(&mut connection, &id).await?;
    Ok(Json(checked(&state, &mut connection, &known, &firm).await?))
}

/// What stands in a mailing's way.
pub async fn checked(state: &AppState, connection: &mut AnyConnection, known: &Known, firm: &FirmSettings) -> Result<api::MailingChecks> {
    let mut checks = Vec::new();
    let mut check = |code: &str, ok: bool, advice: bool, detail: String| checks.push(api::MailingCheck { code: code.into(), ok, advice, detail });
    let version = known.version(connection).await?;
    let archived = match &version {
        Some((template, _)) => templates::store::get(connection, template).await?.is_some_and(|row| row.archived_at.is_some()),
        None => false,
    };
    check("template", version.is_some() && !archived, false, if archived { "the template is archived".into() } else { String::new() });
    let found = readers(connection, known, firm, state.clock.now_ms()).await?;
    let going: Vec<&Recipient> = found.iter().filter(|one| one.skip.is_none()).collect();
    check("recipients", !going.is_empty(), false, going.len().to_string());
    // The first of each language, as it would go out: what cannot be written for them is found before anything is frozen.
    let mut said = Vec::new();
    let mut tried = Vec::new();
    for reader in going.iter().filter(|_| version.is_some()) {
        if !tried.contains(&reader.lang) {
            tried.push(reader.lang);
            if let Err(error) = copy(state, connection, known, firm, reader).await? {
                said.push(format!("{}: {error}", reader.lang.tag()));
            }
        }
    }
    check("texts", version.is_some() && said.is_empty(), false, said.join("; "));
    let public = state.config.public_url.as_deref().unwrap_or("");
    check("public_url", public.starts_with("https://") || public.starts_with("http://"), false, public.into());
    let from = firm.mail_from.as_deref().unwrap_or(&firm.party.email);
    check("sender", mail::sender(from, &firm.party.name).is_ok(), false, from.into());
    let price_list = render::price_list_now(connection, firm, state.clock.now_ms()).await?;
    check("price_list", price_list.is_some(), known.row.attach_price_list == 0, price_list.map(|version| version.to_string()).unwrap_or_default());
    let server = crate::firm::smtp::mail_server(state).await?;
    check("mail_server", server.is_some(), true, String::new());
    Ok(api::MailingChecks { ready: checks.iter().all(|one| one.ok || one.advice), checks })
}

/// `POST /api/mailings/{id}/test`: one reader's copy to an address of the firm's own. It goes out at once and beside the
/// outbox: no recipient's row knows of it.
pub async fn test(State(state): State<AppState>, who: Staff, Path(id): Path<String>, Json(wanted): Json<api::TestMailing>) -> Result<Json<api::TestSent>> {
    let firm = state.firm().await?;
    let mut connection = state.db.read().await?;
    let known = Known::load(&mut connection, &id).await?;
    let address = wanted.address.trim().to_lowercase();
    if !kontor_shared::mailings::looks_like_email(&address) {
        return Err(AppError::invalid_field("bad_address", "/address", "not an e-mail address"));
    }
    // A test is for the firm's eyes: a customer's address here is a slip that would send past consent and suppression.
    if super::store::is_contact(&mut connection, &address).await? {
        return Err(AppError::invalid_field("address_of_a_customer", "/address", "this is a customer's address; tests go to the firm's own"));
    }
    let found = readers(&mut connection, &known, &firm, state.clock.now_ms()).await?;
    let reader = found.into_iter().nth(wanted.at as usize).ok_or_else(|| AppError::invalid_field("no_such_reader", "/at", "nobody is at this place"))?;
    let message = copy(&state, &mut connection, &known, &firm, &reader).await?.map_err(|error| AppError::invalid("message_cannot_be_written", error))?;
    drop(connection);
    let answer = send(&state, &firm, &address, &message).await?;
    let mut tx = state.db.write_tx().await?;
    let told = serde_json::json!({"to": address, "copy_of": reader.code, "answer": answer});
    audit::record(&mut tx, &state.clock, &who.actor(), Action::MailingTest, &known.row.id, None, Some(&told)).await?;
    tx.commit().await?;
    Ok(Json(api::TestSent { address, answer }))
}

async fn send(state: &AppState, firm: &FirmSettings, address: &str, message: &Rendered) -> Result<String> {
    let refused = |error: anyhow::Error| AppError::invalid("message_cannot_be_written", format!("{error:#}"));
    let from = mail::sender(firm.mail_from.as_deref().unwrap_or(&firm.party.email), &firm.party.name).map_err(refused)?;
    let to = mail::recipient(address).map_err(refused)?;
    let id = MailingId(state.clock.new_id());
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
        at_ms: state.clock.now_ms(),
    })
    .map_err(refused)?;
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
