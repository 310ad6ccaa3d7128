//! What can be done with one log-in. What can be taken back offers it.

use kontor_shared::api::Role;
use kontor_shared::api::accounts::{ChangePerson, PeoplePage, Person};
use kontor_shared::words::{Word, log_ins as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::expiry;
use super::super::listing::Listing;
use super::administrator;
use crate::api;
use crate::browser;
use crate::lang::{lang, say};
use crate::ui::toast;

/// The id of a person's cell in the list.
pub fn cell(person: &Person) -> String {
    format!("person-{}", person.id)
}

/// Puts what the server says now in the place of what was there. The list is drawn anew, so reading goes on at its row.
pub fn take(listing: Listing<PeoplePage>, person: Person) {
    browser::focus(&cell(&person));
    let _ = listing.page.try_update(|page| {
        if let Some(page) = page
            && let Some(place) = page.people.iter_mut().find(|one| one.id == person.id)
        {
            *place = person;
        }
    });
}

/// Changes a log-in as the page shows it, and offers to take it back.
fn change(listing: Listing<PeoplePage>, person: Person, wanted: ChangePerson, done: Word, back: Option<ChangePerson>) {
    spawn_local(async move {
        match api::put_seen::<Person>(&format!("/api/people/{}", person.id), Some(person.revision), &wanted).await {
            Ok(now) => {
                let role = say(staff::role(now.role));
                let text = done.with(lang(), &[("login", &now.login), ("role", &role)]);
                match back {
                    None => toast::tell(text),
                    Some(back) => {
                        let (undone, seen) = (
                            if back.disabled == Some(true) {
                                words::DISABLED_DONE
                            } else if back.disabled == Some(false) {
                                words::ENABLED_DONE
                            } else {
                                words::ROLE_SAVED
                            },
                            now.clone(),
                        );
                        toast::offer_undo(text, say(words::UNDO), move || change(listing, seen.clone(), back.clone(), undone, None));
                    }
                }
                take(listing, now);
            }
            Err(error) => {
                if error.code == "changed_elsewhere" {
                    listing.reload();
                } else {
                    // The choice goes back to what holds.
                    take(listing, person);
                }
                expiry::tell(&error);
            }
        }
    });
}

/// The role: a choice for an administrator, a word for everybody else.
#[component]
pub fn RoleOf(person: Person, listing: Listing<PeoplePage>) -> impl IntoView {
    if !person.role.is_staff() || !administrator() || person.you {
        return say(staff::role(person.role)).into_any();
    }
    let before = person.role;
    let label = format!("{}: {}", say(words::ROLE_OF), person.login);
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        let Some(role) = Role::parse(&value).filter(|role| *role != before) else { return };
        let to = |role| ChangePerson { role: Some(role), disabled: None };
        change(listing, person.clone(), to(role), words::ROLE_SAVED, Some(to(before)));
    };
    view! {
        <select class="in" aria-label=label on:change=choose>
            {Role::ALL.into_iter().filter(|role| role.is_staff()).map(|role| view! {
                <option value=role.word() selected=role == before>{say(staff::role(role))}</option>
            }).collect_view()}
        </select>
    }
    .into_any()
}

#[component]
pub fn Actions(person: Person, listing: Listing<PeoplePage>, lost: RwSignal<Option<Person>>) -> impl IntoView {
    let button = |word: Word, login: &str, act: Box<dyn Fn() + Send>| {
        let label = format!("{}: {login}", say(word));
        view! { <button type="button" class="btn btn-row" aria-label=label on:click=move |_| act()>{say(word)}</button> }.into_any()
    };
    let login = person.login.clone();
    let mut buttons = Vec::new();
    let disabled = |disabled| ChangePerson { role: None, disabled: Some(disabled) };
    match person.state.as_str() {
        "invited" => {
            let (again, gone) = (person.clone(), person.clone());
            buttons.push(button(words::INVITE_AGAIN, &login, Box::new(move || invite_again(listing, again.clone()))));
            buttons.push(button(words::WITHDRAW, &login, Box::new(move || withdraw(listing, gone.clone()))));
        }
        "disabled" => {
            let one = person.clone();
            let enable = move || change(listing, one.clone(), disabled(false), words::ENABLED_DONE, Some(disabled(true)));
            buttons.push(button(words::ENABLE, &login, Box::new(enable)));
        }
        _ => {
            if person.factor && administrator() && !person.you {
                let one = person.clone();
                buttons.push(button(words::RESET_FACTOR, &login, Box::new(move || lost.set(Some(one.clone())))));
            }
            if person.sessions > 0 {
                let one = person.clone();
                buttons.push(button(words::END_THEIRS, &login, Box::new(move || end_sessions(listing, one.clone()))));
            }
            if !person.you {
                let one = person.clone();
                let disable = move || change(listing, one.clone(), disabled(true), words::DISABLED_DONE, Some(disabled(false)));
                buttons.push(button(words::DISABLE, &login, Box::new(disable)));
            }
        }
    }
    view! { <div class="person-acts">{buttons}</div> }
}

fn invite_again(listing: Listing<PeoplePage>, person: Person) {
    spawn_local(async move {
        match api::post_empty::<Person>(&format!("/api/people/{}/invite", person.id)).await {
            Ok(now) => {
                toast::tell(words::INVITED_DONE.with(lang(), &[("login", &now.login)]));
                take(listing, now);
            }
            Err(error) => expiry::tell(&error),
        }
    });
}

fn withdraw(listing: Listing<PeoplePage>, person: Person) {
    spawn_local(async move {
        match api::delete(&format!("/api/people/{}/invite", person.id)).await {
            Ok(()) => {
                toast::tell(words::WITHDRAWN.with(lang(), &[("login", &person.login)]));
                let _ = listing.page.try_update(|page| page.iter_mut().for_each(|page| page.people.retain(|one| one.id != person.id)));
                browser::focus_heading();
                listing.refresh();
            }
            Err(error) => expiry::tell(&error),
        }
    });
}

fn end_sessions(listing: Listing<PeoplePage>, person: Person) {
    spawn_local(async move {
        match api::post_empty::<Person>(&format!("/api/people/{}/end-sessions", person.id)).await {
            Ok(now) => {
                toast::tell(words::ENDED_THEIRS.with(lang(), &[("login", &now.login)]));
                take(listing, now);
            }
            Err(error) => expiry::tell(&error),
        }
    });
}
