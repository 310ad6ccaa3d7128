//! One order: its lines with what became of each, its sums and history, and the answer staff give it.

use kontor_shared::api::{DocumentInfo, Order, OrderEvent, OrderLine};
use kontor_shared::catalog::discount;
use kontor_shared::money::Percent;
use kontor_shared::orders::{OrderState, Source, Verdict};
use kontor_shared::words::{common, entry, format, people, staff};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::answer::{Answer, AnswerDialog, Asked};
use super::beside::{self, Beside, Equation, Odd};
use super::keys;
use super::listing::{Listing, Shown};
use crate::api::encoded;
use crate::lang::{count, lang, say};
use crate::orders::{State, vat_label};
use crate::times;
use crate::ui::page::Heading;

/// Waits between questions for a PDF that is being made, in seconds; then the page says so and stops asking.
const PDF_WAITS: [u64; 7] = [1, 2, 3, 5, 8, 13, 20];

#[component]
pub fn OrderPage() -> impl IntoView {
    let params = use_params_map();
    let path = Signal::derive(move || format!("/api/orders/{}", encoded(&params.with(|params| params.get("id").unwrap_or_default()))));
    let listing: Listing<Order> = Listing::new(path);
    let asked: RwSignal<Option<Asked>> = RwSignal::new(None);
    let patience = RwSignal::new(0_usize);
    let ask = move |answer: Answer| {
        listing.page.with_untracked(|order| {
            if let Some(order) = order.as_ref().filter(|order| may(order, answer)) {
                asked.set(Some(Asked::order(answer, order)));
            }
        });
    };
    keys::on_key(move |code| match code {
        "KeyA" => {
            ask(Answer::Confirm);
            true
        }
        "KeyR" => {
            ask(Answer::Refuse);
            true
        }
        _ => false,
    });
    // A posted document's PDF is rendered by a job: look again, politely, until it is there.
    Effect::new(move || {
        let waiting = listing.page.with(|order| order.as_ref().is_some_and(|order| order.documents.iter().any(|document| !document.ready)));
        let Some(wait) = PDF_WAITS.get(patience.get_untracked()).filter(|_| waiting) else { return };
        let handle = set_timeout_with_handle(
            move || {
                patience.update(|turn| *turn += 1);
                listing.reload();
            },
            std::time::Duration::from_secs(*wait),
        );
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
    let again = move || {
        patience.set(0);
        listing.reload();
    };
    view! {
        <Shown of=listing show=move |order: Order| {
            view! { <Whole order=order ask=ask late=Signal::derive(move || patience.get() >= PDF_WAITS.len()) again=again/> }.into_any()
        }/>
        <AnswerDialog asked=asked done=move |()| again()/>
    }
}

fn may(order: &Order, answer: Answer) -> bool {
    let word = match answer {
        Answer::Confirm => "confirm",
        Answer::Refuse => "refuse",
    };
    order.actions.iter().any(|action| action == word)
}

/// Where the order came from, as part of the line under the title.
fn origin(order: &Order) -> String {
    let mut parts = vec![times::instant(&order.ordered_at)];
    match (Source::parse(&order.source), order.source.as_str()) {
        (Some(source), _) => parts.push(say(entry::source(source)).into()),
        (None, "import") => parts.push(say(staff::SOURCE_IMPORT).into()),
        _ => {}
    }
    if let Some(version) = order.price_list {
        parts.push(staff::ON_LIST.with(lang(), &[("version", &version)]));
    }
    if let Some((_, discount)) = order.overlay.as_deref().map(discount::parts).filter(|(_, discount)| *discount != Percent::ZERO) {
        parts.push(format!("{} {}", say(people::DISCOUNT), format::percent(lang(), discount)));
    }
    parts.join(", ")
}

#[component]
fn Whole(
    order: Order,
    ask: impl Fn(Answer) + Copy + Send + Sync + 'static,
    late: Signal<bool>,
    again: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let title = staff::ORDER_TITLE.with(lang(), &[("number", &order.number)]);
    let origin = origin(&order);
    let beside = beside::of(&order.id.to_string());
    let can_confirm = may(&order, Answer::Confirm);
    let can_refuse = may(&order, Answer::Refuse);
    let customer = order.customer.clone().map(|customer| view! { <a href=format!("/admin/customers/{}", customer.id)>{customer.name}</a>", " });
    let total = format::amount(lang(), &order.gross, order.currency);
    let short = format!("{} · {total}", count(common::LINES, order.lines.len() as u64));
    view! {
        <div class="page-head">
            <p class="crumb"><a href="/admin">{say(staff::ORDERS)}</a></p>
            <Heading title=title/>
            <State state=order.state/>
            <span class="ink-2">{customer}{origin}</span>
        </div>
        <div class="two">
            <div class="stack">
                <Account order=order.clone()/>
                <Odd order=order.id.to_string() listing=beside/>
                <Lines lines=order.lines.clone() currency=order.currency.sign().to_string()/>
            </div>
            <div class="stack">
                <Sums order=order.clone()/>
                <section class="panel panel-s">
                    <h2>{say(staff::ANSWER_TITLE)}</h2>
                    <div class="body stack">
                        {(order.state == OrderState::NeedsReview && !can_confirm).then(|| view! { <p class="warn">{say(staff::WAITS_FOR_BUYER)}</p> })}
                        {order.lacking.as_ref().filter(|_| can_confirm).map(|amount| {
                            let amount = format::amount(lang(), amount, order.currency);
                            view! { <p class="warn">{staff::BELOW_LEAST.with(lang(), &[("amount", &amount)])}</p> }
                        })}
                        {can_confirm.then(|| view! {
                            <p class="s ink-2">{say(staff::CONFIRM_HINT)}</p>
                            <button type="button" class="btn btn-main btn-wide" on:click=move |_| ask(Answer::Confirm)>{say(staff::CONFIRM)}" "<kbd class="only-l">"A"</kbd></button>
                        })}
                        {can_refuse.then(|| view! {
                            <button type="button" class="btn btn-wide" on:click=move |_| ask(Answer::Refuse)>{say(staff::REFUSE)}" "<kbd class="only-l">"R"</kbd></button>
                        })}
                        {(!can_confirm && !can_refuse && order.state != OrderState::NeedsReview).then(|| view! { <p class="ink-2">{say(staff::NOTHING_TO_DO)}</p> })}
                    </div>
                </section>
                <Documents documents=order.documents.clone() late=late again=again/>
                <Facts order=order.clone()/>
                <Beside order=order.id.to_string() listing=beside/>
                <Events events=order.events.clone()/>
            </div>
        </div>
        {(can_confirm || can_refuse).then(|| view! {
            <div class="foot-order only-s">
                <div><b>{short}</b></div>
                {can_refuse.then(|| view! { <button type="button" class="btn" on:click=move |_| ask(Answer::Refuse)>{say(staff::REFUSE)}</button> })}
                {can_confirm.then(|| view! { <button type="button" class="btn btn-main" on:click=move |_| ask(Answer::Confirm)>{say(staff::CONFIRM)}</button> })}
            </div>
        })}
    }
}

/// What became of the lines; only where not everything was simply accepted.
#[component]
fn Account(order: Order) -> impl IntoView {
    let [read, accepted, changed, refused] = [order.read, order.accepted, order.changed, order.refused].map(u64::from);
    (changed > 0 || refused > 0).then(|| view! { <Equation read=read accepted=accepted changed=changed refused=refused/> })
}

#[component]
fn Lines(lines: Vec<OrderLine>, currency: String) -> impl IntoView {
    let with_shown = lines.iter().any(|line| line.shown_price.is_some() && line.shown_price != line.price);
    let with_verdict = lines.iter().any(|line| line.verdict != Verdict::Accepted || line.reason.is_some());
    let unit_head = format!("{} {currency}", say(common::PRICE));
    let amount_head = format!("{} {currency}", say(common::AMOUNT));
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let tone = match line.verdict {
                Verdict::Accepted => "",
                Verdict::Changed => "warn",
                Verdict::Refused => "bad",
            };
            let outcome = match line.reason {
                Some(reason) => format!("{}. {}", say(common::verdict(line.verdict)), say(common::line_reason(reason))),
                None if line.verdict == Verdict::Accepted => String::new(),
                None => say(common::verdict(line.verdict)).to_string(),
            };
            let shown = line.shown_price.map(|price| format::price(lang(), price)).unwrap_or_default();
            let price = line.price.map_or_else(|| "—".to_string(), |price| format::price(lang(), price));
            view! {
                <tr>
                    <td class="code b">{line.code}</td>
                    <td class="a">{line.name}</td>
                    <td class="num b" data-l=say(common::QUANTITY)><span class="pen">{format::quantity(lang(), line.quantity)}</span>" "<span class="ink-3">{common::unit(lang(), &line.unit).to_string()}</span></td>
                    {with_shown.then(|| view! { <td class="num b ink-2" data-l=say(staff::SHOWN_PRICE)>{shown}</td> })}
                    <td class="num b" data-l=say(common::PRICE)>{price}</td>
                    <td class="num z">{format::decimal(lang(), &line.amount)}</td>
                    {with_verdict.then(|| view! { <td class=format!("c {tone}")>{outcome}</td> })}
                </tr>
            }
        })
        .collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack">
            <caption class="vh">{say(staff::GOODS)}</caption>
            <thead><tr>
                <th scope="col">{say(common::CODE)}</th>
                <th scope="col">{say(common::PRODUCT)}</th>
                <th scope="col" class="num">{say(common::QUANTITY)}</th>
                {with_shown.then(|| view! { <th scope="col" class="num">{say(staff::SHOWN_PRICE)}</th> })}
                <th scope="col" class="num">{unit_head}</th>
                <th scope="col" class="num">{amount_head}</th>
                {with_verdict.then(|| view! { <th scope="col">{say(staff::OUTCOME)}</th> })}
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
}

#[component]
fn Sums(order: Order) -> impl IntoView {
    let decimal = |plain: &str| format::decimal(lang(), plain);
    view! {
        <section class="panel panel-s">
            <h2>{say(common::TOTAL)}</h2>
            <div class="body"><dl class="sums">
                <dt>{say(common::NET)}", "{count(common::LINES, order.lines.len() as u64)}</dt><dd>{decimal(&order.net)}</dd>
                <dt>{vat_label(&order)}</dt><dd>{decimal(&order.vat)}</dd>
                <dt class="total">{say(common::TOTAL)}" "{order.currency.sign().to_string()}</dt><dd class="total">{decimal(&order.gross)}</dd>
            </dl></div>
        </section>
    }
}

#[component]
fn Facts(order: Order) -> impl IntoView {
    let facts: Vec<_> = [
        (staff::PO_NUMBER, order.po_number),
        (staff::WANTED_ON, order.wanted_on.map(|day| format::date(lang(), &day)).unwrap_or_default()),
        (staff::DELIVERY, order.delivery_address),
        (staff::COMMENT, order.comment),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(word, value)| view! { <dt>{say(word)}</dt><dd class="lines">{value}</dd> })
    .collect();
    let customer = order.customer.map(|customer| view! { <dt>{say(common::CUSTOMER)}</dt><dd><a href=format!("/admin/customers/{}", customer.id)>{customer.name}</a>" "<span class="code">{customer.code}</span></dd> });
    view! { <section class="panel panel-s"><h2>{say(staff::FACTS)}</h2><div class="body"><dl class="facts">{customer}{facts}</dl></div></section> }
}

#[component]
fn Documents(documents: Vec<DocumentInfo>, late: Signal<bool>, again: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let rows: Vec<_> = documents
        .into_iter()
        .map(|document| {
            let name = staff::PROFORMA.with(lang(), &[("number", &document.number)]);
            let amount = format::amount(lang(), &document.gross, document.currency);
            let file = if document.ready {
                view! { <a class="btn" href=document.pdf_url rel="external" target="_blank">{say(staff::OPEN_PDF)}</a> }.into_any()
            } else {
                view! {
                    <p class="ink-2" role="status">
                        {move || if late.get() {
                            view! { {say(staff::PDF_LATE)}" "<button type="button" class="link" on:click=move |_| again()>{say(common::TRY_AGAIN)}</button> }.into_any()
                        } else {
                            say(staff::PDF_MADE).into_any()
                        }}
                    </p>
                }
                .into_any()
            };
            view! { <li class="stack"><p><b>{name}</b>", "<span class="nw">{format::date(lang(), &document.date)}</span>", "<span class="nw">{amount}</span></p>{file}</li> }
        })
        .collect();
    (!rows.is_empty())
        .then(|| view! { <section class="panel panel-s"><h2>{say(staff::DOCUMENTS)}</h2><div class="body"><ul class="stack">{rows}</ul></div></section> })
}

#[component]
fn Events(events: Vec<OrderEvent>) -> impl IntoView {
    let rows: Vec<_> = events
        .into_iter()
        .map(|event| {
            let by = match event.by.as_str() {
                "buyer" => say(staff::BY_BUYER).to_string(),
                "staff" => say(staff::BY_STAFF).to_string(),
                "import" => say(staff::BY_IMPORT).to_string(),
                _ => event.by,
            };
            view! {
                <dt class="nw">{times::instant(&event.at)}</dt>
                <dd>{say(common::order_state(event.state))}", "{by}{(!event.note.is_empty()).then(|| view! { <span class="sub lines">{event.note}</span> })}</dd>
            }
        })
        .collect();
    view! { <section class="panel panel-s"><h2>{say(staff::HISTORY)}</h2><div class="body"><dl class="facts s events">{rows}</dl></div></section> }
}
