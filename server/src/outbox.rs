//! The outbox: intent is written with its cause, one row per message, before anything is sent. (cause, recipient,
//! channel) exists once, so a cause that runs twice writes once.

use kontor_shared::ids::{CustomerId, MessageId};
use kontor_shared::words::Lang;
use sqlx::AnyConnection;

use crate::bodies;
use crate::time::Clock;

pub mod store;

/// A mail to be sent because of something stored in the same transaction.
pub struct NewMail<'a> {
    /// What it tells of, e.g. `order 0193…`; with the recipient, the key that makes it unique.
    pub cause: &'a str,
    pub customer: Option<CustomerId>,
    pub recipient: &'a str,
    pub lang: Lang,
    pub subject: &'a str,
    /// Plain text.
    pub text: &'a str,
}

/// Writes the intent to send. Call it in the transaction of the cause.
pub async fn enqueue(connection: &mut AnyConnection, clock: &Clock, mail: NewMail<'_>) -> sqlx::Result<()> {
    let now = clock.now_ms();
    let body = bodies::put(connection, "text/plain; charset=utf-8", mail.text.as_bytes(), now).await?;
    let id = MessageId(clock.new_id());
    store::insert(connection, id, &mail, &body, now).await
}
