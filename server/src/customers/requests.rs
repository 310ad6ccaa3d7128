//! Staff answer what customers ask to have changed, and what forms about customers offer to choose from.

use anyhow::Context;
use axum::extract::{Path, State};
use kontor_shared::api;
use kontor_shared::api::people::{AnswerRequest, CustomerChoices};
use kontor_shared::audit::Action;
use kontor_shared::customers::RequestState;
use kontor_shared::ids::RequestId;

use super::store::{master, requests};
use super::whole;
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text, id_in_path};
use crate::{AppState, audit, firm};

/// `POST /api/requests/{id}`. Answering again in the same way is harmless.
pub async fn answer(State(state): State<AppState>, who: Staff, Path(id): Path<String>, Json(wanted): Json<AnswerRequest>) -> Result<Json<api::Customer>> {
    let id: RequestId = id_in_path(&id)?;
    let answer = wanted.answer.trim();
    bounded_text("/answer", answer, 1_000, true)?;
    if wanted.state == RequestState::Open {
        return Err(AppError::invalid_field("invalid_value", "/state", "done or declined"));
    }
    if wanted.state == RequestState::Declined && answer.is_empty() {
        return Err(AppError::invalid_field("no_reason", "/answer", "say why: the customer reads it"));
    }
    let mut tx = state.db.write_tx().await?;
    let row = requests::locked(&mut tx, &id.to_string(), state.db.for_update()).await?.ok_or(AppError::NotFound)?;
    if row.state == RequestState::Open.word() {
        requests::answer(&mut tx, &row.id, wanted.state.word(), answer, &who.actor(), state.clock.now_ms()).await?;
        let told = |state: &str, answer: &str| serde_json::json!({"request": row.id, "state": state, "answer": answer});
        let (before, after) = (told(&row.state, &row.answer), told(wanted.state.word(), answer));
        audit::record(&mut tx, &state.clock, &who.actor(), Action::RequestAnswer, &row.customer_id, Some(&before), Some(&after)).await?;
    } else if (row.state.as_str(), row.answer.as_str()) != (wanted.state.word(), answer) {
        return Err(AppError::conflict("answered_already", "somebody has answered this request"));
    }
    tx.commit().await?;
    Ok(Json(whole(&state, row.customer_id.parse().context("stored customer id")?, None).await?))
}

/// `GET /api/customer-choices`
pub async fn choices(State(state): State<AppState>) -> Result<Json<CustomerChoices>> {
    let mut connection = state.db.read().await?;
    let settings = firm::stored(&mut connection).await?;
    let mut managers = master::managers(&mut connection).await?;
    managers.sort_by(|one, other| one.login.cmp(&other.login));
    let (mut regions, mut countries) = master::regions_and_countries(&mut connection).await?;
    regions.sort();
    countries.sort();
    Ok(Json(CustomerChoices {
        price_types: firm::store::price_types(&mut connection).await?,
        managers,
        regions,
        countries,
        price_type: settings.customer_price_type.clone(),
        lang: settings.lang,
        asking: requests::asking(&mut connection).await?.len() as u64,
    }))
}
