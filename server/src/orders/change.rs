//! What happens to a stored order before it is confirmed: the buyer's answer to raised prices, cancelling, refusing.
//! Each repeats harmlessly: a lost reply is answered by asking again.

use std::collections::HashSet;

use anyhow::Context;
use kontor_shared::api::{self, AnswerPrices, Role};
use kontor_shared::audit::Action;
use kontor_shared::catalog::MOST_CODE;
use kontor_shared::ids::OrderId;
use kontor_shared::money::VatMethod;
use kontor_shared::money::VatMode;
use kontor_shared::orders::{LineReason, OrderAction, OrderState, Verdict};
use kontor_shared::words::{Lang, mail as words};
use sqlx::AnyConnection;

use super::entry::By;
use super::store::{self, LineRow, OrderRow};
use super::{Snapshot, mail, price, view};
use crate::auth::Identity;
use crate::db::WriteTx;
use crate::error::{AppError, Result};
use crate::extract::bounded_text;
use crate::firm::FirmSettings;
use crate::{AppState, audit, outbox};

/// The order under lock, if `who` may see it.
pub async fn locked(tx: &mut WriteTx, state: &AppState, who: &Identity, id: OrderId) -> Result<OrderRow> {
    let row = store::order_locked(tx, &id.to_string(), state.db.for_update()).await?.ok_or(AppError::NotFound)?;
    super::visible(&row, who).then_some(row).ok_or(AppError::NotFound)
}

/// Refuses a change made on a view that is out of date.
pub fn check_revision(row: &OrderRow, seen: Option<i64>) -> Result<()> {
    match seen {
        Some(seen) if seen != row.revision => {
            Err(AppError::conflict("changed_elsewhere", format!("the order is at revision {}, not {seen}: read it again", row.revision)))
        }
        _ => Ok(()),
    }
}

pub fn wrong_state(row: &OrderRow) -> AppError {
    AppError::conflict("wrong_state", format!("the order is {}", row.state))
}

/// How events name whoever acts.
pub fn by_role(role: Role) -> &'static str {
    if role.is_staff() { By::Staff.word() } else { By::Buyer.word() }
}

/// Ends the transaction, then reads the order for the answer: the only writer is not kept waiting for that.
async fn committed(tx: WriteTx, state: &AppState, row: OrderRow, who: &Identity) -> Result<api::Order> {
    tx.commit().await?;
    view::order(&mut *state.db.read().await?, &state.goods, row, who.role).await
}

/// Moves the order from `row` to `after`, with its event and audit row. Gives the row as it is then.
#[allow(clippy::too_many_arguments)]
pub async fn move_to(
    tx: &mut AnyConnection,
    state: &AppState,
    who: &Identity,
    row: OrderRow,
    after: OrderRow,
    counted: bool,
    action: Action,
    note: &str,
) -> Result<OrderRow> {
    store::set_state(tx, &row.id, &after.state, counted).await?;
    if let Some(customer) = &row.customer_id {
        crate::segments::live::mark(tx, &[customer], state.clock.now_ms()).await?;
    }
    let after = OrderRow { revision: row.revision + 1, ..after };
    store::insert_event(tx, &row.id, state.clock.now_ms(), &after.state, by_role(who.role), &who.actor(), note).await?;
    audit::record(tx, &state.clock, &who.actor(), action, &row.id, Some(&Snapshot::of(&row)), Some(&Snapshot::of(&after))).await?;
    Ok(after)
}

/// `POST /api/orders/{id}/cancel`
pub async fn cancel(state: &AppState, who: &Identity, id: OrderId, seen: Option<i64>) -> Result<api::Order> {
    let mut tx = state.db.write_tx().await?;
    let row = locked(&mut tx, state, who, id).await?;
    let before = view::state(&row.state)?;
    if before == OrderState::Cancelled {
        return committed(tx, state, row, who).await;
    }
    let to = before.after(OrderAction::Cancel).ok_or_else(|| wrong_state(&row))?;
    check_revision(&row, seen)?;
    let after = OrderRow { state: to.word().into(), ..row.clone() };
    let row = move_to(&mut tx, state, who, row, after, false, Action::OrderCancel, "").await?;
    committed(tx, state, row, who).await
}

/// `POST /api/orders/{id}/refuse`: the reason goes to the buyer.
pub async fn refuse(state: &AppState, who: &Identity, id: OrderId, seen: Option<i64>, reason: &str) -> Result<api::Order> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(AppError::invalid_field("no_reason", "/reason", "say why: the buyer reads it"));
    }
    bounded_text("/reason", reason, 500, true)?;
    let firm = state.firm().await?;
    let mut tx = state.db.write_tx().await?;
    let row = locked(&mut tx, state, who, id).await?;
    let before = view::state(&row.state)?;
    if before == OrderState::Refused {
        return committed(tx, state, row, who).await;
    }
    let to = before.after(OrderAction::Refuse).ok_or_else(|| wrong_state(&row))?;
    check_revision(&row, seen)?;
    let after = OrderRow { state: to.word().into(), ..row.clone() };
    let row = move_to(&mut tx, state, who, row, after, false, Action::OrderRefuse, reason).await?;
    tell(&mut tx, state, &firm, &row, "refused", |lang, url| Ok(mail::refused(lang, &firm, url, &row, reason))).await?;
    committed(tx, state, row, who).await
}

/// The occasion that brings the proforma, and so is told those who pay as well.
pub const CONFIRMED: &str = "confirmed";

/// Writes the intent to tell the customer's contacts, once per order and occasion.
pub async fn tell(
    tx: &mut AnyConnection,
    state: &AppState,
    firm: &FirmSettings,
    row: &OrderRow,
    occasion: &str,
    compose: impl Fn(Lang, Option<&str>) -> anyhow::Result<(String, String)>,
) -> Result<()> {
    let Some(customer) = &row.customer_id else { return Ok(()) };
    let customer = store::customer(tx, customer).await?.context("the order's customer")?;
    let lang = Lang::parse(&customer.lang).unwrap_or(firm.lang);
    let addresses = store::order_mail_addresses(tx, &customer.id, occasion == CONFIRMED).await?;
    let (subject, text) = compose(lang, state.config.public_url.as_deref())?;
    let cause = format!("order {} {occasion}", row.id);
    let letter = outbox::Letter { cause, customer: customer.id.parse().ok(), addresses: &addresses, lang, subject, text };
    outbox::enqueue(tx, &state.clock, &letter.mails()).await?;
    Ok(())
}

/// `POST /api/orders/{id}/prices`. The stored raised price is the one the buyer answers; it holds, whatever was published since.
pub async fn answer_prices(state: &AppState, who: &Identity, id: OrderId, seen: Option<i64>, answer: &AnswerPrices) -> Result<api::Order> {
    let (accept, drop) = named_once(answer)?;
    let firm = state.firm().await?;
    let mut tx = state.db.write_tx().await?;
    let row = locked(&mut tx, state, who, id).await?;
    let before = view::state(&row.state)?;
    let mut lines = store::lines(&mut tx, &row.id).await?;
    let Some(to) = before.after(OrderAction::Answer) else {
        return if answered_so(&lines, &accept, &drop) { committed(tx, state, row, who).await } else { Err(wrong_state(&row)) };
    };
    check_revision(&row, seen)?;
    check_named(&lines, &accept, &drop)?;
    for line in lines.iter_mut().filter(|line| has_reason(line, LineReason::PriceRose)) {
        if accept.contains(line.product_code.as_str()) {
            line.reason = Some(LineReason::RiseAccepted.word().into());
        } else {
            (line.verdict, line.reason, line.amount) = (Verdict::Refused.word().into(), Some(LineReason::RiseDropped.word().into()), 0);
        }
    }
    store::accept_raised(&mut tx, &row.id, &accept).await?;
    store::drop_raised(&mut tx, &row.id).await?;
    let mode = VatMode::parse(&row.vat_mode).context("stored VAT mode")?;
    let method = VatMethod::parse(&row.vat_method).context("stored VAT method")?;
    let totals = price::totals_of(&lines, view::currency(&row.currency)?, mode, method).map_err(|error| anyhow::anyhow!("totals: {error}"))?;
    let (net, vat, gross) = (totals.net.minor, totals.vat.minor, totals.gross.minor);
    store::set_totals(&mut tx, &row.id, net, vat, gross).await?;
    // An order nothing is left of is over.
    let left = lines.iter().any(price::is_taken);
    let (to, note) = if left { (to, "") } else { (OrderState::Cancelled, words::NO_LINE_LEFT.say(customer_lang(&mut tx, &firm, &row).await?)) };
    let after = OrderRow { state: to.word().into(), net, vat, gross, ..row.clone() };
    let counted = lines.iter().any(price::counts);
    let row = move_to(&mut tx, state, who, row, after, counted, Action::OrderAnswerPrices, note).await?;
    committed(tx, state, row, who).await
}

async fn customer_lang(connection: &mut AnyConnection, firm: &FirmSettings, row: &OrderRow) -> Result<Lang> {
    let Some(id) = &row.customer_id else { return Ok(firm.lang) };
    Ok(store::customer(connection, id).await?.and_then(|customer| Lang::parse(&customer.lang)).unwrap_or(firm.lang))
}

fn has_reason(line: &LineRow, reason: LineReason) -> bool {
    line.reason.as_deref() == Some(reason.word())
}

/// The two sets of codes; a code stands in one of them, once.
fn named_once(answer: &AnswerPrices) -> Result<(HashSet<&str>, HashSet<&str>)> {
    if answer.accept.len() + answer.drop.len() > 5_000 {
        return Err(AppError::invalid("too_many_lines", "at most 5000 codes"));
    }
    let mut seen = HashSet::new();
    if let Some(twice) = answer.accept.iter().chain(&answer.drop).find(|code| !seen.insert(code.as_str())) {
        return Err(AppError::invalid("named_twice", format!("{} is named twice", shown(twice))));
    }
    Ok((answer.accept.iter().map(String::as_str).collect(), answer.drop.iter().map(String::as_str).collect()))
}

/// Every raised line is named, and nothing else is.
fn check_named(lines: &[LineRow], accept: &HashSet<&str>, drop: &HashSet<&str>) -> Result<()> {
    let raised: HashSet<&str> = lines.iter().filter(|line| has_reason(line, LineReason::PriceRose)).map(|line| line.product_code.as_str()).collect();
    let list = |mut codes: Vec<&str>| {
        codes.sort_unstable();
        codes.into_iter().take(20).map(shown).collect::<Vec<_>>().join(", ")
    };
    let missing: Vec<&str> = raised.iter().copied().filter(|code| !accept.contains(code) && !drop.contains(code)).collect();
    if !missing.is_empty() {
        return Err(AppError::invalid("not_all_answered", format!("not answered: {}", list(missing))));
    }
    for (field, named) in [("/accept", accept), ("/drop", drop)] {
        let unknown: Vec<&str> = named.iter().copied().filter(|code| !raised.contains(code)).collect();
        if !unknown.is_empty() {
            return Err(AppError::invalid_field("not_raised", field, format!("no raised price: {}", list(unknown))));
        }
    }
    Ok(())
}

/// Whether the order was answered before, in just this way.
fn answered_so(lines: &[LineRow], accept: &HashSet<&str>, drop: &HashSet<&str>) -> bool {
    let with = |reason| lines.iter().filter(|line| has_reason(line, reason)).map(|line| line.product_code.as_str()).collect::<HashSet<_>>();
    let (accepted, dropped) = (with(LineReason::RiseAccepted), with(LineReason::RiseDropped));
    (!accepted.is_empty() || !dropped.is_empty()) && accepted == *accept && dropped == *drop
}

/// A code as an error may quote it.
fn shown(code: &str) -> String {
    code.chars().filter(|c| !c.is_control()).take(MOST_CODE).collect()
}
