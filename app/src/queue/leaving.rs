//! Signing out with something unsent on this device: said before the session ends, with everything that can become of it.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use kontor_shared::drafts::queue::Queued;
use kontor_shared::words::{queue as words, shop};
use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{queue, sender};
use crate::draft;
use crate::export::{self, What};
use crate::lang::{count, say};
use crate::session;
use crate::ui::dialog::Dialog;

thread_local! {
    /// The dialog, while it is asked for. It belongs to no page: the bar that asks stands in two modules.
    static SHOWN: RefCell<Option<Box<dyn std::any::Any>>> = const { RefCell::new(None) };
}

/// Waiting that is longer than this is felt.
const FELT: Duration = Duration::from_millis(500);

/// What is not with the firm yet, of whoever is signed in; tracked.
fn unsent() -> Vec<Queued> {
    queue().own().into_iter().filter(|order| order.unsent() || order.refused().is_some()).collect()
}

fn lines() -> u64 {
    draft::store().draft.with(|draft| draft.lines.len() as u64)
}

/// Asks, where there is something to ask; whatever is decided ends the session. Says whether it sees to that.
pub fn ask() -> bool {
    if sender::customer().is_none() {
        return false;
    }
    if untrack(|| unsent().is_empty() && lines() == 0) {
        spawn_local(async {
            draft::device::leave().await;
            session::end();
        });
        return true;
    }
    // Whether the firm has it is offered to go by.
    draft::device::go();
    let handle: UnmountHandle<_> = mount_to(document().body().expect("a page has a body"), || view! { <Leaving/> });
    // The one before goes first.
    SHOWN.with_borrow_mut(|shown| *shown = Some(Box::new(handle)));
    true
}

#[component]
fn Leaving() -> impl IntoView {
    let open = RwSignal::new(true);
    let (busy, long, lacking) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    // What is thrown away is not said to be sent, while that goes on.
    let orders = Memo::new(move |before: Option<&Vec<Queued>>| before.filter(|_| busy.get()).cloned().unwrap_or_else(unsent));
    let lines = Memo::new(move |before: Option<&u64>| before.copied().filter(|_| busy.get()).unwrap_or_else(lines));
    // Asking the server takes its time; that it does is said once it is felt.
    let begin = move || {
        lacking.set(false);
        busy.set(true);
        set_timeout(move || _ = long.try_set(true), FELT);
    };
    let leave = move || {
        open.set(false);
        session::end();
    };
    let save = move |_| {
        if lines.get_untracked() > 0 {
            export::save(What::PriceList);
        }
        for order in orders.get_untracked() {
            export::save(What::Waiting(Arc::new(order.draft)));
        }
    };
    let throw = move |_| {
        begin();
        orders.get_untracked().into_iter().for_each(|order| _ = queue().throw_away(order.id));
        spawn_local(async move {
            draft::device::throw_away().await;
            leave();
        });
    };
    let firm_keeps = move |_| {
        begin();
        spawn_local(async move {
            if draft::device::leave_there().await {
                return leave();
            }
            for (signal, value) in [(busy, false), (long, false), (lacking, true)] {
                let _ = signal.try_set(value);
            }
        });
    };
    // A copy kept aside, or an order that waits, is on this device alone.
    let store = draft::store();
    let firm_has = Memo::new(move |before: Option<&bool>| {
        let has = store.there.get() && lines.get() > 0 && orders.with(Vec::is_empty) && store.asides.with(Vec::is_empty);
        // What was offered is not taken from under the hand.
        has || (busy.get() || lacking.get()) && before == Some(&true)
    });
    view! {
        <Dialog open=open title=say(words::LEAVING)>
            <div class="dialog-body stack">
                {move || {
                    let wait = orders.with(|orders| orders.iter().filter(|order| order.unsent()).count() as u64);
                    let back = orders.with(|orders| orders.len() as u64) - wait;
                    let texts = [(lines.get(), words::DRAFT_UNSENT), (wait, words::ORDERS_WAIT), (back, words::ORDERS_BACK)];
                    let texts: Vec<_> = texts.into_iter().filter(|(number, _)| *number > 0).map(|(number, word)| count(word, number)).collect();
                    if texts.is_empty() {
                        view! { <p role="status">{say(words::ALL_SENT)}</p> }.into_any()
                    } else {
                        view! { <ul role="status">{texts.into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}</ul> }.into_any()
                    }
                }}
                {move || (busy.get() && long.get()).then(|| view! { <p role="status">{say(words::ASKING_TO_LEAVE)}</p> })}
                {move || lacking.get().then(|| view! { <p class="bad" role="alert">{say(words::FIRM_LACKS)}</p> })}
                <div class="stack leaving">
                    {move || orders.with(|orders| orders.iter().any(Queued::unsent)).then(|| view! {
                        <button type="button" class="btn btn-wide" on:click=move |_| sender::go(true)>{say(words::SEND_NOW)}</button>
                    })}
                    {move || (lines.get() > 0).then(|| view! { <a class="btn btn-wide" href="/review" on:click=move |_| open.set(false)>{say(words::REVIEW_AND_SEND)}</a> })}
                    <button type="button" class="btn btn-wide" on:click=save>{say(shop::SAVE_AS_EXCEL)}</button>
                    <button type="button" class="btn btn-main btn-wide" id="leave-here" disabled=busy on:click=move |_| leave()>{say(words::LEAVE_HERE)}</button>
                    <button type="button" class="btn btn-wide" id="throw-away" disabled=busy on:click=throw>{say(words::THROW_AND_LEAVE)}</button>
                    {move || firm_has.get().then(|| view! {
                        <button type="button" class="btn btn-wide" id="firm-keeps" disabled=busy on:click=firm_keeps>{say(words::FIRM_KEEPS)}</button>
                    })}
                </div>
            </div>
        </Dialog>
    }
}
