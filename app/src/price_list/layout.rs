//! From query and filters to what stands where: hits, groups above them, and the pixel each entry begins at.

use std::ops::Deref;
use std::sync::Arc;

use kontor_shared::catalog::search::{Bits, Facets, Filter, Found, facets};
use kontor_shared::drafts::{Draft, DraftLine, LineState, Review, judge, mark};
use kontor_shared::money::{Money, Price};
use kontor_shared::numbers::{NumberError, plain_decimal};
use leptos::prelude::*;

use super::manner::{Sort, manner};
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A group's head with the number of its rows that follow.
    Group(u32, u32),
    Row(u32),
}

/// Hits without the group chosen in the tree, and how many each group has.
pub struct Hits {
    pub found: Found,
    /// How many of them each filter would leave, in the group that is chosen.
    pub facets: Facets,
    /// The rows of that group.
    pub inside: Option<Bits>,
}

impl Hits {
    /// Whether a row is in the group that is chosen.
    pub fn has(&self, row: u32) -> bool {
        self.inside.as_ref().is_none_or(|inside| inside.has(row as usize))
    }
}

/// A group's head among the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    group: u32,
    /// Its place among the entries.
    at: u32,
    /// How many rows stand before it.
    rows: u32,
}

/// Everything in its place. Places are computed, not kept: at a million goods a keystroke costs the rows alone.
pub struct Layout {
    rows: Vec<u32>,
    /// Rows stand in the list's own order.
    sorted: bool,
    heads: Vec<Head>,
    /// Places among the rows of those that are taller, in order.
    tall: Vec<u32>,
    metrics: Metrics,
}

impl Layout {
    /// Puts rows under their groups, or in the order given, and measures.
    pub fn new(rows: Vec<u32>, sorted: bool, group_of: impl Fn(u32) -> u32, tall: &[u32], metrics: Metrics) -> Self {
        let mut heads: Vec<Head> = Vec::new();
        if sorted {
            for (before, row) in rows.iter().enumerate() {
                let group = group_of(*row);
                if heads.last().is_none_or(|head| head.group != group) {
                    heads.push(Head { group, at: (before + heads.len()) as u32, rows: before as u32 });
                }
            }
        }
        let mut layout = Self { rows, sorted, heads, tall: Vec::new(), metrics };
        layout.tall = tall.iter().filter_map(|row| layout.place_of(*row)).map(|place| place as u32).collect();
        layout.tall.sort_unstable();
        layout
    }
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.rows.len() + self.heads.len()
    }
    /// How many rows there are.
    pub fn count(&self) -> u32 {
        self.rows.len() as u32
    }
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }
    /// By group rather than in another order.
    pub fn grouped(&self) -> bool {
        self.sorted
    }
    /// The group an entry belongs to, by its place among the groups.
    fn head_of(&self, at: usize) -> Option<usize> {
        self.heads.partition_point(|head| head.at as usize <= at).checked_sub(1)
    }
    /// How many rows stand before an entry.
    fn rows_before(&self, at: usize) -> usize {
        at - self.heads.partition_point(|head| (head.at as usize) < at)
    }
    fn rows_under(&self, head: usize) -> u32 {
        self.heads.get(head + 1).map_or(self.count(), |next| next.rows) - self.heads[head].rows
    }
    pub fn entry(&self, at: usize) -> Option<Entry> {
        match self.head_of(at) {
            Some(head) if self.heads[head].at as usize == at => Some(Entry::Group(self.heads[head].group, self.rows_under(head))),
            _ => self.rows.get(self.rows_before(at)).copied().map(Entry::Row),
        }
    }
    /// The pixel an entry begins at; the end for the one after the last.
    pub fn top(&self, at: usize) -> u32 {
        let rows = self.rows_before(at);
        let tall = self.tall.partition_point(|place| (*place as usize) < rows);
        rows as u32 * self.metrics.row + tall as u32 * self.metrics.hint + (at - rows) as u32 * self.metrics.group
    }
    pub fn height(&self) -> u32 {
        self.top(self.len())
    }
    /// The entry at a pixel.
    pub fn at(&self, pixel: u32) -> usize {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = (from + to) / 2;
            if self.top(middle) <= pixel {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from.saturating_sub(1)
    }
    fn place_of(&self, row: u32) -> Option<usize> {
        if self.sorted { self.rows.binary_search(&row).ok() } else { self.rows.iter().position(|one| *one == row) }
    }
    pub fn entry_of(&self, row: u32) -> Option<usize> {
        let place = self.place_of(row)?;
        Some(place + self.heads.partition_point(|head| head.rows as usize <= place))
    }
    /// The first row from an entry on.
    pub fn row_from(&self, at: usize) -> Option<u32> {
        self.rows.get(self.rows_before(at)).copied()
    }
    /// So many rows down from an entry, or up; at most to the last or first. Nothing where there is none that way.
    pub fn step(&self, from: usize, by: i32) -> Option<u32> {
        let (before, many) = (self.rows_before(from), by.unsigned_abs() as usize);
        if by > 0 {
            let next = before + usize::from(matches!(self.entry(from), Some(Entry::Row(_))));
            (next < self.rows.len()).then(|| self.rows[(next + many - 1).min(self.rows.len() - 1)])
        } else {
            (before > 0).then(|| self.rows[before.saturating_sub(many)])
        }
    }
    /// The group that the entry belongs to, where groups are shown: its head's place, the group, how many rows it has.
    pub fn group_of(&self, at: usize) -> Option<(usize, u32, u32)> {
        let head = self.head_of(at)?;
        Some((self.heads[head].at as usize, self.heads[head].group, self.rows_under(head)))
    }
    /// The head of the next or previous group, and its first row.
    pub fn group_beside(&self, at: usize, by: i8) -> Option<(usize, u32)> {
        let now = self.head_of(at)?;
        let head = self.heads.get(if by > 0 { now + 1 } else { now.checked_sub(1)? })?;
        Some((head.at as usize, *self.rows.get(head.rows as usize)?))
    }
}

/// What the draft says of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered {
    pub row: u32,
    pub typed: String,
    pub state: LineState,
    pub amount: Option<Money>,
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
    /// What is typed, by row.
    pub ordered: Memo<Shared<Vec<Ordered>>>,
    /// The rows of favourites.
    pub favourites: Memo<Shared<Arc<Bits>>>,
    /// Changes with query and filters, not with typed quantities.
    pub question: Memo<(Option<u32>, Sort, Shared<Hits>)>,
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
    let info = &catalogue.info;
    draft.review(|code| catalogue.by_code(code), info.currency, (info.vat_mode, info.vat_method), lang())
}

impl Looking {
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        let (shop, manner) = (shop(), manner());
        let metrics = RwSignal::new(Metrics { row: 30, group: 30, hint: 30, head: 28 });
        let favourites = {
            let catalogue = catalogue.clone();
            Memo::new(move |_| {
                let rows: Vec<u32> = manner.favourites.with(|codes| codes.iter().filter_map(|code| catalogue.row(code)).collect());
                Shared::new(Arc::new(catalogue.rows(&rows)))
            })
        };
        let hits = {
            let catalogue = catalogue.clone();
            Memo::new(move |_| {
                let bought = if shop.bought.get() { shop.bought_rows.get() } else { None };
                let starred = manner.only_favourites.get().then(|| favourites.with(|rows| Arc::clone(rows)));
                let only = match (bought, starred) {
                    (Some(bought), Some(starred)) => {
                        let mut both = Bits::clone(&bought);
                        both.and(&starred);
                        Some(Arc::new(both))
                    }
                    (one, other) => one.or(other),
                };
                let filter = Filter {
                    in_stock: shop.in_stock.get(),
                    new: shop.new.get(),
                    promotion: shop.promotion.get(),
                    // A limit that cannot be read is marked where it is typed.
                    price_min: limit(&shop.price_min.read()).unwrap_or(None),
                    price_max: limit(&shop.price_max.read()).unwrap_or(None),
                    only,
                    ..Filter::default()
                };
                let literal = shop.literal.get();
                let query = shop.query.read();
                let mut found = if literal { catalogue.index.find_literal(&query, &filter) } else { catalogue.index.find(&query, &filter) };
                let chosen = shop.values.with(|values| values.iter().map(|(attribute, values)| (*attribute, values.iter().copied().collect())).collect());
                let inside = shop.group.get().map(|group| catalogue.index.in_group(group));
                let (facets, shown) = facets(catalogue.list(), &catalogue.rows(found.rows()), &chosen, inside.as_ref());
                if !chosen.is_empty() {
                    found.keep(&shown);
                }
                Shared::new(Hits { found, facets, inside })
            })
        };
        let used = Memo::new(move |_| hits.with(|hits| hits.found.repaired.clone()).unwrap_or_else(|| shop.query.get()));
        let review = {
            let catalogue = catalogue.clone();
            Memo::new(move |_| review(&catalogue))
        };
        let ordered = {
            let catalogue = catalogue.clone();
            let currency = catalogue.info.currency;
            Memo::new(move |_| {
                draft::store().draft.with(|draft| {
                    let line = |line: &DraftLine| {
                        let row = catalogue.row(&line.code)?;
                        let (state, amount) = judge(&line.typed, &catalogue.product(row)?, currency, line.lang.unwrap_or(lang()));
                        Some(Ordered { row, typed: line.typed.clone(), state, amount })
                    };
                    let mut ordered: Vec<Ordered> = draft.lines.iter().filter_map(line).collect();
                    ordered.sort_unstable_by_key(|line| line.row);
                    Shared::new(ordered)
                })
            })
        };
        // Rows whose quantity is wrong grow by their offer; only a change of this set lays the list out anew.
        let tall = Memo::new(move |_| ordered.with(|ordered| ordered.iter().filter(|line| line.wrong()).map(|line| line.row).collect::<Vec<u32>>()));
        let order = {
            let catalogue = catalogue.clone();
            Memo::new(move |_| manner.sort.get().order(catalogue.list()).map(Shared::new))
        };
        let layout = Memo::new(move |_| {
            let blank = shop.query.with(|query| query.trim().is_empty());
            let sorted = match manner.sort.get() {
                Sort::Group => true,
                Sort::Match => blank,
                _ => false,
            };
            let rows: Vec<u32> = hits.with(|hits| match order.get() {
                Some(order) => {
                    let found = catalogue.rows(hits.found.rows());
                    order.iter().copied().filter(|row| found.has(*row as usize) && hits.has(*row)).collect()
                }
                None => {
                    let mut rows: Vec<u32> = hits.found.rows().iter().copied().filter(|row| hits.has(*row)).collect();
                    if sorted {
                        rows.sort_unstable();
                    }
                    rows
                }
            });
            let group_of = |row: u32| catalogue.list().group(row as usize);
            tall.with(|tall| Shared::new(Layout::new(rows, sorted, group_of, tall, metrics.get())))
        });
        let question = Memo::new(move |_| (shop.group.get(), manner.sort.get(), hits.get()));
        Self { metrics, hits, used, layout, review, ordered, favourites, question }
    }
}

impl Ordered {
    /// Whether the row says what is wrong with it.
    pub fn wrong(&self) -> bool {
        !matches!(self.state, LineState::Right(_) | LineState::NotOrdered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: Metrics = Metrics { row: 30, group: 28, hint: 26, head: 28 };

    fn entries(layout: &Layout) -> Vec<Entry> {
        (0..layout.len()).filter_map(|at| layout.entry(at)).collect()
    }

    #[test]
    fn rows_stand_under_their_groups_and_wrong_ones_are_taller() {
        let layout = Layout::new(vec![0, 1, 2], true, |row| row / 2, &[1], METRICS);
        assert_eq!(entries(&layout), [Entry::Group(0, 2), Entry::Row(0), Entry::Row(1), Entry::Group(1, 1), Entry::Row(2)]);
        assert_eq!((0..=layout.len()).map(|at| layout.top(at)).collect::<Vec<_>>(), [0, 28, 58, 114, 142, 172]);
        assert_eq!((layout.at(0), layout.at(57), layout.at(58), layout.at(9999)), (0, 1, 2, 4));
        assert_eq!(layout.group_of(2), Some((0, 0, 2)));
        assert_eq!((0..3).map(|row| layout.entry_of(row)).collect::<Vec<_>>(), [Some(1), Some(2), Some(4)]);
        assert_eq!((layout.group_beside(1, 1), layout.group_beside(4, -1), layout.group_beside(4, 1)), (Some((3, 2)), Some((0, 0)), None));
    }

    #[test]
    fn another_order_has_no_heads_and_finds_its_rows() {
        let layout = Layout::new(vec![2, 0, 1], false, |row| row / 2, &[0], METRICS);
        assert_eq!(entries(&layout), [Entry::Row(2), Entry::Row(0), Entry::Row(1)]);
        assert_eq!((layout.top(1), layout.top(2), layout.height()), (30, 86, 116));
        assert_eq!((layout.entry_of(1), layout.entry_of(7), layout.group_of(1)), (Some(2), None, None));
    }

    #[test]
    fn stepping_stops_at_the_ends_before_it_leaves_the_list() {
        let layout = Layout::new(vec![0, 1, 2, 3], true, |row| row / 2, &[], METRICS);
        for (from, by, expected) in [(1, 1, Some(1)), (2, 1, Some(2)), (1, 15, Some(3)), (5, 1, None), (4, -1, Some(1)), (4, -15, Some(0)), (1, -1, None)] {
            assert_eq!(layout.step(from, by), expected, "{by} from {from}");
        }
        assert_eq!((layout.row_from(0), layout.row_from(3), layout.row_from(6)), (Some(0), Some(2), None));
    }

    #[test]
    fn nothing_found_is_a_list_without_height() {
        let layout = Layout::new(Vec::new(), true, |_| 0, &[], METRICS);
        assert_eq!((layout.height(), layout.at(0), layout.group_of(0), layout.entry(0)), (0, 0, None, None));
    }
}
