//! Short texts back to back, with what tells where a look pays: the letters of each ([`signature`]) and, once there was time
//! for it, where each pair of letters stands ([`grams`]).

use std::sync::OnceLock;

use memchr::memmem::Finder;

use super::bits::Bits;
use super::grams::{self, Grams};
use crate::catalog::parts::in_parts;

/// The bit of a letter in signatures; spaces have none. A word is of one script, so Latin letters and digits have the bits
/// that Cyrillic letters have too.
const fn bit(char: char) -> u32 {
    match char {
        ' ' => 0,
        'а'..='я' => 1 << (char as u32 - 'а' as u32),
        '0'..='9' => 1 << (22 + char as u32 - '0' as u32),
        'a'..='z' => 1 << ((char as u32 - 'a' as u32) % 22),
        _ => 1 << (char as u32 % 32),
    }
}

/// The bits of ASCII.
const LATIN: [u32; 128] = {
    let mut bits = [0; 128];
    let mut at = 0;
    while at < 128 {
        bits[at] = bit(at as u8 as char);
        at += 1;
    }
    bits
};

/// The letters of a text, a bit each.
fn signature(text: &str) -> u32 {
    let mut signature = 0;
    for char in text.chars() {
        signature |= if char.is_ascii() { LATIN[char as usize] } else { bit(char) };
    }
    signature
}

/// Where in a text a needle stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At a word's beginning.
    Start,
    Inside,
}

/// Texts made of words, each behind a space. `owner` says whose a text is.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    text: String,
    starts: Vec<u32>,
    signatures: Vec<u32>,
    /// Whose each text is; none are kept while each text's owner is its own place.
    owners: Vec<u32>,
    /// Until they are there, the letters alone tell.
    grams: OnceLock<Grams>,
    /// All letters that occur.
    union: u32,
}

impl Section {
    /// So many texts, of some `bytes` in all, each owned by its own place; `write` appends each, in UTF-8.
    pub fn of(texts: usize, bytes: usize, mut write: impl FnMut(usize, &mut Vec<u8>)) -> Self {
        let mut all = Vec::with_capacity(bytes);
        let mut starts = Vec::with_capacity(texts + 1);
        starts.push(0);
        in_parts(texts, |at| {
            write(at, &mut all);
            starts.push(all.len() as u32);
        });
        let mut section = Self { text: String::from_utf8(all).unwrap_or_default(), starts, ..Self::default() };
        section.signatures.reserve_exact(texts);
        in_parts(texts, |at| {
            let signature = signature(section.get(at));
            section.signatures.push(signature);
            section.union |= signature;
        });
        section.finished()
    }

    pub fn push(&mut self, text: &str, owner: u32) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        let place = self.len() as u32;
        if owner != place || !self.owners.is_empty() {
            let known = self.owners.len() as u32;
            self.owners.extend(known..place);
            self.owners.push(owner);
        }
        let signature = signature(text);
        self.text.push_str(text);
        self.starts.push(self.text.len() as u32);
        self.signatures.push(signature);
        self.union |= signature;
    }

    /// After the last text: gives back what room is left.
    pub fn finished(mut self) -> Self {
        self.text.shrink_to_fit();
        self.starts.shrink_to_fit();
        self.signatures.shrink_to_fit();
        self.owners.shrink_to_fit();
        self
    }

    /// Finds out where each pair of letters stands; whether that was still to be done.
    pub fn settle(&self) -> bool {
        let open = self.grams.get().is_none();
        self.grams.get_or_init(|| Grams::of(self.len(), |at| self.get(at)));
        open
    }

    pub fn len(&self) -> usize {
        self.signatures.len()
    }

    pub fn get(&self, at: usize) -> &str {
        self.text.get(self.starts[at] as usize..self.starts[at + 1] as usize).unwrap_or("")
    }

    pub fn owner(&self, at: usize) -> u32 {
        self.owners.get(at).copied().unwrap_or(at as u32)
    }

    /// Calls `each` with the place in the section of every text that contains the needle, ascending, and where it stands
    /// in it.
    pub fn scan(&self, needle: &str, mut each: impl FnMut(usize, Place)) {
        let wanted = signature(needle);
        if needle.is_empty() || wanted & !self.union != 0 {
            return;
        }
        let mut chars = needle.chars();
        let single = chars.next().filter(|_| chars.next().is_none());
        let grams = self.grams.get();
        if let Some((char, grams)) = single.filter(|char| grams::alone(*char)).zip(grams) {
            return self.scan_letter(char, grams, each);
        }
        let finder = Finder::new(needle);
        let mut look = |at: usize| {
            if self.signatures[at] & wanted != wanted {
                return;
            }
            let text = &self.text.as_bytes()[self.starts[at] as usize..self.starts[at + 1] as usize];
            if let Some(place) = finder.find(text) {
                let start = place > 0 && text[place - 1] == b' ' || later_word(&text[place..], needle.as_bytes());
                each(at, if start { Place::Start } else { Place::Inside });
            }
        };
        match grams.filter(|_| single.is_none()) {
            Some(grams) => grams.with_rarest(needle).for_each(|at| look(at as usize)),
            // Not settled yet; or a letter of a foreign alphabet: rare.
            None => (0..self.len()).for_each(look),
        }
    }

    fn scan_letter(&self, char: char, grams: &Grams, mut each: impl FnMut(usize, Place)) {
        let mut start = Bits::none(self.len());
        grams.begun_with(char).for_each(|at| start.put(at as usize));
        let mut all = start.clone();
        grams.inside(char).for_each(|at| all.put(at as usize));
        all.iter().for_each(|at| each(at as usize, if start.has(at as usize) { Place::Start } else { Place::Inside }));
    }

    /// Calls `each` with the place in the section of every text whose last word is this, ascending.
    pub fn ending(&self, word: &str, each: impl FnMut(usize)) {
        if word.is_empty() {
            return;
        }
        let wanted = signature(word);
        let word = format!(" {word}");
        let ends = |at: &usize| self.get(*at).ends_with(&word);
        match self.grams.get() {
            Some(grams) => grams.with_rarest(&word).map(|at| at as usize).filter(ends).for_each(each),
            None => (0..self.len()).filter(|at| self.signatures[*at] & wanted == wanted).filter(ends).for_each(each),
        }
    }

    /// The texts whose letters could be those of a word with at most `errors` errors in it.
    pub fn near(&self, word: &str, errors: u32) -> impl Iterator<Item = usize> + '_ {
        let wanted = signature(word);
        self.signatures.iter().enumerate().filter(move |(_, signature)| (wanted & !**signature).count_ones() <= errors).map(|(at, _)| at)
    }
}

/// Whether one of the words behind the first begins so.
fn later_word(text: &[u8], needle: &[u8]) -> bool {
    text.iter().enumerate().any(|(at, byte)| *byte == b' ' && text[at + 1..].starts_with(needle))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_scan_finds_what_a_plain_search_finds(texts in proptest::collection::vec("( [абшщ12xyqλė]{1,4}){1,3}", 0..12), needle in "[абшщ12xyqλė]{1,3}") {
            let mut section = Section::default();
            texts.iter().zip(7..).for_each(|(text, owner)| section.push(text, owner));
            let section = section.finished();
            // Before it is settled, and after.
            for settled in [false, true] {
                prop_assert_eq!(section.grams.get().is_some(), settled);
                let mut found = Vec::new();
                section.scan(&needle, |at, place| found.push((section.owner(at) as usize - 7, place == Place::Start)));
                let expected: Vec<(usize, bool)> = texts.iter().enumerate().filter(|(_, text)| text.contains(&needle))
                    .map(|(at, text)| (at, text.contains(&format!(" {needle}")))).collect();
                prop_assert_eq!(found, expected);
                let mut ending = Vec::new();
                section.ending(&needle, |at| ending.push(at));
                let expected: Vec<usize> = (0..texts.len()).filter(|at| texts[*at].ends_with(&format!(" {needle}"))).collect();
                prop_assert_eq!(ending, expected);
                prop_assert_eq!(section.settle(), !settled);
            }
        }
    }
}
