//! What was typed, as words.

use super::fold;

/// Longer queries are cut here; no name is as long, and work stays bounded.
const MAX_QUERY_CHARS: usize = 1000;
/// Further words are ignored.
const MAX_TERMS: usize = 32;
/// What has more words than an article has parts is a list of words without spaces.
const MOST_IN_TERM: usize = 4;

/// One piece of the query between spaces.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// As typed, in lower case.
    pub typed: String,
    /// Folded, as pieces of names are; mostly one.
    pub words: Vec<String>,
    /// As a code.
    pub code: String,
}

impl Term {
    pub fn new(typed: &str) -> Option<Self> {
        let mut folded = String::new();
        fold::words_into(typed, &mut folded);
        let words: Vec<String> = folded.split_whitespace().map(str::to_string).collect();
        (!words.is_empty()).then(|| Self { typed: typed.to_lowercase(), words, code: fold::fold_code(typed) })
    }

    /// The only word, where there is one and it is made of letters.
    pub fn letters(&self) -> Option<&str> {
        match self.words.as_slice() {
            [word] if word.chars().all(char::is_alphabetic) => Some(word),
            _ => None,
        }
    }
}

/// A query, parsed.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub terms: Vec<Term>,
    /// All of it as one code, so that `AB 12` finds `AB-12`.
    pub code: String,
}

impl Query {
    pub fn parse(text: &str) -> Self {
        let text: String = text.chars().take(MAX_QUERY_CHARS).collect();
        let apart = |term: Term| match term.words.len() {
            ..=MOST_IN_TERM => vec![term],
            _ => term.words.iter().filter_map(|word| Term::new(word)).collect(),
        };
        let terms: Vec<Term> = text.split_whitespace().filter_map(Term::new).flat_map(apart).take(MAX_TERMS).collect();
        let code = terms.iter().map(|term| term.code.as_str()).collect();
        Self { terms, code }
    }
}

/// A number with the unit behind it, where a word is that: `20л` is 20 and л.
pub(super) fn phrase(word: &str) -> Option<(&str, &str)> {
    let at = word.find(|char: char| char.is_alphabetic()).filter(|at| *at > 0)?;
    Some(word.split_at(at)).filter(|(_, unit)| unit.chars().all(char::is_alphabetic))
}

/// An article with its number behind it, where a word is that: `w712/75` is w and 712/75, which a name may write apart.
pub(super) fn article(word: &str) -> Option<(&str, &str)> {
    let (letters, number) = word.split_at(word.find(|char: char| !char.is_alphabetic())?);
    (!letters.is_empty() && number.starts_with(|char: char| char.is_ascii_digit())).then_some((letters, number))
}
