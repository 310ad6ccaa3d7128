//! Changing one's own password.

use kontor_shared::api::accounts::ChangePassword;
use kontor_shared::words::accounts as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Own, at, elsewhere};
use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::say;
use crate::ui::password::PasswordField;
use crate::ui::toast;

#[component]
pub fn Password(own: Own) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <section class="panel panel-s"><h2>{say(words::PASSWORD_TITLE)}</h2><div class="body stack">
            {move || if open.get() {
                view! { <Form own=own open=open/> }.into_any()
            } else {
                view! {
                    <button type="button" class="btn" id="change-password" on:click=move |_| { open.set(true); browser::focus("old-password") }>{say(words::CHANGE_PASSWORD)}</button>
                }.into_any()
            }}
        </div></section>
    }
}

#[component]
fn Form(own: Own, open: RwSignal<bool>) -> impl IntoView {
    let (old, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let end_others = RwSignal::new(true);
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let login = own.account.with_untracked(|account| account.as_ref().map(|account| account.login.clone()).unwrap_or_default());
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let content = ChangePassword { old: old.get_untracked(), new: new.get_untracked(), end_others: end_others.get_untracked() };
        spawn_local(async move {
            let answer = api::tell_put("/api/account/password", &content).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => {
                    let _ = open.try_set(false);
                    browser::focus("change-password");
                    toast::tell(say(words::PASSWORD_CHANGED));
                    own.reload();
                }
                Err(error) => {
                    crate::session::note_signed_out(&error);
                    browser::focus(if error.field.as_deref() == Some("/old") { "old-password" } else { "new-password" });
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <form class="stack" novalidate on:submit=submit>
            // Password managers want to know whose it is.
            <input type="text" class="vh" autocomplete="username" tabindex="-1" aria-hidden="true" readonly=true value=login/>
            <PasswordField label=say(words::OLD_PASSWORD) id="old-password" value=old error=at(failure, "/old")/>
            <PasswordField label=say(words::NEW_PASSWORD) id="new-password" value=new new=true error=at(failure, "/new")/>
            <label class="pick">
                <input type="checkbox" prop:checked=move || end_others.get() on:change=move |event| end_others.set(event_target_checked(&event))/>
                {say(words::END_OTHERS_TOO)}
            </label>
            <p class="err" role="alert">{elsewhere(failure, &["/old", "/new"])}</p>
            <div class="row-x">
                <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(words::CHANGE_PASSWORD)}</button>
                <button type="button" class="btn" on:click=move |_| { open.set(false); browser::focus("change-password") }>{say(words::CANCEL)}</button>
            </div>
        </form>
    }
}
