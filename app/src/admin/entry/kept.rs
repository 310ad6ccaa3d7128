//! What is being entered, kept in this browser: a page left, a crash or a closed lid loses no line.

use serde::{Deserialize, Serialize};

use crate::browser;
use crate::house::session;

/// An order as far as it is entered; everything as typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The order's id, so that storing it again stores it once.
    pub id: String,
    pub form: String,
    /// The customer's code.
    pub customer: String,
    pub source: String,
    pub received_on: String,
    pub po_number: String,
    pub wanted_on: String,
    pub delivery_address: String,
    pub comment: String,
    pub lines: Vec<KeptLine>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptLine {
    pub code: String,
    pub typed: String,
}

impl Kept {
    /// Whether there is anything to lose.
    pub fn is_worth_keeping(&self) -> bool {
        !self.lines.is_empty() || !self.po_number.is_empty() || !self.comment.is_empty()
    }
}

/// Each person's own, also where several use one browser.
fn key() -> Option<String> {
    session().map(|session| format!("kontor.entry.{}", session.login))
}

pub fn read() -> Option<Kept> {
    let kept: Kept = serde_json::from_str(&browser::stored(&key()?)?).ok()?;
    kept.is_worth_keeping().then_some(kept)
}

pub fn write(kept: &Kept) {
    let Some(key) = key() else { return };
    match serde_json::to_string(kept).ok().filter(|_| kept.is_worth_keeping()) {
        // Where a browser keeps nothing, the page itself still has it.
        Some(text) => drop(browser::store(&key, &text)),
        None => browser::forget(&key),
    }
}

pub fn forget() {
    if let Some(key) = key() {
        browser::forget(&key);
    }
}
