//! Search in a price list: every word of the query in the code, the name, the brand or a group's name, in any order, ranked;
//! and repairs of what was mistyped.
//!
//! Nothing is searched row by row. A word of the query is looked for among the pieces of names ([`section`]), each of
//! which knows its rows ([`postings`]); sets of rows are joined as bits ([`bits`]). A repair is another set of pieces for
//! one word, so repairs of different words combine; see [`repair`].

use std::sync::{Arc, OnceLock};

use memchr::memmem::Finder;

use super::columns::Columns;
use super::parts::in_parts;
use crate::money::Price;

mod apart;
mod bits;
mod brands;
mod facets;
mod fold;
mod forms;
mod grams;
mod layouts;
mod lists;
mod postings;
mod query;
mod repair;
mod scripts;
mod section;
mod spare;
#[cfg(test)]
mod tests;
mod typos;

pub use bits::Bits;
pub use facets::{Chosen, Facets, facets};
pub use fold::{fold_code, fold_text, latin_twin};

use brands::Brands;
use postings::Postings;
use query::{Query, Term};
use section::{Place, Section};
use spare::Spare;

words_of! {
    /// Why a product is among the hits.
    Reason {
        /// The query is its whole code.
        Code = "code",
        /// Its code begins with the query.
        CodePrefix = "code_prefix",
        /// Each word of the query begins a word of the name (or the code).
        Words = "words",
        /// A word of the query stands inside a word of the name or inside the code.
        Part = "part",
        /// A word of the query is found only in the name of a group above it, or in its brand.
        Group = "group",
        /// Found in another spelling: й for и, a look-alike letter of the other script, other separators or leading zeros in
        /// a code, a unit in the other script.
        Spelling = "spelling",
        /// Found after undoing one typing error, or two in a long word.
        Typo = "typo",
        /// Found after undoing a wrong keyboard layout.
        Layout = "layout",
        /// Found in the other script.
        Translit = "translit",
        /// Another form of the same word.
        Form = "form",
    }
}
use serde::{Deserialize, Serialize};

/// A found product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its row in the list.
    pub row: u32,
    pub reason: Reason,
}

/// All hits, best first; among equals in list order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    rows: Vec<u32>,
    /// Up to which place each reason goes.
    runs: Vec<(Reason, u32)>,
    /// The query that was used instead, where the given one finds nothing.
    pub repaired: Option<String>,
}

impl Found {
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// Rows, best first.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }
    /// Why the hit at a place is one.
    pub fn reason(&self, at: usize) -> Option<Reason> {
        self.runs.get(self.runs.partition_point(|(_, end)| *end as usize <= at)).map(|(reason, _)| *reason)
    }
    pub fn hits(&self) -> impl Iterator<Item = Hit> + '_ {
        let mut run = 0;
        self.rows.iter().enumerate().map(move |(at, row)| {
            while self.runs[run].1 as usize <= at {
                run += 1;
            }
            Hit { row: *row, reason: self.runs[run].0 }
        })
    }
    /// Takes out the rows that are not among these.
    pub fn keep(&mut self, rows: &Bits) {
        let hits: Vec<Hit> = self.hits().filter(|hit| rows.has(hit.row as usize)).collect();
        self.rows.clear();
        self.runs.clear();
        for hit in hits {
            self.rows.push(hit.row);
            self.end_run(hit.reason);
        }
    }
    fn push(&mut self, reason: Reason, rows: &Bits) {
        rows.push_to(&mut self.rows);
        self.end_run(reason);
    }
    fn end_run(&mut self, reason: Reason) {
        let end = self.rows.len() as u32;
        match self.runs.last_mut() {
            Some(run) if run.0 == reason => run.1 = end,
            Some(run) if run.1 == end => {}
            _ if end == 0 => {}
            _ => self.runs.push((reason, end)),
        }
    }
}

/// What the list is narrowed to. The default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Its number among the list's groups; its subgroups are included.
    pub group: Option<u32>,
    pub in_stock: bool,
    pub new: bool,
    pub promotion: bool,
    /// Inclusive.
    pub price_min: Option<Price>,
    /// Inclusive.
    pub price_max: Option<Price>,
    /// For attributes by number, the values of which a product must have one.
    pub attributes: Chosen,
    /// Rows to keep, e.g. those bought before.
    pub only: Option<Arc<Bits>>,
}

/// A price list made searchable.
#[derive(Debug)]
pub struct Index {
    list: Arc<Columns>,
    /// Pieces of names without a digit, owned by the piece.
    plain: Section,
    /// Pieces with a digit, look-alike letters made Latin.
    coded: Section,
    /// Where pieces stand, found out when it is first asked.
    postings: OnceLock<Postings>,
    /// Where each piece is in its section; [`CODED`] is the bit of the second one.
    folded: Vec<u32>,
    /// Codes without separators and with look-alike letters made Latin, owned by the row.
    codes: Section,
    /// Before which of the first 32 letters of each such code a separator stood, a bit each.
    gaps: Vec<u32>,
    in_stock: Bits,
    new: Bits,
    promotion: Bits,
    /// Rows of one group that stand together: the group, and where its run ends.
    runs: Vec<(u32, u32)>,
    /// Each group's name with those of the groups above it, folded as pieces are.
    group_paths: Section,
    /// Where the list says brands.
    brands: Option<Brands>,
    /// What only repairs need.
    spare: Spare,
}

const CODED: u32 = 1 << 31;
/// A piece of signs only.
const NO_TEXT: u32 = u32::MAX;
/// Looking into so many rows one by one is quicker than looking through all pieces.
const FEW_ROWS: usize = 2500;

/// A word of the query among the rows: at a word's beginning, inside one, in a code across its separators, in its group's
/// or brand's name. Each includes those before.
#[derive(Clone, Debug)]
struct Matched {
    start: Bits,
    part: Bits,
    across: Bits,
    group: Bits,
}

impl Matched {
    fn nothing(rows: usize) -> Self {
        Self { start: Bits::none(rows), part: Bits::none(rows), across: Bits::none(rows), group: Bits::none(rows) }
    }
    fn and(&mut self, other: &Self) {
        self.start.and(&other.start);
        self.part.and(&other.part);
        self.across.and(&other.across);
        self.group.and(&other.group);
    }
    fn at(&mut self, place: Place) -> &mut Bits {
        match place {
            Place::Start => &mut self.start,
            Place::Inside => &mut self.part,
        }
    }
    /// Puts into each what is in those before.
    fn include(&mut self) {
        self.part.or(&self.start);
        self.across.or(&self.part);
        self.group.or(&self.across);
    }
}

impl Index {
    /// Folds the list's pieces once: linear, some ten milliseconds for 100 000 products. Answers from then on, and quicker
    /// once it is [settled](Self::settle).
    pub fn new(list: Arc<Columns>) -> Self {
        let rows = list.len();
        let mut group_paths = Section::default();
        for (at, group) in list.head.groups.iter().enumerate() {
            let above = group.parent.filter(|parent| (*parent as usize) < at);
            let mut path = above.map_or_else(String::new, |parent| group_paths.get(parent as usize).to_string());
            for piece in group.name.split_whitespace() {
                fold::words_into(piece, &mut path);
            }
            group_paths.push(&path, at as u32);
        }
        let (plain, coded, folded) = fold_pieces(&list);
        let (codes, gaps) = fold_codes(&list);
        Self {
            postings: OnceLock::new(),
            in_stock: Bits::of(rows, |row| list.in_stock(row)),
            new: Bits::of(rows, |row| list.is_new(row)),
            promotion: Bits::of(rows, |row| list.in_promotion(row)),
            plain,
            coded,
            folded,
            codes,
            gaps,
            runs: runs(list.groups()),
            group_paths: group_paths.finished(),
            brands: Brands::of(&list),
            spare: Spare::default(),
            list,
        }
    }

    /// Does a part of what the first queries would have to do or would do without: in which rows words stand, where each pair
    /// of letters stands, what repairs look at. Whether there was anything to do. A part takes some ten milliseconds for
    /// 100 000 products; a page does one when it has nothing else to do.
    pub fn settle(&self) -> bool {
        if self.postings.get().is_none() {
            self.postings();
            return true;
        }
        let brands = self.brands.as_ref().map(Brands::names);
        if [&self.codes, &self.plain, &self.coded, &self.group_paths].into_iter().chain(brands).any(Section::settle) {
            return true;
        }
        self.settle_spare()
    }

    fn postings(&self) -> &Postings {
        self.postings.get_or_init(|| Postings::new(&self.list))
    }

    /// All of [`settle`](Self::settle) at once, for whoever has many queries.
    pub fn settled(self) -> Self {
        while self.settle() {}
        self
    }

    pub fn list(&self) -> &Arc<Columns> {
        &self.list
    }

    /// How many products there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Finds `query` among what passes `filter`. An empty query finds all of that, in list order; one of signs only finds
    /// nothing.
    pub fn find(&self, query: &str, filter: &Filter) -> Found {
        self.look(query, filter, true)
    }

    /// The query as it is, without repairs.
    pub fn find_literal(&self, query: &str, filter: &Filter) -> Found {
        self.look(query, filter, false)
    }

    fn look(&self, query: &str, filter: &Filter, repaired: bool) -> Found {
        let blank = query.trim().is_empty();
        let query = Query::parse(query);
        let mut found = Found::default();
        if query.terms.is_empty() && !blank {
            return found;
        }
        let mut left = self.passing(filter).unwrap_or_else(|| Bits::all(self.len()));
        if blank {
            found.push(Reason::Words, &left);
            return found;
        }
        let (matched, all) = self.narrowing(&query);
        let (whole, begun) = self.by_code(&query.code);
        let mut any = false;
        let ranked = [
            (Reason::Code, whole),
            (Reason::CodePrefix, begun),
            (Reason::Words, all.start),
            (Reason::Part, all.part),
            (Reason::Part, all.across),
            (Reason::Group, all.group),
        ];
        for (reason, mut rows) in ranked {
            any |= !rows.is_empty();
            rows.and(&left);
            left.and_not(&rows);
            found.push(reason, &rows);
        }
        if repaired {
            repair::repair(self, &query, matched, any, &left, &mut found);
        }
        found
    }

    /// Where each word stands, and where all do. The longest words come first; once they leave few rows, the others are
    /// looked for in those only, and are `None` in what is given.
    fn narrowing(&self, query: &Query) -> (Vec<Option<Matched>>, Matched) {
        let mut order: Vec<usize> = (0..query.terms.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(query.terms[*at].typed.len()));
        let mut matched: Vec<Option<Matched>> = vec![None; query.terms.len()];
        let mut all: Option<Matched> = None;
        for at in order {
            let term = &query.terms[at];
            match &mut all {
                Some(all) if all.group.count() <= FEW_ROWS => {
                    let here = self.matched_in(term, &all.group);
                    all.and(&here);
                }
                all => {
                    let everywhere = self.matched(term);
                    match all {
                        Some(all) => all.and(&everywhere),
                        None => *all = Some(everywhere.clone()),
                    }
                    matched[at] = Some(everywhere);
                }
            }
        }
        (matched, all.unwrap_or_else(|| Matched::nothing(self.len())))
    }

    /// Where all the words of a term stand.
    fn all_words(&self, term: &Term, place: impl Fn(&str) -> Matched) -> Matched {
        let all = term.words.iter().map(|word| place(word)).reduce(|mut all, one| {
            all.and(&one);
            all
        });
        all.unwrap_or_else(|| Matched::nothing(self.len()))
    }

    /// As [`matched`](Self::matched), among a few rows.
    fn matched_in(&self, term: &Term, rows: &Bits) -> Matched {
        let mut matched = self.all_words(term, |word| self.word_in(word, rows));
        let in_code = Finder::new(&term.code);
        for row in rows.iter().map(|row| row as usize).filter(|_| !term.code.is_empty()) {
            let code = self.codes.get(row).as_bytes();
            if code[1..].starts_with(term.code.as_bytes()) {
                matched.start.put(row);
            } else if in_code.find(code).is_some() {
                if self.across_gaps(row, &term.code) { &mut matched.across } else { &mut matched.part }.put(row);
            }
        }
        matched.include();
        matched
    }

    fn word_in(&self, word: &str, rows: &Bits) -> Matched {
        let mut matched = Matched::nothing(self.len());
        let twinned = fold::twinned(word);
        let digits = fold::has_digit(word);
        let find = |word: &str| [Finder::new(word).into_owned(), Finder::new(&format!(" {word}")).into_owned()];
        let (plain, coded) = (find(word), find(&twinned));
        let groups = self.groups_with(word);
        for row in rows.iter().map(|row| row as usize) {
            for piece in self.list.name_pieces(row) {
                let (text, [inside, at_start]) = match self.folded[piece as usize] {
                    NO_TEXT => continue,
                    at if at & CODED == 0 && digits => continue,
                    at if at & CODED == 0 => (self.plain.get(at as usize), &plain),
                    at => (self.coded.get((at & !CODED) as usize), &coded),
                };
                if inside.find(text.as_bytes()).is_some() {
                    matched.part.put(row);
                    if at_start.find(text.as_bytes()).is_some() {
                        matched.start.put(row);
                        break;
                    }
                }
            }
            if groups.get(self.list.group(row) as usize).copied().unwrap_or(false) {
                matched.group.put(row);
            }
        }
        if let Some(brands) = &self.brands {
            let mut branded = Bits::none(self.len());
            brands.add(word, &mut branded);
            branded.and(rows);
            matched.group.or(&branded);
        }
        if digits {
            let mut apart = Bits::none(self.len());
            self.add_apart(word, &mut apart);
            apart.and(rows);
            matched.start.or(&apart);
        }
        matched.include();
        matched
    }

    /// The filter as rows; `None`: all.
    pub fn passing(&self, filter: &Filter) -> Option<Bits> {
        if *filter == Filter::default() {
            return None;
        }
        let mut passing = match filter.group {
            Some(group) => self.in_group(group),
            None => Bits::all(self.len()),
        };
        for (wanted, rows) in [(filter.in_stock, &self.in_stock), (filter.new, &self.new), (filter.promotion, &self.promotion)] {
            if wanted {
                passing.and(rows);
            }
        }
        if filter.price_min.is_some() || filter.price_max.is_some() {
            let (least, most) = (filter.price_min.map_or(i64::MIN, Price::raw), filter.price_max.map_or(i64::MAX, Price::raw));
            passing.and(&self.rows_where(|row| (least..=most).contains(&self.list.price(row).raw())));
        }
        for (attribute, values) in filter.attributes.iter().filter(|(attribute, _)| *attribute < self.list.head.attributes.len()) {
            passing.and(&self.rows_where(|row| values.contains(&self.list.attribute(*attribute, row))));
        }
        if let Some(only) = &filter.only {
            passing.and(only);
            // Rows beyond the end of a shorter set are not in it.
            (only.len()..self.len()).for_each(|row| passing.take(row));
        }
        Some(passing)
    }

    fn rows_where(&self, test: impl Fn(usize) -> bool) -> Bits {
        Bits::of(self.len(), test)
    }

    /// The rows of a group and of those below it.
    pub fn in_group(&self, wanted: u32) -> Bits {
        // Each group stands after its parent, so one pass finds all that lie below.
        let mut below = vec![false; self.list.head.groups.len()];
        for (at, group) in self.list.head.groups.iter().enumerate() {
            below[at] = at == wanted as usize || group.parent.is_some_and(|parent| below.get(parent as usize).copied().unwrap_or(false));
        }
        let mut rows = Bits::none(self.len());
        self.put_groups(&below, &mut rows);
        rows
    }

    /// The groups in whose name, or in that of a group above, a word stands.
    fn groups_with(&self, word: &str) -> Vec<bool> {
        let mut marked = vec![false; self.group_paths.len()];
        self.group_paths.scan(word, |at, _| marked[at] = true);
        marked
    }

    /// Puts in the rows of the groups that are marked.
    fn put_groups(&self, marked: &[bool], to: &mut Bits) {
        let mut from = 0;
        for (group, end) in &self.runs {
            if marked.get(*group as usize).copied().unwrap_or(false) {
                to.put_range(from, *end as usize);
            }
            from = *end as usize;
        }
    }

    /// Rows whose code is this, and those whose code begins so.
    fn by_code(&self, code: &str) -> (Bits, Bits) {
        let (mut whole, mut begun) = (Bits::none(self.len()), Bits::none(self.len()));
        self.codes.scan(code, |at, place| {
            if place == Place::Start {
                let same = self.codes.get(at).len() == code.len() + 1;
                if same { &mut whole } else { &mut begun }.put(at);
            }
        });
        (whole, begun)
    }

    /// Where a word of the query stands, as it was typed.
    fn matched(&self, term: &Term) -> Matched {
        let mut matched = self.all_words(term, |word| self.word(word, true));
        self.codes.scan(&term.code, |at, place| match place {
            Place::Start => matched.start.put(at),
            Place::Inside if self.across_gaps(at, &term.code) => matched.across.put(at),
            Place::Inside => matched.part.put(at),
        });
        matched.include();
        matched
    }

    /// Whether something stands in a code only with separators in between.
    fn across_gaps(&self, row: usize, code: &str) -> bool {
        let gaps = self.gaps[row];
        let inner = (1_u32.checked_shl(code.len() as u32).unwrap_or(0).wrapping_sub(1)) & !1;
        gaps != 0 && inner != 0 && stands_at(&self.codes.get(row).as_bytes()[1..], code.as_bytes()).all(|at| at < 32 && gaps >> at & inner != 0)
    }

    /// One folded word among the names and groups; with `articles` also among pieces with a digit.
    fn word(&self, word: &str, articles: bool) -> Matched {
        let mut matched = Matched::nothing(self.len());
        let twinned = fold::twinned(word);
        let digits = fold::has_digit(word);
        let postings = self.postings();
        if !digits {
            self.plain.scan(word, |at, place| postings.add(self.plain.owner(at), matched.at(place)));
        }
        if articles {
            self.coded.scan(&twinned, |at, place| postings.add(self.coded.owner(at), matched.at(place)));
        }
        if digits {
            self.add_apart(word, &mut matched.start);
        }
        self.put_groups(&self.groups_with(word), &mut matched.group);
        if let Some(brands) = &self.brands {
            brands.add(word, &mut matched.group);
        }
        matched.include();
        matched
    }
}

/// Pieces without a digit, those with one, and where each is.
fn fold_pieces(list: &Columns) -> (Section, Section, Vec<u32>) {
    let pieces = list.pieces();
    let mut plain = Section::default();
    let mut coded = Section::default();
    let mut folded = String::new();
    let mut places = Vec::with_capacity(pieces.len());
    in_parts(pieces.len(), |piece| {
        folded.clear();
        fold::words_into(pieces.get(piece), &mut folded);
        if folded.is_empty() {
            places.push(NO_TEXT);
        } else if fold::has_digit(&folded) {
            if !folded.is_ascii() {
                folded = fold::twinned(&folded);
            }
            places.push(CODED | coded.len() as u32);
            coded.push(&folded, piece as u32);
        } else {
            places.push(plain.len() as u32);
            plain.push(&folded, piece as u32);
        }
    });
    (plain.finished(), coded.finished(), places)
}

/// Codes without separators, and where those stood.
fn fold_codes(list: &Columns) -> (Section, Vec<u32>) {
    let rows = list.len();
    let mut gaps = Vec::with_capacity(rows);
    let codes = Section::of(rows, list.codes().bytes() + rows, |row, all| {
        all.push(b' ');
        gaps.push(fold::code_into(list.code(row), all));
    });
    (codes, gaps)
}

/// Rows of one group that stand together: the group, and where its run ends.
fn runs(groups: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for (group, end) in groups.zip(1..) {
        match runs.last_mut() {
            Some(run) if run.0 == group => run.1 = end,
            _ => runs.push((group, end)),
        }
    }
    runs
}

/// Where in a short text another stands.
fn stands_at<'a>(text: &'a [u8], wanted: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    text.windows(wanted.len().max(1)).enumerate().filter(move |(_, window)| *window == wanted).map(|(at, _)| at)
}
