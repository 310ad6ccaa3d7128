//! Pictures of products: taken from files or fetched from addresses, made into two sizes by the child, kept as bodies, and
//! shown to whoever may read a price list: pictures are the firm's public face, and a reader of one price type may see those of
//! goods that only another has. What no list in force names, yet or at all, is seen by staff only.
//!
//! Which picture a product has is no part of the catalogue's history: a published list says the number of each picture,
//! and stays as it is. A change shows with the next publishing.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kontor_shared::audit::{Action, Actor};
use kontor_shared::catalog::MOST_CODE;
use kontor_shared::pictures::{Size, codes_of};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use crate::auth::{MaybeSignedIn, hex};
use crate::error::{AppError, Result};
use crate::extract::is_known;
use crate::time::day_in;
use crate::{AppState, audit, bodies, child, price_list};

pub mod desk;
pub mod fetch;
mod get;
pub mod gone;
pub mod make;
mod reach;
pub mod store;

/// Largest file taken.
pub const LARGEST: usize = 10 << 20;
/// Media type of every picture kept.
pub const JPEG: &str = "image/jpeg";
/// Letters of a body's hash that tell it from others as an ETag. Not all of it: that would be its address among the logos.
const TAG: usize = 32;

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Taken {
    pub number: i64,
    pub before: i64,
}

/// Where a picture comes from, and who brings it.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    /// A file's name, or an address.
    pub source: &'a str,
    pub actor: &'a str,
    /// The fetch that had it, where it was not a person who brought it.
    pub fetch: Option<&'a fetch::queue::Claimed>,
}

/// What the audit trail tells of a choice.
#[derive(Serialize)]
struct Chosen<'a> {
    picture: i64,
    source: &'a str,
}

/// Whether a catalogue can have a product with this code.
fn may_be_a_code(code: &str) -> bool {
    !code.is_empty() && code.chars().count() <= MOST_CODE && !code.contains('\0')
}

/// The product with this code, or a refusal.
pub async fn product(connection: &mut AnyConnection, code: &str) -> Result<store::Product> {
    let known = if may_be_a_code(code) { store::product(connection, code, "").await? } else { None };
    known.ok_or_else(|| AppError::invalid("picture_no_product", format!("no product has the code {code}")))
}

/// The product a file is named after, or a refusal.
pub async fn named(connection: &mut AnyConnection, file_name: &str) -> Result<store::Product> {
    let mut refused = None;
    for code in codes_of(file_name) {
        match product(connection, &code).await {
            Err(refusal @ AppError::Invalid { .. }) => refused = Some(refusal),
            other => return other,
        }
    }
    Err(refused.unwrap_or(AppError::NotFound))
}

/// Gives a product the picture a file holds.
pub async fn take(state: &AppState, product: &store::Product, bytes: &[u8], origin: Origin<'_>) -> Result<Taken> {
    if bytes.len() > LARGEST {
        return Err(AppError::invalid("picture_too_large", format!("at most {} MB", LARGEST >> 20)));
    }
    let given = hex(&Sha256::digest(bytes));
    let known = store::by_given(&mut *state.db.read().await?, &product.id, &given).await?;
    // The same file is the same picture; nothing is made anew, unless it goes in this moment.
    if known.is_some()
        && let Some(taken) = keep(state, product, &given, None, origin).await?
    {
        return Ok(taken);
    }
    let made: make::Made = postcard::from_bytes(&child::make_picture(bytes).await?).context("the child's pictures")?;
    Ok(keep(state, product, &given, Some(&made), origin).await?.context("a picture that was made")?)
}

/// Keeps a picture and makes it the product's. `made` is absent where the product has had the picture already; where it
/// has not, nothing is done.
pub async fn keep(state: &AppState, product: &store::Product, given: &str, made: Option<&make::Made>, origin: Origin<'_>) -> Result<Option<Taken>> {
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await?;
    store::lock(&mut tx, &product.id, state.db.for_update()).await?;
    let before = store::chosen_of(&mut tx, &product.id).await?;
    // Somebody chose meanwhile, or another address counts by now.
    if let Some(fetch) = origin.fetch
        && !fetch::queue::still(&mut tx, fetch).await?
    {
        tx.rollback().await?;
        return Ok(Some(Taken { number: before, before }));
    }
    let number = match (store::by_given(&mut tx, &product.id, given).await?, made) {
        (Some(number), _) => number,
        (None, None) => {
            tx.rollback().await?;
            return Ok(None);
        }
        (None, Some(made)) => {
            let number = store::next_number(&mut tx, &product.id).await?;
            let small_hash = bodies::hold(&mut tx, JPEG, &made.small, now).await?;
            let large_hash = bodies::hold(&mut tx, JPEG, &made.large, now).await?;
            let picture = store::NewPicture { number, given, small_hash: &small_hash, large_hash: &large_hash, source: origin.source };
            store::insert(&mut tx, &product.id, &picture, now).await?;
            number
        }
    };
    if before != number {
        choose(&mut tx, state, product, before, number, Action::PictureAdd, origin).await?;
    } else {
        settle(&mut tx, product, origin).await?;
    }
    tx.commit().await?;
    Ok(Some(Taken { number, before }))
}

/// What a person chose is not overridden by what was asked for before: that is settled. Another address named later counts.
async fn settle(connection: &mut AnyConnection, product: &store::Product, origin: Origin<'_>) -> sqlx::Result<()> {
    if origin.actor != Actor::Program.code() {
        fetch::queue::settle(connection, &product.id).await?;
    }
    Ok(())
}

/// Makes a picture the product's, or none.
async fn choose(
    connection: &mut AnyConnection,
    state: &AppState,
    product: &store::Product,
    before: i64,
    number: i64,
    action: Action,
    origin: Origin<'_>,
) -> Result<()> {
    settle(connection, product, origin).await?;
    store::choose(connection, &product.id, number, state.clock.now_ms(), origin.actor).await?;
    let (was, is) = (Chosen { picture: before, source: "" }, Chosen { picture: number, source: origin.source });
    audit::record(connection, &state.clock, origin.actor, action, &product.code, Some(&was), Some(&is)).await?;
    Ok(())
}

/// The number of each product's picture, by the product's id, for the list that is published next.
pub async fn numbers(connection: &mut AnyConnection) -> sqlx::Result<HashMap<String, u32>> {
    let chosen = store::chosen(connection).await?;
    Ok(chosen.into_iter().filter_map(|(product, number)| Some((product, u32::try_from(number).ok()?))).collect())
}

/// Says of pictures that a list names them which holds from a day on. In short transactions before the list itself is stored: what is seen
/// a moment early is what is about to be published.
pub async fn publish(state: &AppState, numbers: &HashMap<String, u32>, day: &str) -> sqlx::Result<()> {
    let unseen = store::unseen(&mut *state.db.read().await?, day).await?;
    let mut named: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (product, number) in unseen {
        if numbers.get(&product).is_some_and(|named| i64::from(*named) == number) {
            named.entry(number).or_default().push(product);
        }
    }
    for (number, products) in named {
        for some in products.chunks(300) {
            let mut tx = state.db.write_tx().await?;
            store::set_published(&mut tx, number, day, some).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// `GET /api/pictures/{code}/{number}/{size}`: always the same, as long as it is there; 404 to whoever may read no list, and
/// before a list names it that is in force.
pub async fn show(
    State(state): State<AppState>,
    MaybeSignedIn(who): MaybeSignedIn,
    Path((code, number, size)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let size = Size::parse(&size).ok_or(AppError::NotFound)?;
    let number: i64 = number.parse::<u32>().map_err(|_| AppError::NotFound)?.into();
    let staff = who.as_ref().is_some_and(|who| who.role.is_staff());
    // Before the connection: a page asks for dozens at once, and each that held one and waited for another would stop all.
    let firm = state.firm().await?;
    let today = day_in(&firm.time_zone()?, state.clock.now_ms());
    let mut connection = state.db.read().await?;
    if !may_be_a_code(&code) || !price_list::reads_a_list(&mut connection, &firm, who.as_ref()).await? {
        return Err(AppError::NotFound);
    }
    let seen = |found: &store::Picture| staff || found.published != 0 && found.shown_from <= today;
    let found = store::picture(&mut connection, &code, number).await?.filter(seen).ok_or(AppError::NotFound)?;
    let hash = if size == Size::Small { found.small_hash } else { found.large_hash };
    let tag = hash.get(..TAG).unwrap_or(&hash);
    // The browser asks each time: who signed out, and a picture that was withdrawn, are not to be had from its cache. The
    // service worker's is the long one, and it is emptied.
    let kept = [(header::CACHE_CONTROL, "private, no-cache".to_string()), (header::ETAG, format!("\"{tag}\""))];
    if is_known(&headers, tag) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    // Withdrawn since the row was read.
    let body = bodies::get(&mut connection, &hash).await?.ok_or(AppError::NotFound)?;
    Ok((kept, [(header::CONTENT_TYPE, JPEG)], body.bytes).into_response())
}
