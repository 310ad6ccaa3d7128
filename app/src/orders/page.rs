//! One order: what became of each line, what happened when, and what can be done now.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kontor_shared::api::{AnswerPrices, Order, OrderLine};
use kontor_shared::money::Price;
use kontor_shared::orders::{LineReason, OrderState, Verdict};
use kontor_shared::words::{common, format, shop as words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{Reordered, State, reorder, vat_label};
use crate::api::{self, ApiError};
use crate::catalogue::shop;
use crate::export::{self, What};
use crate::house::{memory, session};
use crate::lang::{count, lang, say};
use crate::session::note_signed_out;
use crate::times;
use crate::ui::dialog::Dialog;
use crate::ui::page::{Failed, Loading, PageHead, words_for};
use crate::ui::toast;

/// Waits between questions for a PDF that is being made, in seconds; then the page stops asking.
const PDF_WAITS: [u64; 7] = [1, 2, 3, 5, 8, 13, 20];

/// The order on the page, and what the reader has begun to do with it: that outlives each newer state of the order.
#[derive(Clone, Copy)]
struct Page {
    id: StoredValue<String>,
    order: RwSignal<Option<Result<Arc<Order>, ApiError>>>,
    /// How often the PDF was waited for.
    waited: StoredValue<usize>,
    /// For each raised line, by code, whether it is taken.
    answers: RwSignal<HashMap<String, bool>>,
    cancelling: RwSignal<bool>,
    /// An action is under way; another one waits for it.
    busy: RwSignal<bool>,
    reordered: RwSignal<Option<Reordered>>,
}

impl Page {
    fn new(id: String) -> Self {
        Self {
            id: StoredValue::new(id),
            order: RwSignal::new(None),
            waited: StoredValue::new(0),
            answers: RwSignal::new(HashMap::new()),
            cancelling: RwSignal::new(false),
            busy: RwSignal::new(false),
            reordered: RwSignal::new(None),
        }
    }

    fn load(self) {
        let Some(id) = self.id.try_get_value() else { return };
        spawn_local(async move {
            let answer = api::order(&id).await;
            self.show(answer);
            self.wait_for_pdf();
        });
    }

    /// Shows an answer. The same order again changes nothing, and one that is here is not given up for an error.
    fn show(self, answer: api::Result<Order>) {
        if let Err(error) = &answer {
            note_signed_out(error);
        }
        let _ = self.order.try_maybe_update(|shown| {
            let newer = match (&*shown, &answer) {
                (Some(Ok(here)), Ok(order)) => **here != *order,
                (Some(Ok(_)), Err(_)) => false,
                _ => true,
            };
            if newer {
                *shown = Some(answer.map(Arc::new));
            }
            (newer, ())
        });
    }

    /// The PDF comes from a job some moments after confirmation.
    fn wait_for_pdf(self) {
        let missing = |shown: &Option<Result<Arc<Order>, ApiError>>| matches!(shown, Some(Ok(order)) if order.documents.iter().any(|document| !document.ready));
        if self.order.try_with_untracked(missing) != Some(true) {
            return;
        }
        if let Some(seconds) = self.waited.try_get_value().and_then(|waited| PDF_WAITS.get(waited)) {
            self.waited.update_value(|waited| *waited += 1);
            set_timeout(move || self.load(), Duration::from_secs(*seconds));
        }
    }

    /// Shows what the server made of an action. What changed meanwhile is loaded, anything else can be tried again.
    async fn acted(self, id: &str, answer: api::Result<Order>, retry: fn(Self)) {
        let _ = self.busy.try_set(false);
        match answer {
            Err(error) if error.status == 409 => {
                let now = api::order(id).await;
                toast::fail(if now.is_ok() { say(words::ORDER_CHANGED).to_string() } else { words_for(&error) });
                self.show(now);
            }
            Err(error) => {
                note_signed_out(&error);
                toast::fail_with(words_for(&error), say(common::TRY_AGAIN), move || retry(self));
            }
            answer => self.show(answer),
        }
    }

    /// Begins an action on the order as it is shown. None where one is under way or the page has gone.
    fn begin(self) -> Option<Arc<Order>> {
        let order = self.order.try_get_untracked()??.ok()?;
        if self.busy.try_update(|busy| std::mem::replace(busy, true))? {
            return None;
        }
        Some(order)
    }

    fn cancel(self) {
        let Some(order) = self.begin() else { return };
        spawn_local(async move {
            let id = order.id.to_string();
            let answer = api::post_empty_seen(&format!("/api/orders/{id}/cancel"), order.revision).await;
            self.acted(&id, answer, Self::cancel).await;
        });
    }

    fn answer(self) {
        let Some(order) = self.begin() else { return };
        let chosen =
            |take: bool| self.answers.with_untracked(|answers| raised(&order).filter(|code| answers.get(*code) == Some(&take)).map(String::from).collect());
        let body = AnswerPrices { accept: chosen(true), drop: chosen(false) };
        spawn_local(async move {
            let id = order.id.to_string();
            let answer = api::post_seen(&format!("/api/orders/{id}/prices"), order.revision, &body).await;
            self.acted(&id, answer, Self::answer).await;
        });
    }
}

/// Codes of the lines the buyer is asked about.
fn raised(order: &Order) -> impl Iterator<Item = &str> {
    order.lines.iter().filter(|line| line.reason == Some(LineReason::PriceRose)).map(|line| line.code.as_str())
}

/// `/orders/{id}`
#[component]
pub fn OrderPage() -> impl IntoView {
    let params = use_params_map();
    let sent = use_query_map().with_untracked(|query| query.get("sent").is_some());
    // Another reader's order is not theirs who comes after.
    let reader = Memo::new(move |_| session().map(|session| memory::reader(Some(&session))));
    move || {
        let id = params.with(|params| params.get("id")).unwrap_or_default();
        if reader.get().is_some() {
            return view! { <Load id=id sent=sent/> }.into_any();
        }
        let next = format!("/sign-in?next=/orders/{}", api::encoded(&id));
        view! { <div class="stack"><p>{say(words::SIGN_IN_FOR_ORDERS)}</p><p><a class="btn btn-main" href=next>{say(common::SIGN_IN)}</a></p></div> }.into_any()
    }
}

#[component]
fn Load(id: String, sent: bool) -> impl IntoView {
    let page = Page::new(id);
    page.load();
    view! {
        {move || match page.order.get() {
            None => view! { <Loading/> }.into_any(),
            Some(Err(error)) if error.status == 404 => view! {
                <div class="stack"><h1>{say(words::NO_SUCH_ORDER)}</h1><p class="ink-2">{say(words::NO_SUCH_ORDER_THEN)}</p><p><a class="btn" href="/orders">{say(words::ORDERS)}</a></p></div>
            }.into_any(),
            Some(Err(error)) => view! { <Failed error=error retry=move |()| page.load()/> }.into_any(),
            Some(Ok(order)) => view! { <TheOrder order=order page=page sent=sent/> }.into_any(),
        }}
        <Cancel page=page/>
    }
}

#[component]
fn TheOrder(order: Arc<Order>, page: Page, sent: bool) -> impl IntoView {
    let can = |what: &str| order.actions.iter().any(|action| action == what);
    let (answerable, cancellable) = (can("answer"), can("cancel"));
    let title = format!("{} {}", say(common::ORDER), order.number);
    let aside = times::instant(&order.ordered_at);
    let for_repeat = order.clone();
    let for_excel = order.clone();
    let repeat = move |_| match shop().here_untracked() {
        Some(catalogue) => page.reordered.set(Some(reorder(&for_repeat, &catalogue))),
        None => toast::fail(say(words::LIST_NOT_HERE)),
    };
    view! {
        <PageHead title=title aside=aside>
            <button type="button" class="btn" on:click=repeat>{say(words::REPEAT)}</button>
            <button type="button" class="btn" on:click=move |_| export::save(What::Order(for_excel.clone()))>{say(common::EXCEL)}</button>
            {cancellable.then(|| view! { <button type="button" class="btn" on:click=move |_| page.cancelling.set(true)>{say(words::CANCEL_ORDER)}</button> })}
        </PageHead>
        <p class="state-line"><State state=order.state/></p>
        {sent.then(|| view! { <Account order=order.clone()/> })}
        {(order.state == OrderState::NeedsReview).then(|| {
            let lacking = order.lacking.as_ref().map(|amount| words::BELOW_LEAST.with(lang(), &[("amount", &format::amount(lang(), amount, order.currency))]));
            let why = if answerable { Some(words::PRICES_ROSE) } else { lacking.is_none().then_some(words::NO_LINE_TAKEN) };
            view! { <div class="note note-warn" role="status">{why.map(|why| view! { <p>{say(why)}</p> })}{lacking.map(|text| view! { <p>{text}</p> })}</div> }
        })}
        {move || page.reordered.get().map(|result| view! { <Repeated result=result/> })}
        <div class="two order-page">
            <Lines order=order.clone() answerable=answerable answers=page.answers/>
            <div class="stack">
                <section class="panel panel-s"><h2>{say(common::TOTAL)}</h2><div class="body"><Totals order=order.clone()/></div></section>
                {answerable.then(|| view! { <Answer order=order.clone() page=page/> })}
                <Papers order=order.clone()/>
                <Facts order=order.clone()/>
                <Events order=order.clone()/>
            </div>
        </div>
    }
}

/// read = accepted + changed + refused, as an equation.
#[component]
fn Account(order: Arc<Order>) -> impl IntoView {
    let number = |value: u32| format::integer(lang(), i64::from(value));
    let text = words::ACCOUNT.with(
        lang(),
        &[("read", &number(order.read)), ("accepted", &number(order.accepted)), ("changed", &number(order.changed)), ("refused", &number(order.refused))],
    );
    let good = order.refused == 0 && order.changed == 0;
    view! {
        <div class="note" class:note-good=good class:note-warn=!good role="status">
            <p><b>{words::RECEIVED_AS.with(lang(), &[("number", &order.number)])}</b>" "{text}</p>
        </div>
    }
}

/// What came of ordering the same again.
#[component]
fn Repeated(result: Reordered) -> impl IntoView {
    let missing = result.missing.len();
    view! {
        <div class="note" class:note-warn=(missing > 0) role="status">
            <div class="stack">
                <p>{count(words::REPEATED, result.taken as u64)}" "{(result.kept > 0).then(|| count(words::REPEAT_KEPT, result.kept as u64))}</p>
                {(missing > 0).then(|| view! {
                    <p>{count(words::REPEAT_MISSING, missing as u64)}</p>
                    <ul class="s">{result.missing.into_iter().map(|name| view! { <li>{name}</li> }).collect_view()}</ul>
                })}
            </div>
            <a class="btn" href="/review">{say(words::REVIEW_ORDER)}</a>
        </div>
    }
}

fn price(value: Option<Price>) -> Option<String> {
    value.map(|price| format::price(lang(), price))
}

/// What is said about a line that is not simply accepted.
fn remark(line: &OrderLine) -> Option<String> {
    if line.verdict == Verdict::Accepted && line.reason.is_none() {
        return None;
    }
    let verdict = say(common::verdict(line.verdict));
    Some(match line.reason {
        Some(reason) => format!("{verdict}: {}", say(common::line_reason(reason))),
        None => verdict.to_string(),
    })
}

#[component]
fn Lines(order: Arc<Order>, answerable: bool, answers: RwSignal<HashMap<String, bool>>) -> impl IntoView {
    let sign = order.currency.sign().to_string();
    let row = move |line: OrderLine| {
        let rose = answerable && line.reason == Some(LineReason::PriceRose);
        let refused = line.verdict == Verdict::Refused;
        let before = (line.shown_price.is_some() && line.shown_price != line.price).then(|| price(line.shown_price)).flatten();
        let dearer = matches!((line.shown_price, line.price), (Some(shown), Some(now)) if now > shown);
        let remark = remark(&line);
        view! {
            <tr class:refused=refused>
                <td class="code b">{line.code.clone()}</td>
                <td class="a">
                    {line.name.clone()}
                    {remark.map(|text| view! { <span class="sub" class:bad=refused class:warn=(!refused && dearer)>{text}</span> })}
                </td>
                <td class="num b" data-l=say(common::QUANTITY)>{format::quantity(lang(), line.quantity)}" "<small class="ink-3">{common::unit(lang(), &line.unit).to_string()}</small></td>
                <td class="num b" data-l=say(common::PRICE)>
                    {before.map(|before| view! { <del><span class="vh">{say(words::YOU_SAW)}" "</span>{before}</del>" " })}
                    <span class:bad=(dearer && !refused)>{price(line.price)}</span>
                </td>
                <td class="num z">{(!refused).then(|| format::decimal(lang(), &line.amount))}</td>
                {answerable.then(|| view! {
                    <td class="c">{rose.then(|| {
                        let code = line.code.clone();
                        let pick = move |take: bool, word, code: String| {
                            let pressed = code.clone();
                            view! {
                                <button type="button" aria-pressed=move || if answers.with(|answers| answers.get(&pressed) == Some(&take)) { "true" } else { "false" }
                                    on:click=move |_| answers.update(|answers| { answers.insert(code.clone(), take); })>{say(word)}</button>
                            }
                        };
                        view! {
                            <span class="seg seg-row" role="group" id=format!("answer-{code}") tabindex="-1" aria-label=words::ANSWER_FOR.with(lang(), &[("name", &line.name)])>
                                {pick(true, words::TAKE_AT_NEW_PRICE, code.clone())}
                                {pick(false, words::LEAVE_OUT, code.clone())}
                            </span>
                        }
                    })}</td>
                })}
            </tr>
        }
    };
    view! {
        <div class="panel panel-s">
            <table class="t t-stack">
                <caption class="vh">{say(words::LINES)}</caption>
                <thead><tr>
                    <th scope="col">{say(common::CODE)}</th><th scope="col">{say(common::PRODUCT)}</th><th scope="col" class="num">{say(common::QUANTITY)}</th>
                    <th scope="col" class="num">{format!("{} {sign}", say(common::PRICE))}</th><th scope="col" class="num">{format!("{} {sign}", say(common::AMOUNT))}</th>
                    {answerable.then(|| view! { <th scope="col">{say(words::YOUR_ANSWER)}</th> })}
                </tr></thead>
                <tbody>{order.lines.iter().cloned().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Totals(order: Arc<Order>) -> impl IntoView {
    let number = |text: &str| format::decimal(lang(), text);
    view! {
        <dl class="sums">
            <dt>{say(common::NET)}</dt><dd>{number(&order.net)}</dd>
            <dt>{vat_label(&order)}</dt><dd>{number(&order.vat)}</dd>
            <dt class="total">{format!("{} {}", say(common::TOTAL), order.currency.sign())}</dt><dd class="total">{number(&order.gross)}</dd>
        </dl>
    }
}

/// The answers to raised prices, sent together: every raised line is named once.
#[component]
fn Answer(order: Arc<Order>, page: Page) -> impl IntoView {
    let open =
        Memo::new(move |_| page.answers.with(|answers| raised(&order).filter(|code| !answers.contains_key(*code)).map(String::from).collect::<Vec<_>>()));
    let send = move |_| match open.with_untracked(|open| open.first().cloned()) {
        Some(code) => crate::browser::focus(&format!("answer-{code}")),
        None => page.answer(),
    };
    view! {
        <button type="button" class="btn btn-main btn-wide" aria-busy=move || page.busy.get().then_some("true") on:click=send>
            {move || match open.with(Vec::len) as u64 { 0 => say(words::SEND_ANSWERS).to_string(), left => count(words::NEXT_UNANSWERED, left) }}
        </button>
    }
}

/// Stands beside the order, which may come anew while the buyer is being asked.
#[component]
fn Cancel(page: Page) -> impl IntoView {
    let open = page.cancelling;
    let cancel = move |_| {
        open.set(false);
        page.cancel();
    };
    view! {
        <Dialog open=open title=say(words::CANCEL_ORDER)>
            <div class="dialog-body stack">
                <p>{say(words::CANCEL_NOTE)}</p>
                <div class="row-x">
                    <button type="button" class="btn btn-main" on:click=cancel>{say(words::CANCEL_ORDER)}</button>
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{say(words::KEEP_ORDER)}</button>
                </div>
            </div>
        </Dialog>
    }
}

#[component]
fn Papers(order: Arc<Order>) -> impl IntoView {
    (!order.documents.is_empty()).then(|| {
        view! {
            <section class="panel panel-s"><h2>{say(words::PAPERS)}</h2><div class="body stack">
                {order.documents.iter().map(|document| {
                    let name = words::PROFORMA.with(lang(), &[("number", &document.number)]);
                    view! {
                        <p class="row-x">
                            {if document.ready {
                                view! { <a href=document.pdf_url.clone() download rel="external">{name}" (PDF)"</a> }.into_any()
                            } else {
                                view! { <span role="status">{name}" · "{say(words::BEING_PREPARED)}</span> }.into_any()
                            }}
                            <span class="ink-2 push">{format::amount(lang(), &document.gross, document.currency)}</span>
                        </p>
                    }
                }).collect_view()}
            </div></section>
        }
    })
}

#[component]
fn Facts(order: Arc<Order>) -> impl IntoView {
    let rows: Vec<(&str, String)> = [
        (say(words::DELIVERY_ADDRESS), order.delivery_address.clone()),
        (say(words::WANTED_ON), order.wanted_on.as_deref().map(|day| format::date(lang(), day)).unwrap_or_default()),
        (say(words::PO_NUMBER), order.po_number.clone()),
        (say(words::COMMENT), order.comment.clone()),
        (say(words::PRICE_LIST), order.price_list.map(|version| version.to_string()).unwrap_or_default()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="panel panel-s"><h2>{say(words::DELIVERY)}</h2><div class="body">
                <dl class="facts">{rows.into_iter().map(|(label, value)| view! { <dt>{label}</dt><dd class="as-typed">{value}</dd> }).collect_view()}</dl>
            </div></section>
        }
    })
}

#[component]
fn Events(order: Arc<Order>) -> impl IntoView {
    (!order.events.is_empty()).then(|| {
        view! {
            <section class="panel panel-s"><h2>{say(words::WHAT_HAPPENED)}</h2><div class="body">
                <dl class="facts">
                    {order.events.iter().map(|event| view! {
                        <dt>{times::instant(&event.at)}</dt>
                        <dd>{say(common::order_state(event.state))}{(!event.note.is_empty()).then(|| format!(": {}", event.note))}</dd>
                    }).collect_view()}
                </dl>
            </div></section>
        }
    })
}
