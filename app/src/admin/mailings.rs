//! Mailings, newest first: where each is, whom it is meant for, what came of it.

use kontor_shared::api::mailings::{MailingPage, MailingSummary, MessageCount};
use kontor_shared::ids::MailingId;
use kontor_shared::mailings::MailingState;
use kontor_shared::words::{audience, format, mailings as words, staff};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::listing::{Listing, More, Shown};
use crate::browser;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::page::PageHead;

#[component]
pub fn Mailings() -> impl IntoView {
    let listing: Listing<MailingPage> = Listing::new(Signal::stored("/api/mailings".to_string()));
    let navigate = use_navigate();
    let write = move |_| {
        let id = MailingId::new(browser::now(), &browser::random());
        navigate(&format!("/admin/mailings/{id}?new=1"), Default::default());
    };
    view! {
        <PageHead title=say(words::MAILINGS)>
            <a class="btn" href="/admin/templates">{say(words::TEMPLATES)}</a>
            <button type="button" class="btn btn-main" on:click=write>{say(words::NEW_MAILING)}</button>
        </PageHead>
        <Shown of=listing show=move |page: MailingPage| view! { <Rows page=page/> }.into_any()/>
        <More of=listing/>
    }
}

/// The mark beside a state's word.
pub fn mark(state: MailingState) -> &'static str {
    match state {
        MailingState::Draft => "open",
        MailingState::Frozen => "wait",
        MailingState::Running => "half",
        MailingState::Paused | MailingState::Cancelled => "stop",
        MailingState::Done => "full",
    }
}

/// `sent 12, queued 3, …` in the order messages go through.
pub fn counts_text(counts: &[MessageCount]) -> String {
    let mut parts = Vec::new();
    for state in ["sent", "queued", "claimed", "sending", "uncertain", "failed", "skipped"] {
        for one in counts.iter().filter(|one| one.state == state) {
            let word = staff::message_state(state).map_or(state, say);
            parts.push(format!("{word} {}", format::integer(lang(), one.count as i64)));
        }
    }
    parts.join(" · ")
}

#[component]
fn Rows(page: MailingPage) -> impl IntoView {
    if page.mailings.is_empty() {
        return view! { <div class="panel panel-s"><div class="body"><p>{say(words::NO_MAILINGS)}</p></div></div> }.into_any();
    }
    let rows: Vec<_> = page.mailings.into_iter().map(row).collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack">
            <caption class="vh">{say(words::MAILINGS)}</caption>
            <thead><tr>
                <th scope="col">{say(words::NAME)}</th>
                <th scope="col">{say(staff::STATE)}</th>
                <th scope="col">{say(words::AUDIENCE)}</th>
                <th scope="col">{say(words::RECIPIENTS)}</th>
                <th scope="col">{say(staff::WRITTEN)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(one: MailingSummary) -> impl IntoView {
    let when = one.started_at.or(one.frozen_at).unwrap_or(one.created_at);
    view! {
        <tr>
            <td class="a"><a href=format!("/admin/mailings/{}", one.id)>{one.name}</a></td>
            <td class="b"><span class="state" data-s=mark(one.state)>{say(words::state(one.state))}</span></td>
            <td class="b why">{audience::sentence(lang(), &one.audience, &one.names)}</td>
            <td class="b">{counts_text(&one.counts)}</td>
            <td class="b nw">{times::instant(&when)}</td>
        </tr>
    }
}
