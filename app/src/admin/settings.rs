//! Settings an administrator changes here: what visitors see, and the terms.

use kontor_shared::api::{SaveSettings, Settings as Saved};
use kontor_shared::words::staff;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::expiry;
use super::listing::{Listing, Shown};
use crate::api;
use crate::lang::say;
use crate::ui::page::{PageHead, words_for};
use crate::ui::toast;

/// Longest terms the server takes.
const TERMS_LENGTH: u32 = 2000;

#[component]
pub fn Settings() -> impl IntoView {
    let listing: Listing<Saved> = Listing::new(Signal::stored("/api/settings".to_string()));
    view! {
        <PageHead title=say(staff::SETTINGS)/>
        <Shown of=listing show=|settings: Saved| view! { <Form settings=settings/> }.into_any()/>
    }
}

#[component]
fn Form(settings: Saved) -> impl IntoView {
    let public = RwSignal::new(settings.public_price_type.clone());
    let terms = RwSignal::new(settings.terms.clone());
    let failure: RwSignal<Option<String>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let content = SaveSettings { public_price_type: public.get_untracked(), terms: terms.get_untracked() };
        spawn_local(async move {
            let answer = api::put::<Saved>("/api/settings", &content).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => toast::tell(say(staff::SAVED)),
                Err(error) => {
                    expiry::note(&error);
                    let _ = failure.try_set(Some(words_for(&error)));
                }
            }
        });
    };
    let mut choices = vec![(None, say(staff::PUBLIC_NONE).to_string())];
    choices.extend(settings.price_types.into_iter().map(|one| (Some(one.code), one.name)));
    let choices: Vec<_> = choices
        .into_iter()
        .map(|(code, name)| {
            let own = code.clone();
            view! {
                <label class="pick">
                    <input type="radio" name="public-prices" prop:checked=move || public.with(|chosen| *chosen == own) on:change=move |_| public.set(code.clone())/>
                    {name}
                </label>
            }
        })
        .collect();
    view! {
        <form class="stack narrow" on:submit=save>
            <div class="panel panel-s" role="radiogroup" aria-labelledby="public-prices" aria-describedby="public-hint">
                <div class="body stack">
                    <h2 class="h3" id="public-prices">{say(staff::PUBLIC_PRICES)}</h2>
                    <p class="ink-2" id="public-hint">{say(staff::PUBLIC_HINT)}</p>
                    <div>{choices}</div>
                </div>
            </div>
            <div class="panel panel-s"><div class="body">
                <label class="field" for="terms">
                    <span>{say(staff::TERMS)}</span>
                    <textarea class="in" id="terms" rows="6" maxlength=TERMS_LENGTH.to_string() aria-describedby="terms-hint"
                        prop:value=move || terms.get() on:input=move |event| terms.set(event_target_value(&event))></textarea>
                    <small class="ink-2" id="terms-hint">{say(staff::TERMS_HINT)}</small>
                </label>
            </div></div>
            <p class="err" role="alert">{move || failure.get()}</p>
            <div class="row-x"><button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(staff::SAVE)}</button></div>
        </form>
    }
}
