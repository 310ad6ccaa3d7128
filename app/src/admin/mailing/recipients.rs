//! Everybody a frozen mailing is for: what became of each message, or why there is none.

use kontor_shared::api::mailings::{MailingRecipient, RecipientPage};
use kontor_shared::words::{audience, common, mailings as words, staff};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::Desk;
use crate::admin::listing::{Listing, More, Shown};
use crate::admin::queue::Search;
use crate::api::with_query;
use crate::lang::say;
use crate::times;

const STATES: [&str; 7] = ["sent", "queued", "claimed", "sending", "uncertain", "failed", "skipped"];

#[component]
pub fn Recipients(desk: Desk) -> impl IntoView {
    let query = use_query_map();
    let state = RwSignal::new(query.with_untracked(|query| query.get("state").unwrap_or_default()));
    let q = RwSignal::new(String::new());
    let path = Signal::derive(move || with_query(&desk.path("/messages"), &[("state", &state.get()), ("q", &q.get())]));
    let listing: Listing<RecipientPage> = Listing::new(path);
    let options: Vec<_> = STATES
        .into_iter()
        .map(|one| view! { <option value=one prop:selected=move || state.get() == one>{staff::message_state(one).map_or(one, say)}</option> })
        .collect();
    view! {
        <div class="row-x list-head">
            <Search label=say(words::FIND_READER) value=Signal::derive(move || q.get()) on_search=move |text| q.set(text)/>
            <label class="row-x"><span class="s ink-2">{say(staff::STATE)}</span>
                <select class="in" on:change=move |event| state.set(event_target_value(&event))>
                    <option value="" prop:selected=move || state.get().is_empty()>{say(staff::ALL_OF_THEM)}</option>
                    {options}
                </select>
            </label>
        </div>
        <Shown of=listing show=|page: RecipientPage| view! { <Rows page=page/> }.into_any()/>
        <More of=listing/>
    }
}

#[component]
fn Rows(page: RecipientPage) -> impl IntoView {
    if page.recipients.is_empty() {
        return view! { <p class="ink-2">{say(words::NO_RECIPIENTS)}</p> }.into_any();
    }
    let rows: Vec<_> = page.recipients.into_iter().map(row).collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack">
            <caption class="vh">{say(words::RECIPIENTS)}</caption>
            <thead><tr>
                <th scope="col">{say(common::CUSTOMER)}</th>
                <th scope="col">{say(words::ADDRESS)}</th>
                <th scope="col">{say(staff::STATE)}</th>
                <th scope="col">{say(words::SENT_AT)}</th>
                <th scope="col">{say(words::REASON)}</th>
                <th scope="col"><span class="vh">{say(words::OPEN_MESSAGE)}</span></th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(one: MailingRecipient) -> impl IntoView {
    let tone = if matches!(one.state.as_str(), "failed" | "uncertain") { "b warn" } else { "b" };
    let state = staff::message_state(&one.state).map_or(one.state.clone(), |word| say(word).to_string());
    let why = one.reason.map_or(one.answer, |reason| say(audience::skip_reason(reason)).to_string());
    let open = (one.state != "skipped").then(|| view! { <a href=format!("/admin/messages/{}", one.message)>{say(words::OPEN_MESSAGE)}</a> });
    view! {
        <tr>
            <td class="a">{one.customer.map(|customer| view! { <a href=format!("/admin/customers/{}", customer.id)>{customer.name}</a>" "<span class="code">{customer.code}</span> })}
                {(!one.name.is_empty()).then(|| view! { <span class="sub">{one.name}</span> })}</td>
            <td class="b long">{one.address}</td>
            <td class=tone>{state}</td>
            <td class="b nw">{one.sent_at.as_deref().map(times::instant)}</td>
            <td class="b long">{why}</td>
            <td class="c">{open}</td>
        </tr>
    }
}
