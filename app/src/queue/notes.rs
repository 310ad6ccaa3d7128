//! What the pages say of orders that wait here, beside the order: how many, which came back, what is old, what lost.

use kontor_shared::drafts::queue::Queued;
use kontor_shared::drafts::queue::overdue_draft;
use kontor_shared::drafts::shelf::{Aside, From};
use kontor_shared::words::{format, problems, queue as words, shop};
use leptos::prelude::*;

use super::queue;
use crate::browser;
use crate::draft;
use crate::export::{self, What};
use crate::lang::{count, lang, say};

/// How many orders wait or came back, and whether that is to be seen to; tracked. Nothing where none does.
pub fn waiting() -> Option<(String, bool)> {
    let own = queue().own();
    let number = |wanted: fn(&Queued) -> bool| own.iter().filter(|order| wanted(order)).count() as u64;
    let (wait, back) = (number(Queued::unsent), number(|order| order.refused().is_some()));
    let overdue = own.iter().any(|order| order.overdue(browser::now()));
    let texts = [(wait, words::ORDERS_WAIT), (back, words::ORDERS_BACK)];
    let text = texts.into_iter().filter(|(number, _)| *number > 0).map(|(number, word)| count(word, number)).collect::<Vec<_>>().join(" · ");
    (wait + back > 0).then_some((text, back > 0 || overdue))
}

/// The same with the way to them.
#[component]
pub fn Waiting() -> impl IntoView {
    move || {
        waiting().map(|(text, bad)| {
            view! {
                <div class="note queue-note" class:note-warn=bad role="status"><p>{text}</p><a href="/orders">{say(words::SEE_WAITING)}</a></div>
            }
        })
    }
}

/// A draft older than a day, with what to do about it.
#[component]
pub fn Old(
    /// Where the reader is at the review already.
    #[prop(optional)]
    reviewing: bool,
) -> impl IntoView {
    let since = Memo::new(move |_| draft::store().draft.with(|draft| draft.id.filter(|_| overdue_draft(draft, browser::now()))));
    move || {
        since.get().map(|id| {
            let text = words::DRAFT_OLD.with(lang(), &[("date", &day(id.made_at()))]);
            view! {
                <div class="note queue-note">
                    <p>{text}</p>
                    {(!reviewing).then(|| view! { <a href="/review">{say(words::REVIEW_AND_SEND)}</a> })}
                    <button type="button" class="link" on:click=move |_| export::save(What::PriceList)>{say(shop::SAVE_AS_EXCEL)}</button>
                </div>
            }
        })
    }
}

/// Why the server does not take the draft for the reader's other devices, while it is so; tracked.
pub fn only_here() -> Option<String> {
    let code = draft::store().refused.get()?;
    let why = if matches!(code.as_str(), "too_large" | "too_many_lines" | "too_long") { words::TOO_LONG_ELSEWHERE } else { words::NOT_ELSEWHERE };
    Some(format!("{} {}", say(why), say(problems::by_code(&code))))
}

/// The same, beside the order.
#[component]
pub fn OnlyHere() -> impl IntoView {
    move || {
        only_here().map(|text| {
            view! {
                <div class="note note-warn queue-note" id="only-here" role="status">
                    <p>{text}</p>
                    <button type="button" class="link" on:click=move |_| export::save(What::PriceList)>{say(shop::SAVE_AS_EXCEL)}</button>
                </div>
            }
        })
    }
}

/// The copies that lost, to be taken over or thrown away.
#[component]
pub fn Copies() -> impl IntoView {
    let asides = draft::store().asides;
    move || asides.get().into_iter().map(|aside| view! { <Copy aside=aside/> }).collect_view()
}

#[component]
fn Copy(aside: Aside) -> impl IntoView {
    let title = say(match aside.from {
        From::Tab => words::COPY_TAB,
        From::Device => words::COPY_DEVICE,
        From::Order => words::COPY_ORDER,
        From::Sent => words::COPY_SENT,
    });
    let why = say(if aside.from == From::Sent { words::COPY_SENT_WHY } else { words::COPY_WHY });
    let lines = aside.draft.lines.iter().map(|line| view! { <li>{format!("{} {} · {}", line.code, line.name, line.typed)}</li> }).collect_view();
    let fields = [&aside.draft.po_number, &aside.draft.wanted_on, &aside.draft.comment].into_iter().chain(aside.draft.delivery_address.as_ref());
    let fields = fields.filter(|text| !text.is_empty()).map(|text| view! { <li>{text.clone()}</li> }).collect_view();
    let taken = aside.clone();
    view! {
        <div class="note note-warn queue-note" role="status">
            <div class="stack">
                <p><b>{title}</b>" "{why}</p>
                <ul class="s">{lines}{fields}</ul>
            </div>
            <button type="button" class="link" on:click=move |_| draft::store().take_over(taken.clone())>{say(words::TAKE_OVER)}</button>
            <button type="button" class="link" on:click=move |_| draft::store().throw_aside(aside.clone())>{say(words::THROW_AWAY)}</button>
        </div>
    }
}

/// The day of an instant in Unix milliseconds, in the reader's zone.
fn day(ms: u64) -> String {
    let date = js_sys::Date::new(&(ms as f64).into());
    format::date(lang(), &format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date()))
}
