//! Messages against the suppression list as it is.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sqlx::AnyConnection;

use super::Found;

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
    let mut found = Found::default();
    let mut rows =
        sqlx::query_as::<_, Sent>("SELECT id, channel, recipient, mailing_id, topic, sent_at FROM messages WHERE sent_at IS NOT NULL").fetch(connection);
    while let Some(sent) = rows.try_next().await? {
        let of = listed.get(&(sent.recipient.to_lowercase(), sent.channel.clone()));
        let against = of.is_some_and(|all| all.iter().any(|one| forbids(one, &sent)));
        found.hold(!against, || sent.id.clone());
    }
    Ok(found)
}

fn forbids(one: &Suppressed, sent: &Sent) -> bool {
    let in_force = one.since + UNDER_WAY_MS < sent.sent_at && one.until.is_none_or(|until| sent.sent_at < until);
    let meant = one.reason == "bounced" || (sent.mailing_id.is_some() && (one.topic.is_empty() || one.topic == sent.topic));
    in_force && meant
}
