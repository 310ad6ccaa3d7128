//! Taking an order in: checked, priced by the server, stored once under the client's id, and acknowledged only when it is stored.

use kontor_shared::api::{self, Role, SubmitOrder};
use kontor_shared::catalog::{MOST_CODE, discount};
use kontor_shared::customers::CustomerState;
use kontor_shared::ids::{CustomerId, OrderId};
use kontor_shared::money::{Money, Percent};
use kontor_shared::orders::{MOST_LINES, OrderAction, OrderState, Source};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::entry::By;
use super::intake::{Outcome, Ready};
use super::origins::NewOrigin;
use super::price::{self, Goods, Groups, Priced};
use super::store::{self, CustomerRow, LineRow, NewOrder, OrderRow};
use super::{least, view};
use crate::AppState;
use crate::auth::{Buyer, hex};
use crate::error::{AppError, Result};
use crate::extract::bounded_text;
use crate::firm::{self, FirmSettings};
use crate::time::{day_in, parse_day};

/// A thousand million units.
const MOST_QUANTITY: i64 = 1_000_000_000_000;
/// A thousand million of the currency, in ten-thousandths.
pub const MOST_PRICE: i64 = 10_000_000_000_000;

/// Refuses what no order can be; what a line means is judged later, line by line.
pub fn check(wanted: &SubmitOrder) -> Result<()> {
    if wanted.lines.is_empty() {
        return Err(AppError::invalid_field("no_lines", "/lines", "an order has at least one line"));
    }
    if wanted.lines.len() > MOST_LINES {
        return Err(AppError::invalid_field("too_many_lines", "/lines", format!("at most {MOST_LINES} lines")));
    }
    // A price type has at most 100 characters.
    bounded_text("/overlay", &wanted.overlay, 120, false)?;
    bounded_text("/customer", wanted.customer.as_deref().unwrap_or_default(), 64, false)?;
    bounded_text("/po_number", &wanted.po_number, 100, false)?;
    bounded_text("/delivery_address", &wanted.delivery_address, 500, true)?;
    bounded_text("/comment", &wanted.comment, 2_000, true)?;
    if let Some(day) = &wanted.wanted_on
        && !parse_day(day).is_some_and(|date| (1900..=2999).contains(&date.year()))
    {
        return Err(AppError::invalid_field("not_a_date", "/wanted_on", "give a day as YYYY-MM-DD"));
    }
    for (at, line) in wanted.lines.iter().enumerate() {
        let field = |name: &str| format!("/lines/{at}/{name}");
        if line.code.is_empty() {
            return Err(AppError::invalid_field("no_code", field("code"), "a line names a product by its code"));
        }
        bounded_text(&field("code"), &line.code, MOST_CODE, false)?;
        if line.quantity.raw().unsigned_abs() > MOST_QUANTITY.unsigned_abs() {
            return Err(AppError::invalid_field("out_of_range", field("quantity"), "the quantity is too large"));
        }
        if line.shown_price.raw().unsigned_abs() > MOST_PRICE.unsigned_abs() {
            return Err(AppError::invalid_field("out_of_range", field("shown_price"), "the price is too large"));
        }
    }
    Ok(())
}

/// What makes two submissions the same: customer and body as understood, not as spelt. Stored, so a field that is added
/// to [`SubmitOrder`] later must leave the hash of bodies without it as it was.
fn body_hash(customer: CustomerId, wanted: &SubmitOrder) -> anyhow::Result<String> {
    let wanted = SubmitOrder { customer: None, ..wanted.clone() };
    Ok(hex(&Sha256::digest(serde_json::to_vec(&(customer, wanted))?)))
}

/// Whose order it is and how it comes in.
pub(super) struct Taker<'a> {
    pub customer: CustomerId,
    pub source: Source,
    pub by: By,
    pub actor: String,
    pub user: Option<String>,
    /// Who reads the answer.
    pub role: Role,
    pub origin: Option<&'a NewOrigin>,
}

/// What became of an order that was taken in.
pub(super) enum Taken {
    /// Stored; the flag says whether now.
    Stored(bool, Box<api::Order>),
    /// The same content is another order already.
    Double { id: String, number: String },
}

/// Stores the order a buyer put together on the page, or finds it stored already. The flag says whether it is new.
pub async fn submit(state: &AppState, buyer: &Buyer, id: OrderId, wanted: &SubmitOrder) -> Result<(bool, api::Order)> {
    let taker = Taker {
        customer: buyer.customer,
        source: Source::Page,
        by: By::Buyer,
        actor: buyer.identity.actor(),
        user: Some(buyer.identity.user.to_string()),
        role: buyer.identity.role,
        origin: None,
    };
    match take_in(state, &taker, id, wanted).await? {
        Taken::Stored(new, order) => Ok((new, *order)),
        Taken::Double { .. } => Err(AppError::Internal(anyhow::anyhow!("an order of the page has no content to be known by"))),
    }
}

/// Stores the order, or finds it stored already.
pub(super) async fn take_in(state: &AppState, taker: &Taker<'_>, id: OrderId, wanted: &SubmitOrder) -> Result<Taken> {
    check(wanted)?;
    let hash = body_hash(taker.customer, wanted)?;
    let mut number_clash = false;
    // Again: when another copy of this submission won, when a version was published meanwhile, when the database says so.
    for attempt in 0..8_u64 {
        let ready = match prepare(state, taker, id, wanted, &hash).await? {
            Prepared::Stored(answer) => return Ok(Taken::Stored(false, answer)),
            Prepared::Ready(ready) => Ready { number_clash, ..*ready },
        };
        let answer = Answer::of(&ready);
        match state.intake.store(ready).await {
            Outcome::Stored(number) => return Ok(Taken::Stored(true, Box::new(answer.numbered(number, taker.role)?))),
            Outcome::Double { id, number } => return Ok(Taken::Double { id, number }),
            Outcome::Stale => {}
            // Either this id (the next round finds it) or the number, which an imported order has.
            Outcome::Clash => number_clash = true,
            Outcome::Again => tokio::time::sleep(std::time::Duration::from_millis(5 << attempt)).await,
            Outcome::Failed(error) => return Err(error),
        }
    }
    Err(AppError::NotReady { code: "busy", retry_after: 1 })
}

/// A submission before the write lock is taken.
enum Prepared {
    /// A repeat, with its answer.
    Stored(Box<api::Order>),
    Ready(Box<Ready>),
}

/// Everything slow, read before the write lock is taken: published versions never change.
async fn prepare(state: &AppState, taker: &Taker<'_>, id: OrderId, wanted: &SubmitOrder, hash: &str) -> Result<Prepared> {
    let mut connection = state.db.read().await?;
    if let Some(row) = store::order(&mut connection, &id.to_string()).await? {
        return Ok(Prepared::Stored(Box::new(stored_already(&mut connection, &state.goods, taker, row, hash).await?)));
    }
    let firm = firm::stored(&mut connection).await?;
    let now = state.clock.now_ms();
    let today = day_in(&firm.time_zone()?, now);
    let customer = store::customer(&mut connection, &taker.customer.to_string()).await?.ok_or(AppError::NotFound)?;
    if wanted.customer.as_ref().is_some_and(|code| *code != customer.code) {
        return Err(AppError::conflict("other_customer", "somebody else has signed in; sign in again as the customer the order is for"));
    }
    if customer.state != CustomerState::Active.word() {
        return Err(AppError::conflict("customer_blocked", "the firm takes no orders from this customer now"));
    }
    let priced = price::judge(&mut connection, &state.goods, i64::from(wanted.version), &wanted.lines, customer.prices(), firm.vat_method, &today).await?;
    let lacking = least::lacking(&mut connection, &firm, &priced, taker.source == Source::Page).await?;
    let addresses = store::order_mail_addresses(&mut connection, &customer.id, false).await?;
    let action = if lacking.is_some() { OrderAction::AskBuyer } else { priced.action };
    let state_after = OrderState::Draft.after(action).unwrap_or(OrderState::Submitted);
    let new = new_order(taker, id, wanted, hash, &firm, &customer, &priced, lacking, state_after, now, today);
    Ok(Prepared::Ready(Box::new(Ready {
        new,
        lines: priced.lines,
        groups: priced.groups,
        by: taker.by,
        actor: taker.actor.clone(),
        origin: taker.origin.cloned(),
        customer,
        addresses,
        firm,
        last_version: priced.last_version,
        number_clash: false,
    })))
}

/// The answer to a repeat.
async fn stored_already(connection: &mut AnyConnection, goods: &Goods, taker: &Taker<'_>, row: OrderRow, hash: &str) -> Result<api::Order> {
    if row.customer_id.as_deref() != Some(taker.customer.to_string().as_str()) {
        return Err(AppError::NotFound);
    }
    if row.body_hash != hash {
        return Err(AppError::conflict("order_differs", "an order with this id is stored, and it says something else"));
    }
    view::order(connection, goods, row, taker.role).await
}

/// What the buyer is told of a new order, from the rows that are stored.
struct Answer {
    row: OrderRow,
    by: By,
    customer: (String, String, String),
    lines: Vec<LineRow>,
    groups: Groups,
}

impl Answer {
    fn of(ready: &Ready) -> Self {
        let CustomerRow { id, code, name, .. } = ready.customer.clone();
        Self { row: ready.new.row.clone(), by: ready.by, customer: (id, code, name), lines: ready.lines.clone(), groups: ready.groups.clone() }
    }

    fn numbered(self, number: String, role: Role) -> anyhow::Result<api::Order> {
        let row = OrderRow { number, ..self.row };
        let events = vec![store::EventRow { at: row.ordered_at, state: row.state.clone(), by_role: self.by.word().into(), note: String::new() }];
        view::assemble(row, Some(self.customer), self.lines, &self.groups, events, Vec::new(), role)
    }
}

#[allow(clippy::too_many_arguments)]
fn new_order(
    taker: &Taker<'_>,
    id: OrderId,
    wanted: &SubmitOrder,
    hash: &str,
    firm: &FirmSettings,
    customer: &CustomerRow,
    priced: &Priced,
    lacking: Option<Money>,
    state: OrderState,
    now: i64,
    today: String,
) -> NewOrder {
    NewOrder {
        row: OrderRow {
            id: id.to_string(),
            // It follows when the order is stored.
            number: String::new(),
            customer_id: Some(taker.customer.to_string()),
            source: taker.source.word().into(),
            kind: "sale".into(),
            state: state.word().into(),
            revision: 1,
            body_hash: hash.into(),
            ordered_at: now,
            price_list: Some(priced.version),
            // Where the prices are from; the one named is only where they were seen.
            overlay: Some(discount::overlay(&customer.price_type, Percent::from_raw(customer.discount))),
            po_number: wanted.po_number.clone(),
            wanted_on: wanted.wanted_on.clone(),
            delivery_address: wanted.delivery_address.clone(),
            comment: wanted.comment.clone(),
            currency: priced.currency.code().into(),
            vat_mode: priced.vat_mode.word().into(),
            vat_method: firm.vat_method.word().into(),
            net: priced.totals.net.minor,
            vat: priced.totals.vat.minor,
            gross: priced.totals.gross.minor,
            line_count: priced.lines.len() as i64,
            lacking: lacking.map(|lacking| lacking.minor),
        },
        user_id: taker.user.clone(),
        ordered_day: today,
        counted: priced.counted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orders_hash_outlives_this_version() {
        let body = r#"{"version":3,"overlay":"wholesale","po_number":"PO/1","wanted_on":"2011-12-20","delivery_address":"1 High Street",
            "comment":"","lines":[{"code":"85123A","quantity":"12","shown_price":"2.95"}]}"#;
        let customer = "018f3b6e-7b1a-7000-8000-000000000001".parse().unwrap();
        let mut wanted: SubmitOrder = serde_json::from_str(body).unwrap();
        let hash = body_hash(customer, &wanted).unwrap();
        assert_eq!(hash, "dbb3b41c47f1db6e8031edf633ea5c57aa6a3fd0ec61012066478f0cb9f57e14");
        wanted.customer = Some("12347".into());
        assert_eq!(body_hash(customer, &wanted).unwrap(), hash);
    }
}
