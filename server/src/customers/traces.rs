//! Where a person has left traces: what they are known by, now and before, and the rows of other tables that name them.

use std::collections::{BTreeSet, HashSet};

use anyhow::Context;
use kontor_shared::customers::{Channel, ERASED};
use sqlx::AnyConnection;

use super::masking::masked;
use super::store::contacts::{self, Contact};
use super::store::person::{self, Message, Table, Texts, User};
use super::suppressed::normal;

/// Tables that quote people in free text. Who did something is a log-in, and stands in columns of its own. Orders and documents
/// are not among them: they stay as they were placed and posted.
pub const TABLES: &[Table] = &[
    table("audit", Some("subject"), &["subject", "before_data", "after_data"]),
    table("consents", Some("contact_id"), &["source", "evidence"]),
    changing("customer_requests", Some("customer_id"), &["text", "answer"]),
    Table { key: "import_id", number: Some("no"), quotes: true, ..table("import_refusals", None, &["value", "reason", "args"]) },
    changing("customers", Some("id"), &["note", "state_reason"]),
    Table { key: "customer_id", ..changing("applications", Some("customer_id"), &["message", "reason"]) },
    Table { key: "customer_id", ..changing("segment_terms", Some("customer_id"), &["reason"]) },
    // The person's own is deleted; a colleague may have named them in one.
    Table { key: "user_id", ..changing("drafts", Some("customer_id"), &["po_number", "delivery_address", "comment"]) },
    changing("incoming_mails", Some("customer_id"), &["sender", "subject", "text", "detail"]),
    changing("incoming_files", Some("customer_id"), &["name", "account", "detail"]),
    // The words of a header.
    table("form_columns", Some("customer_id"), &["fingerprint"]),
    table("segment_rules", None, &["reason"]),
    changing("jobs", None, &["last_error"]),
    // What a mail server answered.
    Table { key: "scope", ..changing("breakers", None, &["reason"]) },
    changing("mailings", None, &["paused_reason"]),
];

const fn table(name: &'static str, owner: Option<&'static str>, columns: &'static [&'static str]) -> Table {
    Table { name, key: "id", number: None, owner, columns, quotes: false, changes: false }
}

const fn changing(name: &'static str, owner: Option<&'static str>, columns: &'static [&'static str]) -> Table {
    Table { changes: true, ..table(name, owner, columns) }
}

/// Where a table was read to: a key and a number.
pub type ReadTo = (String, i64);

/// What a person is known by, now and before.
pub struct Person {
    pub contact: Contact,
    pub user: Option<User>,
    pub emails: Vec<String>,
    pub faxes: Vec<String>,
    /// Where messages to the person went, as addresses stand in rows; none that another contact of the customer has now.
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
        let user = person::user(connection, &contact).await?;
        let others = contacts::of_customer(connection, contact.customer_id.parse().context("stored customer id")?).await?;
        let (mut emails, mut faxes) = (vec![contact.email.clone()], vec![contact.fax.clone()]);
        let (mut names, mut phones) = (vec![contact.name.clone()], vec![contact.phone.clone()]);
        let others: Vec<&Contact> = others.iter().filter(|other| other.id != contact.id).collect();
        let theirs = |value: &str| {
            let same = |known: &String| normal(known) == normal(value);
            others.iter().any(|other| [&other.name, &other.email, &other.phone, &other.fax].into_iter().any(same))
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
        // Mails about the customer's orders that went to an address a colleague has now are the colleague's.
        addresses.retain(|address| !others.iter().any(|other| [&other.email, &other.fax].into_iter().any(|known| normal(known) == normal(address))));
        addresses.sort();
        addresses.dedup();
        let user_id = user.as_ref().map_or("", |user| user.id.as_str());
        let values: Vec<String> = emails.iter().chain(&faxes).chain(&phones).map(|value| normal(value)).collect();
        let mut shared = person::logins_of_others(connection, user_id, &values).await?;
        for one in person::bearers(connection, &contact.id, &values).await? {
            shared.extend([one.email, one.fax, one.phone].iter().map(|value| normal(value)).filter(|value| values.contains(value)));
        }
        let own = |value: &&String| !shared.contains(&normal(value));
        // An extension would be found in anybody's rows.
        let telling = |value: &&String| value.contains('@') || value.chars().filter(char::is_ascii_digit).count() >= 6;
        let mut reach: Vec<String> = emails.iter().chain(&faxes).chain(&phones).filter(own).filter(telling).cloned().collect();
        names.extend(addresses.iter().chain(&logins).chain(&phones).filter(own).cloned());
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

    /// What was or is to be sent to the person: as this contact; or, where no contact is named, to one of the addresses about the
    /// contact's customer, or about nobody's business but the log-in's own. What went to somebody else at the same address is theirs.
    pub async fn messages(&self, connection: &mut AnyConnection) -> sqlx::Result<Vec<Message>> {
        let known: Vec<String> = self.addresses.iter().chain(&self.logins).cloned().collect();
        let logins: Vec<String> = known.iter().map(|address| normal(address)).collect();
        let of_others = person::logins_of_others(connection, self.user_id(), &logins).await?;
        let mut found = person::messages(connection, &self.contact.id, &self.contact.customer_id, &known).await?;
        found.retain(|message| match (&message.contact_id, &message.customer_id) {
            (Some(_), _) => true,
            (None, Some(_)) => self.addresses.contains(&message.recipient),
            (None, None) => !of_others.contains(&normal(&message.recipient)),
        });
        Ok(found)
    }

    /// Codes of customers that keep one of the person's e-mail addresses with another contact, in order.
    pub async fn elsewhere(&self, connection: &mut AnyConnection) -> sqlx::Result<Vec<String>> {
        let emails: Vec<String> = self.emails.iter().map(|email| normal(email)).collect();
        let bearers = person::bearers(connection, &self.contact.id, &emails).await?;
        let codes: BTreeSet<String> = bearers.into_iter().filter(|one| emails.contains(&normal(&one.email))).map(|one| one.code).collect();
        Ok(codes.into_iter().collect())
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

    /// Keys of the rows of a table that name the person, of all or after a key, and how far the table was read.
    pub async fn rows(&self, connection: &mut AnyConnection, table: &Table, after: Option<ReadTo>) -> sqlx::Result<(Vec<ReadTo>, ReadTo)> {
        const AT_ONCE: i64 = 1_000;
        let (mut found, mut to) = (Vec::new(), after.unwrap_or_else(|| (String::new(), i64::MAX)));
        loop {
            let rows = person::texts(connection, table, (&to.0, to.1), AT_ONCE).await?;
            let Some(last) = rows.last() else { return Ok((found, to)) };
            to = (last.key.clone(), last.number);
            found.extend(rows.into_iter().filter(|row| self.masked_row(table, row).is_some()).map(|row| (row.key, row.number)));
        }
    }

    /// Whether a text is one of the person's addresses.
    pub fn has(&self, address: &str) -> bool {
        self.addresses.iter().chain(&self.logins).any(|own| normal(own) == normal(address))
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
    let mut found: HashSet<String> = person.rows(connection, &TABLES[0], None).await?.0.into_iter().map(|(key, _)| key).collect();
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
