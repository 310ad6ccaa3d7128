//! The people at a customer: made and changed by staff, and what they said about consent written down, never changed.

use std::collections::HashMap;

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kontor_shared::api;
use kontor_shared::api::people::{self, NewContact, RecordConsent, SaveContact};
use kontor_shared::audit::Action;
use kontor_shared::customers::{Channel, ConsentState, MARKETING};
use kontor_shared::ids::{ContactId, CustomerId};
use kontor_shared::words::Lang;
use serde::Serialize;
use sqlx::AnyConnection;

use super::consents::{MAILINGS, address_on, holds};
use super::edit::check_revision;
use super::store::contacts::{self, Consent, Contact, NewConsent};
use super::store::master::{self, Master};
use super::suppressed::{self, Suppression};
use super::{check, whole};
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text, id_in_path, seen_revision};
use crate::time::{Clock, rfc3339};
use crate::{AppState, audit};

/// Contacts of one customer.
const MOST_CONTACTS: usize = 200;

/// What the audit trail keeps of a contact. The row is about the customer, so it names the contact.
#[derive(Serialize)]
struct Told<'a> {
    contact: &'a str,
    #[serde(flatten)]
    form: SaveContact,
}

/// The row as the form that changes it holds it.
pub fn form(row: &Contact) -> SaveContact {
    SaveContact {
        name: row.name.clone(),
        email: row.email.clone(),
        phone: row.phone.clone(),
        fax: row.fax.clone(),
        position: row.position.clone(),
        lang: Lang::parse(&row.lang),
        receives_orders: row.receives_orders != 0,
        receives_accounts: row.receives_accounts != 0,
        receives_mail: row.receives_mail != 0,
    }
}

fn applied(row: &Contact, form: &SaveContact) -> Contact {
    Contact {
        name: form.name.clone(),
        email: form.email.clone(),
        phone: form.phone.clone(),
        fax: form.fax.clone(),
        position: form.position.clone(),
        lang: form.lang.map_or("", Lang::tag).into(),
        receives_orders: form.receives_orders.into(),
        receives_accounts: form.receives_accounts.into(),
        receives_mail: form.receives_mail.into(),
        ..row.clone()
    }
}

/// The contacts of a customer as staff see them.
pub async fn shown(connection: &mut AnyConnection, customer: &Master) -> anyhow::Result<Vec<people::Contact>> {
    let id = customer.id.parse().context("stored customer id")?;
    let mut consents: HashMap<String, Vec<Consent>> = HashMap::new();
    for consent in contacts::consents_of_customer(connection, id).await? {
        consents.entry(consent.contact_id.clone()).or_default().push(consent);
    }
    let rows = contacts::of_customer(connection, id).await?;
    let addresses: Vec<String> = rows.iter().flat_map(|row| [row.email.clone(), row.fax.clone()]).collect();
    let stopped = suppressed::rows(connection, &addresses).await?;
    rows.into_iter().map(|row| shown_one(consents.remove(&row.id).unwrap_or_default(), &stopped, &customer.delivery_address, row)).collect()
}

/// `consents` come newest first.
fn shown_one(consents: Vec<Consent>, stopped: &[Suppression], delivery_address: &str, row: Contact) -> anyhow::Result<people::Contact> {
    let form = form(&row);
    let newest = holds(&consents, &MAILINGS, Channel::Email, &row.email);
    let own = |one: &&Suppression| match Channel::parse(&one.channel) {
        Some(channel) => one.is_about(address_on(channel, &row, "")),
        None => false,
    };
    Ok(people::Contact {
        id: row.id.parse().context("stored contact id")?,
        consent: newest.map(|consent| consent.state.clone()),
        stopped: stopped.iter().filter(own).map(shown_suppression).collect(),
        consents: consents.into_iter().map(|one| shown_consent(one, delivery_address, &row)).collect::<anyhow::Result<_>>()?,
        name: form.name,
        email: form.email,
        phone: form.phone,
        fax: form.fax,
        position: form.position,
        lang: form.lang,
        receives_orders: form.receives_orders,
        receives_accounts: form.receives_accounts,
        receives_mail: form.receives_mail,
        erased: row.erased_at.is_some(),
        signs_in: row.user_id.is_some(),
    })
}

fn shown_suppression(row: &Suppression) -> people::Stopped {
    people::Stopped {
        channel: row.channel.clone(),
        reason: row.reason.clone(),
        topic: row.topic.clone(),
        source: row.source.clone(),
        since: rfc3339(row.created_at),
        until: row.until.map(rfc3339),
    }
}

fn shown_consent(row: Consent, delivery_address: &str, contact: &Contact) -> anyhow::Result<people::Consent> {
    Ok(people::Consent {
        counts: Channel::parse(&row.channel).is_none_or(|channel| row.counts(channel, address_on(channel, contact, delivery_address))),
        address: row.address,
        at: rfc3339(row.at),
        purpose: row.purpose,
        channel: row.channel,
        state: ConsentState::parse(&row.state).context("stored state of a consent")?,
        source: row.source,
        evidence: row.evidence,
        text_version: row.text_version,
        text: row.text,
        actor: row.actor,
    })
}

/// A new contact of a customer that is locked. Says whether it was there already, and so.
pub async fn add(tx: &mut AnyConnection, clock: &Clock, actor: &str, customer: &Master, id: ContactId, wanted: &SaveContact) -> Result<bool> {
    let others = contacts::of_customer(tx, customer.id.parse().map_err(anyhow::Error::from)?).await?;
    if let Some(known) = contacts::get(tx, id).await? {
        if known.customer_id != customer.id {
            return Err(AppError::NotFound);
        }
        let others: Vec<Contact> = others.into_iter().filter(|other| other.id != known.id).collect();
        let same = form(&known) == check::contact(wanted, Some(&known), &others)?;
        return if same { Ok(false) } else { Err(AppError::conflict("contact_differs", "a contact with this id is stored, and it says something else")) };
    }
    if others.len() >= MOST_CONTACTS {
        return Err(AppError::invalid("too_many_contacts", format!("at most {MOST_CONTACTS} contacts")));
    }
    let form = check::contact(wanted, None, &others)?;
    let empty = Contact {
        id: id.to_string(),
        customer_id: customer.id.clone(),
        name: String::new(),
        email: String::new(),
        phone: String::new(),
        fax: String::new(),
        position: String::new(),
        lang: String::new(),
        receives_orders: 0,
        receives_accounts: 0,
        receives_mail: 0,
        user_id: None,
        erased_at: None,
        created_at: clock.now_ms(),
    };
    put(tx, clock, &applied(&empty, &form)).await?;
    audit::record(tx, clock, actor, Action::ContactAdd, &customer.id, None, Some(&Told { contact: &empty.id, form })).await?;
    Ok(true)
}

/// Changes a contact of a customer that is locked. Saying again what is stored changes nothing.
pub async fn change(
    tx: &mut AnyConnection,
    clock: &Clock,
    actor: &str,
    customer: &Master,
    seen: Option<i64>,
    row: &Contact,
    wanted: &SaveContact,
) -> Result<()> {
    let others = contacts::of_customer(tx, customer.id.parse().map_err(anyhow::Error::from)?).await?;
    let others: Vec<Contact> = others.into_iter().filter(|other| other.id != row.id).collect();
    let after = check::contact(wanted, Some(row), &others)?;
    let before = form(row);
    if before == after {
        return Ok(());
    }
    if row.erased_at.is_some() {
        return Err(AppError::conflict("erased", "the person was erased"));
    }
    check_revision(customer, seen)?;
    put(tx, clock, &applied(row, &after)).await?;
    let told = |form| Told { contact: &row.id, form };
    audit::record(tx, clock, actor, Action::ContactSave, &customer.id, Some(&told(before)), Some(&told(after))).await?;
    Ok(())
}

/// Gives a contact of a locked customer the address its person has confirmed.
pub async fn give_address(tx: &mut AnyConnection, clock: &Clock, actor: &str, row: &Contact, email: &str) -> Result<()> {
    let after = Contact { email: email.into(), ..row.clone() };
    put(tx, clock, &after).await?;
    let told = |row: &Contact| Told { contact: &after.id, form: form(row) };
    audit::record(tx, clock, actor, Action::ContactSave, &row.customer_id, Some(&told(row)), Some(&told(&after))).await?;
    Ok(())
}

async fn put(tx: &mut AnyConnection, clock: &Clock, row: &Contact) -> sqlx::Result<()> {
    let now = clock.now_ms();
    contacts::put(tx, row).await?;
    master::touch(tx, &row.customer_id, now).await
}

/// `POST /api/contacts`
pub async fn create(State(state): State<AppState>, who: Staff, Json(wanted): Json<NewContact>) -> Result<Response> {
    let mut tx = state.db.write_tx().await?;
    let customer = master::locked(&mut tx, wanted.customer, state.db.for_update()).await?;
    let customer = customer.ok_or_else(|| AppError::invalid_field("unknown_customer", "/customer", "no such customer"))?;
    let new = add(&mut tx, &state.clock, &who.actor(), &customer, wanted.id, &wanted.contact).await?;
    tx.commit().await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(whole(&state, wanted.customer, None).await?)).into_response())
}

/// A contact with its customer, which is locked.
pub async fn locked(tx: &mut AnyConnection, state: &AppState, id: ContactId) -> Result<(Master, Contact)> {
    let row = contacts::get(tx, id).await?.ok_or(AppError::NotFound)?;
    let customer: CustomerId = row.customer_id.parse().context("stored customer id")?;
    let customer = master::locked(tx, customer, state.db.for_update()).await?.context("the contact's customer")?;
    // Read again: whoever held the lock may have changed it.
    let row = contacts::get(tx, id).await?.ok_or(AppError::NotFound)?;
    Ok((customer, row))
}

/// `PUT /api/contacts/{id}`
pub async fn save(
    State(state): State<AppState>,
    who: Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(wanted): Json<SaveContact>,
) -> Result<Json<api::Customer>> {
    let (id, seen) = (id_in_path(&id)?, seen_revision(&headers)?);
    let mut tx = state.db.write_tx().await?;
    let (customer, row) = locked(&mut tx, &state, id).await?;
    change(&mut tx, &state.clock, &who.actor(), &customer, seen, &row, &wanted).await?;
    tx.commit().await?;
    Ok(Json(whole(&state, customer.id.parse().context("stored customer id")?, None).await?))
}

/// What a person said about consent.
pub struct Said<'a> {
    pub purpose: &'a str,
    pub channel: Channel,
    pub state: ConsentState,
    pub text_version: &'a str,
    pub source: &'a str,
    pub evidence: &'a str,
}

/// Writes down what a contact said. A consent also lifts what the same person's word had stopped before.
pub async fn write_down(tx: &mut AnyConnection, clock: &Clock, actor: &str, customer: &Master, row: &Contact, said: &Said<'_>) -> Result<()> {
    if row.erased_at.is_some() {
        return Err(AppError::conflict("erased", "the person was erased"));
    }
    let (channel, now) = (said.channel.word(), clock.now_ms());
    let address = address_on(said.channel, row, &customer.delivery_address);
    let new = NewConsent {
        id: clock.new_id().to_string(),
        contact: &row.id,
        purpose: said.purpose,
        channel,
        address,
        state: said.state.word(),
        text_version: said.text_version,
        source: said.source,
        evidence: said.evidence,
        actor,
        at: now,
    };
    contacts::add_consent(tx, &new).await?;
    let mut lifted = 0;
    if said.state == ConsentState::Granted && !address.is_empty() && said.channel != Channel::Post {
        let topic = said.purpose.strip_prefix("topic:").unwrap_or("");
        lifted = suppressed::lift(tx, channel, address, topic).await?;
    }
    master::touch(tx, &customer.id, now).await?;
    let after = serde_json::json!({
        "contact": row.id, "purpose": said.purpose, "channel": channel, "state": said.state, "text_version": said.text_version,
        "source": said.source, "evidence": said.evidence, "suppressions_lifted": lifted,
    });
    audit::record(tx, clock, actor, Action::ConsentRecord, &customer.id, None, Some(&after)).await?;
    Ok(())
}

/// `POST /api/contacts/{id}/consents`
pub async fn consent(
    State(state): State<AppState>,
    who: Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(wanted): Json<RecordConsent>,
) -> Result<Json<api::Customer>> {
    let (id, seen) = (id_in_path(&id)?, seen_revision(&headers)?);
    let purpose = wanted.purpose.as_str();
    let topic = |word: &str| !word.is_empty() && word.len() <= 60 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if purpose != MARKETING && !purpose.strip_prefix("topic:").is_some_and(topic) {
        return Err(AppError::invalid_field("invalid_value", "/purpose", "marketing, or topic:<word>"));
    }
    let (source, evidence) = (wanted.source.trim(), wanted.evidence.trim());
    bounded_text("/source", source, 300, false)?;
    bounded_text("/evidence", evidence, 1_000, true)?;
    if source.is_empty() {
        return Err(AppError::invalid_field("no_source", "/source", "say how it was given"));
    }
    // Whoever writes to people has to be able to prove that they agreed; a "no" counts however it is said.
    if wanted.state == ConsentState::Granted && evidence.is_empty() {
        return Err(AppError::invalid_field("no_evidence", "/evidence", "say what proves it"));
    }
    let mut tx = state.db.write_tx().await?;
    let (customer, row) = locked(&mut tx, &state, id).await?;
    check_revision(&customer, seen)?;
    let said = Said { purpose, channel: wanted.channel, state: wanted.state, text_version: "", source, evidence };
    write_down(&mut tx, &state.clock, &who.actor(), &customer, &row, &said).await?;
    tx.commit().await?;
    Ok(Json(whole(&state, customer.id.parse().context("stored customer id")?, None).await?))
}
