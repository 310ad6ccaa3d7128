//! What staff see beside an order: where it came from, the scans kept with it, and what is odd about it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Context;
use axum::extract::{Path, State};
use kontor_shared::api::entry::{Dismissed, MailingRef, NameOddity, OddityView, OrderBackground, OrderOrigin, OriginMail};
use kontor_shared::audit::Action;
use kontor_shared::ids::OrderId;
use kontor_shared::money::{Price, Quantity};
use kontor_shared::orders::OrderState;
use kontor_shared::orders::odd::{self, DOUBLE_WITHIN_MS, LOOK_BACK, Line, OddKind, Oddity, Other};
use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::price::is_taken;
use super::store::{self, OrderRow};
use super::{change, origins, papers, view};
use crate::auth::{Identity, Staff};
use crate::db::placeholders;
use crate::error::{AppError, Result};
use crate::extract::{Json, bounded_text, id_in_path};
use crate::time::rfc3339;
use crate::{AppState, audit, catalog};

/// `GET /api/orders/{id}/background`
pub async fn show(State(state): State<AppState>, Staff(_): Staff, Path(id): Path<String>) -> Result<Json<OrderBackground>> {
    let id: OrderId = id_in_path(&id)?;
    let row = store::order(&mut *state.db.read().await?, &id.to_string()).await?.ok_or(AppError::NotFound)?;
    of(&state, &row).await.map(Json)
}

/// What stands beside an order.
pub async fn of(state: &AppState, row: &OrderRow) -> Result<OrderBackground> {
    let mut connection = state.db.read().await?;
    let origin = match origins::of_order(&mut connection, &row.id).await? {
        None => None,
        Some(origin) => Some(OrderOrigin {
            mailing: origin.mailing_id.zip(origin.mailing).map(|(id, name)| MailingRef { id, name }),
            form_id: origin.form_id,
            received_on: origin.received_on,
            account: origin.account.map(|text| serde_json::from_str(&text).context("stored account of a sheet")).transpose()?,
            mail: mail(&mut connection, &row.id).await?,
        }),
    };
    let papers = papers::of_order(&mut connection, &row.id).await?;
    let waits = matches!(view::state(&row.state)?, OrderState::Submitted | OrderState::NeedsReview);
    let oddities = if waits && row.kind == "sale" { oddities(&mut connection, row).await? } else { Vec::new() };
    Ok(OrderBackground { origin, papers, oddities })
}

/// The message an order came by, the first of several that say the same.
async fn mail(connection: &mut AnyConnection, order: &str) -> sqlx::Result<Option<OriginMail>> {
    let found: Option<(String, String)> = sqlx::query_as(
        "SELECT m.id, m.text FROM incoming_files f JOIN incoming_mails m ON m.id = f.mail_id WHERE f.order_id = $1 ORDER BY m.received_at, m.id LIMIT 1",
    )
    .bind(order)
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|(id, text)| OriginMail { id, text }))
}

async fn oddities(connection: &mut AnyConnection, row: &OrderRow) -> Result<Vec<OddityView>> {
    let Some(customer) = &row.customer_id else { return Ok(Vec::new()) };
    let orders = others(connection, customer, row).await?;
    let own: Vec<store::LineRow> = store::lines(connection, &row.id).await?.into_iter().filter(is_taken).collect();
    let mut codes: Vec<&str> = own.iter().map(|line| line.product_code.as_str()).collect();
    codes.extend(orders.iter().flat_map(|other| other.lines.keys()).map(String::as_str));
    codes.sort_unstable();
    codes.dedup();
    let seq = catalog::store::visible_seq(connection).await?;
    let facts = facts(connection, seq, &codes).await?;
    let line = |line: &store::LineRow| {
        let facts = facts.get(&line.product_code);
        Line {
            code: line.product_code.clone(),
            group: facts.map(|facts| facts.group_code.clone()).unwrap_or_default(),
            quantity: Quantity::from_raw(line.quantity),
            shown: line.shown_price.map(Price::from_raw),
            price: line.price.map(Price::from_raw),
            stock: facts.and_then(|facts| facts.stock).map(Quantity::from_raw),
        }
    };
    let lines: Vec<Line> = own.iter().map(line).collect();
    let before = orders.iter().filter(|other| other.at_ms < row.ordered_at).flat_map(|other| other.lines.keys());
    let mut known: BTreeSet<String> = before.filter_map(|code| facts.get(code)).map(|facts| facts.group_code.clone()).collect();
    // Most orders are of groups ordered lately; of the others alone the whole history is asked.
    let unknown: BTreeSet<&str> = lines.iter().map(|line| line.group.as_str()).filter(|group| !group.is_empty() && !known.contains(*group)).collect();
    known.extend(ever_ordered(connection, customer, row, seq, &unknown).await?);
    let found = odd::oddities(row.ordered_at, &lines, &orders, &known, row.lacking.is_some());
    let dismissed = dismissed(connection, &row.id).await?;
    let paths = if found.iter().any(|oddity| oddity.kind == OddKind::NewGroup) { catalog::group_paths(connection, seq).await? } else { HashMap::new() };
    let numbers: HashMap<String, String> = numbers(connection, &found).await?;
    let name = |oddity: &Oddity| match oddity.kind {
        OddKind::BelowMinimum => String::new(),
        OddKind::PossibleDouble => numbers.get(&oddity.subject).cloned().unwrap_or_default(),
        OddKind::NewGroup => paths.get(&oddity.subject).map(|path| path.join(" › ")).unwrap_or_default(),
        _ => {
            let as_ordered = own.iter().find(|line| line.product_code == oddity.subject).map(|line| line.name.clone());
            as_ordered.or_else(|| facts.get(&oddity.subject).map(|facts| facts.name.clone())).unwrap_or_default()
        }
    };
    let view = |oddity: Oddity| OddityView {
        name: name(&oddity),
        dismissed: dismissed.get(&(oddity.kind.word().to_string(), oddity.subject.clone())).cloned(),
        kind: oddity.kind,
        subject: oddity.subject,
        quantity: oddity.quantity,
        beside: oddity.beside,
        shown: oddity.shown,
        price: oddity.price,
    };
    Ok(found.into_iter().map(view).collect())
}

crate::row! {
    struct OtherLine {
        order_id: String,
        product_code: String,
        quantity: i64,
    }
}

/// Of a customer ($1) whatever it ordered besides the order ($2).
const OTHERS: &str = "o.customer_id = $1 AND o.id <> $2 AND o.kind = 'sale' AND o.state NOT IN ('cancelled', 'refused')";

/// The customer's orders before this one, and those placed since as far as they may be the same; the newest first.
async fn others(connection: &mut AnyConnection, customer: &str, row: &OrderRow) -> sqlx::Result<Vec<Other>> {
    let since = format!(
        "SELECT o.id, o.ordered_at FROM orders o WHERE {OTHERS} AND o.ordered_at >= $3 AND o.ordered_at <= $4 ORDER BY o.ordered_at, o.id LIMIT {LOOK_BACK}"
    );
    let mut orders: Vec<(String, i64)> = sqlx::query_as(AssertSqlSafe(since))
        .bind(customer)
        .bind(&row.id)
        .bind(row.ordered_at)
        .bind(row.ordered_at + DOUBLE_WITHIN_MS)
        .fetch_all(&mut *connection)
        .await?;
    orders.reverse();
    // By themselves: an order that waited while newer ones came has as many before it as any.
    let before =
        format!("SELECT o.id, o.ordered_at FROM orders o WHERE {OTHERS} AND o.ordered_at < $3 ORDER BY o.ordered_at DESC, o.id DESC LIMIT {LOOK_BACK}");
    let before: Vec<(String, i64)> =
        sqlx::query_as(AssertSqlSafe(before)).bind(customer).bind(&row.id).bind(row.ordered_at).fetch_all(&mut *connection).await?;
    orders.extend(before);
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT order_id, product_code, quantity FROM order_lines WHERE verdict <> 'refused' AND quantity > 0 AND order_id IN ({})",
        placeholders(1, orders.len())
    );
    let mut query = sqlx::query_as::<_, OtherLine>(AssertSqlSafe(sql));
    for (id, _) in &orders {
        query = query.bind(id);
    }
    let mut lines: HashMap<String, BTreeMap<String, Quantity>> = HashMap::new();
    for line in query.fetch_all(connection).await? {
        let of_order = lines.entry(line.order_id).or_default();
        let sum = of_order.entry(line.product_code).or_insert(Quantity::ZERO);
        *sum = Quantity::from_raw(sum.raw().saturating_add(line.quantity));
    }
    let other = |(id, at_ms): (String, i64)| Other { lines: lines.remove(&id).unwrap_or_default(), id, at_ms };
    Ok(orders.into_iter().map(other).collect())
}

/// Of these groups, as the catalogue has them now, those of which the customer ever ordered anything before this order.
async fn ever_ordered(connection: &mut AnyConnection, customer: &str, row: &OrderRow, seq: i64, groups: &BTreeSet<&str>) -> sqlx::Result<Vec<String>> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT DISTINCT r.group_code FROM products p JOIN product_revisions r ON r.product_id = p.id \
             AND r.seq = (SELECT MAX(x.seq) FROM product_revisions x WHERE x.product_id = p.id AND x.seq <= $4) \
         WHERE p.code IN (SELECT l.product_code FROM orders o JOIN order_lines l ON l.order_id = o.id \
             WHERE {OTHERS} AND o.ordered_at < $3 AND l.verdict <> 'refused' AND l.quantity > 0) AND r.group_code IN ({})",
        placeholders(5, groups.len())
    );
    let mut query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).bind(customer).bind(&row.id).bind(row.ordered_at).bind(seq);
    for group in groups {
        query = query.bind(*group);
    }
    query.fetch_all(connection).await
}

crate::row! {
    struct Facts {
        code: String,
        name: String,
        group_code: String,
        stock: Option<i64>,
    }
}

/// What the catalogue says of products now.
async fn facts(connection: &mut AnyConnection, seq: i64, codes: &[&str]) -> sqlx::Result<HashMap<String, Facts>> {
    const CHUNK: usize = 500;
    let mut found = HashMap::with_capacity(codes.len());
    for chunk in codes.chunks(CHUNK) {
        let sql = format!(
            "SELECT p.code, r.name, r.group_code, r.stock FROM products p JOIN product_revisions r ON r.product_id = p.id \
                 AND r.seq = (SELECT MAX(x.seq) FROM product_revisions x WHERE x.product_id = p.id AND x.seq <= $1) \
             WHERE p.code IN ({})",
            placeholders(2, chunk.len())
        );
        let mut query = sqlx::query_as::<_, Facts>(AssertSqlSafe(sql)).bind(seq);
        for code in chunk {
            query = query.bind(*code);
        }
        found.extend(query.fetch_all(&mut *connection).await?.into_iter().map(|facts| (facts.code.clone(), facts)));
    }
    Ok(found)
}

/// Numbers of the orders this one may be a double of.
async fn numbers(connection: &mut AnyConnection, found: &[Oddity]) -> sqlx::Result<HashMap<String, String>> {
    let mut numbers = HashMap::new();
    for oddity in found.iter().filter(|oddity| oddity.kind == OddKind::PossibleDouble) {
        let number: Option<String> =
            sqlx::query_scalar("SELECT number FROM orders WHERE id = $1").bind(&oddity.subject).fetch_optional(&mut *connection).await?;
        numbers.extend(number.map(|number| (oddity.subject.clone(), number)));
    }
    Ok(numbers)
}

/// Who dismissed what, and when, by kind and subject.
async fn dismissed(connection: &mut AnyConnection, order: &str) -> sqlx::Result<HashMap<(String, String), Dismissed>> {
    let rows: Vec<(String, String, i64, String)> =
        sqlx::query_as("SELECT kind, subject, at, actor FROM oddities_dismissed WHERE order_id = $1").bind(order).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(kind, subject, at, by)| ((kind, subject), Dismissed { at: rfc3339(at), by })).collect())
}

/// What the audit trail keeps.
#[derive(Serialize)]
struct Named {
    kind: &'static str,
    subject: String,
}

/// `POST /api/orders/{id}/oddities/dismiss`: it has been looked at. Repeats harmlessly.
pub async fn dismiss(State(state): State<AppState>, Staff(who): Staff, Path(id): Path<String>, Json(named): Json<NameOddity>) -> Result<Json<OrderBackground>> {
    set_dismissed(&state, &who, &id, &named, true).await
}

/// `POST /api/orders/{id}/oddities/recall`: takes that back.
pub async fn recall(State(state): State<AppState>, Staff(who): Staff, Path(id): Path<String>, Json(named): Json<NameOddity>) -> Result<Json<OrderBackground>> {
    set_dismissed(&state, &who, &id, &named, false).await
}

async fn set_dismissed(state: &AppState, who: &Identity, id: &str, named: &NameOddity, is_dismissed: bool) -> Result<Json<OrderBackground>> {
    let id: OrderId = id_in_path(id)?;
    bounded_text("/subject", &named.subject, 100, false)?;
    let mut tx = state.db.write_tx().await?;
    let row = change::locked(&mut tx, state, who, id).await?;
    let told = oddities(&mut tx, &row).await?;
    let one = told.iter().find(|one| one.kind == named.kind && one.subject == named.subject);
    let one = one.ok_or_else(|| AppError::conflict("not_odd", "nothing of that kind is odd about the order now"))?;
    if one.dismissed.is_some() != is_dismissed {
        let (kind, now) = (named.kind.word(), state.clock.now_ms());
        if is_dismissed {
            sqlx::query("INSERT INTO oddities_dismissed (order_id, kind, subject, at, actor) VALUES ($1, $2, $3, $4, $5)")
                .bind(&row.id)
                .bind(kind)
                .bind(&named.subject)
                .bind(now)
                .bind(who.actor())
                .execute(&mut *tx)
                .await?;
        } else {
            sqlx::query("DELETE FROM oddities_dismissed WHERE order_id = $1 AND kind = $2 AND subject = $3")
                .bind(&row.id)
                .bind(kind)
                .bind(&named.subject)
                .execute(&mut *tx)
                .await?;
        }
        let action = if is_dismissed { Action::OrderOddityDismiss } else { Action::OrderOddityRecall };
        audit::record(&mut tx, &state.clock, &who.actor(), action, &row.id, None, Some(&Named { kind, subject: named.subject.clone() })).await?;
    }
    tx.commit().await?;
    of(state, &row).await.map(Json)
}
