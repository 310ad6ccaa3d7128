//! SQL of orders, their lines and events.

use sqlx::AnyConnection;
use sqlx::AssertSqlSafe;

use crate::db::placeholders;

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
    }
}

/// What a new order has beyond its [`OrderRow`].
pub struct NewOrder {
    pub row: OrderRow,
    pub user_id: Option<String>,
    pub ordered_day: String,
    pub counted: bool,
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
        pub delivery_address: String,
        pub address: String,
        pub tax_id: String,
    }
}

const ORDER: &str = "SELECT id, number, customer_id, source, kind, state, revision, body_hash, ordered_at, price_list, overlay, po_number, \
     wanted_on, delivery_address, comment, currency, vat_mode, vat_method, net, vat, gross, line_count FROM orders WHERE id = $1";

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

pub async fn events(connection: &mut AnyConnection, order: &str) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as("SELECT at, state, by_role, note FROM order_events WHERE order_id = $1 ORDER BY no").bind(order).fetch_all(connection).await
}

pub async fn customer(connection: &mut AnyConnection, id: &str) -> sqlx::Result<Option<CustomerRow>> {
    sqlx::query_as("SELECT id, code, name, country, lang, price_type, delivery_address, address, tax_id FROM customers WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await
}

/// Addresses of the contacts that get mail about orders.
pub async fn order_mail_addresses(connection: &mut AnyConnection, customer: &str) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT DISTINCT email FROM contacts WHERE customer_id = $1 AND receives_orders = 1 AND email <> ''")
        .bind(customer)
        .fetch_all(connection)
        .await
}

/// Stores a new order under a number that is still to come: its own id stands in, unique as numbers are.
pub async fn insert(connection: &mut AnyConnection, new: &NewOrder) -> sqlx::Result<()> {
    let row = &new.row;
    sqlx::query(
        "INSERT INTO orders (id, number, customer_id, user_id, source, kind, state, revision, body_hash, ordered_at, ordered_day, price_list, \
         overlay, po_number, wanted_on, delivery_address, comment, currency, vat_mode, vat_method, net, vat, gross, line_count, counted) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)",
    )
    .bind(&row.id)
    .bind(&row.number)
    .bind(&row.customer_id)
    .bind(&new.user_id)
    .bind(&row.source)
    .bind(&row.kind)
    .bind(&row.state)
    .bind(row.revision)
    .bind(&row.body_hash)
    .bind(row.ordered_at)
    .bind(&new.ordered_day)
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
    .bind(i64::from(new.counted))
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores lines, many to a statement: one statement a line would cost an order of twenty lines most of its time.
pub async fn insert_lines(connection: &mut AnyConnection, order: &str, lines: &[LineRow]) -> sqlx::Result<()> {
    // 12 values each; SQLite takes 32 766 placeholders.
    const CHUNK: usize = 250;
    for chunk in lines.chunks(CHUNK) {
        let rows: Vec<String> = (0..chunk.len()).map(|at| format!("({})", placeholders(at * 12 + 1, 12))).collect();
        let sql = format!(
            "INSERT INTO order_lines (order_id, line_no, product_code, name, unit, quantity, shown_price, price, vat_rate, amount, verdict, reason) VALUES {}",
            rows.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for line in chunk {
            query = query
                .bind(order)
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

pub async fn set_number(connection: &mut AnyConnection, id: &str, number: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE orders SET number = $2 WHERE id = $1").bind(id).bind(number).execute(connection).await?;
    Ok(())
}

/// Whether an order has this number.
pub async fn number_taken(connection: &mut AnyConnection, number: &str) -> sqlx::Result<bool> {
    let found: Option<i64> = sqlx::query_scalar("SELECT revision FROM orders WHERE number = $1").bind(number).fetch_optional(connection).await?;
    Ok(found.is_some())
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

pub async fn set_line(connection: &mut AnyConnection, order: &str, line: &LineRow) -> sqlx::Result<()> {
    sqlx::query("UPDATE order_lines SET verdict = $3, reason = $4, amount = $5 WHERE order_id = $1 AND line_no = $2")
        .bind(order)
        .bind(line.line_no)
        .bind(&line.verdict)
        .bind(&line.reason)
        .bind(line.amount)
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
