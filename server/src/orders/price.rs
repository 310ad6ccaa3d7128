//! The server's own price of each line: what the published version says for the customer's price type, less the customer's
//! own discount.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use anyhow::Context;
use kontor_shared::api::SubmitLine;
use kontor_shared::catalog::{ProductKind, Tier, ended, publishable, tiers};
use kontor_shared::money::{Currency, Money, MoneyError, Percent, Price, Quantity, Totals, VatMethod, VatMode, line_amount, totals};
use kontor_shared::orders::{JudgedLine, LineReason, OrderAction, PriceFacts, QuantityRule, Verdict, judge_line, submission_action};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::store::LineRow;
use crate::catalog::{self, GroupPaths};
use crate::db::placeholders;
use crate::error::{AppError, Result};
use crate::price_list::store::{self as versions, Standing, Version};

/// A published product as an order line needs it.
#[derive(Debug)]
pub struct Product {
    pub name: String,
    /// Names of its groups, the outermost first.
    pub group: Arc<[String]>,
    pub unit: String,
    pub vat_rate: Percent,
    pub rule: QuantityRule,
    pub price: Price,
    /// Prices from a quantity on.
    pub tiers: Vec<Tier>,
}

impl Product {
    /// As [`tiers::price_at`].
    fn price_at(&self, quantity: Quantity) -> Price {
        tiers::price_at(self.price, &self.tiers, quantity)
    }
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

/// Goods kept by [`Goods`] at most, some 20 MB.
const MOST_GOODS: usize = 50_000;
/// Versions whose groups are kept.
const MOST_TREES: usize = 16;

/// The catalogue as of a publication: its `seq`, and when it was. A database restored beneath a running server gives the number
/// and the `seq` out again, with other contents.
pub type AsOf = (i64, i64);

/// What published versions said of goods asked for lately. Versions are immutable, so nothing in it can be out of date,
/// and a server beside this one loses nothing by not having it.
#[derive(Default)]
pub struct Goods {
    /// By version and price type.
    found: Mutex<HashMap<(i64, AsOf, String), ByCode>>,
    trees: Mutex<HashMap<AsOf, Arc<GroupPaths>>>,
}

type ByCode = HashMap<String, Arc<Product>>;

impl Goods {
    /// Products of a version by code; those not published in it are absent, as are prices in another currency than the version's.
    pub async fn lookup(&self, connection: &mut AnyConnection, version: &Version, price_type: &str, codes: &[&str]) -> anyhow::Result<ByCode> {
        let mut found = HashMap::with_capacity(codes.len());
        let as_of = (version.seq, version.published_at);
        let key = (version.version, as_of, price_type.to_string());
        if let Some(known) = locked(&self.found).get(&key) {
            found.extend(codes.iter().filter_map(|code| known.get_key_value(*code)).map(|(code, product)| (code.clone(), product.clone())));
        }
        let unknown: Vec<&str> = codes.iter().copied().filter(|code| !found.contains_key(*code)).collect();
        if unknown.is_empty() {
            return Ok(found);
        }
        let paths = self.group_paths(connection, as_of).await?;
        let read = lookup(connection, version, price_type, &unknown, &paths).await?;
        let mut kept = locked(&self.found);
        if kept.values().map(HashMap::len).sum::<usize>() + read.len() > MOST_GOODS {
            kept.clear();
        }
        if read.len() <= MOST_GOODS {
            kept.entry(key).or_default().extend(read.iter().map(|(code, product)| (code.clone(), product.clone())));
        }
        found.extend(read);
        Ok(found)
    }

    /// Every group's path as of a change of the catalogue that is visible or published, and so never moves.
    pub async fn group_paths(&self, connection: &mut AnyConnection, as_of: AsOf) -> anyhow::Result<Arc<GroupPaths>> {
        if let Some(known) = locked(&self.trees).get(&as_of) {
            return Ok(known.clone());
        }
        let paths = Arc::new(catalog::group_paths(connection, as_of.0).await?);
        let mut kept = locked(&self.trees);
        if kept.len() >= MOST_TREES {
            kept.clear();
        }
        kept.insert(as_of, paths.clone());
        Ok(paths)
    }
}

/// A panic while the lock was held left a whole map: insertions are its only changes.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

async fn lookup(connection: &mut AnyConnection, version: &Version, price_type: &str, codes: &[&str], paths: &GroupPaths) -> anyhow::Result<ByCode> {
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
             WHERE p.code IN ({})",
            placeholders(4, chunk.len())
        );
        let mut tiers = tiers_of(connection, version, price_type, chunk).await?;
        let mut query = sqlx::query_as::<_, ProductRow>(AssertSqlSafe(sql)).bind(version.seq).bind(price_type).bind(&version.currency);
        for code in chunk {
            query = query.bind(*code);
        }
        for row in query.fetch_all(&mut *connection).await? {
            let kind = ProductKind::parse(&row.kind).context("stored product kind")?;
            let Some(price) = row.price.map(Price::from_raw) else { continue };
            let Some(group) = paths.get(&row.group_code).filter(|_| publishable(kind, row.active != 0, &row.group_code, Some(price))) else { continue };
            let rule = QuantityRule {
                min: row.min_quantity.map(Quantity::from_raw),
                max: row.max_quantity.map(Quantity::from_raw),
                increment: row.increment.map(Quantity::from_raw),
                precision: u8::try_from(row.unit_precision).context("stored unit precision")?,
            };
            let product = Product {
                name: row.name,
                group: group.clone(),
                unit: row.unit,
                vat_rate: Percent::from_raw(row.vat_rate),
                rule,
                price,
                tiers: tiers.remove(&row.code).unwrap_or_default(),
            };
            found.insert(row.code, Arc::new(product));
        }
    }
    Ok(found)
}

/// The prices from a quantity on that products have, by code.
async fn tiers_of(connection: &mut AnyConnection, version: &Version, price_type: &str, codes: &[&str]) -> sqlx::Result<HashMap<String, Vec<Tier>>> {
    let sql = format!(
        "SELECT p.code, r.from_quantity, r.price FROM products p JOIN tier_revisions r ON r.product_id = p.id AND r.price_type = $2 AND r.price IS NOT NULL \
         AND r.seq = (SELECT MAX(x.seq) FROM tier_revisions x WHERE x.product_id = p.id AND x.price_type = $2 \
             AND x.from_quantity = r.from_quantity AND x.seq <= $1) \
         WHERE p.code IN ({})",
        placeholders(3, codes.len())
    );
    let mut query = sqlx::query_as::<_, (String, i64, i64)>(AssertSqlSafe(sql)).bind(version.seq).bind(price_type);
    for code in codes {
        query = query.bind(*code);
    }
    let mut found: HashMap<String, Vec<Tier>> = HashMap::new();
    for (code, from, price) in query.fetch_all(connection).await? {
        found.entry(code).or_default().push(Tier { from, price });
    }
    Ok(found)
}

/// Paths of product groups by product code.
pub type Groups = HashMap<String, Arc<[String]>>;

/// A submission with the server's verdict on each line.
pub struct Priced {
    /// The version the prices are from: the one named while it is valid, then the one in force.
    pub version: i64,
    /// Versions published when the prices were read; another count means: read again.
    pub last_version: i64,
    pub currency: Currency,
    pub vat_mode: VatMode,
    pub lines: Vec<LineRow>,
    /// Of the products of the lines taken, by code.
    pub groups: Groups,
    pub totals: Totals,
    /// What all lines come to at the prices shown, taken or not; absent where that does not fit.
    pub shown: Option<Money>,
    /// When the list named was published.
    pub shown_since: i64,
    pub action: OrderAction,
    pub counted: bool,
}

/// The number of the newest published version.
pub async fn last_version(connection: &mut AnyConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM price_list_versions").fetch_one(connection).await
}

/// Judges the lines of an order that names `version`, on a day in the firm's zone, for a price type less a discount.
pub async fn judge(
    connection: &mut AnyConnection,
    goods: &Goods,
    version: i64,
    lines: &[SubmitLine],
    (price_type, discount): (&str, Percent),
    method: VatMethod,
    today: &str,
) -> Result<Priced> {
    let Some(Standing { version: named, last_version, valid_until }) = versions::standing(connection, version).await? else {
        return Err(AppError::invalid_field("unknown_price_list", "/version", format!("there is no price list version {version}")));
    };
    let ended = ended(valid_until.as_deref(), today);
    let valid = !ended && named.valid_from.as_str() <= today;
    let priced_by: Option<Version> = if valid { Some(named.clone()) } else { versions::in_force(connection, today).await? };

    let codes: Vec<&str> = lines.iter().map(|line| line.code.as_str()).collect::<HashSet<_>>().into_iter().collect();
    let products = match &priced_by {
        Some(by) => goods.lookup(connection, by, price_type, &codes).await?,
        None => HashMap::new(),
    };
    // A line that is no longer in the list keeps the name the buyer ordered it by.
    let gone: Vec<&str> = codes.iter().copied().filter(|code| !valid && !products.contains_key(*code)).collect();
    let former = if gone.is_empty() { HashMap::new() } else { goods.lookup(connection, &named, price_type, &gone).await? };

    let by = priced_by.as_ref().unwrap_or(&named);
    let currency: Currency = by.currency.parse().map_err(|error| anyhow::anyhow!("stored currency: {error}"))?;
    let vat_mode = VatMode::parse(&by.vat_mode).context("stored VAT mode")?;
    let mut judged = Vec::with_capacity(lines.len());
    let mut rows = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let product = products.get(&line.code);
        let price = product.map(|product| product.price_at(line.quantity).less(discount));
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
    let shown = lines.iter().try_fold(Money::zero(currency), |sum, line| {
        let amount = line_amount(line.quantity.max(Quantity::ZERO), line.shown_price.max(Price::ZERO), Percent::ZERO, currency).ok()?;
        sum.try_add(amount).ok()
    });
    let groups = products.iter().map(|(code, product)| (code.clone(), product.group.clone())).collect();
    Ok(Priced {
        version: by.version,
        last_version,
        currency,
        vat_mode,
        lines: rows,
        groups,
        totals,
        shown,
        shown_since: named.published_at,
        action: submission_action(&judged),
        counted,
    })
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

/// What was said of a stored line.
pub fn judged(line: &LineRow) -> Option<(Verdict, Option<LineReason>)> {
    Some((Verdict::parse(&line.verdict)?, line.reason.as_deref().and_then(LineReason::parse)))
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
