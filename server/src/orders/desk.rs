//! Orders that staff enter: from paper, read out on the telephone, or from a sheet; by the form's number or for a customer named.

use anyhow::Context;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use kontor_shared::api::entry::{EnterOrder, EntryDesk, LARGEST_ACCOUNT, OrderRef, can_be_kept};
use kontor_shared::catalog::discount;
use kontor_shared::ids::{CustomerId, OrderId, form_id_is_right, normal_form_id};
use kontor_shared::money::{Percent, VatMode};
use kontor_shared::orders::Source;
use serde::Deserialize;
use sqlx::AnyConnection;

use super::entry::{self, By, Entered, Origin};
use super::{origins, store, view};
use crate::auth::{self, Staff};
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, bounded_text};
use crate::forms::store::{self as forms, FormRow};
use crate::price_list::{self, store as lists};
use crate::time::{day_in, parse_day, rfc3339};
use crate::{AppState, firm};

/// Longest code of a customer, or its id.
const LONGEST_KEY: usize = 64;
/// Largest body of an order that is entered: as of any order, and the account of its file.
const LARGEST_BODY: usize = (1 << 20) + LARGEST_ACCOUNT;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// A form's number as somebody typed or scanned it.
    form: Option<String>,
    /// A customer's code or id.
    customer: Option<String>,
}

/// `GET /api/entry?form=…` or `?customer=…`: whose order it is and at which prices.
pub async fn open(State(state): State<AppState>, Staff(_): Staff, Query(asked): Query<Asked>) -> Result<Json<EntryDesk>> {
    let firm = state.firm().await?;
    let today = day_in(&firm.time_zone()?, state.clock.now_ms());
    let mut connection = state.db.read().await?;
    let form = match asked.form.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Some(known_form(&mut connection, text).await?),
        None => None,
    };
    let made_for = form.as_ref().and_then(|(_, form)| form.customer_id.clone());
    let id = match (asked.customer.as_deref().map(str::trim).filter(|key| !key.is_empty()), made_for) {
        (Some(key), made_for) => {
            let id = customer_id(&mut connection, key).await?;
            if made_for.is_some_and(|other| other != id) {
                return Err(AppError::conflict("form_of_another", "the form was made for another customer"));
            }
            id
        }
        (None, Some(id)) => id,
        (None, None) => return Err(AppError::invalid_field("customer_needed", "customer", "name the form or the customer")),
    };
    let customer = store::customer(&mut connection, &id).await?.ok_or(AppError::NotFound)?;
    let none = || AppError::conflict("no_price_list", "no price list with prices for this customer is in force");
    let in_force = lists::in_force(&mut connection, &today).await?;
    let (price_type, less) = match &form {
        Some((_, form)) => discount::parts(&form.overlay),
        None => customer.prices(),
    };
    let (price_type, less): (String, Percent) = (price_type.to_string(), less);
    let stored = match &form {
        Some((_, form)) => lists::by_number(&mut connection, form.version).await?,
        None => in_force.clone(),
    };
    let version = stored.ok_or_else(none)?;
    let found = lists::snapshot(&mut connection, version.version, &price_type).await?.ok_or_else(none)?;
    let orders = match &form {
        Some((form_id, _)) => origins::of_form(&mut connection, form_id).await?,
        None => Vec::new(),
    };
    Ok(Json(EntryDesk {
        form_id: form.map(|(id, _)| id),
        delivery_address: customer.delivery_address,
        customer: view::order_customer(&customer.id, customer.code, customer.name)?,
        version: version.version as u32,
        overlay: discount::overlay(&found.overlay, less),
        discount: less,
        snapshot_url: price_list::url(&version, &found),
        checksum: found.checksum,
        currency: version.currency.parse().context("stored currency")?,
        vat_mode: VatMode::parse(&version.vat_mode).context("stored VAT mode")?,
        vat_method: firm.vat_method,
        ended: in_force.is_none_or(|now| now.version != version.version),
        today,
        orders: orders.into_iter().map(|(id, number, at)| OrderRef { id, number, ordered_at: rfc3339(at) }).collect(),
    }))
}

/// The form a number names. A wrong sign is told apart from a form that was never handed out: one is typed again.
async fn known_form(connection: &mut AnyConnection, text: &str) -> Result<(String, FormRow)> {
    bounded_text("form", text, 40, false)?;
    let mistyped = || AppError::invalid_field("form_mistyped", "form", "a sign of the form's number is wrong: its check sign does not fit");
    let id = normal_form_id(text).ok_or_else(mistyped)?;
    match forms::form(connection, &id).await? {
        Some(form) => Ok((id, form)),
        // Forms issued before there was a check sign are found as they are.
        None if !form_id_is_right(&id) => Err(mistyped()),
        None => Err(AppError::Missing { code: "form_unknown" }),
    }
}

async fn customer_id(connection: &mut AnyConnection, key: &str) -> Result<String> {
    bounded_text("customer", key, LONGEST_KEY, false)?;
    let found = auth::store::customer_by_key(connection, key).await?;
    found.ok_or_else(|| AppError::invalid_field("unknown_customer", "customer", format!("there is no customer {key}")))
}

/// As [`Json`], of a body up to [`LARGEST_BODY`].
pub struct Wanted(EnterOrder);

impl<S: Send + Sync> FromRequest<S> for Wanted {
    type Rejection = AppError;
    async fn from_request(mut request: Request, state: &S) -> Result<Self> {
        DefaultBodyLimit::max(LARGEST_BODY).apply(&mut request);
        Json::<EnterOrder>::from_request(request, state).await.map(|Json(wanted)| Self(wanted))
    }
}

/// `PUT /api/entry/{id}`: stores the order; nothing is confirmed by it.
pub async fn enter(State(state): State<AppState>, Staff(who): Staff, Path(id): Path<String>, Wanted(wanted): Wanted) -> Result<Response> {
    let id: OrderId = id.parse().map_err(|_| AppError::invalid_field("not_a_uuid", "id", "an order's id is a UUID of the client's own"))?;
    if !matches!(wanted.source, Source::Fax | Source::Post | Source::Phone | Source::Sheet) {
        return Err(AppError::invalid_field("not_entered", "/source", "staff enter what came by fax, post, telephone or as a sheet"));
    }
    if wanted.account.as_ref().is_some_and(|account| !can_be_kept(account)) {
        return Err(AppError::invalid_field("too_large", "/account", "the account has more lines than an order, or is too long to be kept"));
    }
    let (customer, form_id) = {
        let mut connection = state.db.read().await?;
        let customer = customer_id(&mut connection, &wanted.customer).await?;
        let form_id = match wanted.form_id.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => {
                let (id, form) = known_form(&mut connection, text).await?;
                if form.customer_id.is_some_and(|other| other != customer) {
                    return Err(AppError::conflict("form_of_another", "the form was made for another customer"));
                }
                Some(id)
            }
        };
        (customer, form_id)
    };
    let customer: CustomerId = customer.parse().context("stored customer id")?;
    let origin = Origin {
        source: wanted.source,
        by: By::Staff,
        actor: who.actor(),
        user_id: Some(who.user.to_string()),
        form_id,
        received_on: received_on(&state, wanted.received_on.as_deref()).await?,
        // A person reads it: what is meant twice is entered twice, and told as a possible double.
        content: None,
        account: wanted.account,
        message: None,
    };
    match entry::enter(&state, customer, id, &wanted.order, &origin).await? {
        Entered::Stored { is_new, order } => {
            let mut response = super::with_etag(*order);
            if is_new {
                *response.status_mut() = StatusCode::CREATED;
            }
            Ok(response)
        }
        Entered::Double { number, .. } => Err(AppError::conflict("stored_already", format!("this is order {number} already"))),
    }
}

/// The day an order came in: a day, not after today.
async fn received_on(state: &AppState, day: Option<&str>) -> Result<Option<String>> {
    let Some(day) = day.filter(|day| !day.is_empty()) else { return Ok(None) };
    if !parse_day(day).is_some_and(|date| (1990..=2999).contains(&date.year())) {
        return Err(AppError::invalid_field("not_a_date", "/received_on", "give a day as YYYY-MM-DD"));
    }
    let firm = firm::stored(&mut *state.db.read().await?).await?;
    if day > day_in(&firm.time_zone()?, state.clock.now_ms()).as_str() {
        return Err(AppError::invalid_field("after_today", "/received_on", "an order cannot have come in after today"));
    }
    Ok(Some(day.to_string()))
}
