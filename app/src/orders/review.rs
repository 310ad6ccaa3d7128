//! The review: every line of the draft as it will be sent, where it goes, and sending it.

use std::collections::HashMap;
use std::sync::Arc;

use kontor_shared::api::people::{Place, Profile};
use kontor_shared::drafts::queue::{self, Refusal, Stage};
use kontor_shared::drafts::{LineState, Review, ReviewLine, Typed, read_quantity};
use kontor_shared::ids::OrderId;
use kontor_shared::orders::MOST_LINES;
use kontor_shared::words::{common, format, problems, profile, queue as queue_words, shop as words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

use super::to_submit;
use crate::api;
use crate::catalogue::{Catalogue, Fetch, shop};
use crate::draft;
use crate::export::{self, What};
use crate::house::{firm, session};
use crate::lang::{count, lang, say};
use crate::news::Ended;
use crate::price_list::{self, Further, NoList, NotKept, Sums, plain, why as why_wrong};
use crate::queue::local::Local;
use crate::queue::waiting::why;
use crate::queue::{notes, sender};
use crate::ui::page::{Loading, PageHead, take_lost_focus};
use crate::ui::toast;

/// What stands in the way of the order, or the way it went.
#[derive(Clone, PartialEq, Eq)]
enum Sending {
    Not,
    /// Under way, for the first time.
    Under(OrderId),
    /// It waits in the queue: why, as the code of the last answer.
    Waits(OrderId, String),
    /// The server does not take it; it is the draft again.
    Refused(OrderId, Refusal),
}

/// `/review`
#[component]
pub fn ReviewPage() -> impl IntoView {
    let list = shop().list;
    // Outlives the list, which may come anew while the order is under way.
    let sending = RwSignal::new(Sending::Not);
    follow(sending);
    move || match list.get() {
        Fetch::Asking => view! { <Loading/> }.into_any(),
        Fetch::Failed(error) => view! { <div class="stack"><Waiting/><NoList error=error title=words::REVIEW_TITLE next="/review"/></div> }.into_any(),
        Fetch::Here(catalogue) => view! { <TheReview catalogue=catalogue sending=sending/> }.into_any(),
    }
}

/// The draft is safe while the list it is reviewed against is not here.
#[component]
fn Waiting() -> impl IntoView {
    let lines = move || draft::store().draft.with(|draft| draft.lines.len() as u64);
    move || (lines() > 0).then(|| view! { <div class="note"><p>{count(words::DRAFT_WAITS, lines())}</p></div> })
}

#[component]
fn TheReview(catalogue: Arc<Catalogue>, sending: RwSignal<Sending>) -> impl IntoView {
    let review = {
        let catalogue = catalogue.clone();
        Memo::new(move |_| draft::store().shown(|draft| price_list::review_of(draft, &catalogue)))
    };
    let codes = Memo::new(move |_| review.with(|review| review.lines.iter().map(|line| line.code.clone()).collect::<Vec<_>>()));
    let places = Memo::new(move |_| codes.with(|codes| codes.iter().enumerate().map(|(at, code)| (code.clone(), at)).collect::<HashMap<_, _>>()));
    let empty = Memo::new(move |_| codes.with(Vec::is_empty));
    let mode = catalogue.info.vat_mode;
    let sign = StoredValue::new(catalogue.info.currency.sign().to_string());
    let catalogue = StoredValue::new(catalogue);
    view! {
        <PageHead title=say(words::REVIEW_TITLE)><a href="/">{say(words::BACK_TO_LIST)}</a></PageHead>
        {move || match sending.get() {
            Sending::Refused(id, Refusal { number: Some(number), .. }) => view! {
                <div class="note note-warn" role="alert">
                    <p>{words::ARRIVED_BEFORE.with(lang(), &[("number", &number)])}</p>
                    <a href=format!("/orders/{id}")>{words::OPEN_ORDER.with(lang(), &[("number", &number)])}</a>
                </div>
            }.into_any(),
            Sending::Waits(id, code) => view! { <Queued id=id code=code/> }.into_any(),
            _ => ().into_any(),
        }}
        <notes::OnlyHere/>
        <notes::Copies/>
        <notes::Old reviewing=true/>
        <Ended catalogue=catalogue.get_value()/>
        <Show when=move || !empty.get() fallback=|| view! {
            <div class="stack"><p><b>{say(words::NOTHING_ORDERED)}</b></p><p class="ink-2">{say(words::EMPTY_ORDER)}</p><p><a class="btn btn-main" href="/">{say(words::OPEN_LIST)}</a></p></div>
        }>
            <Changes review=review/>
            <div class="two">
                <div class="panel panel-s">
                    <table class="t t-stack">
                        <caption class="vh">{say(words::YOUR_ORDER)}</caption>
                        <thead><tr>
                            <th scope="col">{say(common::CODE)}</th><th scope="col">{say(common::PRODUCT)}</th>
                            <th scope="col" class="num">{say(common::QUANTITY)}</th>
                            <th scope="col" class="num">{format!("{} {}", say(common::PRICE), sign.get_value())}</th>
                            <th scope="col" class="num">{format!("{} {}", say(common::AMOUNT), sign.get_value())}</th>
                            <th scope="col"><span class="vh">{say(words::TAKE_OUT)}</span></th>
                        </tr></thead>
                        <tbody>
                            <For each=move || codes.get() key=|code| code.clone() let:code><ReviewRow catalogue=catalogue.get_value() review=review places=places code=code/></For>
                        </tbody>
                    </table>
                </div>
                <div class="stack">
                    <section class="panel panel-s"><h2>{say(common::TOTAL)}</h2><div class="body">
                        {move || match review.with(|review| review.totals.clone()) {
                            Ok(totals) => view! { <Sums totals=totals mode=mode/> }.into_any(),
                            Err(_) => view! { <p class="bad">{say(common::REASON_TOO_LARGE)}</p> }.into_any(),
                        }}
                        <Further catalogue=catalogue.get_value() review=review/>
                    </div></section>
                    <Delivery/>
                    <Send catalogue=catalogue.get_value() review=review sending=sending/>
                </div>
            </div>
        </Show>
    }
}

/// What changed since the quantities were typed.
#[component]
fn Changes(review: Memo<Review>) -> impl IntoView {
    move || {
        let (mut dearer, mut cheaper, mut gone) = (0_u64, 0_u64, 0_u64);
        review.with(|review| {
            for line in &review.lines {
                match line.now {
                    Some(now) if now > line.seen => dearer += 1,
                    Some(now) if now < line.seen => cheaper += 1,
                    None => gone += 1,
                    Some(_) => {}
                }
            }
        });
        (dearer + cheaper + gone > 0).then(|| {
            let mut parts = Vec::new();
            for (number, word) in [(dearer, words::LINES_DEARER), (cheaper, words::LINES_CHEAPER), (gone, words::LINES_GONE)] {
                if number > 0 {
                    parts.push(count(word, number));
                }
            }
            view! {
                <div class="note note-warn changes" role="status"><p><b>{say(words::LIST_CHANGED)}</b>" "{parts.join(", ")}". "{say(words::LIST_CHANGED_THEN)}</p></div>
            }
        })
    }
}

#[component]
fn ReviewRow(catalogue: Arc<Catalogue>, review: Memo<Review>, places: Memo<HashMap<String, usize>>, code: String) -> impl IntoView {
    let store = draft::store();
    let product = catalogue.by_code(&code).map(Arc::new);
    let line = {
        let code = code.clone();
        Memo::new(move |_| {
            let at = places.with(|places| places.get(&code).copied())?;
            review.with(|review| review.lines.get(at).filter(|line| line.code == code).cloned())
        })
    };
    let name = line.with_untracked(|line| line.as_ref().map(|line| line.name.clone()).unwrap_or_default());
    let typed = Memo::new(move |_| line.with(|line| line.as_ref().map(|line| line.typed.clone()).unwrap_or_default()));
    let wrong = Memo::new(move |_| line.with(|line| line.as_ref().is_some_and(|line| !line.ready())));
    let going = move || store.going.with(Option::is_some);
    let label = words::QUANTITY_OF.with(lang(), &[("code", &code), ("name", &name)]);
    let for_hint = product.clone();
    let gone = product.is_none();
    let write = StoredValue::new(move |typed: &str| {
        if let Some(product) = &product {
            store.write(product, typed);
        }
    });
    let (id, code_out) = (format!("r-{code}"), code.clone());
    let hint_id = format!("rh-{code}");
    let described = hint_id.clone();
    let price = move |line: &ReviewLine| {
        let now = line.now.map(|now| format::price(lang(), now));
        let seen = (line.now != Some(line.seen)).then(|| format::price(lang(), line.seen));
        let dearer = line.now.is_some_and(|now| now > line.seen);
        view! {
            {seen.map(|seen| view! { <del><span class="vh">{say(words::YOU_SAW)}" "</span>{seen}</del>" " })}
            <span class:bad=dearer class:good=line.now.is_some_and(|now| now < line.seen)>{now}</span>
        }
    };
    view! {
        <tr>
            <td class="code b">{code.clone()}</td>
            <td class="a">
                {name.clone()}
                {move || line.with(|line| line.as_ref().filter(|line| !line.ready()).map(|line| {
                    let problem = match (&line.state, &for_hint) {
                        (LineState::Gone, _) | (_, None) => (format!("{}.", say(common::REASON_NOT_IN_PRICE_LIST)), Vec::new()),
                        (state, Some(product)) => {
                            let (text, problem) = why_wrong(state, product);
                            (text, problem.map(|problem| [problem.lower, problem.upper].into_iter().flatten().collect()).unwrap_or_default())
                        }
                    };
                    let product = for_hint.clone();
                    view! {
                        <span class="sub bad hint-line" id=hint_id.clone()>{problem.0}" "
                            {problem.1.into_iter().map(|quantity| {
                                let product = product.clone();
                                view! {
                                    <button type="button" class="btn btn-row" on:click=move |_| if let Some(product) = &product { store.write(product, &plain(quantity)) }>
                                        {format!("{} {}", say(words::TAKE), format::quantity(lang(), quantity))}
                                    </button>
                                    " "
                                }
                            }).collect_view()}
                        </span>
                    }
                }))}
            </td>
            <td class="num b q-cell" data-l=say(common::QUANTITY)>
                <input class="qty" id=id inputmode="decimal" autocomplete="off" maxlength="16" aria-label=label
                    readonly=move || gone || going()
                    aria-invalid=move || wrong.get().then_some("true")
                    aria-describedby=move || wrong.get().then(|| described.clone())
                    prop:value=move || typed.get()
                    on:input=move |event| {
                        let typed = event_target_value(&event);
                        // What orders nothing is written on leaving the field: the line must not vanish under the cursor.
                        if read_quantity(&typed, lang()) != Typed::Nothing {
                            write.with_value(|write| write(&typed));
                        }
                    }
                    on:change=move |event| write.with_value(|write| write(&event_target_value(&event)))/>
            </td>
            <td class="num b" data-l=say(common::PRICE)>{move || line.with(|line| line.as_ref().map(price))}</td>
            <td class="num z">{move || line.with(|line| line.as_ref().and_then(|line| line.amount).map(|amount| format::decimal(lang(), &amount.decimal())))}</td>
            <td class="c"><button type="button" class="link" aria-label=format!("{}: {name}", say(words::TAKE_OUT)) disabled=going on:click=move |_| store.take_out(&code_out)>{say(words::TAKE_OUT)}</button></td>
        </tr>
    }
}

/// The customer's own address, unless the draft has another.
fn address() -> String {
    draft::store()
        .shown(|draft| draft.delivery_address.clone())
        .unwrap_or_else(|| session().and_then(|session| session.customer).map(|customer| customer.delivery_address).unwrap_or_default())
}

/// A place as it stands in a list: its name, or else the address in one line.
fn place_line(place: &Place) -> String {
    let address = place.address.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ");
    if place.name.is_empty() { address } else { format!("{}: {address}", place.name) }
}

/// One of the customer's places, or another address. Without an answer from the server there is the field alone.
#[component]
fn Address() -> impl IntoView {
    const OTHER: &str = "other";
    let store = draft::store();
    let places: RwSignal<Vec<Place>> = RwSignal::new(Vec::new());
    let other = RwSignal::new(false);
    if untrack(session).is_some_and(|session| session.customer.is_some()) {
        spawn_local(async move {
            if let Ok(profile) = api::get::<Profile>("/api/profile").await {
                let _ = places.try_set(profile.places);
            }
        });
    }
    let chosen = Memo::new(move |_| {
        let address = address();
        places.with(|places| places.iter().position(|place| place.address.trim() == address.trim())).filter(|_| !other.get())
    });
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        let place = value.parse::<usize>().ok().and_then(|at| places.with_untracked(|places| places.get(at).cloned()));
        other.set(place.is_none());
        match place {
            Some(place) => store.change(|draft| draft.delivery_address = Some(place.address)),
            None => crate::browser::focus("delivery-address"),
        }
    };
    let offered = Memo::new(move |_| places.with(|places| !places.is_empty()));
    view! {
        <Show when=move || offered.get()>
            <label class="field"><span>{say(words::DELIVERY_ADDRESS)}</span>
                <select class="in" on:change=choose>
                    {move || places.get().iter().enumerate().map(|(at, place)| view! {
                        <option value=at.to_string() prop:selected=move || chosen.get() == Some(at)>{place_line(place)}</option>
                    }).collect_view()}
                    <option value=OTHER prop:selected=move || chosen.get().is_none()>{say(profile::ANOTHER_ADDRESS)}</option>
                </select>
            </label>
        </Show>
        <Show when=move || chosen.get().is_none()>
            <label class="field"><span>{move || say(if offered.get() { profile::ANOTHER_ADDRESS } else { words::DELIVERY_ADDRESS })}</span>
                <textarea class="in" id="delivery-address" rows="3" maxlength="500" autocomplete="street-address" prop:value=address
                    on:input=move |event| {
                        let value = event_target_value(&event);
                        // An address that becomes one of the list's while it is typed must not take the field away.
                        other.set(true);
                        store.change(|draft| draft.delivery_address = Some(value));
                    }></textarea>
            </label>
        </Show>
    }
}

/// Where and when to deliver, and what the firm should know.
#[component]
fn Delivery() -> impl IntoView {
    let store = draft::store();
    let today = firm().map(|firm| firm.today.clone()).unwrap_or_default();
    view! {
        <section class="panel panel-s"><h2>{say(words::DELIVERY)}</h2><fieldset class="body stack" disabled=move || store.going.with(Option::is_some)>
            <Address/>
            <div class="pair">
                <label class="field"><span>{say(words::WANTED_ON)}</span>
                    <input class="in" type="date" min=today prop:value=move || store.shown(|draft| draft.wanted_on.clone())
                        on:input=move |event| { let value = event_target_value(&event); store.change(|draft| draft.wanted_on = value) }/>
                </label>
                <label class="field"><span>{say(words::PO_NUMBER)}</span>
                    <input class="in" maxlength="60" autocomplete="off" prop:value=move || store.shown(|draft| draft.po_number.clone())
                        on:input=move |event| { let value = event_target_value(&event); store.change(|draft| draft.po_number = value) }/>
                </label>
            </div>
            <label class="field"><span>{say(words::COMMENT)}</span>
                <textarea class="in" rows="2" maxlength="2000" prop:value=move || store.shown(|draft| draft.comment.clone())
                    on:input=move |event| { let value = event_target_value(&event); store.change(|draft| draft.comment = value) }></textarea>
            </label>
        </fieldset></section>
    }
}

/// The button that sends, what stands in its way, and what came back.
#[component]
fn Send(catalogue: Arc<Catalogue>, review: Memo<Review>, sending: RwSignal<Sending>) -> impl IntoView {
    let store = draft::store();
    let under = move || matches!(sending.get(), Sending::Under(_));
    let too_many = move || review.with(|review| review.lines.len() > MOST_LINES);
    let send = move || {
        if untrack(under) {
            return;
        }
        // What another tab wrote since goes out as well, and is seen to go.
        store.change(|_| {});
        if untrack(too_many) {
            return;
        }
        // A line that cannot go out is shown instead of being left out.
        if let Some(code) = review.with_untracked(|review| review.lines.iter().find(|line| !line.ready()).map(|line| line.code.clone())) {
            crate::browser::focus(&format!("r-{code}"));
            return;
        }
        let (Some(owner), id) = (store.owner(), store.id()) else { return };
        let draft = store.draft.get_untracked();
        let body = review.with_untracked(|review| to_submit(&draft, review, &catalogue, untrack(address)));
        if body.lines.is_empty() {
            return;
        }
        let by = untrack(session).map(|session| session.login).unwrap_or_default();
        let order = queue::Queued::new(id, owner, by, draft.clone(), body, crate::browser::now());
        sender::watch(Some(id));
        sending.set(Sending::Under(id));
        store.going.set(Some(draft));
        if !store.queue_up(&order) {
            toast::fail(say(queue_words::QUEUED_NOT_KEPT));
        }
        sender::go(true);
    };
    let send = StoredValue::new_local(send);
    view! {
        <div class="stack send">
            {move || match sending.get() {
                Sending::Refused(_, refusal) if refusal.number.is_none() => view! {
                    <div class="note note-bad" role="alert"><p>{say(problems::by_code(&refusal.code))}</p></div>
                }.into_any(),
                _ => ().into_any(),
            }}
            {move || {
                let wrong = review.with(|review| review.wrong() as u64);
                match session() {
                    None => view! {
                        <div class="note"><p>{say(words::SIGN_IN_TO_SEND)}</p></div>
                        <a class="btn btn-main btn-wide" href="/sign-in?next=/review">{say(common::SIGN_IN)}</a>
                    }.into_any(),
                    Some(session) if session.customer.is_none() => view! { <div class="note note-warn"><p>{say(words::ONLY_BUYERS_SEND)}</p></div> }.into_any(),
                    Some(_) => {
                        view! {
                            {(wrong > 0).then(|| view! { <p class="bad">{count(words::LINES_NEED_YOU, wrong)}</p> })}
                            {move || too_many().then(|| view! { <p class="bad" id="too-many">{queue_words::TOO_MANY_TO_SEND.with(lang(), &[("most", &format::integer(lang(), MOST_LINES as i64))])}</p> })}
                            <button type="button" class="btn btn-main btn-wide" aria-describedby=move || too_many().then_some("too-many") disabled=too_many aria-busy=move || under().then_some("true") on:click=move |_| send.with_value(|send| send())>
                                {move || {
                                    if under() { say(words::SENDING).to_string() }
                                    else if wrong > 0 { say(words::GO_TO_FIRST_WRONG).to_string() }
                                    else if matches!(sending.get(), Sending::Refused(..)) { say(words::SEND_AGAIN).to_string() }
                                    else { count(words::SEND_LINES, review.with(|review| review.lines.len() as u64)) }
                                }}
                            </button>
                        }.into_any()
                    }
                }
            }}
            <NotKept/>
            <button type="button" class="btn btn-wide" on:click=move |_| export::save(What::PriceList)>{say(words::SAVE_AS_EXCEL)}</button>
            <p class="s ink-2">{say(words::SEND_NOTE)}</p>
        </div>
    }
}

/// An order that went from here into the queue and waits there.
#[component]
fn Queued(id: OrderId, code: String) -> impl IntoView {
    let heading: NodeRef<leptos::html::Div> = NodeRef::new();
    take_lost_focus(heading);
    let now = move || matches!(queue::get(&Local, id).map(|order| order.stage), Some(Stage::Sending));
    let all = crate::queue::queue().all;
    view! {
        <div class="note queue-note" role="status" tabindex="-1" node_ref=heading>
            <p>
                {move || { all.track(); if now() { say(words::SENDING) } else { say(why(&code)) } }}" "
                {if queue::lasts(&Local, id) { say(queue_words::QUEUED_NOTE) } else { say(queue_words::QUEUED_NOT_KEPT) }}
            </p>
            <button type="button" class="link" on:click=move |_| sender::go(true)>{say(queue_words::SEND_NOW)}</button>
            <a href="/orders">{say(queue_words::SEE_WAITING)}</a>
        </div>
    }
}

/// Goes along with the order that was queued here: on to its page once it is stored, back into the draft where it is refused.
fn follow(sending: RwSignal<Sending>) {
    let store = draft::store();
    let queue = crate::queue::queue();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let (id, first) = match sending.get() {
            Sending::Under(id) => (id, true),
            Sending::Waits(id, _) => (id, false),
            _ => return,
        };
        match queue.get(id).map(|order| (order.stage.clone(), order.because)) {
            Some((Stage::Sent { .. }, _)) => {
                store.going.set(None);
                sending.set(Sending::Not);
                // Its reader sees it on its own page from here on.
                queue.remove(id);
                navigate(&format!("/orders/{id}?sent=1"), Default::default());
            }
            Some((Stage::Refused(refusal), _)) => {
                store.bring_back(id);
                store.going.set(None);
                sending.set(Sending::Refused(id, refusal));
            }
            Some((Stage::Waiting, Some(code))) if first => {
                store.going.set(None);
                sending.set(Sending::Waits(id, code));
            }
            // Thrown away in another tab.
            None if first => {
                store.going.set(None);
                sending.set(Sending::Not);
            }
            None => sending.set(Sending::Not),
            _ => {}
        }
    });
    on_cleanup(move || {
        sender::watch(None);
        store.going.set(None);
    });
}
