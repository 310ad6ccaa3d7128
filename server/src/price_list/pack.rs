//! What is done for a published version after it is out: its lists packed as tightly as they go, and what changed since the
//! version before, so that a page that has that one fetches a few kilobytes instead of all.

use anyhow::Context;
use kontor_shared::catalog::columns::{Columns, delta};

use super::{DELTA_TYPE, SNAPSHOT_TYPE, snapshot, store};
use crate::{AppState, bodies};

/// Brotli's best takes ten times as long as what a publisher waits for, and saves an eighth.
const BEST: u32 = 11;

/// Packs every list of a version. Doing it again changes nothing.
pub async fn pack(state: &AppState, version: &str) -> anyhow::Result<()> {
    let version: i64 = version.parse().context("the number of a version")?;
    let overlays = store::overlays(&mut *state.db.read().await?, version).await?;
    for found in overlays {
        tighten(state, version, &found).await?;
        add_delta(state, version, &found).await?;
    }
    Ok(())
}

async fn body(state: &AppState, hash: &str) -> anyhow::Result<bodies::Body> {
    bodies::get(&mut *state.db.read().await?, hash).await?.context("a snapshot's body is missing")
}

async fn tighten(state: &AppState, version: i64, found: &store::Snapshot) -> anyhow::Result<()> {
    let stored = body(state, &found.body_hash).await?;
    let before = stored.bytes.len();
    let tight = tokio::task::spawn_blocking(move || snapshot::compress(&snapshot::decompress(&stored.bytes)?, BEST)).await.context("packing stopped")??;
    if tight.len() >= before {
        return Ok(());
    }
    let mut tx = state.db.write_tx().await?;
    let hash = bodies::put(&mut tx, SNAPSHOT_TYPE, &tight, state.clock.now_ms()).await?;
    store::set_body(&mut tx, version, &found.overlay, &hash).await?;
    store::forget_body(&mut tx, &found.body_hash).await?;
    tx.commit().await?;
    Ok(())
}

async fn add_delta(state: &AppState, version: i64, found: &store::Snapshot) -> anyhow::Result<()> {
    let (now, before) = {
        let mut connection = state.db.read().await?;
        let Some(since) = store::follows(&mut connection, version, &found.overlay).await? else { return Ok(()) };
        let now = store::snapshot(&mut connection, version, &found.overlay).await?.context("a snapshot is gone")?;
        (now, (since, store::snapshot(&mut connection, since, &found.overlay).await?.context("a snapshot is gone")?))
    };
    let (since, before) = before;
    let (new, old) = (body(state, &now.body_hash).await?, body(state, &before.body_hash).await?);
    let whole = new.bytes.len();
    let made = tokio::task::spawn_blocking(move || -> anyhow::Result<Option<Vec<u8>>> {
        let (old, new) = (snapshot::decompress(&old.bytes)?, snapshot::decompress(&new.bytes)?);
        // A version from before columns is no start for one.
        if !Columns::is_one(&old) || !Columns::is_one(&new) {
            return Ok(None);
        }
        snapshot::compress(&delta::between(&old, &new)?, BEST).map(Some)
    });
    let Some(packed) = made.await.context("packing stopped")??.filter(|packed| packed.len() < whole / 2) else { return Ok(()) };
    let mut tx = state.db.write_tx().await?;
    let hash = bodies::put(&mut tx, DELTA_TYPE, &packed, state.clock.now_ms()).await?;
    store::insert_delta(&mut tx, version, &found.overlay, since, packed.len() as i64, &hash).await?;
    tx.commit().await?;
    Ok(())
}
