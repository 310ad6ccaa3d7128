//! A published price list in columns: what travels to the browser, is kept there and is searched.
//!
//! Names are stored as the pieces between their spaces. Most pieces recur in hundreds of names, so a list is a tenth of
//! its text in memory, a third less on the wire than brotli alone makes of it (measured: 795 kB instead of 1014 kB for
//! the names of 100 000 goods), and search looks at each piece once instead of at each name.
//!
//! Encoding is canonical: equal lists are equal bytes, so a checksum tells whether two are the same.

use std::borrow::{Borrow, Cow};
use std::collections::HashMap;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use super::{GroupRow, ProductRow, Snapshot, Tier};
use crate::money::{Currency, Percent, Price, Quantity, VatMode};
use crate::orders::QuantityRule;

mod codec;
pub mod delta;
mod numbers;
mod pack;
#[cfg(test)]
mod tests;
mod unpack;

pub use codec::Damage;
pub use numbers::Run;
use numbers::{Numbers, Runs};

/// More goods than a sheet has rows; a file that claims more is not ours.
pub const MOST_ROWS: usize = 4_000_000;
/// Prices from a quantity on in a whole list; memory is taken for so many before anything is known of them.
pub const MOST_TIERS: usize = 4_000_000;
/// More attributes than a page could offer as filters.
pub const MOST_ATTRIBUTES: usize = 32;

/// What is said once of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
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
    /// Each after its parent, in reading order.
    pub groups: Vec<GroupRow>,
    /// Names of the attributes, e.g. "Brand", with the values that occur.
    pub attributes: Vec<Attribute>,
    units: Vec<String>,
    /// [`Percent`] as stored.
    vat_rates: Vec<i64>,
    rules: Vec<Rule>,
}

/// A property of products that buyers filter by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    pub name: String,
    /// The values that occur, in order; value numbers count from 1.
    pub values: Vec<String>,
}

/// [`QuantityRule`] as stored: min, max, increment, precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Rule(Option<i64>, Option<i64>, Option<i64>, u8);

/// Texts back to back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    text: String,
    /// Where each begins, and the end.
    starts: Vec<u32>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { text: String::new(), starts: vec![0] }
    }
}

impl Texts {
    pub fn get(&self, at: usize) -> &str {
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => self.text.get(*from as usize..*to as usize).unwrap_or(""),
            _ => "",
        }
    }
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// How long all are together.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.starts.push(self.text.len() as u32);
    }
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        (0..self.len()).map(|at| self.get(at))
    }
}

/// Marks of a product, as bits.
mod flag {
    pub const NEW: u8 = 1;
    pub const PROMOTION: u8 = 2;
}

/// The list. Rows stand in reading order: by group, then name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub head: Head,
    codes: Texts,
    /// The pieces of names: those that recur, most frequent first, then the others in the order they occur.
    pieces: Texts,
    /// How many recur.
    recurring: usize,
    name_pieces: Runs,
    groups: Numbers,
    units: Numbers,
    /// [`Price`] as stored.
    prices: Numbers,
    vat_rates: Numbers,
    rules: Numbers,
    /// [`crate::money::Quantity`] as stored, or less than any of them where the firm does not tell.
    stock: Numbers,
    untold: Option<i64>,
    flags: Vec<u8>,
    /// The number of the product's picture; 0: none.
    pictures: Numbers,
    /// For each attribute a value number per row; 0: none.
    attributes: Vec<Numbers>,
    /// Row, quantity from which it holds, price: by row, then quantity.
    tiers: Vec<(u32, i64, i64)>,
}

/// A whole of what stocks are counted in, as it is stored.
const WHOLE: i64 = Quantity::whole(1).raw();

impl Columns {
    pub fn len(&self) -> usize {
        self.prices.len()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The firm's own code.
    pub fn code(&self, row: usize) -> &str {
        self.codes.get(row)
    }
    pub fn codes(&self) -> &Texts {
        &self.codes
    }
    pub fn pieces(&self) -> &Texts {
        &self.pieces
    }
    /// How many pieces recur; the others stand once each, in the order of the names.
    pub fn recurring(&self) -> usize {
        self.recurring
    }
    /// The numbers of the pieces of a name, in order.
    pub fn name_pieces(&self, row: usize) -> Run<'_> {
        self.name_pieces.row(row)
    }
    pub fn name(&self, row: usize) -> String {
        let mut name = String::with_capacity(80);
        self.name_into(row, &mut name);
        name
    }
    pub fn name_into(&self, row: usize, name: &mut String) {
        for (at, piece) in self.name_pieces(row).enumerate() {
            if at > 0 {
                name.push(' ');
            }
            name.push_str(self.pieces.get(piece as usize));
        }
    }
    pub fn group(&self, row: usize) -> u32 {
        self.groups.get(row) as u32
    }
    /// The group of each row.
    pub fn groups(&self) -> impl Iterator<Item = u32> + '_ {
        self.groups.iter().map(|group| group as u32)
    }
    pub fn unit(&self, row: usize) -> &str {
        self.head.units.get(self.units.get(row) as usize).map_or("", String::as_str)
    }
    pub fn price(&self, row: usize) -> Price {
        Price::from_raw(self.prices.get(row))
    }
    pub fn vat_rate(&self, row: usize) -> Percent {
        Percent::from_raw(self.head.vat_rates.get(self.vat_rates.get(row) as usize).copied().unwrap_or_default())
    }
    fn stored_rule(&self, row: usize) -> Rule {
        self.head.rules.get(self.rules.get(row) as usize).copied().unwrap_or(Rule(None, None, None, 0))
    }
    pub fn rule(&self, row: usize) -> QuantityRule {
        let rule = self.stored_rule(row);
        let quantity = |raw: Option<i64>| raw.map(Quantity::from_raw);
        QuantityRule { min: quantity(rule.0), max: quantity(rule.1), increment: quantity(rule.2), precision: rule.3 }
    }
    /// [`crate::money::Quantity`] as stored; absent: not told.
    pub fn stock(&self, row: usize) -> Option<i64> {
        Some(self.stock.get(row)).filter(|stock| Some(*stock) != self.untold)
    }
    pub fn in_stock(&self, row: usize) -> bool {
        self.stock(row).is_none_or(|stock| stock > 0)
    }
    /// The number of its picture; 0: none.
    pub fn picture(&self, row: usize) -> u32 {
        self.pictures.get(row) as u32
    }
    /// Whether any product has a picture.
    pub fn has_pictures(&self) -> bool {
        self.pictures.iter().any(|picture| picture > 0)
    }
    pub fn is_new(&self, row: usize) -> bool {
        self.flags[row] & flag::NEW != 0
    }
    pub fn in_promotion(&self, row: usize) -> bool {
        self.flags[row] & flag::PROMOTION != 0
    }
    /// The number of its value of an attribute; 0: none.
    pub fn attribute(&self, attribute: usize, row: usize) -> u32 {
        self.attributes[attribute].get(row) as u32
    }
    /// Its prices from larger quantities on, by quantity.
    pub fn tiers(&self, row: usize) -> Vec<Tier> {
        let from = self.tiers.partition_point(|tier| (tier.0 as usize) < row);
        self.tiers[from..].iter().take_while(|tier| tier.0 as usize == row).map(|(_, from, price)| Tier { from: *from, price: *price }).collect()
    }

    /// Changes every price and every tier's price.
    pub(super) fn each_price(&mut self, change: impl Fn(i64) -> i64) {
        self.prices = self.prices.iter().map(&change).collect::<Vec<_>>().into();
        self.tiers.iter_mut().for_each(|tier| tier.2 = change(tier.2));
    }

    /// One product, in full.
    pub fn product(&self, row: usize) -> ProductRow {
        let rule = self.stored_rule(row);
        ProductRow {
            code: self.code(row).to_string(),
            name: self.name(row),
            group: self.group(row),
            unit: self.unit(row).to_string(),
            price: self.prices.get(row),
            vat_rate: self.vat_rate(row).raw(),
            min: rule.0,
            max: rule.1,
            increment: rule.2,
            precision: rule.3,
            stock: self.stock(row),
            new: self.is_new(row),
            promotion: self.in_promotion(row),
            picture: self.pictures.get(row) as u32,
            attributes: self.head.attributes.iter().zip(&self.attributes).map(|(attribute, column)| value(attribute, column.get(row) as u32)).collect(),
            tiers: self.tiers(row),
        }
    }

    /// All products as rows, for whoever goes through all of them.
    pub fn to_snapshot(&self) -> Snapshot {
        Snapshot { products: (0..self.len()).map(|row| self.product(row)).collect(), ..self.without_products() }
    }

    /// The list's beginning: so many rows, with what is said once of all.
    pub fn beginning(&self, rows: usize) -> Self {
        Self::of_rows(&self.without_products(), (0..rows.min(self.len())).map(|row| Cow::Owned(self.product(row))))
    }

    /// What is said once of the list.
    fn without_products(&self) -> Snapshot {
        let head = &self.head;
        Snapshot {
            version: head.version,
            overlay: head.overlay.clone(),
            currency: head.currency,
            vat_mode: head.vat_mode,
            published_at: head.published_at,
            valid_from: head.valid_from.clone(),
            valid_until: head.valid_until.clone(),
            terms: head.terms.clone(),
            note: head.note.clone(),
            groups: head.groups.clone(),
            attributes: head.attributes.iter().map(|attribute| attribute.name.clone()).collect(),
            products: Vec::new(),
        }
    }

    pub fn from_snapshot(snapshot: &Snapshot) -> Self {
        Self::of_rows(snapshot, snapshot.products.iter().map(Cow::Borrowed))
    }

    /// From what is said once, with rows that come one by one, so that they are never held all at a time.
    fn of_rows<'a>(snapshot: &Snapshot, rows: impl Iterator<Item = Cow<'a, ProductRow>>) -> Self {
        let mut units: Numbering<String> = Numbering::default();
        let mut vat_rates = Numbering::default();
        let mut rules = Numbering::default();
        let mut values: Vec<Numbering<String>> = snapshot.attributes.iter().map(|_| Numbering::default()).collect();
        let mut names = Texts::default();
        let mut columns = Self {
            head: Head {
                version: snapshot.version,
                overlay: snapshot.overlay.clone(),
                currency: snapshot.currency,
                vat_mode: snapshot.vat_mode,
                published_at: snapshot.published_at,
                valid_from: snapshot.valid_from.clone(),
                valid_until: snapshot.valid_until.clone(),
                terms: snapshot.terms.clone(),
                note: snapshot.note.clone(),
                groups: snapshot.groups.clone(),
                attributes: Vec::new(),
                units: Vec::new(),
                vat_rates: Vec::new(),
                rules: Vec::new(),
            },
            codes: Texts::default(),
            pieces: Texts::default(),
            recurring: 0,
            name_pieces: Runs::default(),
            groups: Numbers::default(),
            units: Numbers::default(),
            prices: Numbers::default(),
            vat_rates: Numbers::default(),
            rules: Numbers::default(),
            stock: Numbers::default(),
            untold: None,
            flags: Vec::new(),
            pictures: Numbers::default(),
            attributes: Vec::new(),
            tiers: Vec::new(),
        };
        let mut each: [Vec<i64>; 6] = Default::default();
        let mut stock = Vec::new();
        let mut attributes: Vec<Vec<i64>> = vec![Vec::new(); snapshot.attributes.len()];
        for (row, product) in rows.enumerate() {
            names.push(&product.name);
            columns.codes.push(&product.code);
            let numbers = [
                product.group.into(),
                units.of(product.unit.as_str()).into(),
                product.price,
                vat_rates.of(&product.vat_rate).into(),
                rules.of(&Rule(product.min, product.max, product.increment, product.precision)).into(),
                product.picture.into(),
            ];
            each.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
            stock.push(product.stock);
            columns.flags.push(if product.new { flag::NEW } else { 0 } | if product.promotion { flag::PROMOTION } else { 0 });
            for (attribute, (column, numbering)) in attributes.iter_mut().zip(&mut values).enumerate() {
                let value = product.attributes.get(attribute).map_or("", String::as_str);
                column.push(if value.is_empty() { 0 } else { (numbering.of(value) + 1).into() });
            }
            columns.tiers.extend(product.tiers.iter().map(|tier| (row as u32, tier.from, tier.price)));
        }
        columns.name_all(names.iter());
        let [groups, unit_numbers, prices, vat_rate_numbers, rule_numbers, pictures] = each.map(Numbers::from);
        columns = Self { groups, units: unit_numbers, prices, vat_rates: vat_rate_numbers, rules: rule_numbers, pictures, ..columns };
        columns.set_stock(stock);
        columns.attributes = attributes.into_iter().map(Numbers::from).collect();
        columns.head.units = units.all;
        columns.head.vat_rates = vat_rates.all;
        columns.head.rules = rules.all;
        columns.head.attributes = snapshot.attributes.iter().zip(values).map(|(name, values)| Attribute { name: name.clone(), values: values.all }).collect();
        columns
    }

    /// Puts in what is on stock; absent: not told, and kept as one whole less than any.
    fn set_stock(&mut self, stock: Vec<Option<i64>>) {
        let least = stock.iter().flatten().copied().min().unwrap_or(0).min(0);
        let untold = least.saturating_sub(WHOLE);
        self.untold = stock.contains(&None).then_some(untold);
        self.stock = stock.into_iter().map(|told| told.unwrap_or(untold)).collect::<Vec<_>>().into();
    }

    /// Cuts the names into pieces and numbers them.
    fn name_all<'a>(&mut self, names: impl Iterator<Item = &'a str> + Clone) {
        let mut counts: HashMap<&str, (u32, usize)> = HashMap::new();
        for (order, piece) in names.clone().flat_map(|name| name.split(' ')).enumerate() {
            counts.entry(piece).or_insert((0, order)).0 += 1;
        }
        let mut recurring: Vec<(&str, (u32, usize))> = counts.iter().filter(|(_, (count, _))| *count > 1).map(|(piece, count)| (*piece, *count)).collect();
        recurring.sort_unstable_by_key(|(_, (count, first))| (std::cmp::Reverse(*count), *first));
        let numbers: HashMap<&str, u32> = recurring.iter().enumerate().map(|(number, (piece, _))| (*piece, number as u32)).collect();
        for (piece, _) in &recurring {
            self.pieces.push(piece);
        }
        self.recurring = recurring.len();
        for name in names {
            for piece in name.split(' ') {
                let number = numbers.get(piece).copied().unwrap_or_else(|| {
                    self.pieces.push(piece);
                    self.pieces.len() as u32 - 1
                });
                self.name_pieces.push(number);
            }
            self.name_pieces.end();
        }
    }
}

fn value(attribute: &Attribute, number: u32) -> String {
    number.checked_sub(1).and_then(|at| attribute.values.get(at as usize)).cloned().unwrap_or_default()
}

/// Numbers values in the order they come.
struct Numbering<T> {
    all: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Numbering<T> {
    fn default() -> Self {
        Self { all: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Numbering<T> {
    fn of<Q: ToOwned<Owned = T> + Eq + Hash + ?Sized>(&mut self, value: &Q) -> u32
    where
        T: Borrow<Q>,
    {
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.all.push(value.to_owned());
        self.numbers.insert(value.to_owned(), number);
        number
    }
}
