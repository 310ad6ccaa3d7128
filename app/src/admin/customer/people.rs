//! The people at a customer: what each gets and said, and what staff can do about it.

use kontor_shared::api::Customer;
use kontor_shared::api::people::{Consent, Contact, NewContact, SaveContact};
use kontor_shared::customers::{Channel, ContactRole};
use kontor_shared::ids::{ContactId, CustomerId};
use kontor_shared::words::{consent as stop_words, people as words, staff};
use leptos::prelude::*;

use super::consent::{self, RecordConsent, Stops, WorksAgain};
use super::erase::{EraseDialog, export};
use super::{a_form, changed, may_write, undone};
use crate::api;
use crate::browser;
use crate::lang::{lang, say};
use crate::people::{Person, PersonFields, nobody_yet};
use crate::times;
use crate::ui::dialog::Dialog;
use crate::ui::form::{Submit, Wrong};
use crate::ui::toast;

/// What is being done with whom.
#[derive(Clone)]
enum Asked {
    New,
    Edit(Box<Contact>),
    Consent(Box<Contact>),
    Works(Box<Contact>, Channel),
    Erase(Box<Contact>),
}

/// How a person is called: by name, or by address where there is none.
pub fn called(contact: &Contact) -> String {
    match (contact.erased, contact.name.is_empty()) {
        (true, _) => say(words::ERASED_PERSON).to_string(),
        (false, true) => contact.email.clone(),
        (false, false) => contact.name.clone(),
    }
}

#[component]
pub fn People(customer: Customer) -> impl IntoView {
    let asked: RwSignal<Option<Asked>> = RwSignal::new(None);
    let (id, revision) = (customer.id, customer.revision);
    let empty = customer.contacts.is_empty();
    let rows: Vec<_> = customer.contacts.into_iter().map(|contact| view! { <OnePerson contact=contact asked=asked/> }).collect();
    let close = Callback::new(move |()| asked.set(None));
    view! {
        <section class="panel panel-s"><h2>{say(staff::PEOPLE)}</h2><div class="body stack">
            {empty.then(|| view! { <p class="ink-2">{say(staff::NO_PEOPLE)}</p> })}
            <ul class="people">{rows}</ul>
            {may_write().then(|| view! { <p><button type="button" class="btn" on:click=move |_| asked.set(Some(Asked::New))>{say(words::ADD_PERSON)}</button></p> })}
        </div></section>
        {move || asked.get().map(|one| match one {
            Asked::New => view! { <PersonDialog customer=id revision=revision close=close/> }.into_any(),
            Asked::Edit(contact) => view! { <PersonDialog customer=id revision=revision contact=*contact close=close/> }.into_any(),
            Asked::Consent(contact) => view! { <RecordConsent contact=*contact close=close/> }.into_any(),
            Asked::Works(contact, channel) => view! { <WorksAgain contact=*contact channel=channel close=close/> }.into_any(),
            Asked::Erase(contact) => view! { <EraseDialog contact=*contact close=close/> }.into_any(),
        })}
    }
}

#[component]
fn OnePerson(contact: Contact, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    if contact.erased {
        return view! { <li class="ink-2">{called(&contact)}</li> }.into_any();
    }
    let roles =
        [(ContactRole::Orders, contact.receives_orders), (ContactRole::Accounts, contact.receives_accounts), (ContactRole::Mail, contact.receives_mail)];
    let roles: Vec<&str> = roles.into_iter().filter(|(_, gets)| *gets).map(|(role, _)| say(words::contact_role(role))).collect();
    let gets = if roles.is_empty() { say(words::GETS_NOTHING).to_string() } else { format!("{}: {}", say(words::GETS), roles.join(", ")) };
    let name = called(&contact);
    let label = move |word| format!("{}: {name}", say(word));
    let admin = crate::admin::role() == Some(kontor_shared::api::Role::Admin);
    let (edit, consent, erase, works, id) = (contact.clone(), contact.clone(), contact.clone(), contact.clone(), contact.id);
    view! {
        <li>
            <b>{called(&contact)}</b>
            {(!contact.position.is_empty()).then(|| view! { " "<span class="ink-2">{contact.position.clone()}</span> })}
            {contact.signs_in.then(|| view! { " "<span class="mark">{say(words::SIGNS_IN)}</span> })}
            {(!contact.email.is_empty()).then(|| view! { <span class="sub"><a class="long" href=format!("mailto:{}", contact.email) rel="external">{contact.email.clone()}</a></span> })}
            {(!contact.phone.is_empty()).then(|| view! { <span class="sub">{contact.phone.clone()}</span> })}
            {(!contact.fax.is_empty()).then(|| view! { <span class="sub">{format!("{}: {}", say(words::FAX), contact.fax)}</span> })}
            <span class="sub">{gets}</span>
            <Said consents=contact.consents.clone()/>
            <Stops contact=contact.clone() works=Callback::new(move |channel| asked.set(Some(Asked::Works(Box::new(works.clone()), channel))))/>
            <p class="row-x">
                {may_write().then(|| view! {
                    <button type="button" class="link" aria-label=label.clone()(words::EDIT) on:click=move |_| asked.set(Some(Asked::Edit(Box::new(edit.clone()))))>{say(words::EDIT)}</button>
                })}
                {consent::may_record().then(|| view! {
                    <button type="button" class="link" aria-label=label.clone()(words::RECORD_CONSENT) on:click=move |_| asked.set(Some(Asked::Consent(Box::new(consent.clone()))))>{say(words::RECORD_CONSENT)}</button>
                })}
                {admin.then(|| view! {
                    <button type="button" class="link" aria-label=label.clone()(words::EXPORT_PERSON) on:click=move |_| export(id)>{say(words::EXPORT_PERSON)}</button>
                    <button type="button" class="link" aria-label=label.clone()(words::ERASE_PERSON) on:click=move |_| asked.set(Some(Asked::Erase(Box::new(erase.clone()))))>{say(words::ERASE_PERSON)}</button>
                })}
            </p>
        </li>
    }
    .into_any()
}

/// The newest word on mailings, and what was said before behind it.
#[component]
fn Said(consents: Vec<Consent>) -> impl IntoView {
    let row = |consent: &Consent| {
        let by = Channel::parse(&consent.channel).map_or(consent.channel.clone(), |channel| say(words::channel(channel)).to_string());
        let (state, date) = (say(words::consent_state(consent.state)), times::day(&consent.at));
        words::CONSENT_ROW.with(lang(), &[("state", &state), ("channel", &by), ("date", &date), ("source", &consent.source)])
    };
    // What was agreed to for an address the person has no more says nothing of the present one.
    let newest = match (consents.iter().find(|consent| consent.counts), consents.is_empty()) {
        (Some(newest), _) => row(newest),
        (None, false) => say(stop_words::CONSENT_FOR_ANOTHER).to_string(),
        (None, true) => return view! { <span class="sub">{say(words::CONSENT_NEVER)}</span> }.into_any(),
    };
    let rows: Vec<_> = consents
        .iter()
        .map(|consent| {
            let mut proof: Vec<String> = vec![consent.evidence.clone()];
            if !consent.address.is_empty() {
                let given = if consent.counts { stop_words::GIVEN_FOR } else { stop_words::GIVEN_FOR_ANOTHER };
                proof.push(given.with(lang(), &[("address", &consent.address)]));
            }
            if !consent.text_version.is_empty() {
                proof.push(words::TEXT_VERSION.with(lang(), &[("version", &consent.text_version)]));
            }
            if !consent.actor.is_empty() {
                proof.push(words::WRITTEN_BY.with(lang(), &[("who", &crate::admin::audit::actor(&consent.actor))]));
            }
            let proof = proof.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
            view! {
                <li>
                    {format!("{}: {}", consent.purpose, row(consent))}
                    <span class="sub">{proof}</span>
                    {consent.text.clone().map(|text| view! { <span class="sub">{format!("“{text}”")}</span> })}
                </li>
            }
        })
        .collect();
    view! { <details class="said"><summary class="s">{newest}</summary><ul aria-label=say(words::CONSENT_HISTORY)>{rows}</ul></details> }.into_any()
}

#[component]
fn PersonDialog(customer: CustomerId, revision: i64, #[prop(optional)] contact: Option<Contact>, close: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            close.run(());
        }
    });
    browser::focus("person-name");
    let title = contact.as_ref().map_or_else(|| say(words::ADD_PERSON).to_string(), |contact| words::EDIT_PERSON.with(lang(), &[("name", &called(contact))]));
    let stored = contact.as_ref().map(SaveContact::from);
    let person = Person::new(stored.clone().unwrap_or_else(nobody_yet));
    let (known, form) = (contact.map(|contact| contact.id), a_form("person"));
    let new_id = ContactId::new(browser::now(), &browser::random());
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let content = person.form();
        let name = if content.name.trim().is_empty() { content.email.clone() } else { content.name.clone() };
        let (stored, seen) = (stored.clone(), form.seen(revision));
        let answer = async move {
            match known {
                Some(id) => api::put_seen::<Customer>(&format!("/api/contacts/{id}"), seen, &content).await,
                None => api::post::<Customer>("/api/contacts", &NewContact { id: new_id, customer, contact: content }).await,
            }
        };
        form.send(answer, move |after| {
            let _ = open.try_set(false);
            changed();
            match (known, stored) {
                (Some(id), Some(stored)) if after.revision != revision => offer_undo(id, after.revision, stored),
                (Some(_), _) => toast::tell(say(words::SAVED)),
                (None, _) => toast::tell(words::ADDED.with(lang(), &[("name", &name)])),
            }
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

fn offer_undo(id: ContactId, revision: i64, stored: SaveContact) {
    toast::offer_undo(say(words::SAVED), say(words::UNDO), move || {
        let stored = stored.clone();
        leptos::task::spawn_local(async move {
            undone(api::put_seen::<Customer>(&format!("/api/contacts/{id}"), Some(revision), &stored).await);
        });
    });
}
