//! The password once more, over the page, before something about signing in changes.

use kontor_shared::api::accounts::Prove;
use kontor_shared::words::accounts as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{at, elsewhere};
use crate::api::{self, ApiError};
use crate::lang::say;
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;
use crate::ui::password::PasswordField;

/// Asks for the password and then does what waited for it.
#[derive(Clone, Copy)]
pub struct Prover {
    open: RwSignal<bool>,
    then: StoredValue<Option<Callback<()>>>,
}

impl Prover {
    /// Nothing waits yet.
    pub fn idle() -> Self {
        Self { open: RwSignal::new(false), then: StoredValue::new(None) }
    }

    /// Whether the error asks for it; then `again` runs once the password was given.
    pub fn asked(self, error: &ApiError, again: impl Fn() + Send + Sync + 'static) -> bool {
        let asked = error.code == "prove_again";
        if asked {
            let _ = self.then.try_set_value(Some(Callback::new(move |()| again())));
            let _ = self.open.try_set(true);
        }
        asked
    }
}

#[component]
pub fn ProveDialog(prover: Prover, factor: Signal<bool>) -> impl IntoView {
    view! {
        <Dialog open=prover.open title=say(words::PROVE)>
            <div class="dialog-body"><Form prover=prover factor=factor/></div>
        </Dialog>
    }
}

#[component]
fn Form(prover: Prover, factor: Signal<bool>) -> impl IntoView {
    let (password, code) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    // A page that does not know whether there is a second step learns it from the answer.
    let asks_code = RwSignal::new(factor.get_untracked());
    crate::browser::focus("prove-password");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let totp = asks_code.get_untracked().then(|| code.get_untracked());
        let content = Prove { password: password.get_untracked(), totp };
        spawn_local(async move {
            let answer = api::tell("/api/account/proof", &content).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => {
                    let _ = prover.open.try_set(false);
                    if let Some(then) = prover.then.try_update_value(Option::take).flatten() {
                        then.run(());
                    }
                }
                Err(error) => {
                    crate::session::note_signed_out(&error);
                    let code_wanted = error.code == "wrong_code" && asks_code.try_get_untracked() == Some(false);
                    if code_wanted {
                        let _ = asks_code.try_set(true);
                        crate::browser::focus("prove-code");
                    }
                    let _ = failure.try_set((!code_wanted).then_some(error));
                }
            }
        });
    };
    view! {
        <form class="stack" on:submit=submit>
            <p>{say(words::PROVE_HINT)}</p>
            <PasswordField label=say(words::OLD_PASSWORD) id="prove-password" value=password error=at(failure, "/password")/>
            {move || asks_code.get().then(|| view! {
                <Field label=say(words::CODE) id="prove-code" value=code autocomplete="one-time-code" hint=say(words::CODE_HINT) max_length=40 required=true error=at(failure, "/totp")/>
            })}
            <p class="err" role="alert">{elsewhere(failure, &["/password", "/totp"])}</p>
            <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(words::GO_ON)}</button>
        </form>
    }
}
