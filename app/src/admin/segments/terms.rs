//! What the firm decides beside the rule: one customer's own threshold, or that somebody looks after it by hand; and the rule
//! itself. Each change says why.

use kontor_shared::api::segments::{SaveSegmentRule, SaveSegmentTerms, SegmentRuleChange, SegmentTerms};
use kontor_shared::api::{Customer, Role, SegmentPage};
use kontor_shared::words::segments as words;
use kontor_shared::words::{consent, people, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::expiry;
use crate::api;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::field::Field;
use crate::ui::page::words_for;
use crate::ui::toast;

/// Longest reason the server takes.
const REASON_LENGTH: u32 = 500;

/// A customer's terms, with the way to change them.
#[component]
pub fn Terms(customer: Customer) -> impl IntoView {
    let open = RwSignal::new(false);
    let firms = customer.rule.regular_from;
    let (id, revision) = (customer.id, customer.revision);
    let terms = customer.terms;
    let told = match &terms {
        None => view! { <p class="ink-2">{say(words::TERMS_NONE)}</p> }.into_any(),
        Some(terms) => {
            let by = words::TERMS_BY.with(lang(), &[("author", &terms.author), ("day", &times::day(&terms.set_at)), ("reason", &terms.reason)]);
            view! {
                {terms.regular_from.map(|own| view! { <p>{words::TERMS_OWN.with(lang(), &[("n", &own)])}</p> })}
                {terms.by_hand.then(|| view! { <p>{say(words::TERMS_BY_HAND)}</p> })}
                <p class="sub">{by}</p>
            }
            .into_any()
        }
    };
    view! {
        <section class="panel panel-s"><h2>{say(words::TERMS)}</h2><div class="body stack">
            {told}
            {move || if open.get() {
                view! { <Form id=id.to_string() revision=revision firms=firms terms=terms.clone() open=open/> }.into_any()
            } else {
                view! { <p><button type="button" class="link" on:click=move |_| open.set(true)>{say(words::TERMS_EDIT)}</button></p> }.into_any()
            }}
        </div></section>
    }
}

#[component]
fn Form(id: String, revision: i64, firms: u32, terms: Option<SegmentTerms>, open: RwSignal<bool>) -> impl IntoView {
    crate::browser::focus("terms-threshold");
    let threshold = RwSignal::new(terms.as_ref().and_then(|terms| terms.regular_from).map(|own| own.to_string()).unwrap_or_default());
    let by_hand = RwSignal::new(terms.as_ref().is_some_and(|terms| terms.by_hand));
    let reason = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failure: RwSignal<Option<api::ApiError>> = RwSignal::new(None);
    let error_of = move |field: &'static str| {
        Signal::derive(move || failure.get().filter(|error| error.field.as_deref() == Some(field)).map(|error| super::super::words_for(&error)))
    };
    let other =
        move || failure.get().filter(|error| !matches!(error.field.as_deref(), Some("/reason" | "/regular_from"))).map(|error| super::super::words_for(&error));
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let text = threshold.get_untracked();
        // What is no number is sent as one the server refuses, with its words beside the field.
        let regular_from = (!text.trim().is_empty()).then(|| text.trim().parse().unwrap_or(0));
        let content = SaveSegmentTerms { regular_from, by_hand: by_hand.get_untracked(), reason: reason.get_untracked() };
        let path = format!("/api/customers/{id}/segment");
        let before = terms.clone();
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = api::put_seen::<Option<SegmentTerms>>(&path, Some(revision), &content).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    let _ = open.try_set(false);
                    super::super::customer::changed();
                    offer_undo(path, revision + 1, before);
                }
                Err(error) => {
                    expiry::note(&error);
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <form class="stack" on:submit=save>
            <Field id="terms-threshold" label=say(words::TERMS_THRESHOLD) value=threshold kind="number"
                hint=words::TERMS_THRESHOLD_HELP.with(lang(), &[("n", &firms)]) error=error_of("/regular_from")/>
            <label class="pick"><input type="checkbox" prop:checked=by_hand on:change=move |event| by_hand.set(event_target_checked(&event))/>{say(words::TERMS_BY_HAND)}</label>
            <small class="ink-2">{say(words::TERMS_BY_HAND_HELP)}</small>
            <Field id="terms-reason" label=say(words::TERMS_REASON) value=reason max_length=REASON_LENGTH required=true error=error_of("/reason")/>
            <p class="err" role="alert">{other}</p>
            <div class="row-x">
                <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(staff::SAVE)}</button>
                <button type="button" class="btn" on:click=move |_| open.set(false)>{say(words::DISCARD)}</button>
            </div>
        </form>
    }
}

/// Puts the terms of before back as they were, with their reason; a later change of somebody else is not undone with it.
fn offer_undo(path: String, revision: i64, before: Option<SegmentTerms>) {
    toast::offer_undo(say(people::SAVED), say(people::UNDO), move || {
        let (path, before) = (path.clone(), before.clone());
        spawn_local(async move {
            let content = match before {
                Some(terms) => SaveSegmentTerms { regular_from: terms.regular_from, by_hand: terms.by_hand, reason: terms.reason },
                None => SaveSegmentTerms { regular_from: None, by_hand: false, reason: say(consent::TERMS_TAKEN_BACK).into() },
            };
            super::super::customer::undone(api::put_seen::<Option<SegmentTerms>>(&path, Some(revision), &content).await);
        });
    });
}

/// Makes the rule a page shows the firm's own. Shown only where the two differ, to those who may.
#[component]
pub fn SaveRule(page: SegmentPage, on_saved: Callback<()>) -> impl IntoView {
    if page.firms_rule || !super::super::role().is_some_and(|role| matches!(role, Role::Marketer | Role::Admin)) {
        return ().into_any();
    }
    let reason = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failure: RwSignal<Option<String>> = RwSignal::new(None);
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let content =
            SaveSegmentRule { period: page.period, mode: page.mode, regular_from: page.regular_from, lapse: page.lapse, reason: reason.get_untracked() };
        spawn_local(async move {
            let answer = api::put::<SegmentRuleChange>("/api/segments/rule", &content).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    toast::tell(say(words::RULE_SAVED));
                    on_saved.run(());
                }
                Err(error) => {
                    expiry::note(&error);
                    let text = if error.code == "no_reason" { super::super::words_for(&error) } else { words_for(&error) };
                    let _ = failure.try_set(Some(text));
                }
            }
        });
    };
    view! {
        <form class="rule-box rule-save" on:submit=save>
            <Field id="rule-reason" label=say(words::RULE_REASON) value=reason max_length=REASON_LENGTH required=true error=Signal::derive(move || failure.get())/>
            <button type="submit" class="btn" aria-busy=move || busy.get().then_some("true")>{say(words::SAVE_RULE)}</button>
        </form>
    }
    .into_any()
}
