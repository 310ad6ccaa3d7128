//! Products, product groups and the published price list as the browser holds it.
//!
//! A price list version is immutable; what one reader may see of it (one price type, an *overlay*) is one
//! compact snapshot in columns, fetched once and searched in memory.

use serde::{Deserialize, Serialize};

use self::columns::{Columns, Damage};
use crate::money::{Currency, Percent, Price, Quantity, VatMode};
use crate::orders::QuantityRule;

pub mod by_code;
pub mod columns;
pub mod discount;
pub mod first;
mod parts;
pub mod rows;
pub mod search;
pub mod tiers;

/// Characters of a product's code at most: what can be imported can be ordered.
pub const MOST_CODE: usize = 100;

/// Whether a price type may have this code. It stands in addresses, beside a discount (`wholesale-5%`) and in the headers of
/// files (`price.wholesale@10 EUR`), so it has no signs of theirs: letters of any alphabet, digits, `-` and `_`.
pub fn is_price_type(code: &str) -> bool {
    let length = code.chars().count();
    (1..=100).contains(&length) && code.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
}

/// What a product is. Only goods are published and counted for segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    #[default]
    Product,
    /// Goods that never had a price.
    Unsold,
    /// Postage, fees, discounts.
    Service,
    /// Goods with an irregular code, sold in passing.
    Minor,
}

impl ProductKind {
    pub const ALL: [Self; 4] = [Self::Product, Self::Unsold, Self::Service, Self::Minor];
    pub const fn word(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Unsold => "unsold",
            Self::Service => "service",
            Self::Minor => "minor",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
    /// Whether an order line of it makes an order count (segments) and it belongs in the price list.
    pub const fn is_goods(self) -> bool {
        matches!(self, Self::Product | Self::Unsold)
    }
}

/// Why a product is not in a published price list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NotPublished {
    /// A service, or goods sold in passing.
    NotGoods,
    Inactive,
    NoGroup,
    NoPrice,
    ZeroPrice,
}

impl NotPublished {
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotGoods => "not_goods",
            Self::Inactive => "inactive",
            Self::NoGroup => "no_group",
            Self::NoPrice => "no_price",
            Self::ZeroPrice => "zero_price",
        }
    }
}

/// The price a product is published with, or why it is not: the one rule for price lists and for the lines of orders.
/// `price` is its price of the price type asked for.
pub fn published_price(kind: ProductKind, active: bool, group_code: &str, price: Option<Price>) -> Result<Price, NotPublished> {
    if !kind.is_goods() {
        return Err(NotPublished::NotGoods);
    }
    if !active {
        return Err(NotPublished::Inactive);
    }
    if group_code.is_empty() {
        return Err(NotPublished::NoGroup);
    }
    match price {
        None => Err(NotPublished::NoPrice),
        Some(price) if price <= Price::ZERO => Err(NotPublished::ZeroPrice),
        Some(price) => Ok(price),
    }
}

/// Whether a product belongs in a published price list; see [`published_price`].
pub fn publishable(kind: ProductKind, active: bool, group_code: &str, price: Option<Price>) -> bool {
    published_price(kind, active, group_code, price).is_ok()
}

/// One node of the group tree. Groups stand in reading order, each after its parent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    pub code: String,
    pub name: String,
    /// Index of the parent in [`Snapshot::groups`].
    pub parent: Option<u32>,
}

/// One product of a published price list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductRow {
    /// The firm's own code: text, `00123` stays `00123`.
    pub code: String,
    pub name: String,
    /// Index into [`Snapshot::groups`].
    pub group: u32,
    pub unit: String,
    /// [`Price`] as stored.
    pub price: i64,
    /// [`Percent`] as stored.
    pub vat_rate: i64,
    /// [`Quantity`] as stored; see [`QuantityRule`].
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub increment: Option<i64>,
    pub precision: u8,
    /// [`Quantity`] as stored; absent: not told.
    pub stock: Option<i64>,
    /// First published within the firm's novelty window.
    pub new: bool,
    /// The firm points it out.
    pub promotion: bool,
    /// The number of its picture; 0: none.
    pub picture: u32,
    /// Its value of each of [`Snapshot::attributes`]; empty: none.
    pub attributes: Vec<String>,
    /// Lower prices from larger quantities on, by quantity.
    pub tiers: Vec<Tier>,
}

/// A price that holds from a quantity on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// [`Quantity`] as stored.
    pub from: i64,
    /// [`Price`] as stored.
    pub price: i64,
}

impl ProductRow {
    pub fn price(&self) -> Price {
        Price::from_raw(self.price)
    }
    pub fn vat_rate(&self) -> Percent {
        Percent::from_raw(self.vat_rate)
    }
    pub fn rule(&self) -> QuantityRule {
        QuantityRule {
            min: self.min.map(Quantity::from_raw),
            max: self.max.map(Quantity::from_raw),
            increment: self.increment.map(Quantity::from_raw),
            precision: self.precision,
        }
    }
    pub fn in_stock(&self) -> bool {
        self.stock.is_none_or(|stock| stock > 0)
    }
}

/// A published price list version as one reader sees it. Products stand in reading order: by group, then name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub version: u32,
    /// The price type whose prices these are.
    pub overlay: String,
    pub currency: Currency,
    pub vat_mode: VatMode,
    /// Unix milliseconds.
    pub published_at: i64,
    /// `YYYY-MM-DD` in the firm's zone.
    pub valid_from: String,
    pub valid_until: Option<String>,
    pub terms: String,
    pub note: String,
    pub groups: Vec<GroupRow>,
    /// Names of the products' attributes.
    pub attributes: Vec<String>,
    pub products: Vec<ProductRow>,
}

/// Whether a list's prices are no longer valid on a day: `valid_until` is the first day of the list after it.
pub fn ended(valid_until: Option<&str>, today: &str) -> bool {
    valid_until.is_some_and(|day| today >= day)
}

impl Snapshot {
    pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        Columns::from_snapshot(self).encode()
    }
    pub fn decode(bytes: &[u8]) -> Result<Self, Damage> {
        Columns::decode(bytes).map(|columns| columns.to_snapshot())
    }

    /// A list for tests and measurements that are not about what stands at its head.
    pub fn of(groups: Vec<GroupRow>, products: Vec<ProductRow>) -> Self {
        Self {
            version: 1,
            overlay: "wholesale".into(),
            currency: Currency::EUR,
            vat_mode: VatMode::Net,
            published_at: 0,
            valid_from: "2026-01-01".into(),
            valid_until: None,
            terms: String::new(),
            note: String::new(),
            groups,
            attributes: Vec::new(),
            products,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ended;

    #[test]
    fn a_list_ends_on_the_first_day_of_the_next() {
        for (until, today, expected) in [(None, "2026-01-20", false), (Some("2026-01-20"), "2026-01-19", false), (Some("2026-01-20"), "2026-01-20", true)] {
            assert_eq!(ended(until, today), expected, "{until:?} on {today}");
        }
        assert!(!ended(Some("2026-01-20"), ""), "a day that is not known ends nothing");
    }
}
