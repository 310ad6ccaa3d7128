//! A message of ours came back. Anybody can write such a report; the id of the message, which only its recipient and the mail
//! servers on its way have seen, proves it.

use kontor_shared::sending::{Fault, fault_of};
use sqlx::AnyConnection;

use super::mime::Letter;

/// Of a report about a message of ours.
pub struct Undelivered {
    pub recipient: String,
    pub customer_id: Option<String>,
    /// What the mail server said, where there is no such mailbox.
    pub struck_off: Option<String>,
}

/// Finds the message that came back; none where it is none of ours.
pub async fn find(connection: &mut AnyConnection, letter: &Letter) -> sqlx::Result<Option<Undelivered>> {
    for id in &letter.returned {
        let Some(own) = id.split('@').next().filter(|own| own.len() == 36) else { continue };
        let sent: Option<(String, String, Option<String>)> =
            sqlx::query_as("SELECT recipient, message_id, customer_id FROM messages WHERE id = $1 AND channel = 'email' AND attempts > 0")
                .bind(own)
                .fetch_optional(&mut *connection)
                .await?;
        let Some((recipient, _, customer_id)) = sent.filter(|(_, message_id, _)| message_id == id) else { continue };
        // A message of ours has one recipient. Without a report only the text tells.
        let said: Vec<&str> = match letter.undelivered.is_empty() && letter.report.is_empty() {
            true => vec![&letter.text],
            false => letter.undelivered.iter().map(String::as_str).collect(),
        };
        let gone = said.into_iter().find(|said| fault_of(said) == Fault::NoSuchMailbox);
        return Ok(Some(Undelivered { recipient, customer_id, struck_off: gone.map(|said| said.chars().take(300).collect()) }));
    }
    Ok(None)
}
