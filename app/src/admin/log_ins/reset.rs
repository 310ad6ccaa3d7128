//! A lost second step: taken away for somebody who has proven to be the one.

use kontor_shared::api::accounts::{PeoplePage, Person, ResetFactor as Sent};
use kontor_shared::words::log_ins as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::listing::Listing;
use super::super::{expiry, words_for};
use super::change::take;
use crate::account::prove::Prover;
use crate::api;
use crate::lang::{lang, say};
use crate::ui::dialog::Dialog;
use crate::ui::toast;

/// The dialog; open while there is a person.
#[component]
pub fn ResetFactor(person: RwSignal<Option<Person>>, people: Listing<PeoplePage>, prover: Prover) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move || {
        if person.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move || {
        if !open.get() {
            person.set(None);
        }
    });
    view! {
        <Dialog open=open title=say(words::RESET_FACTOR)>
            {move || person.get().map(|one| view! { <Form one=one people=people prover=prover open=open/> })}
        </Dialog>
    }
}

#[component]
fn Form(one: Person, people: Listing<PeoplePage>, prover: Prover, open: RwSignal<bool>) -> impl IntoView {
    let proof = RwSignal::new(String::new());
    let failure: RwSignal<Option<String>> = RwSignal::new(None);
    crate::browser::focus("reset-proof");
    let login = one.login.clone();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        failure.set(None);
        reset(one.clone(), proof.get_untracked(), people, prover, open, failure);
    };
    view! {
        <form class="dialog-body stack" on:submit=submit>
            <p><b>{login}</b></p>
            <p>{say(words::RESET_FACTOR_HINT)}</p>
            <div class="field">
                <label for="reset-proof">{say(words::RESET_FACTOR_PROOF)}</label>
                <textarea class="in" id="reset-proof" rows="3" maxlength="500" required=true aria-describedby="reset-proof-error"
                    aria-invalid=move || failure.with(Option::is_some).then_some("true")
                    prop:value=move || proof.get() on:input=move |event| proof.set(event_target_value(&event))></textarea>
            </div>
            <p class="err" role="alert" id="reset-proof-error">{move || failure.get()}</p>
            <button type="submit" class="btn btn-main">{say(words::RESET_FACTOR)}</button>
        </form>
    }
}

fn reset(one: Person, proof: String, people: Listing<PeoplePage>, prover: Prover, open: RwSignal<bool>, failure: RwSignal<Option<String>>) {
    spawn_local(async move {
        let answer = api::post::<Person>(&format!("/api/people/{}/reset-factor", one.id), &Sent { proof: proof.clone() }).await;
        match answer {
            Ok(now) => {
                toast::tell(words::RESET_FACTOR_DONE.with(lang(), &[("login", &now.login)]));
                take(people, now);
                let _ = open.try_set(false);
            }
            Err(error) if prover.asked(&error, move || reset(one.clone(), proof.clone(), people, prover, open, failure)) => {}
            Err(error) => {
                expiry::note(&error);
                let _ = failure.try_set(Some(words_for(&error)));
            }
        }
    });
}
