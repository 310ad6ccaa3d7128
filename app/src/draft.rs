//! The buyer's draft in this browser: kept with every change, per person, adopted at sign-in, undone for eight seconds.
//!
//! What other tabs wrote meanwhile goes into it (`kontor_shared::drafts::hold`); what lost there waits in `asides`.

use std::cell::OnceCell;

use kontor_shared::api::Session;
use kontor_shared::catalog::ProductRow;
use kontor_shared::drafts::Draft;
use kontor_shared::drafts::device::{KeptDraft, TakenIn};
use kontor_shared::drafts::hold::{Hold, Now};
use kontor_shared::drafts::queue::Queued;
use kontor_shared::drafts::shelf::{self, Aside, Reader, Shelf, draft_key};
use kontor_shared::ids::OrderId;
use kontor_shared::words::{queue as words, shop};
use leptos::prelude::*;

use crate::browser;
use crate::house::{house, lasting};
use crate::lang::{count, lang, say};
use crate::queue::local::Local;
use crate::session;
use crate::ui::toast;

pub mod device;
mod lines;

/// The draft and whether this browser keeps it.
#[derive(Clone, Copy)]
pub struct DraftStore {
    pub draft: RwSignal<Draft>,
    /// Whose it is and which kept text it started from. Its own draft is in the signal.
    hold: StoredValue<Hold>,
    pub kept: RwSignal<bool>,
    /// Why the server does not take it for the other devices, as the code of its answer.
    pub refused: RwSignal<Option<String>>,
    /// Whether the server has it as it stands here, as far as this tab has asked.
    pub there: RwSignal<bool>,
    /// What lost where two tabs or devices wrote the same.
    pub asides: RwSignal<Vec<Aside>>,
    /// The order as it is on its way, which the review goes on showing.
    pub going: RwSignal<Option<Draft>>,
}

thread_local! {
    static STORE: OnceCell<DraftStore> = const { OnceCell::new() };
}

/// The one draft of this page. It belongs to no page, so it outlives them all.
pub fn store() -> DraftStore {
    STORE.with(|cell| {
        *cell.get_or_init(|| {
            lasting(|| {
                let store = DraftStore {
                    draft: RwSignal::new(Draft::default()),
                    hold: StoredValue::new(Hold::default()),
                    kept: RwSignal::new(true),
                    refused: RwSignal::new(None),
                    there: RwSignal::new(false),
                    asides: RwSignal::new(Vec::new()),
                    going: RwSignal::new(None),
                };
                store.open(None);
                Effect::new(move |_| store.follow_session());
                // Another tab of this browser changed the draft: both show the same one.
                let _ = window_event_listener(leptos::ev::storage, move |event| {
                    let reader = store.reader();
                    match event.key() {
                        // What this tab alone keeps goes together with what the other wrote.
                        Some(key) if key == draft_key(reader.as_ref()) => match store.kept.get_untracked() {
                            true => store.open(reader.as_ref()),
                            false => store.hear(),
                        },
                        Some(key) if shelf::is_aside(&key) => store.look_aside(),
                        _ => {}
                    }
                });
                device::begin();
                store
            })
        })
    })
}

/// Whose draft a session's reader has.
fn reader_of(session: &Session) -> Option<Reader> {
    session.customer.as_ref().map(|customer| Reader { customer: customer.code.clone(), user: session.user })
}

/// An id for a draft that begins.
pub fn new_id() -> OrderId {
    OrderId::new(browser::now(), &browser::random())
}

impl DraftStore {
    /// Takes up what is kept for a reader.
    fn open(self, owner: Option<&Reader>) {
        let mut hold = Hold::open(&mut Local, owner, browser::now());
        let mut draft = std::mem::take(&mut hold.draft);
        draft.speak(lang());
        if hold.unreadable {
            toast::fail(say(shop::DRAFT_UNREADABLE));
        }
        self.kept.set(hold.kept);
        self.hold.set_value(hold);
        self.draft.set(draft);
        // Another tab may have typed what the server has not.
        self.there.set(false);
        self.look_aside();
    }

    fn look_aside(self) {
        let asides = shelf::asides(&Local, self.reader().as_ref());
        if self.asides.with_untracked(|before| *before != asides) {
            self.asides.set(asides);
        }
    }

    /// The customer who signs in gets its own draft, and what was typed before goes into it.
    fn follow_session(self) {
        let session = house().session.get();
        // A session that only ran out leaves the draft: whoever signs in again goes on with it.
        let ran_out = session.is_none() && !session::left();
        let now = session.as_ref().and_then(reader_of);
        let before = self.reader();
        if now == before || ran_out {
            device::go();
            return;
        }
        let typed = if before.is_none() { self.draft.get_untracked() } else { Draft::default() };
        self.open(now.as_ref());
        device::arrived();
        if typed != Draft::default() {
            self.change(|draft| join(draft, typed));
            if self.kept.get_untracked() {
                Local.remove(&draft_key(None));
            }
        }
        device::go();
    }

    /// The code of the customer whose draft this is.
    pub fn owner(self) -> Option<String> {
        self.hold.with_value(|hold| hold.owner.as_ref().map(|reader| reader.customer.clone()))
    }

    /// Whose draft this is.
    fn reader(self) -> Option<Reader> {
        self.hold.with_value(|hold| hold.owner.clone())
    }

    /// The order as the review shows it: on its way, or as it stands; tracked.
    pub fn shown<T>(self, read: impl FnOnce(&Draft) -> T) -> T {
        self.going.with(|going| match going {
            Some(draft) => read(draft),
            None => self.draft.with(read),
        })
    }

    /// Does something with the draft and what is kept.
    fn with<T>(self, act: impl FnOnce(&mut Hold, &mut Now) -> T) -> Option<T> {
        let mut asides = false;
        let mut new_id = || {
            asides = true;
            new_id()
        };
        let mut result = None;
        let mut kept = true;
        self.draft.update(|draft| {
            self.hold.update_value(|hold| {
                std::mem::swap(&mut hold.draft, draft);
                result = Some(act(hold, &mut Now { ms: browser::now(), new_id: &mut new_id }));
                std::mem::swap(&mut hold.draft, draft);
                kept = hold.kept;
                if std::mem::take(&mut hold.unreadable) {
                    toast::fail(say(shop::DRAFT_UNREADABLE));
                }
            });
        });
        if self.kept.get_untracked() != kept {
            self.kept.set(kept);
        }
        if asides {
            self.look_aside();
        }
        device::changed();
        result
    }

    /// Takes up what another tab wrote, where this one has not heard of it.
    fn hear(self) {
        let key = draft_key(self.reader().as_ref());
        if self.hold.with_value(|hold| hold.seen != Local.lasting(&key)) {
            self.change(|_| {});
        }
    }

    /// The firm has an order: where the draft still has it, it is out from here on.
    pub fn hear_of(self, order: OrderId) {
        if self.draft.with_untracked(|draft| draft.id) == Some(order) {
            self.change(|_| {});
        }
    }

    /// What the server keeps goes together with what is here.
    fn take_in(self, theirs: KeptDraft) -> TakenIn {
        let taken = self.with(|hold, now| {
            let taken = hold.take_in(&mut Local, now, theirs);
            hold.draft.speak(lang());
            taken
        });
        taken.unwrap_or_default()
    }

    /// Changes the draft and keeps it. What comes back from another language's time is said in this one.
    pub fn change(self, how: impl FnOnce(&mut Draft)) {
        self.with(|hold, now| {
            hold.change(&mut Local, now, |draft| {
                how(draft);
                draft.speak(lang());
            });
        });
    }

    /// The order goes into the queue. Says whether the browser keeps it there; else the draft stays.
    pub fn queue_up(self, order: &Queued) -> bool {
        let kept = self.with(|hold, now| hold.queue_up(&mut Local, now, order)) == Some(true);
        crate::queue::queue().look();
        kept
    }

    /// A refused order becomes a draft again.
    pub fn bring_back(self, id: OrderId) -> bool {
        let back = self.with(|hold, now| hold.bring_back(&mut Local, now, id)) == Some(true);
        self.draft.update(|draft| draft.speak(lang()));
        self.look_aside();
        crate::queue::queue().look();
        back
    }

    /// A copy kept aside goes into the draft, with undo.
    pub fn take_over(self, aside: Aside) {
        let (before, copy) = (self.draft.get_untracked(), aside.clone());
        self.with(|hold, now| hold.take_over(&mut Local, now, aside));
        self.look_aside();
        let reader = self.reader();
        toast::offer_undo(say(words::TAKEN_OVER), say(shop::UNDO), move || {
            if self.reader() != reader {
                return;
            }
            self.change(|draft| {
                for line in &copy.draft.lines {
                    draft.lines.retain(|now| now.code != line.code);
                }
                draft.lines.extend(before.lines.iter().filter(|line| copy.draft.line(&line.code).is_some()).cloned());
            });
            shelf::put_aside(&mut Local, &copy);
            self.look_aside();
        });
    }

    /// A copy kept aside is not wanted, with undo.
    pub fn throw_aside(self, aside: Aside) {
        shelf::forget_aside(&mut Local, aside.id);
        self.look_aside();
        toast::offer_undo(say(words::THROWN_AWAY), say(shop::UNDO), move || {
            shelf::put_aside(&mut Local, &aside);
            self.look_aside();
        });
    }

    /// Nothing of this reader's stays on the device.
    pub fn throw_away(self) {
        self.change(|draft| *draft = Draft::default());
        for aside in self.asides.get_untracked() {
            shelf::forget_aside(&mut Local, aside.id);
        }
        self.look_aside();
    }

    /// The reader chose another language: the quantities stay what they are.
    pub fn follow_language(self) {
        self.draft.update(|draft| draft.speak(lang()));
    }

    /// Offers to undo a change, in the draft it was made in.
    fn offer_undo(self, text: String, undo: impl Fn(&mut Draft) + Send + Sync + 'static) {
        let reader = self.reader();
        toast::offer_undo(text, say(shop::UNDO), move || {
            if self.reader() == reader {
                self.change(&undo);
            }
        });
    }

    /// Writes down a typed quantity.
    pub fn write(self, product: &ProductRow, typed: &str) {
        let same = self.draft.with_untracked(|draft| draft.line(&product.code).map_or("", |line| line.typed.as_str()) == typed);
        if !same {
            self.change(|draft| draft.write(product, typed, lang(), new_id));
        }
    }

    /// Takes a line out, with undo.
    pub fn take_out(self, code: &str) {
        let mut taken = None;
        self.change(|draft| taken = draft.take_out(code));
        if let Some((at, line)) = taken {
            let text = shop::TAKEN_OUT.with(lang(), &[("quantity", &line.typed), ("name", &line.name)]);
            self.offer_undo(text, move |draft| draft.put_back(at, line.clone()));
        }
    }

    /// Empties the draft, with undo.
    pub fn clear(self) {
        let before = self.draft.get_untracked();
        if before.is_empty() {
            return;
        }
        let lines = before.lines.len() as u64;
        self.change(|draft| *draft = Draft::default());
        self.offer_undo(count(shop::CLEARED, lines), move |draft| {
            // What was typed since stays too.
            let since = std::mem::replace(draft, before.clone());
            draft.adopt(since);
        });
    }

    /// The id to send under. Made with the first quantity; a draft taken over without one gets it here.
    pub fn id(self) -> OrderId {
        if let Some(id) = self.draft.with_untracked(|draft| draft.id) {
            return id;
        }
        let id = new_id();
        self.change(|draft| draft.id = Some(id));
        id
    }
}

/// What was typed before signing in joins the customer's own draft, and the customer is told.
fn join(own: &mut Draft, typed: Draft) {
    let had = !own.is_empty();
    let adopted = own.adopt(typed);
    let joined = (adopted.added + adopted.replaced) as u64;
    if had && joined > 0 {
        toast::tell(count(shop::DRAFT_JOINED, joined));
    }
}
