//! Posted documents: numbered without gaps, never edited, rendered once by a job, handed out as PDF.

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kontor_shared::api::{DocumentInfo, Role};
use kontor_shared::audit::Action;
use kontor_shared::documents::{NumberFormat, Proforma};
use kontor_shared::ids::DocumentId;
use kontor_shared::money::Money;
use sqlx::AnyConnection;

use crate::auth::SignedIn;
use crate::error::{AppError, Result};
use crate::extract::id_in_path;
use crate::orders::store::OrderRow;
use crate::orders::view::currency;
use crate::{AppState, audit, bodies, jobs, numbering};

pub mod store;

/// The kind of a proforma invoice.
pub const PROFORMA: &str = "proforma";

/// Posts a proforma: takes its number, last, and stores the data it will be rendered from. `data` gets the number.
pub async fn post(
    tx: &mut AnyConnection,
    state: &AppState,
    actor: &str,
    order: &OrderRow,
    customer: &str,
    series: &NumberFormat,
    data: &mut Proforma,
) -> Result<DocumentId> {
    let id = DocumentId(state.clock.new_id());
    let id_text = id.to_string();
    jobs::enqueue(tx, &state.clock, jobs::kind::RENDER_DOCUMENT, &id_text).await?;
    let span = series.span(&data.date).to_string();
    let number = numbering::take(tx, numbering::PROFORMAS, &span).await?;
    data.number = series.write(number, &data.date);
    let new = store::NewDocument {
        id: &id_text,
        kind: PROFORMA,
        order_id: &order.id,
        customer_id: customer,
        series: numbering::PROFORMAS,
        span: &span,
        number,
        number_text: &data.number,
        document_date: &data.date,
        currency: &order.currency,
        gross: order.gross,
        data: &serde_json::to_string(data).context("the proforma as JSON")?,
        posted_at: state.clock.now_ms(),
        posted_by: actor,
    };
    store::insert(tx, &new).await?;
    audit::record(tx, &state.clock, actor, Action::DocumentPost, &id_text, None, Some(&*data)).await?;
    Ok(id)
}

/// The documents of an order, oldest first.
pub async fn of_order(connection: &mut AnyConnection, order: &str) -> Result<Vec<DocumentInfo>> {
    let rows = store::of_order(connection, order).await?;
    Ok(rows.into_iter().map(info).collect::<anyhow::Result<_>>()?)
}

/// A stored document as lists show it.
pub fn info(row: store::DocumentRow) -> anyhow::Result<DocumentInfo> {
    let currency = currency(&row.currency)?;
    Ok(DocumentInfo {
        pdf_url: format!("/api/documents/{}/pdf", row.id),
        id: row.id.parse().context("stored document id")?,
        kind: row.kind,
        number: row.number_text,
        date: row.document_date,
        gross: Money::new(row.gross, currency).decimal(),
        currency,
        ready: row.pdf_hash.is_some(),
    })
}

/// `GET /api/documents/{id}/pdf`
pub async fn pdf(State(state): State<AppState>, SignedIn(who): SignedIn, Path(id): Path<String>) -> Result<Response> {
    let id: DocumentId = id_in_path(&id)?;
    let mut connection = state.db.read().await?;
    let row = store::by_id(&mut connection, &id.to_string()).await?.ok_or(AppError::NotFound)?;
    if who.role == Role::Buyer && who.customer.map(|customer| customer.to_string()) != Some(row.customer_id) {
        return Err(AppError::NotFound);
    }
    let Some(hash) = row.pdf_hash else { return Err(AppError::NotReady { code: "pdf_not_ready", retry_after: 1 }) };
    let body = bodies::get(&mut connection, &hash).await?.context("the document's PDF is missing from the store")?;
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, attachment(&format!("{}-{}.pdf", row.kind, row.number_text))),
        // A posted document never changes; only the browser of whoever may see it keeps it.
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
    ];
    Ok((headers, body.bytes).into_response())
}

/// `Content-Disposition` of a download: an ASCII name for old readers and the full one by RFC 5987.
pub fn attachment(name: &str) -> HeaderValue {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    HeaderValue::from_str(&format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_plain_for_old_readers_and_whole_for_the_rest() {
        let value = attachment("proforma-СЧ\"1\r\n.pdf");
        assert_eq!(value.to_str().unwrap(), "attachment; filename=\"proforma-___1__.pdf\"; filename*=UTF-8''proforma-%D0%A1%D0%A7%221%0D%0A.pdf");
    }
}
