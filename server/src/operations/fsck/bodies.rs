//! Content-addressed bodies, and the price list snapshots among them.

use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::Found;
use crate::auth::hex;
use crate::bodies;
use crate::price_list::snapshot::decompress;

/// A few at a time: each may have megabytes, and drivers read ahead.
pub async fn hashes(connection: &mut AnyConnection) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut after = String::new();
    loop {
        let some: Vec<(String, Vec<u8>)> =
            sqlx::query_as("SELECT hash, bytes FROM bodies WHERE hash > $1 ORDER BY hash LIMIT 4").bind(&after).fetch_all(&mut *connection).await?;
        let Some((last, _)) = some.last() else { return Ok(found) };
        after = last.clone();
        for (hash, bytes) in some {
            found.hold(hex(&Sha256::digest(&bytes)) == hash, || hash.clone());
        }
    }
}

/// Every snapshot of every version.
pub async fn snapshots(connection: &mut AnyConnection) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let all: Vec<(i64, String, i64, String, String)> =
        sqlx::query_as("SELECT version, overlay, products, checksum, body_hash FROM price_list_snapshots ORDER BY version, overlay")
            .fetch_all(&mut *connection)
            .await?;
    for (version, overlay, products, checksum, hash) in all {
        let body = bodies::get(connection, &hash).await?;
        let reads = || {
            let plain = decompress(&body?.bytes).ok()?;
            let snapshot = crate::price_list::snapshot::read(&plain).ok()?;
            let same = i64::from(snapshot.version) == version && snapshot.overlay == overlay && snapshot.products.len() as i64 == products;
            Some(same && hex(&Sha256::digest(&plain)) == checksum)
        };
        found.hold(reads() == Some(true), || format!("{version} {overlay}"));
    }
    Ok(found)
}
