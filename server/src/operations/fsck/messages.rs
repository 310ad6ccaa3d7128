//! Messages against the suppression list as it is.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sqlx::AnyConnection;

use super::Found;
use crate::customers::suppressed::{erased_key, normal};

/// The list is looked at before a message's content goes out, which may take a quarter of an hour.
const UNDER_WAY_MS: i64 = 20 * 60_000;

struct Suppressed {
    reason: String,
    topic: String,
    since: i64,
    until: Option<i64>,
}

crate::row! {
    struct Sent {
        id: String,
        channel: String,
        recipient: String,
        mailing_id: Option<String>,
        contact_id: Option<String>,
        topic: String,
        sent_at: i64,
    }
}

/// Nothing of a mailing went to an address on the list, and nothing at all to one that bounced.
pub async fn suppressed(connection: &mut AnyConnection) -> anyhow::Result<Found> {
    let mut listed: HashMap<(String, String), Vec<Suppressed>> = HashMap::new();
    {
        let mut rows = sqlx::query_as::<_, (String, String, String, String, i64, Option<i64>)>(
            "SELECT address, channel, reason, topic, created_at, until FROM suppressions",
        )
        .fetch(&mut *connection);
        while let Some((address, channel, reason, topic, since, until)) = rows.try_next().await? {
            listed.entry((address, channel)).or_default().push(Suppressed { reason, topic, since, until });
        }
    }
    // Addresses of erased people are known by their hash, which costs something.
    let hashed = listed.values().flatten().any(|one| one.reason == "erased");
    let agreed: HashMap<String, i64> = if hashed {
        let rows: Vec<(String, i64)> = sqlx::query_as("SELECT contact_id, CAST(MIN(at) AS BIGINT) FROM consents WHERE state = 'granted' AND channel = 'email' AND purpose <> 'privacy' GROUP BY contact_id")
            .fetch_all(&mut *connection)
            .await?;
        rows.into_iter().collect()
    } else {
        HashMap::new()
    };
    let mut found = Found::default();
    let mut rows = sqlx::query_as::<_, Sent>("SELECT id, channel, recipient, mailing_id, contact_id, topic, sent_at FROM messages WHERE sent_at IS NOT NULL")
        .fetch(connection);
    while let Some(sent) = rows.try_next().await? {
        let plain = listed.get(&(normal(&sent.recipient), sent.channel.clone()));
        let erased = if hashed { listed.get(&(erased_key(&sent.recipient), sent.channel.clone())) } else { None };
        // Who had agreed before somebody else behind the address was erased goes on being written to.
        let agreed = sent.contact_id.as_ref().and_then(|contact| agreed.get(contact).copied());
        let stayed = |one: &Suppressed| one.reason == "erased" && agreed.is_some_and(|at| at <= one.since);
        let against = plain.into_iter().chain(erased).flatten().any(|one| forbids(one, &sent) && !stayed(one));
        found.hold(!against, || sent.id.clone());
    }
    Ok(found)
}

fn forbids(one: &Suppressed, sent: &Sent) -> bool {
    let in_force = one.since + UNDER_WAY_MS < sent.sent_at && one.until.is_none_or(|until| sent.sent_at < until);
    let meant = one.reason == "bounced" || (sent.mailing_id.is_some() && (one.topic.is_empty() || one.topic == sent.topic));
    in_force && meant
}
