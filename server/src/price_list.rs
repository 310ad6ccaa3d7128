//! Published price list versions: publishing the catalogue as the next one, which one is in force, and what a reader
//! sees of it. A version is immutable; each price type's view of it is one compact snapshot.

use std::collections::HashMap;

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kontor_shared::api::{LeftOut, PriceListDelta, PriceListInfo, PriceListVersions, Publish, PublishReport, Role};
use kontor_shared::audit::Action;
use kontor_shared::catalog::discount;
use kontor_shared::money::{Percent, VatMode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sqlx::AnyConnection;

use crate::auth::{Identity, MaybeSignedIn, Staff};
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, is_known};
use crate::firm::FirmSettings;
use crate::time::{day_in, parse_day, rfc3339};
use crate::{AppState, audit, bodies, catalog, jobs, pictures};

pub mod first_screen;
pub mod opening;
pub mod pack;
mod rows;
pub mod snapshot;
pub mod store;

/// Media type of snapshots; see [`kontor_shared::catalog::columns`]. Bodies of another type are [`rows`].
const SNAPSHOT_TYPE: &str = "application/vnd.kontor.price-list";
/// Media type of what leads from one version's list to the next's; see [`kontor_shared::catalog::columns::delta`].
const DELTA_TYPE: &str = "application/vnd.kontor.price-list-delta";
/// Reasons told in a report; all are stored.
const MOST_TOLD: usize = 1000;
/// How often publishing starts again because an import became visible meanwhile.
const TRIES: usize = 5;

/// Publishes the catalogue as it is visible now, as the next version. Reading and encoding hold no lock; storing is one
/// short transaction, which starts over where the catalogue moved meanwhile.
pub async fn publish(state: &AppState, actor: &str, valid_from: Option<&str>, note: &str) -> Result<PublishReport> {
    let firm = state.firm().await?;
    let today = day_in(&firm.time_zone()?, state.clock.now_ms());
    let valid_from = match valid_from.map(str::trim).filter(|day| !day.is_empty()) {
        None => today.clone(),
        Some(day) => parse_day(day).map(|day| day.to_string()).ok_or_else(|| AppError::invalid_field("bad_date", "/valid_from", "a date is YYYY-MM-DD"))?,
    };
    if valid_from < today {
        return Err(AppError::invalid_field("valid_from_past", "/valid_from", format!("{valid_from} is past; today is {today}")));
    }
    if note.chars().count() > 2000 || note.chars().any(|c| c.is_control() && c != '\n') {
        return Err(AppError::invalid_field("bad_note", "/note", "a note has at most 2000 characters and no control characters"));
    }
    for _ in 0..TRIES {
        let published_at = state.clock.now_ms();
        let (seq, last, catalogue, earlier, pictures) = {
            let mut connection = state.db.read().await?;
            let (seq, last) = store::state(&mut connection, "").await?;
            let catalogue = catalog::load(&mut connection, seq).await?;
            (seq, last, catalogue, store::publications(&mut connection).await?, pictures::numbers(&mut connection).await?)
        };
        let terms = snapshot::Terms {
            version: last + 1,
            published_at,
            valid_from: valid_from.clone(),
            note: note.to_string(),
            firm: (*firm).clone(),
            earlier,
            pictures,
        };
        let made = tokio::task::spawn_blocking(move || snapshot::make(&catalogue, &terms)).await.context("publishing stopped")??;
        if made.overlays.is_empty() {
            return Err(AppError::invalid("nothing_to_publish", "no active goods with a group and a price"));
        }
        pictures::publish(state, &made.pictures, &valid_from).await?;
        let mut tx = state.db.write_tx().await?;
        if store::state(&mut tx, state.db.for_update()).await? != (seq, last) {
            continue;
        }
        let reasons = serde_json::to_vec(&made.left_out).context("reasons")?;
        let reasons_hash = bodies::put(&mut tx, "application/json", &reasons, published_at).await?;
        let version = store::Version {
            version: last + 1,
            seq,
            published_at,
            valid_from: valid_from.clone(),
            currency: made.currency.code().to_string(),
            vat_mode: firm.vat_mode.word().into(),
            terms: firm.terms.clone(),
            note: note.into(),
            products: made.products as i64,
            left_out: made.left_out.len() as i64,
        };
        store::insert(&mut tx, &version, actor, &reasons_hash).await?;
        for overlay in &made.overlays {
            let body_hash = bodies::put(&mut tx, SNAPSHOT_TYPE, &overlay.compressed, published_at).await?;
            store::insert_snapshot(&mut tx, last + 1, &overlay.price_type, overlay.products as i64, &overlay.checksum, &body_hash).await?;
            jobs::enqueue(&mut tx, &state.clock, jobs::kind::PACK_PRICE_LIST, &pack::subject(last + 1, &overlay.price_type)).await?;
        }
        store::set_last_version(&mut tx, last + 1).await?;
        let valid_until = store::valid_until(&mut tx, last + 1).await?;
        let report = report(version, made.left_out, valid_until);
        let after = serde_json::json!({"version": report.version, "valid_from": report.valid_from, "products": report.products, "left_out": report.left_out});
        audit::record(&mut tx, &state.clock, actor, Action::PriceListPublish, &report.version.to_string(), None, Some(&after)).await?;
        tx.commit().await?;
        return Ok(report);
    }
    Err(AppError::NotReady { code: "busy", retry_after: 10 })
}

fn report(version: store::Version, mut reasons: Vec<LeftOut>, valid_until: Option<String>) -> PublishReport {
    reasons.truncate(MOST_TOLD);
    PublishReport {
        version: version.version as u32,
        published_at: rfc3339(version.published_at),
        valid_from: version.valid_from,
        valid_until,
        note: version.note,
        products: version.products as u64,
        left_out: version.left_out as u64,
        reasons,
    }
}

/// `POST /api/price-lists`
pub async fn create(State(state): State<AppState>, who: Staff, Json(wanted): Json<Publish>) -> Result<Json<PublishReport>> {
    // On its own task: a browser that goes away does not leave the version half made.
    let actor = who.actor();
    let made = tokio::spawn(async move { publish(&state, &actor, wanted.valid_from.as_deref(), &wanted.note).await });
    Ok(Json(made.await.context("publishing stopped")??))
}

/// `GET /api/price-lists`
pub async fn list(State(state): State<AppState>) -> Result<Json<PriceListVersions>> {
    let mut connection = state.db.read().await?;
    let mut versions = Vec::new();
    for (version, reasons_hash) in store::list(&mut connection, 50).await? {
        let body = bodies::get(&mut connection, &reasons_hash).await?.context("the reasons of a version are missing")?;
        let reasons: Vec<LeftOut> = serde_json::from_slice(&body.bytes).context("stored reasons")?;
        let until = store::valid_until(&mut connection, version.version).await?;
        versions.push(report(version, reasons, until));
    }
    let price_types = crate::firm::store::price_types(&mut connection).await?;
    Ok(Json(PriceListVersions { versions, price_types }))
}

#[derive(Deserialize)]
pub struct Asked {
    /// The price type staff want to see.
    overlay: Option<String>,
}

/// `GET /api/price-list`
pub async fn in_force(State(state): State<AppState>, MaybeSignedIn(who): MaybeSignedIn, Query(asked): Query<Asked>) -> Result<Json<PriceListInfo>> {
    let firm = state.firm().await?;
    let today = day_in(&firm.time_zone()?, state.clock.now_ms());
    let mut connection = state.db.read().await?;
    let asked = asked.overlay.filter(|overlay| !overlay.is_empty());
    let (price_type, discount) =
        own_prices(&mut connection, &firm, who.as_ref(), asked.as_deref()).await?.ok_or(AppError::Missing { code: "prices_hidden" })?;
    let version = store::in_force(&mut connection, &today).await?.ok_or(AppError::Missing { code: "no_price_list" })?;
    let mut found = store::snapshot(&mut connection, version.version, &price_type).await?;
    if found.is_none() && asked.is_none() && who.as_ref().is_some_and(|who| who.role.is_staff()) {
        // A firm without prices of the usual type still sees what it published.
        found = store::first_snapshot(&mut connection, version.version).await?;
    }
    let found = found.ok_or(AppError::Missing { code: "no_price_list" })?;
    let valid_until = store::valid_until(&mut connection, version.version).await?;
    let delta = store::delta_to(&mut connection, version.version, &found.overlay).await?.map(|(since, bytes)| PriceListDelta {
        since: since as u32,
        url: format!("{}/since/{since}?sum={}", address(&version, &found), mark(&found.checksum)),
        bytes: bytes as u64,
    });
    Ok(Json(PriceListInfo {
        delta,
        version: version.version as u32,
        snapshot_url: url(&version, &found),
        checksum: found.checksum,
        overlay: discount::overlay(&found.overlay, discount),
        discount,
        published_at: rfc3339(version.published_at),
        valid_from: version.valid_from,
        valid_until,
        currency: version.currency.parse().context("stored currency")?,
        vat_mode: VatMode::parse(&version.vat_mode).context("stored VAT mode")?,
        vat_method: firm.vat_method,
        minimum_order: firm.least_order().filter(|least| least.currency.code() == version.currency).map(|least| least.decimal()),
        products: found.products as u32,
    }))
}

/// What an address spells out of a price type's code.
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Where a version's list is. A price type's code may be in any alphabet.
fn address(version: &store::Version, found: &store::Snapshot) -> String {
    let overlay = utf8_percent_encode(&found.overlay, IN_ADDRESS);
    format!("/api/price-list/{}/{overlay}", version.version)
}

/// Where a list is that never changes.
pub fn url(version: &store::Version, found: &store::Snapshot) -> String {
    format!("{}?sum={}", address(version, found), mark(&found.checksum))
}

/// What tells a list from another of the same number, as it stands in addresses.
fn mark(checksum: &str) -> &str {
    checksum.get(..16).unwrap_or(checksum)
}

/// Which list an address means; without it, whichever has the number now.
#[derive(Deserialize)]
pub struct Meant {
    sum: Option<String>,
}

impl Meant {
    /// How long the answer may be kept. Another list than the one meant is not to be had here.
    fn keeping(&self, found: &store::Snapshot) -> Result<&'static str> {
        match &self.sum {
            None => Ok("private, no-cache"),
            Some(sum) if sum == mark(&found.checksum) => Ok("private, max-age=31536000, immutable"),
            Some(_) => Err(AppError::NotFound),
        }
    }
}

/// The price type whoever asks sees, and the discount on it; none: no prices.
async fn own_prices(connection: &mut AnyConnection, firm: &FirmSettings, who: Option<&Identity>, asked: Option<&str>) -> Result<Option<(String, Percent)>> {
    let in_full = |price_type: String| (price_type, Percent::ZERO);
    match who {
        None => Ok(firm.public_price_type.clone().map(in_full)),
        Some(Identity { role: Role::Buyer, customer, .. }) => {
            let customer = customer.context("a buyer without a customer")?;
            let (price_type, discount) = store::customer_prices(connection, &customer.to_string()).await?.ok_or(AppError::NotFound)?;
            Ok(Some((price_type, Percent::from_raw(discount))))
        }
        Some(_) => Ok(Some(in_full(asked.map_or_else(|| firm.customer_price_type.clone(), str::to_string)))),
    }
}

/// Whether whoever asks may read a price list at all.
pub async fn reads_a_list(connection: &mut AnyConnection, firm: &FirmSettings, who: Option<&Identity>) -> Result<bool> {
    Ok(own_prices(connection, firm, who, None).await?.is_some())
}

/// A version and an overlay of an address, where whoever asks may see them.
async fn allowed(
    connection: &mut AnyConnection,
    state: &AppState,
    firm: &FirmSettings,
    who: Option<&Identity>,
    path: &HashMap<String, String>,
) -> Result<(i64, store::Snapshot)> {
    let version: i64 = path.get("version").and_then(|text| text.parse().ok()).ok_or(AppError::NotFound)?;
    let overlay = path.get("overlay").ok_or(AppError::NotFound)?;
    let today = day_in(&firm.time_zone()?, state.clock.now_ms());
    let staff = who.is_some_and(|who| who.role.is_staff());
    if !staff && firm.public_price_type.as_ref() != Some(overlay) {
        let own = own_prices(connection, firm, who, None).await?;
        if own.is_none_or(|(price_type, _)| price_type != *overlay) {
            return Err(AppError::NotFound);
        }
    }
    let stored = store::by_number(connection, version).await?.ok_or(AppError::NotFound)?;
    if !staff && stored.valid_from > today {
        return Err(AppError::NotFound);
    }
    Ok((version, store::snapshot(connection, version, overlay).await?.ok_or(AppError::NotFound)?))
}

/// `GET /api/price-list/{version}/{overlay}`: the snapshot, immutable; 404 to whoever may not see that price type.
pub async fn show(
    State(state): State<AppState>,
    MaybeSignedIn(who): MaybeSignedIn,
    Path(path): Path<HashMap<String, String>>,
    Query(meant): Query<Meant>,
    headers: HeaderMap,
) -> Result<Response> {
    // Before the connection: many who each hold one and wait for another would wait for each other.
    let firm = state.firm().await?;
    let mut connection = state.db.read().await?;
    let (version, found) = allowed(&mut connection, &state, &firm, who.as_ref(), &path).await?;
    let keeping = meant.keeping(&found)?;
    if is_known(&headers, &found.checksum) {
        return Ok((StatusCode::NOT_MODIFIED, kept(keeping, &found.checksum)).into_response());
    }
    let body = store::body(&mut connection, version, &found.overlay).await?.context("a snapshot's body is missing")?;
    drop(connection);
    let body = if body.media_type == SNAPSHOT_TYPE {
        body
    } else {
        // Published before columns: made anew for the page, until the next version is published.
        let renew = move || {
            let plain = snapshot::decompress(&body.bytes)?;
            snapshot::compress(&snapshot::renewed(&plain)?.unwrap_or(plain), snapshot::QUICK)
        };
        let bytes = tokio::task::spawn_blocking(renew).await.context("unpacking stopped")??;
        bodies::Body { media_type: SNAPSHOT_TYPE.to_string(), bytes }
    };
    packed(body, keeping, &found.checksum, &headers).await
}

/// `GET /api/price-list/{version}/{overlay}/since/{since}`: what leads from an earlier version's list to this one.
pub async fn since(
    State(state): State<AppState>,
    MaybeSignedIn(who): MaybeSignedIn,
    Path(path): Path<HashMap<String, String>>,
    Query(meant): Query<Meant>,
    headers: HeaderMap,
) -> Result<Response> {
    let since: i64 = path.get("since").and_then(|text| text.parse().ok()).ok_or(AppError::NotFound)?;
    let firm = state.firm().await?;
    let mut connection = state.db.read().await?;
    let (version, found) = allowed(&mut connection, &state, &firm, who.as_ref(), &path).await?;
    let keeping = meant.keeping(&found)?;
    let hash = store::delta(&mut connection, version, &found.overlay, since).await?.ok_or(AppError::NotFound)?;
    if is_known(&headers, &hash) {
        return Ok((StatusCode::NOT_MODIFIED, kept(keeping, &hash)).into_response());
    }
    let body = bodies::get(&mut connection, &hash).await?.context("a delta's body is missing")?;
    drop(connection);
    packed(body, keeping, &hash, &headers).await
}

/// How a list may be kept; another reader may not have it from a shared cache.
fn kept(keeping: &str, tag: &str) -> [(header::HeaderName, String); 3] {
    [(header::CACHE_CONTROL, keeping.to_string()), (header::ETAG, format!("\"{tag}\"")), (header::VARY, "Accept-Encoding, Cookie".to_string())]
}

/// A body stored in brotli, unpacked for whoever does not take that.
async fn packed(body: bodies::Body, keeping: &str, tag: &str, headers: &HeaderMap) -> Result<Response> {
    let takes_brotli = takes_brotli(headers);
    let media_type = (header::CONTENT_TYPE, body.media_type);
    if takes_brotli {
        return Ok((kept(keeping, tag), [media_type, (header::CONTENT_ENCODING, "br".to_string())], body.bytes).into_response());
    }
    let plain = tokio::task::spawn_blocking(move || snapshot::decompress(&body.bytes)).await.context("unpacking stopped")??;
    Ok((kept(keeping, tag), [media_type], plain).into_response())
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(accepts_brotli)
}

fn accepts_brotli(accepted: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().trim_start_matches("q=");
        name.trim().eq_ignore_ascii_case("br") && !matches!(weight, "0" | "0.0" | "0.00" | "0.000")
    })
}

/// A published view decoded, for export and tests on the server.
pub async fn load(connection: &mut AnyConnection, version: i64, overlay: &str) -> Result<Option<kontor_shared::catalog::Snapshot>> {
    let Some(body) = store::body(connection, version, overlay).await? else { return Ok(None) };
    let plain = snapshot::decompress(&body.bytes)?;
    Ok(Some(snapshot::read(&plain)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_sent_only_to_those_who_take_it() {
        for (header, expected) in [("gzip, deflate, br, zstd", true), ("br;q=1.0", true), ("br;q=0, gzip", false), ("gzip", false), ("brx", false)] {
            assert_eq!(accepts_brotli(header), expected, "{header}");
        }
    }
}
