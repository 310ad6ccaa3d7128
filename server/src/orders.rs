//! Orders: taken in once under the client's id, priced by the server, answered, cancelled, confirmed or refused.
//!
//! The rules are in `kontor_shared::orders`; what is written with an order is written in its transaction.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kontor_shared::api::{self, AnswerPrices, Bought, OrderPage, RefuseOrder, Role, SubmitOrder};
use kontor_shared::ids::OrderId;
use serde::Serialize;

use crate::AppState;
use crate::auth::{Buyer, Identity, SignedIn, Staff};
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, id_in_path, seen_revision, with_revision};

pub mod background;
pub mod change;
pub mod confirm;
pub mod desk;
pub mod entry;
pub mod intake;
pub mod least;
pub mod list;
pub mod mail;
pub mod origins;
pub mod papers;
pub mod price;
pub mod store;
pub mod submit;
pub mod view;

/// What the audit trail keeps of an order before and after a change.
#[derive(Serialize)]
pub struct Snapshot {
    state: String,
    revision: i64,
    currency: String,
    net: i64,
    vat: i64,
    gross: i64,
}

impl Snapshot {
    pub fn of(row: &store::OrderRow) -> Self {
        let store::OrderRow { state, revision, currency, net, vat, gross, .. } = row.clone();
        Self { state, revision, currency, net, vat, gross }
    }
}

/// Whether a caller may see an order at all; if not, it is not there.
pub fn visible(row: &store::OrderRow, who: &Identity) -> bool {
    match who.role {
        Role::Buyer => row.kind == "sale" && who.customer.is_some_and(|customer| row.customer_id.as_deref() == Some(customer.to_string().as_str())),
        Role::Sales | Role::Accountant | Role::Marketer | Role::Admin => true,
    }
}

/// The order with its revision as ETag, for `If-Match`.
fn with_etag(order: api::Order) -> Response {
    with_revision(order.revision, Json(order))
}

/// `PUT /api/orders/{id}`
pub async fn submit(State(state): State<AppState>, buyer: Buyer, Path(id): Path<String>, Json(wanted): Json<SubmitOrder>) -> Result<Response> {
    let id: OrderId = id.parse().map_err(|_| AppError::invalid_field("not_a_uuid", "id", "an order's id is a UUID of the client's own"))?;
    let (new, order) = submit::submit(&state, &buyer, id, &wanted).await?;
    let mut response = with_etag(order);
    if new {
        *response.status_mut() = StatusCode::CREATED;
    }
    Ok(response)
}

/// `GET /api/orders`
pub async fn list(State(state): State<AppState>, SignedIn(who): SignedIn, Query(filter): Query<list::Filter>) -> Result<Json<OrderPage>> {
    let mut connection = state.db.read().await?;
    Ok(Json(list::page(&mut connection, &who, &filter, state.clock.now_ms()).await?))
}

/// `GET /api/orders/{id}`
pub async fn show(State(state): State<AppState>, SignedIn(who): SignedIn, Path(id): Path<String>) -> Result<Response> {
    let id: OrderId = id_in_path(&id)?;
    let mut connection = state.db.read().await?;
    let row = store::order(&mut connection, &id.to_string()).await?.filter(|row| visible(row, &who)).ok_or(AppError::NotFound)?;
    Ok(with_etag(view::order(&mut connection, &state.goods, row, who.role).await?))
}

/// `POST /api/orders/{id}/prices`
pub async fn answer_prices(
    State(state): State<AppState>,
    buyer: Buyer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(answer): Json<AnswerPrices>,
) -> Result<Response> {
    Ok(with_etag(change::answer_prices(&state, &buyer.identity, id_in_path(&id)?, seen_revision(&headers)?, &answer).await?))
}

/// `POST /api/orders/{id}/cancel`
pub async fn cancel(State(state): State<AppState>, buyer: Buyer, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    Ok(with_etag(change::cancel(&state, &buyer.identity, id_in_path(&id)?, seen_revision(&headers)?).await?))
}

/// `POST /api/orders/{id}/refuse`
pub async fn refuse(
    State(state): State<AppState>,
    Staff(who): Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(refusal): Json<RefuseOrder>,
) -> Result<Response> {
    Ok(with_etag(change::refuse(&state, &who, id_in_path(&id)?, seen_revision(&headers)?, &refusal.reason).await?))
}

/// `POST /api/orders/{id}/confirm`
pub async fn confirm(State(state): State<AppState>, Staff(who): Staff, Path(id): Path<String>, headers: HeaderMap) -> Result<Json<api::Confirmed>> {
    Ok(Json(confirm::confirm(&state, &who, id_in_path(&id)?, seen_revision(&headers)?).await?))
}

/// `GET /api/bought`
pub async fn bought(State(state): State<AppState>, buyer: Buyer) -> Result<Json<Bought>> {
    let mut connection = state.db.read().await?;
    let mut codes = store::bought(&mut connection, &buyer.customer.to_string()).await?;
    codes.sort_unstable();
    Ok(Json(Bought { codes }))
}
