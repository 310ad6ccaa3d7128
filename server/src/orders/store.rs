//! SQL of orders, their lines and events.

use std::collections::HashSet;

use kontor_shared::money::Percent;
use kontor_shared::orders::{LineReason, Verdict};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::price::AsOf;
use crate::db::{placeholders, rows_of_placeholders};

crate::row! {
    /// A row of `orders`.
    #[derive(Clone, Debug)]
    pub struct OrderRow {
        pub id: String,
        pub number: String,
        pub customer_id: Option<String>,
        pub source: String,
        pub kind: String,
        pub state: String,
        pub revision: i64,
        pub body_hash: String,
        pub ordered_at: i64,
        pub price_list: Option<i64>,
        pub overlay: Option<String>,
        pub po_number: String,
        pub wanted_on: Option<String>,
        pub delivery_address: String,
        pub comment: String,
        pub currency: String,
        pub vat_mode: String,
        pub vat_method: String,
        pub net: i64,
        pub vat: i64,
        pub gross: i64,
        pub line_count: i64,
        /// What lacked of the least amount when it came in, where the buyer could not know.
        pub lacking: Option<i64>,
    }
}

/// What a new order has beyond its [`OrderRow`].
#[derive(Clone, Debug)]
pub struct NewOrder {
    pub row: OrderRow,
    pub user_id: Option<String>,
    pub ordered_day: String,
    pub counted: bool,
}

impl NewOrder {
    /// The same under its number.
    pub fn numbered(&self, number: &str) -> Self {
        Self { row: OrderRow { number: number.into(), ..self.row.clone() }, ..self.clone() }
    }
}

crate::row! {
    /// A row of `order_lines`.
    #[derive(Clone, Debug)]
    pub struct LineRow {
        pub line_no: i64,
        pub product_code: String,
        pub name: String,
        pub unit: String,
        pub quantity: i64,
        pub shown_price: Option<i64>,
        pub price: Option<i64>,
        pub vat_rate: i64,
        pub amount: i64,
        pub verdict: String,
        pub reason: Option<String>,
    }
}

crate::row! {
    /// A row of `order_events`.
    #[derive(Clone, Debug)]
    pub struct EventRow {
        pub at: i64,
        pub state: String,
        pub by_role: String,
        pub note: String,
    }
}

crate::row! {
    /// The customer as an order needs it.
    #[derive(Clone, Debug)]
    pub struct CustomerRow {
        pub id: String,
        pub code: String,
        pub name: String,
        pub country: String,
        pub lang: String,
        pub price_type: String,
        pub discount: i64,
        pub state: String,
        pub delivery_address: String,
        pub address: String,
        pub tax_id: String,
    }
}

impl CustomerRow {
    /// Price type and own discount.
    pub fn prices(&self) -> (&str, Percent) {
        (&self.price_type, Percent::from_raw(self.discount))
    }
}

const ORDER: &str = "SELECT id, number, customer_id, source, kind, state, revision, body_hash, ordered_at, price_list, overlay, po_number, \
     wanted_on, delivery_address, comment, currency, vat_mode, vat_method, net, vat, gross, line_count, lacking FROM orders WHERE id = $1";

pub async fn order(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<OrderRow>> {
    sqlx::query_as(ORDER).bind(id).fetch_optional(connection).await
}

/// The order, locked until the transaction ends. `for_update` is [`crate::db::Db::for_update`].
pub async fn order_locked(connection: &mut AnyConnection, id: &str, for_update: &str) -> sqlx::Result<Option<OrderRow>> {
    sqlx::query_as(AssertSqlSafe(format!("{ORDER}{for_update}"))).bind(id).fetch_optional(connection).await
}

pub async fn lines(connection: &mut AnyConnection, order: &str) -> sqlx::Result<Vec<LineRow>> {
    sqlx::query_as(
        "SELECT line_no, product_code, name, unit, quantity, shown_price, price, vat_rate, amount, verdict, reason \
         FROM order_lines WHERE order_id = $1 ORDER BY line_no",
    )
    .bind(order)
    .fetch_all(connection)
    .await
}

/// Codes of an order's products, each with the code of its group as of a change of the catalogue.
pub async fn groups(connection: &mut AnyConnection, order: &str, seq: i64) -> sqlx::Result<Vec<(String, String)>> {
    sqlx::query_as(
        "SELECT DISTINCT p.code, r.group_code FROM order_lines l JOIN products p ON p.code = l.product_code \
         JOIN product_revisions r ON r.product_id = p.id \
             AND r.seq = (SELECT MAX(x.seq) FROM product_revisions x WHERE x.product_id = p.id AND x.seq <= $2) \
         WHERE l.order_id = $1",
    )
    .bind(order)
    .bind(seq)
    .fetch_all(connection)
    .await
}

/// The change of the catalogue an order was priced by; of an imported one, the one that is visible now.
pub async fn catalogue_as_of(connection: &mut AnyConnection, price_list: Option<i64>) -> sqlx::Result<AsOf> {
    match price_list {
        Some(version) => sqlx::query_as("SELECT seq, published_at FROM price_list_versions WHERE version = $1").bind(version).fetch_one(connection).await,
        None => {
            let sql = "SELECT visible_seq, COALESCE((SELECT MAX(v.published_at) FROM price_list_versions v), 0) FROM catalog_state WHERE id = 1";
            sqlx::query_as(sql).fetch_one(connection).await
        }
    }
}

pub async fn events(connection: &mut AnyConnection, order: &str) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as("SELECT at, state, by_role, note FROM order_events WHERE order_id = $1 ORDER BY no").bind(order).fetch_all(connection).await
}

pub async fn customer(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<CustomerRow>> {
    sqlx::query_as("SELECT id, code, name, country, lang, price_type, discount, state, delivery_address, address, tax_id FROM customers WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await
}

/// Addresses of the contacts that get mail about orders; what is also about money goes to those who get that as well.
pub async fn order_mail_addresses(connection: &mut AnyConnection, customer: &str, about_money: bool) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT DISTINCT email FROM contacts WHERE customer_id = $1 AND email <> '' AND (receives_orders = 1 OR (receives_accounts = 1 AND $2 = 1))",
    )
    .bind(customer)
    .bind(i64::from(about_money))
    .fetch_all(connection)
    .await
}

/// Stores new orders, all by one statement; keep them to a few dozen.
pub async fn insert(connection: &mut AnyConnection, orders: &[NewOrder]) -> sqlx::Result<()> {
    let sql = format!(
        "INSERT INTO orders (id, number, customer_id, user_id, source, kind, state, revision, body_hash, ordered_at, ordered_day, price_list, \
         overlay, po_number, wanted_on, delivery_address, comment, currency, vat_mode, vat_method, net, vat, gross, line_count, counted, lacking) VALUES {}",
        rows_of_placeholders(orders.len(), 26)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for NewOrder { row, user_id, ordered_day, counted } in orders {
        query = query
            .bind(&row.id)
            .bind(&row.number)
            .bind(&row.customer_id)
            .bind(user_id)
            .bind(&row.source)
            .bind(&row.kind)
            .bind(&row.state)
            .bind(row.revision)
            .bind(&row.body_hash)
            .bind(row.ordered_at)
            .bind(ordered_day)
            .bind(row.price_list)
            .bind(&row.overlay)
            .bind(&row.po_number)
            .bind(&row.wanted_on)
            .bind(&row.delivery_address)
            .bind(&row.comment)
            .bind(&row.currency)
            .bind(&row.vat_mode)
            .bind(&row.vat_method)
            .bind(row.net)
            .bind(row.vat)
            .bind(row.gross)
            .bind(row.line_count)
            .bind(i64::from(*counted))
            .bind(row.lacking);
    }
    query.execute(connection).await?;
    Ok(())
}

/// Stores lines, each with its order's id, many to a statement: one statement a line would cost an order of twenty lines
/// most of its time.
pub async fn insert_lines(connection: &mut AnyConnection, lines: &[(&str, &LineRow)]) -> sqlx::Result<()> {
    // 12 values each; SQLite takes 32 766 placeholders.
    const CHUNK: usize = 250;
    for chunk in lines.chunks(CHUNK) {
        let sql = format!(
            "INSERT INTO order_lines (order_id, line_no, product_code, name, unit, quantity, shown_price, price, vat_rate, amount, verdict, reason) VALUES {}",
            rows_of_placeholders(chunk.len(), 12)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (order, line) in chunk {
            query = query
                .bind(*order)
                .bind(line.line_no)
                .bind(&line.product_code)
                .bind(&line.name)
                .bind(&line.unit)
                .bind(line.quantity)
                .bind(line.shown_price)
                .bind(line.price)
                .bind(line.vat_rate)
                .bind(line.amount)
                .bind(&line.verdict)
                .bind(&line.reason);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// How an order came to be.
pub struct FirstEvent<'a> {
    pub order: &'a str,
    pub at: i64,
    pub state: &'a str,
    pub by_role: &'a str,
    pub actor: &'a str,
}

/// Writes the first events of new orders, all by one statement.
pub async fn insert_first_events(connection: &mut AnyConnection, events: &[FirstEvent<'_>]) -> sqlx::Result<()> {
    let sql = format!("INSERT INTO order_events (order_id, no, at, state, by_role, actor, note) VALUES {}", rows_of_placeholders(events.len(), 7));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for event in events {
        query = query.bind(event.order).bind(1_i64).bind(event.at).bind(event.state).bind(event.by_role).bind(event.actor).bind("");
    }
    query.execute(connection).await?;
    Ok(())
}

/// Writes the next event of an order.
pub async fn insert_event(connection: &mut AnyConnection, order: &str, at: i64, state: &str, by_role: &str, actor: &str, note: &str) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO order_events (order_id, no, at, state, by_role, actor, note) \
         SELECT $1, COALESCE(MAX(no), 0) + 1, $2, $3, $4, $5, $6 FROM order_events WHERE order_id = $1",
    )
    .bind(order)
    .bind(at)
    .bind(state)
    .bind(by_role)
    .bind(actor)
    .bind(note)
    .execute(connection)
    .await?;
    Ok(())
}

/// Which of these numbers orders have.
pub async fn numbers_taken(connection: &mut AnyConnection, numbers: &[String]) -> sqlx::Result<HashSet<String>> {
    let sql = format!("SELECT number FROM orders WHERE number IN ({})", placeholders(1, numbers.len()));
    let mut query = sqlx::query_scalar(AssertSqlSafe(sql));
    for number in numbers {
        query = query.bind(number);
    }
    Ok(query.fetch_all(connection).await?.into_iter().collect())
}

/// Moves an order to another state; its revision grows.
pub async fn set_state(connection: &mut AnyConnection, id: &str, state: &str, counted: bool) -> sqlx::Result<()> {
    sqlx::query("UPDATE orders SET state = $2, counted = $3, revision = revision + 1 WHERE id = $1")
        .bind(id)
        .bind(state)
        .bind(i64::from(counted))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn set_totals(connection: &mut AnyConnection, id: &str, net: i64, vat: i64, gross: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE orders SET net = $2, vat = $3, gross = $4 WHERE id = $1").bind(id).bind(net).bind(vat).bind(gross).execute(connection).await?;
    Ok(())
}

/// Takes the lines of these products at their raised prices.
pub async fn accept_raised(connection: &mut AnyConnection, order: &str, codes: &HashSet<&str>) -> sqlx::Result<()> {
    const CHUNK: usize = 500;
    let codes: Vec<&str> = codes.iter().copied().collect();
    for chunk in codes.chunks(CHUNK) {
        let sql = format!("UPDATE order_lines SET reason = $2 WHERE order_id = $1 AND reason = $3 AND product_code IN ({})", placeholders(4, chunk.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(order).bind(LineReason::RiseAccepted.word()).bind(LineReason::PriceRose.word());
        for code in chunk {
            query = query.bind(*code);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Leaves out every line whose raised price was not accepted.
pub async fn drop_raised(connection: &mut AnyConnection, order: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE order_lines SET verdict = $2, reason = $3, amount = 0 WHERE order_id = $1 AND reason = $4")
        .bind(order)
        .bind(Verdict::Refused.word())
        .bind(LineReason::RiseDropped.word())
        .bind(LineReason::PriceRose.word())
        .execute(connection)
        .await?;
    Ok(())
}

/// Codes of goods the customer's sales took, in no order.
pub async fn bought(connection: &mut AnyConnection, customer: &str) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT DISTINCT l.product_code FROM orders o JOIN order_lines l ON l.order_id = o.id \
         WHERE o.customer_id = $1 AND o.kind = 'sale' AND o.state NOT IN ('cancelled', 'refused') AND l.verdict <> 'refused' AND l.quantity > 0",
    )
    .bind(customer)
    .fetch_all(connection)
    .await
}
