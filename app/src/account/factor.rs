//! The second step: off or on, setting it up, its recovery codes.

use kontor_shared::api::accounts::{FactorCode, FactorOffer, RecoveryCodes};
use kontor_shared::words::accounts as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::prove::Prover;
use super::{Own, at, elsewhere, words_for};
use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::{count, lang, say};
use crate::times;
use crate::ui::field::Field;
use crate::ui::page::{Failed, Loading, take_lost_focus};
use crate::ui::toast;

/// The id of the panel's heading: the focus goes on there when what had it is gone.
const TITLE: &str = "second-step";

/// What the panel shows.
#[derive(Clone, PartialEq)]
enum Shows {
    State,
    SetUp,
    Codes(Vec<String>),
}

#[component]
pub fn Factor(own: Own) -> impl IntoView {
    let shows = RwSignal::new(Shows::State);
    let done = Callback::new(move |()| {
        let _ = shows.try_set(Shows::State);
        browser::focus(TITLE);
        own.reload();
    });
    view! {
        <section class="panel panel-s"><h2 id=TITLE tabindex="-1">{say(words::FACTOR_TITLE)}</h2><div class="body stack">
            <p class="ink-2">{say(words::FACTOR_HINT)}</p>
            {move || match shows.get() {
                Shows::State => view! { <State own=own shows=shows/> }.into_any(),
                Shows::SetUp => view! {
                    <SetUp prover=own.prover on_done=done/>
                    <p><button type="button" class="link" on:click=move |_| done.run(())>{say(words::CANCEL)}</button></p>
                }.into_any(),
                Shows::Codes(codes) => view! { <Codes codes=codes on_kept=done/> }.into_any(),
            }}
        </div></section>
    }
}

#[component]
fn State(own: Own, shows: RwSignal<Shows>) -> impl IntoView {
    move || {
        own.account.get().map(|account| match account.factor_since {
            None => view! {
                <p>{say(words::FACTOR_OFF)}</p>
                <button type="button" class="btn" on:click=move |_| shows.set(Shows::SetUp)>{say(words::FACTOR_SET_UP)}</button>
            }
            .into_any(),
            Some(since) => view! {
                <p>
                    <span class="state good" data-s="full">{words::FACTOR_ON.with(lang(), &[("date", &times::day(&since))])}</span>
                    " "{count(words::RECOVERY_LEFT, u64::from(account.recovery_left))}
                </p>
                <div class="row-x">
                    <button type="button" class="btn" on:click=move |_| new_codes(own, shows)>{say(words::RECOVERY_NEW)}</button>
                    <button type="button" class="btn" on:click=move |_| shows.set(Shows::SetUp)>{say(words::FACTOR_OTHER)}</button>
                    {(!account.factor_compulsory).then(|| view! {
                        <button type="button" class="btn" on:click=move |_| remove(own)>{say(words::FACTOR_REMOVE)}</button>
                    })}
                </div>
            }
            .into_any(),
        })
    }
}

fn told(error: &ApiError) {
    crate::session::note_signed_out(error);
    toast::fail(words_for(error));
}

fn new_codes(own: Own, shows: RwSignal<Shows>) {
    spawn_local(async move {
        match api::post_empty::<RecoveryCodes>("/api/account/recovery-codes").await {
            Ok(codes) => drop(shows.try_set(Shows::Codes(codes.codes))),
            Err(error) if own.prover.asked(&error, move || new_codes(own, shows)) => {}
            Err(error) => told(&error),
        }
    });
}

fn remove(own: Own) {
    spawn_local(async move {
        match api::delete("/api/account/factor").await {
            Ok(()) => {
                toast::tell(say(words::FACTOR_REMOVED));
                browser::focus(TITLE);
                own.reload();
            }
            Err(error) if own.prover.asked(&error, move || remove(own)) => {}
            Err(error) => told(&error),
        }
    });
}

/// Setting it up: the picture, the first code, the recovery codes.
#[component]
pub fn SetUp(prover: Prover, on_done: Callback<()>) -> impl IntoView {
    let offer: RwSignal<Option<FactorOffer>> = RwSignal::new(None);
    let unoffered: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let codes: RwSignal<Option<Vec<String>>> = RwSignal::new(None);
    begin(prover, offer, unoffered);
    move || match (codes.get(), offer.get(), unoffered.get()) {
        (Some(codes), _, _) => view! { <Codes codes=codes on_kept=on_done/> }.into_any(),
        (_, Some(offer), _) => view! { <FirstCode prover=prover offer=offer codes=codes/> }.into_any(),
        (_, _, Some(error)) => view! { <Failed error=error retry=move |()| begin(prover, offer, unoffered)/> }.into_any(),
        _ => view! { <Loading/> }.into_any(),
    }
}

fn begin(prover: Prover, offer: RwSignal<Option<FactorOffer>>, failed: RwSignal<Option<ApiError>>) {
    spawn_local(async move {
        match api::post_empty::<FactorOffer>("/api/account/factor").await {
            Ok(made) => {
                let _ = failed.try_set(None);
                let _ = offer.try_set(Some(made));
                browser::focus("first-code");
            }
            // Closed without the password, the page says what it waits for.
            Err(error) => {
                prover.asked(&error, move || begin(prover, offer, failed));
                crate::session::note_signed_out(&error);
                let _ = failed.try_set(Some(error));
            }
        }
    });
}

#[component]
fn FirstCode(prover: Prover, offer: FactorOffer, codes: RwSignal<Option<Vec<String>>>) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let picture = format!("data:image/svg+xml,{}", api::encoded(&offer.svg));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            turn_on(prover, code, busy, failure, codes);
        }
    };
    view! {
        <form class="stack" on:submit=submit>
            <p>{say(words::FACTOR_SCAN)}</p>
            <img class="qr" src=picture alt=say(words::FACTOR_PICTURE) width="220" height="220"/>
            <p>{say(words::FACTOR_SECRET)}": "<a href=offer.uri rel="external"><b class="secret">{offer.secret}</b></a></p>
            <p>{say(words::FACTOR_TYPE)}</p>
            <div class="in-code"><Field label=say(words::CODE) id="first-code" value=code autocomplete="one-time-code" max_length=10 required=true error=at(failure, "/code")/></div>
            <p class="err" role="alert">{elsewhere(failure, &["/code"])}</p>
            <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(words::FACTOR_TURN_ON)}</button>
        </form>
    }
}

fn turn_on(prover: Prover, code: RwSignal<String>, busy: RwSignal<bool>, failure: RwSignal<Option<ApiError>>, codes: RwSignal<Option<Vec<String>>>) {
    let Some(typed) = code.try_get_untracked() else { return };
    busy.set(true);
    failure.set(None);
    spawn_local(async move {
        let answer = api::put::<RecoveryCodes>("/api/account/factor", &FactorCode { code: typed }).await;
        let _ = busy.try_set(false);
        match answer {
            Ok(made) => drop(codes.try_set(Some(made.codes))),
            Err(error) if prover.asked(&error, move || turn_on(prover, code, busy, failure, codes)) => {}
            Err(error) => {
                crate::session::note_signed_out(&error);
                browser::focus("first-code");
                let _ = failure.try_set(Some(error));
            }
        }
    });
}

/// The recovery codes, this once.
#[component]
fn Codes(codes: Vec<String>, on_kept: Callback<()>) -> impl IntoView {
    let text = codes.join("\n");
    let heading: NodeRef<leptos::html::H3> = NodeRef::new();
    take_lost_focus(heading);
    view! {
        <h3 tabindex="-1" node_ref=heading>{say(words::RECOVERY_TITLE)}</h3>
        <p>{say(words::RECOVERY_HINT)}</p>
        <ol class="codes">{codes.into_iter().map(|code| view! { <li><b>{code}</b></li> }).collect_view()}</ol>
        <div class="row-x">
            <button type="button" class="btn" on:click=move |_| browser::download("recovery-codes.txt", "text/plain", text.as_bytes())>{say(words::RECOVERY_SAVE)}</button>
            <button type="button" class="btn btn-main" on:click=move |_| on_kept.run(())>{say(words::RECOVERY_KEPT)}</button>
        </div>
    }
}
