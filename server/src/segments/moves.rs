//! Who went from one segment to another between two kept days, and what they bought in the year before: the answer to
//! "who became former this quarter".

use std::collections::HashMap;

use anyhow::Context;
use axum::extract::State;
use kontor_shared::api::segments::{Bought, SegmentDay, SegmentMove, SegmentMoves};
use kontor_shared::money::{Currency, Money, Quantity};
use kontor_shared::segments::{Segment, year_before};
use serde::Deserialize;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::history::{self, Snapshot};
use super::{explained, field};
use crate::AppState;
use crate::db::placeholders;
use crate::error::{AppError, Result};
use crate::extract::{Json, Query};
use crate::firm::FirmSettings;

/// Moves one answer holds.
const PAGE: usize = 50;
/// Goods told of one customer in a list.
const GOODS_TOLD: usize = 3;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    /// Days that are kept; the last two where they are not named.
    from: Option<String>,
    to: Option<String>,
    out_of: Option<String>,
    into: Option<String>,
    /// How many rows came before.
    after: Option<String>,
}

/// Moves of a whole question, before they are cut into pages.
pub struct Found {
    pub from: Snapshot,
    pub to: Snapshot,
    pub currency: Currency,
    moves: Vec<Row>,
    amounts: HashMap<String, i64>,
}

crate::row! {
    struct Row {
        id: String,
        code: String,
        name: String,
        before_segment: Option<String>,
        segment: String,
        orders_before: Option<i64>,
        orders_after: i64,
        orders_ever: i64,
        last_order: Option<String>,
    }
}

fn missing() -> AppError {
    AppError::Missing { code: "no_segment_history" }
}

/// Reads both days and everybody who moved, the largest amount first.
pub async fn find(connection: &mut AnyConnection, firm: &FirmSettings, asked: &Asked) -> Result<Found> {
    let out_of = field("out_of", &asked.out_of, Segment::parse)?;
    let into = field("into", &asked.into, Segment::parse)?;
    let (period, mode) = (firm.segment_period, firm.segment_mode);
    let mut last = history::newest(connection, period, mode, 2).await?;
    let to = match asked.to.as_deref().filter(|day| !day.is_empty()) {
        Some(day) => history::of_day(connection, period, mode, day).await?.ok_or_else(missing)?,
        None => last.pop().ok_or_else(missing)?,
    };
    let from = match asked.from.as_deref().filter(|day| !day.is_empty()) {
        Some(day) => history::of_day(connection, period, mode, day).await?.ok_or_else(missing)?,
        None => last.pop().ok_or_else(missing)?,
    };
    if from.as_of >= to.as_of {
        return Err(AppError::invalid_field("invalid_value", "from", "the first day is not before the second"));
    }
    let moves = moved(connection, &from.id, &to.id, out_of, into).await?;
    let ids: Vec<&str> = moves.iter().map(|row| row.id.as_str()).collect();
    let amounts = amounts(connection, &ids, &year_before(&to.as_of).context("stored day")?, &to.as_of, firm.currency).await?;
    let mut found = Found { from, to, currency: firm.currency, moves, amounts };
    let Found { moves, amounts, .. } = &mut found;
    let spent = |id: &str| amounts.get(id).copied().unwrap_or(0);
    moves.sort_by(|one, other| spent(&other.id).cmp(&spent(&one.id)).then_with(|| one.code.cmp(&other.code)));
    Ok(found)
}

async fn moved(connection: &mut AnyConnection, from: &str, to: &str, out_of: Option<Segment>, into: Option<Segment>) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "SELECT c.id, c.code, c.name, a.segment AS before_segment, b.segment, a.orders_in_period AS orders_before, b.orders_in_period AS orders_after, \
         b.orders_ever, b.last_order FROM segment_verdicts b JOIN customers c ON c.id = b.customer_id \
         LEFT JOIN segment_verdicts a ON a.snapshot_id = $1 AND a.customer_id = b.customer_id \
         WHERE b.snapshot_id = $2 AND COALESCE(a.segment, '') <> b.segment AND ($3 = '' OR a.segment = $3) AND ($4 = '' OR b.segment = $4)",
    )
    .bind(from)
    .bind(to)
    .bind(out_of.map_or("", Segment::word))
    .bind(into.map_or("", Segment::word))
    .fetch_all(connection)
    .await
}

const COUNTED: &str = "o.kind = 'sale' AND o.counted = 1 AND o.state NOT IN ('draft', 'cancelled', 'refused') AND o.currency = $1 \
     AND o.ordered_day >= $2 AND o.ordered_day < $3";

/// What each spent without VAT between two days.
async fn amounts(connection: &mut AnyConnection, customers: &[&str], from: &str, to: &str, currency: Currency) -> sqlx::Result<HashMap<String, i64>> {
    let mut amounts = HashMap::new();
    for some in customers.chunks(500) {
        let sql = format!(
            "SELECT o.customer_id, COALESCE(CAST(SUM(o.net) AS BIGINT), 0) FROM orders o WHERE {COUNTED} AND o.customer_id IN ({}) GROUP BY o.customer_id",
            placeholders(4, some.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(currency.code()).bind(from).bind(to);
        for customer in some {
            query = query.bind(*customer);
        }
        let rows: Vec<(String, i64)> = query.fetch_all(&mut *connection).await?;
        amounts.extend(rows);
    }
    Ok(amounts)
}

crate::row! {
    struct GoodsRow { customer_id: String, code: String, name: String, quantity: i64, amount: i64, last: String }
}

/// What each bought between two days, by customer, the largest amount first.
async fn goods(connection: &mut AnyConnection, customers: &[&str], from: &str, to: &str, currency: Currency) -> sqlx::Result<HashMap<String, Vec<GoodsRow>>> {
    let mut goods: HashMap<String, Vec<GoodsRow>> = HashMap::new();
    for some in customers.chunks(200) {
        let sql = format!(
            "SELECT o.customer_id, l.product_code AS code, MAX(l.name) AS name, COALESCE(CAST(SUM(l.quantity) AS BIGINT), 0) AS quantity, \
             COALESCE(CAST(SUM(l.amount) AS BIGINT), 0) AS amount, MAX(o.ordered_day) AS last FROM orders o JOIN order_lines l ON l.order_id = o.id \
             WHERE {COUNTED} AND l.verdict <> 'refused' AND o.customer_id IN ({}) GROUP BY o.customer_id, l.product_code",
            placeholders(4, some.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(currency.code()).bind(from).bind(to);
        for customer in some {
            query = query.bind(*customer);
        }
        let rows: Vec<GoodsRow> = query.fetch_all(&mut *connection).await?;
        for row in rows {
            goods.entry(row.customer_id.clone()).or_default().push(row);
        }
    }
    for of in goods.values_mut() {
        of.sort_by(|one, other| other.amount.cmp(&one.amount).then_with(|| one.code.cmp(&other.code)));
    }
    Ok(goods)
}

impl Found {
    pub fn total(&self) -> usize {
        self.moves.len()
    }

    /// Some of the moves in full, each with at most `told` goods.
    pub async fn part(&self, connection: &mut AnyConnection, range: std::ops::Range<usize>, told: usize) -> anyhow::Result<Vec<SegmentMove>> {
        let rows = self.moves.get(range.start.min(self.total())..range.end.min(self.total())).unwrap_or_default();
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let mut goods = goods(connection, &ids, &year_before(&self.to.as_of).context("stored day")?, &self.to.as_of, self.currency).await?;
        let money = |minor: i64| Money::new(minor, self.currency).decimal();
        rows.iter()
            .map(|row| {
                let bought = goods.remove(&row.id).unwrap_or_default().into_iter().take(told);
                let bought = bought.map(|one| Bought {
                    code: one.code,
                    name: one.name,
                    quantity: Quantity::from_raw(one.quantity).to_string(),
                    amount: money(one.amount),
                    last: one.last,
                });
                Ok(SegmentMove {
                    id: row.id.parse().context("stored customer id")?,
                    customer: row.code.clone(),
                    name: row.name.clone(),
                    before: row.before_segment.as_deref().map(|word| Segment::parse(word).context("stored segment")).transpose()?,
                    after: Segment::parse(&row.segment).context("stored segment")?,
                    orders_before: row.orders_before.unwrap_or(0) as u32,
                    orders_after: row.orders_after as u32,
                    orders_ever: row.orders_ever as u32,
                    last_order: row.last_order.clone(),
                    amount: money(self.amounts.get(&row.id).copied().unwrap_or(0)),
                    bought: bought.collect(),
                })
            })
            .collect()
    }
}

fn day(snapshot: &Snapshot) -> anyhow::Result<SegmentDay> {
    let rule = snapshot.rule()?;
    let explained = explained(&rule).context("a snapshot's period lies outside the calendar")?;
    Ok(SegmentDay {
        snapshot: snapshot.id.clone(),
        as_of: explained.as_of,
        period_from: explained.period_from,
        period_to: explained.period_to,
        regular_from: rule.regular_from,
    })
}

/// `GET /api/segments/moves`
pub async fn list(State(state): State<AppState>, Query(asked): Query<Asked>) -> Result<Json<SegmentMoves>> {
    let firm = state.firm().await?;
    let start = field("after", &asked.after, |text| text.parse::<usize>().ok())?.unwrap_or(0);
    let mut connection = state.db.read().await?;
    let found = find(&mut connection, &firm, &asked).await?;
    let moves = found.part(&mut connection, start..start.saturating_add(PAGE), GOODS_TOLD).await?;
    let end = start.saturating_add(moves.len());
    Ok(Json(SegmentMoves {
        from: day(&found.from)?,
        to: day(&found.to)?,
        currency: found.currency,
        total: found.total() as u64,
        moves,
        next: (end < found.total()).then(|| end.to_string()),
    }))
}
