//! SQL of the outbox.

use kontor_shared::ids::MessageId;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::NewMail;
use crate::db::{placeholders, rows_of_placeholders};

crate::row! {
    #[derive(Clone)]
    /// A message under this process's lease. `attempts` fences: who took it later has a higher one.
    pub struct Claimed {
        pub id: String,
        pub recipient: String,
        pub lang: String,
        pub subject: String,
        pub body_hash: String,
        pub rendered_hash: Option<String>,
        pub attempts: i64,
        pub customer_id: Option<String>,
        pub contact_id: Option<String>,
        /// Of a mailing's message.
        pub mailing_id: Option<String>,
        pub topic: String,
        /// The recipient's, in lower case.
        pub domain: String,
        /// JSON of [`super::prepare::Attached`]; empty: none.
        pub attachments: String,
        /// JSON of [`crate::mail::Thread`]; empty: it answers nothing.
        pub thread: String,
    }
}

/// The columns of [`Claimed`].
const CLAIMED: &str =
    "id, recipient, lang, subject, body_hash, rendered_hash, attempts, customer_id, contact_id, mailing_id, topic, domain, attachments, thread";

crate::row! {
    pub struct Row {
        pub id: String,
        pub channel: String,
        pub subject: String,
        pub customer_id: Option<String>,
        pub customer_code: Option<String>,
        pub customer_name: Option<String>,
        pub state: String,
        pub attempts: i64,
        pub created_at: i64,
        pub last_error: Option<String>,
    }
}

/// A message to write.
pub struct New<'a> {
    pub id: MessageId,
    pub mail: &'a NewMail<'a>,
    pub body_hash: &'a str,
}

/// Why a message without a recipient is not sent, as its row says it.
const NOBODY: &str = "no contact of the customer receives mail about orders";

/// Writes messages, all by one statement; those there already stay as they are.
pub async fn insert(connection: &mut AnyConnection, messages: &[New<'_>], now: i64) -> sqlx::Result<()> {
    let sql = format!(
        "INSERT INTO messages (id, cause, customer_id, channel, recipient, lang, subject, body_hash, state, attempts, run_after, message_id, last_error, \
         created_at, domain, thread, attachments) VALUES {} ON CONFLICT (cause, recipient, channel) DO NOTHING",
        rows_of_placeholders(messages.len(), 17)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for New { id, mail, body_hash } in messages {
        let nobody = mail.recipient.is_empty();
        query = query
            .bind(id.to_string())
            .bind(mail.cause)
            .bind(mail.customer.map(|customer| customer.to_string()))
            .bind("email")
            .bind(mail.recipient)
            .bind(mail.lang.tag())
            .bind(mail.subject)
            .bind(*body_hash)
            .bind(if nobody { "skipped" } else { "queued" })
            .bind(0_i64)
            .bind(now)
            // The sender's domain follows at the first try.
            .bind(format!("{id}@kontor"))
            .bind(nobody.then_some(NOBODY))
            .bind(now)
            .bind(crate::mail::compose::domain(mail.recipient))
            .bind(mail.thread)
            .bind(mail.attachments);
    }
    query.execute(connection).await?;
    Ok(())
}

/// Whether anything is sent at all; a restored database waits until a person releases it.
pub async fn is_paused(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    let paused: Option<i64> = sqlx::query_scalar("SELECT paused FROM sending WHERE id = 1").fetch_optional(connection).await?;
    Ok(paused != Some(0))
}

/// Due messages that tell of orders and the like, longest waiting first.
pub async fn due_orders(connection: &mut AnyConnection, skip_locked: &'static str, now: i64, most: i64) -> sqlx::Result<Vec<Claimed>> {
    let sql = format!(
        "SELECT {CLAIMED} FROM messages WHERE state = 'queued' AND mailing_id IS NULL AND run_after <= $1 ORDER BY run_after, id LIMIT $2{skip_locked}"
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(now).bind(most).fetch_all(connection).await
}

/// Mailings under way, the one started first before the others.
pub async fn running(connection: &mut AnyConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT id FROM mailings WHERE state = 'running' ORDER BY started_at, id").fetch_all(connection).await
}

/// Due messages of a mailing, longest waiting first.
pub async fn due_of(connection: &mut AnyConnection, skip_locked: &'static str, mailing: &str, now: i64, most: i64) -> sqlx::Result<Vec<Claimed>> {
    let sql = format!(
        "SELECT {CLAIMED} FROM messages WHERE state = 'queued' AND mailing_id IS NOT NULL AND mailing_id = $1 AND run_after <= $2 \
         ORDER BY run_after, id LIMIT $3{skip_locked}"
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(mailing).bind(now).bind(most).fetch_all(connection).await
}

/// Takes messages read by the above under a lease.
pub async fn take(connection: &mut AnyConnection, ids: &[String], owner: &str, lease_until: i64) -> sqlx::Result<()> {
    let sql = format!(
        "UPDATE messages SET state = 'claimed', attempts = attempts + 1, lease_owner = $1, lease_until = $2 WHERE state = 'queued' AND id IN ({})",
        placeholders(3, ids.len())
    );
    ids.iter().fold(sqlx::query(AssertSqlSafe(sql)).bind(owner).bind(lease_until), |query, id| query.bind(id)).execute(connection).await?;
    Ok(())
}

/// Nothing is sent to this recipient; `code` says why.
pub async fn skip(connection: &mut AnyConnection, id: &str, code: &str) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE messages SET state = 'skipped', skip_reason = $2, lease_owner = NULL, lease_until = NULL WHERE id = $1 AND state IN ('queued', 'claimed')",
    )
    .bind(id)
    .bind(code)
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts off a mailing's due messages to a domain: the first to `from`, each further one `step` later, a few thousand at once.
pub async fn put_off(
    connection: &mut AnyConnection,
    skip_locked: &'static str,
    mailing: &str,
    domain: &str,
    now: i64,
    from: i64,
    step: i64,
) -> sqlx::Result<()> {
    let sql = format!(
        "UPDATE messages SET run_after = later.slot FROM (\
         SELECT id AS moved, CAST($4 AS BIGINT) + CAST($5 AS BIGINT) * (ROW_NUMBER() OVER (ORDER BY run_after, id) - 1) AS slot FROM (\
         SELECT id, run_after FROM messages WHERE state = 'queued' AND mailing_id IS NOT NULL AND mailing_id = $1 AND domain = $2 AND run_after <= $3 \
         ORDER BY run_after, id LIMIT 5000{skip_locked}) due) later WHERE messages.id = later.moved AND messages.state = 'queued'"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(mailing).bind(domain).bind(now).bind(from).bind(step).execute(connection).await?;
    Ok(())
}

/// What a message became when it was rendered.
pub struct Kept<'a> {
    pub rendered_hash: &'a str,
    pub message_id: &'a str,
    pub subject: &'a str,
    /// Of the text part.
    pub body_hash: &'a str,
    pub html_hash: Option<&'a str>,
    pub attachments: &'a str,
}

/// Keeps the message as it is sent, at this try and every further one.
pub async fn keep_rendered(connection: &mut AnyConnection, message: &Claimed, kept: &Kept<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE messages SET rendered_hash = $3, message_id = $4, subject = $5, body_hash = $6, html_hash = $7, attachments = $8 \
         WHERE id = $1 AND attempts = $2 AND state = 'claimed' AND rendered_hash IS NULL",
    )
    .bind(&message.id)
    .bind(message.attempts)
    .bind(kept.rendered_hash)
    .bind(kept.message_id)
    .bind(kept.subject)
    .bind(kept.body_hash)
    .bind(kept.html_hash)
    .bind(kept.attachments)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the message was still this sender's to send, and sending is still wanted; from now on it may have arrived.
pub async fn mark_sending(connection: &mut AnyConnection, message: &Claimed, owner: &str, lease_until: i64) -> sqlx::Result<bool> {
    let marked = sqlx::query(
        "UPDATE messages SET state = 'sending', lease_until = $4 WHERE id = $1 AND attempts = $2 AND lease_owner = $3 AND state = 'claimed' \
             AND EXISTS (SELECT 1 FROM sending WHERE sending.id = 1 AND sending.paused = 0) \
             AND (mailing_id IS NULL OR EXISTS (SELECT 1 FROM mailings WHERE mailings.id = messages.mailing_id AND mailings.state = 'running'))",
    )
    .bind(&message.id)
    .bind(message.attempts)
    .bind(owner)
    .bind(lease_until)
    .execute(connection)
    .await?;
    Ok(marked.rows_affected() == 1)
}

/// Writes what became of a try. One judged uncertain meanwhile takes the better knowledge; one tried anew does not.
pub async fn settle(connection: &mut AnyConnection, message: &Claimed, state: &str, run_after: i64, error: Option<String>, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE messages SET state = $3, run_after = $4, last_error = $5, sent_at = $6, lease_owner = NULL, lease_until = NULL \
         WHERE id = $1 AND attempts = $2 AND state IN ('claimed', 'sending', 'uncertain')",
    )
    .bind(&message.id)
    .bind(message.attempts)
    .bind(state)
    .bind(run_after)
    .bind(error)
    .bind(if state == "sent" { Some(now) } else { None::<i64> })
    .execute(connection)
    .await?;
    Ok(())
}

/// Newest first.
pub async fn list(connection: &mut AnyConnection, state: &str, after: &str, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "SELECT m.id, m.channel, m.subject, m.customer_id, c.code AS customer_code, c.name AS customer_name, m.state, m.attempts, m.created_at, m.last_error \
         FROM messages m LEFT JOIN customers c ON c.id = m.customer_id \
         WHERE ($1 = '' OR m.state = $1) AND ($2 = '' OR m.id < $2) ORDER BY m.id DESC LIMIT $3",
    )
    .bind(state)
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await
}

pub async fn get(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(
        "SELECT m.id, m.channel, m.subject, m.customer_id, c.code AS customer_code, c.name AS customer_name, m.state, m.attempts, m.created_at, m.last_error \
         FROM messages m LEFT JOIN customers c ON c.id = m.customer_id WHERE m.id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await
}

/// The state of a message, which stays so until the transaction ends.
pub async fn lock(connection: &mut AnyConnection, for_update: &'static str, id: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar(AssertSqlSafe(format!("SELECT state FROM messages WHERE id = $1{for_update}"))).bind(id).fetch_optional(connection).await
}

/// Queues a message that a person wants sent again. Attempts go on counting: they fence off a sender that is late. A mailing
/// that was done is under way again.
pub async fn queue_again(connection: &mut AnyConnection, id: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE messages SET state = 'queued', run_after = $2, last_error = NULL WHERE id = $1 AND state IN ('failed', 'uncertain')")
        .bind(id)
        .bind(now)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "UPDATE mailings SET state = 'running', finished_at = NULL, revision = revision + 1 \
         WHERE state = 'done' AND id = (SELECT mailing_id FROM messages WHERE messages.id = $1)",
    )
    .bind(id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the message's mailing was called off.
pub async fn is_cancelled(connection: &mut AnyConnection, id: &str) -> sqlx::Result<bool> {
    let state: Option<String> =
        sqlx::query_scalar("SELECT g.state FROM messages m JOIN mailings g ON g.id = m.mailing_id WHERE m.id = $1").bind(id).fetch_optional(connection).await?;
    Ok(state.as_deref() == Some("cancelled"))
}
