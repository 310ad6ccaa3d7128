//! Pictures on the staff's pages: what there is, files one by one, another choice, another try.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kontor_shared::api::pictures::{ChoosePicture, FetchAgain, FetchQueued, PictureFetch, PicturePage, PictureTaken, ProductPicture};
use kontor_shared::audit::Action;
use kontor_shared::catalog::MOST_CODE;
use kontor_shared::pictures::{Size, path};
use serde::Deserialize;

use super::fetch::queue;
use super::{LARGEST, Origin, store};
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, bounded_text};
use crate::time::rfc3339;
use crate::{AppState, audit, auth};

const PAGE: usize = 60;
/// Products named at once for another try.
const MOST_CODES: usize = 200;
const LONGEST_NAME: usize = 300;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// `waiting` or `failed`: pictures to be fetched; `earlier`: those products had; nothing: products with pictures.
    state: Option<String>,
    /// A product's code.
    q: Option<String>,
    after: Option<String>,
}

/// `GET /api/pictures`
pub async fn list(State(state): State<AppState>, Query(filter): Query<Filter>) -> Result<Json<PicturePage>> {
    let code = filter.q.as_deref().unwrap_or_default().trim();
    bounded_text("q", code, LONGEST_NAME, false)?;
    let after = filter.after.as_deref().unwrap_or_default();
    let mut connection = state.db.read().await?;
    let counts = store::counts(&mut connection).await?;
    let count = |rows: i64| rows.max(0) as u64;
    let mut page = PicturePage {
        with_picture: count(counts.with_picture),
        changed: count(counts.changed),
        unlisted: count(counts.unlisted),
        earlier: count(counts.earlier),
        waiting: count(counts.waiting),
        failed: count(counts.failed),
        pictures: Vec::new(),
        fetches: Vec::new(),
        next: None,
    };
    match filter.state.as_deref().unwrap_or_default() {
        "" => {
            let after = match after {
                "" => None,
                after => Some(after.split_once('.').and_then(|(at, product)| Some((at.parse().ok()?, product.to_string()))).ok_or_else(bad_page)?),
            };
            let mut rows = store::list(&mut connection, code, after, PAGE as i64 + 1).await?;
            if rows.len() > PAGE {
                rows.truncate(PAGE);
                page.next = rows.last().map(|last| format!("{}.{}", last.chosen_at, last.product_id));
            }
            page.pictures = rows.into_iter().map(shown).collect();
        }
        "earlier" => {
            let begins = |after: &str| {
                let (at, rest) = after.split_once('.')?;
                let (product, number) = rest.split_once('.')?;
                Some((at.parse().ok()?, product.to_string(), number.parse().ok()?))
            };
            let after = if after.is_empty() { None } else { Some(begins(after).ok_or_else(bad_page)?) };
            let mut rows = store::earlier(&mut connection, code, after, PAGE as i64 + 1).await?;
            if rows.len() > PAGE {
                rows.truncate(PAGE);
                page.next = rows.last().map(|last| format!("{}.{}.{}", last.chosen_at, last.product_id, last.number));
            }
            page.pictures = rows.into_iter().map(shown).collect();
        }
        wanted @ ("waiting" | "failed") => {
            bounded_text("after", after, MOST_CODE, false)?;
            let mut rows = store::fetches(&mut connection, wanted == "failed", code, after, PAGE as i64 + 1).await?;
            if rows.len() > PAGE {
                rows.truncate(PAGE);
                page.next = rows.last().map(|last| last.product_id.clone());
            }
            page.fetches = rows.into_iter().map(told).collect();
        }
        _ => return Err(AppError::invalid_field("unknown_state", "state", "earlier, waiting or failed")),
    }
    Ok(Json(page))
}

fn bad_page() -> AppError {
    AppError::invalid_field("invalid_query", "after", "no page begins there")
}

pub fn shown(row: store::Chosen) -> ProductPicture {
    let number = u32::try_from(row.number).unwrap_or_default();
    let url = |size| (number > 0).then(|| path(&row.code, number, size));
    ProductPicture {
        small_url: url(Size::Small),
        large_url: url(Size::Large),
        code: row.code,
        name: row.name,
        number,
        source: row.source,
        chosen_at: rfc3339(row.chosen_at),
        chosen_by: row.chosen_by,
    }
}

fn told(row: store::Fetch) -> PictureFetch {
    PictureFetch {
        again_at: (row.state == "waiting" && row.attempts > 0).then(|| rfc3339(row.run_after)),
        state: if row.state == "failed" { "failed" } else { "waiting" }.into(),
        code: row.code,
        name: row.name,
        address: row.address,
        attempts: row.attempts.clamp(0, i64::from(u32::MAX)) as u32,
        reason: row.reason,
        detail: row.detail,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The file's name: the product's code and an end such as `.jpg`.
    name: String,
}

/// `POST /api/pictures`: the body is the file.
pub async fn add(
    State(state): State<AppState>,
    who: auth::Staff,
    Query(named): Query<Named>,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<Json<PictureTaken>> {
    bounded_text("name", &named.name, LONGEST_NAME, false)?;
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge { detail: format!("a picture has at most {} MB", LARGEST >> 20) },
        _ => AppError::invalid("unreadable_body", rejection.body_text()),
    })?;
    let product = super::named(&mut *state.db.read().await?, &named.name).await?;
    let taken = super::take(&state, &product, &body, Origin { source: &named.name, actor: &who.actor(), fetch: None }).await?;
    let number = taken.number as u32;
    Ok(Json(PictureTaken {
        small_url: path(&product.code, number, Size::Small),
        code: product.code,
        name: product.name,
        number,
        before: taken.before as u32,
        unchanged: taken.before == taken.number,
    }))
}

/// `PUT /api/pictures/{code}`
pub async fn choose(
    State(state): State<AppState>,
    who: auth::Staff,
    Path(place): Path<HashMap<String, String>>,
    Json(wanted): Json<ChoosePicture>,
) -> Result<Json<ProductPicture>> {
    let code = place.get("code").ok_or(AppError::NotFound)?;
    let product = super::product(&mut *state.db.read().await?, code).await.map_err(|_| AppError::NotFound)?;
    let mut tx = state.db.write_tx().await?;
    store::lock(&mut tx, &product.id, state.db.for_update()).await?;
    let before = store::chosen_of(&mut tx, &product.id).await?;
    let number = i64::from(wanted.number);
    let source = match number {
        0 => Some(String::new()),
        number => store::source_of(&mut tx, &product.id, number).await?,
    };
    let Some(source) = source else {
        tx.rollback().await?;
        return Err(AppError::invalid_field("picture_missing", "/number", "the product has no such picture"));
    };
    // What is already so is done, whoever did it.
    if before != number {
        if before != i64::from(wanted.seen) {
            tx.rollback().await?;
            return Err(AppError::conflict("picture_changed", format!("the product has picture {before} meanwhile")));
        }
        let actor = who.actor();
        super::choose(&mut tx, &state, &product, before, number, Action::PictureChoose, Origin { source: &source, actor: &actor, fetch: None }).await?;
    }
    let now = store::now(&mut tx, &product).await?;
    tx.commit().await?;
    Ok(Json(shown(now)))
}

/// `POST /api/pictures/fetch`
pub async fn fetch_again(State(state): State<AppState>, who: auth::Staff, Json(wanted): Json<FetchAgain>) -> Result<Json<FetchQueued>> {
    if wanted.codes.len() > MOST_CODES {
        return Err(AppError::invalid_field("too_many", "/codes", format!("at most {MOST_CODES} at once")));
    }
    wanted.codes.iter().try_for_each(|code| bounded_text("/codes", code, LONGEST_NAME, false))?;
    let mut tx = state.db.write_tx().await?;
    let queued = queue::again(&mut tx, &wanted.codes, state.clock.now_ms()).await?;
    if queued > 0 {
        let subject = if wanted.codes.len() == 1 { wanted.codes[0].as_str() } else { "" };
        audit::record(&mut tx, &state.clock, &who.actor(), Action::PictureFetch, subject, None, Some(&FetchQueued { queued })).await?;
    }
    tx.commit().await?;
    Ok(Json(FetchQueued { queued }))
}
