//! What was nothing of an order is kept no longer to the byte: after a while the bodies of ignored messages and of their files
//! go. What they said, and that they came, stays. All others are kept: they are orders, or were to be.

use sqlx::{AnyConnection, AssertSqlSafe};

use crate::daily::{self, DAY_MS};
use crate::{AppState, bodies, firm};

/// So long somebody may still find that a message was an order after all.
const KEEP_MS: i64 = 30 * DAY_MS;
/// Messages looked for at once; each goes in a transaction of its own, so that no order waits for all of them.
const CHUNK: i64 = 100;

/// A part of a statement: ignored since before an instant. Who ignores an old one by mistake has as long to find out.
const OVER: &str = "m.state = 'ignored' AND m.received_at < $1 AND COALESCE(m.decided_at, m.received_at) < $1 \
     AND (m.raw_hash IS NOT NULL OR EXISTS (SELECT 1 FROM incoming_files f WHERE f.mail_id = m.id AND f.hash IS NOT NULL))";

/// Once a day, clears away what ignored messages consist of.
pub async fn run_due(state: &AppState, stopped: impl Fn() -> bool) -> anyhow::Result<()> {
    if !daily::takes_turn(state, "incoming_cleared_at").await? {
        return Ok(());
    }
    let before = state.clock.now_ms() - KEEP_MS;
    loop {
        let over = over(&mut *state.db.read().await?, before).await?;
        if over.is_empty() {
            return Ok(());
        }
        for mail in over {
            if stopped() {
                return Ok(());
            }
            let mut tx = state.db.write_tx().await?;
            clear(&mut tx, state, before, &mail).await?;
            tx.commit().await?;
        }
    }
}

/// Takes away what a message consists of, unless something else does.
async fn clear(connection: &mut AnyConnection, state: &AppState, before: i64, mail: &str) -> anyhow::Result<()> {
    // Somebody may take the decision back in this moment, and be first.
    let Some(row) = super::mail(connection, state.db.for_update(), mail).await? else { return Ok(()) };
    let since = row.decided_at.unwrap_or(row.received_at);
    if row.state != crate::intake::State::Ignored.word() || since >= before {
        return Ok(());
    }
    let files = super::files(connection, mail).await?;
    let mut hashes: Vec<String> = files.into_iter().filter_map(|file| file.hash).chain(row.raw_hash).collect();
    // In one order, so that no two of these wait for each other.
    hashes.sort_unstable();
    hashes.dedup();
    sqlx::query("UPDATE incoming_mails SET raw_hash = NULL WHERE id = $1").bind(mail).execute(&mut *connection).await?;
    sqlx::query("UPDATE incoming_files SET hash = NULL WHERE mail_id = $1").bind(mail).execute(&mut *connection).await?;
    // Somebody may have sent in a picture that became the firm's logo.
    let logos = firm::store::logos(connection).await?;
    for hash in hashes.iter().filter(|hash| !logos.contains(*hash)) {
        // The same file may come with another message in this moment.
        bodies::lock(connection, hash, state.db.for_update()).await?;
        bodies::drop_unused(connection, hash).await?;
    }
    Ok(())
}

async fn over(connection: &mut AnyConnection, before: i64) -> sqlx::Result<Vec<String>> {
    let statement = format!("SELECT m.id FROM incoming_mails m WHERE {OVER} ORDER BY m.received_at, m.id LIMIT $2");
    sqlx::query_scalar(AssertSqlSafe(statement)).bind(before).bind(CHUNK).fetch_all(connection).await
}
