//! Writing down what a person said about mailings, which is added to what was said before; and what stops the person's
//! addresses, of which a bounce can be lifted.

use kontor_shared::api::people::{self, Contact, SetBounced, Stopped};
use kontor_shared::api::{Customer, Role};
use kontor_shared::customers::{Channel, ConsentState, MARKETING};
use kontor_shared::ids::ContactId;
use kontor_shared::mailings::Topic;
use kontor_shared::words::{audience, consent as stop_words, people as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::people::called;
use super::{a_form, changed, undone};
use crate::api;
use crate::browser;
use crate::lang::{lang, say};
use crate::times;
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

/// What stops a person's addresses, and what did before.
#[component]
pub fn Stops(contact: Contact, works: Callback<Channel>) -> impl IntoView {
    let rows: Vec<_> = contact
        .stopped
        .iter()
        .map(|one| {
            let lifts = Channel::parse(&one.channel).filter(|_| one.reason == "bounced" && one.until.is_none() && may_record());
            view! {
                <li>
                    <span class=if one.until.is_none() { "warn" } else { "ink-2" }>{told(one)}</span>
                    {(!one.source.is_empty()).then(|| view! { <span class="sub long">{one.source.clone()}</span> })}
                    {lifts.map(|channel| view! {
                        <button type="button" class="link" aria-label=format!("{}: {}", say(stop_words::WORKS_AGAIN), address(&contact, channel))
                            on:click=move |_| works.run(channel)>{say(stop_words::WORKS_AGAIN)}</button>
                    })}
                </li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| view! { <ul class="plain">{rows}</ul> })
}

fn told(one: &Stopped) -> String {
    let channel = Channel::parse(&one.channel).map_or(one.channel.clone(), |channel| say(words::channel(channel)).to_string());
    let reason = match Topic::parse(&one.topic) {
        Some(topic) => stop_words::UNSUBSCRIBED_FROM.with(lang(), &[("topic", &say(audience::topic(topic)))]),
        None => say(stop_words::reason(&one.reason)).to_string(),
    };
    let row = stop_words::STOPPED_ROW.with(lang(), &[("channel", &channel), ("reason", &reason), ("date", &times::day(&one.since))]);
    match &one.until {
        Some(until) => stop_words::STOPPED_UNTIL.with(lang(), &[("row", &row), ("until", &times::day(until))]),
        None => row,
    }
}

fn address(contact: &Contact, channel: Channel) -> &str {
    match channel {
        Channel::Email => &contact.email,
        Channel::Fax => &contact.fax,
        Channel::Post => "",
    }
}

/// Says that mail reaches an address again, with how that is known; and offers to take it back.
#[component]
pub fn WorksAgain(contact: Contact, channel: Channel, close: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            close.run(());
        }
    });
    browser::focus("works-reason");
    let title = stop_words::WORKS_TITLE.with(lang(), &[("address", &address(&contact, channel))]);
    let reason = RwSignal::new(String::new());
    let form = a_form("works");
    let id = contact.id;
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let content = SetBounced { channel, bounces: false, reason: reason.get_untracked() };
        form.send(async move { api::post::<Customer>(&format!("/api/contacts/{id}/bounced"), &content).await }, move |after| {
            let _ = open.try_set(false);
            changed();
            offer_undo(id, channel, after.revision);
        });
    };
    view! {
        <Dialog open=open title=title>
            <form class="dialog-body stack" novalidate on:submit=save>
                <p class="ink-2">{say(stop_words::WORKS_HINT)}</p>
                <Area form=form at="/reason" label=say(stop_words::WORKS_REASON) value=reason on_input=move |text| reason.set(text) hint=say(stop_words::WORKS_REASON_HINT) rows=2 max_length=500/>
                <Wrong form=form/>
                <Submit form=form label=say(stop_words::WORKS_SAVE)/>
            </form>
        </Dialog>
    }
}

fn offer_undo(id: ContactId, channel: Channel, revision: i64) {
    toast::offer_undo(say(stop_words::WORKS_DONE), say(words::UNDO), move || {
        spawn_local(async move {
            let content = SetBounced { channel, bounces: true, reason: String::new() };
            undone(api::post_seen::<Customer>(&format!("/api/contacts/{id}/bounced"), revision, &content).await);
        });
    });
}
