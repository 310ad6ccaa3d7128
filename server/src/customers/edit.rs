//! Staff keep a customer's own row: made, changed, blocked. Two people at once are told of each other by the revision.

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kontor_shared::api::people::{ChangeRequest, NewCustomer, Place, SaveCustomer, SetCustomerState};
use kontor_shared::audit::Action;
use kontor_shared::customers::{Channel, CustomerState};
use kontor_shared::ids::{CustomerId, UserId};
use kontor_shared::money::Percent;
use kontor_shared::words::Lang;
use sqlx::AnyConnection;

use super::store::master::{self, Master};
use super::store::requests::Request;
use super::{check, fold, whole};
use crate::auth::Staff;
use crate::db::is_unique_violation;
use crate::error::{AppError, Result};
use crate::extract::{Json, id_in_path, seen_revision};
use crate::time::rfc3339;
use crate::{AppState, audit, firm};

/// Refuses a change made on a view that is out of date.
pub fn check_revision(row: &Master, seen: Option<i64>) -> Result<()> {
    match seen {
        Some(seen) if seen != row.revision => {
            Err(AppError::conflict("changed_elsewhere", format!("the customer is at revision {}, not {seen}: read it again", row.revision)))
        }
        _ => Ok(()),
    }
}

/// The places of a customer, the one offered first at the head.
pub async fn places(connection: &mut AnyConnection, row: &Master) -> sqlx::Result<Vec<Place>> {
    let first = Place { name: row.delivery_name.clone(), address: row.delivery_address.clone() };
    let mut places: Vec<Place> = Some(first).filter(|place| !place.address.is_empty()).into_iter().collect();
    places.extend(master::other_places(connection, &row.id).await?);
    Ok(places)
}

/// The row as the form that changes it holds it; also what the audit trail keeps.
pub async fn form(connection: &mut AnyConnection, row: &Master) -> anyhow::Result<SaveCustomer> {
    Ok(SaveCustomer {
        name: row.name.clone(),
        country: row.country.clone(),
        region: row.region.clone(),
        address: row.address.clone(),
        places: places(connection, row).await?,
        tax_id: row.tax_id.clone(),
        price_type: row.price_type.clone(),
        discount: Percent::from_raw(row.discount),
        lang: Lang::parse(&row.lang).context("stored language")?,
        channel: Channel::parse(&row.channel).context("stored channel")?,
        manager: row.manager_id.as_deref().map(str::parse::<UserId>).transpose().context("stored manager")?,
        note: row.note.clone(),
    })
}

/// The row after the form.
pub fn applied(row: &Master, form: &SaveCustomer) -> Master {
    let first = form.places.first().cloned().unwrap_or(Place { name: String::new(), address: String::new() });
    Master {
        name: form.name.clone(),
        country: form.country.clone(),
        region: form.region.clone(),
        address: form.address.clone(),
        delivery_name: first.name,
        delivery_address: first.address,
        tax_id: form.tax_id.clone(),
        price_type: form.price_type.clone(),
        discount: form.discount.raw(),
        lang: form.lang.tag().into(),
        channel: form.channel.word().into(),
        manager_id: form.manager.map(|manager| manager.to_string()),
        note: form.note.clone(),
        ..row.clone()
    }
}

/// Stores the row and its places.
pub async fn store(connection: &mut AnyConnection, state: &AppState, row: &Master, places: &[Place]) -> sqlx::Result<()> {
    let now = state.clock.now_ms();
    master::put(connection, row, &fold(&row.name), now).await?;
    let others: Vec<(String, &Place)> = places.iter().skip(1).map(|place| (state.clock.new_id().to_string(), place)).collect();
    master::replace_other_places(connection, &row.id, &others, now).await
}

/// Refuses a price type or a manager there is not. Who left may stay a customer's manager, but becomes nobody's.
async fn check_references(connection: &mut AnyConnection, form: &SaveCustomer, before: Option<&SaveCustomer>) -> Result<()> {
    if !firm::store::price_types(connection).await?.iter().any(|known| known.code == form.price_type) {
        return Err(AppError::invalid_field("unknown_price_type", "/price_type", format!("no price type {}", form.price_type)));
    }
    if let Some(manager) = form.manager
        && before.is_none_or(|before| before.manager != form.manager)
        && !master::managers(connection).await?.iter().any(|known| known.id == manager)
    {
        return Err(AppError::invalid_field("unknown_manager", "/manager", "no such member of the firm"));
    }
    Ok(())
}

/// `POST /api/customers`
pub async fn create(State(state): State<AppState>, who: Staff, Json(wanted): Json<NewCustomer>) -> Result<Response> {
    let code = check::code(&wanted.code)?;
    let form = check::customer(&wanted.customer)?;
    let mut tx = state.db.write_tx().await?;
    if let Some(known) = master::get(&mut tx, wanted.id).await? {
        if known.code == code && self::form(&mut tx, &known).await? == form {
            tx.commit().await?;
            return Ok(Json(whole(&state, wanted.id, None).await?).into_response());
        }
        return Err(AppError::conflict("customer_differs", "a customer with this id is stored, and it says something else"));
    }
    check_references(&mut tx, &form, None).await?;
    let empty = Master {
        id: wanted.id.to_string(),
        code,
        name: String::new(),
        country: String::new(),
        other_countries: String::new(),
        region: String::new(),
        address: String::new(),
        delivery_name: String::new(),
        delivery_address: String::new(),
        tax_id: String::new(),
        price_type: String::new(),
        discount: 0,
        lang: String::new(),
        channel: String::new(),
        manager_id: None,
        note: String::new(),
        state: CustomerState::Active.word().into(),
        state_reason: String::new(),
        revision: 1,
    };
    match store(&mut tx, &state, &applied(&empty, &form), &form.places).await {
        Err(error) if is_unique_violation(&error) => return Err(AppError::conflict_field("code_taken", "/code", "another customer has this code")),
        stored => stored?,
    }
    audit::record(&mut tx, &state.clock, &who.actor(), Action::CustomerAdd, &empty.id, None, Some(&form)).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(whole(&state, wanted.id, None).await?)).into_response())
}

/// `PUT /api/customers/{id}`. Saying again what is stored changes nothing, whatever revision it names.
pub async fn save(
    State(state): State<AppState>,
    who: Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(wanted): Json<SaveCustomer>,
) -> Result<Json<kontor_shared::api::Customer>> {
    let id: CustomerId = id_in_path(&id)?;
    let seen = seen_revision(&headers)?;
    let mut tx = state.db.write_tx().await?;
    let row = master::locked(&mut tx, id, state.db.for_update()).await?.ok_or(AppError::NotFound)?;
    let form = check::customer(&wanted)?;
    let before = self::form(&mut tx, &row).await?;
    if before != form {
        check_revision(&row, seen)?;
        check_references(&mut tx, &form, Some(&before)).await?;
        let after = Master { revision: row.revision + 1, ..applied(&row, &form) };
        store(&mut tx, &state, &after, &form.places).await?;
        audit::record(&mut tx, &state.clock, &who.actor(), Action::CustomerSave, &row.id, Some(&before), Some(&form)).await?;
    }
    tx.commit().await?;
    Ok(Json(whole(&state, id, None).await?))
}

/// `POST /api/customers/{id}/state`
pub async fn set_state(
    State(state): State<AppState>,
    who: Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(wanted): Json<SetCustomerState>,
) -> Result<Json<kontor_shared::api::Customer>> {
    let id: CustomerId = id_in_path(&id)?;
    let seen = seen_revision(&headers)?;
    let reason = wanted.reason.trim();
    crate::extract::bounded_text("/reason", reason, 500, true)?;
    if wanted.state == CustomerState::Applied {
        return Err(AppError::invalid_field("invalid_value", "/state", "active or blocked"));
    }
    if wanted.state == CustomerState::Blocked && reason.is_empty() {
        return Err(AppError::invalid_field("no_reason", "/reason", "say why, for whoever meets it later"));
    }
    let mut tx = state.db.write_tx().await?;
    let row = master::locked(&mut tx, id, state.db.for_update()).await?.ok_or(AppError::NotFound)?;
    if row.state == CustomerState::Applied.word() {
        return Err(AppError::conflict("not_decided", "the customer signed up and waits for a decision; approve or refuse the sign-up"));
    }
    let kept = if wanted.state == CustomerState::Blocked { reason } else { "" };
    if (row.state.as_str(), row.state_reason.as_str()) != (wanted.state.word(), kept) {
        check_revision(&row, seen)?;
        let after = Master { state: wanted.state.word().into(), state_reason: kept.into(), revision: row.revision + 1, ..row.clone() };
        master::put(&mut tx, &after, &fold(&after.name), state.clock.now_ms()).await?;
        let told = |row: &Master, reason: &str| serde_json::json!({"state": row.state, "reason": reason});
        let (before, after) = (told(&row, &row.state_reason), told(&after, reason));
        let action = if wanted.state == CustomerState::Blocked { Action::CustomerBlock } else { Action::CustomerUnblock };
        audit::record(&mut tx, &state.clock, &who.actor(), action, &row.id, Some(&before), Some(&after)).await?;
    }
    tx.commit().await?;
    Ok(Json(whole(&state, id, None).await?))
}

/// A request as pages show it.
pub fn shown_request(row: Request) -> anyhow::Result<ChangeRequest> {
    Ok(ChangeRequest {
        state: kontor_shared::customers::RequestState::parse(&row.state).context("stored state of a request")?,
        id: row.id,
        text: row.text,
        asked_at: rfc3339(row.asked_at),
        asked_by: row.asked_by,
        answer: row.answer,
        answered_at: row.answered_at.map(rfc3339),
        answered_by: row.answered_by,
    })
}
