//! Which column of the price list holds what. Prices from a quantity on come in two ways: where they hold from the same few
//! quantities throughout the list, a column each; otherwise one column says them, and hidden ones compute.

use std::collections::BTreeSet;

use super::book::{At, Number, Row, Value};
use super::formulas::{cell, price_number, quantity_number};
use super::styles;
use crate::catalog::columns::Columns;
use crate::catalog::{Tier, tiers};
use crate::money::{Currency, Price, Quantity};
use crate::words::{Lang, format, sheet as words};

pub const CODE: At = 0;
pub const NAME: At = 1;
pub const UNIT: At = 2;
pub const STOCK: At = 3;
pub const PACK: At = 4;
pub const LEAST: At = 5;
pub const PRICE: At = 6;

/// Quantities that have a column of their own at most: more would not go on a page.
pub const MOST_COLUMNS: usize = 4;

/// How prices from a quantity on stand in the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Steps {
    None,
    /// A column each, by the quantity they hold from.
    Same(Vec<i64>),
    /// In words, and in so many pairs of hidden columns: from, price.
    Own(usize),
}

/// Columns behind the price, by what they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    pub steps: Steps,
    pub rate: At,
    pub quantity: At,
    pub amount: At,
    /// Path of the product's group, so that the AutoFilter chooses by group.
    pub group: At,
    /// Hidden: what a returned sheet is read by, and what the validation compares with.
    pub row_id: At,
    pub greatest: At,
}

/// The steps that make a product's price lower, from the least quantity up.
pub fn steps(list: &Columns, row: usize) -> Vec<Tier> {
    let mut all = list.tiers(row);
    all.sort_by_key(|tier| tier.from);
    tiers::lowering(list.price(row), &all).collect()
}

impl Places {
    /// For these rows of a list.
    pub fn of(list: &Columns, shown: &[u32]) -> Self {
        let (mut quantities, mut most) = (BTreeSet::new(), 0);
        for row in shown {
            let steps = steps(list, *row as usize);
            most = most.max(steps.len());
            // A few more than have a column are enough to know that there are too many.
            if quantities.len() <= MOST_COLUMNS {
                quantities.extend(steps.iter().map(|step| step.from));
            }
        }
        Self::new(match quantities.len() {
            0 => Steps::None,
            count if count <= MOST_COLUMNS => Steps::Same(quantities.into_iter().collect()),
            _ => Steps::Own(most),
        })
    }

    fn new(steps: Steps) -> Self {
        let rate = PRICE + 1 + seen(&steps);
        Self { steps, rate, quantity: rate + 1, amount: rate + 2, group: rate + 3, row_id: rate + 4, greatest: rate + 5 }
    }

    /// Widths from the first column on.
    pub fn widths(&self) -> Vec<u16> {
        let steps = match &self.steps {
            Steps::None => Vec::new(),
            Steps::Same(quantities) => vec![11; quantities.len()],
            Steps::Own(_) => vec![26],
        };
        [&[18, 42, 7, 12, 9, 8, 11], steps.as_slice(), &[8, 12, 13, 30, 10, 10], &vec![10; self.pairs() * 2]].concat()
    }

    pub fn hidden(&self) -> Vec<At> {
        (self.row_id..=self.greatest + 2 * self.pairs() as At).collect()
    }

    fn pairs(&self) -> usize {
        if let Steps::Own(most) = self.steps { most } else { 0 }
    }

    fn pair(&self, at: usize) -> (At, At) {
        let from = self.greatest + 1 + 2 * at as At;
        (from, from + 1)
    }

    /// The price of the quantity in a row.
    pub fn price(&self, row: At) -> String {
        let list = cell(row, PRICE, false);
        // A sum such as 0.7 + 0.1 is a hair beside 0.8.
        let quantity = format!("ROUND({},3)", cell(row, self.quantity, false));
        let step = |price: At, from: String| {
            let price = cell(row, price, false);
            format!("IF(AND(ISNUMBER({price}),{quantity}>={from}),{price},{list})")
        };
        let steps: Vec<String> = match &self.steps {
            Steps::None => return list,
            Steps::Same(from) => (PRICE + 1..).zip(from).map(|(column, from)| step(column, quantity_number(Quantity::from_raw(*from)).to_string())).collect(),
            Steps::Own(most) => (0..*most).map(|at| self.pair(at)).map(|(from, price)| step(price, cell(row, from, false))).collect(),
        };
        format!("MIN({list},{})", steps.join(","))
    }

    /// The heads of what is seen.
    pub fn heads(&self, row: &mut Row, lang: Lang) {
        match &self.steps {
            Steps::None => {}
            Steps::Same(quantities) => {
                for (column, from) in (PRICE + 1..).zip(quantities) {
                    row.text(column, styles::HEADER_RIGHT, &words::PRICE_FROM.with(lang, &[("n", &format::quantity(lang, Quantity::from_raw(*from)))]));
                }
            }
            Steps::Own(_) => row.text(PRICE + 1, styles::HEADER, words::PRICES_FROM.say(lang)),
        }
    }

    /// What is seen of a product's steps; it stands behind the price.
    pub fn seen(&self, row: &mut Row, of: &[Tier], currency: Currency, lang: Lang) {
        match &self.steps {
            Steps::None => {}
            Steps::Same(quantities) => {
                for (column, from) in (PRICE + 1..).zip(quantities) {
                    match of.iter().rfind(|step| step.from == *from) {
                        Some(step) => row.put(column, styles::price(Price::from_raw(step.price), currency), Value::Number(price_of(step))),
                        None => row.put(column, styles::NUMBER, Value::Blank),
                    }
                }
            }
            Steps::Own(_) => {
                let said = |step: &Tier| {
                    let (from, price) = (Quantity::from_raw(step.from), Price::from_raw(step.price));
                    words::PRICE_FROM_IS.with(lang, &[("n", &format::quantity(lang, from)), ("price", &format::price(lang, price))])
                };
                row.text(PRICE + 1, styles::TEXT, &of.iter().map(said).collect::<Vec<_>>().join("; "));
            }
        }
    }

    /// What computes and is not seen; it stands last.
    pub fn unseen(&self, row: &mut Row, of: &[Tier]) {
        for (at, step) in of.iter().enumerate().take(self.pairs()) {
            let (from, price) = self.pair(at);
            row.put(from, styles::PLAIN, Value::Number(quantity_number(Quantity::from_raw(step.from))));
            row.put(price, styles::PLAIN, Value::Number(price_of(step)));
        }
    }
}

/// Columns that a reader sees.
fn seen(steps: &Steps) -> At {
    match steps {
        Steps::None => 0,
        Steps::Same(quantities) => quantities.len() as At,
        Steps::Own(_) => 1,
    }
}

fn price_of(step: &Tier) -> Number {
    price_number(Price::from_raw(step.price))
}
