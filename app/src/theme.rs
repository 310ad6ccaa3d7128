//! Light and dark: the system's choice, unless the reader made one in this browser.

use leptos::prelude::*;

use crate::browser;
use crate::house::house;

const KEY: &str = "kontor.theme";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

pub fn stored() -> Theme {
    browser::stored(KEY).and_then(|word| Theme::parse(&word)).unwrap_or_default()
}

pub fn apply(theme: Theme) {
    if let Some(root) = document().document_element() {
        let _ = match theme {
            Theme::System => root.remove_attribute("data-theme"),
            chosen => root.set_attribute("data-theme", chosen.word()),
        };
    }
}

pub fn choose(theme: Theme) {
    browser::store(KEY, theme.word());
    apply(theme);
    house().theme.set(theme);
}
