//! What people said of being written to, and which word of theirs counts: the rule is `kontor_shared::consents`, asked from here
//! by whoever shows a consent and whoever sends.

use std::collections::HashMap;

use kontor_shared::consents::counts;
use kontor_shared::customers::{Channel, MARKETING};
use kontor_shared::mailings::ConsentFact;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::store::contacts::{Consent, Contact};
use crate::db::placeholders;

/// The purpose of mailings, also as imports from before there were topics wrote it.
pub const MAILINGS: [&str; 2] = [MARKETING, "mailings"];

/// The address a contact has on a channel; letters go to where the customer's goods go.
pub fn address_on<'a>(channel: Channel, contact: &'a Contact, delivery_address: &'a str) -> &'a str {
    match channel {
        Channel::Email => &contact.email,
        Channel::Fax => &contact.fax,
        Channel::Post => delivery_address,
    }
}

/// What holds of a purpose on a channel, for the address the contact has there. `said` is all it ever said, the newest first.
pub fn holds<'a>(said: impl IntoIterator<Item = &'a Consent>, purposes: &[&str], channel: Channel, address: &str) -> Option<&'a Consent> {
    said.into_iter().find(|one| one.channel == channel.word() && purposes.contains(&one.purpose.as_str()) && one.counts(channel, address))
}

impl Consent {
    pub fn is_granted(&self) -> bool {
        self.state == "granted"
    }

    pub fn counts(&self, channel: Channel, address: &str) -> bool {
        counts(channel, self.is_granted(), &self.address, address)
    }
}

struct Word {
    purpose: String,
    granted: bool,
    address: String,
    at: i64,
}

/// What many people said about one channel.
pub struct Said {
    channel: Channel,
    /// By contact, the newest first.
    words: HashMap<String, Vec<Word>>,
}

impl Said {
    /// Of these contacts, or of all: one statement.
    pub async fn load(connection: &mut AnyConnection, channel: Channel, contacts: Option<&[&str]>) -> sqlx::Result<Self> {
        let mut said = Self { channel, words: HashMap::new() };
        let among = match contacts {
            Some([]) => return Ok(said),
            Some(contacts) => format!(" AND contact_id IN ({})", placeholders(2, contacts.len())),
            None => String::new(),
        };
        let sql = format!("SELECT contact_id, purpose, state, address, at FROM consents WHERE channel = $1{among} ORDER BY at DESC, id DESC");
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(channel.word());
        let query = contacts.into_iter().flatten().fold(query, |query, contact| query.bind(*contact));
        let rows: Vec<(String, String, String, String, i64)> = query.fetch_all(connection).await?;
        for (contact, purpose, state, address, at) in rows {
            said.words.entry(contact).or_default().push(Word { purpose, granted: state == "granted", address, at });
        }
        Ok(said)
    }

    /// What holds for a contact with this address: one word for each purpose, the newest first.
    pub fn facts(&self, contact: &str, address: &str) -> Vec<ConsentFact> {
        let mut facts: Vec<ConsentFact> = Vec::new();
        for word in self.words.get(contact).into_iter().flatten() {
            if !facts.iter().any(|known| known.purpose == word.purpose) && counts(self.channel, word.granted, &word.address, address) {
                facts.push(ConsentFact { purpose: word.purpose.clone(), granted: word.granted, at: word.at });
            }
        }
        facts
    }
}
