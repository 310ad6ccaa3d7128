//! Inviting somebody: a colleague with a role, or a buyer of a customer.

use kontor_shared::api::Role;
use kontor_shared::api::accounts::{Invite as Sent, PeoplePage, Person};
use kontor_shared::words::{Lang, accounts, common, log_ins as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::expiry;
use super::super::listing::Listing;
use super::administrator;
use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::{lang, say};
use crate::ui::field::Field;
use crate::ui::toast;

/// The id of the button that opens the form, and has the focus again when it closes.
const OPENER: &str = "invite-somebody";

/// What happened, in words about log-ins where it is about those.
fn said(error: &ApiError) -> String {
    words::problem(&error.code).map_or_else(|| crate::account::words_for(error), |word| say(word).to_string())
}

#[component]
pub fn Invite(people: Listing<PeoplePage>) -> impl IntoView {
    let customer = browser::query("invite");
    let open = RwSignal::new(customer.is_some());
    view! {
        <section class="after">
            {move || if open.get() {
                view! { <Form people=people open=open/> }.into_any()
            } else {
                view! {
                    <button type="button" class="btn" id=OPENER on:click=move |_| { open.set(true); browser::focus("invite-email") }>{say(words::INVITE_SOMEBODY)}</button>
                }.into_any()
            }}
        </section>
    }
}

#[component]
fn Form(people: Listing<PeoplePage>, open: RwSignal<bool>) -> impl IntoView {
    let given = |name: &str| RwSignal::new(browser::query(name).unwrap_or_default());
    let (email, name, customer) = (given("email"), given("name"), given("invite"));
    let role = RwSignal::new(Role::Buyer);
    let language = RwSignal::new(lang());
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| !role.is_staff() || administrator()).collect();
    let at = move |field: &'static str| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().filter(|error| error.field.as_deref() == Some(field)).map(said)))
    };
    let elsewhere =
        move || failure.with(|failure| failure.as_ref().filter(|error| !matches!(error.field.as_deref(), Some("/email" | "/name" | "/customer"))).map(said));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let role = role.get_untracked();
        let customer = (role == Role::Buyer).then(|| customer.get_untracked());
        let content = Sent { email: email.get_untracked(), name: name.get_untracked(), role, customer, contact: None, lang: language.get_untracked() };
        spawn_local(async move {
            let answer = api::post::<Person>("/api/people", &content).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(person) => {
                    toast::tell(words::INVITED_DONE.with(lang(), &[("login", &person.login)]));
                    let _ = open.try_set(false);
                    browser::focus(OPENER);
                    people.refresh();
                }
                Err(error) => {
                    expiry::note(&error);
                    browser::focus(match error.field.as_deref() {
                        Some("/customer") => "invite-customer",
                        Some("/name") => "invite-name",
                        _ => "invite-email",
                    });
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <form class="panel panel-s" novalidate on:submit=submit>
            <h2>{say(words::INVITE_SOMEBODY)}</h2>
            <div class="body stack">
                <p class="ink-2">{say(words::INVITE_HINT)}</p>
                <div class="invite">
                    <Field label=say(accounts::EMAIL) id="invite-email" kind="email" value=email max_length=200 required=true error=at("/email")/>
                    <Field label=say(words::NAME) id="invite-name" value=name max_length=200 error=at("/name")/>
                    <label class="field" for="invite-role"><span>{say(words::ROLE_OF)}</span>
                        <select class="in" id="invite-role" on:change=move |event| if let Some(chosen) = Role::parse(&event_target_value(&event)) { role.set(chosen) }>
                            {roles.into_iter().map(|one| view! { <option value=one.word() selected=one == role.get_untracked()>{say(staff::role(one))}</option> }).collect_view()}
                        </select>
                    </label>
                    {move || (role.get() == Role::Buyer).then(|| view! {
                        <Field label=say(words::FOR_CUSTOMER) id="invite-customer" value=customer max_length=50 required=true error=at("/customer")/>
                    })}
                    <label class="field" for="invite-language"><span>{say(common::LANGUAGE)}</span>
                        <select class="in" id="invite-language" on:change=move |event| if let Some(chosen) = Lang::parse(&event_target_value(&event)) { language.set(chosen) }>
                            {Lang::ALL.into_iter().map(|one| view! { <option value=one.tag() lang=one.tag() selected=one == language.get_untracked()>{one.own_name()}</option> }).collect_view()}
                        </select>
                    </label>
                </div>
                <p class="err" role="alert">{elsewhere}</p>
                <div class="row-x">
                    <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(words::SEND_INVITATION)}</button>
                    <button type="button" class="btn" on:click=move |_| { open.set(false); browser::focus(OPENER) }>{say(staff::CANCEL)}</button>
                </div>
            </div>
        </form>
    }
}
