//! One tab's hold on its reader's draft: every change is kept at once, together with what other tabs wrote, and orders
//! leave the draft for the queue and come back from it.
//!
//! Each step writes first what keeps the quantities and then takes them from where they were: a tab killed in between
//! leaves them in both places, under the same id, and the next to read or write them settles that.

use super::Draft;
use super::device::forget_common;
use super::queue::{self, Queued};
use super::shelf::{self, Aside, From, Kept, Reader, Shelf};
use crate::ids::OrderId;

/// A draft as this tab has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hold {
    /// Nobody's before signing in.
    pub owner: Option<Reader>,
    pub draft: Draft,
    /// The kept text that this tab last read or wrote.
    pub seen: Option<String>,
    /// Whether the browser keeps it.
    pub kept: bool,
    /// A kept text could not be read and was put beside: to be told.
    pub unreadable: bool,
}

/// The clock and a new id for what is kept aside.
pub struct Now<'a> {
    pub ms: u64,
    pub new_id: &'a mut dyn FnMut() -> OrderId,
}

impl Hold {
    /// Takes up what is kept for a reader.
    pub fn open(shelf: &mut impl Shelf, owner: Option<&Reader>, now: u64) -> Self {
        if let Some(old) = shelf::inherit(shelf, owner) {
            set_apart(shelf, owner, &old, now);
        }
        let key = shelf::draft_key(owner);
        let mut kept = shelf::read(shelf, &key, now);
        if kept.settled {
            // Said at once, or another tab might take what is gone from here for what is there.
            let seen = kept.text.take();
            kept = Kept { unreadable: kept.unreadable, ..shelf::write(shelf, &key, seen.as_deref(), kept.draft, now).now };
        }
        queue::let_go(shelf, &kept.draft);
        if kept.unreadable {
            start_afresh(shelf, owner);
        }
        let lasts = shelf.get(&key) == shelf.lasting(&key);
        Self { owner: owner.cloned(), draft: kept.draft, seen: kept.text, kept: lasts, unreadable: kept.unreadable }
    }

    /// Changes the draft and keeps it. Where another tab wrote the same goods meanwhile, its quantity is kept aside.
    pub fn change(&mut self, shelf: &mut impl Shelf, now: &mut Now, how: impl FnOnce(&mut Draft)) {
        how(&mut self.draft);
        self.write(shelf, now, From::Tab);
    }

    pub(super) fn write(&mut self, shelf: &mut impl Shelf, now: &mut Now, from: From) {
        queue::settle(shelf, &mut self.draft);
        let written = shelf::write(shelf, &shelf::draft_key(self.owner.as_ref()), self.seen.as_deref(), std::mem::take(&mut self.draft), now.ms);
        self.put_aside(shelf, now, from, written.lost);
        queue::let_go(shelf, &written.now.draft);
        self.draft = written.now.draft;
        self.seen = written.now.text;
        self.kept = written.kept;
        self.unreadable |= written.now.unreadable;
        if written.now.unreadable {
            start_afresh(shelf, self.owner.as_ref());
        }
    }

    /// Once: a step that was cut short and is done again has kept it before.
    pub(super) fn put_aside(&self, shelf: &mut impl Shelf, now: &mut Now, from: From, draft: Draft) {
        if !draft.says_nothing() && !shelf::asides(shelf, self.owner.as_ref()).iter().any(|aside| aside.from == from && aside.draft == draft) {
            shelf::put_aside(shelf, &Aside { id: (now.new_id)(), owner: self.owner.as_ref().map(Reader::key), from, at: now.ms, draft });
        }
    }

    /// The order goes into the queue and out of the draft. Says whether the browser keeps it there: where it does not, the draft
    /// stays as it is, and is sent again under the same id, until the firm has the order.
    pub fn queue_up(&mut self, shelf: &mut impl Shelf, now: &mut Now, order: &Queued) -> bool {
        let kept = queue::put(shelf, order);
        if kept {
            self.change(shelf, now, |draft| {
                draft.after_sending(&order.draft);
            });
        }
        kept
    }

    /// A refused order becomes a draft again. Says whether it was there to be brought back.
    pub fn bring_back(&mut self, shelf: &mut impl Shelf, now: &mut Now, id: OrderId) -> bool {
        let Some(order) =
            queue::get(shelf, id).filter(|order| order.refused().is_some() && self.owner.as_ref().is_some_and(|reader| reader.customer == order.owner))
        else {
            return false;
        };
        // Against what is there now: a tab that has not heard yet may still have these lines, and would take them out again.
        self.write(shelf, now, From::Tab);
        let merged = order.mend(std::mem::take(&mut self.draft));
        self.put_aside(shelf, now, From::Order, merged.lost);
        self.draft = merged.draft;
        self.write(shelf, now, From::Tab);
        queue::remove(shelf, id);
        true
    }

    /// What was kept aside goes into the draft, in the place of what is there.
    pub fn take_over(&mut self, shelf: &mut impl Shelf, now: &mut Now, aside: Aside) {
        let id = aside.id;
        self.change(shelf, now, |draft| {
            draft.adopt(aside.draft);
        });
        shelf::forget_aside(shelf, id);
    }
}

/// What the device had in common with the server was in the draft that cannot be read: none of it was taken out by anybody.
fn start_afresh(shelf: &mut impl Shelf, owner: Option<&Reader>) {
    if let Some(reader) = owner {
        forget_common(shelf, reader);
    }
}

/// A draft that an older app kept beside the reader's own. What cannot be read stays where it is.
fn set_apart(shelf: &mut impl Shelf, owner: Option<&Reader>, text: &str, now: u64) {
    let Some(reader) = owner else { return };
    if let Ok(draft) = serde_json::from_str::<Draft>(text)
        && shelf::put_aside(shelf, &Aside { id: OrderId::new(now, &[0; 10]), owner: Some(reader.key()), from: From::Tab, at: now, draft })
    {
        shelf.remove(&shelf::draft_key(Some(&Reader { customer: reader.customer.clone(), user: None })));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::api::SubmitOrder;
    use crate::catalog::ProductRow;
    use crate::drafts::device::{Common, KeptDraft, common, keep_common};
    use crate::drafts::model::{Memory, owner};
    use crate::drafts::queue::{Answer, Refusal};
    use crate::words::Lang;

    /// A page whose browser has no room left: what is new lives as long as the page.
    #[derive(Default)]
    struct Full {
        browser: Memory,
        page: BTreeMap<String, (String, Option<String>)>,
    }

    impl Shelf for Full {
        fn get(&self, key: &str) -> Option<String> {
            self.page.get(key).map(|(text, _)| text.clone()).or_else(|| self.browser.get(key))
        }
        fn put(&mut self, key: &str, text: &str) -> bool {
            let kept = self.browser.put(key, text);
            if kept {
                self.page.remove(key)
            } else {
                self.page.insert(key.into(), (text.into(), self.browser.get(key)))
            };
            kept
        }
        fn remove(&mut self, key: &str) {
            self.page.remove(key);
            self.browser.remove(key);
        }
        fn keys(&self) -> Vec<String> {
            let mut keys = self.browser.keys();
            keys.extend(self.page.keys().filter(|key| self.browser.get(key).is_none()).cloned());
            keys
        }
        fn lasting(&self, key: &str) -> Option<String> {
            self.browser.get(key)
        }
        fn under(&self, key: &str) -> Option<String> {
            self.page.get(key).map_or_else(|| self.browser.get(key), |(_, under)| under.clone())
        }
    }

    fn id(at: u8) -> OrderId {
        OrderId::new(1_000, &[at; 10])
    }

    fn draft() -> Draft {
        let mut draft = Draft::default();
        draft.write(&ProductRow { code: "1".into(), name: "Mug".into(), price: 10_000, ..ProductRow::default() }, "5", Lang::En, || id(1));
        draft
    }

    fn order(draft: &Draft) -> Queued {
        let body = SubmitOrder {
            version: 1,
            overlay: String::new(),
            customer: None,
            po_number: String::new(),
            wanted_on: None,
            delivery_address: String::new(),
            comment: String::new(),
            lines: Vec::new(),
        };
        Queued::new(id(1), owner().customer, "buyer".into(), draft.clone(), body, 1_000)
    }

    /// A draft that is kept, then a full browser, then the order.
    fn sent_into_a_full_browser() -> (Full, Hold) {
        let mut shelf = Full::default();
        let mut now = Now { ms: 1_000, new_id: &mut || id(9) };
        let mut hold = Hold::open(&mut shelf, Some(&owner()), 1_000);
        hold.change(&mut shelf, &mut now, |it| *it = draft());
        shelf.browser.full = true;
        assert!(!hold.queue_up(&mut shelf, &mut now, &order(&draft())));
        (shelf, hold)
    }

    #[test]
    fn an_order_that_a_full_browser_does_not_keep_stays_in_the_draft_until_the_firm_has_it() {
        let (mut shelf, mut hold) = sent_into_a_full_browser();
        let mut now = Now { ms: 2_000, new_id: &mut || id(9) };
        // Whatever else is written, in this tab or another one.
        hold.change(&mut shelf, &mut now, |_| {});
        assert_eq!(hold.draft, draft());
        assert_eq!(Hold::open(&mut shelf, Some(&owner()), 2_000).draft, draft());
        // The tab is closed: the browser has the draft under its id, and no order.
        let mut closed = Full { browser: std::mem::take(&mut shelf.browser), ..Full::default() };
        assert_eq!(Hold::open(&mut closed, Some(&owner()), 3_000).draft, draft());
        assert!(queue::all(&closed).orders.is_empty());
        // The tab is left open, and the order is stored.
        shelf.browser = closed.browser;
        let mut order = queue::get(&shelf, id(1)).unwrap();
        order.answered(Answer::Stored { number: "1".into() }, 4_000);
        queue::put(&mut shelf, &order);
        hold.change(&mut shelf, &mut now, |_| {});
        assert_eq!(hold.draft, Draft::default());
        assert_eq!(Hold::open(&mut shelf, Some(&owner()), 5_000).draft, Draft::default());
    }

    #[test]
    fn what_a_full_browser_does_not_keep_goes_together_with_what_another_tab_writes() {
        let product = |code: &str| ProductRow { code: code.into(), name: code.into(), price: 10_000, ..ProductRow::default() };
        let codes = |draft: &Draft| draft.lines.iter().map(|line| (line.code.clone(), line.typed.clone())).collect::<Vec<_>>();
        let own = owner();
        for next_page in [false, true] {
            let mut shelf = Full::default();
            let mut now = Now { ms: 1_000, new_id: &mut || id(9) };
            let mut hold = Hold::open(&mut shelf, Some(&own), 1_000);
            hold.change(&mut shelf, &mut now, |it| *it = draft());
            shelf.browser.full = true;
            hold.change(&mut shelf, &mut now, |it| it.write(&product("2"), "7", Lang::En, || id(1)));
            assert!(!hold.kept);
            // Another tab has read what the browser has, and its own is short enough.
            shelf.browser.full = false;
            let mut other = Hold::open(&mut shelf.browser, Some(&own), 2_000);
            other.change(&mut shelf.browser, &mut now, |it| it.write(&product("3"), "1", Lang::En, || id(1)));
            if next_page {
                // The tab goes on to its next page, which takes along what only the tab keeps.
                hold = Hold::open(&mut shelf, Some(&own), 3_000);
                assert_eq!((codes(&hold.draft).len(), hold.kept), (2, false));
            }
            hold.change(&mut shelf, &mut now, |_| {});
            let all = [("1", "5"), ("2", "7"), ("3", "1")].map(|(code, typed)| (code.to_string(), typed.to_string()));
            let mut found = codes(&hold.draft);
            found.sort();
            assert_eq!((found, hold.kept), (all.to_vec(), true), "{next_page}");
            assert_eq!(Hold::open(&mut shelf.browser, Some(&own), 4_000).draft, hold.draft);
        }
    }

    #[test]
    fn one_refused_in_a_full_browser_is_in_the_draft_once_and_under_an_id_that_can_be_used() {
        for (code, number, kept) in [("customer_blocked", None, Some(id(1))), ("order_differs", Some("7".to_string()), None)] {
            let (mut shelf, mut hold) = sent_into_a_full_browser();
            let mut now = Now { ms: 2_000, new_id: &mut || id(9) };
            let mut order = queue::get(&shelf, id(1)).unwrap();
            order.answered(Answer::Refused(Refusal { code: code.into(), detail: None, number }), 2_000);
            queue::put(&mut shelf, &order);
            assert!(hold.bring_back(&mut shelf, &mut now, id(1)), "{code}");
            assert_eq!((hold.draft.id, hold.draft.lines.len()), (kept, 1), "{code}");
            assert!(shelf::asides(&shelf, Some(&owner())).is_empty() && queue::all(&shelf).orders.is_empty(), "{code}");
        }
    }

    #[test]
    fn a_draft_that_cannot_be_read_takes_nothing_out_of_the_servers() {
        let theirs = || KeptDraft { generation: 1, revision: 4, draft: draft(), sent: Vec::new() };
        let known = Common { generation: 1, revision: 4, draft: draft(), ..Common::default() };
        let key = shelf::draft_key(Some(&owner()));
        // Found on opening, and by a tab that is open.
        for open in [false, true] {
            let mut shelf = Memory::default();
            let mut hold = Hold::open(&mut shelf, Some(&owner()), 1_000);
            keep_common(&mut shelf, &owner(), &known);
            shelf.put(&key, "{torn");
            if !open {
                hold = Hold::open(&mut shelf, Some(&owner()), 2_000);
                assert!(hold.unreadable && common(&shelf, &owner()).is_none());
            }
            hold.take_in(&mut shelf, &mut Now { ms: 3_000, new_id: &mut || id(9) }, theirs());
            assert_eq!(hold.draft, draft(), "open {open}");
            assert!(hold.unreadable);
        }
    }
}
