//! Scans and photos of orders on paper, kept with the order.

use std::collections::HashMap;

use anyhow::Context;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kontor_shared::api::entry::{OrderBackground, OrderPaper};
use kontor_shared::audit::Action;
use kontor_shared::ids::OrderId;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

use super::{background, change, store};
use crate::auth::Staff;
use crate::documents::attachment;
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, bounded_text, id_in_path};
use crate::time::rfc3339;
use crate::{AppState, audit};

/// Largest scan: twenty pages in grey at 200 dpi.
pub const LARGEST: usize = 10 << 20;
/// Scans of one order.
const MOST: i64 = 20;
const LONGEST_NAME: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The file's name.
    #[serde(default)]
    name: String,
}

/// What the audit trail keeps of a scan.
#[derive(Serialize)]
struct Kept<'a> {
    no: i64,
    name: &'a str,
    bytes: usize,
}

/// What a scan is, by how it begins.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let begins: [(&[u8], &str); 6] = [
        (b"%PDF-", "application/pdf"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF8", "image/gif"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
    ];
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    begins.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| kind).or(webp.then_some("image/webp"))
}

/// `POST /api/orders/{id}/papers`: the body is the file.
pub async fn add(
    State(state): State<AppState>,
    Staff(who): Staff,
    Path(id): Path<String>,
    Query(named): Query<Named>,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<Json<OrderBackground>> {
    let id: OrderId = id_in_path(&id)?;
    bounded_text("name", &named.name, LONGEST_NAME, false)?;
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge { detail: format!("a scan has at most {} MB", LARGEST >> 20) },
        _ => AppError::invalid("unreadable_body", rejection.body_text()),
    })?;
    // Whether there is such an order is said before what is wrong with the file.
    store::order(&mut *state.db.read().await?, &id.to_string()).await?.ok_or(AppError::NotFound)?;
    let kind = media_type(&body).ok_or_else(|| AppError::invalid("paper_type", "a scan is a PDF, JPEG, PNG, TIFF, WebP or GIF file"))?;
    let mut tx = state.db.write_tx().await?;
    let order = change::locked(&mut tx, &state, &who, id).await?;
    let (last, known) = known(&mut tx, &order.id, &body).await?;
    if let Some(no) = known {
        // The same file once more, after a lost reply.
        tracing::debug!(order = %order.number, no, "a scan is there already");
    } else {
        if last >= MOST {
            return Err(AppError::conflict("too_many_papers", format!("an order keeps at most {MOST} scans")));
        }
        let name = if named.name.trim().is_empty() { "scan" } else { named.name.trim() };
        insert(&mut tx, &order.id, last + 1, name, kind, &body, state.clock.now_ms(), &who.actor()).await?;
        let kept = Kept { no: last + 1, name, bytes: body.len() };
        audit::record(&mut tx, &state.clock, &who.actor(), Action::OrderPaper, &order.id, None, Some(&kept)).await?;
        tx.commit().await?;
    }
    background::of(&state, &order).await.map(Json)
}

/// `GET /api/orders/{id}/papers/{no}`
pub async fn show(State(state): State<AppState>, Staff(_): Staff, Path(place): Path<HashMap<String, String>>) -> Result<Response> {
    let id: OrderId = id_in_path(place.get("id").map_or("", String::as_str))?;
    let no: i64 = place.get("no").and_then(|no| no.parse().ok()).ok_or(AppError::NotFound)?;
    let (name, kind, bytes) = get(&mut *state.db.read().await?, &id.to_string(), no).await?.ok_or(AppError::NotFound)?;
    let kind = HeaderValue::from_str(&kind).context("stored type of a scan")?;
    let headers = [
        (header::CONTENT_TYPE, kind),
        // Never shown as a page of ours: what is in a foreign file is nobody's script here.
        (header::CONTENT_DISPOSITION, attachment(&name)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
    ];
    Ok((headers, bytes).into_response())
}

/// The last number, and the number of the same bytes if they are there.
async fn known(connection: &mut AnyConnection, order: &str, bytes: &[u8]) -> sqlx::Result<(i64, Option<i64>)> {
    sqlx::query_as("SELECT COALESCE(MAX(no), 0), MAX(CASE WHEN bytes = $2 THEN no END) FROM order_papers WHERE order_id = $1")
        .bind(order)
        .bind(bytes)
        .fetch_one(connection)
        .await
}

#[allow(clippy::too_many_arguments)]
async fn insert(connection: &mut AnyConnection, order: &str, no: i64, name: &str, kind: &str, bytes: &[u8], now: i64, by: &str) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO order_papers (order_id, no, name, media_type, bytes, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(order)
        .bind(no)
        .bind(name)
        .bind(kind)
        .bind(bytes)
        .bind(now)
        .bind(by)
        .execute(connection)
        .await?;
    Ok(())
}

async fn get(connection: &mut AnyConnection, order: &str, no: i64) -> sqlx::Result<Option<(String, String, Vec<u8>)>> {
    sqlx::query_as("SELECT name, media_type, bytes FROM order_papers WHERE order_id = $1 AND no = $2").bind(order).bind(no).fetch_optional(connection).await
}

crate::row! {
    struct PaperRow {
        no: i64,
        name: String,
        media_type: String,
        size: i64,
        added_at: i64,
        added_by: String,
    }
}

/// What is kept of an order, the oldest first.
pub async fn of_order(connection: &mut AnyConnection, order: &str) -> Result<Vec<OrderPaper>> {
    let rows: Vec<PaperRow> = sqlx::query_as(
        "SELECT no, name, media_type, CAST(LENGTH(bytes) AS BIGINT) AS size, added_at, added_by FROM order_papers WHERE order_id = $1 ORDER BY no",
    )
    .bind(order)
    .fetch_all(connection)
    .await?;
    let paper = |row: PaperRow| OrderPaper {
        url: format!("/api/orders/{order}/papers/{}", row.no),
        no: row.no as u32,
        name: row.name,
        media_type: row.media_type,
        bytes: row.size as u64,
        added_at: rfc3339(row.added_at),
        added_by: row.added_by,
    };
    Ok(rows.into_iter().map(paper).collect())
}
