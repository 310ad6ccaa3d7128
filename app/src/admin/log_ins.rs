//! Who can sign in: visitors who wait, invitations, roles, disabled log-ins, lost second steps.

use kontor_shared::api::Role;
use kontor_shared::api::accounts::{ApplicationList, PeoplePage, Person};
use kontor_shared::words::{Word, common, log_ins as words, staff};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::listing::{Listing, More, Shown, Wait};
use super::queue::Search;
use crate::account::prove::{ProveDialog, Prover};
use crate::api::with_query;
use crate::lang::{count, lang, say};
use crate::times;
use crate::ui::page::PageHead;

mod applications;
mod change;
mod invite;
mod reset;

const TABS: [(&str, Word); 3] = [("active", words::THOSE_ACTIVE), ("invited", words::THOSE_INVITED), ("disabled", words::THOSE_DISABLED)];

/// `/admin/people`. With `?invite=CODE&email=&name=` the invitation is filled in, for links from a customer's page.
#[component]
pub fn LogIns() -> impl IntoView {
    let query = use_query_map();
    let value = move |name: &'static str| Memo::new(move |_| query.with(|query| query.get(name).unwrap_or_default()));
    let (state, q) = (value("state"), value("q"));
    let listing: Listing<PeoplePage> = Listing::new(Signal::derive(move || with_query("/api/people", &[("state", &state.get()), ("q", &q.get())])));
    let go = use_navigate();
    let search = move |text: String| {
        let path = with_query("/admin/people", &[("state", &state.get_untracked()), ("q", &text)]);
        go(&path, NavigateOptions { replace: true, scroll: false, ..Default::default() });
    };
    let tab = move |word: &'static str, label: &'static str| {
        view! { <a href=with_query("/admin/people", &[("state", word)]) aria-current=move || (state.get() == word).then_some("page")>{label}</a> }
    };
    let applications: Listing<ApplicationList> = Listing::new(Signal::stored("/api/applications".to_string()));
    let waiting = Memo::new(move |_| listing.page.with(|page| page.as_ref().map_or(0, |page| page.applications)));
    // Somebody signed up meanwhile, or was decided on elsewhere.
    Effect::new(move |before: Option<u64>| {
        let now = waiting.get();
        let listed = applications.page.with_untracked(|list| list.as_ref().map(|list| list.applications.len() as u64));
        if before.is_some_and(|before| before != now) && listed.is_some_and(|listed| listed != now) {
            applications.reload();
        }
        now
    });
    // Both lists come before anything is drawn: what stands below would be pushed down by the one that is late.
    let shown = Memo::new(move |was: Option<&bool>| {
        let answered = listing.page.with(Option::is_some) && (applications.page.with(Option::is_some) || applications.failed.with(Option::is_some));
        answered || was.copied().unwrap_or_default()
    });
    let some_wait = Memo::new(move |_| waiting.get() > 0);
    let prover = Prover::idle();
    let lost: RwSignal<Option<Person>> = RwSignal::new(None);
    view! {
        <PageHead title=say(words::PEOPLE)>
            <span class="ink-2" role="status">{move || (waiting.get() > 0).then(|| count(words::COUNT_APPLICATIONS, waiting.get()))}</span>
            <Search label=say(words::PEOPLE_SEARCH) value=Signal::derive(move || q.get()) on_search=search/>
        </PageHead>
        {move || if shown.get() {
            view! {
                {move || some_wait.get().then(|| view! { <applications::Applications listing=applications people=listing/> })}
                <invite::Invite people=listing/>
                <nav class="tabs after" aria-label=say(staff::STATE)>
                    {tab("", say(staff::ALL_OF_THEM))}
                    {TABS.map(|(state, name)| tab(state, say(name))).into_iter().collect_view()}
                </nav>
                <Shown of=listing show=move |page: PeoplePage| view! { <Rows page=page listing=listing lost=lost/> }.into_any()/>
                <More of=listing/>
            }.into_any()
        } else {
            view! { <Wait of=listing/> }.into_any()
        }}
        <reset::ResetFactor person=lost people=listing prover=prover/>
        // Of the demo's log-ins none has a second step; the dialog asks for a code where the server wants one.
        <ProveDialog prover=prover factor=Signal::stored(!crate::house::firm().is_some_and(|firm| firm.demo))/>
    }
}

#[component]
fn Rows(page: PeoplePage, listing: Listing<PeoplePage>, lost: RwSignal<Option<Person>>) -> impl IntoView {
    if page.people.is_empty() {
        return view! { <div class="panel panel-s under-tabs"><div class="body"><p>{say(words::NO_LOG_INS)}</p></div></div> }.into_any();
    }
    let rows: Vec<_> = page.people.into_iter().map(|person| view! { <Row person=person listing=listing lost=lost/> }).collect();
    view! {
        <div class="panel panel-s wrap under-tabs"><table class="t t-stack">
            <caption class="vh">{say(words::PEOPLE)}</caption>
            <thead><tr>
                <th scope="col">{say(common::LOGIN)}</th>
                <th scope="col">{say(words::ROLE_OF)}</th>
                <th scope="col">{say(common::CUSTOMER)}</th>
                <th scope="col">{say(staff::STATE)}</th>
                <th scope="col">{say(words::SECOND_STEP)}</th>
                <th scope="col">{say(words::LAST_SEEN)}</th>
                <th scope="col"><span class="vh">{say(staff::ACTION)}</span></th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

#[component]
fn Row(person: Person, listing: Listing<PeoplePage>, lost: RwSignal<Option<Person>>) -> impl IntoView {
    let mark = match person.state.as_str() {
        "active" => "full",
        "invited" => "wait",
        _ => "stop",
    };
    let until = (person.state == "invited").then(|| match &person.invited_until {
        Some(until) => words::WORKS_UNTIL.with(lang(), &[("when", &times::instant(until))]),
        None => say(words::LINK_EXPIRED).to_string(),
    });
    let seen = person.seen_at.as_deref().map_or_else(|| say(words::NEVER_SEEN).to_string(), times::instant);
    let sessions = (person.sessions > 0).then(|| count(words::COUNT_SESSIONS, u64::from(person.sessions)));
    let customer = person.customer.clone().map(|customer| {
        view! { <a href=format!("/admin/customers/{}", customer.id)>{customer.name}</a>" "<span class="code">{customer.code}</span> }
    });
    view! {
        <tr class="top">
            <td class="a" tabindex="-1" id=change::cell(&person)>
                <span class="long">{person.login.clone()}</span>
                {person.you.then(|| view! { " "<span class="mark mark-pen">{say(words::IT_IS_YOU)}</span> })}
                {(!person.name.is_empty()).then(|| view! { <span class="sub">{person.name.clone()}</span> })}
            </td>
            <td class="b"><change::RoleOf person=person.clone() listing=listing/></td>
            <td class="b">{customer}</td>
            <td class="b"><span class="state" data-s=mark>{say(words::state(&person.state))}</span>{until.map(|text| view! { <span class="sub">{text}</span> })}</td>
            <td class="b" data-l=say(words::SECOND_STEP)>{say(if person.factor { words::YES } else { words::NO })}</td>
            <td class="b" data-l=say(words::LAST_SEEN)>{seen}{sessions.map(|text| view! { <span class="sub">{text}</span> })}</td>
            <td class="c"><change::Actions person=person listing=listing lost=lost/></td>
        </tr>
    }
}

/// Whether the reader is an administrator, who looks after staff too.
fn administrator() -> bool {
    super::role() == Some(Role::Admin)
}
