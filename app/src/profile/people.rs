//! The customer's people: what each gets, and what each agreed to.

use kontor_shared::api::people::{GiveConsent, NewOwnContact, OwnContact, Profile, SaveContact};
use kontor_shared::customers::{Channel, ConsentState};
use kontor_shared::ids::ContactId;
use kontor_shared::words::profile as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Here, form, revision, took};
use crate::api;
use crate::browser;
use crate::lang::{lang, say};
use crate::people::{Person, PersonFields, nobody_yet};
use crate::times;
use crate::ui::dialog::Dialog;
use crate::ui::form::{Submit, Wrong};
use crate::ui::toast;

/// How a person is called: by name, or by address where there is none.
fn called(contact: &OwnContact) -> String {
    if contact.name.is_empty() { contact.email.clone() } else { contact.name.clone() }
}

/// The id of the button that opens somebody's form; the list is drawn anew after a change, and the focus goes back to it.
fn edit_button(contact: Option<ContactId>) -> String {
    contact.map_or_else(|| "person-new".to_string(), |id| format!("person-edit-{id}"))
}

#[component]
pub fn People(contacts: Vec<OwnContact>, here: Here) -> impl IntoView {
    /// Who is edited: somebody, or somebody new.
    #[derive(Clone)]
    struct Asked(Option<OwnContact>);

    let asked: RwSignal<Option<Asked>> = RwSignal::new(None);
    let rows: Vec<_> = contacts
        .into_iter()
        .map(|contact| {
            let gets: Vec<&str> = [
                (contact.receives_orders, words::GETS_ORDERS),
                (contact.receives_accounts, words::GETS_ACCOUNTS),
                (contact.receives_mail, words::GETS_MAIL),
            ]
            .into_iter()
            .filter(|(gets, _)| *gets)
            .map(|(_, word)| say(word))
            .collect();
            let label = words::EDIT_PERSON.with(lang(), &[("name", &called(&contact))]);
            let one = contact.clone();
            view! {
                <li class="row-x">
                    <span>
                        <b>{called(&contact)}</b>
                        {contact.own.then(|| view! { " "<span class="mark">{say(words::YOU)}</span> })}
                        {(!contact.position.is_empty()).then(|| view! { " "<span class="ink-2">{contact.position}</span> })}
                        {(!contact.name.is_empty() && !contact.email.is_empty()).then(|| view! { <span class="sub">{contact.email}</span> })}
                        {(!contact.phone.is_empty()).then(|| view! { <span class="sub">{contact.phone}</span> })}
                        {(!gets.is_empty()).then(|| view! { <span class="sub">{gets.join("; ")}</span> })}
                    </span>
                    <button type="button" class="btn btn-row push" id=edit_button(Some(contact.id)) aria-label=label on:click=move |_| asked.set(Some(Asked(Some(one.clone()))))>{say(words::EDIT)}</button>
                </li>
            }
        })
        .collect();
    view! {
        <section class="panel panel-s"><h2>{say(words::PEOPLE)}</h2><div class="body stack">
            <ul class="people">{rows}</ul>
            <p><button type="button" class="btn" id=edit_button(None) on:click=move |_| asked.set(Some(Asked(None)))>{say(words::ADD_PERSON)}</button></p>
        </div></section>
        {move || asked.get().map(|Asked(contact)| view! { <OnePerson contact=contact here=here close=move |()| asked.set(None)/> })}
    }
}

#[component]
fn OnePerson(contact: Option<OwnContact>, here: Here, #[prop(into)] close: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            close.run(());
        }
    });
    browser::focus("person-name");
    let title = contact.as_ref().map_or_else(|| say(words::ADD_PERSON).to_string(), |contact| words::EDIT_PERSON.with(lang(), &[("name", &called(contact))]));
    let person = Person::new(contact.as_ref().map_or_else(nobody_yet, SaveContact::from));
    let (known, form) = (contact.map(|contact| contact.id), form("person"));
    // Made once: a second click or a lost answer makes no second person.
    let new_id = ContactId::new(browser::now(), &browser::random());
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (content, seen) = (person.form(), form.seen(revision(here)));
        let answer = async move {
            match known {
                Some(id) => api::put_seen::<Profile>(&format!("/api/profile/contacts/{id}"), seen, &content).await,
                None => api::post::<Profile>("/api/profile/contacts", &NewOwnContact { id: new_id, contact: content }).await,
            }
        };
        form.send(answer, move |profile| {
            let _ = open.try_set(false);
            let _ = here.try_set(Some(profile));
            browser::focus(&edit_button(known));
            toast::tell(say(words::SAVED));
        });
    };
    let save = StoredValue::new_local(save);
    view! {
        <Dialog open=open title=title>
            <form class="dialog-body stack" novalidate on:submit=move |event| save.with_value(|save| save(event))>
                <PersonFields form=form person=person/>
                <Wrong form=form/>
                <Submit form=form label=say(words::SAVE)/>
            </form>
        </Dialog>
    }
}

/// News and offers: who agreed, the text, and the way to agree or not to.
#[component]
pub fn News(contacts: Vec<OwnContact>, here: Here) -> impl IntoView {
    let busy = RwSignal::new(false);
    let (version, text) =
        here.with_untracked(|profile| profile.as_ref().map(|profile| profile.marketing.clone())).map(|shown| (shown.version, shown.text)).unwrap_or_default();
    let said = move |id: ContactId, state: ConsentState, text_version: String| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let content = GiveConsent { channel: Channel::Email, state, text_version };
            let answer = api::post::<Profile>(&format!("/api/profile/contacts/{id}/consents"), &content).await;
            let _ = busy.try_set(false);
            if answer.is_ok() {
                toast::tell(say(if state == ConsentState::Granted { words::AGREED } else { words::WITHDRAWN }));
            }
            took(answer, here);
            browser::focus(&format!("news-{id}"));
        });
    };
    let rows: Vec<_> = contacts
        .into_iter()
        .map(|contact| {
            let granted = contact.consents.iter().find(|one| one.channel == Channel::Email && one.state == ConsentState::Granted);
            let name = called(&contact);
            let sentence = match granted {
                Some(one) => words::NEWS_YES.with(lang(), &[("name", &name), ("date", &times::day(&one.at))]),
                None => words::NEWS_NO.with(lang(), &[("name", &name)]),
            };
            let (id, agreed, version) = (contact.id, granted.is_some(), version.clone());
            let label = move |word| format!("{}: {name}", say(word));
            view! {
                <li class="row-x">
                    <span>{sentence}</span>
                    {match (agreed, contact.own) {
                        (true, _) => view! {
                            <button type="button" class="btn btn-row push" id=format!("news-{id}") aria-label=label(words::NO_MORE) aria-busy=move || busy.get().then_some("true")
                                on:click=move |_| said(id, ConsentState::Withdrawn, String::new())>{say(words::NO_MORE)}</button>
                        }.into_any(),
                        (false, true) => view! {
                            <button type="button" class="btn btn-row push" id=format!("news-{id}") aria-label=label(words::AGREE) aria-busy=move || busy.get().then_some("true")
                                on:click=move |_| said(id, ConsentState::Granted, version.clone())>{say(words::AGREE)}</button>
                        }.into_any(),
                        (false, false) => ().into_any(),
                    }}
                </li>
            }
        })
        .collect();
    view! {
        <section class="panel panel-s"><h2>{say(words::NEWS)}</h2><div class="body stack">
            <p>{text}</p>
            <ul class="people">{rows}</ul>
            <p class="s ink-2">{say(words::OWN_CONSENT)}</p>
        </div></section>
    }
}
