//! SQL of the outbox.

use kontor_shared::ids::MessageId;
use sqlx::AnyConnection;

use super::NewMail;

pub async fn insert(connection: &mut AnyConnection, id: MessageId, mail: &NewMail<'_>, body_hash: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO messages (id, cause, customer_id, channel, recipient, lang, subject, body_hash, state, attempts, run_after, message_id, created_at) \
         VALUES ($1, $2, $3, 'email', $4, $5, $6, $7, 'queued', 0, $8, $9, $8) ON CONFLICT (cause, recipient, channel) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(mail.cause)
    .bind(mail.customer.map(|customer| customer.to_string()))
    .bind(mail.recipient)
    .bind(mail.lang.tag())
    .bind(mail.subject)
    .bind(body_hash)
    .bind(now)
    .bind(format!("{id}@kontor"))
    .execute(connection)
    .await?;
    Ok(())
}
