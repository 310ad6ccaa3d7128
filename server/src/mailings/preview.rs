//! Looking at a mailing before it goes: any reader's copy, and what stands in its way.

use std::sync::Arc;

use anyhow::Context;
use axum::extract::{Path, State};
use kontor_shared::api::OrderCustomer;
use kontor_shared::api::mailings as api;
use kontor_shared::mailings::MailingState;
use serde::Deserialize;
use sqlx::AnyConnection;

use super::audience::Recipient;
use super::desk::{Known, store};
use super::engine::FaultKind;
use super::render::{self, Letter, Reader, Rendered, Unwritten};
use super::{sample_links, templates};
use crate::customers::{Wanted, fold};
use crate::error::Result;
use crate::extract::{Json, Query};
use crate::firm::FirmSettings;
use crate::outbox::attachment;
use crate::price_list::store as price_lists;
use crate::{AppState, mail};

/// Everybody the mailing is, or would be, for: the frozen ones once it is frozen.
pub(super) async fn readers(connection: &mut AnyConnection, known: &Known, firm: &FirmSettings, now_ms: i64) -> Result<Vec<Recipient>> {
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
        return Ok(Json(api::MailingPreview { total: 0, at: 0, reader: None, message: None, error: None, problem: None }));
    };
    let (message, unwritten) = match copy(&state, &mut connection, &known, &firm, &reader).await? {
        Ok(message) => (Some(shown(&state, &mut connection, &firm, &known, &reader, message).await?), None),
        Err(unwritten) => (None, Some(unwritten)),
    };
    let reader = api::MailingReader {
        customer: OrderCustomer { id: reader.customer, code: reader.code, name: reader.customer_name },
        contact: reader.contact,
        name: reader.name,
        address: reader.address,
        lang: reader.lang,
        skip: reader.skip,
    };
    let error = unwritten.as_ref().map(Unwritten::to_string);
    Ok(Json(api::MailingPreview { total, at, reader: Some(reader), message, error, problem: unwritten.map(Unwritten::problem) }))
}

/// One reader's copy, or why there is none.
pub(super) async fn copy(
    state: &AppState,
    connection: &mut AnyConnection,
    known: &Known,
    firm: &FirmSettings,
    reader: &Recipient,
) -> Result<std::result::Result<Rendered, Unwritten>> {
    let Some((template, version)) = known.version(connection).await? else {
        return Ok(Err(Unwritten::without(FaultKind::NoTemplate, reader.lang, "no template is chosen".into())));
    };
    let price_list = price_list(state, connection, known, firm).await?;
    let letter = Arc::new(Letter::stored(connection, &template, version, price_list).await?);
    let (unsubscribe_url, preferences_url) = sample_links(state);
    let reader = Reader { customer: reader.customer, contact: reader.contact, lang: reader.lang, unsubscribe_url, preferences_url };
    Ok(render::batch(state, connection, firm, &letter, &[reader]).await?.pop().context("one reader has one copy")?)
}

/// The version it speaks of: the fixed one, else today's.
async fn price_list(state: &AppState, connection: &mut AnyConnection, known: &Known, firm: &FirmSettings) -> anyhow::Result<Option<i64>> {
    match known.row.price_list {
        Some(version) => Ok(Some(version)),
        None => render::price_list_now(connection, firm, state.clock.now_ms()).await,
    }
}

async fn shown(
    state: &AppState,
    connection: &mut AnyConnection,
    firm: &FirmSettings,
    known: &Known,
    reader: &Recipient,
    message: Rendered,
) -> anyhow::Result<api::RenderedMessage> {
    let mut attachments = Vec::new();
    if known.row.attach_price_list != 0
        && let Some(version) = price_list(state, connection, known, firm).await?
        && let Some(version) = price_lists::by_number(connection, version).await?
    {
        attachments.push(attachment::file_name(firm, &version.valid_from, reader.lang));
    }
    Ok(api::RenderedMessage {
        from: firm.mail_from.clone().unwrap_or_else(|| firm.party.email.clone()),
        subject: message.subject,
        text: message.text,
        html: message.html,
        attachments,
    })
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
    let mut check =
        |code: &str, ok: bool, advice: bool, detail: String| checks.push(api::MailingCheck { code: code.into(), ok, advice, detail, problems: Vec::new() });
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
    let mut problems: Vec<Unwritten> = Vec::new();
    let mut tried = Vec::new();
    for reader in going.iter().filter(|_| version.is_some()) {
        if !tried.contains(&reader.lang) {
            tried.push(reader.lang);
            problems.extend(copy(state, connection, known, firm, reader).await?.err());
        }
    }
    let said: Vec<String> = problems.iter().map(|one| format!("{}: {one}", one.lang.tag())).collect();
    let problems = problems.into_iter().map(Unwritten::problem).collect();
    checks.push(api::MailingCheck { code: "texts".into(), ok: version.is_some() && said.is_empty(), advice: false, detail: said.join("; "), problems });
    let mut check =
        |code: &str, ok: bool, advice: bool, detail: String| checks.push(api::MailingCheck { code: code.into(), ok, advice, detail, problems: Vec::new() });
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
