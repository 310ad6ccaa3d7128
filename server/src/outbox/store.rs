//! SQL of the outbox.

use kontor_shared::ids::MessageId;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::NewMail;
use crate::db::rows_of_placeholders;

crate::row! {
    /// A message under this process's lease. `attempts` fences: who took it later has a higher one.
    pub struct Claimed {
        pub id: String,
        pub recipient: String,
        pub subject: String,
        pub body_hash: String,
        pub rendered_hash: Option<String>,
        pub attempts: i64,
    }
}

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
         created_at) VALUES {} ON CONFLICT (cause, recipient, channel) DO NOTHING",
        rows_of_placeholders(messages.len(), 14)
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
            .bind(now);
    }
    query.execute(connection).await?;
    Ok(())
}

/// Nothing is claimed while sending is paused as a whole: after a restore, or because somebody stopped it.
const NOT_PAUSED: &str = "NOT EXISTS (SELECT 1 FROM sending WHERE paused = 1)";

/// Whether a message is due, and whether one was left behind by a sender that died.
pub async fn any_due(connection: &mut AnyConnection, now: i64) -> sqlx::Result<(bool, bool)> {
    let sql = format!("SELECT CAST(1 AS BIGINT) FROM messages WHERE state = 'queued' AND run_after <= $1 AND {NOT_PAUSED} LIMIT 1");
    let due: Option<i64> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(now).fetch_optional(&mut *connection).await?;
    let left: Option<i64> = sqlx::query_scalar("SELECT CAST(1 AS BIGINT) FROM messages WHERE state IN ('claimed', 'sending') AND lease_until < $1 LIMIT 1")
        .bind(now)
        .fetch_optional(connection)
        .await?;
    Ok((due.is_some(), left.is_some()))
}

/// What a dead sender had only claimed is queued again; what it was sending is uncertain. Gives how many are.
pub async fn recover(connection: &mut AnyConnection, now: i64) -> sqlx::Result<u64> {
    sqlx::query("UPDATE messages SET state = 'queued', lease_owner = NULL, lease_until = NULL WHERE state = 'claimed' AND lease_until < $1")
        .bind(now)
        .execute(&mut *connection)
        .await?;
    let uncertain = sqlx::query(
        "UPDATE messages SET state = 'uncertain', lease_owner = NULL, lease_until = NULL, last_error = 'the program ended while the message was under way' \
         WHERE state = 'sending' AND lease_until < $1",
    )
    .bind(now)
    .execute(connection)
    .await?;
    Ok(uncertain.rows_affected())
}

/// Takes the longest waiting due messages, `most` at most.
pub async fn claim(
    connection: &mut AnyConnection,
    skip_locked: &'static str,
    owner: &str,
    now: i64,
    lease_until: i64,
    most: i64,
) -> sqlx::Result<Vec<Claimed>> {
    let statement = format!(
        "UPDATE messages SET state = 'claimed', attempts = attempts + 1, lease_owner = $2, lease_until = $3 WHERE id IN (\
         SELECT id FROM messages WHERE state = 'queued' AND run_after <= $1 AND {NOT_PAUSED} ORDER BY run_after, id LIMIT $4{skip_locked}) \
         RETURNING id, recipient, subject, body_hash, rendered_hash, attempts"
    );
    let mut claimed: Vec<Claimed> = sqlx::query_as(AssertSqlSafe(statement)).bind(now).bind(owner).bind(lease_until).bind(most).fetch_all(connection).await?;
    claimed.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(claimed)
}

pub async fn keep_rendered(connection: &mut AnyConnection, message: &Claimed, rendered_hash: &str, message_id: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE messages SET rendered_hash = $3, message_id = $4 WHERE id = $1 AND attempts = $2 AND state = 'claimed' AND rendered_hash IS NULL")
        .bind(&message.id)
        .bind(message.attempts)
        .bind(rendered_hash)
        .bind(message_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether the message was still this sender's to send; from now on it may have arrived.
pub async fn mark_sending(connection: &mut AnyConnection, message: &Claimed, owner: &str, lease_until: i64) -> sqlx::Result<bool> {
    let marked =
        sqlx::query("UPDATE messages SET state = 'sending', lease_until = $4 WHERE id = $1 AND attempts = $2 AND lease_owner = $3 AND state = 'claimed'")
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

/// Queues a message that a person wants sent again. Attempts go on counting: they fence off a sender that is late.
pub async fn queue_again(connection: &mut AnyConnection, id: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE messages SET state = 'queued', run_after = $2, last_error = NULL WHERE id = $1 AND state IN ('failed', 'uncertain')")
        .bind(id)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}
