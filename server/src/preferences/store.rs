//! SQL of a reader's choices: the message a link names, consents and suppressions.

use sqlx::AnyConnection;

crate::row! {
    /// A mailing's message and whom it went to.
    pub struct Reader {
        pub contact_id: String,
        pub recipient: String,
        pub lang: String,
        pub sent_at: Option<i64>,
        pub email: String,
        pub fax: String,
        pub postal: String,
        pub erased_at: Option<i64>,
        /// JSON of the mailing's audience.
        pub audience: String,
    }
}

/// The reader of a mailing's message; `lock` where choices follow.
pub async fn reader(connection: &mut AnyConnection, message: &str) -> sqlx::Result<Option<Reader>> {
    sqlx::query_as(
        "SELECT m.contact_id, m.recipient, m.lang, m.sent_at, p.email, p.fax, c.delivery_address AS postal, p.erased_at, g.audience \
         FROM messages m JOIN mailings g ON g.id = m.mailing_id JOIN contacts p ON p.id = m.contact_id JOIN customers c ON c.id = p.customer_id WHERE m.id = $1",
    )
    .bind(message)
    .fetch_optional(connection)
    .await
}

/// Takes the contact for itself until the transaction ends: of two choices at once one comes after the other.
pub async fn lock(connection: &mut AnyConnection, for_update: &'static str, contact: &str) -> sqlx::Result<()> {
    sqlx::query(sqlx::AssertSqlSafe(format!("SELECT id FROM contacts WHERE id = $1{for_update}"))).bind(contact).fetch_optional(connection).await?;
    Ok(())
}

crate::row! {
    /// A consent as it was given or withdrawn.
    pub struct Consent {
        pub purpose: String,
        pub channel: String,
        pub state: String,
        pub text_version: String,
        pub source: String,
        pub at: i64,
    }
}

/// All a contact ever said, the newest first.
pub async fn consents(connection: &mut AnyConnection, contact: &str) -> sqlx::Result<Vec<Consent>> {
    sqlx::query_as("SELECT purpose, channel, state, text_version, source, at FROM consents WHERE contact_id = $1 ORDER BY at DESC, id DESC")
        .bind(contact)
        .fetch_all(connection)
        .await
}

/// Topics an address was taken off by its reader; the empty one is everything.
pub async fn unsubscribed(connection: &mut AnyConnection, address: &str) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT topic FROM suppressions WHERE address = $1 AND channel = 'email' AND reason = 'unsubscribed'")
        .bind(address)
        .fetch_all(connection)
        .await
}

pub async fn suppress(connection: &mut AnyConnection, address: &str, topic: &str, source: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ($1, 'email', 'unsubscribed', $2, $3, 'the reader', $4) \
         ON CONFLICT (address, channel, reason, topic) DO NOTHING",
    )
    .bind(address)
    .bind(topic)
    .bind(source)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Lifts what the reader asked for; what others suppressed stays.
pub async fn lift(connection: &mut AnyConnection, address: &str, topic: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM suppressions WHERE address = $1 AND channel = 'email' AND reason = 'unsubscribed' AND topic = $2")
        .bind(address)
        .bind(topic)
        .execute(connection)
        .await?;
    Ok(())
}
