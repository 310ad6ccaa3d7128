//! Sends what is due, one by one: at once when queued, when the network is back, when the reader comes back, and later and
//! later in between.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::time::Duration;

use kontor_shared::api::Order;
use kontor_shared::drafts::queue::{self, Answer, Queued, Refusal, Stage, judge};
use kontor_shared::ids::OrderId;
use kontor_shared::orders::OrderState;
use kontor_shared::words::{queue as words, shop as shop_words};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::local::Local;
use super::{locks, queue};
use crate::api::{self, ApiError};
use crate::browser;
use crate::catalogue::shop;
use crate::draft;
use crate::forms;
use crate::house::house;
use crate::lang::{count, lang};
use crate::session;
use crate::ui::toast;

const LOCK: &str = "kontor.queue";

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    /// Something asked for a round: while one is under way, another follows it.
    static ASKED: Cell<Option<bool>> = const { Cell::new(None) };
    /// The next round by the clock, and which of them counts.
    static TIMER: Cell<u32> = const { Cell::new(0) };
    /// The order whose outcome a page shows itself.
    static WATCHED: RefCell<Option<OrderId>> = const { RefCell::new(None) };
}

/// A page says itself what becomes of this order.
pub fn watch(id: Option<OrderId>) {
    WATCHED.with_borrow_mut(|watched| *watched = id);
}

fn watched(id: OrderId) -> bool {
    WATCHED.with_borrow(|watched| *watched == Some(id))
}

/// The code of the customer who is signed in.
pub fn customer() -> Option<String> {
    house().session.with_untracked(|session| session.as_ref()?.customer.as_ref().map(|customer| customer.code.clone()))
}

/// Sends what is due; with `hurry`, also what was to wait longer.
pub fn go(hurry: bool) {
    forms::go();
    ASKED.set(Some(hurry || ASKED.get().unwrap_or(false)));
    if RUNNING.replace(true) {
        return;
    }
    spawn_local(async {
        while let Some(hurry) = ASKED.take() {
            // Without an order of this reader's there is nothing to lock out other tabs for.
            if next(&HashSet::new(), hurry).is_some() {
                locks::alone(LOCK, move || round(hurry)).await;
            }
        }
        RUNNING.set(false);
        set_clock();
    });
}

/// The next order to send of those not tried in this round.
fn next(tried: &HashSet<OrderId>, hurry: bool) -> Option<Queued> {
    let (customer, now) = (customer(), browser::now());
    queue::all(&Local).orders.into_iter().find(|order| {
        let mut order = order.clone();
        if hurry {
            order.hurry(now);
        }
        order.due(customer.as_deref(), now) && !tried.contains(&order.id)
    })
}

async fn round(hurry: bool) {
    let mut tried = HashSet::new();
    while let Some(mut order) = next(&tried, hurry) {
        tried.insert(order.id);
        order.begin();
        queue::put(&mut Local, &order);
        queue().look();
        let asked = order.withdrawn;
        let (answer, stored) = if asked { (ask(&order).await, None) } else { send(&order).await };
        // Let go of meanwhile, it is not put back.
        let Some(kept) = queue::get(&Local, order.id) else { continue };
        order.withdrawn = kept.withdrawn;
        order.answered_to(asked, answer, browser::now());
        if order.withdrawn {
            settle(&order);
            continue;
        }
        queue::put(&mut Local, &order);
        if stored.is_some() {
            // Where the browser had no room for the order, it is in the draft until now.
            draft::store().hear_of(order.id);
        }
        queue().look();
        match stored {
            Some(stored) => tell_sent(&order, &stored),
            None if order.refused().is_some() && !watched(order.id) => toast::fail(format!("{}.", count(words::ORDERS_BACK, 1))),
            None => {}
        }
    }
}

/// What became of an order that nobody wants any more.
fn settle(order: &Queued) {
    match &order.stage {
        Stage::Refused(_) => queue::remove(&mut Local, order.id),
        stage => {
            queue::put(&mut Local, order);
            if let Stage::Sent { number, .. } = stage {
                toast::fail(words::ARRIVED_ANYWAY.with(lang(), &[("number", number)]));
            }
        }
    }
    queue().look();
}

/// Whether an order has arrived, without sending it; refused is one that has not.
async fn ask(order: &Queued) -> Answer {
    match api::order(&order.id.to_string()).await {
        Ok(there) => Answer::Stored { number: there.number },
        Err(error) if error.status == 404 && error.code == "not_found" => match own(order).await {
            true => Answer::Refused(Refusal { code: error.code, detail: None, number: None }),
            false => Answer::NotSignedIn { code: error.code },
        },
        Err(error) => failed(order, error).await,
    }
}

/// Whether the server, too, says that whoever the order is for is signed in.
async fn own(order: &Queued) -> bool {
    matches!(api::session().await, Ok(Some(session)) if session.customer.as_ref().is_some_and(|customer| customer.code == order.owner))
}

async fn send(order: &Queued) -> (Answer, Option<Box<Order>>) {
    match api::put::<Order>(&format!("/api/orders/{}", order.id), &order.order).await {
        Ok(stored) => (Answer::Stored { number: stored.number.clone() }, Some(Box::new(stored))),
        Err(error) => (failed(order, error).await, None),
    }
}

async fn failed(order: &Queued, error: ApiError) -> Answer {
    match error.code.as_str() {
        "other_customer" => session::ask_again(),
        "unknown_price_list" => shop().fetch(),
        _ => session::note_signed_out(&error),
    }
    let taken = |number| Answer::Refused(Refusal { code: "order_differs".into(), detail: None, number });
    match judge(error.status, &error.code, error.detail, error.retry_after) {
        // Which order has this id?
        Answer::Refused(refusal) if refusal.code == "order_differs" => {
            let there = api::order(&order.id.to_string()).await;
            taken(there.ok().map(|there| there.number))
        }
        // Not there for whoever is signed in: for another customer by now, or because the id is another customer's.
        Answer::NotSignedIn { code } if error.status == 404 => match own(order).await {
            true => taken(None),
            false => {
                session::ask_again();
                Answer::NotSignedIn { code }
            }
        },
        answer => answer,
    }
}

fn tell_sent(order: &Queued, stored: &Order) {
    // The server took the order out of the draft it keeps.
    draft::device::go();
    // Prices are others than the page knew.
    if stored.state == OrderState::NeedsReview {
        shop().fetch();
    }
    if !watched(order.id) {
        toast::tell(shop_words::RECEIVED_AS.with(lang(), &[("number", &stored.number)]));
    }
}

/// A clock that was set back by a month would ask for a timer longer than browsers have (2³¹ ms).
const LONGEST_SLEEP: u64 = 3_600_000;

/// Comes back when the next order is due.
fn set_clock() {
    let (customer, now) = (customer(), browser::now());
    let due = queue::all(&Local).orders.iter().filter(|order| order.due(customer.as_deref(), u64::MAX)).map(|order| order.next_try).min();
    let turn = TIMER.get().wrapping_add(1);
    TIMER.set(turn);
    if let Some(due) = due {
        let wait = Duration::from_millis(due.saturating_sub(now).clamp(1_000, LONGEST_SLEEP));
        set_timeout(
            move || {
                if TIMER.get() == turn {
                    go(false);
                }
            },
            wait,
        );
    }
}
