//! Lists of orders: newest first, a page at a time, with counts by state.

use kontor_shared::api::{OrderPage, OrderSummary, StateCount};
use kontor_shared::money::Money;
use kontor_shared::orders::OrderState;
use serde::Deserialize;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::view;
use crate::auth::Identity;
use crate::error::{AppError, Result};
use crate::time::rfc3339;

/// Rows of a page.
const PAGE: usize = 50;

#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    /// One state.
    state: Option<String>,
    /// Staff: a customer's id or code.
    customer: Option<String>,
    /// `true`: only orders somebody has something to do with.
    open: Option<bool>,
    /// A number, the customer's own order number or code, or how its name begins.
    q: Option<String>,
    after: Option<String>,
}

crate::row! {
    struct SummaryRow {
        id: String,
        number: String,
        state: String,
        revision: i64,
        kind: String,
        source: String,
        ordered_at: i64,
        po_number: String,
        line_count: i64,
        gross: i64,
        currency: String,
        customer_id: Option<String>,
        customer_code: Option<String>,
        customer_name: Option<String>,
    }
}

enum Value {
    Text(String),
    Int(i64),
}

/// A WHERE clause in the making; the texts are literals, the values are bound.
struct Where {
    sql: String,
    values: Vec<Value>,
}

impl Where {
    /// Adds `text` with each `$?` replaced by the place of the next value.
    fn and(&mut self, text: &str, values: Vec<Value>) {
        let mut parts = text.split("$?");
        self.sql.push_str(" AND ");
        self.sql.push_str(parts.next().unwrap_or(""));
        for (value, part) in values.into_iter().zip(parts) {
            self.values.push(value);
            self.sql.push_str(&format!("${}{part}", self.values.len()));
        }
    }
}

/// What a caller may see at all.
fn visible(who: &Identity) -> Where {
    let mut condition = Where { sql: "1 = 1".into(), values: Vec::new() };
    if !who.role.is_staff() {
        let customer = who.customer.map(|id| id.to_string()).unwrap_or_default();
        condition.and("o.customer_id = $? AND o.kind = 'sale'", vec![Value::Text(customer)]);
    }
    condition
}

/// `GET /api/orders`
pub async fn page(connection: &mut AnyConnection, who: &Identity, filter: &Filter, now: i64) -> Result<OrderPage> {
    let mut condition = visible(who);
    let counts = counts(connection, visible(who)).await?;
    narrow(&mut condition, filter)?;
    let sql = format!(
        "SELECT o.id, o.number, o.state, o.revision, o.kind, o.source, o.ordered_at, o.po_number, o.line_count, o.gross, o.currency, \
         c.id AS customer_id, c.code AS customer_code, c.name AS customer_name \
         FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE {} ORDER BY o.ordered_at DESC, o.id DESC LIMIT {}",
        condition.sql,
        PAGE + 1
    );
    let mut query = sqlx::query_as::<_, SummaryRow>(AssertSqlSafe(sql));
    for value in condition.values {
        query = match value {
            Value::Text(text) => query.bind(text),
            Value::Int(number) => query.bind(number),
        };
    }
    let mut rows = query.fetch_all(connection).await?;
    let next = (rows.len() > PAGE).then(|| format!("{}_{}", rows[PAGE - 1].ordered_at, rows[PAGE - 1].id));
    rows.truncate(PAGE);
    let orders = rows.into_iter().map(|row| summary(row, now)).collect::<anyhow::Result<_>>()?;
    Ok(OrderPage { orders, next, counts })
}

fn narrow(condition: &mut Where, filter: &Filter) -> Result<()> {
    if let Some(word) = filter.state.as_deref().filter(|word| !word.is_empty()) {
        let state = OrderState::parse(word).ok_or_else(|| AppError::invalid_field("unknown_state", "state", "no such order state"))?;
        condition.and("o.state = $?", vec![Value::Text(state.word().into())]);
    }
    if filter.open == Some(true) {
        let open: Vec<String> = OrderState::ALL.into_iter().filter(|state| state.is_open()).map(|state| format!("'{}'", state.word())).collect();
        condition.and(&format!("o.state IN ({})", open.join(", ")), Vec::new());
    }
    if let Some(key) = filter.customer.as_deref().filter(|key| !key.is_empty()) {
        let key = || Value::Text(key.chars().take(64).collect());
        condition.and("o.customer_id IN (SELECT id FROM customers WHERE id = $? OR code = $?)", vec![key(), key()]);
    }
    if let Some(asked) = filter.q.as_deref().map(str::trim).filter(|asked| !asked.is_empty()) {
        let asked: String = asked.chars().filter(|c| !c.is_control()).take(64).collect();
        let folded = crate::customers::fold(&asked);
        let length = folded.chars().count() as i64;
        let text = || Value::Text(asked.clone());
        condition.and(
            "(o.number = $? OR o.po_number = $? OR o.customer_id IN \
             (SELECT id FROM customers WHERE code = $? OR SUBSTR(name_folded, 1, CAST($? AS INTEGER)) = $?))",
            vec![text(), text(), text(), Value::Int(length), Value::Text(folded)],
        );
    }
    if let Some(cursor) = filter.after.as_deref().filter(|cursor| !cursor.is_empty()) {
        let parsed = cursor.split_once('_').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id.parse::<kontor_shared::ids::OrderId>().ok()?)));
        let (at, id) = parsed.ok_or_else(|| AppError::invalid_field("bad_cursor", "after", "give `next` of the page before"))?;
        condition.and("(o.ordered_at < $? OR (o.ordered_at = $? AND o.id < $?))", vec![Value::Int(at), Value::Int(at), Value::Text(id.to_string())]);
    }
    Ok(())
}

async fn counts(connection: &mut AnyConnection, condition: Where) -> Result<Vec<StateCount>> {
    let sql = format!("SELECT o.state, COUNT(*) FROM orders o WHERE {} GROUP BY o.state", condition.sql);
    let mut query = sqlx::query_as::<_, (String, i64)>(AssertSqlSafe(sql));
    for value in condition.values {
        query = match value {
            Value::Text(text) => query.bind(text),
            Value::Int(number) => query.bind(number),
        };
    }
    let found = query.fetch_all(connection).await?;
    let count = |state: OrderState| found.iter().find(|(word, _)| word == state.word()).map(|(_, count)| *count as u64);
    Ok(OrderState::ALL.into_iter().filter_map(|state| count(state).map(|count| StateCount { state, count })).collect())
}

fn summary(row: SummaryRow, now: i64) -> anyhow::Result<OrderSummary> {
    let state = view::state(&row.state)?;
    let currency = view::currency(&row.currency)?;
    let customer = match (row.customer_id, row.customer_code, row.customer_name) {
        (Some(id), Some(code), Some(name)) => Some(view::order_customer(&id, code, name)?),
        _ => None,
    };
    Ok(OrderSummary {
        id: row.id.parse()?,
        number: row.number,
        state,
        revision: row.revision,
        kind: row.kind,
        source: row.source,
        customer,
        ordered_at: rfc3339(row.ordered_at),
        po_number: row.po_number,
        lines: u32::try_from(row.line_count)?,
        gross: Money::new(row.gross, currency).decimal(),
        currency,
        age_seconds: state.is_open().then(|| (now - row.ordered_at).max(0) / 1000),
    })
}
