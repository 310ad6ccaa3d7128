//! The buyer's orders with their states, newest first.

use kontor_shared::api::{OrderPage, OrderSummary};
use kontor_shared::drafts::queue::Stage;
use kontor_shared::words::{common, format, shop as words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

use super::State;
use crate::api::{self, ApiError};
use crate::draft;
use crate::house::session;
use crate::lang::{count, lang, say};
use crate::queue::waiting::WaitingHere;
use crate::queue::{notes, queue};
use crate::session::note_signed_out;
use crate::times;
use crate::ui::page::{Failed, Loading, PageHead, words_for};
use crate::ui::table::{Table, figures, text};
use crate::ui::toast;

#[derive(Clone)]
struct Rows {
    orders: Vec<OrderSummary>,
    next: Option<String>,
}

/// `/orders`
#[component]
pub fn Orders() -> impl IntoView {
    view! {
        <PageHead title=say(words::ORDERS)><a class="btn" href="/">{say(words::OPEN_LIST)}</a></PageHead>
        <WaitingHere/>
        <notes::Old/>
        <notes::Copies/>
        {move || match session() {
            Some(session) if session.customer.is_some() => view! { <Mine/> }.into_any(),
            Some(_) => view! { <p><a class="btn" href="/admin" rel="external">{say(words::TO_THE_OFFICE)}</a></p> }.into_any(),
            None => view! {
                <div class="stack"><Unsent/><p>{say(words::SIGN_IN_FOR_ORDERS)}</p><p><a class="btn btn-main" href="/sign-in?next=/orders">{say(common::SIGN_IN)}</a></p></div>
            }.into_any(),
        }}
    }
}

/// The draft of this browser, which is no order yet.
#[component]
fn Unsent() -> impl IntoView {
    let lines = move || draft::store().draft.with(|draft| draft.lines.len() as u64);
    move || {
        (lines() > 0).then(|| {
            view! {
                <div class="note"><p>{count(words::NOT_SENT_YET, lines())}</p><a href="/review">{say(words::REVIEW_ORDER)}</a></div>
            }
        })
    }
}

#[component]
fn Mine() -> impl IntoView {
    let open = use_query_map().with_untracked(|query| query.get("open").is_some());
    let rows: RwSignal<Option<Result<Rows, ApiError>>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    // Counts questions from the top: what such a one has overtaken is dropped, a page that follows the old ones too.
    let asked = StoredValue::new(0_u32);
    let load = move |after: Option<String>| {
        // A page asked for twice would be shown twice.
        if after.is_some() && busy.get_untracked() {
            return;
        }
        busy.set(true);
        if after.is_none() {
            asked.update_value(|asked| *asked += 1);
        }
        let turn = asked.get_value();
        spawn_local(async move {
            let path = api::with_query("/api/orders", &[("open", if open { "true" } else { "" }), ("after", after.as_deref().unwrap_or(""))]);
            let answer = api::get::<OrderPage>(&path).await;
            if asked.try_get_value() != Some(turn) {
                return;
            }
            match answer {
                Ok(page) => {
                    let _ = rows.try_update(|rows| match rows {
                        Some(Ok(rows)) if after.is_some() => {
                            rows.orders.extend(page.orders);
                            rows.next = page.next;
                        }
                        _ => *rows = Some(Ok(Rows { orders: page.orders, next: page.next })),
                    });
                }
                Err(error) => {
                    note_signed_out(&error);
                    if after.is_some() {
                        toast::fail(words_for(&error));
                    } else {
                        let _ = rows.try_set(Some(Err(error)));
                    }
                }
            }
            let _ = busy.try_set(false);
        });
    };
    // What goes out from here meanwhile belongs into the list.
    let sent = Memo::new(move |_| queue().own().iter().filter(|order| matches!(order.stage, Stage::Sent { .. })).count());
    Effect::new(move |_| {
        sent.track();
        load(None);
    });
    let columns = move || {
        vec![
            text(common::ORDER.say(lang())),
            text(say(words::SENT_ON)),
            text(say(words::STATE)),
            figures(say(words::LINES)),
            figures(say(common::TOTAL)),
            text(say(words::PO_NUMBER)),
        ]
    };
    view! {
        <Unsent/>
        {move || match rows.get() {
            None => view! { <Loading/> }.into_any(),
            Some(Err(error)) => view! { <Failed error=error retry=move |()| load(None)/> }.into_any(),
            Some(Ok(page)) if page.orders.is_empty() => view! { <p><b>{say(words::NO_ORDERS)}</b></p> }.into_any(),
            Some(Ok(page)) => {
                let next = page.next.clone();
                view! {
                    <Table label=say(words::ORDERS) columns=columns()>
                        {page.orders.into_iter().map(|order| view! {
                            <tr>
                                <td class="a"><a href=format!("/orders/{}", order.id)><b>{order.number.clone()}</b></a></td>
                                <td class="b">{times::day(&order.ordered_at)}</td>
                                <td class="b"><State state=order.state/></td>
                                <td class="num b" data-l=say(words::LINES)>{format::integer(lang(), i64::from(order.lines))}</td>
                                <td class="num z">{format::amount(lang(), &order.gross, order.currency)}</td>
                                <td class="b">{order.po_number}</td>
                            </tr>
                        }).collect_view()}
                    </Table>
                    {next.map(|next| view! { <p class="more"><button type="button" class="btn" aria-busy=move || busy.get().then_some("true") on:click=move |_| load(Some(next.clone()))>{say(words::SHOW_OLDER)}</button></p> })}
                }.into_any()
            }
        }}
    }
}
