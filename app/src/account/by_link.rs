//! The pages one-time links lead to, for buyer and staff. The token stands behind `#`; opening a page uses nothing up.

use kontor_shared::api::LogIn;
use kontor_shared::api::accounts::{LinkInfo, LookAtLink, SetPassword, UseLink};
use kontor_shared::words::{accounts as words, common};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_location, use_navigate};

use super::{at, elsewhere, words_for};
use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::{lang, say};
use crate::session;
use crate::ui::page::{Done, Failed, Loading, PageHead};
use crate::ui::password::PasswordField;

/// `/welcome`, `/reset`, `/confirm-email`, `/confirm-order` and `/confirm-sign-up`: what is shown depends on the link alone.
#[component]
pub fn ByLink() -> impl IntoView {
    let token = StoredValue::new(browser::fragment());
    let found: RwSignal<Option<Result<LinkInfo, ApiError>>> = RwSignal::new(None);
    let ask = move || {
        let token = token.get_value();
        found.set(None);
        spawn_local(async move {
            let answer = api::post::<LinkInfo>("/api/link", &LookAtLink { token }).await;
            let _ = found.try_set(Some(answer));
        });
    };
    ask();
    move || match found.get() {
        None => view! { <Loading/> }.into_any(),
        Some(Err(error)) if error.code == "link_ended" => view! { <Ended/> }.into_any(),
        Some(Err(error)) => view! { <Failed error=error retry=move |()| ask()/> }.into_any(),
        Some(Ok(info)) => match info.purpose.as_str() {
            "email" => view! { <Confirm path="/api/email/confirm" info=info token=token/> }.into_any(),
            "mail-order" => view! { <Confirm path="/api/mail-order/confirm" info=info token=token/> }.into_any(),
            "sign-up" => view! { <Confirm path="/api/sign-up/confirm" info=info token=token/> }.into_any(),
            _ => view! { <Password info=info token=token/> }.into_any(),
        },
    }
}

#[component]
fn Ended() -> impl IntoView {
    // Of a link that is gone only its address says what it was for.
    let (hint, again) = match use_location().pathname.get_untracked().trim_end_matches('/') {
        "/confirm-sign-up" => (words::SIGN_UP_ENDED_HINT, Some(("/sign-up", words::SIGN_UP_AGAIN))),
        "/confirm-order" => (words::ORDER_ENDED_HINT, None),
        "/confirm-email" => (words::EMAIL_ENDED_HINT, None),
        _ => (words::LINK_ENDED_HINT, Some(("/forgot", words::ASK_AGAIN))),
    };
    let sign_in = if again.is_some() { "btn" } else { "btn btn-main" };
    view! {
        <PageHead title=say(words::LINK_ENDED)/>
        <div class="stack">
            <p>{say(hint)}</p>
            <p class="row-x">
                {again.map(|(href, word)| view! { <a class="btn btn-main" href=href>{say(word)}</a> })}
                <a class=sign_in href="/sign-in">{say(common::SIGN_IN)}</a>
            </p>
        </div>
    }
}

/// Where a log-in of this kind signs in; the office is another page with its own module.
fn sign_in_link(staff: bool) -> impl IntoView {
    view! { <a class="btn btn-main" href=if staff { "/admin" } else { "/sign-in" } rel=staff.then_some("external")>{say(common::SIGN_IN)}</a> }
}

#[component]
fn Password(info: LinkInfo, token: StoredValue<String>) -> impl IntoView {
    let password = RwSignal::new(String::new());
    let saved = RwSignal::new(false);
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let navigate = use_navigate();
    let (login, staff) = (info.login.clone(), info.staff);
    browser::focus("new-password");
    let submit = {
        let login = login.clone();
        move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            failure.set(None);
            let (chosen, login, navigate) = (password.get_untracked(), login.clone(), navigate.clone());
            spawn_local(async move {
                let sent = SetPassword { token: token.get_value(), password: chosen.clone() };
                if let Err(error) = api::tell("/api/password", &sent).await {
                    let _ = busy.try_set(false);
                    browser::focus("new-password");
                    let _ = failure.try_set(Some(error));
                    return;
                }
                // Whoever has a second step signs in with it on the page for that.
                let entered = api::log_in(&LogIn { login, password: chosen, totp: None }).await;
                let _ = busy.try_set(false);
                match entered {
                    Ok(session) => {
                        session::signed_in(&session);
                        if session.role.is_staff() {
                            let _ = window().location().set_href("/admin");
                        } else {
                            navigate("/", leptos_router::NavigateOptions { replace: true, ..Default::default() });
                        }
                    }
                    Err(_) => drop(saved.try_set(true)),
                }
            });
        }
    };
    let title = if info.purpose == "invite" { words::WELCOME } else { words::RESET };
    let hint = words::WELCOME_HINT.with(lang(), &[("login", &info.login)]);
    view! {
        <PageHead title=say(title)/>
        <Show when=move || !saved.get() fallback=move || view! {
            <div class="stack form-page"><Done text=say(words::PASSWORD_SAVED)/><p>{sign_in_link(staff)}</p></div>
        }>
            <form class="stack form-page" novalidate on:submit=submit.clone()>
                <p>{hint.clone()}</p>
                <input type="text" class="vh" autocomplete="username" tabindex="-1" aria-hidden="true" readonly=true value=login.clone()/>
                <PasswordField label=say(words::NEW_PASSWORD) id="new-password" value=password new=true error=at(failure, "/password")/>
                <p class="err" role="alert">{elsewhere(failure, &["/password"])}</p>
                <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(words::SAVE_PASSWORD)}</button>
            </form>
        </Show>
    }
}

/// An address that confirms: a button, so that a scanner that opens every link confirms nothing.
#[component]
fn Confirm(path: &'static str, info: LinkInfo, token: StoredValue<String>) -> impl IntoView {
    let done = RwSignal::new(false);
    // An order of the same sheet that stands already.
    let beside = RwSignal::new(String::new());
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let is_address = info.purpose == "email";
    let (title, hint, after) = match info.purpose.as_str() {
        "sign-up" => (words::CONFIRM_SIGN_UP, words::CONFIRM_SIGN_UP_HINT, words::SIGN_UP_CONFIRMED),
        "mail-order" => (words::CONFIRM_ORDER, words::CONFIRM_ORDER_HINT, words::ORDER_CONFIRMED),
        _ => (words::CONFIRM_EMAIL, words::CONFIRM_EMAIL_HINT, words::EMAIL_CONFIRMED),
    };
    let say_with = {
        let info = info.clone();
        move |word: kontor_shared::words::Word| word.with(lang(), &[("login", &info.login), ("company", &info.company), ("file", &info.name)])
    };
    let (hint, after) = (say_with(hint), say_with(after));
    let confirm = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = api::tell(path, &UseLink { token: token.get_value() }).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => {
                    let _ = done.try_set(true);
                    // Somebody signed in here has another log-in now.
                    session::ask_again();
                }
                Err(error) if error.code == "other_order_open" => {
                    let _ = beside.try_set(error.detail.unwrap_or_default());
                    let _ = done.try_set(true);
                }
                Err(error) => drop(failure.try_set(Some(error))),
            }
        });
    };
    let staff = info.staff;
    view! {
        <PageHead title=say(title)/>
        <div class="stack form-page">
            {move || if done.get() {
                view! {
                    <Done text=beside.with(|number| if number.is_empty() { after.clone() } else { words::ORDER_BESIDE.with(lang(), &[("number", number)]) })/>
                    {is_address.then(|| view! { <p>{sign_in_link(staff)}</p> })}
                }.into_any()
            } else {
                view! {
                    <p>{hint.clone()}</p>
                    <p class="err" role="alert">{move || failure.with(|failure| failure.as_ref().map(words_for))}</p>
                    <button type="button" class="btn btn-main" aria-busy=move || busy.get().then_some("true") on:click=confirm>{say(words::CONFIRM)}</button>
                }.into_any()
            }}
        </div>
    }
}
