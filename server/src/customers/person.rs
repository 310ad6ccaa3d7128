//! Everything held about one person, for whoever asks to see it (GDPR, art. 15 and 20): as data, and as a text to read.

use std::fmt::Write;

use anyhow::Context;
use axum::extract::{Path, State};
use kontor_shared::api::people::{PersonAudit, PersonCustomer, PersonExport, PersonLogIn, PersonMessage, PersonOrder, PersonSession, PersonSuppression};
use kontor_shared::audit::Action;
use kontor_shared::ids::ContactId;
use kontor_shared::words::{Lang, people as words};
use sqlx::AnyConnection;

use super::contacts::shown;
use super::store::person::{self, Message};
use super::store::{contacts, master};
use super::suppressed::{self, Suppression};
use super::traces::{Person, audit_rows};
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::extract::{Json, id_in_path};
use crate::time::rfc3339;
use crate::{AppState, audit, bodies, drafts, firm};

/// `POST /api/contacts/{id}/export`: that somebody's data was taken out is a row of the audit trail, so this is no `GET`.
pub async fn export(State(state): State<AppState>, who: Staff, Path(id): Path<String>) -> Result<Json<PersonExport>> {
    let id: ContactId = id_in_path(&id)?;
    let made = {
        let mut connection = state.db.read().await?;
        made(&mut connection, &state, id).await?
    };
    let mut tx = state.db.write_tx().await?;
    let row = contacts::get(&mut tx, id).await?.ok_or(AppError::NotFound)?;
    audit::record(&mut tx, &state.clock, &who.actor(), Action::ContactExport, &row.customer_id, None, Some(&serde_json::json!({"contact": row.id}))).await?;
    tx.commit().await?;
    Ok(Json(made))
}

async fn made(connection: &mut AnyConnection, state: &AppState, id: ContactId) -> Result<PersonExport> {
    let row = contacts::get(connection, id).await?.ok_or(AppError::NotFound)?;
    if row.erased_at.is_some() {
        return Err(AppError::conflict("erased", "the person was erased"));
    }
    let firm = firm::stored(connection).await?;
    let customer_id = row.customer_id.parse().context("stored customer id")?;
    let customer = master::get(connection, customer_id).await?.context("the contact's customer")?;
    let lang = Lang::parse(&row.lang).or_else(|| Lang::parse(&customer.lang)).unwrap_or(firm.lang);
    let contact = shown(connection, &customer).await?.into_iter().find(|one| one.id == id).context("the contact")?;
    let created_at = rfc3339(row.created_at);
    let person = Person::find(connection, row).await?;
    let (mut sessions, mut orders, mut draft) = (Vec::new(), Vec::new(), None);
    if let Some(user) = &person.user {
        let session = |(created, seen, expires)| PersonSession { created_at: rfc3339(created), seen_at: rfc3339(seen), expires_at: rfc3339(expires) };
        sessions = person::sessions(connection, &user.id).await?.into_iter().map(session).collect();
        let order = |(at, number, delivery_address, comment)| PersonOrder { at: rfc3339(at), number, delivery_address, comment };
        orders = person::orders(connection, &user.id).await?.into_iter().map(order).collect();
        draft = drafts::store::get(connection, &user.id).await?.map(|row| row.draft()).transpose()?.filter(|draft| !draft.says_nothing());
    }
    let mut messages = Vec::new();
    for message in person.messages(connection).await? {
        messages.push(shown_message(connection, message).await?);
    }
    let suppression =
        |row: Suppression| PersonSuppression { channel: row.channel, reason: row.reason, topic: row.topic, at: rfc3339(row.created_at), source: row.source };
    let known: Vec<String> = person.emails.iter().chain(&person.faxes).chain(&person.logins).cloned().collect();
    let suppressions = suppressed::rows(connection, &known).await?.into_iter().map(suppression).collect();
    let naming = audit_rows(connection, &person).await?;
    let audit = audit::store::of_ids(connection, &naming).await?;
    let audit = audit
        .into_iter()
        .map(|row| PersonAudit { at: rfc3339(row.at), actor: row.actor, action: row.action, before: row.before_data, after: row.after_data })
        .collect();
    let log_in = person.user.as_ref().map(|user| PersonLogIn { login: user.login.clone(), created_at: rfc3339(user.created_at), disabled: user.disabled != 0 });
    let mut export = PersonExport {
        exported_at: rfc3339(state.clock.now_ms()),
        firm: firm.party.name.clone(),
        customer: PersonCustomer { code: customer.code, name: customer.name },
        contact,
        created_at,
        log_in,
        sessions,
        suppressions,
        messages,
        orders,
        draft,
        audit,
        text: String::new(),
    };
    export.text = text(lang, &export);
    Ok(export)
}

async fn shown_message(connection: &mut AnyConnection, message: Message) -> anyhow::Result<PersonMessage> {
    let body = bodies::get(connection, &message.body_hash).await?.context("a message's body is missing")?;
    Ok(PersonMessage {
        at: rfc3339(message.created_at),
        channel: message.channel,
        recipient: message.recipient,
        subject: message.subject,
        state: message.state,
        text: String::from_utf8_lossy(&body.bytes).into_owned(),
    })
}

/// The export for reading, in the person's language.
fn text(lang: Lang, export: &PersonExport) -> String {
    let mut text = Text { lang, text: String::new() };
    text.line(&words::EXPORT_TITLE.with(lang, &[("firm", &export.firm), ("date", &export.exported_at)]));
    let contact = &export.contact;
    text.section(words::PERSON);
    for (word, value) in [
        (words::NAME, &contact.name),
        (words::EMAIL_ADDRESS, &contact.email),
        (words::PHONE, &contact.phone),
        (words::FAX, &contact.fax),
        (words::POSITION, &contact.position),
        (words::COMPANY, &format!("{} {}", export.customer.code, export.customer.name)),
        (words::KNOWN_SINCE, &export.created_at),
    ] {
        if !value.is_empty() {
            text.line(&format!("{}: {value}", word.say(lang)));
        }
    }
    text.section(words::CONSENTS);
    for consent in &contact.consents {
        let parts = [&consent.at, &consent.purpose, &consent.channel, consent.state.word(), &consent.source, &consent.evidence, &consent.text_version];
        text.row(&parts);
        if let Some(said) = &consent.text {
            text.line(&format!("    {said}"));
        }
    }
    text.section(words::STOPPED);
    for one in &export.suppressions {
        text.row(&[&one.at, &one.channel, &one.reason, &one.topic, &one.source]);
    }
    text.section(words::LOG_IN);
    if let Some(user) = &export.log_in {
        text.row(&[&user.created_at, &user.login]);
    }
    for session in &export.sessions {
        text.row(&[&session.created_at, &session.seen_at, &session.expires_at]);
    }
    text.section(words::ORDERS_PLACED);
    for order in &export.orders {
        text.row(&[&order.at, &order.number, &order.delivery_address, &order.comment]);
    }
    text.section(words::NOT_SENT_YET);
    if let Some(draft) = &export.draft {
        text.row(&[&draft.po_number, &draft.wanted_on, draft.delivery_address.as_deref().unwrap_or(""), &draft.comment]);
        for line in &draft.lines {
            text.row(&[&line.code, &line.name, &line.typed]);
        }
    }
    text.section(words::MESSAGES);
    for message in &export.messages {
        text.row(&[&message.at, &message.channel, &message.recipient, &message.state, &message.subject]);
        for line in message.text.lines() {
            text.line(&format!("    {line}"));
        }
    }
    text.section(words::AUDIT_ROWS);
    for row in &export.audit {
        text.row(&[&row.at, &row.actor, &row.action, row.before.as_deref().unwrap_or(""), row.after.as_deref().unwrap_or("")]);
    }
    text.text
}

struct Text {
    lang: Lang,
    text: String,
}

impl Text {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{line}");
    }
    fn section(&mut self, word: kontor_shared::words::Word) {
        let title = word.say(self.lang);
        let _ = writeln!(self.text, "\n{title}\n{}", "=".repeat(title.chars().count()));
    }
    fn row(&mut self, parts: &[&str]) {
        let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
        self.line(&parts.join(" · "));
    }
}
