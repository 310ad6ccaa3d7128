//! SQL of a reader's choices: the message a link names, and whom it went to.

use sqlx::AnyConnection;

crate::row! {
    /// A mailing's message and whom it went to.
    pub struct Reader {
        pub contact_id: String,
        pub customer_id: String,
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

/// The reader of a mailing's message.
pub async fn reader(connection: &mut AnyConnection, message: &str) -> sqlx::Result<Option<Reader>> {
    sqlx::query_as(
        "SELECT m.contact_id, p.customer_id, m.recipient, m.lang, m.sent_at, p.email, p.fax, c.delivery_address AS postal, p.erased_at, g.audience \
         FROM messages m JOIN mailings g ON g.id = m.mailing_id JOIN contacts p ON p.id = m.contact_id JOIN customers c ON c.id = p.customer_id WHERE m.id = $1",
    )
    .bind(message)
    .fetch_optional(connection)
    .await
}
