//! Orders: the sums, by the rule that made them, and the way from state to state.

use std::collections::HashSet;

use futures_util::TryStreamExt as _;
use kontor_shared::money::{Currency, Percent, Price, Quantity, VatMethod, VatMode, line_amount};
use kontor_shared::orders::{LineReason, OrderAction, OrderState, Verdict};
use sqlx::AnyConnection;

use super::Found;
use crate::firm::{self, FirmSettings};
use crate::orders::price;
use crate::orders::store::LineRow;

crate::row! {
    struct OrderedLine {
        number: String,
        currency: String,
        vat_mode: String,
        vat_method: String,
        net: i64,
        vat: i64,
        gross: i64,
        quantity: i64,
        price: Option<i64>,
        vat_rate: i64,
        amount: i64,
        verdict: String,
        reason: Option<String>,
    }
}

impl OrderedLine {
    /// The line by itself: a price and the amount of it where it was taken, nothing where it was refused.
    fn holds(&self) -> bool {
        let (Ok(currency), Some(verdict)) = (self.currency.parse::<Currency>(), Verdict::parse(&self.verdict)) else { return false };
        if self.reason.as_deref().is_some_and(|reason| LineReason::parse(reason).is_none()) {
            return false;
        }
        match (verdict, self.price) {
            (Verdict::Refused, _) => self.amount == 0 && self.reason.is_some(),
            (_, None) => false,
            (_, Some(price)) => {
                let right = line_amount(Quantity::from_raw(self.quantity), Price::from_raw(price), Percent::ZERO, currency);
                right.is_ok_and(|right| right.minor == self.amount)
            }
        }
    }

    fn row(&self) -> LineRow {
        LineRow {
            line_no: 0,
            product_code: String::new(),
            name: String::new(),
            unit: String::new(),
            quantity: self.quantity,
            shown_price: None,
            price: self.price,
            vat_rate: self.vat_rate,
            amount: self.amount,
            verdict: self.verdict.clone(),
            reason: None,
        }
    }
}

/// Amounts of lines and totals of orders.
pub async fn totals(connection: &mut AnyConnection) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut rows = sqlx::query_as::<_, OrderedLine>(
        "SELECT o.number, o.currency, o.vat_mode, o.vat_method, o.net, o.vat, o.gross, l.quantity, l.price, l.vat_rate, l.amount, l.verdict, l.reason \
         FROM orders o JOIN order_lines l ON l.order_id = o.id ORDER BY o.id, l.line_no",
    )
    .fetch(connection);
    let mut order: Vec<OrderedLine> = Vec::new();
    while let Some(line) = rows.try_next().await? {
        if order.first().is_some_and(|first| first.number != line.number) {
            sum(&mut found, &order);
            order.clear();
        }
        order.push(line);
    }
    if !order.is_empty() {
        sum(&mut found, &order);
    }
    Ok(found)
}

fn sum(found: &mut Found, lines: &[OrderedLine]) {
    let first = &lines[0];
    let right = || {
        let (currency, mode, method) = (first.currency.parse().ok()?, VatMode::parse(&first.vat_mode)?, VatMethod::parse(&first.vat_method)?);
        let rows: Vec<LineRow> = lines.iter().map(OrderedLine::row).collect();
        let totals = price::totals_of(&rows, currency, mode, method).ok()?;
        Some((totals.net.minor, totals.vat.minor, totals.gross.minor) == (first.net, first.vat, first.gross))
    };
    found.hold(right() == Some(true) && lines.iter().all(OrderedLine::holds), || first.number.clone());
}

crate::row! {
    struct Event {
        number: String,
        stands: String,
        revision: i64,
        no: i64,
        at: i64,
        state: String,
        by_role: String,
    }
}

/// Events of each order: numbered from one, in the order of time, from state to state by the one table, ending where the
/// order stands.
pub async fn events(connection: &mut AnyConnection) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut rows = sqlx::query_as::<_, Event>(
        "SELECT o.number, o.state AS stands, o.revision, e.no, e.at, e.state, e.by_role FROM orders o JOIN order_events e ON e.order_id = o.id ORDER BY o.id, e.no",
    )
    .fetch(connection);
    let mut events: Vec<Event> = Vec::new();
    while let Some(event) = rows.try_next().await? {
        if events.first().is_some_and(|first| first.number != event.number) {
            found.hold(follow(&events), || events[0].number.clone());
            events.clear();
        }
        events.push(event);
    }
    if !events.is_empty() {
        found.hold(follow(&events), || events[0].number.clone());
    }
    Ok(found)
}

fn follow(events: &[Event]) -> bool {
    let mut stands: Option<OrderState> = None;
    for (at, event) in events.iter().enumerate() {
        let Some(state) = OrderState::parse(&event.state) else { return false };
        let legal = match stands {
            // The history comes in as it ended.
            None if event.by_role == "import" => state == OrderState::Closed,
            None => leads(OrderState::Draft, state),
            Some(before) => leads(before, state),
        };
        let in_time = at == 0 || events[at - 1].at <= event.at;
        if !legal || !in_time || event.no != at as i64 + 1 {
            return false;
        }
        stands = Some(state);
    }
    let last = &events[events.len() - 1];
    last.state == last.stands && last.revision >= events.len() as i64
}

fn leads(from: OrderState, to: OrderState) -> bool {
    use OrderAction as A;
    let all = [A::Submit, A::AskBuyer, A::Answer, A::Confirm, A::ConfirmShort, A::ShipPart, A::ShipRest, A::Close, A::Cancel, A::Refuse];
    all.into_iter().any(|action| from.after(action) == Some(to))
        // The buyer dropped every line that was left.
        || (from, to) == (OrderState::NeedsReview, OrderState::Cancelled)
}

crate::row! {
    struct Asked {
        number: String,
        source: String,
        currency: String,
        vat_mode: String,
        net: i64,
        gross: i64,
        lacking: Option<i64>,
        first: String,
        verdict: String,
        reason: Option<String>,
    }
}

/// Orders began where the rule of taking them in says, and what they lacked was lacking of a least amount that held once.
pub async fn lacking(connection: &mut AnyConnection) -> anyhow::Result<Found> {
    let settings = firm::store::held_since(connection, 0).await?;
    let least: HashSet<(String, i64)> =
        settings.iter().filter_map(FirmSettings::least_order).map(|least| (least.currency.code().to_string(), least.minor)).collect();
    let mut found = Found::default();
    let mut rows = sqlx::query_as::<_, Asked>(
        "SELECT o.number, o.source, o.currency, o.vat_mode, o.net, o.gross, o.lacking, e.state AS first, l.verdict, l.reason \
         FROM orders o JOIN order_events e ON e.order_id = o.id AND e.no = 1 JOIN order_lines l ON l.order_id = o.id ORDER BY o.id, l.line_no",
    )
    .fetch(connection);
    let mut order: Vec<Asked> = Vec::new();
    while let Some(line) = rows.try_next().await? {
        if order.first().is_some_and(|first| first.number != line.number) {
            found.hold(asks_rightly(&order, &least), || order[0].number.clone());
            order.clear();
        }
        order.push(line);
    }
    if !order.is_empty() {
        found.hold(asks_rightly(&order, &least), || order[0].number.clone());
    }
    Ok(found)
}

fn asks_rightly(lines: &[Asked], least: &HashSet<(String, i64)>) -> bool {
    let first = &lines[0];
    // The history comes in as it ended, whatever was asked then.
    if first.source != "page" {
        return first.lacking.is_none();
    }
    let has = |reason: LineReason| lines.iter().any(|line| line.reason.as_deref() == Some(reason.word()));
    let dropped = has(LineReason::RiseDropped);
    let taken = dropped || lines.iter().any(|line| line.verdict != Verdict::Refused.word());
    let rose = dropped || has(LineReason::PriceRose) || has(LineReason::RiseAccepted);
    let asked = first.lacking.is_some() || rose || !taken;
    if asked != (first.first == OrderState::NeedsReview.word()) {
        return false;
    }
    let Some(lacking) = first.lacking else { return true };
    let amount = match VatMode::parse(&first.vat_mode) {
        Some(VatMode::Net) => first.net,
        Some(VatMode::Gross) => first.gross,
        None => return false,
    };
    // Dropped lines counted when it came in, and are out of the sums by now.
    lacking > 0 && taken && (dropped || least.contains(&(first.currency.clone(), lacking.saturating_add(amount))))
}
