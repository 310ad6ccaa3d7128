//! Stored rows as whoever asks sees them.

use anyhow::Context;
use kontor_shared::api::{self, OrderCustomer, Role};
use kontor_shared::money::{Currency, Money, Percent, Price, Quantity, VatMode};
use kontor_shared::orders::{LineReason, OrderAction, OrderState, Verdict, short_only};
use sqlx::AnyConnection;

use super::price::{Goods, Groups, is_taken};
use super::store::{self, EventRow, LineRow, OrderRow};
use crate::documents;
use crate::error::Result;
use crate::time::rfc3339;

/// The order in full.
pub async fn order(connection: &mut AnyConnection, goods: &Goods, row: OrderRow, role: Role) -> Result<api::Order> {
    let customer = match &row.customer_id {
        Some(id) => store::customer(connection, id).await?.map(|customer| (customer.id, customer.code, customer.name)),
        None => None,
    };
    let lines = store::lines(connection, &row.id).await?;
    let groups = groups(connection, goods, &row).await?;
    let events = store::events(connection, &row.id).await?;
    let documents = documents::of_order(connection, &row.id).await?;
    Ok(assemble(row, customer, lines, &groups, events, documents, role)?)
}

async fn groups(connection: &mut AnyConnection, goods: &Goods, row: &OrderRow) -> anyhow::Result<Groups> {
    let as_of = store::catalogue_as_of(connection, row.price_list).await?;
    let paths = goods.group_paths(connection, as_of).await?;
    let groups = store::groups(connection, &row.id, as_of.0).await?;
    Ok(groups.into_iter().filter_map(|(code, group)| Some((code, paths.get(&group)?.clone()))).collect())
}

/// The order from rows at hand; the customer as (id, code, name).
pub fn assemble(
    row: OrderRow,
    customer: Option<(String, String, String)>,
    lines: Vec<LineRow>,
    groups: &Groups,
    events: Vec<EventRow>,
    documents: Vec<api::DocumentInfo>,
    role: Role,
) -> anyhow::Result<api::Order> {
    let currency = currency(&row.currency)?;
    let amount = |minor: i64| Money::new(minor, currency).decimal();
    let state = state(&row.state)?;
    let lines = lines.into_iter().map(|line| order_line(line, groups, currency)).collect::<anyhow::Result<Vec<_>>>()?;
    let events = events.into_iter().map(event).collect::<anyhow::Result<Vec<_>>>()?;
    let count = |verdict: Verdict| lines.iter().filter(|line| line.verdict == verdict).count() as u32;
    let raised = lines.iter().any(|line| line.reason == Some(LineReason::PriceRose));
    let short = short_only(row.lacking.is_some(), lines.iter().map(|line| (line.verdict, line.reason)));
    Ok(api::Order {
        id: row.id.parse().context("stored order id")?,
        number: row.number,
        state,
        revision: row.revision,
        actions: actions(state, role, raised, short),
        customer: customer.map(|(id, code, name)| order_customer(&id, code, name)).transpose()?,
        ordered_at: rfc3339(row.ordered_at),
        price_list: row.price_list.map(u32::try_from).transpose().context("stored price list version")?,
        source: row.source,
        kind: row.kind,
        overlay: row.overlay,
        po_number: row.po_number,
        wanted_on: row.wanted_on,
        delivery_address: row.delivery_address,
        comment: row.comment,
        currency,
        vat_mode: VatMode::parse(&row.vat_mode).context("stored VAT mode")?,
        net: amount(row.net),
        vat: amount(row.vat),
        gross: amount(row.gross),
        lacking: row.lacking.filter(|_| state == OrderState::NeedsReview).map(amount),
        read: lines.len() as u32,
        accepted: count(Verdict::Accepted),
        changed: count(Verdict::Changed),
        refused: count(Verdict::Refused),
        lines,
        events,
        documents,
    })
}

/// What a role may do with an order now, by the one transition table.
fn actions(state: OrderState, role: Role, raised: bool, short: bool) -> Vec<String> {
    let legal = |action: OrderAction| state.after(action).is_some();
    let sales = matches!(role, Role::Sales | Role::Admin);
    let buyer = role == Role::Buyer;
    [
        ("answer", buyer && raised && legal(OrderAction::Answer)),
        ("cancel", buyer && legal(OrderAction::Cancel)),
        ("confirm", sales && (legal(OrderAction::Confirm) || short && legal(OrderAction::ConfirmShort))),
        ("refuse", sales && legal(OrderAction::Refuse)),
    ]
    .into_iter()
    .filter(|(_, may)| *may)
    .map(|(name, _)| name.to_string())
    .collect()
}

pub fn currency(code: &str) -> anyhow::Result<Currency> {
    code.parse().map_err(|error| anyhow::anyhow!("stored currency: {error}"))
}

pub fn state(word: &str) -> anyhow::Result<OrderState> {
    OrderState::parse(word).context("stored order state")
}

pub fn order_customer(id: &str, code: String, name: String) -> anyhow::Result<OrderCustomer> {
    Ok(OrderCustomer { id: id.parse().context("stored customer id")?, code, name })
}

fn order_line(line: LineRow, groups: &Groups, currency: Currency) -> anyhow::Result<api::OrderLine> {
    Ok(api::OrderLine {
        group: groups.get(&line.product_code).filter(|_| is_taken(&line)).map(|path| path.to_vec()).unwrap_or_default(),
        code: line.product_code,
        name: line.name,
        unit: line.unit,
        quantity: Quantity::from_raw(line.quantity),
        shown_price: line.shown_price.map(Price::from_raw),
        price: line.price.map(Price::from_raw),
        vat_rate: Percent::from_raw(line.vat_rate),
        amount: Money::new(line.amount, currency).decimal(),
        verdict: Verdict::parse(&line.verdict).context("stored verdict")?,
        reason: line.reason.map(|word| LineReason::parse(&word).context("stored line reason")).transpose()?,
    })
}

fn event(row: EventRow) -> anyhow::Result<api::OrderEvent> {
    Ok(api::OrderEvent { at: rfc3339(row.at), state: state(&row.state)?, by: row.by_role, note: row.note })
}
