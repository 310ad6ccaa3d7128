//! Short texts back to back, with what tells where a look pays: the letters of each ([`signature`]) and where each pair of
//! letters stands ([`grams`]).

use memchr::memmem::Finder;

use super::bits::Bits;
use super::grams::{self, Grams};

/// The bit of a letter in signatures. A word is of one script, so Latin letters and digits have the bits that Cyrillic
/// letters have too.
fn bit(char: char) -> u32 {
    match char {
        'а'..='я' => char as u32 - 'а' as u32,
        '0'..='9' => 22 + char as u32 - '0' as u32,
        'a'..='z' => (char as u32 - 'a' as u32) % 22,
        _ => char as u32 % 32,
    }
}

/// The letters of a text, a bit each.
fn signature(text: &str) -> u32 {
    text.chars().filter(|char| *char != ' ').fold(0, |signature, char| signature | 1 << bit(char))
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
    grams: Grams,
    /// All letters that occur.
    union: u32,
}

impl Section {
    pub fn with_capacity(texts: usize, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), starts: Vec::with_capacity(texts + 1), signatures: Vec::with_capacity(texts), ..Self::default() }
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

    /// After the last text: makes it searchable.
    pub fn finished(mut self) -> Self {
        self.text.shrink_to_fit();
        self.starts.shrink_to_fit();
        self.signatures.shrink_to_fit();
        self.owners.shrink_to_fit();
        self.grams = Grams::of((0..self.len()).map(|at| self.get(at)));
        self
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
        if let Some(char) = single.filter(|char| grams::alone(*char)) {
            return self.scan_letter(char, each);
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
        match single {
            // A letter of a foreign alphabet: rare.
            Some(_) => (0..self.len()).for_each(look),
            None => self.grams.with_rarest(needle).for_each(|at| look(at as usize)),
        }
    }

    fn scan_letter(&self, char: char, mut each: impl FnMut(usize, Place)) {
        let mut start = Bits::none(self.len());
        self.grams.begun_with(char).for_each(|at| start.put(at as usize));
        let mut all = start.clone();
        self.grams.inside(char).for_each(|at| all.put(at as usize));
        all.iter().for_each(|at| each(at as usize, if start.has(at as usize) { Place::Start } else { Place::Inside }));
    }

    /// Calls `each` with the place in the section of every text whose last word is this, ascending.
    pub fn ending(&self, word: &str, each: impl FnMut(usize)) {
        if !word.is_empty() {
            let word = format!(" {word}");
            self.grams.with_rarest(&word).map(|at| at as usize).filter(|at| self.get(*at).ends_with(&word)).for_each(each);
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
            let mut found = Vec::new();
            section.scan(&needle, |at, place| found.push((section.owner(at) as usize - 7, place == Place::Start)));
            let expected: Vec<(usize, bool)> = texts.iter().enumerate().filter(|(_, text)| text.contains(&needle))
                .map(|(at, text)| (at, text.contains(&format!(" {needle}")))).collect();
            prop_assert_eq!(found, expected);
            let mut ending = Vec::new();
            section.ending(&needle, |at| ending.push(at));
            let expected: Vec<usize> = (0..texts.len()).filter(|at| texts[*at].ends_with(&format!(" {needle}"))).collect();
            prop_assert_eq!(ending, expected);
        }
    }
}
