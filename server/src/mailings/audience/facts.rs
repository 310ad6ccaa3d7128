//! What people said of being written to, for all of them at once: consents and suppressions.

use std::collections::HashMap;

use kontor_shared::mailings::{Channel, ConsentFact, SuppressionFact};
use sqlx::AnyConnection;

/// Consents by contact and suppressions by address.
#[derive(Debug, Default)]
pub struct Facts {
    consents: HashMap<String, Vec<ConsentFact>>,
    suppressions: HashMap<String, Vec<SuppressionFact>>,
}

impl Facts {
    /// Of everybody, of one channel: two statements, whatever the number of people.
    pub async fn load(connection: &mut AnyConnection, channel: Channel, now: i64) -> sqlx::Result<Self> {
        let mut facts = Self::default();
        // Oldest first, so that the newest word of a purpose is the one that stays.
        let consents: Vec<(String, String, String)> =
            sqlx::query_as("SELECT contact_id, purpose, state FROM consents WHERE channel = $1 AND purpose <> 'privacy' ORDER BY at, id")
                .bind(channel.word())
                .fetch_all(&mut *connection)
                .await?;
        for (contact, purpose, state) in consents {
            // Imports from before there were topics wrote `mailings`; it is the same purpose.
            let purpose = if purpose == "mailings" { "marketing".to_string() } else { purpose };
            let known = facts.consents.entry(contact).or_default();
            known.retain(|fact| fact.purpose != purpose);
            known.push(ConsentFact { purpose, granted: state == "granted" });
        }
        let suppressions: Vec<(String, String, String)> =
            sqlx::query_as("SELECT address, reason, topic FROM suppressions WHERE (channel = $1 OR channel = '') AND (until IS NULL OR until > $2)")
                .bind(channel.word())
                .bind(now)
                .fetch_all(connection)
                .await?;
        for (address, reason, topic) in suppressions {
            facts.suppressions.entry(address).or_default().push(SuppressionFact { reason, topic });
        }
        Ok(facts)
    }

    pub fn consents(&self, contact: &str) -> &[ConsentFact] {
        self.consents.get(contact).map_or(&[], Vec::as_slice)
    }

    /// `address` is in lower case.
    pub fn suppressions(&self, address: &str) -> &[SuppressionFact] {
        self.suppressions.get(address).map_or(&[], Vec::as_slice)
    }
}
