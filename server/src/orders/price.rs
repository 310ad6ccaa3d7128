//! The server's own price of each line: what the published version says for the customer's price type.

use std::collections::{HashMap, HashSet};

use anyhow::Context;
use kontor_shared::api::SubmitLine;
use kontor_shared::catalog::{ProductKind, publishable};
use kontor_shared::money::{Currency, Money, MoneyError, Percent, Price, Quantity, Totals, VatMethod, VatMode, line_amount, totals};
use kontor_shared::orders::{JudgedLine, LineReason, OrderAction, PriceFacts, QuantityRule, Verdict, judge_line, submission_action};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::store::LineRow;
use crate::db::placeholders;
use crate::error::{AppError, Result};
use crate::price_list::store::{self as versions, Version};

/// A published product as an order line needs it.
#[derive(Clone, Debug)]
pub struct Product {
    pub name: String,
    pub unit: String,
    pub vat_rate: Percent,
    pub rule: QuantityRule,
    pub price: Price,
}

crate::row! {
    struct ProductRow {
        code: String,
        name: String,
        group_code: String,
        kind: String,
        unit: String,
        vat_rate: i64,
        min_quantity: Option<i64>,
        max_quantity: Option<i64>,
        increment: Option<i64>,
        unit_precision: i64,
        active: i64,
        price: Option<i64>,
    }
}

/// Products of a version by code; those not published in it are absent, as are prices in another currency than the version's.
pub async fn lookup(connection: &mut AnyConnection, version: &Version, price_type: &str, codes: &[&str]) -> anyhow::Result<HashMap<String, Product>> {
    const CHUNK: usize = 500;
    let mut found = HashMap::with_capacity(codes.len());
    for chunk in codes.chunks(CHUNK) {
        let sql = format!(
            "SELECT p.code, r.name, r.group_code, r.kind, r.unit, r.vat_rate, r.min_quantity, r.max_quantity, r.increment, r.unit_precision, r.active, v.price \
             FROM products p \
             JOIN product_revisions r ON r.product_id = p.id \
                 AND r.seq = (SELECT MAX(x.seq) FROM product_revisions x WHERE x.product_id = p.id AND x.seq <= $1) \
             JOIN price_revisions v ON v.product_id = p.id AND v.price_type = $2 \
                 AND v.seq = (SELECT MAX(y.seq) FROM price_revisions y WHERE y.product_id = p.id AND y.price_type = $2 AND y.seq <= $1) \
             JOIN price_types t ON t.code = v.price_type AND t.currency = $3 \
             WHERE p.code IN ({}) AND EXISTS (SELECT 1 FROM product_groups g WHERE g.code = r.group_code AND g.seq <= $1)",
            placeholders(4, chunk.len())
        );
        let mut query = sqlx::query_as::<_, ProductRow>(AssertSqlSafe(sql)).bind(version.seq).bind(price_type).bind(&version.currency);
        for code in chunk {
            query = query.bind(*code);
        }
        for row in query.fetch_all(&mut *connection).await? {
            let kind = ProductKind::parse(&row.kind).context("stored product kind")?;
            let Some(price) = row.price.map(Price::from_raw) else { continue };
            if !publishable(kind, row.active != 0, &row.group_code, Some(price)) {
                continue;
            }
            let rule = QuantityRule {
                min: row.min_quantity.map(Quantity::from_raw),
                max: row.max_quantity.map(Quantity::from_raw),
                increment: row.increment.map(Quantity::from_raw),
                precision: u8::try_from(row.unit_precision).context("stored unit precision")?,
            };
            found.insert(row.code, Product { name: row.name, unit: row.unit, vat_rate: Percent::from_raw(row.vat_rate), rule, price });
        }
    }
    Ok(found)
}

/// A submission with the server's verdict on each line.
pub struct Priced {
    /// The version the prices are from: the one named while it is valid, then the one in force.
    pub version: i64,
    /// Versions published when the prices were read; another count means: read again.
    pub last_version: i64,
    pub currency: Currency,
    pub vat_mode: VatMode,
    pub lines: Vec<LineRow>,
    pub totals: Totals,
    pub action: OrderAction,
    pub counted: bool,
}

/// The number of the newest published version.
pub async fn last_version(connection: &mut AnyConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM price_list_versions").fetch_one(connection).await
}

/// Judges the lines of an order that names `version`, on a day in the firm's zone, for a price type.
pub async fn judge(connection: &mut AnyConnection, version: i64, lines: &[SubmitLine], price_type: &str, method: VatMethod, today: &str) -> Result<Priced> {
    let last_version = last_version(connection).await?;
    let Some(named) = versions::by_number(connection, version).await? else {
        return Err(AppError::invalid_field("unknown_price_list", "/version", format!("there is no price list version {version}")));
    };
    let ended = versions::valid_until(connection, version).await?.is_some_and(|day| today >= day.as_str());
    let valid = !ended && named.valid_from.as_str() <= today;
    let priced_by: Option<Version> = if valid { Some(named.clone()) } else { versions::in_force(connection, today).await? };

    let codes: Vec<&str> = lines.iter().map(|line| line.code.as_str()).collect::<HashSet<_>>().into_iter().collect();
    let products = match &priced_by {
        Some(by) => lookup(connection, by, price_type, &codes).await?,
        None => HashMap::new(),
    };
    // A line that is no longer in the list keeps the name the buyer ordered it by.
    let gone: Vec<&str> = codes.iter().copied().filter(|code| !valid && !products.contains_key(*code)).collect();
    let former = if gone.is_empty() { HashMap::new() } else { lookup(connection, &named, price_type, &gone).await? };

    let by = priced_by.as_ref().unwrap_or(&named);
    let currency: Currency = by.currency.parse().map_err(|error| anyhow::anyhow!("stored currency: {error}"))?;
    let vat_mode = VatMode::parse(&by.vat_mode).context("stored VAT mode")?;
    let mut judged = Vec::with_capacity(lines.len());
    let mut rows = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let product = products.get(&line.code);
        let price = product.map(|product| product.price);
        let facts = PriceFacts { ordered_version: if valid { price } else { None }, version_valid: valid, current: price };
        let rule = product.map_or_else(QuantityRule::default, |product| product.rule);
        let mut verdict = judge_line(line.quantity, line.shown_price, &rule, facts);
        let amount = amount_of(line.quantity, &mut verdict, currency);
        let shown = product.or_else(|| former.get(&line.code));
        rows.push(LineRow {
            line_no: at as i64 + 1,
            product_code: line.code.clone(),
            name: shown.map(|product| product.name.clone()).unwrap_or_default(),
            unit: shown.map(|product| product.unit.clone()).unwrap_or_default(),
            quantity: line.quantity.raw(),
            shown_price: Some(line.shown_price.raw()),
            price: verdict.price.map(Price::raw),
            vat_rate: shown.map_or(0, |product| product.vat_rate.raw()),
            amount,
            verdict: verdict.verdict.word().into(),
            reason: verdict.reason.map(|reason| reason.word().into()),
        });
        judged.push(verdict);
    }
    let totals = totals_of(&rows, currency, vat_mode, method).map_err(|_| AppError::invalid_field("too_large", "/lines", "the order's amount is too large"))?;
    let counted = rows.iter().any(counts);
    Ok(Priced { version: by.version, last_version, currency, vat_mode, lines: rows, totals, action: submission_action(&judged), counted })
}

/// The line's amount; one that does not fit refuses the line.
fn amount_of(quantity: Quantity, judged: &mut JudgedLine, currency: Currency) -> i64 {
    let (Some(price), true) = (judged.price, judged.verdict != Verdict::Refused) else { return 0 };
    match line_amount(quantity, price, Percent::ZERO, currency) {
        Ok(amount) => amount.minor,
        Err(_) => {
            (judged.verdict, judged.reason) = (Verdict::Refused, Some(LineReason::TooLarge));
            0
        }
    }
}

/// Whether a stored line was taken into the order.
pub fn is_taken(line: &LineRow) -> bool {
    line.verdict != Verdict::Refused.word()
}

/// Whether a line makes its order count for segments: goods (nothing else is published), quantity and price above zero.
pub fn counts(line: &LineRow) -> bool {
    is_taken(line) && line.quantity > 0 && line.price.is_some_and(|price| price > 0)
}

/// Totals of the lines taken.
pub fn totals_of(lines: &[LineRow], currency: Currency, mode: VatMode, method: VatMethod) -> std::result::Result<Totals, MoneyError> {
    let taken: Vec<(Money, Percent)> =
        lines.iter().filter(|line| is_taken(line)).map(|line| (Money::new(line.amount, currency), Percent::from_raw(line.vat_rate))).collect();
    totals(&taken, currency, mode, method)
}
