//! Whether somebody may still be written to: asked when a message is claimed and again when its content is about to go.
//! The rule is `kontor_shared::mailings::Standing`; here are the facts, for several messages by three statements.

use std::collections::HashMap;

use kontor_shared::mailings::{Channel, ConsentFact, SkipReason, Standing, SuppressionFact, Topic};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::store::Claimed;
use crate::db::placeholders;

/// Those of `messages` that nobody may be sent any more, by id.
pub async fn refused(connection: &mut AnyConnection, messages: &[&Claimed], now: i64) -> anyhow::Result<HashMap<String, SkipReason>> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let addresses: Vec<String> = messages.iter().map(|message| normal(&message.recipient)).collect();
    let suppressions = suppressions(connection, &addresses, now).await?;
    let contacts: Vec<&str> = messages.iter().filter(|message| message.mailing_id.is_some()).filter_map(|message| message.contact_id.as_deref()).collect();
    let people = people(connection, &contacts).await?;
    let consents = consents(connection, &contacts).await?;
    let mut refused = HashMap::new();
    for (message, address) in messages.iter().zip(&addresses) {
        let suppressed = suppressions.get(address).map_or(&[][..], Vec::as_slice);
        let reason = if message.mailing_id.is_none() {
            // What tells of an order goes to whoever is served, except where no mail arrives.
            suppressed.iter().any(|one| one.reason == "bounced").then_some(SkipReason::Bounced)
        } else {
            match message.contact_id.as_deref().and_then(|contact| Some((people.get(contact)?, consents.get(contact)))) {
                None => Some(SkipReason::NoContact),
                Some((person, _)) if !person.erased && normal(&person.email) != *address => Some(SkipReason::AddressChanged),
                Some((person, consents)) => person.standing(&message.recipient, consents.map_or(&[][..], Vec::as_slice), suppressed).skip(
                    Channel::Email,
                    // A topic this version does not know is nobody's wish.
                    Topic::parse(&message.topic).ok_or_else(|| anyhow::anyhow!("stored topic {:?}", message.topic))?,
                ),
            }
        };
        if let Some(reason) = reason {
            refused.insert(message.id.clone(), reason);
        }
    }
    Ok(refused)
}

/// An address as suppressions have it.
pub fn normal(address: &str) -> String {
    address.trim().to_lowercase()
}

struct Person {
    email: String,
    customer_state: String,
    prefers: Channel,
    receives_mail: bool,
    erased: bool,
}

impl Person {
    fn standing<'a>(&'a self, address: &'a str, consents: &'a [ConsentFact], suppressions: &'a [SuppressionFact]) -> Standing<'a> {
        Standing {
            customer_state: &self.customer_state,
            prefers: self.prefers,
            receives_mail: self.receives_mail,
            erased: self.erased,
            address,
            consents,
            suppressions,
        }
    }
}

async fn people(connection: &mut AnyConnection, contacts: &[&str]) -> anyhow::Result<HashMap<String, Person>> {
    if contacts.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT p.id, c.state, c.channel, p.receives_mail, p.erased_at, p.email FROM contacts p JOIN customers c ON c.id = p.customer_id WHERE p.id IN ({})",
        placeholders(1, contacts.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for contact in contacts {
        query = query.bind(*contact);
    }
    let rows: Vec<(String, String, String, i64, Option<i64>, String)> = query.fetch_all(connection).await?;
    rows.into_iter()
        .map(|(id, customer_state, channel, receives_mail, erased_at, email)| {
            let prefers = Channel::parse(&channel).ok_or_else(|| anyhow::anyhow!("stored channel {channel:?}"))?;
            Ok((id, Person { email, customer_state, prefers, receives_mail: receives_mail != 0, erased: erased_at.is_some() }))
        })
        .collect()
}

/// The newest word of each contact for each purpose, the newest first.
async fn consents(connection: &mut AnyConnection, contacts: &[&str]) -> sqlx::Result<HashMap<String, Vec<ConsentFact>>> {
    let mut newest: HashMap<String, Vec<ConsentFact>> = HashMap::new();
    if contacts.is_empty() {
        return Ok(newest);
    }
    let sql = format!(
        "SELECT contact_id, purpose, state FROM consents WHERE channel = 'email' AND contact_id IN ({}) ORDER BY at DESC, id DESC",
        placeholders(1, contacts.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for contact in contacts {
        query = query.bind(*contact);
    }
    let rows: Vec<(String, String, String)> = query.fetch_all(connection).await?;
    for (contact, purpose, state) in rows {
        let known = newest.entry(contact).or_default();
        if !known.iter().any(|one| one.purpose == purpose) {
            known.push(ConsentFact { purpose, granted: state == "granted" });
        }
    }
    Ok(newest)
}

/// Suppressions of addresses that are in force.
async fn suppressions(connection: &mut AnyConnection, addresses: &[String], now: i64) -> sqlx::Result<HashMap<String, Vec<SuppressionFact>>> {
    let sql = format!(
        "SELECT address, reason, topic FROM suppressions WHERE channel = 'email' AND (until IS NULL OR until > $1) AND address IN ({})",
        placeholders(2, addresses.len())
    );
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(now);
    let rows: Vec<(String, String, String)> = addresses.iter().fold(query, |query, address| query.bind(address)).fetch_all(connection).await?;
    let mut found: HashMap<String, Vec<SuppressionFact>> = HashMap::new();
    for (address, reason, topic) in rows {
        found.entry(address).or_default().push(SuppressionFact { reason, topic });
    }
    Ok(found)
}
