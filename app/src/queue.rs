//! Orders that wait on this device until the firm has them: kept, sent by one tab at a time, and shown.
//!
//! What an answer means and when to ask again is decided in `kontor_shared::drafts::queue`. Nothing here needs the router:
//! the price list's page shows it too.

use std::cell::OnceCell;

use kontor_shared::drafts::queue::{self as model, Queue, Queued};
use kontor_shared::ids::OrderId;
use leptos::prelude::*;

use crate::browser;
use crate::house::{house, lasting};

pub mod leaving;
pub mod local;
pub mod locks;
pub mod notes;
pub mod sender;
pub mod waiting;

use local::Local;

/// The queue of this browser.
#[derive(Clone, Copy)]
pub struct QueueStore {
    /// Everybody's; who is shown which is for the pages to say.
    pub all: RwSignal<Queue>,
}

thread_local! {
    static STORE: OnceCell<QueueStore> = const { OnceCell::new() };
}

/// The one queue of this page; it belongs to no page, so it outlives them all.
pub fn queue() -> QueueStore {
    STORE.with(|cell| {
        *cell.get_or_init(|| {
            lasting(|| {
                model::tidy(&mut Local, crate::browser::now());
                let store = QueueStore { all: RwSignal::new(model::all(&Local)) };
                crate::session::ask_before_leaving(leaving::ask);
                // Whoever signs in sends at once what waited for that.
                let customer = Memo::new(move |_| house().session.with(|session| session.as_ref()?.customer.as_ref().map(|customer| customer.code.clone())));
                Effect::new(move |_| {
                    if customer.get().is_some() {
                        sender::go(true);
                    }
                });
                for event in ["online", "focus"] {
                    let _ = window_event_listener_untyped(event, |_| sender::go(true));
                }
                let _ = window_event_listener(leptos::ev::storage, move |event| {
                    if event.key().is_none_or(|key| model::is_key(&key)) {
                        store.look();
                    }
                });
                store
            })
        })
    })
}

impl QueueStore {
    /// Looks at what is kept now.
    pub fn look(self) {
        let now = model::all(&Local);
        if self.all.with_untracked(|before| *before != now) {
            self.all.set(now);
        }
    }

    /// An order of the queue; tracked.
    pub fn get(self, id: OrderId) -> Option<Queued> {
        self.all.with(|queue| queue.orders.iter().find(|order| order.id == id).cloned())
    }

    /// The orders of whoever is signed in; tracked.
    pub fn own(self) -> Vec<Queued> {
        let customer = house().session.with(|session| session.as_ref()?.customer.as_ref().map(|customer| customer.code.clone()));
        self.all.with(|queue| queue.orders.iter().filter(|order| Some(&order.owner) == customer.as_ref()).cloned().collect())
    }

    /// Lets go of an order: its reader has seen what became of it, or wants it no more.
    pub fn remove(self, id: OrderId) {
        model::remove(&mut Local, id);
        self.look();
    }

    /// Throws an order away, or, where it may have arrived, as soon as the firm has said that it has not. Says whether it
    /// went at once.
    pub fn throw_away(self, id: OrderId) -> bool {
        let Some(mut order) = model::get(&Local, id) else { return true };
        let goes = order.withdraw(browser::now());
        if goes {
            model::remove(&mut Local, id);
        } else {
            model::put(&mut Local, &order);
            sender::go(false);
        }
        self.look();
        goes
    }

    /// Undoes [`QueueStore::throw_away`].
    pub fn put_back(self, order: &Queued) {
        model::put(&mut Local, &Queued { withdrawn: false, ..order.clone() });
        self.look();
        sender::go(false);
    }
}
