//! Whether somebody may still be written to: asked when a message is claimed and again when its content is about to go.
//! The rule is `kontor_shared::mailings::Standing`; here are the facts, for several messages by three statements.

use std::collections::HashMap;

use kontor_shared::mailings::{Channel, ConsentFact, SkipReason, Standing, SuppressionFact, Topic};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::store::Claimed;
use crate::customers::consents::Said;
use crate::customers::suppressed::{Suppressions, normal};
use crate::db::placeholders;

/// Those of `messages` that nobody may be sent any more, by id.
pub async fn refused(connection: &mut AnyConnection, messages: &[&Claimed], now: i64) -> anyhow::Result<HashMap<String, SkipReason>> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let addresses: Vec<String> = messages.iter().map(|message| normal(&message.recipient)).collect();
    let suppressions = Suppressions::load(connection, Channel::Email.word(), Some(&addresses), now).await?;
    let contacts: Vec<&str> = messages.iter().filter(|message| message.mailing_id.is_some()).filter_map(|message| message.contact_id.as_deref()).collect();
    let people = people(connection, &contacts).await?;
    let said = Said::load(connection, Channel::Email, Some(&contacts)).await?;
    let mut refused = HashMap::new();
    for (message, address) in messages.iter().zip(&addresses) {
        let suppressed = suppressions.of(address);
        let reason = if message.mailing_id.is_none() {
            // What tells of an order goes to whoever is served, except where no mail arrives.
            suppressed.iter().any(|one| one.reason == "bounced").then_some(SkipReason::Bounced)
        } else {
            match message.contact_id.as_deref().and_then(|contact| Some((contact, people.get(contact)?))) {
                None => Some(SkipReason::NoContact),
                Some((_, person)) if !person.erased && normal(&person.email) != *address => Some(SkipReason::AddressChanged),
                Some((contact, person)) => person.standing(&message.recipient, &said.facts(contact, address), &suppressed).skip(
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
