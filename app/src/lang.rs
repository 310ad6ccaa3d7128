//! The language the reader reads in: `?lang=`, else what was chosen in this browser, else the browser's own, else the firm's.
//!
//! A change mounts the pages anew ([`crate::shell::Root`]), so words are plain values and need no signal each.

use kontor_shared::words::{Lang, Plural, Word};
use leptos::prelude::*;

use crate::browser;
use crate::house::house;

const KEY: &str = "kontor.lang";

/// What the address, this browser's memory and its settings say, before the firm is known.
pub fn first_choice() -> Lang {
    explicit().or_else(|| browser::languages().iter().find_map(|tag| Lang::parse(tag))).unwrap_or_default()
}

fn explicit() -> Option<Lang> {
    browser::query("lang").and_then(|tag| Lang::parse(&tag)).or_else(|| browser::stored(KEY).and_then(|tag| Lang::parse(&tag)))
}

/// Whether the reader or the browser named a language we speak; otherwise the firm's own is taken.
pub fn chosen() -> bool {
    explicit().is_some() || browser::languages().iter().any(|tag| Lang::parse(tag).is_some())
}

/// The reader chose a language.
pub fn choose(lang: Lang) {
    browser::store(KEY, lang.tag());
    adopt(lang);
}

/// Takes a language without keeping it as the reader's choice.
pub fn adopt(lang: Lang) {
    apply(lang);
    if house().lang.get_untracked() != lang {
        house().lang.set(lang);
    }
}

/// Tells the browser, for letterforms, hyphenation and screen readers.
pub fn apply(lang: Lang) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("lang", lang.tag());
    }
}

/// The language now.
pub fn lang() -> Lang {
    house().lang.get_untracked()
}

/// A word in the reader's language.
pub fn say(word: Word) -> &'static str {
    word.say(lang())
}

/// A counted word in the reader's language.
pub fn count(word: Plural, count: u64) -> String {
    word.say(lang(), count)
}
