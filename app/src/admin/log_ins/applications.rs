//! Visitors who signed up and wait: each with what it sent, to approve or refuse.

use kontor_shared::api::accounts::{Application, ApplicationList, Approve, PeoplePage, RefuseApplication};
use kontor_shared::ids::CustomerId;
use kontor_shared::words::{log_ins as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::listing::{Listing, Shown};
use super::super::{expiry, words_for};
use crate::api::{self, ApiError};
use crate::browser;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::field::Field;
use crate::ui::toast;

#[component]
pub fn Applications(listing: Listing<ApplicationList>, people: Listing<PeoplePage>) -> impl IntoView {
    view! {
        <section>
            <h2 class="section">{say(words::APPLICATIONS)}</h2>
            <Shown of=listing show=move |list: ApplicationList| {
                if list.applications.is_empty() {
                    return view! { <p class="ink-2">{say(words::NO_APPLICATIONS)}</p> }.into_any();
                }
                view! {
                    <ul class="applications">
                        {list.applications.into_iter().map(|one| view! { <li><One one=one listing=listing people=people/></li> }).collect_view()}
                    </ul>
                }.into_any()
            }/>
        </section>
    }
}

/// The id of an application's heading.
fn heading(id: CustomerId) -> String {
    format!("application-{id}")
}

/// Takes an application out of the list; reading goes on at the next one, or at the page's heading.
fn decided(listing: Listing<ApplicationList>, people: Listing<PeoplePage>, id: CustomerId) {
    let next = listing.page.try_update(|list| {
        let list = &mut list.as_mut()?.applications;
        let at = list.iter().position(|one| one.id == id)?;
        list.remove(at);
        list.get(at).or(list.last()).map(|one| one.id)
    });
    match next.flatten() {
        Some(next) => browser::focus(&heading(next)),
        None => browser::focus_heading(),
    }
    people.refresh();
}

#[component]
fn One(one: Application, listing: Listing<ApplicationList>, people: Listing<PeoplePage>) -> impl IntoView {
    let code = RwSignal::new(one.code.clone());
    let reason = RwSignal::new(String::new());
    let refusing = RwSignal::new(false);
    let failure: RwSignal<Option<ApiError>> = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let (id, company) = (one.id, one.company.clone());
    let decide = Callback::new(move |approve: bool| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let (code, reason, company) = (code.get_untracked(), reason.get_untracked(), company.clone());
        spawn_local(async move {
            let answer = match approve {
                true => api::tell(&format!("/api/applications/{id}/approve"), &Approve { code: Some(code) }).await,
                false => api::tell(&format!("/api/applications/{id}/refuse"), &RefuseApplication { reason }).await,
            };
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => {
                    let done = if approve { words::APPROVED_DONE } else { words::REFUSED_DONE };
                    toast::tell(done.with(lang(), &[("company", &company)]));
                    decided(listing, people, id);
                }
                Err(error) => {
                    expiry::note(&error);
                    if error.code == "already_decided" {
                        decided(listing, people, id);
                        toast::fail(words_for(&error));
                        return;
                    }
                    if error.field.as_deref() == Some("/code") {
                        browser::focus(&format!("code-{id}"));
                    }
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    });
    let about = move |code: bool| failure.with(|error| error.as_ref().filter(|error| (error.field.as_deref() == Some("/code")) == code).map(words_for));
    let code_error = Signal::derive(move || about(true));
    let known: Vec<_> = one
        .known
        .iter()
        .map(|customer| view! { <a href=format!("/admin/customers/{}", customer.id)>{format!("{} ({})", customer.name, customer.code)}</a>" " })
        .collect();
    let facts = [one.country.clone(), one.tax_id.clone()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    view! {
        <article class="panel panel-s"><h2 id=heading(id) tabindex="-1">{one.company.clone()}" "<span class="ink-2 s">{times::instant(&one.applied_at)}</span></h2><div class="body stack">
            <p>{one.name.clone()}", "<a class="long" href=format!("mailto:{}", one.email) rel="external">{one.email.clone()}</a>" · "{one.lang.own_name()}</p>
            <p class="ink-2">{facts}</p>
            {(!one.message.is_empty()).then(|| view! { <p class="lines">{one.message.clone()}</p> })}
            {(!known.is_empty()).then(|| view! { <p class="warn">{say(words::KNOWN_AS)}" "{known}</p> })}
            {move || if refusing.get() {
                view! {
                    <form class="stack" novalidate on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); decide.run(false) }>
                        <p class="ink-2" id=format!("refuse-{id}-hint")>{say(words::REFUSE_SIGN_UP_HINT)}</p>
                        <div class="field"><label for=format!("reason-{id}")>{say(words::REFUSE_SIGN_UP_REASON)}</label>
                            <textarea class="in" id=format!("reason-{id}") aria-describedby=format!("refuse-{id}-hint") rows="2" maxlength="500" prop:value=move || reason.get() on:input=move |event| reason.set(event_target_value(&event))></textarea>
                        </div>
                        <p class="err" role="alert">{move || failure.with(|error| error.as_ref().map(words_for))}</p>
                        <div class="row-x">
                            <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(words::REFUSE_SIGN_UP)}</button>
                            <button type="button" class="btn" on:click=move |_| { refusing.set(false); browser::focus(&format!("refuse-{id}")) }>{say(staff::CANCEL)}</button>
                        </div>
                    </form>
                }.into_any()
            } else {
                view! {
                    <form class="stack" novalidate on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); decide.run(true) }>
                        <div class="in-code"><Field label=say(words::CUSTOMER_CODE) id=format!("code-{id}") value=code max_length=50 required=true error=code_error/></div>
                        <p class="err" role="alert">{move || about(false)}</p>
                        <div class="row-x">
                            <button type="submit" class="btn btn-main" aria-busy=move || busy.get().then_some("true")>{say(words::APPROVE)}</button>
                            <button type="button" class="btn" id=format!("refuse-{id}") on:click=move |_| { refusing.set(true); browser::focus(&format!("reason-{id}")) }>{say(words::REFUSE_SIGN_UP)}</button>
                        </div>
                    </form>
                }.into_any()
            }}
        </div></article>
    }
}
