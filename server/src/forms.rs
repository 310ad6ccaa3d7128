//! A filled-in sheet against the firm's own records: the form it is, the list it was made from, and the verdict that an
//! order of its lines would get. Nothing is stored.

use std::sync::Arc;

use anyhow::Context;
use kontor_shared::api::forms::FormAccount;
use kontor_shared::api::{SubmitLine, SubmitOrder};
use kontor_shared::catalog::{Snapshot, discount};
use kontor_shared::form::account::{self, Head, Judged};
use kontor_shared::form::{self, Goods, Line, MOST_LINES, Note, Reading, Warning, Workbook, identity};
use kontor_shared::ids::CustomerId;
use kontor_shared::money::Price;
use kontor_shared::orders::Verdict;
use kontor_shared::words::Lang;
use sqlx::AnyConnection;

use crate::error::{AppError, Result};
use crate::orders::price::{self, Priced};
use crate::orders::store::{self as orders, CustomerRow, LineRow};
use crate::time::day_in;
use crate::{AppState, auth, firm, price_list};

pub mod routes;
pub mod store;

/// Why a file is refused that orders more than is read of one.
pub const TOO_LONG: &str = "sheet_cells";

/// A file that came in.
pub struct Incoming<'a> {
    pub book: &'a Arc<Workbook>,
    pub file_name: &'a str,
    /// What came with it, such as a mail's subject.
    pub beside: &'a str,
}

/// A form with the order it would be.
pub struct AsOrder {
    pub account: FormAccount,
    /// The customer's id.
    pub customer: String,
    /// Of the lines taken, at the prices the sheet showed; without lines where none was taken.
    pub wanted: SubmitOrder,
}

/// Who wants to know.
pub enum Asking {
    /// The firm: for the customer named, else for the one the form was made for.
    For(Option<String>),
    /// The customer itself: a form of another one is none.
    Own(CustomerId),
}

/// Reads and judges a file, for the customer its form was made for or the one named.
pub async fn judge(state: &AppState, incoming: &Incoming<'_>, customer: Option<&str>, lang: Lang) -> Result<FormAccount> {
    judge_for(state, incoming, Asking::For(customer.map(String::from)), lang).await
}

/// As [`judge`], for whoever asks.
pub async fn judge_for(state: &AppState, incoming: &Incoming<'_>, asking: Asking, lang: Lang) -> Result<FormAccount> {
    Ok(judge_order(state, incoming, asking, lang).await?.account)
}

/// As [`judge_for`], with the order that it would be.
pub async fn judge_order(state: &AppState, incoming: &Incoming<'_>, asking: Asking, lang: Lang) -> Result<AsOrder> {
    let mut connection = state.db.read().await?;
    let firm = firm::stored(&mut connection).await?;
    let today = day_in(&firm.time_zone()?, state.clock.now_ms());
    let identity = identity::identify(incoming.book, incoming.file_name, incoming.beside);
    let mut warnings = Vec::new();
    if identity.is_disputed() {
        let ids: Vec<&str> = identity.votes.iter().map(|(id, _)| id.as_str()).take(5).collect();
        warnings.push(Warning::new(Note::FormsDiffer, ids.join(", ")));
    }
    let known = match &identity.form_id {
        Some(id) => store::form(&mut connection, id).await?,
        None => None,
    };
    // What another customer's form says of its prices is not this one's to learn.
    let known = known.filter(|form| match &asking {
        Asking::Own(own) => form.customer_id.as_ref().is_none_or(|made_for| *made_for == own.to_string()),
        Asking::For(_) => true,
    });
    if let (Some(id), None) = (&identity.form_id, &known) {
        warnings.push(Warning::new(Note::FormUnknown, id.clone()));
    }
    let made_for = known.as_ref().and_then(|form| form.customer_id.clone());
    let customer = match asking {
        Asking::Own(own) => own.to_string(),
        Asking::For(Some(key)) => {
            let id = auth::store::customer_by_key(&mut connection, &key).await?;
            let id = id.ok_or_else(|| AppError::invalid_field("unknown_customer", "/customer", format!("there is no customer {key}")))?;
            if made_for.as_ref().is_some_and(|other| *other != id) {
                warnings.push(Warning::new(Note::OtherCustomer, ""));
            }
            id
        }
        Asking::For(None) => {
            made_for.ok_or_else(|| AppError::invalid_field("customer_needed", "/customer", "the file is no form of a known customer; name the customer"))?
        }
    };
    let customer = orders::customer(&mut connection, &customer).await?.ok_or(AppError::NotFound)?;
    let issued = match &known {
        Some(form) => list(&mut connection, form.version, &form.overlay).await?,
        None => None,
    };
    let is_issued = issued.is_some();
    let list = match issued {
        Some(list) => list,
        None => in_force(&mut connection, &customer, &today).await?,
    };
    let version = list.version;
    let overlay = list.overlay.clone();
    let choices = store::columns(&mut connection, &customer.id).await?.into_iter().map(store::ColumnsRow::told).collect::<anyhow::Result<Vec<_>>>()?;
    let book = Arc::clone(incoming.book);
    // A hundred thousand rows take a while; the threads that answer requests have other work.
    let (reading, goods) = tokio::task::spawn_blocking(move || {
        let goods = Goods::of(&list, is_issued);
        (form::read_by(&book, &goods, &choices), goods)
    })
    .await
    .context("reading a form")?;
    if reading.is_cut {
        return Err(AppError::invalid(TOO_LONG, format!("more than {MOST_LINES} rows order something")));
    }
    let taken = submitted(&reading, &goods);
    let priced = price::judge(&mut connection, &state.goods, i64::from(version), &taken, customer.prices(), firm.vat_method, &today).await?;
    if priced.version != i64::from(version) {
        warnings.push(Warning::new(Note::ListEnded, version.to_string()));
    }
    warnings.extend(reading.warnings.iter().cloned());
    if let Some(total) = other_total(&reading, &priced) {
        warnings.push(Warning::new(Note::TotalDiffers, total));
    }
    let head = Head { form_id: identity.form_id, customer: customer.code, version, format: incoming.book.format.clone(), totals: priced.totals };
    let judged = priced.lines.iter().map(verdict);
    let account = account::account(head, &reading, &goods, judged, warnings, lang);
    let wanted = SubmitOrder {
        version,
        overlay,
        customer: None,
        po_number: account.po_number.clone(),
        wanted_on: account.wanted_on.clone(),
        delivery_address: customer.delivery_address,
        comment: account.comment.clone(),
        lines: taken,
    };
    Ok(AsOrder { account, customer: customer.id, wanted })
}

/// What was said of a line, as the account has it.
fn verdict(row: &LineRow) -> Judged {
    let (verdict, reason) = price::judged(row).unwrap_or((Verdict::Refused, None));
    Judged { verdict, reason, price: row.price.map(Price::from_raw) }
}

/// A stored list at the prices of an overlay.
async fn list(connection: &mut AnyConnection, version: i64, overlay: &str) -> Result<Option<Snapshot>> {
    let (price_type, less) = discount::parts(overlay);
    Ok(price_list::load(connection, version, price_type).await?.map(|list| list.less(less)))
}

/// The list in force at the customer's prices.
pub async fn in_force(connection: &mut AnyConnection, customer: &CustomerRow, today: &str) -> Result<Snapshot> {
    let none = || AppError::conflict("no_price_list", "no price list with prices for this customer is in force");
    let version = price_list::store::in_force(connection, today).await?.ok_or_else(none)?;
    let (price_type, less) = customer.prices();
    list(connection, version.version, &discount::overlay(price_type, less)).await?.ok_or_else(none)
}

/// The lines taken, as an order has them. The price shown is the one of the list, never the one in the file.
fn submitted(reading: &Reading, goods: &Goods) -> Vec<SubmitLine> {
    let line = |line: &Line| {
        let (quantity, item) = (line.quantity?, goods.items.get(line.item? as usize)?);
        Some(SubmitLine { code: item.code.clone(), quantity, shown_price: item.price_at(quantity) })
    };
    reading.taken().filter_map(line).collect()
}

/// The total in the file, where every line was taken as it stands and the sum is another one all the same.
fn other_total(reading: &Reading, priced: &Priced) -> Option<String> {
    let total = reading.total.as_ref()?;
    let as_it_stands = reading.lines.iter().all(|line| line.refused.is_none()) && priced.lines.iter().all(|line| line.verdict == Verdict::Accepted.word());
    let gross = priced.totals.gross;
    let same = kontor_shared::money::Money::parse(total, gross.currency).is_ok_and(|total| total == gross);
    (as_it_stands && !same).then(|| format!("{total}, {}", gross.decimal()))
}
