//! The order a buyer is putting together, kept for all devices of that person under a revision. The server only compares
//! revisions and takes out what was ordered: what becomes of two writers is decided on the device (`kontor_shared::drafts::device`).
//!
//! It belongs to the person and not to the customer: a colleague's half-made order in one's own would be a quantity that
//! nobody here typed.

use std::collections::HashSet;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kontor_shared::api::draft::SaveDraft;
use kontor_shared::catalog::MOST_CODE;
use kontor_shared::drafts::device::{KeptDraft, SavedDraft, SentDraft, ordered};
use kontor_shared::drafts::{Draft, DraftLine, write_quantity};
use kontor_shared::ids::{OrderId, UserId};
use kontor_shared::money::{Price, Quantity};
use kontor_shared::orders::MOST_LINES;
use kontor_shared::words::Lang;
use serde::Deserialize;
use sqlx::AnyConnection;

use crate::AppState;
use crate::auth::Buyer;
use crate::error::{AppError, Result};
use crate::extract::{Json, Query, bounded_text, seen_revision, with_revision};
use crate::orders::intake::Ready;
use crate::orders::store as orders;
use crate::orders::submit::MOST_PRICE;
use crate::time::Clock;

pub mod store;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Of {
    /// The id of the draft the device has.
    of: Option<OrderId>,
    /// Whose draft the device believes to be talking about: somebody else may have signed in there since.
    owner: Option<UserId>,
}

impl Of {
    fn check(&self, buyer: &Buyer) -> Result<()> {
        if self.owner.is_some_and(|owner| owner != buyer.identity.user) {
            return Err(AppError::conflict("other_customer", "somebody else has signed in"));
        }
        Ok(())
    }
}

/// `GET /api/draft`
pub async fn show(State(state): State<AppState>, buyer: Buyer, Query(asked): Query<Of>) -> Result<Response> {
    asked.check(&buyer)?;
    let customer = buyer.customer.to_string();
    let mut connection = state.db.read().await?;
    let generation = store::generation(&mut connection).await?;
    let row = store::get(&mut connection, &buyer.identity.user.to_string()).await?;
    let revision = row.as_ref().map_or(0, |row| row.revision);
    // One that was begun for another customer is not this one's.
    let draft = row.filter(|row| row.customer_id == customer).map(|row| row.draft()).transpose()?.unwrap_or_default();
    let mut sent = Vec::new();
    for id in [draft.id, asked.of].into_iter().flatten().collect::<HashSet<_>>() {
        sent.extend(sent_as(&mut connection, &customer, id).await?);
    }
    Ok(with_revision(revision, Json(KeptDraft { generation, revision, draft, sent })))
}

/// The customer's order that has a draft's id, as a draft.
async fn sent_as(connection: &mut AnyConnection, customer: &str, id: OrderId) -> Result<Option<SentDraft>> {
    let Some(row) = orders::order(connection, &id.to_string()).await?.filter(|row| row.customer_id.as_deref() == Some(customer)) else { return Ok(None) };
    let lines = orders::lines(connection, &row.id).await?;
    Ok(Some(SentDraft { number: row.number.clone(), draft: as_draft(id, &row, &lines) }))
}

fn as_draft(id: OrderId, row: &orders::OrderRow, lines: &[orders::LineRow]) -> Draft {
    let line = |line: &orders::LineRow| DraftLine {
        code: line.product_code.clone(),
        name: line.name.clone(),
        typed: write_quantity(Quantity::from_raw(line.quantity), Lang::En),
        seen: Price::from_raw(line.shown_price.or(line.price).unwrap_or_default()),
        lang: Some(Lang::En),
    };
    Draft {
        id: Some(id),
        lines: lines.iter().map(line).collect(),
        po_number: row.po_number.clone(),
        wanted_on: row.wanted_on.clone().unwrap_or_default(),
        delivery_address: Some(row.delivery_address.clone()),
        comment: row.comment.clone(),
    }
}

/// Refuses what no page writes. What is typed is kept as typed: whether it is a quantity is said on the page.
fn check(wanted: &SaveDraft) -> Result<()> {
    if wanted.lines.len() > MOST_LINES {
        return Err(AppError::invalid_field("too_many_lines", "/lines", format!("at most {MOST_LINES} lines")));
    }
    bounded_text("/po_number", &wanted.po_number, 100, false)?;
    bounded_text("/wanted_on", &wanted.wanted_on, 20, false)?;
    bounded_text("/delivery_address", wanted.delivery_address.as_deref().unwrap_or_default(), 500, true)?;
    bounded_text("/comment", &wanted.comment, 2_000, true)?;
    let mut codes = HashSet::new();
    for (at, line) in wanted.lines.iter().enumerate() {
        let field = |name: &str| format!("/lines/{at}/{name}");
        bounded_text(&field("code"), &line.code, MOST_CODE, false)?;
        bounded_text(&field("name"), &line.name, 500, true)?;
        bounded_text(&field("typed"), &line.typed, 100, true)?;
        if line.seen.raw().unsigned_abs() > MOST_PRICE.unsigned_abs() {
            return Err(AppError::invalid_field("out_of_range", field("seen"), "the price is too large"));
        }
        if line.code.is_empty() || !codes.insert(&line.code) {
            return Err(AppError::invalid_field("no_code", field("code"), "each line names another product by its code"));
        }
    }
    Ok(())
}

/// `PUT /api/draft`. Written as often as people pause in typing, so it leaves no row in the audit trail; the order does.
pub async fn save(State(state): State<AppState>, buyer: Buyer, Query(asked): Query<Of>, headers: HeaderMap, Json(wanted): Json<SaveDraft>) -> Result<Response> {
    asked.check(&buyer)?;
    check(&wanted)?;
    let seen = seen_revision(&headers)?
        .ok_or_else(|| AppError::invalid_field("no_if_match", "If-Match", "name the revision that was read, e.g. \"3\"; \"0\" where there was none"))?;
    let (user, customer) = (buyer.identity.user.to_string(), buyer.customer.to_string());
    let draft = Draft::from(wanted);
    let mut tx = state.db.write_tx().await?;
    // Whoever asked may have been erased since: nothing of theirs is stored any more.
    if !store::hold_user(&mut tx, &user, state.db.for_share()).await? {
        return Err(AppError::Unauthorized { code: "sign_in" });
    }
    if let Some(id) = draft.id
        && let Some(order) = orders::order(&mut tx, &id.to_string()).await?.filter(|order| order.customer_id.as_deref() == Some(customer.as_str()))
    {
        return Err(AppError::conflict("draft_sent", format!("order {} was sent of this draft: read it again", order.number)));
    }
    // A first one begins behind all that were before a restore.
    let before = if seen == 0 { store::generation(&mut tx).await? } else { seen };
    let row = store::DraftRow::of(&user, &customer, &draft, before.saturating_add(1), state.clock.now_ms())?;
    let written = if seen == 0 { store::insert(&mut tx, &row).await? } else { store::replace(&mut tx, &row, seen).await? };
    if !written {
        return Err(AppError::conflict("changed_elsewhere", format!("the draft is not at revision {seen}: read it again")));
    }
    tx.commit().await?;
    Ok(with_revision(row.revision, Json(SavedDraft { revision: row.revision })))
}

/// Takes out of the drafts that are kept what these orders have, in the orders' own transaction.
pub async fn take_out(connection: &mut AnyConnection, for_update: &str, sent: &[&Ready], clock: &Clock) -> anyhow::Result<()> {
    let ids: Vec<&str> = sent.iter().map(|ready| ready.new.row.id.as_str()).collect();
    for row in store::of_orders(connection, for_update, &ids).await? {
        let own = |ready: &&&Ready| Some(&ready.new.row.id) == row.order_id.as_ref() && ready.new.row.customer_id.as_ref() == Some(&row.customer_id);
        let Some(ready) = sent.iter().find(own) else { continue };
        let mut draft = row.draft()?;
        if ordered(&mut draft, &as_draft(ready.new.row.id.parse()?, &ready.new.row, &ready.lines), || OrderId(clock.new_id())) {
            let after = store::DraftRow::of(&row.user_id, &row.customer_id, &draft, row.revision + 1, clock.now_ms())?;
            store::replace(connection, &after, row.revision).await?;
        }
    }
    Ok(())
}
