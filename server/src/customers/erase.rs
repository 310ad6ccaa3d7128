//! Erasing a person: name, addresses, log-in and texts go, also out of the audit trail; orders, posted documents and the
//! fact of each consent stay. It cannot be undone, so it says first what it will do, and the name is typed again.

use anyhow::Context;
use axum::extract::{Path, State};
use kontor_shared::api::people::{self, ErasePreview, Erased};
use kontor_shared::audit::Action;
use kontor_shared::customers::{Channel, ERASED};
use kontor_shared::ids::ContactId;
use sqlx::AnyConnection;

use super::contacts::locked;
use super::masking::masked;
use super::store::contacts::{self, Contact};
use super::store::master;
use super::store::person::{self, Message};
use super::suppressed;
use super::traces::{Person, TABLES, audit_rows};
use crate::accounts::requests::{self, Request};
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text, id_in_path};
use crate::{AppState, accounts, audit, bodies};

const NOTHING_LEFT: Erased = Erased { sessions: 0, queued: 0, messages: 0, consents: 0, rows: 0 };

/// Ends what the person asked for and has not got yet: one-time links, and what a job is to answer. What belongs to somebody
/// else's log-in is theirs, whatever address it names.
async fn forget_requests(tx: &mut AnyConnection, person: &Person) -> anyhow::Result<()> {
    let user = person.user_id();
    let names = |data: &str| serde_json::from_str(data).is_ok_and(|data| any_string(&data, &|text| person.has(text)));
    for (key, subject, data) in person::links(tx).await? {
        if (!user.is_empty() && subject == user) || (names(&data) && !person::is_another(tx, user, &subject).await?) {
            person::delete_link(tx, &key).await?;
        }
    }
    for (id, data) in accounts::store::requests(tx).await? {
        let own = match requests::read(&id, &data) {
            Some(Request::Forgot { email }) => person.has(&email) && !person::is_another(tx, user, &email).await?,
            Some(Request::SignUp { form, .. }) => person.has(&form.email),
            Some(Request::Email { user: asks, .. }) => asks.to_string() == user,
            // Nobody will answer it.
            None => names(&data),
        };
        if own {
            accounts::store::take_request(tx, &id).await?;
        }
    }
    Ok(())
}

fn any_string(json: &serde_json::Value, is: &dyn Fn(&str) -> bool) -> bool {
    match json {
        serde_json::Value::String(text) => is(text),
        serde_json::Value::Array(items) => items.iter().any(|item| any_string(item, is)),
        serde_json::Value::Object(fields) => fields.values().any(|value| any_string(value, is)),
        _ => false,
    }
}

async fn known(connection: &mut AnyConnection, id: ContactId) -> Result<Person> {
    let row = contacts::get(connection, id).await?.ok_or(AppError::NotFound)?;
    if row.erased_at.is_some() {
        return Err(AppError::conflict("erased", "the person was erased"));
    }
    Ok(Person::find(connection, row).await?)
}

/// `GET /api/contacts/{id}/erase`
pub async fn preview(State(state): State<AppState>, Path(id): Path<String>) -> Result<Json<ErasePreview>> {
    let mut connection = state.db.read().await?;
    let person = known(&mut connection, id_in_path(&id)?).await?;
    let messages = person.messages(&mut connection).await?;
    let customer = person.contact.customer_id.parse().context("stored customer id")?;
    let consents = contacts::consents_of_customer(&mut connection, customer).await?;
    let (mut sessions, mut orders) = (0, 0);
    if let Some(user) = &person.user {
        sessions = person::sessions(&mut connection, &user.id).await?.len() as u64;
        orders = person::orders(&mut connection, &user.id).await?.len() as u64;
    }
    Ok(Json(ErasePreview {
        name: person.called().to_string(),
        log_in: person.user.is_some(),
        sessions,
        orders,
        queued: messages.iter().filter(|message| message.state == "queued").count() as u64,
        messages: messages.len() as u64,
        consents: consents.iter().filter(|consent| consent.contact_id == person.contact.id).count() as u64,
        audit: audit_rows(&mut connection, &person).await?.len() as u64,
        elsewhere: person.elsewhere(&mut connection).await?,
    }))
}

/// `POST /api/contacts/{id}/erase`. Erasing again answers that nothing is left to do.
pub async fn erase(State(state): State<AppState>, who: Staff, Path(id): Path<String>, Json(wanted): Json<people::Erase>) -> Result<Json<Erased>> {
    let id: ContactId = id_in_path(&id)?;
    bounded_text("/reason", &wanted.reason, 500, true)?;
    // Whole tables are read before the write lock is taken; what is added meanwhile is looked at under it.
    let mut found = Vec::new();
    {
        let mut connection = state.db.read().await?;
        let row = contacts::get(&mut connection, id).await?.ok_or(AppError::NotFound)?;
        if row.erased_at.is_some() {
            return Ok(Json(NOTHING_LEFT));
        }
        let person = Person::find(&mut connection, row).await?;
        check_typed(&person, &wanted)?;
        for table in TABLES {
            found.push(person.rows(&mut connection, table, None).await?);
        }
    }
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    let (customer, row) = locked(&mut tx, &state, id).await?;
    if row.erased_at.is_some() {
        return Ok(Json(NOTHING_LEFT));
    }
    let person = Person::find(&mut tx, row).await?;
    check_typed(&person, &wanted)?;
    person::hold_writing(&mut tx, state.db.for_update()).await?;
    let messages = person.messages(&mut tx).await?;
    if messages.iter().any(|message| matches!(message.state.as_str(), "claimed" | "sending")) {
        return Err(under_way());
    }
    let mut done = Erased { messages: messages.len() as u64, ..NOTHING_LEFT };
    done.queued = messages.iter().filter(|message| message.state == "queued").count() as u64;
    empty_messages(&mut tx, messages, now).await?;
    crate::intake::store::forget(&mut tx, &person.emails).await?;
    for (channel, addresses) in [(Channel::Email, &person.emails), (Channel::Fax, &person.faxes)] {
        for address in addresses {
            let shared = person.shared.contains(&address.to_lowercase());
            suppressed::erase(&mut tx, address, channel.word(), shared, &who.actor(), now).await?;
        }
    }
    if let Some(user) = &person.user {
        let login = format!("erased-{}", user.id);
        done.sessions = person::close_user(&mut tx, &user.id, &login).await?;
        for own in &person.logins {
            person::rename_actor(&mut tx, own, &login).await?;
        }
    }
    forget_requests(&mut tx, &person).await?;
    let customer_id = customer.id.parse().context("stored customer id")?;
    let consents = contacts::consents_of_customer(&mut tx, customer_id).await?;
    done.consents = consents.iter().filter(|consent| consent.contact_id == person.contact.id).count() as u64;
    let blank = Contact {
        name: String::new(),
        email: String::new(),
        phone: String::new(),
        fax: String::new(),
        position: String::new(),
        receives_orders: 0,
        receives_accounts: 0,
        receives_mail: 0,
        erased_at: Some(now),
        ..person.contact.clone()
    };
    contacts::put(&mut tx, &blank).await?;
    person::forget_addresses(&mut tx, &person.contact.id).await?;
    master::touch(&mut tx, &customer.id, now).await?;
    for (table, (mut rows, to)) in TABLES.iter().zip(found) {
        // What was written since; of a table whose rows change, any of them may name the person by now.
        let since = person.rows(&mut tx, table, (!table.changes).then_some(to)).await?.0;
        if table.changes {
            rows = since;
        } else {
            rows.extend(since);
        }
        for (key, number) in rows {
            // As it is now: it may have been changed since it was found.
            let current = person::texts_of(&mut tx, table, state.db.for_update(), &key, number).await?;
            if let Some(masked) = current.and_then(|current| person.masked_row(table, &current)) {
                person::set_texts(&mut tx, table, &masked).await?;
                done.rows += 1;
            }
        }
    }
    person::forget_pace(&mut tx, &person.emails).await?;
    let reason = masked(wanted.reason.trim(), &person.names, false).unwrap_or_else(|| wanted.reason.trim().to_string());
    let after = serde_json::json!({"contact": person.contact.id, "reason": reason, "done": done});
    audit::record(&mut tx, &state.clock, &who.actor(), Action::ContactErase, &customer.id, None, Some(&after)).await?;
    tx.commit().await?;
    Ok(Json(done))
}

fn under_way() -> AppError {
    AppError::conflict("message_under_way", "a message to this person is going out; try again in a moment")
}

fn check_typed(person: &Person, wanted: &people::Erase) -> Result<()> {
    if wanted.reason.trim().is_empty() {
        return Err(AppError::invalid_field("no_reason", "/reason", "say why: it stays in the audit trail"));
    }
    if wanted.name.trim() != person.called() {
        return Err(AppError::invalid_field("name_differs", "/name", "not the name of this person"));
    }
    Ok(())
}

/// Recipient, subject and texts go; that something was sent, when and whether it arrived stays.
async fn empty_messages(tx: &mut AnyConnection, messages: Vec<Message>, now: i64) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let blank = bodies::put(tx, "text/plain; charset=utf-8", ERASED.as_bytes(), now).await?;
    let mut hashes = Vec::new();
    for message in messages {
        // Each of its own: cause and recipient together stand once.
        if !person::empty_message(tx, &message.id, &format!("erased-{}", message.id), ERASED, &blank).await? {
            return Err(under_way());
        }
        hashes.extend([Some(message.body_hash), message.rendered_hash, message.html_hash].into_iter().flatten().filter(|hash| *hash != blank));
    }
    hashes.sort();
    hashes.dedup();
    for hash in &hashes {
        bodies::drop_unused(tx, hash).await?;
    }
    Ok(())
}
