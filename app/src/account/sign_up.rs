//! A visitor signs up: only what is needed, each field saying why, and what becomes of it.

use kontor_shared::api::accounts::{SignUp, SignUpForm};
use kontor_shared::words::{Word, accounts as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::words_for;
use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::{lang, say};
use crate::ui::field::Field;
use crate::ui::page::{Done, Failed, Loading, PageHead};

/// `/sign-up`
#[component]
pub fn SignUpPage() -> impl IntoView {
    let form: RwSignal<Option<Result<SignUpForm, ApiError>>> = RwSignal::new(None);
    let load = move || {
        spawn_local(async move {
            let answer = api::get::<SignUpForm>(&api::with_query("/api/sign-up", &[("lang", lang().tag())])).await;
            let _ = form.try_set(Some(answer));
        });
    };
    load();
    view! {
        <PageHead title=say(words::SIGN_UP)/>
        {move || match form.get() {
            None => view! { <Loading/> }.into_any(),
            Some(Err(error)) => view! { <Failed error=error retry=move |()| load()/> }.into_any(),
            Some(Ok(form)) if !form.open => view! { <div class="note form-page"><p>{say(words::SIGN_UP_CLOSED)}</p></div> }.into_any(),
            Some(Ok(shown)) => view! { <Form shown=shown again=Callback::new(move |()| load())/> }.into_any(),
        }}
    }
}

/// One field of the form: its name in the body, its label, why it is asked.
struct Asked {
    name: &'static str,
    label: Word,
    why: Word,
    autocomplete: &'static str,
    length: u32,
    needed: bool,
}

const ASKED: [Asked; 5] = [
    Asked { name: "company", label: words::COMPANY, why: words::COMPANY_WHY, autocomplete: "organization", length: 200, needed: true },
    Asked { name: "name", label: words::YOUR_NAME, why: words::YOUR_NAME_WHY, autocomplete: "name", length: 200, needed: true },
    Asked { name: "email", label: words::EMAIL, why: words::EMAIL_WHY, autocomplete: "email", length: 200, needed: true },
    Asked { name: "country", label: words::COUNTRY, why: words::COUNTRY_WHY, autocomplete: "country-name", length: 100, needed: true },
    Asked { name: "tax_id", label: words::TAX_ID, why: words::TAX_ID_WHY, autocomplete: "off", length: 50, needed: false },
];
const AGREE: &str = "agree";

fn field_id(name: &str) -> String {
    format!("sign-up-{name}")
}

#[component]
fn Form(shown: SignUpForm, again: Callback<()>) -> impl IntoView {
    let values: [RwSignal<String>; 5] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let message = RwSignal::new(String::new());
    let agreed = RwSignal::new(false);
    // What is wrong, by field; what belongs beside none has no name.
    let wrong: RwSignal<Vec<(&'static str, String)>> = RwSignal::new(Vec::new());
    let sent: RwSignal<Option<String>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let version = shown.privacy_version.clone();
    let at = move |name: &'static str| Signal::derive(move || wrong.with(|wrong| wrong.iter().find(|(field, _)| *field == name).map(|(_, text)| text.clone())));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let texts = values.map(|value| value.get_untracked().trim().to_string());
        let mut found: Vec<(&'static str, String)> = ASKED
            .iter()
            .zip(&texts)
            .filter(|(asked, text)| asked.needed && text.is_empty())
            .map(|(asked, _)| (asked.name, say(words::REQUIRED).to_string()))
            .collect();
        if !agreed.get_untracked() {
            found.push((AGREE, say(words::AGREE_FIRST).to_string()));
        }
        let first = found.first().map(|(name, _)| field_id(name));
        wrong.set(found);
        if let Some(first) = first {
            browser::focus(&first);
            return;
        }
        busy.set(true);
        let [company, name, email, country, tax_id] = texts;
        let content =
            SignUp { company, name, email: email.clone(), country, tax_id, message: message.get_untracked(), lang: lang(), privacy_version: version.clone() };
        spawn_local(async move {
            let answer = api::tell("/api/sign-up", &content).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => drop(sent.try_set(Some(email))),
                Err(error) => {
                    if error.code == "privacy_changed" {
                        again.run(());
                    }
                    let named = error.field.as_deref().and_then(|field| ASKED.iter().find(|asked| field.strip_prefix('/') == Some(asked.name)));
                    if let Some(asked) = named {
                        browser::focus(&field_id(asked.name));
                    }
                    let _ = wrong.try_set(vec![(named.map_or("", |asked| asked.name), words_for(&error))]);
                }
            }
        });
    };
    let label_of = |name: &str| ASKED.iter().find(|asked| asked.name == name).map_or(say(words::AGREE), |asked| say(asked.label));
    let summary = move || {
        wrong.with(|wrong| {
            (!wrong.is_empty()).then(|| {
                let lines: Vec<_> = wrong
                    .iter()
                    .map(|(name, text)| match *name {
                        "" => view! { <li>{text.clone()}</li> }.into_any(),
                        name => view! { <li><a href=format!("#{}", field_id(name)) rel="external">{label_of(name)}</a>": "{text.clone()}</li> }.into_any(),
                    })
                    .collect();
                view! { <div class="note note-bad" role="alert"><div><p>{say(words::CHECK_FIELDS)}</p><ul>{lines}</ul></div></div> }
            })
        })
    };
    let privacy = shown.privacy_text.clone();
    view! {
        <Show when=move || sent.with(Option::is_none) fallback=move || view! {
            <div class="form-page">{sent.get().map(|email| view! { <Done text=words::SIGN_UP_SENT.with(lang(), &[("email", &email)])/> })}</div>
        }>
            <form class="stack form-page" novalidate=true on:submit=submit.clone()>
                <p>{say(words::SIGN_UP_HINT)}</p>
                {summary}
                {ASKED.iter().zip(values).map(|(asked, value)| view! {
                    <Field label=say(asked.label) id=field_id(asked.name) value=value autocomplete=asked.autocomplete hint=say(asked.why) max_length=asked.length required=asked.needed error=at(asked.name) summed_up=true/>
                }).collect_view()}
                <div class="field">
                    <label for="sign-up-message">{say(words::MESSAGE)}</label>
                    <textarea class="in" id="sign-up-message" aria-describedby="sign-up-message-hint" rows="4" maxlength="2000" prop:value=move || message.get() on:input=move |event| message.set(event_target_value(&event))></textarea>
                    <small class="ink-2" id="sign-up-message-hint">{say(words::MESSAGE_WHY)}</small>
                </div>
                <section class="stack">
                    <h2 class="h3" id="sign-up-privacy">{say(words::PRIVACY)}</h2>
                    <div class="prose-box s" role="region" aria-labelledby="sign-up-privacy"><p>{privacy.clone()}</p></div>
                    <label class="pick">
                        <input type="checkbox" id=field_id(AGREE) prop:checked=move || agreed.get() on:change=move |event| agreed.set(event_target_checked(&event))
                            aria-invalid=move || at(AGREE).get().is_some().then_some("true") aria-describedby="sign-up-agree-error"/>
                        {say(words::AGREE)}
                    </label>
                    <span class="err" id="sign-up-agree-error">{at(AGREE)}</span>
                </section>
                <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(words::SEND_SIGN_UP)}</button>
            </form>
        </Show>
    }
}
