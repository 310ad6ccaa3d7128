//! Sending: whom nothing is sent to for a while, with what mail servers said, and the button of whoever knows better.

use kontor_shared::api::Role;
use kontor_shared::api::operations::{Breaker, BreakerList, CloseBreaker};
use kontor_shared::words::{format, operations as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::expiry;
use super::listing::{Listing, Shown};
use crate::api;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::page::PageHead;
use crate::ui::toast;

#[component]
pub fn Breakers() -> impl IntoView {
    let listing: Listing<BreakerList> = Listing::new(Signal::stored("/api/sending/breakers".to_string()));
    view! {
        <PageHead title=say(words::SENDING)>
            <a class="btn" href="/admin/messages">{say(staff::MESSAGES)}</a>
        </PageHead>
        <h2 class="h3">{say(words::BREAKERS)}</h2>
        <p class="ink-2 narrow">{say(words::BREAKERS_HINT)}</p>
        <div class="after"><Shown of=listing show=move |list: BreakerList| view! { <Rows list=list listing=listing/> }.into_any()/></div>
    }
}

#[component]
fn Rows(list: BreakerList, listing: Listing<BreakerList>) -> impl IntoView {
    if list.breakers.is_empty() {
        return view! { <div class="panel panel-s"><div class="body"><p class="good">{say(words::NO_BREAKERS)}</p></div></div> }.into_any();
    }
    let may = super::role().is_some_and(|role| matches!(role, Role::Marketer | Role::Admin));
    let rows: Vec<_> = list.breakers.into_iter().map(|one| row(one, may, listing)).collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack">
            <caption class="vh">{say(words::BREAKERS)}</caption>
            <thead><tr>
                <th scope="col">{say(words::TO_WHOM)}</th>
                <th scope="col">{say(words::SAID_LAST)}</th>
                <th scope="col" class="num">{say(words::REFUSALS)}</th>
                <th scope="col">{say(words::SINCE)}</th>
                <th scope="col">{say(words::UNTIL)}</th>
                <th scope="col" class="num">{say(words::WAITS)}</th>
                <th scope="col"><span class="vh">{say(words::CLOSE)}</span></th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(one: Breaker, may: bool, listing: Listing<BreakerList>) -> impl IntoView {
    let number = |value: u64| format::integer(lang(), value as i64);
    let name = one.domain.unwrap_or_else(|| say(words::OWN_MAIL_SERVER).to_string());
    let label = format!("{}: {name}", say(words::CLOSE));
    let scope = one.scope;
    view! {
        <tr>
            <td class="a long">{name}</td>
            <td class="b long">{one.reason}</td>
            <td class="num b" data-l=say(words::REFUSALS)>{number(u64::from(one.failures))}</td>
            <td class="b nw" data-l=say(words::SINCE)>{times::instant(&one.since)}</td>
            <td class="b nw" data-l=say(words::UNTIL)>{times::instant(&one.until)}</td>
            <td class="num b" data-l=say(words::WAITS)>{number(one.waiting)}</td>
            <td class="c">{may.then(|| view! {
                <button type="button" class="btn btn-row" aria-label=label on:click=move |_| close(scope.clone(), listing)>{say(words::CLOSE)}</button>
            })}</td>
        </tr>
    }
}

fn close(scope: String, listing: Listing<BreakerList>) {
    spawn_local(async move {
        match api::post::<BreakerList>("/api/sending/breakers/close", &CloseBreaker { scope }).await {
            Ok(list) => {
                toast::tell(say(words::CLOSED));
                // The row goes, and the button that had the focus with it.
                if let Some(heading) = document().query_selector("#main h1").ok().flatten() {
                    crate::browser::focus_in_place(&heading);
                }
                let _ = listing.page.try_set(Some(list));
            }
            Err(error) => {
                expiry::tell(&error);
                listing.reload();
            }
        }
    });
}
