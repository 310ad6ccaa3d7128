//! Pictures that go, with their bodies: withdrawn by somebody, or cleared away because nothing ever named them.
//!
//! Whichever a published list names stays by itself, for every list is served for ever. A backup made before keeps it, too.

use std::collections::HashMap;

use anyhow::Context;
use axum::extract::{Path, State};
use kontor_shared::api::pictures::ProductPicture;
use kontor_shared::audit::{Action, Actor};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{Chosen, fetch, store};
use crate::daily::{self, DAY_MS};
use crate::error::{AppError, Result};
use crate::extract::Json;
use crate::{AppState, audit, auth, bodies, firm};

/// How long a picture stays that no list names and nobody chose: lists come by the month, and what two of them passed over is
/// missed by nobody.
const KEEP_MS: i64 = 60 * DAY_MS;
/// Pictures looked for at once; each goes in a transaction of its own, so that no order waits for all of them.
const CHUNK: i64 = 200;

/// Takes a picture away for good: its row, what it consists of unless something else does, and its number. Gives where it came from.
async fn remove(connection: &mut AnyConnection, state: &AppState, product: &str, number: i64) -> anyhow::Result<Option<String>> {
    let Some(gone) = store::delete(connection, product, number, state.clock.now_ms()).await? else { return Ok(None) };
    for hash in [&gone.small_hash, &gone.large_hash] {
        // The same file may be given to another product in this moment.
        bodies::lock(connection, hash, state.db.for_update()).await?;
    }
    // Somebody may have saved a picture from the page and made it the firm's logo. No other part keeps JPEGs.
    let logos = firm::store::logos(connection).await?;
    for hash in [&gone.small_hash, &gone.large_hash] {
        if !logos.contains(hash) {
            bodies::drop_unused(connection, hash).await?;
        }
    }
    Ok(Some(gone.source))
}

/// `DELETE /api/pictures/{code}/{number}`: nobody sees it from now on. Doing it again changes nothing.
pub async fn withdraw(State(state): State<AppState>, who: auth::Staff, Path(place): Path<HashMap<String, String>>) -> Result<Json<ProductPicture>> {
    let code = place.get("code").ok_or(AppError::NotFound)?;
    let number: i64 = place.get("number").and_then(|number| number.parse::<u32>().ok()).ok_or(AppError::NotFound)?.into();
    let product = super::product(&mut *state.db.read().await?, code).await.map_err(|_| AppError::NotFound)?;
    let mut tx = state.db.write_tx().await?;
    store::lock(&mut tx, &product.id, state.db.for_update()).await?;
    if number < 1 || number > store::last_number(&mut tx, &product.id).await? {
        tx.rollback().await?;
        return Err(AppError::NotFound);
    }
    let before = store::chosen_of(&mut tx, &product.id).await?;
    if let Some(source) = remove(&mut tx, &state, &product.id, number).await? {
        let after = if before == number { 0 } else { before };
        if before == number {
            store::choose(&mut tx, &product.id, 0, state.clock.now_ms(), &who.actor()).await?;
        }
        // Its address must not bring it back; another one may bring another.
        fetch::queue::settle_of(&mut tx, &product.id, &source).await?;
        let (was, is) = (Chosen { picture: number, source: &source }, Chosen { picture: after, source: "" });
        audit::record(&mut tx, &state.clock, &who.actor(), Action::PictureWithdraw, &product.code, Some(&was), Some(&is)).await?;
    }
    let now = store::now(&mut tx, &product).await?;
    tx.commit().await?;
    Ok(Json(super::desk::shown(now)))
}

/// What the audit trail tells of a clearing.
#[derive(Serialize)]
struct Cleared {
    pictures: u64,
}

/// Once a day, clears away pictures that no list names and that no product has had for long.
pub async fn run_due(state: &AppState, stopped: impl Fn() -> bool) -> anyhow::Result<()> {
    if !daily::takes_turn(state, "pictures_cleared_at").await? {
        return Ok(());
    }
    let before = state.clock.now_ms() - KEEP_MS;
    let mut pictures = 0;
    'all: loop {
        let unnamed = store::unnamed(&mut *state.db.read().await?, before, CHUNK).await?;
        if unnamed.is_empty() {
            break;
        }
        for (product, number) in unnamed {
            if stopped() {
                break 'all;
            }
            let mut tx = state.db.write_tx().await?;
            store::lock(&mut tx, &product, state.db.for_update()).await?;
            // Somebody may have chosen it since.
            if store::is_unnamed(&mut tx, before, &product, number).await? {
                remove(&mut tx, state, &product, number).await.context("a picture nothing names")?;
                pictures += 1;
            }
            tx.commit().await?;
        }
    }
    if pictures > 0 {
        let mut tx = state.db.write_tx().await?;
        audit::record(&mut tx, &state.clock, Actor::Program.code(), Action::PictureClear, "", None, Some(&Cleared { pictures })).await?;
        tx.commit().await?;
    }
    Ok(())
}
