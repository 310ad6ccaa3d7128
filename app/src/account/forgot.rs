//! A forgotten password: the address, and the same answer whether there is a log-in or not.

use kontor_shared::api::accounts::ForgotPassword;
use kontor_shared::words::accounts as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{at, elsewhere};
use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::{lang, say};
use crate::ui::field::Field;
use crate::ui::page::{Done, PageHead};

/// `/forgot`
#[component]
pub fn Forgot() -> impl IntoView {
    let email = RwSignal::new(String::new());
    let sent: RwSignal<Option<String>> = RwSignal::new(None);
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    browser::focus("forgot-email");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let wanted = email.get_untracked().trim().to_string();
        spawn_local(async move {
            let answer = api::tell("/api/password/forgot", &ForgotPassword { email: wanted.clone() }).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => drop(sent.try_set(Some(wanted))),
                Err(error) => {
                    browser::focus("forgot-email");
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <PageHead title=say(words::FORGOT_TITLE)/>
        {move || match sent.get() {
            Some(email) => view! {
                <div class="form-page"><Done text=words::LINK_SENT.with(lang(), &[("email", &email)])/></div>
            }.into_any(),
            None => view! {
                <form class="stack form-page" novalidate on:submit=submit>
                    <p>{say(words::FORGOT_HINT)}</p>
                    <Field label=say(words::EMAIL) id="forgot-email" kind="email" value=email autocomplete="username" max_length=200 required=true error=at(failure, "/email")/>
                    <p class="err" role="alert">{elsewhere(failure, &["/email"])}</p>
                    <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(words::SEND_LINK)}</button>
                </form>
            }.into_any(),
        }}
    }
}
