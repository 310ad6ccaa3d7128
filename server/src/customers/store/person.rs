//! SQL of everything held about one person, and of taking the person out of it.

use std::collections::HashSet;

use sqlx::{AnyConnection, AssertSqlSafe};

use super::contacts::Contact;
use crate::auth::normal;
use crate::db::placeholders;
use crate::drafts;

crate::row! {
    #[derive(Clone, Debug)]
    pub struct User {
        pub id: String,
        pub login: String,
        pub disabled: i64,
        pub created_at: i64,
    }
}

/// The person's log-in: the one the contact was given, or a buyer's of the same customer under the person's own address. One that
/// another contact was given is theirs, whatever address it is called by.
pub async fn user(connection: &mut AnyConnection, contact: &Contact) -> sqlx::Result<Option<User>> {
    sqlx::query_as(
        "SELECT id, login, disabled, created_at FROM users WHERE id = $1 OR (login = $2 AND $2 <> '' AND role = 'buyer' AND customer_id = $3 \
         AND NOT EXISTS (SELECT 1 FROM contacts k WHERE k.user_id = users.id AND k.id <> $4)) \
         ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1",
    )
    .bind(contact.user_id.as_deref().unwrap_or(""))
    .bind(normal(&contact.email))
    .bind(&contact.customer_id)
    .bind(&contact.id)
    .fetch_optional(connection)
    .await
}

/// When sessions began, were used last, and end.
pub async fn sessions(connection: &mut AnyConnection, user: &str) -> sqlx::Result<Vec<(i64, i64, i64)>> {
    sqlx::query_as("SELECT created_at, seen_at, expires_at FROM sessions WHERE user_id = $1 ORDER BY created_at").bind(user).fetch_all(connection).await
}

crate::row! {
    #[derive(Clone, Debug)]
    pub struct Message {
        pub id: String,
        pub customer_id: Option<String>,
        pub contact_id: Option<String>,
        pub channel: String,
        pub recipient: String,
        pub subject: String,
        pub state: String,
        pub body_hash: String,
        pub rendered_hash: Option<String>,
        pub html_hash: Option<String>,
        pub created_at: i64,
    }
}

/// What was or is to be sent to this contact; or, where no contact is named, to one of these addresses about the contact's customer
/// or about nobody's business.
pub async fn messages(connection: &mut AnyConnection, contact: &str, customer: &str, addresses: &[String]) -> sqlx::Result<Vec<Message>> {
    let sql = format!(
        "SELECT id, customer_id, contact_id, channel, recipient, subject, state, body_hash, rendered_hash, html_hash, created_at FROM messages \
         WHERE contact_id = $1 OR (contact_id IS NULL AND recipient IN ({}) AND (customer_id = $2 OR customer_id IS NULL)) ORDER BY created_at, id",
        placeholders(3, addresses.len().max(1))
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(contact).bind(customer);
    for address in addresses {
        query = query.bind(address);
    }
    if addresses.is_empty() {
        // No message has it: one to nobody has an empty recipient.
        query = query.bind("\u{1}");
    }
    query.fetch_all(connection).await
}

/// Those of these log-ins, as they are stored, that somebody else signs in with.
pub async fn logins_of_others(connection: &mut AnyConnection, user: &str, logins: &[String]) -> sqlx::Result<HashSet<String>> {
    if logins.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = format!("SELECT login FROM users WHERE id <> $1 AND login IN ({})", placeholders(2, logins.len()));
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(user);
    let found: Vec<String> = logins.iter().fold(query, |query, login| query.bind(login)).fetch_all(connection).await?;
    Ok(found.into_iter().collect())
}

/// What was changed of a customer's people, before and after.
pub async fn changes(connection: &mut AnyConnection, customer: &str) -> sqlx::Result<Vec<(Option<String>, Option<String>)>> {
    sqlx::query_as("SELECT before_data, after_data FROM audit WHERE subject = $1 AND action IN ('contact.add', 'contact.save')")
        .bind(customer)
        .fetch_all(connection)
        .await
}

crate::row! {
    /// Somebody else who was not erased, and the code of their customer.
    pub struct Bearer {
        pub code: String,
        pub email: String,
        pub fax: String,
        pub phone: String,
    }
}

/// Who else has one of these, in lower case, as an address or a number.
pub async fn bearers(connection: &mut AnyConnection, contact: &str, values: &[String]) -> sqlx::Result<Vec<Bearer>> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    // SQLite's LOWER knows ASCII only: what holds other letters is all read, and told apart below.
    let like = |column: &str| format!("LOWER(p.{column}) IN ({}) OR LENGTH(p.{column}) <> OCTET_LENGTH(p.{column})", placeholders(2, values.len()));
    let sql = format!(
        "SELECT c.code, p.email, p.fax, p.phone FROM contacts p JOIN customers c ON c.id = p.customer_id \
         WHERE p.id <> $1 AND p.erased_at IS NULL AND ({} OR {} OR {})",
        like("email"),
        like("fax"),
        like("phone")
    );
    let query = sqlx::query_as::<_, Bearer>(AssertSqlSafe(sql)).bind(contact);
    let found = values.iter().fold(query, |query, value| query.bind(value)).fetch_all(connection).await?;
    let has = |one: &Bearer| [&one.email, &one.fax, &one.phone].into_iter().any(|own| values.contains(&normal(own)));
    Ok(found.into_iter().filter(has).collect())
}

/// Orders the log-in placed: when, number, delivery address, comment.
pub async fn orders(connection: &mut AnyConnection, user: &str) -> sqlx::Result<Vec<(i64, String, String, String)>> {
    sqlx::query_as("SELECT ordered_at, number, delivery_address, comment FROM orders WHERE user_id = $1 ORDER BY ordered_at, id")
        .bind(user)
        .fetch_all(connection)
        .await
}

/// Whose rows a customer's are: the ids of the customer, its people, their log-ins and its orders.
pub async fn ids_of_customer(connection: &mut AnyConnection, customer: &str) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT id FROM customers WHERE id = $1 UNION ALL SELECT id FROM contacts WHERE customer_id = $1 \
         UNION ALL SELECT id FROM users WHERE customer_id = $1 UNION ALL SELECT id FROM orders WHERE customer_id = $1",
    )
    .bind(customer)
    .fetch_all(connection)
    .await
}

/// Log-ins a user had before.
pub async fn former_logins(connection: &mut AnyConnection, user: &str) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT DISTINCT actor FROM audit WHERE subject = $1 AND action = 'email.change' \
         AND NOT EXISTS (SELECT 1 FROM users u WHERE u.login = audit.actor AND u.id <> $1)",
    )
    .bind(user)
    .fetch_all(connection)
    .await
}

/// Rows of the audit trail that one of these log-ins made.
pub async fn made_by(connection: &mut AnyConnection, logins: &[String]) -> sqlx::Result<Vec<String>> {
    if logins.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT id FROM audit WHERE actor IN ({})", placeholders(1, logins.len()));
    let query = sqlx::query_scalar(AssertSqlSafe(sql));
    logins.iter().fold(query, |query, login| query.bind(login)).fetch_all(connection).await
}

/// Links that may be a person's: subject, data, and the key they are deleted by.
pub async fn links(connection: &mut AnyConnection) -> sqlx::Result<Vec<(String, String, String)>> {
    sqlx::query_as("SELECT token_hash, subject, data FROM links ORDER BY token_hash").fetch_all(connection).await
}

pub async fn delete_link(connection: &mut AnyConnection, token_hash: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM links WHERE token_hash = $1").bind(token_hash).execute(connection).await?;
    Ok(())
}

/// Whether somebody else signs in by this id, or with this log-in.
pub async fn is_another(connection: &mut AnyConnection, user: &str, other: &str) -> sqlx::Result<bool> {
    let found: Option<String> =
        sqlx::query_scalar("SELECT id FROM users WHERE id <> $1 AND (id = $2 OR login = $2)").bind(user).bind(other).fetch_optional(connection).await?;
    Ok(found.is_some())
}

/// The addresses go from what the contact said about consent; that it was said, when and how stays.
pub async fn forget_addresses(connection: &mut AnyConnection, contact: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE consents SET address = '' WHERE contact_id = $1").bind(contact).execute(connection).await?;
    Ok(())
}

/// Ends the log-in for good under another name; the row stays for the orders that name it.
pub async fn close_user(connection: &mut AnyConnection, user: &str, login: &str) -> sqlx::Result<u64> {
    // The log-in before what hangs on it, as everybody locks them.
    sqlx::query(
        "UPDATE users SET disabled = 1, login = $2, password_hash = 'erased', name = '', factor_at = NULL, factor_secret = '', factor_offered = '' WHERE id = $1",
    )
    .bind(user).bind(login).execute(&mut *connection).await?;
    let ended = sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user).execute(&mut *connection).await?;
    sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1").bind(user).execute(&mut *connection).await?;
    sqlx::query("DELETE FROM links WHERE subject = $1").bind(user).execute(&mut *connection).await?;
    drafts::store::delete(connection, user).await?;
    Ok(ended.rows_affected())
}

/// Takes recipient, subject and texts out of a message. One that waits is skipped; one that a sender has taken meanwhile is the
/// sender's, and stays: false.
pub async fn empty_message(connection: &mut AnyConnection, id: &str, recipient: &str, text: &str, body_hash: &str) -> sqlx::Result<bool> {
    let emptied = sqlx::query(
        "UPDATE messages SET recipient = $2, subject = $3, body_hash = $4, rendered_hash = NULL, html_hash = NULL, domain = '', attachments = '', \
         skip_reason = CASE WHEN state = 'queued' THEN 'erased' ELSE skip_reason END, \
         last_error = CASE WHEN state = 'queued' THEN 'the person was erased' ELSE NULL END, \
         state = CASE WHEN state = 'queued' THEN 'skipped' ELSE state END WHERE id = $1 AND state NOT IN ('claimed', 'sending')",
    )
    .bind(id)
    .bind(recipient)
    .bind(text)
    .bind(body_hash)
    .execute(connection)
    .await?;
    Ok(emptied.rows_affected() == 1)
}

/// Skips a draft's messages to people who were erased after it was found whom it goes to, and takes their addresses out of them.
pub async fn skip_erased(connection: &mut AnyConnection, mailing: &str) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE messages SET recipient = 'erased-' || id, domain = '', state = 'skipped', skip_reason = 'erased', last_error = 'the person was erased' \
         WHERE mailing_id = $1 AND contact_id IN (SELECT id FROM contacts WHERE erased_at IS NOT NULL)",
    )
    .bind(mailing)
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets, until the transaction ends, nobody write a mailing's messages while somebody is erased, nor the other way round: what is
/// written before is emptied, and what is written after knows of it.
pub async fn hold_writing(connection: &mut AnyConnection, for_update: &str) -> sqlx::Result<()> {
    let _: Option<i64> = sqlx::query_scalar(AssertSqlSafe(format!("SELECT id FROM sending WHERE id = 1{for_update}"))).fetch_optional(connection).await?;
    Ok(())
}

/// A domain may be a person's own. How fast it was written to is forgotten; at worst one mail goes a moment sooner.
pub async fn forget_pace(connection: &mut AnyConnection, emails: &[String]) -> sqlx::Result<()> {
    for email in emails {
        let scope = format!("domain:{}", crate::mail::compose::domain(email));
        for statement in ["DELETE FROM throttles WHERE scope = $1", "DELETE FROM breakers WHERE scope = $1"] {
            sqlx::query(statement).bind(&scope).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// The person's log-in no longer stands as who did something.
pub async fn rename_actor(connection: &mut AnyConnection, login: &str, to: &str) -> sqlx::Result<()> {
    for (table, column) in [
        ("applications", "decided_by"),
        ("audit", "actor"),
        ("consents", "actor"),
        ("customer_requests", "answered_by"),
        ("customer_requests", "asked_by"),
        ("incoming_mails", "decided_by"),
        ("links", "created_by"),
        ("order_events", "actor"),
        ("segment_rules", "author"),
        ("segment_terms", "author"),
        ("suppressions", "actor"),
    ] {
        let sql = format!("UPDATE {table} SET {column} = $2 WHERE {column} = $1");
        sqlx::query(AssertSqlSafe(sql)).bind(login).bind(to).execute(&mut *connection).await?;
    }
    Ok(())
}

/// A table whose texts may name a person.
pub struct Table {
    pub name: &'static str,
    /// The columns that together name a row; the second, where there is one, is a number.
    pub key: &'static str,
    pub number: Option<&'static str>,
    /// The column that says whose row it is: by a customer's id, or that of somebody or something of a customer's.
    pub owner: Option<&'static str>,
    pub columns: &'static [&'static str],
    /// The texts quote something foreign as it came: where one names the person, all of it is about the person.
    pub quotes: bool,
    /// Its rows may come to name the person after they were first written. They are few, or few of them hold a text.
    pub changes: bool,
}

/// A row of a [`Table`]: its key, its number, its texts.
pub struct Texts {
    pub key: String,
    pub number: i64,
    /// Empty where it is nobody's.
    pub owner: String,
    pub texts: Vec<Option<String>>,
}

/// Rows of a table that hold a text, in the order of their keys, after one of them.
pub async fn texts(connection: &mut AnyConnection, table: &Table, (after, after_number): (&str, i64), limit: i64) -> sqlx::Result<Vec<Texts>> {
    let (key, number) = (table.key, table.number.unwrap_or(NO_NUMBER));
    let filled: Vec<String> = table.columns.iter().map(|column| format!("{column} <> ''")).collect();
    let sql = format!("{} WHERE ({key} > $1 OR ({key} = $1 AND {number} > $2)) AND ({}) ORDER BY {key}, {number} LIMIT $3", select(table), filled.join(" OR "));
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(after_number).bind(limit).fetch_all(connection).await?;
    rows.iter().map(|row| read(table, row)).collect()
}

const NO_NUMBER: &str = "CAST(0 AS BIGINT)";

fn select(table: &Table) -> String {
    let number = table.number.unwrap_or(NO_NUMBER);
    format!("SELECT {}, {number}, {}, {} FROM {}", table.key, table.owner.unwrap_or("''"), table.columns.join(", "), table.name)
}

fn read(table: &Table, row: &sqlx::any::AnyRow) -> sqlx::Result<Texts> {
    use sqlx::Row;
    let texts = (0..table.columns.len()).map(|at| row.try_get(at + 3)).collect::<sqlx::Result<_>>()?;
    Ok(Texts { key: row.try_get(0)?, number: row.try_get(1)?, owner: row.try_get(2)?, texts })
}

/// Writes the texts of a row.
pub async fn set_texts(connection: &mut AnyConnection, table: &Table, row: &Texts) -> sqlx::Result<()> {
    let number = table.number.unwrap_or(NO_NUMBER);
    let set: Vec<String> = table.columns.iter().enumerate().map(|(at, column)| format!("{column} = ${}", at + 3)).collect();
    let sql = format!("UPDATE {} SET {} WHERE {} = $1 AND {number} = $2", table.name, set.join(", "), table.key);
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(&row.key).bind(row.number);
    for text in &row.texts {
        query = query.bind(text);
    }
    query.execute(connection).await?;
    Ok(())
}

/// One row of a table, locked until the transaction ends. `for_update` is [`crate::db::Db::for_update`].
pub async fn texts_of(connection: &mut AnyConnection, table: &Table, for_update: &str, key: &str, number: i64) -> sqlx::Result<Option<Texts>> {
    let sql = format!("{} WHERE {} = $1 AND {} = $2{for_update}", select(table), table.key, table.number.unwrap_or(NO_NUMBER));
    let row = sqlx::query(AssertSqlSafe(sql)).bind(key).bind(number).fetch_optional(connection).await?;
    row.map(|row| read(table, &row)).transpose()
}
