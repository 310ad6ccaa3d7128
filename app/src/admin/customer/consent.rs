//! Writing down what a person said about mailings. It is added to what was said before.

use kontor_shared::api::people::{self, Contact};
use kontor_shared::api::{Customer, Role};
use kontor_shared::customers::{Channel, ConsentState, MARKETING};
use kontor_shared::words::people as words;
use leptos::prelude::*;

use super::people::called;
use super::{a_form, changed};
use crate::api;
use crate::browser;
use crate::lang::{lang, say};
use crate::ui::dialog::Dialog;
use crate::ui::form::{Area, Choose, Line, Submit, Wrong};
use crate::ui::toast;

/// Whether whoever is signed in may write consents down; the server is the judge.
pub fn may_record() -> bool {
    crate::admin::role().is_some_and(|role| matches!(role, Role::Sales | Role::Marketer | Role::Admin))
}

#[component]
pub fn RecordConsent(contact: Contact, close: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            close.run(());
        }
    });
    browser::focus("consent-state");
    let title = words::RECORD_TITLE.with(lang(), &[("name", &called(&contact))]);
    let state = RwSignal::new(ConsentState::Granted.word().to_string());
    let channel = RwSignal::new(Channel::Email.word().to_string());
    let (source, evidence) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let form = a_form("consent");
    let id = contact.id;
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let content = people::RecordConsent {
            purpose: MARKETING.into(),
            channel: channel.with_untracked(|word| Channel::parse(word)).unwrap_or(Channel::Email),
            state: state.with_untracked(|word| ConsentState::parse(word)).unwrap_or(ConsentState::Withdrawn),
            source: source.get_untracked(),
            evidence: evidence.get_untracked(),
        };
        form.send(async move { api::post::<Customer>(&format!("/api/contacts/{id}/consents"), &content).await }, move |_| {
            let _ = open.try_set(false);
            changed();
            toast::tell(say(words::RECORDED));
        });
    };
    let states = StoredValue::new(vec![
        (ConsentState::Granted.word().to_string(), say(words::SAID_YES).to_string()),
        (ConsentState::Withdrawn.word().to_string(), say(words::SAID_NO).to_string()),
    ]);
    let channels = StoredValue::new(Channel::ALL.iter().map(|one| (one.word().to_string(), say(words::channel(*one)).to_string())).collect::<Vec<_>>());
    view! {
        <Dialog open=open title=title>
            <form class="dialog-body stack" novalidate on:submit=save>
                <p class="ink-2">{say(words::RECORD_HINT)}</p>
                <div class="pair">
                    <Choose form=form at="/state" label=say(words::STATE) value=state choices=states.get_value()/>
                    <Choose form=form at="/channel" label=say(words::BY_CHANNEL) value=channel choices=channels.get_value()/>
                </div>
                <Line form=form at="/source" label=say(words::SOURCE) value=source hint=say(words::SOURCE_HINT) max_length=300/>
                <Area form=form at="/evidence" label=say(words::EVIDENCE) value=evidence on_input=move |text| evidence.set(text) hint=say(words::EVIDENCE_HINT) rows=2 max_length=1000/>
                <Wrong form=form/>
                <Submit form=form label=say(words::RECORD)/>
            </form>
        </Dialog>
    }
}
