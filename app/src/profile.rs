//! A customer's own profile: its addresses and language, its people and what each gets, its consents, and what it asks the
//! firm to change.

use kontor_shared::api::people::{AskForChange, Place, Profile, SaveProfile};
use kontor_shared::customers::Channel;
use kontor_shared::money::Percent;
use kontor_shared::words::{Lang, format, profile as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::{lang, say};
use crate::people::{Places, languages};
use crate::session::{note_signed_out, whose};
use crate::times;
use crate::ui::form::{Area, Choose, Form, Submit, Wrong};
use crate::ui::page::{Failed, Loading, PageHead, words_for};
use crate::ui::toast;

mod people;

/// The profile, once it is here. Each change is answered with the whole of it.
type Here = RwSignal<Option<Profile>>;

/// `/profile`
#[component]
pub fn ProfilePage() -> impl IntoView {
    let whose = whose();
    move || {
        // `track` alone would not make the memo look at the session.
        let _ = whose.get();
        view! { <Mine/> }
    }
}

#[component]
fn Mine() -> impl IntoView {
    let here: Here = RwSignal::new(None);
    let failed: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let load = move || {
        failed.set(None);
        spawn_local(async move {
            match api::get::<Profile>("/api/profile").await {
                Ok(profile) => {
                    let _ = here.try_set(Some(profile));
                }
                Err(error) => {
                    let _ = failed.try_set(Some(error));
                }
            }
        });
    };
    load();
    let there = Memo::new(move |_| here.with(Option::is_some));
    let own = Memo::new(move |_| here.with(|profile| profile.as_ref().map(stored)));
    let contacts = Memo::new(move |_| here.with(|profile| profile.as_ref().map(|profile| profile.contacts.clone())));
    let company = Memo::new(move |_| here.with(|profile| profile.as_ref().map(kept_by_the_firm)));
    view! {
        <PageHead title=say(words::PROFILE)/>
        {move || failed.get().map(|error| if error.signed_out() {
            view! { <p><a class="btn btn-main" href="/sign-in?next=/profile">{say(kontor_shared::words::common::SIGN_IN)}</a></p> }.into_any()
        } else {
            view! { <Failed error=error retry=move |()| load()/> }.into_any()
        })}
        {move || (here.with(Option::is_none) && failed.with(Option::is_none)).then(|| view! { <Loading/> })}
        // Each part is drawn anew only when it changes itself: what is typed in one survives the saving of another.
        <Show when=move || there.get()>
            <div class="two">
                <div class="stack">
                    {move || own.get().map(|before| view! { <Own before=before here=here/> })}
                    {move || contacts.get().map(|contacts| view! { <people::People contacts=contacts here=here/> })}
                </div>
                <div class="stack">
                    {move || company.get().map(|profile| view! { <Company profile=profile here=here/> })}
                    {move || contacts.get().map(|contacts| view! { <people::News contacts=contacts here=here/> })}
                </div>
            </div>
        </Show>
    }
}

/// What of the profile its firm keeps, without what the other parts show.
fn kept_by_the_firm(profile: &Profile) -> Profile {
    Profile { contacts: Vec::new(), revision: 0, ..profile.clone() }
}

/// The revision the page shows.
fn revision(here: Here) -> i64 {
    here.with_untracked(|profile| profile.as_ref().map_or(0, |profile| profile.revision))
}

/// A form of these pages.
fn form(id: &str) -> Form {
    Form::new(id, words_for, note_signed_out)
}

/// What the firm keeps, and the way to have it changed.
#[component]
fn Company(profile: Profile, here: Here) -> impl IntoView {
    let discount = if profile.discount == Percent::ZERO { String::new() } else { format::percent(lang(), profile.discount) };
    let facts: Vec<_> = [(words::COMPANY_NAME, profile.name), (words::COUNTRY, profile.country), (words::TAX_ID, profile.tax_id), (words::DISCOUNT, discount)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(word, value)| view! { <dt>{say(word)}</dt><dd>{value}</dd> })
        .collect();
    let text = RwSignal::new(String::new());
    let form = form("ask");
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let content = AskForChange { text: text.get_untracked() };
        let button = form.id("/submit");
        form.send(async move { api::post::<Profile>("/api/profile/requests", &content).await }, move |profile| {
            let _ = here.try_set(Some(profile));
            browser::focus(&button);
            toast::tell(say(words::ASKED));
        });
    };
    let requests: Vec<_> = profile
        .requests
        .into_iter()
        .map(|request| {
            view! {
                <li>
                    <span class="lines">{request.text}</span>
                    <span class="sub">{format!("{}, {}", times::day(&request.asked_at), say(words::request_state(request.state)))}</span>
                    {(!request.answer.is_empty()).then(|| view! { <span class="lines">{request.answer}</span> })}
                </li>
            }
        })
        .collect();
    view! {
        <section class="panel panel-s"><h2>{say(words::COMPANY)}</h2><div class="body stack">
            <dl class="facts">{facts}</dl>
            <form class="stack" on:submit=send novalidate>
                <Area form=form at="/text" label=say(words::STAFF_CHANGE) value=text on_input=move |value| text.set(value) rows=3 max_length=2000/>
                <Wrong form=form/>
                <Submit form=form label=say(words::ASK)/>
            </form>
            {(!requests.is_empty()).then(|| view! { <h3 class="s">{say(words::REQUESTS)}</h3><ul class="stack">{requests}</ul> })}
        </div></section>
    }
}

/// A profile's form as it stands stored.
fn stored(profile: &Profile) -> SaveProfile {
    SaveProfile { address: profile.address.clone(), places: profile.places.clone(), lang: profile.lang, channel: profile.channel }
}

/// Addresses, language, and how the firm writes.
#[component]
fn Own(before: SaveProfile, here: Here) -> impl IntoView {
    let address = RwSignal::new(before.address.clone());
    let mut listed = before.places.clone();
    if listed.is_empty() {
        listed.push(Place { name: String::new(), address: String::new() });
    }
    let places = RwSignal::new(listed);
    let language = RwSignal::new(before.lang.tag().to_string());
    let channel = RwSignal::new(before.channel.word().to_string());
    let form = form("own");
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let content = SaveProfile {
            address: address.get_untracked(),
            places: places.get_untracked(),
            lang: language.with_untracked(|tag| Lang::parse(tag)).unwrap_or(before.lang),
            channel: channel.with_untracked(|word| Channel::parse(word)).unwrap_or(before.channel),
        };
        let (before, seen) = (before.clone(), revision(here));
        let (revision, button) = (form.seen(seen), form.id("/submit"));
        form.send(async move { api::put_seen::<Profile>("/api/profile", revision, &content).await }, move |profile| {
            let now = profile.revision;
            let _ = here.try_set(Some(profile));
            browser::focus(&button);
            if now == seen {
                return toast::tell(say(words::SAVED));
            }
            toast::offer_undo(say(words::SAVED), say(words::UNDO), move || {
                let before = before.clone();
                spawn_local(async move { took(api::put_seen::<Profile>("/api/profile", Some(now), &before).await, here) });
            });
        });
    };
    let channels = Channel::ALL.iter().map(|one| (one.word().to_string(), say(words::channel(*one)).to_string())).collect::<Vec<_>>();
    view! {
        <section class="panel panel-s"><h2>{say(words::WHERE_TO)}</h2><div class="body">
            <form class="stack" on:submit=save novalidate>
                <Area form=form at="/address" label=say(words::LEGAL_ADDRESS) value=address on_input=move |value| address.set(value) rows=3 max_length=500/>
                <h3 class="h3">{say(words::PLACES)}</h3>
                <Places form=form places=places/>
                <div class="pair">
                    <Choose form=form at="/lang" label=say(words::LANGUAGE) value=language choices=languages()/>
                    <Choose form=form at="/channel" label=say(words::CHANNEL) value=channel choices=channels/>
                </div>
                <p class="s ink-2">{say(words::OLD_DOCUMENTS)}</p>
                <Wrong form=form/>
                <Submit form=form label=say(words::SAVE)/>
            </form>
        </div></section>
    }
}

/// Takes in the answer to an undo or to a click.
fn took(answer: api::Result<Profile>, here: Here) {
    match answer {
        Ok(profile) => {
            let _ = here.try_set(Some(profile));
        }
        Err(error) => {
            note_signed_out(&error);
            toast::fail(words_for(&error));
        }
    }
}
