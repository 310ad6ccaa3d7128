//! This browser's `localStorage` as the shelf of drafts and queue, with what the tab keeps from page to page where it has no room.
//!
//! Not IndexedDB: a change is kept before the key that made it is handled to its end, so that no kill comes between, and
//! the two modules, the price list and the other pages, need no further code for it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use kontor_shared::drafts::shelf::Shelf;
use serde::{Deserialize, Serialize};

use crate::browser;

/// Where the tab keeps all of them. `sessionStorage` has room of its own, and ends with the tab.
const UNKEPT: &str = "kontor.unkept";

/// A text for which the browser had no room.
#[derive(Serialize, Deserialize)]
struct Unkept {
    text: String,
    /// What the browser had under the key.
    under: Option<String>,
}

thread_local! {
    static MEMORY: RefCell<BTreeMap<String, Unkept>> =
        RefCell::new(browser::stored_in_tab(UNKEPT).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default());
}

/// Takes a text out of what the browser had no room for, or puts one in.
fn set(key: &str, unkept: Option<Unkept>) {
    MEMORY.with_borrow_mut(|memory| {
        let changed = match unkept {
            Some(unkept) => {
                memory.insert(key.to_string(), unkept);
                true
            }
            None => memory.remove(key).is_some(),
        };
        if changed && let Ok(text) = serde_json::to_string(memory) {
            browser::store_in_tab(UNKEPT, &text);
        }
    });
}

pub struct Local;

impl Shelf for Local {
    fn get(&self, key: &str) -> Option<String> {
        MEMORY.with_borrow(|memory| memory.get(key).map(|unkept| unkept.text.clone())).or_else(|| browser::stored(key))
    }

    /// What the browser does not keep lives as long as the tab, and that is said by `false`.
    fn put(&mut self, key: &str, text: &str) -> bool {
        let kept = browser::store(key, text);
        set(key, (!kept).then(|| Unkept { text: text.to_string(), under: browser::stored(key) }));
        kept
    }

    fn remove(&mut self, key: &str) {
        set(key, None);
        browser::forget(key);
    }

    fn keys(&self) -> Vec<String> {
        let mut keys = browser::kept_keys();
        MEMORY.with_borrow(|memory| keys.extend(memory.keys().filter(|key| browser::stored(key).is_none()).cloned()));
        keys
    }

    fn lasting(&self, key: &str) -> Option<String> {
        browser::stored(key)
    }

    fn under(&self, key: &str) -> Option<String> {
        MEMORY.with_borrow(|memory| memory.get(key).map(|unkept| unkept.under.clone())).unwrap_or_else(|| browser::stored(key))
    }
}
