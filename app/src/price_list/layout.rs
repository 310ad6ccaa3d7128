//! From query and filters to what stands where: hits, groups above them, and the pixel each entry begins at.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::Arc;

use kontor_shared::catalog::search::{Facets, Filter, Found, facets};
use kontor_shared::drafts::{Draft, Review, mark};
use kontor_shared::money::Price;
use kontor_shared::numbers::{NumberError, plain_decimal};
use leptos::prelude::*;

use crate::catalogue::{Catalogue, shop};
use crate::draft;
use crate::lang::lang;

/// A computed value shared by pointer: the same pointer is the same value, so comparing costs nothing.
pub struct Shared<T>(Arc<T>);
impl<T> Shared<T> {
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}
impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// Heights in pixels, as the style sheet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics {
    pub row: u32,
    pub group: u32,
    /// What a row grows by to offer right quantities.
    pub hint: u32,
    /// The head that stays at the top.
    pub head: u32,
}

/// One thing in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// A group's head with the number of its rows that follow.
    Group(u32, u32),
    Row(u32),
}

/// Hits without the group chosen in the tree, and how many each group has.
pub struct Hits {
    pub found: Found,
    /// How many of them each filter would leave.
    pub facets: Facets,
}

/// Everything in its place.
pub struct Layout {
    pub entries: Vec<Entry>,
    /// Where each entry begins, and the end.
    pub tops: Vec<u32>,
    pub rows: u32,
    /// By group rather than by match.
    pub grouped: bool,
}

impl Layout {
    pub fn height(&self) -> u32 {
        self.tops.last().copied().unwrap_or(0)
    }
    /// The entry at a pixel.
    pub fn at(&self, pixel: u32) -> usize {
        self.tops.partition_point(|top| *top <= pixel).saturating_sub(1).min(self.entries.len().saturating_sub(1))
    }
    pub fn entry_of(&self, row: u32) -> Option<usize> {
        self.entries.iter().position(|entry| *entry == Entry::Row(row))
    }
    fn row_at(&self, at: usize) -> Option<u32> {
        match self.entries.get(at) {
            Some(Entry::Row(row)) => Some(*row),
            _ => None,
        }
    }
    /// All rows that are shown.
    pub fn found(&self) -> Arc<[u32]> {
        (0..self.entries.len()).filter_map(|at| self.row_at(at)).collect()
    }
    /// The first row from an entry on.
    pub fn row_from(&self, at: usize) -> Option<u32> {
        (at..self.entries.len()).find_map(|at| self.row_at(at))
    }
    /// So many rows down from an entry, or up; at most to the last or first. Nothing where there is none that way.
    pub fn step(&self, from: usize, by: i32) -> Option<u32> {
        let nth = by.unsigned_abs().saturating_sub(1) as usize;
        // The rows that way, nearest first, as far as they reach.
        if by > 0 {
            (from + 1..self.entries.len()).filter_map(|at| self.row_at(at)).take(nth + 1).last()
        } else {
            (0..from).rev().filter_map(|at| self.row_at(at)).take(nth + 1).last()
        }
    }
    /// The group that the entry belongs to, where groups are shown.
    pub fn group_of(&self, at: usize) -> Option<(usize, u32, u32)> {
        self.entries.get(..=at)?.iter().enumerate().rev().find_map(|(at, entry)| match entry {
            Entry::Group(group, rows) => Some((at, *group, *rows)),
            Entry::Row(_) => None,
        })
    }
}

/// Puts rows under their groups, or in the order given, and measures.
pub fn lay_out(rows: &[u32], group_of: impl Fn(u32) -> u32, grouped: bool, tall: &HashSet<u32>, metrics: Metrics) -> Layout {
    let mut entries = Vec::with_capacity(rows.len() + 64);
    let mut open = None;
    for row in rows {
        if grouped {
            let group = group_of(*row);
            match open {
                Some((at, here)) if here == group => {
                    if let Entry::Group(_, count) = &mut entries[at] {
                        *count += 1;
                    }
                }
                _ => {
                    open = Some((entries.len(), group));
                    entries.push(Entry::Group(group, 1));
                }
            }
        }
        entries.push(Entry::Row(*row));
    }
    let mut tops = Vec::with_capacity(entries.len() + 1);
    let mut top = 0;
    for entry in &entries {
        tops.push(top);
        top += match entry {
            Entry::Group(..) => metrics.group,
            Entry::Row(row) => metrics.row + if tall.contains(row) { metrics.hint } else { 0 },
        };
    }
    tops.push(top);
    Layout { entries, tops, rows: rows.len() as u32, grouped }
}

/// What is looked for and what is found; belongs to the page.
#[derive(Clone, Copy)]
pub struct Looking {
    pub metrics: RwSignal<Metrics>,
    pub hits: Memo<Shared<Hits>>,
    /// The query that was really used.
    pub used: Memo<String>,
    pub layout: Memo<Shared<Layout>>,
    /// What the draft comes to against this list; computed once for all who show it.
    pub review: Memo<Review>,
    /// Changes with query and filters, not with typed quantities.
    pub question: Memo<(String, Option<u32>, Shared<Hits>)>,
}

/// A limit of the price filter as typed; a blank is none.
pub fn limit(text: &str) -> Result<Option<Price>, NumberError> {
    match plain_decimal(text, None).or_else(|_| plain_decimal(text, Some(mark(lang())))) {
        Ok(plain) => plain.parse().map(Some).map_err(|_| NumberError::NotANumber),
        Err(NumberError::Empty) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the draft comes to against a list; tracked.
pub fn review(catalogue: &Catalogue) -> Review {
    draft::store().draft.with(|draft| review_of(draft, catalogue))
}

/// What an order comes to against a list.
pub fn review_of(draft: &Draft, catalogue: &Catalogue) -> Review {
    draft.review(|code| catalogue.by_code(code), catalogue.info.currency, catalogue.info.vat_mode, lang())
}

impl Looking {
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        let shop = shop();
        let metrics = RwSignal::new(Metrics { row: 30, group: 30, hint: 30, head: 28 });
        let hits = {
            let catalogue = catalogue.clone();
            Memo::new(move |_| {
                let filter = Filter {
                    in_stock: shop.in_stock.get(),
                    new: shop.new.get(),
                    promotion: shop.promotion.get(),
                    // A limit that cannot be read is marked where it is typed.
                    price_min: limit(&shop.price_min.read()).unwrap_or(None),
                    price_max: limit(&shop.price_max.read()).unwrap_or(None),
                    only: if shop.bought.get() { shop.bought_rows.get() } else { None },
                    ..Filter::default()
                };
                let literal = shop.literal.get();
                let query = shop.query.read();
                let mut found = if literal { catalogue.index.find_literal(&query, &filter) } else { catalogue.index.find(&query, &filter) };
                let chosen = shop.values.with(|values| values.iter().map(|(attribute, values)| (*attribute, values.iter().copied().collect())).collect());
                let (facets, shown) = facets(catalogue.list(), &catalogue.rows(found.rows()), &chosen);
                if !chosen.is_empty() {
                    found.keep(&shown);
                }
                Shared::new(Hits { found, facets })
            })
        };
        let used = Memo::new(move |_| hits.with(|hits| hits.found.repaired.clone()).unwrap_or_else(|| shop.query.get()));
        let review = {
            let catalogue = catalogue.clone();
            Memo::new(move |_| review(&catalogue))
        };
        // Rows whose quantity is wrong grow by their offer; only a change of this set lays the list out anew.
        let tall = {
            let catalogue = catalogue.clone();
            Memo::new(move |_| {
                review.with(|review| review.lines.iter().filter(|line| !line.ready()).filter_map(|line| catalogue.row(&line.code)).collect::<HashSet<u32>>())
            })
        };
        let layout = Memo::new(move |_| {
            let group = shop.group.get();
            let grouped = !shop.by_match.get() || shop.query.with(|query| query.trim().is_empty());
            let mut rows: Vec<u32> = hits.with(|hits| {
                let inside = |row: u32| match group {
                    None => true,
                    Some(group) => catalogue.groups_of(row).contains(&group),
                };
                hits.found.rows().iter().copied().filter(|row| inside(*row)).collect()
            });
            if grouped {
                rows.sort_unstable();
            }
            let group_of = |row: u32| catalogue.list().groups().get(row as usize).copied().unwrap_or_default();
            tall.with(|tall| Shared::new(lay_out(&rows, group_of, grouped, tall, metrics.get())))
        });
        let question = Memo::new(move |_| (shop.query.get(), shop.group.get(), hits.get()));
        Self { metrics, hits, used, layout, review, question }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: Metrics = Metrics { row: 30, group: 28, hint: 26, head: 28 };

    #[test]
    fn rows_stand_under_their_groups_and_wrong_ones_are_taller() {
        let layout = lay_out(&[0, 1, 2], |row| row / 2, true, &HashSet::from([1]), METRICS);
        assert_eq!(layout.entries, [Entry::Group(0, 2), Entry::Row(0), Entry::Row(1), Entry::Group(1, 1), Entry::Row(2)]);
        assert_eq!(layout.tops, [0, 28, 58, 114, 142, 172]);
        assert_eq!((layout.at(0), layout.at(57), layout.at(58), layout.at(9999)), (0, 1, 2, 4));
        assert_eq!(layout.group_of(2), Some((0, 0, 2)));
    }

    #[test]
    fn stepping_stops_at_the_ends_before_it_leaves_the_list() {
        let layout = lay_out(&[0, 1, 2, 3], |row| row / 2, true, &HashSet::new(), METRICS);
        for (from, by, expected) in [(1, 1, Some(1)), (2, 1, Some(2)), (1, 15, Some(3)), (5, 1, None), (4, -1, Some(1)), (4, -15, Some(0)), (1, -1, None)] {
            assert_eq!(layout.step(from, by), expected, "{by} from {from}");
        }
        assert_eq!((layout.row_from(0), layout.row_from(3), layout.row_from(6)), (Some(0), Some(2), None));
    }

    #[test]
    fn nothing_found_is_a_list_without_height() {
        let layout = lay_out(&[], |_| 0, true, &HashSet::new(), METRICS);
        assert_eq!((layout.height(), layout.at(0), layout.group_of(0)), (0, 0, None));
    }
}
