//! Addresses nothing may be sent to, as far as people's data is concerned: an erased person's address is kept as a hash
//! only, and is stopped in plain again as soon as anybody brings it back; a new consent lifts what the person's own word stopped.

use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::auth::hex;
use crate::db::placeholders;

/// How `suppressions` keeps the address of an erased person: it is known again, and cannot be read.
pub fn erased_key(address: &str) -> String {
    format!("sha256:{}", hex(&Sha256::digest(address.trim().to_lowercase())))
}

/// Stops an erased person's address on a channel, for good and unreadably; what stopped it before goes on stopping it.
pub async fn erase(connection: &mut AnyConnection, address: &str, channel: &str, actor: &str, now: i64) -> sqlx::Result<()> {
    let (plain, key) = (address.trim().to_lowercase(), erased_key(address));
    // The source of a bounce is the mail server's answer, which names the address.
    copy(connection, &plain, &key, channel, "erasure").await?;
    sqlx::query("DELETE FROM suppressions WHERE address = $1 AND channel = $2").bind(plain).bind(channel).execute(&mut *connection).await?;
    sqlx::query(
        "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ($1, $2, 'erased', '', 'erasure', $3, $4) \
         ON CONFLICT (address, channel, reason, topic) DO NOTHING",
    )
    .bind(key)
    .bind(channel)
    .bind(actor)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Stops in plain what an erased person's address was stopped for, where a file or a form brings it back. Call it wherever
/// a contact is stored.
pub async fn recall(connection: &mut AnyConnection, channel: &str, address: &str) -> sqlx::Result<()> {
    if address.is_empty() {
        return Ok(());
    }
    copy(connection, &erased_key(address), &address.trim().to_lowercase(), channel, "erased before").await
}

async fn copy(connection: &mut AnyConnection, from: &str, to: &str, channel: &str, source: &str) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at, until) \
         SELECT $2, channel, reason, topic, $4, actor, created_at, until FROM suppressions WHERE address = $1 AND channel = $3 \
         ON CONFLICT (address, channel, reason, topic) DO NOTHING",
    )
    .bind(from)
    .bind(to)
    .bind(channel)
    .bind(source)
    .execute(connection)
    .await?;
    Ok(())
}

/// Lifts what the person's own word had stopped, now that they say otherwise; bounces, complaints and registers stay. Gives
/// how many rows there were.
pub async fn lift(connection: &mut AnyConnection, channel: &str, address: &str, topic: &str) -> sqlx::Result<u64> {
    const OWN: [&str; 2] = ["unsubscribed", "erased"];
    let sql = format!("DELETE FROM suppressions WHERE address IN ($1, $2) AND channel = $3 AND topic = $4 AND reason IN ({})", placeholders(5, OWN.len()));
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(address.trim().to_lowercase()).bind(erased_key(address)).bind(channel).bind(topic);
    for reason in OWN {
        query = query.bind(reason);
    }
    Ok(query.execute(connection).await?.rows_affected())
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
