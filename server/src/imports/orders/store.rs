//! SQL of the order history. Rows go in by the hundred: one statement a row would take a history of half a million
//! lines minutes.

use std::fmt::Write;
use std::sync::Arc;

use kontor_shared::money::{Currency, VatMethod, VatMode};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::gather::{Ready, ReadyLine};
use crate::db::placeholders;

const LINES_AT_ONCE: usize = 100;
const ORDERS_AT_ONCE: usize = 50;

/// `prefix` and the same tuple for `count` rows; `$` in the tuple numbers on.
fn rows(prefix: &str, tuple: &str, count: usize) -> Arc<str> {
    let mut sql = String::with_capacity(prefix.len() + count * (tuple.len() + 20));
    sql.push_str(prefix);
    let mut number = 0;
    for row in 0..count {
        if row > 0 {
            sql.push_str(", ");
        }
        for part in tuple.split_inclusive('$') {
            sql.push_str(part);
            if part.ends_with('$') {
                number += 1;
                let _ = write!(sql, "{number}");
            }
        }
    }
    sql.into()
}

/// Statements prepared once for an import.
pub struct Statements {
    orders: Arc<str>,
    events: Arc<str>,
    lines: Arc<str>,
}

const ORDERS: &str = "INSERT INTO orders (id, number, customer_id, user_id, source, kind, state, revision, body_hash, ordered_at, ordered_day, price_list, overlay, \
     po_number, wanted_on, delivery_address, comment, currency, vat_mode, vat_method, net, vat, gross, line_count, counted) VALUES ";
const ORDER: &str = "($, $, $, NULL, 'import', $, 'closed', 1, $, $, $, NULL, NULL, '', NULL, '', '', $, $, $, $, $, $, $, $)";
const EVENTS: &str = "INSERT INTO order_events (order_id, no, at, state, by_role, actor, note) VALUES ";
const EVENT: &str = "($, 1, $, 'closed', 'import', 'import', '')";
const LINES: &str =
    "INSERT INTO order_lines (order_id, line_no, product_code, name, unit, quantity, shown_price, price, vat_rate, amount, verdict, reason) VALUES ";
const LINE: &str = "($, $, $, $, $, $, NULL, $, $, $, 'accepted', NULL)";

impl Statements {
    pub fn new() -> Self {
        Self { orders: rows(ORDERS, ORDER, ORDERS_AT_ONCE), events: rows(EVENTS, EVENT, ORDERS_AT_ONCE), lines: rows(LINES, LINE, LINES_AT_ONCE) }
    }
}

impl Default for Statements {
    fn default() -> Self {
        Self::new()
    }
}

/// How amounts of the history are stored.
#[derive(Clone, Copy)]
pub struct Terms {
    pub currency: Currency,
    pub vat_mode: VatMode,
    pub vat_method: VatMethod,
}

/// Stores new documents with their lines.
pub async fn insert(connection: &mut AnyConnection, statements: &Statements, terms: Terms, new: &[(Arc<str>, Ready)]) -> sqlx::Result<()> {
    for chunk in new.chunks(ORDERS_AT_ONCE) {
        let full = chunk.len() == ORDERS_AT_ONCE;
        let sql = if full { statements.orders.clone() } else { rows(ORDERS, ORDER, chunk.len()) };
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(full);
        for (id, order) in chunk {
            query = query
                .bind(&**id)
                .bind(&*order.number)
                .bind(order.customer.as_deref())
                .bind(order.kind.word())
                .bind(order.hash.as_str())
                .bind(order.at_ms)
                .bind(order.day.as_str())
                .bind(terms.currency.code().to_string())
                .bind(terms.vat_mode.word())
                .bind(terms.vat_method.word())
                .bind(order.net)
                .bind(order.vat)
                .bind(order.gross)
                .bind(order.lines.len() as i64)
                .bind(i64::from(order.counted));
        }
        query.execute(&mut *connection).await?;
        let sql = if full { statements.events.clone() } else { rows(EVENTS, EVENT, chunk.len()) };
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(full);
        for (id, order) in chunk {
            query = query.bind(&**id).bind(order.at_ms);
        }
        query.execute(&mut *connection).await?;
    }
    let lines: Vec<(&Arc<str>, &ReadyLine)> = new.iter().flat_map(|(id, order)| order.lines.iter().map(move |line| (id, line))).collect();
    insert_lines(connection, statements, &lines).await
}

async fn insert_lines(connection: &mut AnyConnection, statements: &Statements, lines: &[(&Arc<str>, &ReadyLine)]) -> sqlx::Result<()> {
    for chunk in lines.chunks(LINES_AT_ONCE) {
        let full = chunk.len() == LINES_AT_ONCE;
        let sql = if full { statements.lines.clone() } else { rows(LINES, LINE, chunk.len()) };
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(full);
        for (id, line) in chunk {
            query = query
                .bind(&***id)
                .bind(line.no)
                .bind(&*line.product.code)
                .bind(&*line.product.name)
                .bind(&*line.product.unit)
                .bind(line.quantity.raw())
                .bind(line.price.raw())
                .bind(line.product.vat_rate.raw())
                .bind(line.amount);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Stores a document again that the files now tell otherwise.
pub async fn replace(connection: &mut AnyConnection, statements: &Statements, terms: Terms, id: &Arc<str>, order: &Ready) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE orders SET customer_id = $2, kind = $3, revision = revision + 1, body_hash = $4, ordered_at = $5, ordered_day = $6, currency = $7, \
         vat_mode = $8, vat_method = $9, net = $10, vat = $11, gross = $12, line_count = $13, counted = $14 WHERE id = $1",
    )
    .bind(&**id)
    .bind(order.customer.as_deref())
    .bind(order.kind.word())
    .bind(order.hash.as_str())
    .bind(order.at_ms)
    .bind(order.day.as_str())
    .bind(terms.currency.code().to_string())
    .bind(terms.vat_mode.word())
    .bind(terms.vat_method.word())
    .bind(order.net)
    .bind(order.vat)
    .bind(order.gross)
    .bind(order.lines.len() as i64)
    .bind(i64::from(order.counted))
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM order_lines WHERE order_id = $1").bind(&**id).execute(&mut *connection).await?;
    let lines: Vec<(&Arc<str>, &ReadyLine)> = order.lines.iter().map(|line| (id, line)).collect();
    insert_lines(connection, statements, &lines).await
}

crate::row! {
    /// A stored document with one of the numbers asked for.
    pub struct Stored {
        pub number: String,
        pub id: String,
        pub source: String,
        pub body_hash: String,
        pub customer_id: Option<String>,
        pub kind: String,
        pub ordered_at: i64,
    }
}

pub async fn stored(connection: &mut AnyConnection, numbers: &[Arc<str>]) -> sqlx::Result<Vec<Stored>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT number, id, source, body_hash, customer_id, kind, ordered_at FROM orders WHERE number IN ({})", placeholders(1, numbers.len()));
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for number in numbers {
        query = query.bind(&**number);
    }
    query.fetch_all(connection).await
}

/// Number, code, quantity and price of a document's lines.
pub async fn lines(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Vec<(i64, String, i64, Option<i64>)>> {
    sqlx::query_as("SELECT line_no, product_code, quantity, price FROM order_lines WHERE order_id = $1").bind(id).fetch_all(connection).await
}

pub async fn customers(connection: &mut AnyConnection) -> sqlx::Result<Vec<(String, String)>> {
    sqlx::query_as("SELECT code, id FROM customers").fetch_all(connection).await
}

/// Code, name, unit, VAT rate and kind of every product as it is now, of those no longer sold too.
pub async fn products(connection: &mut AnyConnection) -> sqlx::Result<Vec<(String, String, String, i64, String)>> {
    sqlx::query_as(
        "SELECT p.code, r.name, r.unit, r.vat_rate, r.kind FROM products p JOIN product_revisions r ON r.product_id = p.id \
         WHERE r.seq = (SELECT MAX(n.seq) FROM product_revisions n WHERE n.product_id = p.id AND n.seq <= (SELECT visible_seq FROM catalog_state WHERE id = 1))",
    )
    .fetch_all(connection)
    .await
}
