//! The orders that wait on this device, at the top of the page of orders: how far each is, why, and what can be done.

use std::sync::Arc;

use kontor_shared::drafts::queue::{Queued, Stage};
use kontor_shared::words::{Word, common, problems, queue as words, shop};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::{queue, sender};
use crate::draft;
use crate::export::{self, What};
use crate::house::session;
use crate::lang::{count, lang, say};
use crate::times;
use crate::ui::toast;

/// Nothing where nothing waits.
#[component]
pub fn WaitingHere() -> impl IntoView {
    let queue = queue();
    let own = Memo::new(move |_| queue.own());
    let shown = Memo::new(move |_| own.with(|own| own.iter().map(|order| order.id).collect::<Vec<_>>()));
    let unsent = |orders: &[Queued]| orders.iter().filter(|order| !matches!(order.stage, Stage::Sent { .. })).count();
    let others = Memo::new(move |_| queue.all.with(|all| unsent(&all.orders)).saturating_sub(own.with(|own| unsent(own))));
    let unread = Memo::new(move |_| queue.all.with(|all| all.unread));
    view! {
        {move || (!shown.with(Vec::is_empty)).then(|| view! {
            <section class="panel panel-s queue" aria-label=say(words::WAITING_HERE)>
                <h2>{say(words::WAITING_HERE)}</h2>
                <ul class="body stack">
                    <For each=move || shown.get() key=|id| *id let:id>
                        {move || queue.get(id).map(|order| view! { <One order=order/> })}
                    </For>
                </ul>
            </section>
        })}
        {move || (others.get() > 0).then(|| view! {
            <div class="note"><p>
                // Without a sign-in nobody knows whose they are.
                {if session().is_some() { count(words::OTHERS_WAIT, others.get() as u64) } else { format!("{}.", count(words::ORDERS_WAIT, others.get() as u64)) }}
                " "{say(words::OTHERS_NOTE)}
            </p></div>
        })}
        {move || (unread.get() > 0).then(|| view! {
            <div class="note note-warn"><p>{count(words::UNREAD, unread.get() as u64)}" "{say(words::UNREAD_NOTE)}</p></div>
        })}
    }
}

/// The state as a word, its shape and colour, and the sentence that explains it.
fn told(order: &Queued) -> (Word, &'static str, &'static str, String) {
    match &order.stage {
        Stage::Waiting | Stage::Sending if order.withdrawn => (words::WITHDRAWN, "half", "", say(words::WITHDRAWN_NOTE).to_string()),
        Stage::Waiting => (words::WAITS, "wait", "", order.because.as_deref().map(|code| say(why(code)).to_string()).unwrap_or_default()),
        Stage::Sending => (words::UNDER_WAY, "half", "", String::new()),
        Stage::Sent { number, .. } => (words::SENT, "full", "good", shop::RECEIVED_AS.with(lang(), &[("number", number)])),
        Stage::Refused(refusal) => {
            let text = match &refusal.number {
                Some(number) => shop::ARRIVED_BEFORE.with(lang(), &[("number", number)]),
                None => say(problems::by_code(&refusal.code)).to_string(),
            };
            (words::CAME_BACK, "stop", "bad", text)
        }
    }
}

/// Why an order still waits.
pub fn why(code: &str) -> Word {
    match code {
        "network" | "unreadable" => words::WAITS_NETWORK,
        "not_signed_in" | "other_customer" | "not_found" => words::WAITS_OWNER,
        _ => words::WAITS_BUSY,
    }
}

#[component]
fn One(order: Queued) -> impl IntoView {
    let navigate = use_navigate();
    let id = order.id;
    let (word, shape, colour, text) = told(&order);
    let at = js_sys::Date::new(&(order.queued_at as f64).into()).to_iso_string();
    let lines = count(common::LINES, order.order.lines.len() as u64);
    let head = format!(
        "{} · {lines} · {}",
        words::QUEUED_AT.with(lang(), &[("time", &times::instant(&String::from(at)))]),
        words::BY.with(lang(), &[("login", &order.by)])
    );
    let copy = Arc::new(order.draft.clone());
    let (unsent, refused, sent) = (order.unsent() && !order.withdrawn, order.refused().is_some(), matches!(order.stage, Stage::Sent { .. }));
    let withdrawn = order.withdrawn && !sent;
    let wanted = order.clone();
    let throw = move |_| {
        let order = order.clone();
        if queue().throw_away(id) {
            toast::offer_undo(say(words::THROWN_AWAY), say(shop::UNDO), move || queue().put_back(&order));
        }
    };
    view! {
        <li class="queued">
            <p><span class=format!("state {colour}") data-s=shape>{say(word)}</span>" "<span class="ink-2">{head}</span></p>
            {(!text.is_empty()).then(|| view! { <p class:bad=refused>{text}</p> })}
            <p class="row-x">
                {unsent.then(|| view! { <button type="button" class="btn" on:click=move |_| sender::go(true)>{say(words::SEND_NOW)}</button> })}
                {refused.then(|| view! {
                    <button type="button" class="btn btn-main" on:click=move |_| if draft::store().bring_back(id) {
                        toast::tell(say(words::MENDED));
                        navigate("/review", Default::default());
                    }>{say(words::MEND)}</button>
                })}
                {withdrawn.then(|| view! { <button type="button" class="btn" on:click=move |_| queue().put_back(&wanted)>{say(words::WANTED_AFTER_ALL)}</button> })}
                {(!sent && !withdrawn).then(|| view! {
                    <button type="button" class="btn" on:click=move |_| export::save(What::Waiting(copy.clone()))>{say(shop::SAVE_AS_EXCEL)}</button>
                    <button type="button" class="link" on:click=throw>{say(words::THROW_AWAY)}</button>
                })}
                {sent.then(|| view! { <a href=format!("/orders/{id}")>{say(common::ORDER)}</a> })}
            </p>
        </li>
    }
}
