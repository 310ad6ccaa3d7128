//! Blocking a customer, with the reason, and lifting that.

use kontor_shared::api::Customer;
use kontor_shared::api::people::SetCustomerState;
use kontor_shared::customers::CustomerState;
use kontor_shared::ids::CustomerId;
use kontor_shared::words::people as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{a_form, changed, undone};
use crate::api;
use crate::browser;
use crate::lang::say;
use crate::ui::dialog::Dialog;
use crate::ui::form::{Area, Submit, Wrong};
use crate::ui::toast;

#[component]
pub fn StateButton(customer: Customer) -> impl IntoView {
    let asked = RwSignal::new(false);
    let (id, reason) = (customer.id, customer.state_reason);
    if customer.state == CustomerState::Blocked {
        let go = move |_| {
            let reason = reason.clone();
            lift(id, reason);
        };
        return view! { <button type="button" class="btn" on:click=go>{say(words::UNBLOCK)}</button> }.into_any();
    }
    view! {
        <button type="button" class="btn" on:click=move |_| asked.set(true)>{say(words::BLOCK)}</button>
        {move || asked.get().then(|| view! { <Block id=id before=customer.state close=move |()| asked.set(false)/> })}
    }
    .into_any()
}

#[component]
fn Block(id: CustomerId, before: CustomerState, #[prop(into)] close: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            close.run(());
        }
    });
    browser::focus("block-reason");
    let reason = RwSignal::new(String::new());
    let form = a_form("block");
    let go = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let content = SetCustomerState { state: CustomerState::Blocked, reason: reason.get_untracked() };
        form.send(async move { api::post::<Customer>(&format!("/api/customers/{id}/state"), &content).await }, move |after| {
            let _ = open.try_set(false);
            changed();
            // A visitor's application that was blocked is not made active by an undo.
            if before == CustomerState::Active {
                offer_undo(id, after.revision, say(words::BLOCKED_DONE), (CustomerState::Active, String::new()));
            } else {
                toast::tell(say(words::BLOCKED_DONE));
            }
        });
    };
    view! {
        <Dialog open=open title=say(words::BLOCK_TITLE)>
            <form class="dialog-body stack" novalidate on:submit=go>
                <p>{say(words::BLOCK_HINT)}</p>
                <Area form=form at="/reason" label=say(words::REASON) value=reason on_input=move |text| reason.set(text) hint=say(words::REASON_HINT) rows=2 max_length=500/>
                <Wrong form=form/>
                <Submit form=form label=say(words::BLOCK)/>
            </form>
        </Dialog>
    }
}

/// Lets the customer order again, and offers to go back to the block and its reason.
fn lift(id: CustomerId, reason: String) {
    spawn_local(async move {
        let content = SetCustomerState { state: CustomerState::Active, reason: String::new() };
        match api::post::<Customer>(&format!("/api/customers/{id}/state"), &content).await {
            Ok(after) => {
                changed();
                offer_undo(id, after.revision, say(words::UNBLOCKED_DONE), (CustomerState::Blocked, reason));
            }
            Err(error) => {
                crate::admin::expiry::tell(&error);
            }
        }
    });
}

fn offer_undo(id: CustomerId, revision: i64, done: &'static str, before: (CustomerState, String)) {
    toast::offer_undo(done, say(words::UNDO), move || {
        let (state, reason) = before.clone();
        spawn_local(async move {
            let content = SetCustomerState { state, reason };
            undone(api::post_seen::<Customer>(&format!("/api/customers/{id}/state"), revision, &content).await);
        });
    });
}
