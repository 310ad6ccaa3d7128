//! In which texts each pair of neighbouring letters stands: what is looked for is then looked for only where its rarest
//! pair is.

use super::lists::{Ascending, Lists};

/// Letters of the alphabets that lists are written in are told apart, the others share what is left.
const CLASSES: usize = 96;
const SHARED: usize = 69;

fn class(char: char) -> usize {
    match char {
        ' ' => 0,
        '0'..='9' => 1 + char as usize - '0' as usize,
        'a'..='z' => 11 + char as usize - 'a' as usize,
        'а'..='я' => 37 + char as usize - 'а' as usize,
        _ => SHARED + char as usize % (CLASSES - SHARED),
    }
}

/// Whether nothing else is taken for a letter.
pub(super) fn alone(char: char) -> bool {
    class(char) < SHARED
}

/// The pairs of a text, by number.
fn pairs(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut before = None;
    text.chars().filter_map(move |char| {
        let class = class(char);
        before.replace(class).map(|before| before * CLASSES + class)
    })
}

/// Texts by pair.
#[derive(Clone, Debug, Default)]
pub(super) struct Grams(Lists);

impl Grams {
    pub fn of<'a>(texts: usize, text: impl Fn(usize) -> &'a str) -> Self {
        Self(Lists::of(CLASSES * CLASSES, texts, |at| pairs(text(at))))
    }

    /// The texts in which the rarest pair of letters of a needle stands; the needle has two letters or more.
    pub fn with_rarest(&self, needle: &str) -> Ascending<'_> {
        pairs(needle).map(|pair| self.0.get(pair)).min_by_key(Ascending::room).unwrap_or_default()
    }

    /// The texts with a word that begins with a letter.
    pub fn begun_with(&self, char: char) -> Ascending<'_> {
        self.0.get(class(char))
    }

    /// The texts in which a letter stands behind another; a text may come several times.
    pub fn inside(&self, char: char) -> impl Iterator<Item = u32> + '_ {
        (1..CLASSES).flat_map(move |before| self.0.get(before * CLASSES + class(char)))
    }
}
