//! What is odd about an order that waits for the firm: it is told, and changes nothing. Whoever accepts the order looks at it
//! or dismisses it, and both leave a trace.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::money::{Price, Quantity};

/// Orders of the customer looked back on at most: the last ones before the order.
pub const LOOK_BACK: usize = 30;
/// Orders that make a habit: with fewer, nothing is usual.
const LEAST_ORDERS: usize = 3;
/// So many times the customer's median for a product, or that part of it, is far from it.
const FAR: i64 = 3;
/// Of the newest so many orders a usual product is in three of four.
const USUAL_OF: usize = 8;
/// Usual products that are told as missing.
const MOST_MISSING: usize = 10;
/// An order within so many days with nearly the same lines may be the same order.
pub const DOUBLE_WITHIN_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Lines in common, in hundredths of all lines of both, that make two orders nearly the same.
const DOUBLE_FROM: usize = 80;

/// What can be odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OddKind {
    /// Nearly the same lines as another order of these days.
    PossibleDouble,
    /// Below the firm's least amount.
    BelowMinimum,
    /// Far above what the customer orders of the product.
    QuantityHigh,
    /// Far below it.
    QuantityLow,
    /// More than is in stock.
    StockShort,
    /// The price is not the one the customer was shown.
    PriceMoved,
    /// Nothing of the product's group was ever ordered.
    NewGroup,
    /// A product that is in nearly every order is not in this one.
    UsualMissing,
}

impl OddKind {
    pub const ALL: [Self; 8] = [
        Self::PossibleDouble,
        Self::BelowMinimum,
        Self::QuantityHigh,
        Self::QuantityLow,
        Self::StockShort,
        Self::PriceMoved,
        Self::NewGroup,
        Self::UsualMissing,
    ];
    /// The word in database and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PossibleDouble => "possible_double",
            Self::BelowMinimum => "below_minimum",
            Self::QuantityHigh => "quantity_high",
            Self::QuantityLow => "quantity_low",
            Self::StockShort => "stock_short",
            Self::PriceMoved => "price_moved",
            Self::NewGroup => "new_group",
            Self::UsualMissing => "usual_missing",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A line that was taken, with what is known of its product.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub code: String,
    pub group: String,
    pub quantity: Quantity,
    pub shown: Option<Price>,
    pub price: Option<Price>,
    pub stock: Option<Quantity>,
}

/// Another order of the customer that was neither cancelled nor refused.
#[derive(Clone, Debug, Default)]
pub struct Other {
    pub id: String,
    pub at_ms: i64,
    /// Quantities by product code.
    pub lines: BTreeMap<String, Quantity>,
}

/// One thing that is odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    pub kind: OddKind,
    /// The product's or group's code, the other order's id; empty where it is about the order as a whole.
    pub subject: String,
    /// What is in the order.
    pub quantity: Option<Quantity>,
    /// What is usual, or in stock.
    pub beside: Option<Quantity>,
    pub shown: Option<Price>,
    pub price: Option<Price>,
}

impl Oddity {
    fn new(kind: OddKind, subject: impl Into<String>) -> Self {
        Self { kind, subject: subject.into(), quantity: None, beside: None, shown: None, price: None }
    }
}

/// What is odd about an order placed at `at_ms`, of these lines, beside the customer's others, the newest first. `known` are those
/// of the lines' groups of which anything was ever ordered before, however long ago. Sorted by kind, then as the lines stand.
pub fn oddities(at_ms: i64, lines: &[Line], others: &[Other], known: &BTreeSet<String>, is_below_minimum: bool) -> Vec<Oddity> {
    let mut found = Vec::new();
    if let Some(double) = others.iter().find(|other| (at_ms - other.at_ms).abs() <= DOUBLE_WITHIN_MS && is_nearly_the_same(lines, other)) {
        found.push(Oddity::new(OddKind::PossibleDouble, double.id.clone()));
    }
    if is_below_minimum {
        found.push(Oddity::new(OddKind::BelowMinimum, ""));
    }
    let before: Vec<&Other> = others.iter().filter(|other| other.at_ms < at_ms).collect();
    let mut new_groups = BTreeSet::new();
    for line in lines {
        let mut usual: Vec<Quantity> = before.iter().filter_map(|other| other.lines.get(&line.code).copied()).collect();
        if let Some(median) = median(&mut usual) {
            let (own, usual) = (line.quantity.raw(), median.raw());
            let kind = if own > usual.saturating_mul(FAR) {
                Some(OddKind::QuantityHigh)
            } else if own.saturating_mul(FAR) < usual {
                Some(OddKind::QuantityLow)
            } else {
                None
            };
            found.extend(kind.map(|kind| Oddity { quantity: Some(line.quantity), beside: Some(median), ..Oddity::new(kind, line.code.clone()) }));
        }
        if line.stock.is_some_and(|stock| stock < line.quantity) {
            found.push(Oddity { quantity: Some(line.quantity), beside: line.stock, ..Oddity::new(OddKind::StockShort, line.code.clone()) });
        }
        if line.shown.is_some() && line.shown != line.price {
            found.push(Oddity { shown: line.shown, price: line.price, ..Oddity::new(OddKind::PriceMoved, line.code.clone()) });
        }
        if before.len() >= LEAST_ORDERS && !line.group.is_empty() && !known.contains(&line.group) && new_groups.insert(&line.group) {
            found.push(Oddity::new(OddKind::NewGroup, line.group.clone()));
        }
    }
    found.extend(missing(lines, &before));
    found.sort_by_key(|oddity| oddity.kind);
    found
}

/// The middle one, the lower of two; none where they are too few to tell.
fn median(quantities: &mut [Quantity]) -> Option<Quantity> {
    if quantities.len() < LEAST_ORDERS {
        return None;
    }
    quantities.sort_unstable();
    quantities.get((quantities.len() - 1) / 2).copied()
}

/// Lines in common with the same quantity, of all lines of both.
fn is_nearly_the_same(lines: &[Line], other: &Other) -> bool {
    let own: BTreeMap<&str, Quantity> = lines.iter().map(|line| (line.code.as_str(), line.quantity)).collect();
    let common = own.iter().filter(|(code, quantity)| other.lines.get(**code) == Some(quantity)).count();
    let all = own.len() + other.lines.keys().filter(|code| !own.contains_key(code.as_str())).count();
    all > 0 && common * 100 >= all * DOUBLE_FROM
}

/// Products of nearly every one of the newest orders that are not among these, with the median of what was ordered.
fn missing(lines: &[Line], before: &[&Other]) -> Vec<Oddity> {
    let newest = &before[..before.len().min(USUAL_OF)];
    if newest.len() < LEAST_ORDERS {
        return Vec::new();
    }
    let mut seen: BTreeMap<&str, Vec<Quantity>> = BTreeMap::new();
    for other in newest {
        for (code, quantity) in &other.lines {
            seen.entry(code).or_default().push(*quantity);
        }
    }
    let own: BTreeSet<&str> = lines.iter().map(|line| line.code.as_str()).collect();
    let is_usual = |count: usize| count >= LEAST_ORDERS && count * 4 >= newest.len() * 3;
    let mut missing: Vec<(usize, Oddity)> = seen
        .into_iter()
        .filter(|(code, quantities)| is_usual(quantities.len()) && !own.contains(code))
        .map(|(code, mut quantities)| {
            let count = quantities.len();
            (count, Oddity { beside: median(&mut quantities), ..Oddity::new(OddKind::UsualMissing, code) })
        })
        .collect();
    // Those in most orders first.
    missing.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    missing.truncate(MOST_MISSING);
    missing.into_iter().map(|(_, oddity)| oddity).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 24 * 60 * 60 * 1000;

    fn line(code: &str, quantity: i64) -> Line {
        Line { code: code.into(), group: "G".into(), quantity: Quantity::from_raw(quantity * 1000), ..Line::default() }
    }
    fn other(day: i64, lines: &[(&str, i64)]) -> Other {
        let lines = lines.iter().map(|(code, quantity)| ((*code).to_string(), Quantity::from_raw(quantity * 1000))).collect();
        Other { id: format!("order of day {day}"), at_ms: day * DAY, lines }
    }
    fn told(lines: &[Line], others: &[Other]) -> Vec<(OddKind, String)> {
        oddities(100 * DAY, lines, others, &BTreeSet::from(["G".to_string()]), false).into_iter().map(|oddity| (oddity.kind, oddity.subject)).collect()
    }

    #[test]
    fn a_quantity_far_from_the_median_is_odd_in_both_directions() {
        let others = [other(80, &[("A", 10)]), other(60, &[("A", 12)]), other(40, &[("A", 200)])];
        assert_eq!(told(&[line("A", 36)], &others), []);
        assert_eq!(told(&[line("A", 37)], &others), [(OddKind::QuantityHigh, "A".into())]);
        assert_eq!(told(&[line("A", 4)], &others), []);
        assert_eq!(told(&[line("A", 3)], &others), [(OddKind::QuantityLow, "A".into())]);
        assert_eq!(told(&[line("A", 3)], &others[..2]), [], "two orders are no habit");
    }

    #[test]
    fn what_is_in_nearly_every_order_is_missed() {
        let others = [other(80, &[("A", 1), ("B", 2)]), other(60, &[("A", 1)]), other(40, &[("A", 3), ("B", 2)]), other(20, &[("A", 5), ("B", 2)])];
        assert_eq!(told(&[line("C", 1)], &others), [(OddKind::UsualMissing, "A".into()), (OddKind::UsualMissing, "B".into())]);
        assert_eq!(told(&[line("A", 1), line("B", 2)], &others), []);
    }

    #[test]
    fn nearly_the_same_lines_within_a_week_may_be_the_same_order() {
        let lines = [line("A", 1), line("B", 2), line("C", 3), line("D", 4), line("E", 5)];
        let same = [("A", 1), ("B", 2), ("C", 3), ("D", 4), ("E", 5)];
        assert_eq!(told(&lines, &[other(97, &same)]), [(OddKind::PossibleDouble, "order of day 97".into())]);
        assert_eq!(told(&lines, &[other(97, &same[..4])]), [(OddKind::PossibleDouble, "order of day 97".into())]);
        assert_eq!(told(&lines, &[other(97, &same[..3])]), []);
        assert_eq!(told(&lines, &[other(90, &same)]), []);
    }

    #[test]
    fn stock_prices_and_groups_are_looked_at() {
        let others = [other(80, &[("A", 1)]), other(60, &[("A", 1)]), other(40, &[("A", 1)])];
        let price = |raw| Some(Price::from_raw(raw));
        let odd = Line { group: "H".into(), stock: Some(Quantity::from_raw(500)), shown: price(2), price: price(3), ..line("N", 1) };
        let kinds: Vec<OddKind> = told(&[line("A", 1), odd], &others).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [OddKind::StockShort, OddKind::PriceMoved, OddKind::NewGroup]);
    }

    proptest! {
        /// Told is what a person can dismiss: each kind and subject once.
        #[test]
        fn each_thing_is_told_once(orders in prop::collection::vec(prop::collection::btree_map(0_u8..6, 1_i64..50, 0..6), 0..12),
            own in prop::collection::btree_map(0_u8..8, 1_i64..500, 1..8)) {
            let others: Vec<Other> = orders.iter().enumerate().map(|(at, lines)| Other {
                id: at.to_string(), at_ms: (99 - at as i64) * DAY,
                lines: lines.iter().map(|(code, quantity)| (code.to_string(), Quantity::from_raw(*quantity))).collect(),
            }).collect();
            let lines: Vec<Line> = own.iter().map(|(code, quantity)| Line {
                code: code.to_string(), group: (code % 3).to_string(), quantity: Quantity::from_raw(*quantity), ..Line::default() }).collect();
            let known = orders.iter().flat_map(|lines| lines.keys()).map(|code| (code % 3).to_string()).collect();
            let found = oddities(100 * DAY, &lines, &others, &known, true);
            let named: BTreeSet<(OddKind, &str)> = found.iter().map(|oddity| (oddity.kind, oddity.subject.as_str())).collect();
            prop_assert_eq!(named.len(), found.len());
            prop_assert!(found.iter().filter(|oddity| oddity.kind == OddKind::UsualMissing).count() <= MOST_MISSING);
        }
    }
}
