//! Messages that came to the mailbox of orders: what waits for a person, and what became of the rest.

use kontor_shared::api::incoming::{IncomingMail, IncomingPage};
use kontor_shared::words::{common, incoming as words, staff};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::listing::{Listing, More, Shown};
use crate::api::with_query;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::page::PageHead;

mod mail;

pub use mail::MailPage;

/// The states that have a tab: what needs a person first.
const TABS: [&str; 4] = ["needs_person", "accepted", "refused", "ignored"];

/// The reason a message or a file has, in words.
fn why(state: &str, reason: &str, detail: &str) -> String {
    // An order that was taken has no reason but its number.
    if reason.is_empty() && state != "accepted" {
        return String::new();
    }
    let waiting = (state == "needs_person").then(|| words::waiting(reason)).flatten();
    waiting.or_else(|| words::reason(reason)).map_or_else(|| format!("{reason} {detail}"), |word| word.with(lang(), &[("detail", &detail)]))
}

#[component]
pub fn Incoming() -> impl IntoView {
    let query = use_query_map();
    let state = Memo::new(move |_| query.with(|query| query.get("state").unwrap_or_default()));
    let listing: Listing<IncomingPage> = Listing::new(Signal::derive(move || with_query("/api/incoming", &[("state", &state.get())])));
    let tab = move |word: &'static str, label: &'static str| {
        let href = with_query("/admin/incoming", &[("state", word)]);
        view! { <a href=href aria-current=move || (state.get() == word).then_some("page")>{label}</a> }
    };
    view! {
        <PageHead title=say(words::INCOMING)/>
        <nav class="tabs" aria-label=say(staff::STATE)>
            {tab("", say(staff::ALL_OF_THEM))}
            {TABS.map(|word| tab(word, words::state(word).map_or(word, say))).into_iter().collect_view()}
        </nav>
        <Shown of=listing show=move |page: IncomingPage| view! { <Rows page=page/> }.into_any()/>
        <More of=listing/>
    }
}

#[component]
fn Rows(page: IncomingPage) -> impl IntoView {
    let boxes: Vec<_> = page
        .boxes
        .into_iter()
        .map(|one| {
            if one.trouble.is_empty() {
                let at = one.looked_at.as_deref().map(times::instant).unwrap_or_default();
                view! { <p class="ink-2">{words::BOX_WELL.with(lang(), &[("name", &one.name), ("at", &at)])}</p> }.into_any()
            } else {
                view! { <div class="note note-warn"><p class="long">{words::BOX_TROUBLE.with(lang(), &[("name", &one.name), ("trouble", &one.trouble)])}</p></div> }.into_any()
            }
        })
        .collect();
    if page.mails.is_empty() {
        return view! {
            <div class="panel panel-s under-tabs"><div class="body stack">
                <p><b>{say(words::NOTHING)}</b></p><p class="ink-2">{say(words::NOTHING_HINT)}</p>{boxes}
            </div></div>
        }
        .into_any();
    }
    let rows: Vec<_> = page.mails.into_iter().map(row).collect();
    view! {
        <div class="panel panel-s under-tabs wrap"><table class="t t-stack">
            <caption class="vh">{say(words::INCOMING)}</caption>
            <thead><tr>
                <th scope="col">{say(words::SUBJECT)}</th>
                <th scope="col" class="from">{say(words::FROM)}</th>
                <th scope="col">{say(common::CUSTOMER)}</th>
                <th scope="col">{say(staff::STATE)}</th>
                <th scope="col">{say(words::CAME)}</th>
                <th scope="col">{say(words::WHY)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
        <div class="stack after">{boxes}</div>
    }
    .into_any()
}

fn row(mail: IncomingMail) -> impl IntoView {
    let subject = if mail.subject.is_empty() { "—".to_string() } else { mail.subject };
    let state = words::state(&mail.state).map_or(mail.state.clone(), |word| say(word).to_string());
    view! {
        <tr>
            <td class="a"><a class="long" href=format!("/admin/incoming/{}", mail.id)>{subject}</a></td>
            <td class="b long">{mail.sender}</td>
            <td class="b">{mail.customer.map(|customer| view! { <a href=format!("/admin/customers/{}", customer.id)>{customer.name}</a> })}</td>
            <td class=if mail.state == "needs_person" { "b warn" } else { "b" }>{state}</td>
            <td class="b nw">{times::instant(&mail.received_at)}</td>
            <td class="c long">{why(&mail.state, &mail.reason, &mail.detail)}</td>
        </tr>
    }
}
