//! Addresses nothing may be sent to, whoever's they are. An erased person's address is kept as a hash only; every question
//! about an address asks for both, so it is stopped whatever file or form brings it back.
//!
//! Where somebody else still uses an erased person's address, what stopped the address itself (a bounce, a complaint, an
//! unsubscription, a register) goes on standing in plain: it is theirs too. That it was erased stands by hash alone, and stops
//! whoever comes with it later, but not who had agreed for it before (`kontor_shared::mailings::Standing`).

use std::collections::HashMap;

use kontor_shared::mailings::SuppressionFact;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::auth::hex;
use crate::db::placeholders;

const HASHED: &str = "sha256:";

/// An address as suppressions have it.
pub fn normal(address: &str) -> String {
    address.trim().to_lowercase()
}

/// How the address of an erased person is kept: it is known again, and cannot be read.
pub fn erased_key(address: &str) -> String {
    format!("{HASHED}{}", hex(&Sha256::digest(normal(address))))
}

/// Under what an address may stand.
fn keys(address: &str) -> [String; 2] {
    [normal(address), erased_key(address)]
}

/// What is in force on a channel, by address.
#[derive(Debug, Default)]
pub struct Suppressions {
    of: HashMap<String, Vec<SuppressionFact>>,
    /// Whether anything is known by hash only.
    hashed: bool,
}

impl Suppressions {
    /// Of these addresses, or of all: one statement.
    pub async fn load(connection: &mut AnyConnection, channel: &str, addresses: Option<&[String]>, now: i64) -> sqlx::Result<Self> {
        let keys: Option<Vec<String>> = addresses.map(|addresses| addresses.iter().flat_map(|address| keys(address)).collect());
        let among = match &keys {
            Some(keys) if keys.is_empty() => return Ok(Self::default()),
            Some(keys) => format!(" AND address IN ({})", placeholders(3, keys.len())),
            None => String::new(),
        };
        let sql = format!("SELECT address, reason, topic, created_at FROM suppressions WHERE channel IN ($1, '') AND (until IS NULL OR until > $2){among}");
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(channel).bind(now);
        let rows: Vec<(String, String, String, i64)> = keys.iter().flatten().fold(query, |query, key| query.bind(key)).fetch_all(connection).await?;
        let mut found = Self::default();
        for (address, reason, topic, since) in rows {
            found.hashed |= address.starts_with(HASHED);
            found.of.entry(address).or_default().push(SuppressionFact { reason, topic, since });
        }
        Ok(found)
    }

    /// What stops an address, in any spelling.
    pub fn of(&self, address: &str) -> Vec<SuppressionFact> {
        let mut facts = self.of.get(&normal(address)).cloned().unwrap_or_default();
        if self.hashed {
            facts.extend(self.of.get(&erased_key(address)).into_iter().flatten().cloned());
        }
        facts
    }
}

crate::row! {
    /// A row of `suppressions`, also one that is not in force any more.
    #[derive(Clone, Debug)]
    pub struct Suppression {
        pub address: String,
        pub channel: String,
        pub reason: String,
        pub topic: String,
        pub source: String,
        pub created_at: i64,
        pub until: Option<i64>,
    }
}

impl Suppression {
    pub fn is_about(&self, address: &str) -> bool {
        keys(address).contains(&self.address)
    }
}

/// All that was ever written about these addresses, the oldest first.
pub async fn rows(connection: &mut AnyConnection, addresses: &[String]) -> sqlx::Result<Vec<Suppression>> {
    let keys: Vec<String> = addresses.iter().filter(|address| !address.is_empty()).flat_map(|address| keys(address)).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT address, channel, reason, topic, source, created_at, until FROM suppressions WHERE address IN ({}) ORDER BY created_at, reason, topic",
        placeholders(1, keys.len())
    );
    let query = sqlx::query_as(AssertSqlSafe(sql));
    keys.iter().fold(query, |query, key| query.bind(key)).fetch_all(connection).await
}

/// Something that stops an address.
pub struct NewSuppression<'a> {
    pub address: &'a str,
    pub channel: &'a str,
    pub reason: &'a str,
    /// Empty: everything.
    pub topic: &'a str,
    pub source: &'a str,
    pub actor: &'a str,
    pub now: i64,
}

/// Stops an address. What stops it already is not written anew, but what was lifted holds again from now on.
pub async fn add(connection: &mut AnyConnection, new: &NewSuppression<'_>) -> sqlx::Result<()> {
    insert(connection, &normal(new.address), new).await
}

async fn insert(connection: &mut AnyConnection, key: &str, new: &NewSuppression<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (address, channel, reason, topic) DO UPDATE SET source = excluded.source, actor = excluded.actor, created_at = excluded.created_at, \
         until = NULL WHERE suppressions.until IS NOT NULL",
    )
    .bind(key)
    .bind(new.channel)
    .bind(new.reason)
    .bind(new.topic)
    .bind(new.source)
    .bind(new.actor)
    .bind(new.now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Stops an erased person's address, for good and unreadably; what stopped it before goes on stopping it. `shared`: somebody
/// else uses it too.
pub async fn erase(connection: &mut AnyConnection, address: &str, channel: &str, shared: bool, actor: &str, now: i64) -> sqlx::Result<()> {
    let [plain, key] = keys(address);
    // The source of a bounce is the mail server's answer, which names the address.
    sqlx::query(
        "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at, until) \
         SELECT $2, channel, reason, topic, 'erasure', actor, created_at, until FROM suppressions WHERE address = $1 AND channel = $3 \
         ON CONFLICT (address, channel, reason, topic) DO UPDATE SET until = excluded.until, created_at = excluded.created_at \
         WHERE suppressions.until IS NOT NULL",
    )
    .bind(&plain)
    .bind(&key)
    .bind(channel)
    .execute(&mut *connection)
    .await?;
    if !shared {
        sqlx::query("DELETE FROM suppressions WHERE address = $1 AND channel = $2").bind(&plain).bind(channel).execute(&mut *connection).await?;
    }
    let erased = NewSuppression { address, channel, reason: "erased", topic: "", source: "erasure", actor, now };
    insert(connection, &key, &erased).await
}

/// Lifts what the person's own word had stopped, now that they say otherwise; bounces, complaints and registers stay. Gives
/// how many rows there were.
pub async fn lift(connection: &mut AnyConnection, channel: &str, address: &str, topic: &str) -> sqlx::Result<u64> {
    const OWN: [&str; 2] = ["unsubscribed", "erased"];
    let sql = format!("DELETE FROM suppressions WHERE address IN ($1, $2) AND channel = $3 AND topic = $4 AND reason IN ({})", placeholders(5, OWN.len()));
    let [plain, key] = keys(address);
    let query = sqlx::query(AssertSqlSafe(sql)).bind(plain).bind(key).bind(channel).bind(topic);
    Ok(OWN.iter().fold(query, |query, reason| query.bind(*reason)).execute(connection).await?.rows_affected())
}

/// That mail came back no longer counts, or counts again from now on; the row stays either way. Gives how many there were.
pub async fn set_bounced(connection: &mut AnyConnection, channel: &str, address: &str, bounces: bool, now: i64) -> sqlx::Result<u64> {
    let [plain, key] = keys(address);
    let sql = if bounces {
        "UPDATE suppressions SET until = NULL, created_at = $4 WHERE address IN ($1, $2) AND channel = $3 AND reason = 'bounced' AND until <= $4"
    } else {
        "UPDATE suppressions SET until = $4 WHERE address IN ($1, $2) AND channel = $3 AND reason = 'bounced' AND (until IS NULL OR until > $4)"
    };
    Ok(sqlx::query(sql).bind(plain).bind(key).bind(channel).bind(now).execute(connection).await?.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erased_address_is_known_again_in_any_spelling() {
        assert_eq!(erased_key(" Ann@X.org"), erased_key("ann@x.org"));
        assert!(!erased_key("ann@x.org").contains("ann"));
    }
}
