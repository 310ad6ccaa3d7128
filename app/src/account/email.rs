//! Changing the address one signs in with: its own link confirms it.

use kontor_shared::api::accounts::ChangeEmail;
use kontor_shared::words::accounts as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Own, at, elsewhere};
use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::{lang, say};
use crate::ui::field::Field;
use crate::ui::page::Done;

#[component]
pub fn Email(own: Own) -> impl IntoView {
    let open = RwSignal::new(false);
    let email = RwSignal::new(String::new());
    let sent: RwSignal<Option<String>> = RwSignal::new(None);
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let login = move || own.account.with(|account| account.as_ref().map(|account| account.login.clone()).unwrap_or_default());
    let submit = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        ask(own, email, busy, failure, sent, open);
    });
    view! {
        <section class="panel panel-s"><h2>{say(words::EMAIL_TITLE)}</h2><div class="body stack">
            <p><b class="secret">{login}</b></p>
            <p class="ink-2">{say(words::EMAIL_HINT)}</p>
            {move || sent.get().map(|email| view! { <Done text=words::EMAIL_ASKED.with(lang(), &[("email", &email)])/> })}
            {move || if open.get() {
                view! {
                    <form class="stack" novalidate on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); submit.run(()) }>
                        <Field label=say(words::NEW_EMAIL) id="new-email" kind="email" value=email autocomplete="email" max_length=200 required=true error=at(failure, "/email")/>
                        <p class="err" role="alert">{elsewhere(failure, &["/email"])}</p>
                        <div class="row-x">
                            <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(words::CHANGE)}</button>
                            <button type="button" class="btn" on:click=move |_| { open.set(false); browser::focus("change-email") }>{say(words::CANCEL)}</button>
                        </div>
                    </form>
                }.into_any()
            } else {
                view! { <button type="button" class="btn" id="change-email" on:click=move |_| { open.set(true); browser::focus("new-email") }>{say(words::CHANGE)}</button> }.into_any()
            }}
        </div></section>
    }
}

fn ask(own: Own, email: RwSignal<String>, busy: RwSignal<bool>, failure: RwSignal<Option<ApiError>>, sent: RwSignal<Option<String>>, open: RwSignal<bool>) {
    let Some(wanted) = email.try_get_untracked() else { return };
    spawn_local(async move {
        let answer = api::tell_put("/api/account/email", &ChangeEmail { email: wanted.clone() }).await;
        let _ = busy.try_set(false);
        match answer {
            Ok(()) => {
                let _ = sent.try_set(Some(wanted));
                let _ = email.try_set(String::new());
                let _ = open.try_set(false);
            }
            Err(error) if own.prover.asked(&error, move || ask(own, email, busy, failure, sent, open)) => {}
            Err(error) => {
                crate::session::note_signed_out(&error);
                browser::focus("new-email");
                let _ = failure.try_set(Some(error));
            }
        }
    });
}
