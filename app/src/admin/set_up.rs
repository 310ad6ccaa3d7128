//! First start: one page that makes the firm and its first administrator, with the link the console printed.

use kontor_shared::api::Session;
use kontor_shared::api::firm::{SaveSettings, SetUp as Wanted, SetUpLink, SetUpReady};
use kontor_shared::passwords;
use kontor_shared::presets::Country;
use kontor_shared::words::{accounts, common, firm as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::settings::firm::{FirmFields, FirmForm};
use super::settings::form::{Errors, Foot, Wrong, address};
use super::settings::mail::{MailForm, ServerFields};
use super::settings::money::{MoneyFields, MoneyForm};
use super::settings::numbers::{NumbersFields, NumbersForm};
use super::settings::rest::{PricesForm, PublicFields};
use crate::api::{self, ApiError};
use crate::house::firm;
use crate::lang::{lang, say};
use crate::session;
use crate::ui::field::Field;
use crate::ui::page::{Failed, Heading, Loading};
use crate::ui::password::PasswordField;

/// Where the firm's own settings can be looked at next: a test message is the first thing to try.
const NEXT: &str = "/admin/settings?part=mail";

/// Whether an address is this page's.
pub fn holds(path: &str) -> bool {
    path.trim_end_matches('/') == "/admin/set-up"
}

/// The token in the address; browsers keep what stands behind `#` to themselves.
fn token() -> String {
    window().location().hash().unwrap_or_default().trim_start_matches('#').to_string()
}

#[derive(Clone, PartialEq)]
enum Door {
    Asking,
    Open,
    /// The link does not work, for this reason.
    Closed(ApiError),
}

#[component]
pub fn SetUp() -> impl IntoView {
    let door = RwSignal::new(Door::Asking);
    let token = token();
    let ask = {
        let token = token.clone();
        move || {
            door.set(Door::Asking);
            let content = SetUpLink { token: token.clone() };
            spawn_local(async move {
                let answer = api::post::<SetUpReady>("/api/set-up/link", &content).await;
                let _ = door.try_set(answer.map_or_else(Door::Closed, |_| Door::Open));
            });
        }
    };
    if !token.is_empty() {
        ask();
    }
    let retry = Callback::new(move |()| ask());
    let body = {
        let token = token.clone();
        move || match door.get() {
            _ if token.is_empty() => view! { <Shut text=say(words::SET_UP_NO_LINK)/> }.into_any(),
            Door::Asking => view! { <Loading/> }.into_any(),
            Door::Open => view! { <Form token=token.clone()/> }.into_any(),
            Door::Closed(error) => match words::problem(&error.code) {
                Some(word) => view! { <Shut text=say(word)/> }.into_any(),
                None => view! { <Failed error=error retry=retry/> }.into_any(),
            },
        }
    };
    view! {
        <div class="page-head"><Heading title=say(words::SET_UP)/></div>
        {body}
    }
}

#[component]
fn Shut(text: &'static str) -> impl IntoView {
    view! {
        <div class="stack narrow">
            <div class="note note-warn" role="alert"><p>{text}</p></div>
            <div class="row-x"><a class="btn btn-main" href="/admin" rel="external">{say(words::TO_SIGN_IN)}</a></div>
        </div>
    }
}

#[derive(Clone, Copy)]
struct Forms {
    login: RwSignal<String>,
    password: RwSignal<String>,
    firm: FirmForm,
    money: MoneyForm,
    numbers: NumbersForm,
    prices: PricesForm,
    mail: MailForm,
}

impl Forms {
    /// Everything as typed; all that is wrong, in the order of the page, in `wrong`.
    fn read(self, token: String, wrong: &mut Vec<Wrong>) -> Wanted {
        let (login, password) = (self.login.get_untracked().trim().to_string(), self.password.get_untracked());
        if login.is_empty() {
            wrong.push(Wrong::at("/login", accounts::REQUIRED));
        }
        address(&login, "/login", wrong);
        if let Err(problem) = passwords::check_length(&password) {
            wrong.push(Wrong::at("/password", accounts::problem(problem.code())));
        }
        let settings = SaveSettings {
            firm: Some(self.firm.read(wrong)),
            money: Some(self.money.read(wrong)),
            numbers: Some(self.numbers.read(wrong)),
            prices: Some(self.prices.read(wrong)),
            mail: Some(self.mail.read(wrong)),
            ..SaveSettings::none()
        };
        Wanted { token, login, password, settings }
    }
}

/// What the server refused; about the password in the words every page has for it.
fn said(error: &ApiError) -> Wrong {
    if error.field.as_deref() == Some("/password") {
        return Wrong::at("/password", accounts::problem(&error.code));
    }
    Wrong::from(error)
}

#[component]
fn Form(token: String) -> impl IntoView {
    let text = || RwSignal::new(String::new());
    let forms = Forms {
        login: text(),
        password: text(),
        firm: FirmForm::new(),
        money: MoneyForm::new(),
        numbers: NumbersForm::new(),
        prices: PricesForm::new(),
        mail: MailForm::new(),
    };
    let country = RwSignal::new(Country::of_reader(lang()));
    let choose = move |chosen: Country| {
        country.set(chosen);
        let preset = chosen.preset();
        forms.firm.preset(&preset);
        forms.money.preset(&preset);
        forms.numbers.preset(&preset);
    };
    choose(country.get_untracked());
    forms.prices.usual();
    forms.mail.limits_of_a_new_firm();
    let errors = Errors::new();
    let busy = RwSignal::new(false);
    let today = RwSignal::new(untrack(firm).map(|firm| firm.today.clone()).unwrap_or_default());
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        errors.clear();
        let mut wrong = Vec::new();
        let content = forms.read(token.clone(), &mut wrong);
        if !wrong.is_empty() {
            return errors.show(wrong);
        }
        busy.set(true);
        spawn_local(async move {
            match api::post::<Session>("/api/set-up", &content).await {
                Ok(_) => {
                    session::announce_sign_in();
                    // The whole page anew: the firm it shows is another now.
                    let _ = window().location().set_href(NEXT);
                }
                Err(error) => {
                    let _ = busy.try_set(false);
                    errors.show(vec![said(&error)]);
                }
            }
        });
    };
    let countries = Country::ALL.map(|one| {
        view! {
            <label class="pick">
                <input type="radio" name="country" prop:checked=move || country.get() == one on:change=move |_| choose(one)/>
                {say(words::country(one))}
            </label>
        }
    });
    view! {
        <form class="stack" novalidate on:submit=send>
            <p class="ink-2">{say(words::SET_UP_LEAD)}</p>
            <section class="panel panel-s">
                <h2>{say(words::ADMINISTRATOR)}</h2>
                <div class="body stack settings-form"><div class="fields">
                    <Field label=say(words::LOGIN_EMAIL) id="login" value=forms.login kind="email" autocomplete="username" max_length=200 required=true
                        hint=say(words::LOGIN_EMAIL_HINT).to_string() error=errors.at("/login") summed_up=true/>
                    <PasswordField label=say(common::PASSWORD) id="password" value=forms.password new=true error=errors.at("/password")/>
                </div></div>
            </section>
            <section class="panel panel-s">
                <h2>{say(words::PART_FIRM)}</h2>
                <div class="body stack settings-form">
                    <fieldset>
                        <legend>{say(words::COUNTRY)}</legend>
                        <div class="picks">{Vec::from(countries)}</div>
                        <small class="ink-2">{say(words::COUNTRY_HINT)}</small>
                    </fieldset>
                    <FirmFields form=forms.firm errors=errors/>
                </div>
            </section>
            <section class="panel panel-s">
                <h2>{say(words::PART_MONEY)}</h2>
                <div class="body stack settings-form"><MoneyFields form=forms.money errors=errors today=today/></div>
            </section>
            <section class="panel panel-s">
                <h2>{say(words::PART_NUMBERS)}</h2>
                <div class="body stack settings-form"><NumbersFields form=forms.numbers errors=errors today=today/></div>
            </section>
            <section class="panel panel-s">
                <h2>{say(words::PART_PRICES)}</h2>
                <div class="body stack settings-form"><PublicFields form=forms.prices errors=errors/></div>
            </section>
            <section class="panel panel-s">
                <h2>{say(words::MAIL_LATER)}</h2>
                <div class="body stack settings-form"><ServerFields form=forms.mail errors=errors/></div>
            </section>
            <p class="ink-2">{say(words::SET_UP_NEXT)}</p>
            <Foot errors=errors place="" busy=busy label=say(words::SET_UP_DO)/>
        </form>
    }
}
