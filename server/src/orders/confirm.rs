//! Confirming: the order and its proforma invoice, in one transaction, once.

use anyhow::Context;
use jiff::ToSpan;
use kontor_shared::api;
use kontor_shared::audit::Action;
use kontor_shared::documents::{DocumentLine, DocumentVat, Party, Proforma};
use kontor_shared::ids::OrderId;
use kontor_shared::money::{Money, Percent, Price, Quantity, VatMethod, VatMode};
use kontor_shared::orders::{OrderAction, OrderState, short_only};
use kontor_shared::words::{Lang, common, documents as words};

use super::change::{CONFIRMED, check_revision, locked, move_to, tell, wrong_state};
use super::store::{self, CustomerRow, LineRow, OrderRow};
use super::{mail, price, view};
use crate::auth::Identity;
use crate::error::{AppError, Result};
use crate::firm::FirmSettings;
use crate::time::{day_in, parse_day};
use crate::{AppState, db, documents};

/// `POST /api/orders/{id}/confirm`. Confirming again gives the same proforma.
pub async fn confirm(state: &AppState, who: &Identity, id: OrderId, seen: Option<i64>) -> Result<api::Confirmed> {
    for attempt in 0..5_u64 {
        match once(state, who, id, seen).await {
            Err(AppError::Internal(error))
                if error.downcast_ref::<sqlx::Error>().is_some_and(|error| db::is_retriable(error) || db::is_unique_violation(error)) =>
            {
                tokio::time::sleep(std::time::Duration::from_millis(5 << attempt)).await;
            }
            other => return other,
        }
    }
    Err(AppError::NotReady { code: "busy", retry_after: 1 })
}

async fn once(state: &AppState, who: &Identity, id: OrderId, seen: Option<i64>) -> Result<api::Confirmed> {
    let firm = state.firm().await?;
    if firm.party.name.trim().is_empty() {
        return Err(AppError::conflict("no_seller", "the firm has no name yet, and a document is never edited: set the firm up first"));
    }
    let today = day_in(&firm.time_zone()?, state.clock.now_ms());
    let mut tx = state.db.write_tx().await?;
    let row = locked(&mut tx, state, who, id).await?;
    let lines = store::lines(&mut tx, &row.id).await?;
    let before = view::state(&row.state)?;
    let short = short_only(row.lacking.is_some(), lines.iter().filter_map(price::judged));
    let Some(to) = before.after(OrderAction::Confirm).or_else(|| before.after(OrderAction::ConfirmShort).filter(|_| short)) else {
        tx.commit().await?;
        let order = view::order(&mut *state.db.read().await?, &state.goods, row.clone(), who.role).await?;
        return match order.documents.iter().find(|document| document.kind == documents::PROFORMA) {
            Some(proforma) => Ok(api::Confirmed { proforma: proforma.clone(), order }),
            None => Err(wrong_state(&row)),
        };
    };
    debug_assert_eq!(to, OrderState::Confirmed);
    check_revision(&row, seen)?;
    let customer = row.customer_id.clone().context("a submitted order has a customer")?;
    let customer = store::customer(&mut tx, &customer).await?.context("the order's customer")?;
    let mut data = proforma(&firm, &customer, &row, &lines, &today)?;
    let after = OrderRow { state: to.word().into(), ..row.clone() };
    let counted = lines.iter().any(price::counts);
    let row = move_to(&mut tx, state, who, row, after, counted, Action::OrderConfirm, "").await?;
    let document = documents::post(&mut tx, state, &who.actor(), &row, &customer.id, &firm.proforma_series, &mut data).await?;
    tell(&mut tx, state, &firm, &row, CONFIRMED, |_, url| mail::confirmed(data.lang, &firm, url, &row, &data)).await?;
    // Read after the commit: neither SQLite's only writer nor the row of the document's number waits for it.
    tx.commit().await?;
    let order = view::order(&mut *state.db.read().await?, &state.goods, row, who.role).await?;
    let proforma = order.documents.iter().find(|posted| posted.id == document).cloned().context("the posted proforma")?;
    Ok(api::Confirmed { order, proforma })
}

/// The proforma's data, complete but for its number.
fn proforma(firm: &FirmSettings, customer: &CustomerRow, row: &OrderRow, lines: &[LineRow], today: &str) -> anyhow::Result<Proforma> {
    let lang = Lang::parse(&customer.lang).unwrap_or(firm.lang);
    let currency = view::currency(&row.currency)?;
    let mode = VatMode::parse(&row.vat_mode).context("stored VAT mode")?;
    let method = VatMethod::parse(&row.vat_method).context("stored VAT method")?;
    let totals = price::totals_of(lines, currency, mode, method).map_err(|error| anyhow::anyhow!("totals: {error}"))?;
    anyhow::ensure!(
        (totals.net.minor, totals.vat.minor, totals.gross.minor) == (row.net, row.vat, row.gross),
        "the order's stored totals are not those of its lines"
    );
    let due = parse_day(today).context("today")?.checked_add(i64::from(firm.pay_days).days())?;
    let amount = |minor: i64| Money::new(minor, currency).decimal();
    Ok(Proforma {
        number: String::new(),
        date: today.into(),
        pay_until: Some(due.to_string()),
        lang,
        seller: firm.party.clone(),
        buyer: buyer(customer, lang),
        order_number: row.number.clone(),
        po_number: row.po_number.clone(),
        delivery_address: row.delivery_address.clone(),
        currency: row.currency.clone(),
        vat_mode: row.vat_mode.clone(),
        vat_method: row.vat_method.clone(),
        lines: lines.iter().filter(|line| price::is_taken(line)).map(|line| document_line(line, &amount)).collect::<anyhow::Result<_>>()?,
        by_rate: totals.by_rate.iter().map(|rate| DocumentVat { rate: rate.rate.decimal(0), net: rate.net.decimal(), vat: rate.vat.decimal() }).collect(),
        net: totals.net.decimal(),
        vat: totals.vat.decimal(),
        gross: totals.gross.decimal(),
        note: if firm.demo { common::DEMO_DATA.say(lang).into() } else { String::new() },
        logo: firm.logo.clone(),
    })
}

fn document_line(line: &LineRow, amount: &impl Fn(i64) -> String) -> anyhow::Result<DocumentLine> {
    Ok(DocumentLine {
        code: line.product_code.clone(),
        name: line.name.clone(),
        unit: line.unit.clone(),
        quantity: Quantity::from_raw(line.quantity).decimal(0),
        price: Price::from_raw(line.price.context("a line taken has a price")?).decimal(2),
        vat_rate: Percent::from_raw(line.vat_rate).decimal(0),
        amount: amount(line.amount),
    })
}

fn buyer(customer: &CustomerRow, lang: Lang) -> Party {
    let address: Vec<String> = customer.address.lines().map(str::trim).filter(|line| !line.is_empty()).map(String::from).collect();
    Party {
        name: customer.name.clone(),
        address: if address.is_empty() && !customer.country.is_empty() { vec![customer.country.clone()] } else { address },
        tax_ids: if customer.tax_id.is_empty() { Vec::new() } else { vec![(words::TAX_ID.say(lang).into(), customer.tax_id.clone())] },
        bank: Vec::new(),
        email: String::new(),
        phone: String::new(),
    }
}
