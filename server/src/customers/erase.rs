//! Erasing a person: name, addresses, log-in and texts go, also out of the audit trail; orders, posted documents and the
//! fact of each consent stay. It cannot be undone, so it says first what it will do, and the name is typed again.

use std::collections::HashSet;

use anyhow::Context;
use axum::extract::{Path, State};
use kontor_shared::api::people::{self, ErasePreview, Erased};
use kontor_shared::customers::{Channel, ERASED};
use kontor_shared::ids::ContactId;
use sqlx::AnyConnection;

use super::contacts::locked;
use super::masking::masked;
use super::store::contacts::{self, Contact};
use super::store::master;
use super::store::person::{self, Message, Table, Texts, User};
use super::suppressed;
use crate::accounts::requests::{self, Request};
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text, id_in_path};
use crate::{AppState, accounts, audit, bodies};

/// Tables that quote people in free text. Who did something is a log-in, and stands in columns of its own. Orders and documents
/// are not among them: they stay as they were placed and posted.
const TABLES: &[Table] = &[
    table("audit", Some("subject"), &["subject", "before_data", "after_data"]),
    table("consents", Some("contact_id"), &["source", "evidence"]),
    table("customer_requests", Some("customer_id"), &["text", "answer"]),
    Table { key: "import_id", number: Some("no"), quotes: true, ..table("import_refusals", None, &["value", "reason", "args"]) },
    table("customers", Some("id"), &["note", "state_reason"]),
    Table { key: "customer_id", ..table("applications", Some("customer_id"), &["message", "reason"]) },
    Table { key: "customer_id", ..table("segment_terms", Some("customer_id"), &["reason"]) },
    table("segment_rules", None, &["reason"]),
    table("jobs", None, &["last_error"]),
];

const NOTHING_LEFT: Erased = Erased { sessions: 0, queued: 0, messages: 0, consents: 0, rows: 0 };

const fn table(name: &'static str, owner: Option<&'static str>, columns: &'static [&'static str]) -> Table {
    Table { name, key: "id", number: None, owner, columns, quotes: false }
}

/// What a person is known by, now and before.
pub struct Person {
    pub contact: Contact,
    pub user: Option<User>,
    emails: Vec<String>,
    faxes: Vec<String>,
    /// Where messages to the person went, as addresses stand in rows.
    pub addresses: Vec<String>,
    /// The log-in and those before it: what stands as who did something.
    logins: Vec<String>,
    /// What names the person in the customer's own rows.
    names: Vec<String>,
    /// Whole addresses and numbers, which name nobody else wherever they stand.
    reach: Vec<String>,
    /// Addresses, in lower case, that somebody else has too: in other rows they are theirs.
    shared: HashSet<String>,
    /// The customer and what is its own, by id.
    customers: HashSet<String>,
}

impl Person {
    pub async fn find(connection: &mut AnyConnection, contact: Contact) -> anyhow::Result<Self> {
        let user = person::user(connection, contact.user_id.as_deref(), &contact.email, &contact.customer_id).await?;
        let others = contacts::of_customer(connection, contact.customer_id.parse().context("stored customer id")?).await?;
        let (mut emails, mut faxes) = (vec![contact.email.clone()], vec![contact.fax.clone()]);
        let (mut names, mut phones) = (vec![contact.name.clone()], vec![contact.phone.clone()]);
        let theirs = |value: &str| {
            others.iter().any(|other| other.id != contact.id && [&other.name, &other.email, &other.phone, &other.fax].into_iter().any(|known| known == value))
        };
        // Messages went to the address of their time; what somebody else there has taken over is theirs.
        for form in former(connection, &contact).await? {
            let own = |field: &str| form.get(field).and_then(serde_json::Value::as_str).filter(|value| !theirs(value)).map(String::from);
            emails.extend(own("email"));
            faxes.extend(own("fax"));
            names.extend(own("name"));
            phones.extend(own("phone"));
        }
        for consent in contacts::consents(connection, &contact.id).await? {
            match Channel::parse(&consent.channel) {
                Some(Channel::Email) if !theirs(&consent.address) => emails.push(consent.address),
                Some(Channel::Fax) if !theirs(&consent.address) => faxes.push(consent.address),
                _ => {}
            }
        }
        let mut logins = Vec::new();
        if let Some(user) = &user {
            logins = person::former_logins(connection, &user.id).await?;
            logins.push(user.login.clone());
            emails.extend(logins.iter().filter(|login| login.contains('@')).cloned());
        }
        for list in [&mut emails, &mut faxes, &mut names, &mut phones] {
            list.retain(|text| !text.is_empty());
            list.sort();
            list.dedup();
        }
        let mut addresses: Vec<String> = emails.iter().chain(&faxes).flat_map(|address| [address.clone(), address.to_lowercase()]).collect();
        addresses.extend(user.iter().map(|user| user.login.clone()));
        addresses.sort();
        addresses.dedup();
        let user_id = user.as_ref().map_or("", |user| user.id.as_str());
        let mut shared = HashSet::new();
        for value in emails.iter().chain(&faxes).chain(&phones) {
            if person::is_shared(connection, &contact.id, user_id, &value.to_lowercase()).await? {
                shared.insert(value.to_lowercase());
            }
        }
        let own = |value: &&String| !shared.contains(&value.to_lowercase());
        // An extension would be found in anybody's rows.
        let telling = |value: &&String| value.contains('@') || value.chars().filter(char::is_ascii_digit).count() >= 6;
        let mut reach: Vec<String> = emails.iter().chain(&faxes).chain(&phones).filter(own).filter(telling).cloned().collect();
        names.extend(addresses.iter().chain(&phones).filter(own).cloned());
        for list in [&mut names, &mut reach] {
            // Longer ones first: an address may hold the name.
            list.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
            list.dedup();
        }
        let customers = person::ids_of_customer(connection, &contact.customer_id).await?.into_iter().collect();
        Ok(Self { contact, user, emails, faxes, addresses, logins, names, reach, shared, customers })
    }

    /// What has to be typed to erase.
    fn called(&self) -> &str {
        if self.contact.name.is_empty() { &self.contact.email } else { &self.contact.name }
    }

    fn user_id(&self) -> &str {
        self.user.as_ref().map_or("", |user| user.id.as_str())
    }

    /// What was or is to be sent to the person.
    pub async fn messages(&self, connection: &mut AnyConnection) -> sqlx::Result<Vec<Message>> {
        person::messages(connection, &self.contact.id, &self.contact.customer_id, self.user_id(), &self.addresses).await
    }

    /// The row without the person; none where it holds nothing of them. Rows of others lose whole addresses and numbers only:
    /// a name is common, an address is not.
    fn masked_row(&self, table: &Table, row: &Texts) -> Option<Texts> {
        let names = if self.customers.contains(&row.owner) { &self.names } else { &self.reach };
        let without = |text: &str| {
            let form = masked_form(text, &self.contact.id);
            masked(form.as_deref().unwrap_or(text), names, table.quotes).or(form)
        };
        let texts: Vec<Option<String>> = row.texts.iter().map(|text| text.as_deref().and_then(without)).collect();
        texts.iter().any(Option::is_some).then(|| Texts {
            key: row.key.clone(),
            number: row.number,
            owner: row.owner.clone(),
            texts: texts.into_iter().zip(&row.texts).map(|(masked, before)| masked.or_else(|| before.clone())).collect(),
        })
    }

    /// Rows of a table that name the person, after a key.
    pub async fn rows(&self, connection: &mut AnyConnection, table: &Table, after: &str) -> sqlx::Result<(Vec<Texts>, String)> {
        const AT_ONCE: i64 = 1_000;
        let (mut found, mut key, mut number) = (Vec::new(), after.to_string(), i64::MAX);
        loop {
            let rows = person::texts(connection, table, &key, number, AT_ONCE).await?;
            let Some(last) = rows.last() else { return Ok((found, key)) };
            (key, number) = (last.key.clone(), last.number);
            found.extend(rows.iter().filter_map(|row| self.masked_row(table, row)));
        }
    }

    /// Whether a text is one of the person's addresses.
    fn has(&self, address: &str) -> bool {
        self.addresses.iter().any(|own| own.to_lowercase() == address.trim().to_lowercase())
    }
}

/// Forms of the contact as the audit trail kept them.
async fn former(connection: &mut AnyConnection, contact: &Contact) -> anyhow::Result<Vec<serde_json::Value>> {
    let changes = person::changes(connection, &contact.customer_id).await?;
    let forms = changes.into_iter().flat_map(|(before, after)| [before, after]).flatten();
    let read = forms.filter_map(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    Ok(read.filter(|form| form.get("contact").is_some_and(|id| *id == *contact.id)).collect())
}

/// A JSON form of this contact without what it says of the person: a short name would not be found among other words.
fn masked_form(text: &str, contact: &str) -> Option<String> {
    let mut form: serde_json::Value = serde_json::from_str(text).ok()?;
    let fields = form.as_object_mut().filter(|fields| fields.get("contact").is_some_and(|id| id == contact))?;
    for name in ["name", "email", "phone", "fax", "position"] {
        if let Some(value) = fields.get_mut(name).filter(|value| value.as_str().is_some_and(|text| !text.is_empty() && text != ERASED)) {
            *value = ERASED.into();
        }
    }
    let masked = form.to_string();
    (masked != text).then_some(masked)
}

/// The rows of the audit trail that name a person, or that the person made, for showing.
pub async fn audit_rows(connection: &mut AnyConnection, person: &Person) -> anyhow::Result<HashSet<String>> {
    let mut found: HashSet<String> = person.rows(connection, &TABLES[0], "").await?.0.into_iter().map(|row| row.key).collect();
    found.extend(person::made_by(connection, &person.logins).await?);
    Ok(found)
}

/// Ends what the person asked for and has not got yet: one-time links, and what a job is to answer. What belongs to somebody
/// else's log-in is theirs, whatever address it names.
async fn forget_requests(tx: &mut AnyConnection, person: &Person) -> anyhow::Result<()> {
    let user = person.user_id();
    for (key, subject, data) in person::links(tx).await? {
        let names = serde_json::from_str(&data).is_ok_and(|data| any_string(&data, &|text| person.has(text)));
        if (!user.is_empty() && subject == user) || (names && !person::is_another(tx, user, &subject).await?) {
            person::delete_link(tx, &key).await?;
        }
    }
    for (id, request) in requests::all(tx).await? {
        let own = match &request {
            Request::Forgot { email } => person.has(email) && !person::is_another(tx, user, email).await?,
            Request::SignUp { form, .. } => person.has(&form.email),
            Request::Email { user: asks, .. } => asks.to_string() == user,
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
        elsewhere: person::elsewhere(&mut connection, &person.contact.id, &person.emails).await?,
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
            found.push(person.rows(&mut connection, table, "").await?);
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
    let messages = person.messages(&mut tx).await?;
    if messages.iter().any(|message| matches!(message.state.as_str(), "claimed" | "sending")) {
        return Err(AppError::conflict("message_under_way", "a message to this person is going out; try again in a moment"));
    }
    let mut done = Erased { messages: messages.len() as u64, ..NOTHING_LEFT };
    done.queued = messages.iter().filter(|message| message.state == "queued").count() as u64;
    empty_messages(&mut tx, messages, now).await?;
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
    for (table, (rows, last)) in TABLES.iter().zip(found) {
        for row in rows {
            // As it is now: it may have been changed since it was found.
            let current = person::texts_of(&mut tx, table, &row.key, row.number).await?;
            if let Some(masked) = current.and_then(|current| person.masked_row(table, &current)) {
                person::set_texts(&mut tx, table, &masked).await?;
                done.rows += 1;
            }
        }
        for masked in person.rows(&mut tx, table, &last).await?.0 {
            person::set_texts(&mut tx, table, &masked).await?;
            done.rows += 1;
        }
    }
    person::forget_pace(&mut tx, &person.emails).await?;
    let reason = masked(wanted.reason.trim(), &person.names, false).unwrap_or_else(|| wanted.reason.trim().to_string());
    let after = serde_json::json!({"contact": person.contact.id, "reason": reason, "done": done});
    audit::record(&mut tx, &state.clock, &who.actor(), "contact.erase", &customer.id, None, Some(&after)).await?;
    tx.commit().await?;
    Ok(Json(done))
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
        person::empty_message(tx, &message.id, &format!("erased-{}", message.id), ERASED, &blank).await?;
        hashes.extend([Some(message.body_hash), message.rendered_hash, message.html_hash].into_iter().flatten().filter(|hash| *hash != blank));
    }
    hashes.sort();
    hashes.dedup();
    Ok(person::drop_bodies(tx, &hashes).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_the_contact_is_masked_whatever_the_name() {
        let text = r#"{"contact":"c1","name":"Bo","email":"","position":"buyer"}"#;
        let masked = masked_form(text, "c1").unwrap();
        assert_eq!(masked, r#"{"contact":"c1","name":"[erased]","email":"","position":"[erased]"}"#);
        assert_eq!(masked_form(&masked, "c1"), None);
        assert_eq!(masked_form(text, "c2"), None);
        assert_eq!(masked_form("Bo", "c1"), None);
    }
}
