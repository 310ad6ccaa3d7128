//! One tab's hold on its reader's draft: every change is kept at once, together with what other tabs wrote, and orders
//! leave the draft for the queue and come back from it.
//!
//! Each step writes first what keeps the quantities and then takes them from where they were: a tab killed in between
//! leaves them in both places, under the same id, and the next to read or write them settles that.

use super::Draft;
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
        Self { owner: owner.cloned(), draft: kept.draft, seen: kept.text, kept: true, unreadable: kept.unreadable }
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
    }

    /// Once: a step that was cut short and is done again has kept it before.
    pub(super) fn put_aside(&self, shelf: &mut impl Shelf, now: &mut Now, from: From, draft: Draft) {
        if !draft.says_nothing() && !shelf::asides(shelf, self.owner.as_ref()).iter().any(|aside| aside.from == from && aside.draft == draft) {
            shelf::put_aside(shelf, &Aside { id: (now.new_id)(), owner: self.owner.as_ref().map(Reader::key), from, at: now.ms, draft });
        }
    }

    /// The order goes into the queue and out of the draft. Says whether the browser keeps it there.
    pub fn queue_up(&mut self, shelf: &mut impl Shelf, now: &mut Now, order: &Queued) -> bool {
        let kept = queue::put(shelf, order);
        self.change(shelf, now, |draft| {
            draft.after_sending(&order.draft);
        });
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

/// A draft that an older app kept beside the reader's own. What cannot be read stays where it is.
fn set_apart(shelf: &mut impl Shelf, owner: Option<&Reader>, text: &str, now: u64) {
    let Some(reader) = owner else { return };
    if let Ok(draft) = serde_json::from_str::<Draft>(text)
        && shelf::put_aside(shelf, &Aside { id: OrderId::new(now, &[0; 10]), owner: Some(reader.key()), from: From::Tab, at: now, draft })
    {
        shelf.remove(&shelf::draft_key(Some(&Reader { customer: reader.customer.clone(), user: None })));
    }
}
