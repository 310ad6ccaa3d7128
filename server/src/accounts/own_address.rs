//! The contact behind a log-in, when its address changes: it is written to at the new one too. Whoever used the link is the
//! same person at both, so what was agreed to for the old address is written down anew for the new one. What stopped the new one goes on
//! stopping it: a click on a link is no word about mailings.

use anyhow::Context;
use kontor_shared::audit::Action;
use kontor_shared::customers::{Channel, ConsentState};
use sqlx::AnyConnection;

use crate::auth::store::UserRow;
use crate::customers::consents::holds;
use crate::customers::contacts::give_address;
use crate::customers::store::contacts::{self, Contact, NewConsent};
use crate::customers::store::master::{self, Master};
use crate::error::Result;
use crate::time::Clock;
use crate::{AppState, audit, auth};

/// The customer of a log-in, locked until the transaction ends.
pub async fn customer(connection: &mut AnyConnection, state: &AppState, user: &UserRow) -> Result<Option<Master>> {
    let Some(customer) = &user.customer_id else { return Ok(None) };
    let id = customer.parse().context("stored customer id")?;
    Ok(master::locked(connection, id, state.db.for_update()).await?)
}

/// Changes the contacts of a log-in that had its old address. One that cannot have the new one, because another contact of the
/// customer has it, stays as it is.
pub async fn follow(tx: &mut AnyConnection, clock: &Clock, customer: &Master, user: &str, old: &str, new: &str) -> Result<()> {
    let people = contacts::of_customer(tx, customer.id.parse().map_err(anyhow::Error::from)?).await?;
    let had = |row: &&Contact| row.user_id.as_deref() == Some(user) && row.erased_at.is_none() && auth::normal(&row.email) == old;
    let taken = |row: &Contact| people.iter().any(|other| other.id != row.id && auth::normal(&other.email) == new);
    for row in people.iter().filter(had).filter(|row| !taken(row)) {
        let said = contacts::consents(tx, &row.id).await?;
        give_address(tx, clock, old, row, new).await?;
        let mut purposes: Vec<&str> = said.iter().map(|one| one.purpose.as_str()).collect();
        purposes.sort_unstable();
        purposes.dedup();
        for purpose in purposes {
            let Some(known) = holds(&said, &[purpose], Channel::Email, &row.email).filter(|one| one.is_granted()) else { continue };
            let again = NewConsent {
                id: clock.new_id().to_string(),
                contact: &row.id,
                purpose,
                channel: Channel::Email.word(),
                address: new,
                state: ConsentState::Granted.word(),
                text_version: &known.text_version,
                source: "address changed",
                evidence: "the person confirmed the new address by a link",
                actor: old,
                at: clock.now_ms(),
            };
            contacts::add_consent(tx, &again).await?;
            let told = serde_json::json!({"contact": row.id, "purpose": purpose, "channel": again.channel, "state": again.state, "source": again.source,
                "evidence": again.evidence});
            audit::record(tx, clock, old, Action::ConsentRecord, &customer.id, None, Some(&told)).await?;
        }
    }
    Ok(())
}
