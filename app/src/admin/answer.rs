//! Confirming and refusing an order: one dialog for the queue and the order's page.

use std::collections::HashMap;

use kontor_shared::api::{Confirmed, Order, OrderSummary, RefuseOrder};
use kontor_shared::ids::OrderId;
use kontor_shared::words::{format, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::expiry;
use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::{lang, say};
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
    /// The revision the page showed.
    pub revision: i64,
}

impl Asked {
    pub fn summary(answer: Answer, order: &OrderSummary) -> Self {
        let customer = order.customer.as_ref().map_or_else(String::new, |customer| customer.name.clone());
        let amount = format::amount(lang(), &order.gross, order.currency);
        Self { answer, id: order.id, number: order.number.clone(), customer, amount, revision: order.revision }
    }
    pub fn order(answer: Answer, order: &Order) -> Self {
        let customer = order.customer.as_ref().map_or_else(String::new, |customer| customer.name.clone());
        let amount = format::amount(lang(), &order.gross, order.currency);
        Self { answer, id: order.id, number: order.number.clone(), customer, amount, revision: order.revision }
    }
}

/// Reasons typed so far: closing the dialog, or a colleague who was faster, does not lose one.
type Reasons = RwSignal<HashMap<OrderId, String>>;

/// The dialog, while an order is being answered. `done` is told that the order changed, here or elsewhere.
#[component]
pub fn AnswerDialog(asked: RwSignal<Option<Asked>>, #[prop(into)] done: Callback<()>) -> impl IntoView {
    let reasons: Reasons = RwSignal::new(HashMap::new());
    move || asked.get().map(|one| view! { <OneAnswer one=one asked=asked reasons=reasons done=done/> })
}

#[component]
fn OneAnswer(one: Asked, asked: RwSignal<Option<Asked>>, reasons: Reasons, done: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            asked.set(None);
        }
    });
    let failure: RwSignal<Option<String>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let (id, answer) = (one.id, one.answer);
    let reason = move || reasons.with(|reasons| reasons.get(&id).cloned().unwrap_or_default());
    let title = match answer {
        Answer::Confirm => staff::CONFIRM_TITLE,
        Answer::Refuse => staff::REFUSE_TITLE,
    };
    let title = title.with(lang(), &[("number", &one.number)]);
    browser::focus(match answer {
        Answer::Confirm => "answer-go",
        Answer::Refuse => "answer-reason",
    });
    let facts = StoredValue::new((one.customer.clone(), one.amount.clone()));
    let go = move || {
        if busy.get_untracked() {
            return;
        }
        let why = untrack(reason).trim().to_string();
        if answer == Answer::Refuse && why.is_empty() {
            failure.set(Some(say(staff::REFUSE_EMPTY).to_string()));
            browser::focus("answer-reason");
            return;
        }
        busy.set(true);
        failure.set(None);
        let one = one.clone();
        spawn_local(async move {
            let told = match answer {
                Answer::Confirm => confirm(&one).await,
                Answer::Refuse => refuse(&one, why).await,
            };
            let _ = busy.try_set(false);
            match told {
                Ok(text) => {
                    toast::tell(text);
                    let _ = reasons.try_update(|reasons| reasons.remove(&id));
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
                    expiry::note(&error);
                    let _ = failure.try_set(Some(words_for(&error)));
                }
            }
        });
    };
    let go = StoredValue::new(go);
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
                                prop:value=reason on:input=move |event| reasons.update(|reasons| drop(reasons.insert(id, event_target_value(&event))))
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

async fn confirm(one: &Asked) -> Result<String, ApiError> {
    let path = format!("/api/orders/{}/confirm", one.id);
    let answer: Confirmed = api::post_empty_seen(&path, one.revision).await?;
    Ok(staff::CONFIRMED_WITH.with(lang(), &[("number", &one.number), ("proforma", &answer.proforma.number)]))
}

async fn refuse(one: &Asked, reason: String) -> Result<String, ApiError> {
    let path = format!("/api/orders/{}/refuse", one.id);
    let _: Order = api::post_seen(&path, one.revision, &RefuseOrder { reason }).await?;
    Ok(staff::REFUSED_DONE.with(lang(), &[("number", &one.number)]))
}
