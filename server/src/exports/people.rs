//! Export of customers and orders, written as they are read: a history is larger than memory should be. What is
//! exported as CSV can be imported again.

use std::collections::HashMap;
use std::io::Write;

use anyhow::Context;
use jiff::Timestamp;
use kontor_shared::customers::{Channel, ConsentState, ContactRole};
use kontor_shared::money::{Currency, Money, Percent, Price, Quantity};
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::safe_cell;
use crate::AppState;
use crate::customers::consents::{MAILINGS, Said};
use crate::customers::one_line;
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
        region: String,
        discount: i64,
        channel: String,
        manager: Option<String>,
        state: String,
    }
}

crate::row! {
    struct Contact {
        id: String,
        customer_id: String,
        name: String,
        email: String,
        phone: String,
        fax: String,
        position: String,
        receives_orders: i64,
        receives_accounts: i64,
        receives_mail: i64,
    }
}

/// A contact, and what holds of its consent to mailings by e-mail.
struct Person {
    contact: Contact,
    consent: Option<&'static str>,
}

impl Person {
    fn new(contact: Contact, said: &Said) -> Self {
        let facts = said.facts(&contact.id, &contact.email);
        let holds = facts.iter().find(|one| MAILINGS.contains(&one.purpose.as_str()));
        let consent = holds.map(|one| if one.granted { ConsentState::Granted } else { ConsentState::Withdrawn }.word());
        Self { contact, consent }
    }
}

impl Contact {
    fn roles(&self) -> String {
        let gets = [(ContactRole::Orders, self.receives_orders), (ContactRole::Accounts, self.receives_accounts), (ContactRole::Mail, self.receives_mail)];
        let roles: Vec<&str> = gets.iter().filter(|(_, gets)| *gets != 0).map(|(role, _)| role.word()).collect();
        if roles.is_empty() { "none".into() } else { roles.join(", ") }
    }
}

fn csv_writer<W: Write>(out: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out)
}

/// Every customer by code; in CSV one row per contact, in JSON one line per customer. Who was erased is not in it.
pub async fn customers(state: &AppState, as_json: bool, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
    let mut connection = state.db.read().await?;
    let mut customers: Vec<Customer> = sqlx::query_as(
        "SELECT c.id, c.code, c.name, c.country, c.other_countries, c.lang, c.price_type, c.address, c.delivery_address, c.tax_id, c.region, c.discount, \
         c.channel, u.login AS manager, c.state FROM customers c LEFT JOIN users u ON u.id = c.manager_id",
    )
    .fetch_all(&mut *connection)
    .await?;
    let rows: Vec<Contact> = sqlx::query_as(
        "SELECT id, customer_id, name, email, phone, fax, position, receives_orders, receives_accounts, receives_mail FROM contacts \
         WHERE erased_at IS NULL ORDER BY created_at, id",
    )
    .fetch_all(&mut *connection)
    .await?;
    let said = Said::load(&mut connection, Channel::Email, None).await?;
    drop(connection);
    customers.sort_by(|one, other| one.code.cmp(&other.code));
    let mut contacts: HashMap<String, Vec<Person>> = HashMap::new();
    for row in rows {
        contacts.entry(row.customer_id.clone()).or_default().push(Person::new(row, &said));
    }
    if as_json {
        for customer in customers {
            let of = contacts.remove(&customer.id).unwrap_or_default();
            writeln!(out, "{}", customer.json(&of))?;
        }
        return Ok(());
    }
    let mut csv = csv_writer(out);
    csv.write_record(CUSTOMER_COLUMNS)?;
    for customer in customers {
        let of: Vec<Option<Person>> = contacts.remove(&customer.id).unwrap_or_default().into_iter().map(Some).collect();
        for contact in if of.is_empty() { vec![None] } else { of } {
            csv.write_record(customer.cells(contact.as_ref()).map(|cell| safe_cell(&cell).into_owned()))?;
        }
    }
    csv.flush()?;
    Ok(())
}

/// Names the import knows.
const CUSTOMER_COLUMNS: [&str; 20] = [
    "code",
    "name",
    "country",
    "other countries",
    "region",
    "language",
    "price type",
    "discount",
    "channel",
    "manager",
    "address",
    "delivery address",
    "tax id",
    "contact",
    "email",
    "phone",
    "fax",
    "position",
    "contact roles",
    "consent",
];

impl Customer {
    fn discount(&self) -> Percent {
        Percent::from_raw(self.discount)
    }

    fn json(&self, contacts: &[Person]) -> Value {
        let contacts: Vec<Value> = contacts
            .iter()
            .map(|Person { contact: one, consent }| {
                json!({
                    "name": one.name, "email": one.email, "phone": one.phone, "fax": one.fax, "position": one.position, "roles": one.roles(),
                    "consent": consent,
                })
            })
            .collect();
        json!({
            "code": self.code, "name": self.name, "country": self.country, "other_countries": self.other_countries, "region": self.region,
            "language": self.lang, "price_type": self.price_type, "discount": self.discount(), "channel": self.channel, "manager": self.manager,
            "state": self.state, "address": self.address, "delivery_address": self.delivery_address, "tax_id": self.tax_id, "contacts": contacts,
        })
    }

    /// The cells of [`CUSTOMER_COLUMNS`].
    fn cells(&self, person: Option<&Person>) -> [String; 20] {
        let of = |cell: fn(&Contact) -> String| person.map(|person| cell(&person.contact)).unwrap_or_default();
        [
            self.code.clone(),
            self.name.clone(),
            self.country.clone(),
            self.other_countries.clone(),
            self.region.clone(),
            self.lang.clone(),
            self.price_type.clone(),
            self.discount().to_string(),
            self.channel.clone(),
            self.manager.clone().unwrap_or_default(),
            one_line(&self.address),
            one_line(&self.delivery_address),
            self.tax_id.clone(),
            of(|contact| contact.name.clone()),
            of(|contact| contact.email.clone()),
            of(|contact| contact.phone.clone()),
            of(|contact| contact.fax.clone()),
            of(|contact| contact.position.clone()),
            of(Contact::roles),
            person.and_then(|person| person.consent).unwrap_or_default().into(),
        ]
    }
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
