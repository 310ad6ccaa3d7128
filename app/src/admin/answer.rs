//! Confirming and refusing an order: one dialog for the queue and the order's page.

use kontor_shared::api::{Confirmed, Order, OrderSummary, RefuseOrder};
use kontor_shared::ids::OrderId;
use kontor_shared::words::{common, format, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::{lang, say};
use crate::session::note_signed_out;
use crate::ui::dialog::Dialog;
use crate::ui::page::words_for;
use crate::ui::toast;

/// Longest reason a buyer is sent.
const REASON_LENGTH: u32 = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Confirm,
    Refuse,
}

/// The order an answer is being given to.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub answer: Answer,
    pub id: OrderId,
    pub number: String,
    pub customer: String,
    pub amount: String,
}

impl Asked {
    pub fn summary(answer: Answer, order: &OrderSummary) -> Self {
        let customer = order.customer.as_ref().map_or_else(String::new, |customer| customer.name.clone());
        Self { answer, id: order.id, number: order.number.clone(), customer, amount: format::amount(lang(), &order.gross, order.currency) }
    }
    pub fn order(answer: Answer, order: &Order) -> Self {
        let customer = order.customer.as_ref().map_or_else(String::new, |customer| customer.name.clone());
        Self { answer, id: order.id, number: order.number.clone(), customer, amount: format::amount(lang(), &order.gross, order.currency) }
    }
}

/// The dialog, while an order is being answered. `done` is told that the order changed, here or elsewhere.
#[component]
pub fn AnswerDialog(asked: RwSignal<Option<Asked>>, #[prop(into)] done: Callback<()>) -> impl IntoView {
    move || asked.get().map(|one| view! { <OneAnswer one=one asked=asked done=done/> })
}

#[component]
fn OneAnswer(one: Asked, asked: RwSignal<Option<Asked>>, done: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            asked.set(None);
        }
    });
    let reason = RwSignal::new(String::new());
    let failure: RwSignal<Option<String>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let (id, number, answer) = (one.id, one.number.clone(), one.answer);
    let title = match answer {
        Answer::Confirm => staff::CONFIRM_TITLE,
        Answer::Refuse => staff::REFUSE_TITLE,
    };
    let title = title.with(lang(), &[("number", &one.number)]);
    browser::focus(match answer {
        Answer::Confirm => "answer-go",
        Answer::Refuse => "answer-reason",
    });
    let go = move || {
        if busy.get_untracked() {
            return;
        }
        let why = reason.get_untracked().trim().to_string();
        if answer == Answer::Refuse && why.is_empty() {
            failure.set(Some(say(staff::REFUSE_EMPTY).to_string()));
            browser::focus("answer-reason");
            return;
        }
        busy.set(true);
        failure.set(None);
        let number = number.clone();
        spawn_local(async move {
            let told = match answer {
                Answer::Confirm => confirm(id, &number).await,
                Answer::Refuse => refuse(id, &number, why).await,
            };
            let _ = busy.try_set(false);
            match told {
                Ok(text) => {
                    toast::tell(text);
                    let _ = asked.try_set(None);
                    done.run(());
                }
                // Someone else was faster: show the order as it is now.
                Err(error) if error.status == 409 => {
                    toast::fail(say(staff::CHANGED_MEANWHILE));
                    let _ = asked.try_set(None);
                    done.run(());
                }
                Err(error) => {
                    note_signed_out(&error);
                    let _ = failure.try_set(Some(words_for(&error)));
                }
            }
        });
    };
    let go = StoredValue::new(go);
    let facts = StoredValue::new((one.customer, one.amount));
    view! {
        <Dialog open=open title=title>
            <form class="dialog-body stack" on:submit=move |event| { event.prevent_default(); go.with_value(|go| go()) }>
                <p><b>{facts.with_value(|facts| facts.0.clone())}</b>", "{facts.with_value(|facts| facts.1.clone())}</p>
                {match answer {
                    Answer::Confirm => view! { <p class="ink-2">{say(staff::CONFIRM_HINT)}</p> }.into_any(),
                    Answer::Refuse => view! {
                        <label class="field" for="answer-reason">
                            <span>{say(staff::REFUSE_REASON)}</span>
                            <textarea class="in" id="answer-reason" rows="3" maxlength=REASON_LENGTH.to_string()
                                prop:value=move || reason.get() on:input=move |event| reason.set(event_target_value(&event))
                                aria-invalid=move || failure.with(Option::is_some).then_some("true") aria-describedby="answer-error"></textarea>
                        </label>
                    }
                    .into_any(),
                }}
                <p class="err" id="answer-error" role="alert">{move || failure.get()}</p>
                <div class="row-x">
                    <button type="submit" id="answer-go" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>
                        {say(match answer { Answer::Confirm => staff::CONFIRM, Answer::Refuse => staff::REFUSE })}
                    </button>
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{say(staff::CANCEL)}</button>
                </div>
            </form>
        </Dialog>
    }
}

async fn confirm(id: OrderId, number: &str) -> Result<String, ApiError> {
    let answer: Confirmed = api::post_empty(&format!("/api/orders/{id}/confirm")).await?;
    Ok(staff::CONFIRMED_WITH.with(lang(), &[("number", &number), ("proforma", &answer.proforma.number)]))
}

async fn refuse(id: OrderId, number: &str, reason: String) -> Result<String, ApiError> {
    let _: Order = api::post(&format!("/api/orders/{id}/refuse"), &RefuseOrder { reason }).await?;
    Ok(staff::REFUSED_DONE.with(lang(), &[("number", &number)]))
}

/// The shape beside a state's word; the word alone already says it.
pub const fn shape(state: kontor_shared::orders::OrderState) -> &'static str {
    use kontor_shared::orders::OrderState as S;
    match state {
        S::Draft => "open",
        S::Submitted => "half",
        S::NeedsReview => "wait",
        S::Confirmed | S::PartShipped | S::Shipped | S::Closed => "full",
        S::Cancelled | S::Refused => "stop",
    }
}

/// A state with its shape.
#[component]
pub fn State(of: kontor_shared::orders::OrderState) -> impl IntoView {
    view! { <span class="state" data-s=shape(of)>{say(common::order_state(of))}</span> }
}
