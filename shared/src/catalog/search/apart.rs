//! What is one word of the query and two pieces of a name: a number and its unit (`20л` for `20 л`), an article and its
//! number (`w712` for `W 712/75`).

use super::bits::Bits;
use super::section::Place;
use super::{CODED, FEW_ROWS, Index, NO_TEXT, fold, query};

impl Index {
    /// Rows that write apart what is one word of the query: a number and its unit, an article and its number.
    pub(super) fn add_apart(&self, word: &str, to: &mut Bits) {
        if let Some((number, unit)) = query::phrase(word) {
            self.add_phrase(number, unit, to);
        }
        if let Some((letters, number)) = query::article(word) {
            self.add_article(letters, number, to);
        }
    }

    /// Rows in which a piece that ends with a word stands before one that begins with a number: `W 712/75` for `w712`.
    pub(super) fn add_article(&self, letters: &str, number: &str, to: &mut Bits) {
        let number = &fold::twinned(number);
        let mut before = Vec::new();
        let mut rows = Bits::none(self.len());
        for (section, letters) in [(&self.plain, letters), (&self.coded, &fold::twinned(letters))] {
            section.ending(letters, |at| {
                before.push(section.owner(at));
                self.postings().add(section.owner(at), &mut rows);
            });
        }
        if before.is_empty() {
            return;
        }
        before.sort_unstable();
        if rows.count() > FEW_ROWS {
            let mut with_number = Bits::none(self.len());
            self.coded.scan(number, |at, place| {
                if place == Place::Start {
                    self.postings().add(self.coded.owner(at), &mut with_number);
                }
            });
            rows.and(&with_number);
        }
        for row in rows.iter() {
            let pieces = self.list.name_pieces(row as usize);
            if pieces.clone().zip(pieces.skip(1)).any(|(one, next)| before.binary_search(&one).is_ok() && self.begins_with_number(next, number)) {
                to.put(row as usize);
            }
        }
    }

    /// Whether a piece begins with a number.
    fn begins_with_number(&self, piece: u32, number: &str) -> bool {
        match self.folded[piece as usize] {
            at if at == NO_TEXT || at & CODED == 0 => false,
            at => self.coded.get((at & !CODED) as usize)[1..].starts_with(number),
        }
    }

    /// Rows in which a piece that ends with a number stands before one that begins with a unit: `20 л` for `20л`.
    pub(super) fn add_phrase(&self, number: &str, unit: &str, to: &mut Bits) {
        let mut rows = Bits::none(self.len());
        let mut after = Vec::new();
        for (section, unit) in [(&self.plain, unit), (&self.coded, &fold::twinned(unit))] {
            section.scan(unit, |at, place| {
                if place == Place::Start && section.get(at)[1..].starts_with(unit) {
                    after.resize(self.list.pieces().len(), false);
                    after[section.owner(at) as usize] = true;
                    self.postings().add(section.owner(at), &mut rows);
                }
            });
        }
        if after.is_empty() {
            return;
        }
        // A single digit stands nearly everywhere: no use in looking for it first.
        if number.len() > 1 {
            let mut with_number = Bits::none(self.len());
            self.coded.scan(number, |at, _| self.postings().add(self.coded.owner(at), &mut with_number));
            rows.and(&with_number);
        }
        for row in rows.iter() {
            let pieces = self.list.name_pieces(row as usize);
            if pieces.clone().zip(pieces.skip(1)).any(|(before, behind)| after[behind as usize] && self.ends_with_number(before, number)) {
                to.put(row as usize);
            }
        }
    }

    /// Whether a piece ends with a number, and not with a longer one.
    fn ends_with_number(&self, piece: u32, number: &str) -> bool {
        match self.folded[piece as usize] {
            at if at == NO_TEXT || at & CODED == 0 => false,
            at => {
                let before = self.coded.get((at & !CODED) as usize).strip_suffix(number);
                before.is_some_and(|before| !before.ends_with(|char: char| char.is_ascii_digit()))
            }
        }
    }
}
