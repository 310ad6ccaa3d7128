//! The buyer's draft in this browser: kept with every change, per customer, adopted at sign-in, undone for eight seconds.

use std::cell::OnceCell;

use kontor_shared::catalog::ProductRow;
use kontor_shared::drafts::Draft;
use kontor_shared::ids::OrderId;
use kontor_shared::words::shop;
use leptos::prelude::*;

use crate::browser;
use crate::house::house;
use crate::lang::{count, lang, say};
use crate::session;
use crate::ui::toast;

const KEY: &str = "kontor.draft";

/// The draft and whether this browser keeps it.
#[derive(Clone, Copy)]
pub struct DraftStore {
    pub draft: RwSignal<Draft>,
    /// The customer's code it belongs to; nobody's before signing in.
    owner: StoredValue<Option<String>>,
    pub kept: RwSignal<bool>,
}

thread_local! {
    static STORE: OnceCell<DraftStore> = const { OnceCell::new() };
}

fn key(owner: Option<&str>) -> String {
    owner.map_or_else(|| KEY.to_string(), |code| format!("{KEY}.{code}"))
}

fn load(owner: Option<&str>) -> Draft {
    let key = key(owner);
    let Some(text) = browser::stored(&key) else { return Draft::default() };
    match serde_json::from_str::<Draft>(&text) {
        Ok(mut draft) => {
            draft.speak(lang());
            draft
        }
        Err(_) => {
            set_aside(&key, &text);
            Draft::default()
        }
    }
}

/// What cannot be read, of a newer app perhaps, is kept beside: the next quantity must not overwrite it.
fn set_aside(key: &str, text: &str) {
    // First out, then in: a full browser has no room for both.
    browser::forget(key);
    browser::store(&format!("{key}.unread.{}", browser::now()), text);
    toast::fail(say(shop::DRAFT_UNREADABLE));
}

fn store_draft(owner: Option<&str>, draft: &Draft) -> bool {
    if *draft == Draft::default() {
        browser::forget(&key(owner));
        return true;
    }
    serde_json::to_string(draft).is_ok_and(|text| browser::store(&key(owner), &text))
}

/// The one draft of this page. It belongs to no page, so it outlives them all.
pub fn store() -> DraftStore {
    STORE.with(|cell| {
        *cell.get_or_init(|| {
            let root = Owner::new_root(None);
            let store = root.with(|| {
                let store = DraftStore { draft: RwSignal::new(load(None)), owner: StoredValue::new(None), kept: RwSignal::new(true) };
                Effect::new(move |_| store.follow_session());
                // Another tab of this browser changed the draft: both show the same one.
                let _ = window_event_listener(leptos::ev::storage, move |event| {
                    let own = key(store.owner.get_value().as_deref());
                    if event.key().as_deref() == Some(&own) {
                        store.draft.set(load(store.owner.get_value().as_deref()));
                    }
                });
                store
            });
            std::mem::forget(root);
            store
        })
    })
}

/// An id for a draft that begins.
pub fn new_id() -> OrderId {
    OrderId::new(browser::now(), &browser::random())
}

impl DraftStore {
    /// The customer who signs in gets its own draft, and what was typed before goes into it.
    fn follow_session(self) {
        let session = house().session.get();
        // A session that only ran out leaves the draft: whoever signs in again goes on with it.
        let ran_out = session.is_none() && !session::left();
        let now = session.and_then(|session| session.customer).map(|customer| customer.code);
        let before = self.owner.get_value();
        if now == before || ran_out {
            return;
        }
        let mut draft = load(now.as_deref());
        let typed = if before.is_none() { self.draft.get_untracked() } else { Draft::default() };
        let joins = typed != Draft::default();
        if joins {
            join(&mut draft, typed);
        }
        self.owner.set_value(now);
        self.draft.set(draft);
        if self.keep() && joins {
            browser::forget(&key(None));
        }
    }

    /// The code of the customer whose draft this is.
    pub fn owner(self) -> Option<String> {
        self.owner.get_value()
    }

    /// Says whether this browser keeps it.
    fn keep(self) -> bool {
        let owner = self.owner.get_value();
        let kept = self.draft.with_untracked(|draft| store_draft(owner.as_deref(), draft));
        if self.kept.get_untracked() != kept {
            self.kept.set(kept);
        }
        kept
    }

    /// Changes the draft and keeps it. What comes back from another language's time is said in this one.
    pub fn change(self, how: impl FnOnce(&mut Draft)) {
        self.draft.update(|draft| {
            how(draft);
            draft.speak(lang());
        });
        self.keep();
    }

    /// The reader chose another language: the quantities stay what they are.
    pub fn follow_language(self) {
        self.draft.update(|draft| draft.speak(lang()));
    }

    /// Offers to undo a change, in the draft it was made in.
    fn offer_undo(self, text: String, undo: impl Fn(&mut Draft) + Send + Sync + 'static) {
        let owner = self.owner();
        toast::offer_undo(text, say(shop::UNDO), move || {
            if self.owner() == owner {
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

    /// The order went out, and `sent` is what went. Says how many lines written since wait for the next.
    pub fn sent(self, owner: Option<String>, sent: &Draft) -> usize {
        let mut left = 0;
        if self.owner() == owner {
            self.change(|draft| left = draft.after_sending(sent));
        } else {
            // Somebody else signed in meanwhile: their draft is another one.
            let mut theirs = load(owner.as_deref());
            theirs.after_sending(sent);
            store_draft(owner.as_deref(), &theirs);
        }
        left
    }

    /// Another order holds this id: the draft that has it goes on under a new one.
    pub fn renew_id(self, taken: OrderId) {
        if self.draft.with_untracked(|draft| draft.id == Some(taken)) {
            self.change(|draft| draft.id = Some(new_id()));
        }
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
