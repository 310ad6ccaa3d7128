//! Where a person has left traces: what they are known by, now and before, and the rows of other tables that name them.

use std::collections::HashSet;

use anyhow::Context;
use kontor_shared::customers::{Channel, ERASED};
use sqlx::AnyConnection;

use super::masking::masked;
use super::store::contacts::{self, Contact};
use super::store::person::{self, Message, Table, Texts, User};

/// Tables that quote people in free text. Who did something is a log-in, and stands in columns of its own. Orders and documents
/// are not among them: they stay as they were placed and posted.
pub const TABLES: &[Table] = &[
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

const fn table(name: &'static str, owner: Option<&'static str>, columns: &'static [&'static str]) -> Table {
    Table { name, key: "id", number: None, owner, columns, quotes: false }
}

/// What a person is known by, now and before.
pub struct Person {
    pub contact: Contact,
    pub user: Option<User>,
    pub emails: Vec<String>,
    pub faxes: Vec<String>,
    /// Where messages to the person went, as addresses stand in rows.
    pub addresses: Vec<String>,
    /// The log-in and those before it: what stands as who did something.
    pub logins: Vec<String>,
    /// What names the person in the customer's own rows.
    pub names: Vec<String>,
    /// Whole addresses and numbers, which name nobody else wherever they stand.
    reach: Vec<String>,
    /// Addresses, in lower case, that somebody else has too: in other rows they are theirs.
    pub shared: HashSet<String>,
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
    pub fn called(&self) -> &str {
        if self.contact.name.is_empty() { &self.contact.email } else { &self.contact.name }
    }

    pub fn user_id(&self) -> &str {
        self.user.as_ref().map_or("", |user| user.id.as_str())
    }

    /// What was or is to be sent to the person.
    pub async fn messages(&self, connection: &mut AnyConnection) -> sqlx::Result<Vec<Message>> {
        person::messages(connection, &self.contact.id, &self.contact.customer_id, self.user_id(), &self.addresses).await
    }

    /// The row without the person; none where it holds nothing of them. Rows of others lose whole addresses and numbers only:
    /// a name is common, an address is not.
    pub fn masked_row(&self, table: &Table, row: &Texts) -> Option<Texts> {
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
    pub fn has(&self, address: &str) -> bool {
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
