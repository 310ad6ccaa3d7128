//! Signing out with something unsent on this device: said before the session ends, with everything that can become of it.

use std::cell::RefCell;
use std::sync::Arc;

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

/// What is not with the firm yet, of whoever is signed in; tracked.
fn unsent() -> Vec<Queued> {
    queue().own().into_iter().filter(|order| order.unsent() || order.refused().is_some()).collect()
}

fn lines() -> u64 {
    draft::store().draft.with(|draft| draft.lines.len() as u64)
}

/// Asks, where there is something to ask; says whether it does.
pub fn ask() -> bool {
    if sender::customer().is_none() || untrack(|| unsent().is_empty() && lines() == 0) {
        return false;
    }
    let handle: UnmountHandle<_> = mount_to(document().body().expect("a page has a body"), || view! { <Leaving/> });
    // The one before goes first.
    SHOWN.with_borrow_mut(|shown| *shown = Some(Box::new(handle)));
    true
}

#[component]
fn Leaving() -> impl IntoView {
    let open = RwSignal::new(true);
    let orders = Memo::new(move |_| unsent());
    let leave = move || {
        open.set(false);
        session::end();
    };
    let save = move |_| {
        if untrack(lines) > 0 {
            export::save(What::PriceList);
        }
        for order in orders.get_untracked() {
            export::save(What::Waiting(Arc::new(order.draft)));
        }
    };
    let throw = move |_| {
        draft::store().throw_away();
        orders.get_untracked().into_iter().for_each(|order| _ = queue().throw_away(order.id));
        open.set(false);
        spawn_local(async {
            draft::device::let_go().await;
            session::end();
        });
    };
    view! {
        <Dialog open=open title=say(words::LEAVING)>
            <div class="dialog-body stack">
                {move || {
                    let wait = orders.with(|orders| orders.iter().filter(|order| order.unsent()).count() as u64);
                    let back = orders.with(|orders| orders.len() as u64) - wait;
                    let texts = [(lines(), words::DRAFT_UNSENT), (wait, words::ORDERS_WAIT), (back, words::ORDERS_BACK)];
                    let texts: Vec<_> = texts.into_iter().filter(|(number, _)| *number > 0).map(|(number, word)| count(word, number)).collect();
                    if texts.is_empty() {
                        view! { <p role="status">{say(words::ALL_SENT)}</p> }.into_any()
                    } else {
                        view! { <ul role="status">{texts.into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}</ul> }.into_any()
                    }
                }}
                <div class="stack leaving">
                    {move || orders.with(|orders| orders.iter().any(Queued::unsent)).then(|| view! {
                        <button type="button" class="btn btn-wide" on:click=move |_| sender::go(true)>{say(words::SEND_NOW)}</button>
                    })}
                    {move || (lines() > 0).then(|| view! { <a class="btn btn-wide" href="/review" on:click=move |_| open.set(false)>{say(words::REVIEW_AND_SEND)}</a> })}
                    <button type="button" class="btn btn-wide" on:click=save>{say(shop::SAVE_AS_EXCEL)}</button>
                    <button type="button" class="btn btn-main btn-wide" id="leave-here" on:click=move |_| leave()>{say(words::LEAVE_HERE)}</button>
                    <button type="button" class="btn btn-wide" id="throw-away" on:click=throw>{say(words::THROW_AND_LEAVE)}</button>
                </div>
            </div>
        </Dialog>
    }
}
