//! A file that a buyer sends, or staff for one: its account, and nothing stored. Beside it what a customer's people said of
//! tables that name no columns of ours.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use futures_util::StreamExt as _;
use kontor_shared::api::forms::{FormAccount, FormColumns, FormColumnsList, FormToken, SavedForm};
use kontor_shared::audit::Action;
use kontor_shared::catalog::discount;
use kontor_shared::form::cells;
use kontor_shared::form::columns::MOST_FINGERPRINT;
use kontor_shared::form::file::LARGEST_FILE;
use kontor_shared::ids::{form_id_is_right, normal_form_id};
use kontor_shared::words::Lang;
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::store::{self, ColumnsRow};
use super::{Asking, Incoming, judge_for};
use crate::auth::{Buyer, SignedIn};
use crate::daily::DAY_MS;
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, bounded_text};
use crate::intake::sender;
use crate::orders::store as orders;
use crate::secrets::Purpose;
use crate::{AppState, audit, child, price_list};

/// Files taken in at once: two that are read and two that come in meanwhile, each of up to [`LARGEST_FILE`] in memory.
static UPLOADS: Semaphore = Semaphore::const_new(4);
/// So long a file waits before it is taken in; then its sender is told to come again.
const WAIT: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Of {
    /// What the file is called.
    name: Option<String>,
    /// Staff name the customer, by code or id, where the file is no form of one.
    customer: Option<String>,
    lang: Option<Lang>,
}

/// `POST /api/forms`: the body is the file.
pub async fn read(State(state): State<AppState>, SignedIn(who): SignedIn, Query(of): Query<Of>, body: Body) -> Result<Json<FormAccount>> {
    let asking = match who.customer {
        Some(customer) if of.customer.is_none() => Asking::Own(customer),
        Some(_) => return Err(AppError::invalid_field("unknown_field", "customer", "a file is read for one's own firm")),
        None => Asking::For(of.customer),
    };
    let name: String = of.name.as_deref().unwrap_or("").chars().filter(|sign| !sign.is_control()).take(200).collect();
    // Until the answer is made: what is read of a file takes as much memory as the file.
    let _place = place(&UPLOADS).await?;
    let book = {
        let pieces = pieces(body).await?;
        child::read_book_of(&pieces).await?
    };
    let incoming = Incoming { book: &book, file_name: &name, beside: "" };
    Ok(Json(judge_for(&state, &incoming, asking, of.lang.unwrap_or(who.lang)).await?))
}

/// A place among the files in memory, taken before any of the body is.
async fn place(places: &Semaphore) -> Result<SemaphorePermit<'_>> {
    match tokio::time::timeout(WAIT, places.acquire()).await {
        Ok(place) => place.map_err(|closed| AppError::Internal(closed.into())),
        Err(_) => Err(AppError::NotReady { code: "busy", retry_after: 5 }),
    }
}

/// The body as it comes, held once. What is too large is known before more of it is taken in.
async fn pieces(body: Body) -> Result<Vec<Bytes>> {
    let mut stream = body.into_data_stream();
    let (mut pieces, mut length) = (Vec::new(), 0);
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| AppError::invalid("unreadable_body", error.to_string()))?;
        length += piece.len();
        if length > LARGEST_FILE {
            return Err(AppError::TooLarge { detail: format!("a file has at most {} MiB", LARGEST_FILE >> 20) });
        }
        pieces.push(piece);
    }
    Ok(pieces)
}

/// Sheets of one customer that become known in a day.
const MOST_SAVED: i64 = 1_000;

/// `PUT /api/forms/{id}`: a sheet that the page made is one of ours from now on. The page chose its number, for it makes sheets
/// without a network as well.
pub async fn save(State(state): State<AppState>, buyer: Buyer, Path(id): Path<String>, Json(wanted): Json<SavedForm>) -> Result<Json<FormToken>> {
    bounded_text("/overlay", &wanted.overlay, 200, false)?;
    if !form_id_is_right(&id) || normal_form_id(&id).as_deref() != Some(id.as_str()) {
        return Err(AppError::invalid_field("not_a_form", "id", "the number of a form, with its check character"));
    }
    let now = state.clock.now_ms();
    let customer = buyer.customer;
    let version = i64::from(wanted.version);
    let mut tx = state.db.write_tx().await?;
    match store::form(&mut tx, &id).await? {
        Some(known) if known.customer_id == Some(customer.to_string()) && (known.version, &known.overlay) == (version, &wanted.overlay) => {}
        Some(_) => return Err(AppError::conflict("form_taken", "another form has this number")),
        None => {
            let own = orders::customer(&mut tx, &customer.to_string()).await?.ok_or(AppError::NotFound)?;
            let (price_type, less) = own.prices();
            // A row's hidden number is its place in the list of these prices; with others it would name another product.
            if wanted.overlay != discount::overlay(price_type, less) || price_list::store::snapshot(&mut tx, version, price_type).await?.is_none() {
                return Err(AppError::conflict("other_prices", "the sheet was made at prices that are not this customer's"));
            }
            if store::saved_since(&mut tx, &customer.to_string(), now - DAY_MS).await? >= MOST_SAVED {
                return Err(AppError::TooMany { retry_after: 3_600 });
            }
            price_list::store::insert_form(&mut tx, &id, customer, version, &wanted.overlay, now).await?;
        }
    }
    tx.commit().await?;
    Ok(Json(FormToken { token: sender::token(&state.key(Purpose::Forms).await?, &id) }))
}

/// `GET /api/form-columns`
pub async fn columns(State(state): State<AppState>, buyer: Buyer) -> Result<Json<FormColumnsList>> {
    let mut connection = state.db.read().await?;
    let rows = store::columns(&mut connection, &buyer.customer.to_string()).await?;
    Ok(Json(FormColumnsList { columns: rows.into_iter().map(ColumnsRow::told).collect::<anyhow::Result<_>>()? }))
}

/// `PUT /api/form-columns`
pub async fn save_columns(State(state): State<AppState>, buyer: Buyer, Json(wanted): Json<FormColumns>) -> Result<Json<FormColumnsList>> {
    bounded_text("/fingerprint", &wanted.fingerprint, MOST_FINGERPRINT, false)?;
    if wanted.fingerprint.is_empty() {
        return Err(AppError::invalid_field("required", "/fingerprint", "say which tables are meant"));
    }
    for (field, column) in [("/code", wanted.code), ("/quantity", wanted.quantity)] {
        if column >= cells::MOST_COLUMNS {
            return Err(AppError::invalid_field("out_of_range", field, format!("columns are 0 to {}", cells::MOST_COLUMNS - 1)));
        }
    }
    if wanted.code == wanted.quantity {
        return Err(AppError::invalid_field("same_column", "/quantity", "code and quantity stand in two columns"));
    }
    let row = ColumnsRow {
        fingerprint: wanted.fingerprint,
        code_column: wanted.code.into(),
        quantity_column: wanted.quantity.into(),
        first_row: wanted.first.max(1).into(),
    };
    let customer = buyer.customer.to_string();
    let mut tx = state.db.write_tx().await?;
    let before = store::columns(&mut tx, &customer).await?.into_iter().find(|known| known.fingerprint == row.fingerprint);
    if before.as_ref() != Some(&row) {
        store::save_columns(&mut tx, &state.clock.new_id().to_string(), &customer, &row, state.clock.now_ms()).await?;
        let told = |row: ColumnsRow| row.told();
        let (before, after) = (before.map(told).transpose()?, row.told()?);
        audit::record(&mut tx, &state.clock, &buyer.identity.login, Action::ChooseColumns, &customer, before.as_ref(), Some(&after)).await?;
    }
    let rows = store::columns(&mut tx, &customer).await?;
    tx.commit().await?;
    Ok(Json(FormColumnsList { columns: rows.into_iter().map(ColumnsRow::told).collect::<anyhow::Result<_>>()? }))
}

impl ColumnsRow {
    pub(super) fn told(self) -> anyhow::Result<FormColumns> {
        Ok(FormColumns {
            fingerprint: self.fingerprint,
            code: self.code_column.try_into()?,
            quantity: self.quantity_column.try_into()?,
            first: self.first_row.try_into()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_finds_no_place_is_told_to_come_again() {
        let places = Semaphore::const_new(1);
        let held = place(&places).await.unwrap();
        assert!(matches!(place(&places).await, Err(AppError::NotReady { code: "busy", .. })));
        drop(held);
        assert!(place(&places).await.is_ok());
    }
}
