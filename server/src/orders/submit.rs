//! Taking an order in: checked, priced by the server, stored once under the client's id, and acknowledged only when it is stored.

use kontor_shared::api::{self, SubmitOrder};
use kontor_shared::ids::{CustomerId, OrderId};
use kontor_shared::orders::OrderState;
use kontor_shared::words::Lang;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::price::{self, Priced};
use super::store::{self, CustomerRow, NewOrder, OrderRow};
use super::{Snapshot, mail, view};
use crate::auth::{Buyer, hex};
use crate::error::{AppError, Result};
use crate::extract::bounded_text;
use crate::firm::FirmSettings;
use crate::time::{day_in, parse_day};
use crate::{AppState, audit, db, numbering, outbox};

const MOST_LINES: usize = 5_000;
/// A thousand million units.
const MOST_QUANTITY: i64 = 1_000_000_000_000;
/// A thousand million of the currency, in ten-thousandths.
const MOST_PRICE: i64 = 10_000_000_000_000;

/// Refuses what no order can be; what a line means is judged later, line by line.
pub fn check(wanted: &SubmitOrder) -> Result<()> {
    if wanted.lines.is_empty() {
        return Err(AppError::invalid_field("no_lines", "/lines", "an order has at least one line"));
    }
    if wanted.lines.len() > MOST_LINES {
        return Err(AppError::invalid_field("too_many_lines", "/lines", format!("at most {MOST_LINES} lines")));
    }
    bounded_text("/overlay", &wanted.overlay, 64, false)?;
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
        bounded_text(&field("code"), &line.code, 64, false)?;
        if line.quantity.raw().unsigned_abs() > MOST_QUANTITY.unsigned_abs() {
            return Err(AppError::invalid_field("out_of_range", field("quantity"), "the quantity is too large"));
        }
        if line.shown_price.raw().unsigned_abs() > MOST_PRICE.unsigned_abs() {
            return Err(AppError::invalid_field("out_of_range", field("shown_price"), "the price is too large"));
        }
    }
    Ok(())
}

/// What makes two submissions the same: customer and body as understood, not as spelt.
fn body_hash(customer: CustomerId, wanted: &SubmitOrder) -> anyhow::Result<String> {
    Ok(hex(&Sha256::digest(serde_json::to_vec(&(customer, wanted))?)))
}

/// Stores the order, or finds it stored already. The flag says whether it is new.
pub async fn submit(state: &AppState, buyer: &Buyer, id: OrderId, wanted: &SubmitOrder) -> Result<(bool, api::Order)> {
    check(wanted)?;
    let hash = body_hash(buyer.customer, wanted)?;
    let mut number_clash = false;
    // Again: when another copy of this submission won, when a version was published meanwhile, when PostgreSQL says so.
    for attempt in 0..8_u64 {
        if let Some(answer) = stored_already(state, buyer, id, &hash).await? {
            return Ok((false, answer));
        }
        match attempt_to_store(state, buyer, id, wanted, &hash, number_clash).await {
            Ok(Some(answer)) => return Ok((true, answer)),
            Ok(None) => {}
            Err(AppError::Internal(error)) => match error.downcast_ref::<sqlx::Error>() {
                // Either this id (the next round finds it) or the number, which an imported order has.
                Some(known) if db::is_unique_violation(known) => number_clash = true,
                Some(known) if db::is_retriable(known) => tokio::time::sleep(std::time::Duration::from_millis(5 << attempt)).await,
                _ => return Err(AppError::Internal(error)),
            },
            Err(other) => return Err(other),
        }
    }
    Err(AppError::NotReady { code: "busy", retry_after: 1 })
}

/// The answer to a repeat, if the id is known.
async fn stored_already(state: &AppState, buyer: &Buyer, id: OrderId, hash: &str) -> Result<Option<api::Order>> {
    let mut connection = state.db.read().await?;
    let Some(row) = store::order(&mut connection, &id.to_string()).await? else { return Ok(None) };
    if row.customer_id.as_deref() != Some(buyer.customer.to_string().as_str()) {
        return Err(AppError::NotFound);
    }
    if row.body_hash != hash {
        return Err(AppError::conflict("order_differs", "an order with this id is stored, and it says something else"));
    }
    Ok(Some(view::order(&mut connection, row, buyer.identity.role).await?))
}

/// One try; `None` when a price list was published between reading prices and storing.
async fn attempt_to_store(state: &AppState, buyer: &Buyer, id: OrderId, wanted: &SubmitOrder, hash: &str, number_clash: bool) -> Result<Option<api::Order>> {
    let firm = state.firm().await?;
    let now = state.clock.now_ms();
    let today = day_in(&firm.time_zone()?, now);
    // Everything slow is read before the write lock is taken: published versions never change.
    let mut connection = state.db.read().await?;
    let customer = store::customer(&mut connection, &buyer.customer.to_string()).await?.ok_or(AppError::NotFound)?;
    let priced = price::judge(&mut connection, i64::from(wanted.version), &wanted.lines, &customer.price_type, firm.vat_method, &today).await?;
    let addresses = store::order_mail_addresses(&mut connection, &customer.id).await?;
    drop(connection);
    let state_after = OrderState::Draft.after(priced.action).unwrap_or(OrderState::Submitted);
    let new = new_order(buyer, id, wanted, hash, &firm, &customer, &priced, state_after, now, today);

    let mut tx = state.db.write_tx().await?;
    if price::last_version(&mut tx).await? != priced.last_version {
        return Ok(None);
    }
    store::insert(&mut tx, &new).await?;
    store::insert_lines(&mut tx, &new.row.id, &priced.lines).await?;
    let actor = buyer.identity.actor();
    store::insert_event(&mut tx, &new.row.id, now, &new.row.state, "buyer", &actor, "").await?;
    // Last: on PostgreSQL the counter's row is held from here to the commit.
    let number = take_number(&mut tx, &firm, &new.ordered_day, number_clash).await?;
    store::set_number(&mut tx, &new.row.id, &number).await?;
    let row = OrderRow { number, ..new.row };
    audit::record(&mut tx, &state.clock, &actor, "order.submit", &row.id, None, Some(&Snapshot::of(&row))).await?;
    write_mail(&mut tx, state, &firm, &customer, &row, &priced, &addresses).await?;
    tx.commit().await?;
    let events = vec![store::EventRow { at: now, state: row.state.clone(), by_role: "buyer".into(), note: String::new() }];
    Ok(Some(view::assemble(row, Some((customer.id, customer.code, customer.name)), priced.lines, events, Vec::new(), buyer.identity.role)?))
}

#[allow(clippy::too_many_arguments)]
fn new_order(
    buyer: &Buyer,
    id: OrderId,
    wanted: &SubmitOrder,
    hash: &str,
    firm: &FirmSettings,
    customer: &CustomerRow,
    priced: &Priced,
    state: OrderState,
    now: i64,
    today: String,
) -> NewOrder {
    NewOrder {
        row: OrderRow {
            id: id.to_string(),
            number: id.to_string(),
            customer_id: Some(buyer.customer.to_string()),
            source: "page".into(),
            kind: "sale".into(),
            state: state.word().into(),
            revision: 1,
            body_hash: hash.into(),
            ordered_at: now,
            price_list: Some(priced.version),
            // The price type the prices are from; the one named is only where they were seen.
            overlay: Some(customer.price_type.clone()),
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
        },
        user_id: Some(buyer.identity.user.to_string()),
        ordered_day: today,
        counted: priced.counted,
    }
}

async fn take_number(connection: &mut AnyConnection, firm: &FirmSettings, day: &str, clash: bool) -> Result<String> {
    let format = &firm.order_series;
    loop {
        let number = format.write(numbering::take(connection, numbering::ORDERS, format.span(day)).await?);
        // Imported orders keep the numbers they came with; ours step over them.
        if !clash || !store::number_taken(connection, &number).await? {
            return Ok(number);
        }
    }
}

/// The intent to tell the buyer, in the transaction of the order.
async fn write_mail(
    connection: &mut AnyConnection,
    state: &AppState,
    firm: &FirmSettings,
    customer: &CustomerRow,
    row: &OrderRow,
    priced: &Priced,
    addresses: &[String],
) -> Result<()> {
    if addresses.is_empty() {
        return Ok(());
    }
    let lang = Lang::parse(&customer.lang).unwrap_or(firm.lang);
    let (subject, text) = mail::received(lang, firm, state.config.public_url.as_deref(), row, &priced.lines)?;
    let cause = format!("order {} received", row.id);
    for recipient in addresses {
        let mail = outbox::NewMail { cause: &cause, customer: customer.id.parse().ok(), recipient, lang, subject: &subject, text: &text };
        outbox::enqueue(connection, &state.clock, mail).await?;
    }
    Ok(())
}
