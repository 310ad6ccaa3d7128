//! The firm's logo: a PNG or JPEG of bounded size, looked through before it is kept, shown on pages and printed on documents.
//!
//! SVG is refused: it is a document that can hold scripts and call for others. What is kept was decoded once, by the
//! program that will print it, in a child that limits itself.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use imagesize::ImageType;
use kontor_shared::api::firm::Settings;
use kontor_shared::audit::Action;
use kontor_shared::documents::Logo;

use super::{FirmSettings, save_changed, sections};
use crate::error::{AppError, Result};
use crate::extract::{Json, seen_revision};
use crate::{AppState, auth, bodies, pdf};

/// Largest file. A logo is on every page and in every document.
pub const LARGEST: usize = 512 << 10;
/// Longest side in pixels: 4 megapixels are 16 MB once unpacked.
const LONGEST_SIDE: usize = 2_000;

/// What a file is, if it may be a logo.
fn look(bytes: &[u8]) -> Result<Logo> {
    if bytes.len() > LARGEST {
        return Err(AppError::invalid("logo_too_large", format!("at most {} KB", LARGEST >> 10)));
    }
    let refused = || AppError::invalid("logo_not_a_picture", "a PNG or a JPEG is wanted");
    let media_type = match imagesize::image_type(bytes) {
        Ok(ImageType::Png) => "image/png",
        Ok(ImageType::Jpeg) => "image/jpeg",
        _ => return Err(refused()),
    };
    let size = imagesize::blob_size(bytes).map_err(|_| refused())?;
    if size.width.max(size.height) > LONGEST_SIDE || size.width.min(size.height) == 0 {
        return Err(AppError::invalid("logo_dimensions", format!("at most {LONGEST_SIDE} pixels a side, not {} × {}", size.width, size.height)));
    }
    Ok(Logo { hash: String::new(), media_type: media_type.into(), width: size.width as u32, height: size.height as u32 })
}

/// `POST /api/settings/logo`
pub async fn upload(State(state): State<AppState>, who: auth::Staff, headers: HeaderMap, bytes: Bytes) -> Result<Json<Settings>> {
    let seen = seen_revision(&headers)?;
    let mut logo = look(&bytes)?;
    // The head may promise what the rest does not hold.
    if pdf::logo_prints(&logo, &bytes).await.is_err() {
        return Err(AppError::invalid("logo_not_a_picture", "the picture is damaged"));
    }
    let mut tx = state.db.write_tx().await?;
    let (before, _) = sections::lock(&mut tx, &state, seen).await?;
    logo.hash = bodies::hold(&mut tx, &logo.media_type, &bytes, state.clock.now_ms()).await?;
    keep(tx, &state, &who, before, Some(logo)).await
}

/// `DELETE /api/settings/logo`
pub async fn remove(State(state): State<AppState>, who: auth::Staff, headers: HeaderMap) -> Result<Json<Settings>> {
    let seen = seen_revision(&headers)?;
    let mut tx = state.db.write_tx().await?;
    let (before, _) = sections::lock(&mut tx, &state, seen).await?;
    keep(tx, &state, &who, before, None).await
}

async fn keep(mut tx: crate::db::WriteTx, state: &AppState, who: &auth::Staff, before: FirmSettings, logo: Option<Logo>) -> Result<Json<Settings>> {
    let after = FirmSettings { logo, ..before.clone() };
    if after != before {
        save_changed(&mut tx, state, &who.actor(), Action::SettingsSave, &before, &after).await?;
    }
    let answer = sections::now(&mut tx, state).await?;
    tx.commit().await?;
    Ok(Json(answer))
}

/// `GET /api/logo/{id}`: a logo, present or past. Pictures only, whatever else is kept under a hash.
pub async fn show(State(state): State<AppState>, Path(hash): Path<String>) -> Result<Response> {
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(AppError::NotFound);
    }
    let body = bodies::get(&mut *state.db.read().await?, &hash).await?.ok_or(AppError::NotFound)?;
    let media_type = match body.media_type.as_str() {
        "image/png" => "image/png",
        "image/jpeg" => "image/jpeg",
        _ => return Err(AppError::NotFound),
    };
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, body.bytes).into_response())
}
