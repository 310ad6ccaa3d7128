//! One's own log-in: password, second step, address, language, sessions. The same page for buyer and staff.

use kontor_shared::api::accounts::{Account, SaveAccount};
use kontor_shared::words::{Lang, accounts as words, common, problems};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, ApiError};
use crate::house::session;
use crate::lang::{lang, say};
use crate::session::{SignIn, note_signed_out};
use crate::ui::page::{Failed, Loading, PageHead};
use crate::ui::toast;

pub mod by_link;
mod email;
pub mod enrol;
mod factor;
pub mod forgot;
mod password;
pub mod prove;
mod sessions;
pub mod sign_up;

use prove::{ProveDialog, Prover};

/// What happened, in words about signing in where it is about that.
pub fn words_for(error: &ApiError) -> String {
    let word = words::problem(&error.code);
    match error.retry_after {
        Some(seconds) => format!("{} {}", word.say(lang()), problems::WAIT_SECONDS.say(lang(), seconds)),
        None => word.say(lang()).to_string(),
    }
}

/// What a failed call says of one field.
fn at(failure: RwSignal<Option<ApiError>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || failure.with(|failure| failure.as_ref().filter(|error| error.field.as_deref() == Some(field)).map(words_for)))
}

/// What a failed call says that belongs beside none of the fields.
fn elsewhere(failure: RwSignal<Option<ApiError>>, fields: &'static [&'static str]) -> impl Fn() -> Option<String> + Send + Sync + 'static {
    move || failure.with(|failure| failure.as_ref().filter(|error| !error.field.as_deref().is_some_and(|field| fields.contains(&field))).map(words_for))
}

/// The log-in as the server knows it. `Copy`, like the signals in it.
#[derive(Clone, Copy)]
struct Own {
    account: RwSignal<Option<Account>>,
    failed: RwSignal<Option<ApiError>>,
    prover: Prover,
}

impl Own {
    fn new() -> Self {
        let own = Self { account: RwSignal::new(None), failed: RwSignal::new(None), prover: Prover::idle() };
        own.reload();
        own
    }

    /// Asks again; what is shown stays until the answer is here.
    fn reload(self) {
        spawn_local(async move {
            match api::get::<Account>("/api/account").await {
                Ok(account) => {
                    let _ = self.failed.try_set(None);
                    let _ = self.account.try_set(Some(account));
                }
                Err(error) => {
                    note_signed_out(&error);
                    let _ = self.failed.try_set(Some(error));
                }
            }
        });
    }

    fn has_factor(self) -> Signal<bool> {
        Signal::derive(move || self.account.with(|account| account.as_ref().is_some_and(|account| account.factor_since.is_some())))
    }
}

/// `/account` and `/admin/account`
#[component]
pub fn AccountPage() -> impl IntoView {
    let here = Memo::new(move |_| session().map(|session| session.login));
    move || match here.get() {
        Some(_) => view! { <Mine/> }.into_any(),
        None => view! { <SignIn staff=false on_done=|_| ()/> }.into_any(),
    }
}

#[component]
fn Mine() -> impl IntoView {
    let own = Own::new();
    let there = Memo::new(move |_| own.account.with(Option::is_some));
    view! {
        <PageHead title=say(words::ACCOUNT)/>
        {move || own.failed.get().map(|error| view! { <Failed error=error retry=move |()| own.reload()/> })}
        {move || if there.get() {
            view! {
                <div class="account-panels">
                    <email::Email own=own/>
                    <password::Password own=own/>
                    <factor::Factor own=own/>
                    <sessions::Sessions own=own/>
                    <Language own=own/>
                </div>
            }.into_any()
        } else {
            own.failed.with(Option::is_none).then(|| view! { <Loading/> }).into_any()
        }}
        <ProveDialog prover=own.prover factor=own.has_factor()/>
    }
}

/// The language the firm writes in; the pages' own is in the menu.
#[component]
fn Language(own: Own) -> impl IntoView {
    let now = Memo::new(move |_| own.account.with(|account| account.as_ref().map(|account| account.lang)));
    let choose = move |lang: Lang| {
        spawn_local(async move {
            match api::put::<Account>("/api/account", &SaveAccount { lang, name: None }).await {
                Ok(account) => {
                    let _ = own.account.try_set(Some(account));
                    toast::tell(say(words::SAVED));
                }
                Err(error) => {
                    note_signed_out(&error);
                    toast::fail(words_for(&error));
                }
            }
        });
    };
    view! {
        <section class="panel panel-s"><h2 id="own-language">{say(common::LANGUAGE)}</h2><div class="body stack">
            <p class="ink-2">{say(words::LANGUAGE_HINT)}</p>
            <div class="seg" role="group" aria-labelledby="own-language">
                {Lang::ALL.into_iter().map(|one| view! {
                    <button type="button" lang=one.tag() aria-pressed=move || if now.get() == Some(one) { "true" } else { "false" } on:click=move |_| choose(one)>
                        {one.own_name()}
                    </button>
                }).collect_view()}
            </div>
        </div></section>
    }
}
