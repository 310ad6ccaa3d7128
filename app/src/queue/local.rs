//! This browser's `localStorage` as the shelf of drafts and queue, with the page's own memory where it keeps nothing.
//!
//! Not IndexedDB: a change is kept before the key that made it is handled to its end, so that no kill comes between, and
//! the two modules, the price list and the other pages, need no further code for it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use kontor_shared::drafts::shelf::Shelf;

use crate::browser;

thread_local! {
    static MEMORY: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
}

pub struct Local;

impl Shelf for Local {
    fn get(&self, key: &str) -> Option<String> {
        MEMORY.with_borrow(|memory| memory.get(key).cloned()).or_else(|| browser::stored(key))
    }

    /// What the browser does not keep lives as long as the page, and that is said by `false`.
    fn put(&mut self, key: &str, text: &str) -> bool {
        let kept = browser::store(key, text);
        MEMORY.with_borrow_mut(|memory| if kept { memory.remove(key) } else { memory.insert(key.to_string(), text.to_string()) });
        kept
    }

    fn remove(&mut self, key: &str) {
        MEMORY.with_borrow_mut(|memory| memory.remove(key));
        browser::forget(key);
    }

    fn keys(&self) -> Vec<String> {
        let mut keys = browser::kept_keys();
        MEMORY.with_borrow(|memory| keys.extend(memory.keys().filter(|key| browser::stored(key).is_none()).cloned()));
        keys
    }

    fn lasts(&self, key: &str) -> bool {
        browser::stored(key).is_some()
    }
}
