//! What a browser keeps of drafts, as texts under keys: written so that neither a second tab nor a killed one loses a quantity.
//!
//! The text that a tab last read is the version it started from: another text there means that somebody wrote meanwhile.
//! Nothing else has to be counted, and drafts kept by every older app have their version already.

use serde::{Deserialize, Serialize};

use super::{Draft, queue};
use crate::ids::{OrderId, UserId};

/// A place for texts under keys, such as a browser's `localStorage`.
pub trait Shelf {
    fn get(&self, key: &str) -> Option<String>;
    /// Says whether it is kept.
    fn put(&mut self, key: &str, text: &str) -> bool;
    fn remove(&mut self, key: &str);
    fn keys(&self) -> Vec<String>;
    /// What outlives the page under a key, where the page alone may keep another text.
    fn lasting(&self, key: &str) -> Option<String> {
        self.get(key)
    }
    /// The lasting text that the text under a key was written over: another one there by now is another tab's.
    fn under(&self, key: &str) -> Option<String> {
        self.get(key)
    }
}

const DRAFT: &str = "kontor.draft";
const ASIDE: &str = "kontor.aside.";

/// Whose draft it is. Each of a customer's people has a draft of their own: none of them finds the other's half-made order in theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The customer's code.
    pub customer: String,
    /// Unknown where an older app remembered who had signed in.
    pub user: Option<UserId>,
}

impl Reader {
    /// How the reader is named among the keys.
    pub fn key(&self) -> String {
        self.user.map_or_else(|| self.customer.clone(), |user| format!("{}.{user}", self.customer))
    }
}

/// Where the draft of a reader is kept, or that of one who has not signed in.
pub fn draft_key(owner: Option<&Reader>) -> String {
    owner.map_or_else(|| DRAFT.to_string(), |reader| format!("{DRAFT}.{}", reader.key()))
}

/// What an older app kept for all of a customer's people is the draft of whoever of them signs in first. Where that one has a draft
/// already, it is given back as a text to be kept aside.
pub(super) fn inherit(shelf: &mut impl Shelf, owner: Option<&Reader>) -> Option<String> {
    let own = draft_key(Some(owner.filter(|reader| reader.user.is_some())?));
    let old = draft_key(Some(&Reader { customer: owner?.customer.clone(), user: None }));
    let text = shelf.get(&old)?;
    let apart = shelf.get(&own).filter(|there| *there != text);
    if apart.is_none() && !shelf.put(&own, &text) {
        return None;
    }
    if apart.is_none() {
        shelf.remove(&old);
    }
    apart.map(|_| text)
}

/// Where a losing copy comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    Tab,
    Device,
    /// An order that came back while the draft had other quantities of the same goods.
    Order,
    /// The order was sent from another device, with other quantities of these goods.
    Sent,
}

/// What lost where two had written, until its reader says what becomes of it. Fields may be added with `serde(default)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    pub id: OrderId,
    /// [`Reader::key`]; an older app kept the customer's code alone.
    pub owner: Option<String>,
    pub from: From,
    /// Unix milliseconds.
    pub at: u64,
    pub draft: Draft,
}

/// Keeps a losing copy; what says nothing is no copy.
pub fn put_aside(shelf: &mut impl Shelf, aside: &Aside) -> bool {
    aside.draft.says_nothing() || serde_json::to_string(aside).is_ok_and(|text| shelf.put(&format!("{ASIDE}{}", aside.id), &text))
}

pub fn forget_aside(shelf: &mut impl Shelf, id: OrderId) {
    shelf.remove(&format!("{ASIDE}{id}"));
}

/// Whether a key of the shelf is that of a losing copy.
pub fn is_aside(key: &str) -> bool {
    key.starts_with(ASIDE)
}

/// The losing copies of one reader, oldest first.
pub fn asides(shelf: &impl Shelf, owner: Option<&Reader>) -> Vec<Aside> {
    let own = |aside: &Aside| match (&aside.owner, owner) {
        (Some(known), Some(reader)) => *known == reader.key() || *known == reader.customer,
        (None, None) => true,
        _ => false,
    };
    let mut found: Vec<Aside> = kept(shelf, ASIDE).0.into_iter().filter(own).collect();
    found.sort_by_key(|aside| aside.id);
    found
}

/// Everything under keys that begin so, and how many of them cannot be read: those stay where they are.
pub(super) fn kept<T: serde::de::DeserializeOwned>(shelf: &impl Shelf, prefix: &str) -> (Vec<T>, usize) {
    let texts: Vec<String> = shelf.keys().into_iter().filter(|key| key.starts_with(prefix)).filter_map(|key| shelf.get(&key)).collect();
    let read: Vec<T> = texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
    let unread = texts.len() - read.len();
    (read, unread)
}

/// A draft as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub draft: Draft,
    /// The lasting text it started from, which is its version.
    pub text: Option<String>,
    /// Whether the text could not be read, of a newer app perhaps: then it was put beside, and the draft is empty.
    pub unreadable: bool,
    /// Whether something of the text is in the queue and so not in the draft.
    pub settled: bool,
}

/// Reads a draft, without what is in the queue. A text that cannot be read is put beside, for the next quantity must not overwrite it.
pub fn read(shelf: &mut impl Shelf, key: &str, now: u64) -> Kept {
    let (text, seen) = (shelf.get(key), shelf.under(key));
    let kept = understood(shelf, key, text, now);
    Kept { text: kept.text.and(seen), ..kept }
}

fn understood(shelf: &mut impl Shelf, key: &str, text: Option<String>, now: u64) -> Kept {
    let Some(text) = text else { return Kept::default() };
    match serde_json::from_str(&text) {
        Ok(mut draft) => {
            let settled = queue::settle(shelf, &mut draft);
            Kept { draft, text: Some(text), unreadable: false, settled }
        }
        Err(_) => {
            // First out, then in: a full browser has no room for both.
            shelf.remove(key);
            shelf.put(&format!("{key}.unread.{now}"), &text);
            Kept { unreadable: true, ..Kept::default() }
        }
    }
}

/// What writing a draft came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// As it stands now, with what others wrote.
    pub now: Kept,
    /// What they had where both had written. It is for the caller to keep aside.
    pub lost: Draft,
    /// Whether it is kept.
    pub kept: bool,
}

/// Writes a draft that was changed since `seen` was read. Where another text is there by now, both go together.
pub fn write(shelf: &mut impl Shelf, key: &str, seen: Option<&str>, mine: Draft, now: u64) -> Written {
    let there = shelf.lasting(key);
    let (draft, lost, unreadable) = if there.as_deref() == seen {
        (mine, Draft::default(), false)
    } else {
        let theirs = understood(shelf, key, there, now);
        let base = seen.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let merged = mine.merge(&base, theirs.draft);
        (merged.draft, merged.lost, theirs.unreadable)
    };
    if draft == Draft::default() {
        shelf.remove(key);
        return Written { now: Kept { draft, text: None, unreadable, settled: false }, lost, kept: true };
    }
    let text = serde_json::to_string(&draft).ok();
    let kept = text.as_deref().is_some_and(|text| shelf.put(key, text));
    // What is not kept is no version either: the next writing starts from what is there.
    let text = if kept { text } else { shelf.lasting(key) };
    Written { now: Kept { draft, text, unreadable, settled: false }, lost, kept }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drafts::Typed;
    use crate::drafts::hold::Hold;
    use crate::drafts::model::Memory;
    use crate::money::Quantity;
    use crate::words::Lang;

    /// A draft as each released app kept it, and what it has to say.
    const RELEASED: &[(&str, &str)] = &[
        (
            "the first",
            r#"{"id":"0190f5a0-7a3c-7cc0-98a1-2b3c4d5e6f70","lines":[{"code":"85123A","name":"Mug","typed":"1,5","seen":"2.5500"}],"po_number":"7","wanted_on":"2026-12-01","delivery_address":null,"comment":"ring"}"#,
        ),
        (
            "with the language of each line",
            r#"{"id":"0190f5a0-7a3c-7cc0-98a1-2b3c4d5e6f70","lines":[{"code":"85123A","name":"Mug","typed":"1,5","seen":"2.55","lang":"ru"}],"po_number":"7","wanted_on":"2026-12-01","delivery_address":"Here","comment":"ring"}"#,
        ),
    ];

    #[test]
    fn drafts_of_every_released_app_open() {
        for (what, text) in RELEASED {
            let mut shelf = Memory::default();
            shelf.put("kontor.draft.12347", text);
            let reader = Reader { customer: "12347".into(), user: Some(UserId::new(1, &[7; 10])) };
            assert_eq!(inherit(&mut shelf, Some(&reader)), None, "{what}");
            assert_eq!(shelf.get("kontor.draft.12347"), None, "{what}");
            let kept = read(&mut shelf, &draft_key(Some(&reader)), 1);
            assert!(!kept.unreadable, "{what}");
            assert_eq!(kept.draft.id.map(OrderId::made_at), Some(1_722_107_853_372), "{what}");
            let line = &kept.draft.lines[0];
            assert_eq!((line.code.as_str(), line.read(Lang::Ru)), ("85123A", Typed::Quantity(Quantity::from_raw(1500))), "{what}");
            assert_eq!(line.seen, "2.55".parse().unwrap(), "{what}");
            assert_eq!((kept.draft.po_number.as_str(), kept.draft.wanted_on.as_str(), kept.draft.comment.as_str()), ("7", "2026-12-01", "ring"), "{what}");
        }
    }

    #[test]
    fn what_a_newer_app_kept_is_put_beside() {
        let mut shelf = Memory::default();
        shelf.put("kontor.draft", "[1]");
        assert!(read(&mut shelf, "kontor.draft", 5).unreadable);
        assert_eq!((shelf.get("kontor.draft"), shelf.get("kontor.draft.unread.5").as_deref()), (None, Some("[1]")));
        // The same, found on writing.
        shelf.put("kontor.draft", "[2]");
        let written = write(&mut shelf, "kontor.draft", None, Draft { comment: "ring".into(), ..Draft::default() }, 6);
        assert_eq!((written.now.unreadable, written.kept, shelf.get("kontor.draft.unread.6").as_deref()), (true, true, Some("[2]")));
    }

    #[test]
    fn of_two_people_at_one_customer_each_has_a_draft_and_an_older_apps_is_in_one_of_them() {
        let reader = |seed| Reader { customer: "12347".into(), user: Some(UserId::new(1, &[seed; 10])) };
        let (ann, bob) = (reader(1), reader(2));
        let mut shelf = Memory::default();
        shelf.put("kontor.draft.12347", r#"{"comment":"of before"}"#);
        assert_eq!(Hold::open(&mut shelf, Some(&ann), 1).draft.comment, "of before");
        assert_eq!(Hold::open(&mut shelf, Some(&bob), 2).draft, Draft::default());
        // A tab of the older app writes on: that is kept apart, once.
        shelf.put("kontor.draft.12347", r#"{"comment":"and after"}"#);
        for now in 3..5 {
            assert_eq!(Hold::open(&mut shelf, Some(&ann), now).draft.comment, "of before");
            let copies: Vec<String> = asides(&shelf, Some(&ann)).into_iter().map(|aside| aside.draft.comment).collect();
            assert_eq!((copies, asides(&shelf, Some(&bob)).len()), (vec!["and after".to_string()], 0));
        }
    }

    #[test]
    fn a_full_browser_says_that_it_keeps_nothing() {
        let mut shelf = Memory { full: true, ..Memory::default() };
        let written = write(&mut shelf, "kontor.draft", None, Draft { comment: "ring".into(), ..Draft::default() }, 1);
        assert_eq!((written.kept, written.now.draft.comment.as_str(), written.now.text), (false, "ring", None));
    }
}
