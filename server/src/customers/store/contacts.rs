//! SQL of contacts and of what they said about consent.

use kontor_shared::ids::{ContactId, CustomerId};
use sqlx::{AnyConnection, AssertSqlSafe};

crate::row! {
    /// A row of `contacts`.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Contact {
        pub id: String,
        pub customer_id: String,
        pub name: String,
        pub email: String,
        pub phone: String,
        pub fax: String,
        pub position: String,
        pub lang: String,
        pub receives_orders: i64,
        pub receives_accounts: i64,
        pub receives_mail: i64,
        pub user_id: Option<String>,
        pub erased_at: Option<i64>,
        pub created_at: i64,
    }
}

const CONTACT: &str = "SELECT id, customer_id, name, email, phone, fax, position, lang, receives_orders, receives_accounts, receives_mail, user_id, erased_at, \
     created_at FROM contacts";

/// In the order they were added.
pub async fn of_customer(connection: &mut AnyConnection, customer: CustomerId) -> sqlx::Result<Vec<Contact>> {
    sqlx::query_as(AssertSqlSafe(format!("{CONTACT} WHERE customer_id = $1 ORDER BY created_at, id"))).bind(customer.to_string()).fetch_all(connection).await
}

pub async fn get(connection: &mut AnyConnection, id: ContactId) -> sqlx::Result<Option<Contact>> {
    sqlx::query_as(AssertSqlSafe(format!("{CONTACT} WHERE id = $1"))).bind(id.to_string()).fetch_optional(connection).await
}

/// Stores a contact, new or changed.
pub async fn put(connection: &mut AnyConnection, row: &Contact) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO contacts (id, customer_id, name, email, phone, fax, position, lang, receives_orders, receives_accounts, receives_mail, user_id, erased_at, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, phone = excluded.phone, fax = excluded.fax, \
         position = excluded.position, lang = excluded.lang, receives_orders = excluded.receives_orders, \
         receives_accounts = excluded.receives_accounts, receives_mail = excluded.receives_mail, erased_at = excluded.erased_at",
    )
    .bind(&row.id)
    .bind(&row.customer_id)
    .bind(&row.name)
    .bind(&row.email)
    .bind(&row.phone)
    .bind(&row.fax)
    .bind(&row.position)
    .bind(&row.lang)
    .bind(row.receives_orders)
    .bind(row.receives_accounts)
    .bind(row.receives_mail)
    .bind(&row.user_id)
    .bind(row.erased_at)
    .bind(row.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

crate::row! {
    /// A row of the consent record, with the text it was given to where that is kept.
    #[derive(Clone, Debug)]
    pub struct Consent {
        pub contact_id: String,
        pub purpose: String,
        pub channel: String,
        pub state: String,
        pub text_version: String,
        pub source: String,
        pub evidence: String,
        pub actor: String,
        pub at: i64,
        /// What it was given for; empty where there was none.
        pub address: String,
        pub text: Option<String>,
    }
}

const CONSENT: &str = "SELECT c.contact_id, c.purpose, c.channel, c.state, c.text_version, c.source, c.evidence, c.actor, c.at, c.address, \
     (SELECT MIN(t.text) FROM consent_texts t WHERE t.purpose = c.purpose AND t.version = c.text_version) AS text FROM consents c";

/// What the contacts of a customer said, the newest first. A text is kept per language; any of them shows what it was.
pub async fn consents_of_customer(connection: &mut AnyConnection, customer: CustomerId) -> sqlx::Result<Vec<Consent>> {
    sqlx::query_as(AssertSqlSafe(format!("{CONSENT} JOIN contacts p ON p.id = c.contact_id WHERE p.customer_id = $1 ORDER BY c.at DESC, c.id DESC")))
        .bind(customer.to_string())
        .fetch_all(connection)
        .await
}

/// What one contact said, the newest first.
pub async fn consents(connection: &mut AnyConnection, contact: &str) -> sqlx::Result<Vec<Consent>> {
    sqlx::query_as(AssertSqlSafe(format!("{CONSENT} WHERE c.contact_id = $1 ORDER BY c.at DESC, c.id DESC"))).bind(contact).fetch_all(connection).await
}

/// A consent to write down, or its withdrawal.
pub struct NewConsent<'a> {
    pub id: String,
    pub contact: &'a str,
    pub purpose: &'a str,
    pub channel: &'a str,
    /// The contact's on that channel.
    pub address: &'a str,
    pub state: &'a str,
    pub text_version: &'a str,
    pub source: &'a str,
    pub evidence: &'a str,
    pub actor: &'a str,
    pub at: i64,
}

pub async fn add_consent(connection: &mut AnyConnection, new: &NewConsent<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO consents (id, contact_id, purpose, channel, state, text_version, source, at, evidence, actor, address) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&new.id)
    .bind(new.contact)
    .bind(new.purpose)
    .bind(new.channel)
    .bind(new.state)
    .bind(new.text_version)
    .bind(new.source)
    .bind(new.at)
    .bind(new.evidence)
    .bind(new.actor)
    .bind(new.address)
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps a text as it is shown, once.
pub async fn keep_text(connection: &mut AnyConnection, purpose: &str, version: &str, lang: &str, text: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO consent_texts (purpose, version, lang, text, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (purpose, version, lang) DO NOTHING",
    )
    .bind(purpose)
    .bind(version)
    .bind(lang)
    .bind(text)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}
