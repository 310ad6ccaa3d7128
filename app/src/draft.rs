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
    browser::stored(&key(owner)).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
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

fn new_id() -> OrderId {
    OrderId::new(browser::now(), &browser::random())
}

impl DraftStore {
    /// The customer who signs in gets its own draft, and what was typed before goes into it.
    fn follow_session(self) {
        let now = house().session.get().and_then(|session| session.customer).map(|customer| customer.code);
        let before = self.owner.get_value();
        if now == before {
            return;
        }
        let mut draft = load(now.as_deref());
        if before.is_none() {
            let typed = self.draft.get_untracked();
            if !typed.is_empty() || typed != Draft::default() {
                let had = !draft.is_empty();
                let adopted = draft.adopt(typed);
                if had && adopted.added + adopted.replaced > 0 {
                    toast::tell(count(shop::DRAFT_JOINED, (adopted.added + adopted.replaced) as u64));
                }
                browser::forget(&key(None));
            }
        }
        self.owner.set_value(now);
        self.draft.set(draft);
        self.keep();
    }

    fn keep(self) {
        let owner = self.owner.get_value();
        let kept = self.draft.with_untracked(|draft| {
            if *draft == Draft::default() {
                browser::forget(&key(owner.as_deref()));
                return true;
            }
            serde_json::to_string(draft).is_ok_and(|text| browser::store(&key(owner.as_deref()), &text))
        });
        if self.kept.get_untracked() != kept {
            self.kept.set(kept);
        }
    }

    /// Changes the draft and keeps it.
    pub fn change(self, how: impl FnOnce(&mut Draft)) {
        self.draft.update(how);
        self.keep();
    }

    /// Writes down a typed quantity.
    pub fn write(self, product: &ProductRow, typed: &str) {
        let same = self.draft.with_untracked(|draft| draft.line(&product.code).map_or("", |line| line.typed.as_str()) == typed);
        if !same {
            self.change(|draft| draft.write(product, typed, new_id));
        }
    }

    /// Takes a line out, with undo.
    pub fn take_out(self, code: &str) {
        let mut taken = None;
        self.change(|draft| taken = draft.take_out(code));
        if let Some((at, line)) = taken {
            let text = shop::TAKEN_OUT.with(lang(), &[("quantity", &line.typed), ("name", &line.name)]);
            toast::offer(text, say(shop::UNDO), move || self.change(|draft| draft.put_back(at, line.clone())));
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
        toast::offer(count(shop::CLEARED, lines), say(shop::UNDO), move || {
            let before = before.clone();
            // What was typed since stays too.
            self.change(|draft| {
                let since = std::mem::replace(draft, before);
                draft.adopt(since);
            });
        });
    }

    /// The order went out: the next quantity begins another.
    pub fn sent(self) {
        self.change(|draft| *draft = Draft::default());
    }

    /// Another order holds this draft's id: it goes on under a new one.
    pub fn renew_id(self) {
        self.change(|draft| draft.id = Some(new_id()));
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
