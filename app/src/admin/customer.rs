//! One customer: who they are, the verdict with its sentence, and everything that happened on one timeline.

use kontor_shared::api::{Customer, Role, TimelineItem};
use kontor_shared::customers::{CustomerState, RequestState};
use kontor_shared::money::Percent;
use kontor_shared::orders::OrderState;
use kontor_shared::segments::Segment;
use kontor_shared::words::segments::{self as segment_words, Facts as SegmentFacts};
use kontor_shared::words::{entry, format, people as words, staff};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::access::Section;
use super::audit;
use super::listing::{Listing, Shown};
use super::segments::Terms;
use crate::api::{self, encoded};
use crate::browser;
use crate::lang::{lang, say};
use crate::orders::State;
use crate::times;
use crate::ui::form::Form;
use crate::ui::page::Heading;
use crate::ui::toast;

mod consent;
mod erase;
pub mod form;
mod people;
mod requests;
mod state;

thread_local! {
    /// Grows with each change of a customer, also one undone from a toast after its page has gone.
    static CHANGED: ArcRwSignal<u32> = ArcRwSignal::new(0);
}

/// Something of a customer was changed: whatever page shows it asks again.
pub fn changed() {
    CHANGED.with(|changed| changed.update(|times| *times += 1));
}

/// What came of taking a change of a customer back.
pub fn undone<T>(answer: api::Result<T>) {
    match answer {
        Ok(_) => {
            changed();
            toast::tell(say(words::UNDONE));
        }
        Err(error) => {
            super::expiry::tell(&error);
        }
    }
}

/// Whether whoever is signed in may change customers; the server is the judge.
pub fn may_write() -> bool {
    super::role().is_some_and(|role| matches!(role, Role::Sales | Role::Admin))
}

/// A form of these pages.
fn a_form(id: &str) -> Form {
    Form::new(id, super::words_for, super::expiry::note)
}

#[component]
pub fn CustomerPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let query = use_query_map();
    let kind = Memo::new(move |_| query.with(|query| query.get("kind").unwrap_or_default()));
    let listing: Listing<Customer> = Listing::new(Signal::derive(move || format!("/api/customers/{}", encoded(&id.get()))));
    let changes = CHANGED.with(Clone::clone);
    Effect::new(move |before: Option<()>| {
        changes.track();
        if before.is_some() {
            listing.reload();
        }
    });
    view! {
        <Shown of=listing show=move |customer: Customer| {
            // A change may have taken the button away that made it.
            browser::focus_heading_if_lost();
            view! { <Whole customer=customer kind=kind listing=listing/> }.into_any()
        }/>
    }
}

#[component]
fn Whole(customer: Customer, kind: Memo<String>, listing: Listing<Customer>) -> impl IntoView {
    let sentence = segment_words::sentence(lang(), SegmentFacts::of_rule(&customer.verdict, &customer.rule));
    let as_of = format!("{} {}", say(staff::AS_OF), format::date(lang(), &customer.rule.as_of));
    let since = customer.segment_since.as_deref().map(|day| format!(" · {}", segment_words::SINCE.with(lang(), &[("day", &format::date(lang(), day))])));
    let judges = super::role().is_some_and(|role| Section::Segments.open_to(role));
    let orders = super::role().is_some_and(|role| Section::Orders.open_to(role));
    let (timeline, id) = (customer.timeline.clone(), customer.id);
    let older = customer.next.is_some();
    let currency = customer.currency;
    view! {
        <div class="page-head">
            <p class="crumb"><a href="/admin/customers">{say(staff::CUSTOMERS)}</a>" · "{customer.code.clone()}</p>
            <Heading title=customer.name.clone()/>
            <span class="ink-2">{customer.country.clone()}</span>
            {may_write().then(|| view! {
                <div class="push row-x">
                    <state::StateButton customer=customer.clone()/>
                    <a class="btn" href=crate::api::with_query(super::entry::HREF, &[("customer", &customer.code)])>{say(entry::NEW_ORDER)}</a>
                    <a class="btn" href=format!("/admin/customers/{}/edit", customer.id)>{say(words::EDIT)}</a>
                </div>
            })}
        </div>
        {(customer.state == CustomerState::Blocked).then(|| view! {
            <div class="note note-bad"><p>{words::BLOCKED_NOTE.with(lang(), &[("reason", &customer.state_reason)])}</p></div>
        })}
        {(customer.state == CustomerState::Applied).then(|| view! { <div class="note note-warn"><p>{say(words::STATE_APPLIED)}</p></div> })}
        <requests::Requests requests=customer.requests.clone()/>
        <p class="verdict">{sentence}</p>
        <p class="s ink-3 verdict-as-of">{as_of}{since}</p>
        <div class="two">
            <div>
                <nav class="tabs" aria-label=say(staff::TIMELINE)>
                    {[("", staff::ALL_OF_THEM), ("order", staff::ORDERS), ("document", staff::DOCUMENTS), ("message", staff::MESSAGES), ("request", words::REQUESTS_TAB), ("segment", staff::SEGMENT), ("change", words::CHANGES)].map(|(word, label)| {
                        let href = if word.is_empty() { format!("/admin/customers/{id}") } else { format!("/admin/customers/{id}?kind={word}") };
                        view! { <a href=href aria-current=move || (kind.get() == word).then_some("page")>{say(label)}</a> }
                    }).into_iter().collect_view()}
                </nav>
                {move || {
                    let kind = kind.get();
                    let shown: Vec<_> = timeline.iter().filter(|item| kind.is_empty() || item.kind == kind).cloned().collect();
                    let none = if timeline.is_empty() { staff::TIMELINE_EMPTY } else { staff::TIMELINE_NONE };
                    view! {
                        {(shown.is_empty() && !older).then(|| view! { <p class="ink-2 time-empty">{say(none)}</p> })}
                        {(!shown.is_empty()).then(|| view! { <Timeline items=shown orders=orders currency=currency/> })}
                        {older.then(|| view! { <Older of=listing filtered=!kind.is_empty()/> })}
                    }
                }}
            </div>
            <div class="stack">
                <Facts customer=customer.clone()/>
                {judges.then(|| view! { <Terms customer=customer.clone()/> })}
                <people::People customer=customer/>
            </div>
        </div>
    }
}

/// The way to older entries. What a filter does not find may still be among them, and the page says so.
#[component]
fn Older(of: Listing<Customer>, filtered: bool) -> impl IntoView {
    view! {
        {filtered.then(|| view! { <p class="ink-2 time-empty">{say(staff::TIMELINE_OLDER)}</p> })}
        <p class="more">
            <button type="button" class="btn" aria-busy=move || of.busy.get().then_some("true") on:click=move |_| of.more()>{say(staff::LOAD_OLDER)}</button>
        </p>
    }
}

#[component]
fn Facts(customer: Customer) -> impl IntoView {
    let place = |place: kontor_shared::api::people::Place| if place.name.is_empty() { place.address } else { format!("{}: {}", place.name, place.address) };
    let discount = if customer.discount == Percent::ZERO { String::new() } else { format::percent(lang(), customer.discount) };
    let places = customer.places.into_iter().map(place).collect::<Vec<_>>().join("\n");
    let facts: Vec<_> = [
        (staff::ORDERS_HEAD, format::integer(lang(), customer.orders as i64)),
        (staff::TURNOVER, format::amount(lang(), &customer.turnover, customer.currency)),
        (staff::PRICE_TYPE, customer.price_type_name),
        (words::DISCOUNT, discount),
        (words::MANAGER, customer.manager.map(|manager| manager.login).unwrap_or_default()),
        (staff::LANGUAGE, customer.lang.own_name().to_string()),
        (words::CHANNEL, say(words::channel(customer.channel)).to_string()),
        (words::REGION, customer.region),
        (words::TAX_ID, customer.tax_id),
        (words::LEGAL_ADDRESS, customer.address),
        (staff::DELIVERY, places),
        (staff::ALSO_IN, customer.other_countries),
        (words::NOTE, customer.note),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(word, value)| view! { <dt>{say(word)}</dt><dd class="lines">{value}</dd> })
    .collect();
    view! { <section class="panel panel-s"><h2>{say(staff::FACTS)}</h2><div class="body"><dl class="facts">{facts}</dl></div></section> }
}

#[component]
fn Timeline(items: Vec<TimelineItem>, orders: bool, currency: kontor_shared::money::Currency) -> impl IntoView {
    let messages = super::role().is_some_and(|role| Section::Messages.open_to(role));
    let rows: Vec<_> = items
        .into_iter()
        .map(|item| {
            let message = item.kind == "message";
            let kind = match item.kind.as_str() {
                "order" => staff::KIND_ORDER,
                "document" => staff::KIND_DOCUMENT,
                "segment" => staff::SEGMENT,
                "request" => words::KIND_REQUEST,
                "change" => words::KIND_CHANGE,
                _ => staff::KIND_MESSAGE,
            };
            // A message's subject is what it is known by; a document's day stands before it already.
            let what = match item.kind.as_str() {
                "change" => audit::action(&item.state),
                "segment" => {
                    let name = |word: &str| Segment::parse(word).map_or_else(|| word.to_string(), |segment| say(segment_words::segment(segment)).to_string());
                    segment_words::MOVED.with(lang(), &[("from", &name(&item.text)), ("to", &name(&item.state))])
                }
                "message" => item.text.clone(),
                _ if item.number.is_empty() => item.text.clone(),
                _ => item.number.clone(),
            };
            // The server's table decides who may open it; a link that answers "not yours" helps nobody.
            let what = match item.url.filter(|_| if message { messages } else { orders }) {
                Some(url) if item.kind == "document" => view! { <a href=url rel="external" target="_blank">{what}</a> }.into_any(),
                Some(url) => view! { <a href=url>{what}</a> }.into_any(),
                None => what.into_any(),
            };
            let state = match (item.kind.as_str(), OrderState::parse(&item.state)) {
                ("change", _) => audit::actor(&item.text).into_any(),
                ("request", _) => RequestState::parse(&item.state).map(|state| say(words::request_state(state))).into_any(),
                ("order", Some(state)) => view! { <State state=state/> }.into_any(),
                ("document", _) if item.state == "proforma" => say(staff::DOC_PROFORMA).into_any(),
                ("segment", _) => ().into_any(),
                ("message", _) => staff::message_state(&item.state).map_or(item.state.clone(), |word| say(word).to_string()).into_any(),
                _ => item.state.clone().into_any(),
            };
            let text = (item.kind == "order" && !item.number.is_empty() && !item.text.is_empty()).then(|| view! { <span class="sub">{item.text}</span> });
            view! {
                <li>
                    <span class="when">{times::day(&item.at)}</span>
                    <span class="kind">{say(kind)}</span>
                    <span>{what}{if message { " · " } else { " " }}<span class="ink-2">{state}</span>{text}</span>
                    <span class="num">{item.amount.map(|amount| format::amount(lang(), &amount, currency))}</span>
                </li>
            }
        })
        .collect();
    view! { <ol class="time">{rows}</ol> }
}
