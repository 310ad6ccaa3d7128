//! What this browser remembers of the last visit: the firm and who was signed in, so that the page opens with what is known
//! and asks afterwards.
//!
//! Who was signed in is also what tells every tab whose list may be kept: with another reader, and with none, what was kept
//! for the one before is gone. Only the buyer's pages remember; the office opens with an answer or not at all.

use std::cell::Cell;

use kontor_shared::api::{Firm, Session};

use crate::browser;
use crate::catalogue::kept;

const FIRM: &str = "kontor.firm";
const WHO: &str = "kontor.who";

thread_local! {
    static KEEPS: Cell<bool> = const { Cell::new(false) };
}

/// From here on this page remembers, and opens with what it remembers.
pub fn begin() {
    KEEPS.set(true);
}

/// The firm and the session of the last visit.
pub fn recall() -> Option<(Firm, Option<Session>)> {
    if !KEEPS.get() {
        return None;
    }
    let firm = serde_json::from_str(&browser::stored(FIRM)?).ok()?;
    Some((firm, who()))
}

pub fn keep_firm(firm: &Firm) {
    keep(FIRM, firm);
}

fn who() -> Option<Session> {
    serde_json::from_str(&browser::stored(WHO)?).ok()?
}

fn keep(key: &str, value: &impl serde::Serialize) {
    if KEEPS.get()
        && let Ok(text) = serde_json::to_string(value)
    {
        browser::store(key, &text);
    }
}

/// Whose prices a session shows.
pub fn reader(session: Option<&Session>) -> String {
    session.map_or_else(String::new, |session| {
        let customer = session.customer.as_ref().map_or("", |customer| customer.code.as_str());
        format!("{} {customer}", session.login)
    })
}

/// Whose list this browser may keep now, whichever tab they signed in or out by.
pub fn reader_now() -> String {
    reader(who().as_ref())
}

/// Another reader, or none, takes the place of the one before, of whom nothing stays.
pub fn follow(session: Option<&Session>) {
    if reader(session) != reader_now() {
        forget();
    }
    keep(WHO, &session);
}

/// Nothing is left of who was signed in.
pub fn forget() {
    browser::forget(WHO);
    kept::wipe();
    kept::wipe_pictures();
}
