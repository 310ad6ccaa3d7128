//! Export of customers and orders, written as they are read: a history is larger than memory should be. What is
//! exported as CSV can be imported again.

use std::collections::HashMap;
use std::io::Write;

use anyhow::Context;
use jiff::Timestamp;
use kontor_shared::money::{Currency, Money, Price, Quantity};
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::safe_cell;
use crate::AppState;
use crate::db::placeholders;

/// Orders read at once.
const ORDERS_AT_ONCE: i64 = 500;

crate::row! {
    struct Customer {
        id: String,
        code: String,
        name: String,
        country: String,
        other_countries: String,
        lang: String,
        price_type: String,
        address: String,
        delivery_address: String,
        tax_id: String,
    }
}

/// Contact, as its customer's id, name, address, phone; and the newest state of its consent to mailings.
type Contact = (String, String, String, String, Option<String>);

fn csv_writer<W: Write>(out: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out)
}

/// Every customer by code; in CSV one row per contact, in JSON one line per customer.
pub async fn customers(state: &AppState, as_json: bool, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
    let mut connection = state.db.read().await?;
    let mut customers: Vec<Customer> =
        sqlx::query_as("SELECT id, code, name, country, other_countries, lang, price_type, address, delivery_address, tax_id FROM customers")
            .fetch_all(&mut *connection)
            .await?;
    let rows: Vec<Contact> = sqlx::query_as(
        "SELECT c.customer_id, c.name, c.email, c.phone, (SELECT n.state FROM consents n WHERE n.contact_id = c.id AND n.purpose = 'marketing' \
         AND n.channel = 'email' ORDER BY n.at DESC, n.id DESC LIMIT 1) FROM contacts c ORDER BY c.created_at, c.id",
    )
    .fetch_all(&mut *connection)
    .await?;
    drop(connection);
    customers.sort_by(|one, other| one.code.cmp(&other.code));
    let mut contacts: HashMap<String, Vec<Contact>> = HashMap::new();
    for row in rows {
        contacts.entry(row.0.clone()).or_default().push(row);
    }
    if as_json {
        for customer in customers {
            let of = contacts.remove(&customer.id).unwrap_or_default();
            let of: Vec<Value> =
                of.into_iter().map(|(_, name, email, phone, consent)| json!({"name": name, "email": email, "phone": phone, "consent": consent})).collect();
            let line = json!({
                "code": customer.code, "name": customer.name, "country": customer.country, "other_countries": customer.other_countries,
                "language": customer.lang, "price_type": customer.price_type, "address": customer.address,
                "delivery_address": customer.delivery_address, "tax_id": customer.tax_id, "contacts": of,
            });
            writeln!(out, "{line}")?;
        }
        return Ok(());
    }
    let mut csv = csv_writer(out);
    csv.write_record([
        "code",
        "name",
        "country",
        "other countries",
        "language",
        "price type",
        "address",
        "delivery address",
        "tax id",
        "contact",
        "email",
        "phone",
        "consent",
    ])?;
    for customer in customers {
        let mut of = contacts.remove(&customer.id).unwrap_or_default();
        if of.is_empty() {
            of.push(Contact::default());
        }
        for (_, name, email, phone, consent) in of {
            let consent = consent.unwrap_or_default();
            let cells = [
                &customer.code,
                &customer.name,
                &customer.country,
                &customer.other_countries,
                &customer.lang,
                &customer.price_type,
                &customer.address,
                &customer.delivery_address,
                &customer.tax_id,
                &name,
                &email,
                &phone,
                &consent,
            ];
            csv.write_record(cells.map(|cell| safe_cell(cell).into_owned()))?;
        }
    }
    csv.flush()?;
    Ok(())
}

crate::row! {
    struct Order {
        id: String,
        number: String,
        customer: Option<String>,
        kind: String,
        state: String,
        source: String,
        ordered_at: i64,
        currency: String,
        net: i64,
        vat: i64,
        gross: i64,
    }
}

crate::row! {
    struct Line {
        order_id: String,
        line_no: i64,
        product_code: String,
        name: String,
        quantity: i64,
        price: Option<i64>,
        amount: i64,
        verdict: String,
    }
}

/// Every order, oldest first; in CSV one row per line, dates in the firm's zone; in JSON one line per order.
pub async fn orders(state: &AppState, as_json: bool, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
    let zone = state.firm().await.map_err(|error| anyhow::anyhow!("{error:?}"))?.time_zone()?;
    let mut connection = state.db.read().await?;
    if !as_json {
        let mut csv = csv_writer(&mut *out);
        csv.write_record(["number", "kind", "state", "date", "customer", "line no", "code", "name", "quantity", "price", "currency", "verdict"])?;
        csv.flush()?;
    }
    let (mut at, mut id) = (i64::MIN, String::new());
    loop {
        let page = orders_after(&mut connection, at, &id).await?;
        let Some(last) = page.last() else { return Ok(()) };
        (at, id) = (last.ordered_at, last.id.clone());
        let mut lines = lines_of(&mut connection, &page).await?;
        let mut csv = csv_writer(Vec::new());
        for order in &page {
            let currency: Currency = order.currency.parse().ok().context("stored currency")?;
            let instant = Timestamp::from_millisecond(order.ordered_at).context("stored instant")?;
            let of = lines.remove(&order.id).unwrap_or_default();
            if as_json {
                let of: Vec<Value> = of.iter().map(|line| line.json(currency)).collect();
                let money = |minor: i64| Money::new(minor, currency).decimal();
                let line = json!({
                    "id": order.id, "number": order.number, "customer": order.customer, "kind": order.kind, "state": order.state, "source": order.source,
                    "ordered_at": instant.to_string(), "currency": order.currency, "net": money(order.net), "vat": money(order.vat),
                    "gross": money(order.gross), "lines": of,
                });
                writeln!(out, "{line}")?;
                continue;
            }
            let local = instant.to_zoned(zone.clone()).datetime().round(jiff::Unit::Second).context("stored instant")?.to_string();
            for line in &of {
                let price = line.price.map(|raw| Price::from_raw(raw).to_string()).unwrap_or_default();
                csv.write_record([
                    &*safe_cell(&order.number),
                    &order.kind,
                    &order.state,
                    &local,
                    &safe_cell(order.customer.as_deref().unwrap_or("")),
                    &line.line_no.to_string(),
                    &safe_cell(&line.product_code),
                    &safe_cell(&line.name),
                    &Quantity::from_raw(line.quantity).to_string(),
                    &price,
                    currency.code(),
                    &line.verdict,
                ])?;
            }
        }
        out.write_all(&csv.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?)?;
    }
}

impl Line {
    fn json(&self, currency: Currency) -> Value {
        json!({
            "line_no": self.line_no, "code": self.product_code, "name": self.name, "quantity": Quantity::from_raw(self.quantity),
            "price": self.price.map(Price::from_raw), "amount": Money::new(self.amount, currency).decimal(), "verdict": self.verdict,
        })
    }
}

async fn orders_after(connection: &mut AnyConnection, at: i64, id: &str) -> sqlx::Result<Vec<Order>> {
    sqlx::query_as(
        "SELECT o.id, o.number, c.code AS customer, o.kind, o.state, o.source, o.ordered_at, o.currency, o.net, o.vat, o.gross \
         FROM orders o LEFT JOIN customers c ON c.id = o.customer_id \
         WHERE o.ordered_at > $1 OR (o.ordered_at = $1 AND o.id > $2) ORDER BY o.ordered_at, o.id LIMIT $3",
    )
    .bind(at)
    .bind(id)
    .bind(ORDERS_AT_ONCE)
    .fetch_all(connection)
    .await
}

async fn lines_of(connection: &mut AnyConnection, orders: &[Order]) -> sqlx::Result<HashMap<String, Vec<Line>>> {
    let sql = format!(
        "SELECT order_id, line_no, product_code, name, quantity, price, amount, verdict FROM order_lines WHERE order_id IN ({}) ORDER BY order_id, line_no",
        placeholders(1, orders.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for order in orders {
        query = query.bind(&order.id);
    }
    let mut by_order: HashMap<String, Vec<Line>> = HashMap::new();
    let lines: Vec<Line> = query.fetch_all(connection).await?;
    for line in lines {
        by_order.entry(line.order_id.clone()).or_default().push(line);
    }
    Ok(by_order)
}
