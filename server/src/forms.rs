//! A filled-in sheet against the firm's own records: the form it is, the list it was made from, and the verdict that an
//! order of its lines would get. Nothing is stored.

use anyhow::Context;
use kontor_shared::api::forms::{FormAccount, FormLine, FormWarning};
use kontor_shared::api::{SubmitLine, SubmitOrder};
use kontor_shared::catalog::{Snapshot, discount};
use kontor_shared::form::{self, Goods, Line, Note, Reading, Warning, Workbook, identity};
use kontor_shared::orders::Verdict;
use kontor_shared::words::{Lang, common};
use sqlx::AnyConnection;

use crate::error::{AppError, Result};
use crate::orders::price::{self, Priced};
use crate::orders::store::{self as orders, CustomerRow, LineRow};
use crate::time::day_in;
use crate::{AppState, auth, firm, price_list};

pub mod store;

/// A file that came in.
pub struct Incoming<'a> {
    pub book: &'a Workbook,
    pub file_name: &'a str,
    /// What came with it, such as a mail's subject.
    pub beside: &'a str,
}

/// A form with the order it would be.
pub struct Judged {
    pub account: FormAccount,
    /// The customer's id.
    pub customer: String,
    /// Of the lines taken, at the prices the sheet showed; without lines where none was taken.
    pub wanted: SubmitOrder,
}

/// Reads and judges a file, for the customer its form was made for or the one named.
pub async fn judge(state: &AppState, incoming: &Incoming<'_>, customer: Option<&str>, lang: Lang) -> Result<FormAccount> {
    Ok(judge_order(state, incoming, customer, lang).await?.account)
}

/// As [`judge`], with the order that it would be.
pub async fn judge_order(state: &AppState, incoming: &Incoming<'_>, customer: Option<&str>, lang: Lang) -> Result<Judged> {
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
    if let (Some(id), None) = (&identity.form_id, &known) {
        warnings.push(Warning::new(Note::FormUnknown, id.clone()));
    }
    let made_for = known.as_ref().and_then(|form| form.customer_id.clone());
    let customer = match customer {
        Some(key) => {
            let id = auth::store::customer_by_key(&mut connection, key).await?;
            let id = id.ok_or_else(|| AppError::invalid_field("unknown_customer", "/customer", format!("there is no customer {key}")))?;
            if made_for.as_ref().is_some_and(|other| *other != id) {
                warnings.push(Warning::new(Note::OtherCustomer, ""));
            }
            id
        }
        None => {
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
    let book = incoming.book.clone();
    // A hundred thousand rows take a while; the threads that answer requests have other work.
    let (reading, goods) = tokio::task::spawn_blocking(move || {
        let goods = Goods::of(&list, is_issued);
        (form::read(&book, &goods), goods)
    })
    .await
    .context("reading a form")?;
    let taken = submitted(&reading, &goods);
    let priced = price::judge(&mut connection, &state.goods, i64::from(version), &taken, customer.prices(), firm.vat_method, &today).await?;
    if priced.version != i64::from(version) {
        warnings.push(Warning::new(Note::ListEnded, version.to_string()));
    }
    warnings.extend(reading.warnings.iter().cloned());
    if let Some(total) = other_total(&reading, &priced) {
        warnings.push(Warning::new(Note::TotalDiffers, total));
    }
    let wanted = SubmitOrder {
        version,
        overlay,
        customer: None,
        po_number: String::new(),
        wanted_on: None,
        delivery_address: customer.delivery_address,
        comment: String::new(),
        lines: taken,
    };
    let account = account(identity.form_id, customer.code, version, &incoming.book.format, &reading, &goods, &priced, warnings, lang);
    Ok(Judged { account, customer: customer.id, wanted })
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

#[allow(clippy::too_many_arguments)]
fn account(
    form_id: Option<String>,
    customer: String,
    version: u32,
    format: &str,
    reading: &Reading,
    goods: &Goods,
    priced: &Priced,
    warnings: Vec<Warning>,
    lang: Lang,
) -> FormAccount {
    let mut judged = priced.lines.iter();
    let lines: Vec<FormLine> = reading.lines.iter().map(|line| told(line, goods, &mut judged, lang)).collect();
    let count = |verdict: Verdict| lines.iter().filter(|line| line.verdict == verdict).count() as u64;
    let warning = |warning: Warning| FormWarning {
        code: warning.note.code().into(),
        message: warning.note.say(lang, &warning.detail),
        sheet: warning.sheet,
        row: warning.row,
    };
    FormAccount {
        form_id,
        customer,
        version,
        found_by: reading.found_by().map(|by| by.word().into()),
        format: format.into(),
        read: lines.len() as u64,
        accepted: count(Verdict::Accepted),
        changed: count(Verdict::Changed),
        refused: count(Verdict::Refused),
        lines,
        warnings: warnings.into_iter().map(warning).collect(),
        currency: priced.currency,
        net: priced.totals.net.decimal(),
        vat: priced.totals.vat.decimal(),
        gross: priced.totals.gross.decimal(),
    }
}

/// A line with its verdict; `judged` gives those of the lines taken, in their order.
fn told<'a>(line: &Line, goods: &Goods, judged: &mut impl Iterator<Item = &'a LineRow>, lang: Lang) -> FormLine {
    let mut told = FormLine {
        sheet: line.sheet.clone(),
        row: line.row,
        code: line.code.clone(),
        name: line.item.and_then(|item| goods.items.get(item as usize)).map(|item| item.name.clone()).unwrap_or_default(),
        quantity: line.quantity,
        raw: line.raw.clone(),
        verdict: Verdict::Refused,
        reason: None,
        message: None,
        price: None,
    };
    if let Some((reason, detail)) = &line.refused {
        (told.reason, told.message) = (Some(reason.code().into()), Some(reason.say(lang, detail)));
        return told;
    }
    let Some(row) = judged.next() else { return told };
    if let Some((verdict, reason)) = price::judged(row) {
        told.verdict = verdict;
        told.reason = reason.map(|reason| reason.word().into());
        told.message = reason.map(|reason| common::line_reason(reason).say(lang).into());
    }
    told.price = row.price.map(kontor_shared::money::Price::from_raw);
    told
}
