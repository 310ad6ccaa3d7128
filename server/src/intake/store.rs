//! SQL of what came by e-mail.

use sqlx::{AnyConnection, AssertSqlSafe};

use crate::bodies;

pub mod gone;

crate::row! {
    #[derive(Clone, Debug)]
    pub struct MailRow {
        pub id: String,
        pub source: String,
        pub place: String,
        pub message_id: String,
        pub raw_hash: Option<String>,
        pub kind: String,
        pub sender: String,
        pub subject: String,
        pub text: String,
        pub evidence: String,
        pub customer_id: Option<String>,
        pub state: String,
        pub reason: String,
        pub detail: String,
        pub answerable: i64,
        pub thread: String,
        pub received_at: i64,
        pub revision: i64,
        pub decided_at: Option<i64>,
        pub decided_by: String,
    }
}

const MAIL: &str = "m.id, m.source, m.place, m.message_id, m.raw_hash, m.kind, m.sender, m.subject, m.text, m.evidence, m.customer_id, m.state, m.reason, \
     m.detail, m.answerable, m.thread, m.received_at, m.revision, m.decided_at, m.decided_by";

crate::row! {
    #[derive(Clone, Debug, Default)]
    pub struct FileRow {
        pub id: String,
        pub mail_id: String,
        pub no: i64,
        pub name: String,
        pub media_type: String,
        pub size: i64,
        pub hash: Option<String>,
        pub form_id: Option<String>,
        pub customer_id: Option<String>,
        pub content: String,
        pub account: String,
        pub verdict: String,
        pub reason: String,
        pub detail: String,
        pub order_id: Option<String>,
    }
}

/// Where a message came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub source: &'static str,
    /// The folder or the file's name.
    pub name: String,
    pub uidvalidity: Option<i64>,
    pub uid: Option<i64>,
}

/// The state of the message that says the same, if it was here before.
pub async fn state_of(connection: &mut AnyConnection, key: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT state FROM incoming_mails WHERE message_key = $1").bind(key).fetch_optional(connection).await
}

pub async fn insert(connection: &mut AnyConnection, key: &str, place: &Place, row: &MailRow) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO incoming_mails (id, source, place, uidvalidity, uid, message_key, message_id, raw_hash, kind, sender, subject, text, evidence, customer_id, \
         state, reason, detail, answerable, thread, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
    )
    .bind(&row.id)
    .bind(place.source)
    .bind(&place.name)
    .bind(place.uidvalidity)
    .bind(place.uid)
    .bind(key)
    .bind(&row.message_id)
    .bind(&row.raw_hash)
    .bind(&row.kind)
    .bind(&row.sender)
    .bind(&row.subject)
    .bind(&row.text)
    .bind(&row.evidence)
    .bind(&row.customer_id)
    .bind(&row.state)
    .bind(&row.reason)
    .bind(&row.detail)
    .bind(row.answerable)
    .bind(&row.thread)
    .bind(row.received_at)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_file(connection: &mut AnyConnection, row: &FileRow) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO incoming_files (id, mail_id, no, name, media_type, size, hash, form_id, customer_id, content, account, verdict, reason, detail, order_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(&row.id)
    .bind(&row.mail_id)
    .bind(row.no)
    .bind(&row.name)
    .bind(&row.media_type)
    .bind(row.size)
    .bind(&row.hash)
    .bind(&row.form_id)
    .bind(&row.customer_id)
    .bind(&row.content)
    .bind(&row.account)
    .bind(&row.verdict)
    .bind(&row.reason)
    .bind(&row.detail)
    .bind(&row.order_id)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn mail(connection: &mut AnyConnection, for_update: &'static str, id: &str) -> sqlx::Result<Option<MailRow>> {
    sqlx::query_as(AssertSqlSafe(format!("SELECT {MAIL} FROM incoming_mails m WHERE m.id = $1{for_update}"))).bind(id).fetch_optional(connection).await
}

pub async fn files(connection: &mut AnyConnection, mail: &str) -> sqlx::Result<Vec<FileRow>> {
    sqlx::query_as(
        "SELECT id, mail_id, no, name, media_type, size, hash, form_id, customer_id, content, account, verdict, reason, detail, order_id \
         FROM incoming_files WHERE mail_id = $1 ORDER BY no",
    )
    .bind(mail)
    .fetch_all(connection)
    .await
}

/// Newest first; without a state, all.
pub async fn list(connection: &mut AnyConnection, state: &str, after: (i64, &str), limit: i64) -> sqlx::Result<Vec<MailRow>> {
    let sql = format!(
        "SELECT {MAIL} FROM incoming_mails m WHERE ($1 = '' OR m.state = $1) AND (m.received_at < $2 OR (m.received_at = $2 AND m.id < $3)) \
         ORDER BY m.received_at DESC, m.id DESC LIMIT $4"
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(state).bind(after.0).bind(after.1).bind(limit).fetch_all(connection).await
}

pub async fn count(connection: &mut AnyConnection, state: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM incoming_mails WHERE state = $1").bind(state).fetch_one(connection).await
}

/// A person decided, or what was asked for came.
pub async fn decide(connection: &mut AnyConnection, id: &str, state: &str, reason: &str, detail: &str, by: &str, now: i64) -> sqlx::Result<()> {
    let decided = if by.is_empty() { None } else { Some(now) };
    sqlx::query("UPDATE incoming_mails SET state = $2, reason = $3, detail = $4, decided_by = $5, decided_at = $6, revision = revision + 1 WHERE id = $1")
        .bind(id)
        .bind(state)
        .bind(reason)
        .bind(detail)
        .bind(by)
        .bind(decided)
        .execute(connection)
        .await?;
    Ok(())
}

/// What became of a file.
pub async fn decide_file(connection: &mut AnyConnection, row: &FileRow) -> sqlx::Result<()> {
    sqlx::query("UPDATE incoming_files SET verdict = $2, reason = $3, detail = $4, order_id = $5, customer_id = $6, account = $7, content = $8 WHERE id = $1")
        .bind(&row.id)
        .bind(&row.verdict)
        .bind(&row.reason)
        .bind(&row.detail)
        .bind(&row.order_id)
        .bind(&row.customer_id)
        .bind(&row.account)
        .bind(&row.content)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether an order is stored under a file's own id, and the file does not know of it yet: a person or the customer took it in
/// this moment, or the program ended in between.
pub async fn has_order_under_way(connection: &mut AnyConnection, mail: &str) -> sqlx::Result<bool> {
    let found: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM incoming_files f JOIN orders o ON o.id = f.id WHERE f.mail_id = $1 AND f.order_id IS NULL")
        .bind(mail)
        .fetch_one(connection)
        .await?;
    Ok(found > 0)
}

pub async fn set_customer(connection: &mut AnyConnection, id: &str, customer: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE incoming_mails SET customer_id = $2 WHERE id = $1").bind(id).bind(customer).execute(connection).await?;
    Ok(())
}

/// The order of a form that nobody has confirmed yet, with other content: its id and number.
pub async fn open_order_of_form(connection: &mut AnyConnection, form: &str, content: &str) -> sqlx::Result<Option<(String, String)>> {
    sqlx::query_as(
        "SELECT o.id, o.number FROM order_origins g JOIN orders o ON o.id = g.order_id \
         WHERE g.form_id = $1 AND (g.content IS NULL OR g.content <> $2) AND o.state IN ('submitted', 'needs_review') ORDER BY o.ordered_at DESC LIMIT 1",
    )
    .bind(form)
    .bind(content)
    .fetch_optional(connection)
    .await
}

/// Customers that have a person with this address, in lower case.
pub async fn customers_of_address(connection: &mut AnyConnection, address: &str) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT DISTINCT customer_id FROM contacts WHERE LOWER(email) = $1 AND email <> '' ORDER BY customer_id")
        .bind(address)
        .fetch_all(connection)
        .await
}

/// Makes a box known.
pub async fn open_box(connection: &mut AnyConnection, name: &str) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO incoming_boxes (name) VALUES ($1) ON CONFLICT (name) DO NOTHING").bind(name).execute(connection).await?;
    Ok(())
}

/// What stood in the way at the last look; empty: nothing.
pub async fn trouble(connection: &mut AnyConnection, name: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT trouble FROM incoming_boxes WHERE name = $1").bind(name).fetch_optional(connection).await
}

/// Takes a box for a while, unless another server has it: how far it is read.
pub async fn lease(connection: &mut AnyConnection, name: &str, owner: &str, now: i64, until: i64) -> sqlx::Result<Option<(i64, i64)>> {
    open_box(connection, name).await?;
    sqlx::query_as(
        "UPDATE incoming_boxes SET lease_owner = $2, lease_until = $4 WHERE name = $1 AND (lease_owner = $2 OR lease_until < $3) RETURNING uidvalidity, last_uid",
    )
    .bind(name)
    .bind(owner)
    .bind(now)
    .bind(until)
    .fetch_optional(connection)
    .await
}

/// Keeps a box; whether it is still this server's.
pub async fn renew(connection: &mut AnyConnection, name: &str, owner: &str, until: i64) -> sqlx::Result<bool> {
    let renewed = sqlx::query("UPDATE incoming_boxes SET lease_until = $3 WHERE name = $1 AND lease_owner = $2")
        .bind(name)
        .bind(owner)
        .bind(until)
        .execute(connection)
        .await?;
    Ok(renewed.rows_affected() == 1)
}

/// Notes that a message is tried; how often it was by now, this time included.
pub async fn trying(connection: &mut AnyConnection, name: &str, uid: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar("UPDATE incoming_boxes SET tries = CASE WHEN trying = $2 THEN tries + 1 ELSE 1 END, trying = $2 WHERE name = $1 RETURNING tries")
        .bind(name)
        .bind(uid)
        .fetch_one(connection)
        .await
}

/// How far the box is read.
pub async fn read_to(connection: &mut AnyConnection, name: &str, owner: &str, uidvalidity: i64, uid: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE incoming_boxes SET uidvalidity = $3, last_uid = $4, trying = 0, tries = 0 WHERE name = $1 AND lease_owner = $2")
        .bind(name)
        .bind(owner)
        .bind(uidvalidity)
        .bind(uid)
        .execute(connection)
        .await?;
    Ok(())
}

/// How the last look went. Trouble lets another server try.
pub async fn looked(connection: &mut AnyConnection, name: &str, trouble: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE incoming_boxes SET trouble = $2, failures = CASE WHEN $2 = '' THEN 0 ELSE failures + 1 END, \
         looked_at = CASE WHEN $2 = '' THEN $3 ELSE looked_at END WHERE name = $1",
    )
    .bind(name)
    .bind(trouble)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Messages from these addresses, and ours to them that came back, are kept no longer to the byte, and their texts are gone.
/// Orders made of them stay.
pub async fn forget(connection: &mut AnyConnection, addresses: &[String]) -> sqlx::Result<()> {
    for address in addresses {
        let address = address.to_lowercase();
        // What became an order stays as it came: it is the order's voucher.
        let of_files = format!("mail_id IN (SELECT id FROM incoming_mails WHERE {ABOUT}) AND order_id IS NULL AND hash IS NOT NULL");
        let sql = format!("SELECT raw_hash FROM incoming_mails WHERE {ABOUT} AND raw_hash IS NOT NULL UNION SELECT hash FROM incoming_files WHERE {of_files}");
        let hashes: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(&address).fetch_all(&mut *connection).await?;
        sqlx::query(AssertSqlSafe(format!("UPDATE incoming_files SET hash = NULL WHERE {of_files}"))).bind(&address).execute(&mut *connection).await?;
        let sql = format!("UPDATE incoming_mails SET raw_hash = NULL, text = '', detail = CASE WHEN sender = $1 THEN detail ELSE '' END WHERE {ABOUT}");
        sqlx::query(AssertSqlSafe(sql)).bind(&address).execute(&mut *connection).await?;
        for hash in &hashes {
            bodies::drop_unused(connection, hash).await?;
        }
    }
    Ok(())
}

/// Messages of an address's, in lower case, or about it.
const ABOUT: &str = "(sender = $1 OR (reason IN ('came_back', 'struck_off') AND LOWER(detail) = $1))";

crate::row! {
    pub struct BoxRow {
        pub name: String,
        pub looked_at: i64,
        pub trouble: String,
    }
}

pub async fn boxes(connection: &mut AnyConnection) -> sqlx::Result<Vec<BoxRow>> {
    sqlx::query_as("SELECT name, looked_at, trouble FROM incoming_boxes ORDER BY name").fetch_all(connection).await
}
