//! Search in a price list: every word of the query in the code, the name or a group's name, in any order, ranked.
//!
//! The text is folded once, when the list arrives, into one blob that is scanned with SIMD substring search: no index
//! to build or to keep in memory (reference/performance.md §2). Only a query that finds nothing is repaired: wrong
//! keyboard layout, other script, one typo; see [`repair`].

use std::collections::HashSet;

use memchr::memmem::Finder;

use super::Snapshot;
use crate::money::Price;

mod fold;
mod repair;
#[cfg(test)]
mod tests;

pub use fold::{fold_code, fold_text};

/// Why a product is among the hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The query is its whole code.
    Code,
    /// Its code begins with the query.
    CodePrefix,
    /// Each word of the query begins a word of the name (or the code).
    Words,
    /// A word of the query stands inside a word of the name or inside the code.
    Part,
    /// A word of the query is found only in the name of a group above it.
    Group,
    /// Found after undoing a wrong keyboard layout.
    Layout,
    /// Found in the other script.
    Translit,
    /// Found after undoing one typing error.
    Typo,
}

impl Reason {
    pub const ALL: [Self; 8] = [Self::Code, Self::CodePrefix, Self::Words, Self::Part, Self::Group, Self::Layout, Self::Translit, Self::Typo];
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::CodePrefix => "code_prefix",
            Self::Words => "words",
            Self::Part => "part",
            Self::Group => "group",
            Self::Layout => "layout",
            Self::Translit => "translit",
            Self::Typo => "typo",
        }
    }
}

/// A found product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Index into [`Snapshot::products`].
    pub row: u32,
    pub reason: Reason,
}

/// All hits, best first; among equals in list order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub hits: Vec<Hit>,
    /// The query that was used instead, where the given one finds nothing.
    pub repaired: Option<String>,
}

/// What the list is narrowed to. The default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Index into [`Snapshot::groups`]; its subgroups are included.
    pub group: Option<u32>,
    pub in_stock: bool,
    pub new: bool,
    /// Inclusive.
    pub price_min: Option<Price>,
    /// Inclusive.
    pub price_max: Option<Price>,
    /// Rows to keep, e.g. those bought before.
    pub only: Option<HashSet<u32>>,
}

/// Longer queries are cut here; no name is as long, and work stays bounded.
const MAX_QUERY_CHARS: usize = 1000;
/// One bit each in a group's mask; further words are ignored.
const MAX_WORDS: usize = 64;

/// One folded text per row, back to back.
#[derive(Clone, Debug, Default)]
struct Blob {
    text: Vec<u8>,
    /// Where each row begins, and the end.
    starts: Vec<u32>,
}

impl Blob {
    fn push(&mut self, text: &str) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.text.extend_from_slice(text.as_bytes());
        self.text.push(b'\n');
        self.starts.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    fn row(&self, row: usize) -> &[u8] {
        let (from, to) = (self.starts[row] as usize, self.starts[row + 1] as usize);
        &self.text[from..to - 1]
    }

    /// Calls `each` once per row that contains the needle, with the place of its first occurrence in the row.
    fn scan(&self, finder: &Finder<'_>, mut each: impl FnMut(usize, usize)) {
        let (mut at, mut row) = (0, 0);
        while let Some(place) = finder.find(&self.text[at..]).map(|offset| at + offset) {
            // Gallop: the next hit is mostly near, and nearly every row hits for one letter.
            let mut step = 1;
            while row + step < self.starts.len() && self.starts[row + step] as usize <= place {
                step *= 2;
            }
            let (low, high) = (row + step / 2, (row + step).min(self.starts.len()));
            row = low + self.starts[low..high].partition_point(|start| *start as usize <= place) - 1;
            each(row, place - self.starts[row] as usize);
            at = self.starts[row + 1] as usize;
            row += 1;
        }
    }
}

/// A price list made searchable.
#[derive(Clone, Debug)]
pub struct Index {
    /// Each name as ` word word`: a word's beginning is a space.
    names: Blob,
    /// Each code without separators and with look-alike letters made one.
    codes: Blob,
    row_groups: Vec<u32>,
    prices: Vec<i64>,
    in_stock: Vec<bool>,
    new: Vec<bool>,
    group_parents: Vec<Option<u32>>,
    /// Each group's name with those of the groups above it, folded as names are.
    group_paths: Vec<String>,
}

/// One word of the query, ready to be looked for.
struct Word {
    /// As it stands in folded names; several words where the buyer typed `85-123`.
    name: String,
    at_start: Finder<'static>,
    inside: Finder<'static>,
    code: String,
    in_code: Finder<'static>,
}

impl Word {
    fn new(typed: &str) -> Option<Self> {
        let name = fold_text(typed);
        if name.is_empty() {
            return None;
        }
        let code = fold_code(typed);
        Some(Self {
            at_start: Finder::new(&format!(" {name}")).into_owned(),
            inside: Finder::new(&name).into_owned(),
            in_code: Finder::new(&code).into_owned(),
            name,
            code,
        })
    }
}

/// A query, parsed.
struct Query {
    words: Vec<Word>,
    /// All of it as one code, so that `AB 12` finds `AB-12`.
    code: String,
}

impl Query {
    fn parse(text: &str) -> Self {
        let words: Vec<Word> = text.split_whitespace().filter_map(Word::new).take(MAX_WORDS).collect();
        let code = words.iter().map(|word| word.code.as_str()).collect();
        Self { words, code }
    }
}

impl Index {
    /// Folds the list's text once. Linear, a few tens of milliseconds for 100 000 products.
    pub fn build(snapshot: &Snapshot) -> Self {
        let mut group_paths: Vec<String> = Vec::with_capacity(snapshot.groups.len());
        for group in &snapshot.groups {
            let above = group.parent.and_then(|parent| group_paths.get(parent as usize)).cloned().unwrap_or_default();
            group_paths.push(format!("{above} {}", fold_text(&group.name)));
        }
        let products = &snapshot.products;
        let mut index = Self {
            names: Blob::default(),
            codes: Blob::default(),
            row_groups: products.iter().map(|product| product.group).collect(),
            prices: products.iter().map(|product| product.price).collect(),
            in_stock: products.iter().map(|product| product.in_stock()).collect(),
            new: products.iter().map(|product| product.new).collect(),
            group_parents: snapshot.groups.iter().map(|group| group.parent).collect(),
            group_paths,
        };
        index.names.text.reserve(products.iter().map(|product| product.name.len() + 2).sum());
        let mut folded = String::new();
        for product in products {
            folded.clear();
            folded.push(' ');
            fold::fold_text_into(&product.name, &mut folded);
            index.names.push(&folded);
            folded.clear();
            fold::fold_code_into(&product.code, &mut folded);
            index.codes.push(&folded);
        }
        index
    }

    /// How many products there are.
    pub fn len(&self) -> usize {
        self.row_groups.len()
    }

    pub fn is_empty(&self) -> bool {
        self.row_groups.is_empty()
    }

    /// Finds `query` among what passes `filter`. An empty query finds all of that, in list order.
    pub fn find(&self, query: &str, filter: &Filter) -> Found {
        let query: String = query.chars().take(MAX_QUERY_CHARS).collect();
        let passes = self.passing(filter);
        let parsed = Query::parse(&query);
        let hits = self.hits(&parsed, &passes);
        if !hits.is_empty() || parsed.words.is_empty() {
            return Found { hits, repaired: None };
        }
        // Where only the filter hides the hits, a repair would answer another question.
        let everything = Filter::default();
        if *filter != everything && !self.hits(&parsed, &self.passing(&everything)).is_empty() {
            return Found::default();
        }
        match repair::repair(self, &query) {
            Some((repaired, reason)) => {
                let mut hits = self.hits(&Query::parse(&repaired), &passes);
                for hit in &mut hits {
                    hit.reason = reason;
                }
                Found { hits, repaired: Some(repaired) }
            }
            None => Found::default(),
        }
    }

    /// The filter as a test of a row.
    fn passing<'a>(&'a self, filter: &'a Filter) -> impl Fn(usize) -> bool + 'a {
        // Each group stands after its parent, so one pass finds all that lie below.
        let below = filter.group.map(|wanted| {
            let mut below = vec![false; self.group_parents.len()];
            for (at, parent) in self.group_parents.iter().enumerate() {
                below[at] = at == wanted as usize || parent.is_some_and(|parent| below.get(parent as usize).copied().unwrap_or(false));
            }
            below
        });
        move |row| {
            below.as_ref().is_none_or(|below| below.get(self.row_groups[row] as usize).copied().unwrap_or(false))
                && (!filter.in_stock || self.in_stock[row])
                && (!filter.new || self.new[row])
                && filter.price_min.is_none_or(|least| self.prices[row] >= least.raw())
                && filter.price_max.is_none_or(|most| self.prices[row] <= most.raw())
                && filter.only.as_ref().is_none_or(|only| only.contains(&(row as u32)))
        }
    }

    fn hits(&self, query: &Query, passes: &dyn Fn(usize) -> bool) -> Vec<Hit> {
        // The longest word is the rarest, mostly: it is looked for in one sweep, the others only where it stands.
        let Some(driver) = (0..query.words.len()).max_by_key(|at| query.words[*at].name.len()) else {
            return (0..self.len()).filter(|row| passes(*row)).map(|row| Hit { row: row as u32, reason: Reason::Words }).collect();
        };
        let groups = self.group_masks(&query.words);
        let mut marked = vec![false; self.len()];
        self.names.scan(&query.words[driver].inside, |row, _| marked[row] = true);
        if !query.words[driver].code.is_empty() {
            self.codes.scan(&query.words[driver].in_code, |row, _| marked[row] = true);
        }
        if groups.iter().any(|mask| mask >> driver & 1 == 1) {
            for (row, group) in self.row_groups.iter().enumerate() {
                marked[row] |= groups.get(*group as usize).is_some_and(|mask| mask >> driver & 1 == 1);
            }
        }
        const RANKS: [Reason; 5] = [Reason::Code, Reason::CodePrefix, Reason::Words, Reason::Part, Reason::Group];
        let mut ranked: [Vec<u32>; RANKS.len()] = Default::default();
        for row in (0..self.len()).filter(|row| marked[*row] && passes(*row)) {
            if let Some(rank) = self.rank(query, row, &groups) {
                ranked[rank].push(row as u32);
            }
        }
        RANKS.into_iter().zip(ranked).flat_map(|(reason, rows)| rows.into_iter().map(move |row| Hit { row, reason })).collect()
    }

    /// The rank of a row, or `None` where a word is missing.
    fn rank(&self, query: &Query, row: usize, groups: &[u64]) -> Option<usize> {
        let (name, code) = (self.names.row(row), self.codes.row(row));
        if !query.code.is_empty() && code.starts_with(query.code.as_bytes()) {
            return Some(usize::from(code.len() != query.code.len()));
        }
        let group = self.row_groups[row] as usize;
        let mut rank = 2;
        for (at, word) in query.words.iter().enumerate() {
            let coded = !word.code.is_empty();
            rank = rank.max(if word.at_start.find(name).is_some() || (coded && code.starts_with(word.code.as_bytes())) {
                2
            } else if word.inside.find(name).is_some() || (coded && word.in_code.find(code).is_some()) {
                3
            } else if groups.get(group).is_some_and(|mask| mask >> at & 1 == 1) {
                4
            } else {
                return None;
            });
        }
        Some(rank)
    }

    /// For each group a bit per word that stands in its name or above.
    fn group_masks(&self, words: &[Word]) -> Vec<u64> {
        let mask = |path: &String| words.iter().enumerate().fold(0, |mask, (at, word)| mask | u64::from(word.inside.find(path.as_bytes()).is_some()) << at);
        self.group_paths.iter().map(mask).collect()
    }

    /// Whether any product has the word, wherever.
    fn knows(&self, typed: &str) -> bool {
        Word::new(typed).is_some_and(|word| {
            word.inside.find(&self.names.text).is_some()
                || (!word.code.is_empty() && word.in_code.find(&self.codes.text).is_some())
                || self.group_paths.iter().any(|path| word.inside.find(path.as_bytes()).is_some())
        })
    }

    fn finds_any(&self, query: &str) -> bool {
        let query = Query::parse(query);
        !query.words.is_empty() && !self.hits(&query, &|_| true).is_empty()
    }
}
