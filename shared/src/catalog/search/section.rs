//! Short texts back to back, each with a signature of the letters it has: most of them are passed over without a look.

use memchr::memmem::Finder;

/// The bit of a letter in signatures. Latin letters and digits have one each; the rarest Cyrillic ones share.
fn bit(char: char) -> u32 {
    match char {
        'a'..='z' => char as u32 - 'a' as u32,
        '0'..='9' => 26 + char as u32 - '0' as u32,
        'щ' => bit('ш'),
        'ъ' => bit('ь'),
        'э' => bit('ю'),
        'ф' => bit('ц'),
        'а'..='у' => 36 + char as u32 - 'а' as u32,
        'х'..='ш' => 56 + char as u32 - 'х' as u32,
        'ы' => 60,
        'ь' => 61,
        'ю' => 62,
        'я' => 63,
        _ => bit('q'),
    }
}

/// Whether nothing else has a letter's bit.
fn alone(char: char) -> bool {
    !matches!(char, 'щ' | 'ш' | 'ъ' | 'ь' | 'э' | 'ю' | 'ф' | 'ц' | 'q') && matches!(char, 'a'..='z' | '0'..='9' | 'а'..='я')
}

/// The letters of a text, a bit each.
pub(super) fn signature(text: &str) -> u64 {
    text.chars().filter(|char| *char != ' ').fold(0, |signature, char| signature | 1 << bit(char))
}

/// Two neighbouring letters are one of 64 kinds: texts that have the same letters in another order mostly lack a kind.
fn pairs(text: &str) -> u64 {
    let mut before = None;
    let mut pairs = 0;
    for char in text.chars() {
        if let Some(before) = before.replace(char).filter(|before| *before != ' ' && char != ' ') {
            pairs |= 1 << ((before as u32).wrapping_mul(0x9e37_79b1).wrapping_add((char as u32).wrapping_mul(0x85eb_ca77)) >> 26);
        }
    }
    pairs
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
    signatures: Vec<u64>,
    /// The pairs of letters of each text, where that pays: in articles all digits occur everywhere.
    pairs: Vec<u64>,
    owners: Vec<u32>,
    /// All letters that occur.
    union: u64,
    paired: bool,
}

impl Section {
    /// For articles and codes: also keeps which letters are neighbours.
    pub fn paired() -> Self {
        Self { paired: true, ..Self::default() }
    }

    pub fn push(&mut self, text: &str, owner: u32) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        let signature = signature(text);
        self.text.push_str(text);
        self.starts.push(self.text.len() as u32);
        self.signatures.push(signature);
        self.owners.push(owner);
        if self.paired {
            self.pairs.push(pairs(text));
        }
        self.union |= signature;
    }

    pub fn len(&self) -> usize {
        self.signatures.len()
    }

    pub fn get(&self, at: usize) -> &str {
        self.text.get(self.starts[at] as usize..self.starts[at + 1] as usize).unwrap_or("")
    }

    pub fn owner(&self, at: usize) -> u32 {
        self.owners[at]
    }

    /// Calls `each` with the place in the section of every text that contains the needle, and where it stands in it.
    pub fn scan(&self, needle: &str, mut each: impl FnMut(usize, Place)) {
        let wanted = signature(needle);
        if needle.is_empty() || wanted & !self.union != 0 {
            return;
        }
        let mut chars = needle.chars();
        let single = chars.next().filter(|_| chars.next().is_none());
        let bytes = self.text.as_bytes();
        if let Some(char) = single.filter(|char| alone(*char)) {
            let mut spaced = [b' '; 5];
            let spaced: &[u8] = {
                let length = char.encode_utf8(&mut spaced[1..]).len();
                &spaced[..=length]
            };
            for (at, _) in self.signatures.iter().enumerate().filter(|(_, signature)| **signature & wanted != 0) {
                let text = &bytes[self.starts[at] as usize..self.starts[at + 1] as usize];
                let start = text.starts_with(spaced) || later_word(text, spaced);
                each(at, if start { Place::Start } else { Place::Inside });
            }
            return;
        }
        let finder = Finder::new(needle);
        let spaced = format!(" {needle}");
        let (signatures, wanted) = if self.paired && single.is_none() { (&self.pairs, pairs(needle)) } else { (&self.signatures, wanted) };
        for (at, _) in signatures.iter().enumerate().filter(|(_, signature)| **signature & wanted == wanted) {
            let text = &bytes[self.starts[at] as usize..self.starts[at + 1] as usize];
            if let Some(place) = finder.find(text) {
                let start = place > 0 && text[place - 1] == b' ' || later_word(text, spaced.as_bytes());
                each(at, if start { Place::Start } else { Place::Inside });
            }
        }
    }

    /// The texts whose letters could be those of a word with at most `errors` errors in it.
    pub fn near(&self, word: &str, errors: u32) -> impl Iterator<Item = usize> + '_ {
        let wanted = signature(word);
        self.signatures.iter().enumerate().filter(move |(_, signature)| (wanted & !**signature).count_ones() <= errors).map(|(at, _)| at)
    }
}

/// Whether a word after the first begins so.
fn later_word(text: &[u8], spaced: &[u8]) -> bool {
    text.iter().enumerate().skip(1).any(|(at, byte)| *byte == b' ' && text[at..].starts_with(spaced))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_scan_finds_what_a_plain_search_finds(texts in proptest::collection::vec("( [абшщ12xyq]{1,4}){1,3}", 0..12), needle in "[абшщ12xyq]{1,3}") {
            let mut section = Section::default();
            let mut paired = Section::paired();
            for (at, text) in texts.iter().enumerate() {
                section.push(text, at as u32);
                paired.push(text, at as u32);
            }
            let mut again = Vec::new();
            paired.scan(&needle, |at, place| again.push((at, place == Place::Start)));
            let mut found = Vec::new();
            section.scan(&needle, |at, place| found.push((at, place == Place::Start)));
            let expected: Vec<(usize, bool)> = texts.iter().enumerate().filter(|(_, text)| text.contains(&needle))
                .map(|(at, text)| (at, text.contains(&format!(" {needle}")))).collect();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(again, expected);
        }
    }
}
