//! The one catalogue of words: page, mail, PDF and sheet speak from here, in English, Russian and Bulgarian.
//!
//! A word is a constant holding all three languages, so a missing translation does not compile, and a word
//! the buyer's module never names is not in the buyer's module. Numbers, dates and money in the reader's
//! locale are in [`format`].

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

pub mod accounts;
pub mod audience;
pub mod common;
pub mod consent;
pub mod documents;
pub mod entry;
pub mod export;
pub mod firm;
pub mod format;
pub mod forms;
pub mod from_file;
pub mod imports;
pub mod incoming;
pub mod letters;
pub mod list;
pub mod log_ins;
pub mod mail;
pub mod mailings;
pub mod offline;
pub mod operations;
pub mod people;
pub mod pictures;
pub mod preferences;
pub mod problems;
pub mod profile;
pub mod queue;
pub mod segments;
pub mod sheet;
pub mod shop;
pub mod staff;

/// A language people read Kontor in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    #[default]
    En,
    Ru,
    Bg,
}

impl Lang {
    pub const ALL: [Self; 3] = [Self::En, Self::Ru, Self::Bg];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Bg => "bg",
        }
    }

    /// The language's own name for itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
            Self::Bg => "Български",
        }
    }

    /// From a tag such as `ru` or `bg-BG`.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::ALL.into_iter().find(|lang| lang.tag().eq_ignore_ascii_case(primary))
    }

    /// The first language of an `Accept-Language` header that we speak; quality order is ignored, browsers send it sorted.
    pub fn negotiate(accept_language: &str) -> Option<Self> {
        accept_language.split(',').find_map(|part| Self::parse(part.split(';').next().unwrap_or("").trim()))
    }
}

/// A text in three languages. `{name}` stands for a value given to [`Word::with`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    pub key: &'static str,
    pub en: &'static str,
    pub ru: &'static str,
    pub bg: &'static str,
}

impl Word {
    pub const fn say(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Ru => self.ru,
            Lang::Bg => self.bg,
        }
    }

    /// The text with its `{name}` places filled in.
    pub fn with(&self, lang: Lang, values: &[(&str, &dyn Display)]) -> String {
        fill(self.say(lang), values)
    }
}

/// A text whose form depends on a count, written `{n}`.
///
/// English and Bulgarian have two forms (one, other: Bulgarian's other is the count form, „2 реда“), Russian three
/// (1 строка, 2 строки, 5 строк): CLDR plural rules for whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plural {
    pub key: &'static str,
    pub en: [&'static str; 2],
    pub ru: [&'static str; 3],
    pub bg: [&'static str; 2],
}

impl Plural {
    pub const fn form(&self, lang: Lang, count: u64) -> &'static str {
        match lang {
            Lang::En => self.en[(count != 1) as usize],
            Lang::Bg => self.bg[(count != 1) as usize],
            Lang::Ru => match (count % 10, count % 100) {
                (1, tail) if tail != 11 => self.ru[0],
                (2..=4, tail) if tail < 12 || tail > 14 => self.ru[1],
                _ => self.ru[2],
            },
        }
    }

    /// The form for `count` with `{n}` written in the reader's grouping.
    pub fn say(&self, lang: Lang, count: u64) -> String {
        fill(self.form(lang, count), &[("n", &format::integer(lang, count as i64))])
    }

    /// As [`Plural::say`], with more `{name}` places.
    pub fn with(&self, lang: Lang, count: u64, values: &[(&str, &dyn Display)]) -> String {
        fill(&self.say(lang, count), values)
    }
}

/// Puts values into `{name}` places. A place without a value stays as it is, where a test and a reader will see it.
fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|at| open + at) else { break };
        filled.push_str(&rest[..open]);
        match values.iter().find(|(name, _)| *name == &rest[open + 1..close]) {
            Some((_, value)) => {
                let _ = fmt::Write::write_fmt(&mut filled, format_args!("{value}"));
            }
            None => filled.push_str(&rest[open..=close]),
        }
        rest = &rest[close + 1..];
    }
    filled.push_str(rest);
    filled
}

/// Declares words: `NAME = "English", "Русский", "Български";` and, after them and with a star, counted ones:
/// `* NAME = ["{n} line", "{n} lines"], ["{n} строка", "{n} строки", "{n} строк"], ["{n} ред", "{n} реда"];`
#[macro_export]
macro_rules! words {
    (@one $name:ident, $en:literal, $ru:literal, $bg:literal) => {
        pub const $name: $crate::words::Word = $crate::words::Word { key: stringify!($name), en: $en, ru: $ru, bg: $bg };
    };
    (
        $( $name:ident = $en:literal, $ru:literal, $bg:literal; )*
        $( * $pname:ident = [$en1:literal, $en2:literal], [$ru1:literal, $ru2:literal, $ru3:literal], [$bg1:literal, $bg2:literal]; )*
    ) => {
        $( $crate::words!(@one $name, $en, $ru, $bg); )*
        $( pub const $pname: $crate::words::Plural = $crate::words::Plural {
            key: stringify!($pname), en: [$en1, $en2], ru: [$ru1, $ru2, $ru3], bg: [$bg1, $bg2],
        }; )*
        /// Every word above, for tests; code that names single words does not pull this in.
        pub const ALL: &[$crate::words::Word] = &[$($name),*];
        /// Every counted word above, for tests.
        pub const ALL_PLURAL: &[$crate::words::Plural] = &[$($pname),*];
    };
}

/// A table of the catalogue: module name, words, counted words.
pub type Table = (&'static str, &'static [Word], &'static [Plural]);

/// All words by module, for tests and translators.
pub const TABLES: &[Table] = &[
    ("accounts", accounts::ALL, accounts::ALL_PLURAL),
    ("actors", crate::audit::ACTORS, &[]),
    ("audience", audience::ALL, audience::ALL_PLURAL),
    ("audit", crate::audit::ACTIONS, &[]),
    ("common", common::ALL, common::ALL_PLURAL),
    ("documents", documents::ALL, documents::ALL_PLURAL),
    ("entry", entry::ALL, entry::ALL_PLURAL),
    ("export", export::ALL, export::ALL_PLURAL),
    ("firm", firm::ALL, firm::ALL_PLURAL),
    ("forms", forms::ALL, forms::ALL_PLURAL),
    ("from_file", from_file::ALL, from_file::ALL_PLURAL),
    ("imports", imports::ALL, imports::ALL_PLURAL),
    ("incoming", incoming::ALL, incoming::ALL_PLURAL),
    ("letters", letters::ALL, letters::ALL_PLURAL),
    ("list", list::ALL, list::ALL_PLURAL),
    ("log_ins", log_ins::ALL, log_ins::ALL_PLURAL),
    ("mail", mail::ALL, mail::ALL_PLURAL),
    ("mailings", mailings::ALL, mailings::ALL_PLURAL),
    ("offline", offline::ALL, offline::ALL_PLURAL),
    ("operations", operations::ALL, operations::ALL_PLURAL),
    ("people", people::ALL, people::ALL_PLURAL),
    ("pictures", pictures::ALL, pictures::ALL_PLURAL),
    ("preferences", preferences::ALL, preferences::ALL_PLURAL),
    ("problems", problems::ALL, problems::ALL_PLURAL),
    ("profile", profile::ALL, profile::ALL_PLURAL),
    ("queue", queue::ALL, queue::ALL_PLURAL),
    ("segments", segments::ALL, segments::ALL_PLURAL),
    ("sheet", sheet::ALL, sheet::ALL_PLURAL),
    ("shop", shop::ALL, shop::ALL_PLURAL),
    ("staff", staff::ALL, staff::ALL_PLURAL),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that are rightly the same in English and another language.
    /// `BY_HAND` is nothing but what somebody wrote.
    const SAME: &[&str] = &["KONTOR", "EXCEL", "PDF", "SKU", "EMAIL_SIGN", "TERMS_BY", "MOVED", "BY_HAND"];

    fn places(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_word_is_translated_and_keeps_its_places() {
        let mut problems = Vec::new();
        for (table, words, plurals) in TABLES {
            for word in *words {
                for (lang, text) in [("en", word.en), ("ru", word.ru), ("bg", word.bg)] {
                    if text.trim().is_empty() {
                        problems.push(format!("{table}.{} is empty in {lang}", word.key));
                    }
                    if lang != "en" && text == word.en && !SAME.contains(&word.key) {
                        problems.push(format!("{table}.{} is English in {lang}", word.key));
                    }
                    if places(text) != places(word.en) {
                        problems.push(format!("{table}.{} has other places in {lang}", word.key));
                    }
                }
            }
            for word in *plurals {
                for text in word.en.iter().chain(&word.ru).chain(&word.bg) {
                    if places(text) != places(word.en[1]) {
                        problems.push(format!("{table}.{} has other places in {text:?}", word.key));
                    }
                }
                if word.ru.iter().any(|text| word.en.contains(text)) || word.bg.iter().any(|text| word.en.contains(text)) {
                    problems.push(format!("{table}.{} is English", word.key));
                }
            }
        }
        assert!(problems.is_empty(), "{problems:#?}");
    }

    #[test]
    fn russian_counts_in_three_forms() {
        let lines = Plural {
            key: "", en: ["{n} line", "{n} lines"], ru: ["{n} строка", "{n} строки", "{n} строк"], bg: ["{n} ред", "{n} реда"]
        };
        for (count, expected) in [(1, "1 строка"), (2, "2 строки"), (5, "5 строк"), (11, "11 строк"), (12, "12 строк"), (21, "21 строка"), (111, "111 строк")]
        {
            assert_eq!(lines.say(Lang::Ru, count), expected);
        }
        assert_eq!(lines.say(Lang::Bg, 2), "2 реда");
        assert_eq!(lines.say(Lang::En, 0), "0 lines");
    }

    #[test]
    fn the_browsers_language_is_understood() {
        assert_eq!(Lang::negotiate("bg-BG,bg;q=0.9,en;q=0.8"), Some(Lang::Bg));
        assert_eq!(Lang::negotiate("de-DE,ru;q=0.5"), Some(Lang::Ru));
        assert_eq!(Lang::negotiate("de"), None);
    }
}
