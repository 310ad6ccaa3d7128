//! What is done for a published version after it is out: its lists packed as tightly as they go, and what changed since the
//! version before, so that a page that has that one fetches a few kilobytes instead of all.

use anyhow::Context;
use kontor_shared::catalog::columns::{Columns, delta};

use super::{DELTA_TYPE, snapshot, store};
use crate::{AppState, bodies};

/// Brotli's best takes ten times as long as what a publisher waits for, and saves an eighth.
const BEST: u32 = 11;

/// The subject of the job that packs one list of a version: one price type's work holds up no other's.
pub fn subject(version: i64, overlay: &str) -> String {
    format!("{version} {overlay}")
}

/// Packs the list of a price type, or every list of a version where the subject names none, as jobs of earlier programs do.
/// Doing it again changes nothing.
pub async fn pack(state: &AppState, subject: &str) -> anyhow::Result<()> {
    let (version, overlay) = subject.split_once(' ').map_or((subject, None), |(version, overlay)| (version, Some(overlay)));
    let version: i64 = version.parse().context("the number of a version")?;
    let overlays = store::overlays(&mut *state.db.read().await?, version).await?;
    for found in overlays.iter().filter(|found| overlay.is_none_or(|overlay| found.overlay == overlay)) {
        tighten(state, version, found).await?;
        add_delta(state, version, found).await?;
    }
    Ok(())
}

async fn body(state: &AppState, version: i64, overlay: &str) -> anyhow::Result<bodies::Body> {
    store::body(&mut *state.db.read().await?, version, overlay).await?.context("a list is gone")
}

async fn tighten(state: &AppState, version: i64, found: &store::Snapshot) -> anyhow::Result<()> {
    if store::is_tight(&mut *state.db.read().await?, version, &found.overlay).await? {
        return Ok(());
    }
    let stored = body(state, version, &found.overlay).await?;
    let packing = move || -> anyhow::Result<bodies::Body> {
        let tight = snapshot::compress(&snapshot::decompress(&stored.bytes)?, BEST)?;
        Ok(if tight.len() < stored.bytes.len() { bodies::Body { bytes: tight, ..stored } } else { stored })
    };
    let tight = tokio::task::spawn_blocking(packing).await.context("packing stopped")??;
    let mut tx = state.db.write_tx().await?;
    let hash = bodies::put(&mut tx, &tight.media_type, &tight.bytes, state.clock.now_ms()).await?;
    store::set_body(&mut tx, version, &found.overlay, &hash).await?;
    if hash != found.body_hash {
        bodies::drop_unused(&mut tx, &found.body_hash).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn add_delta(state: &AppState, version: i64, found: &store::Snapshot) -> anyhow::Result<()> {
    let Some(since) = store::follows(&mut *state.db.read().await?, version, &found.overlay).await? else { return Ok(()) };
    let (new, old) = (body(state, version, &found.overlay).await?, body(state, since, &found.overlay).await?);
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
