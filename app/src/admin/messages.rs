//! The outbox: what was sent, what waits, and what needs a person.

use kontor_shared::api::{Message, MessagePage};
use kontor_shared::words::{common, format, operations, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

use super::access::Section;
use super::expiry;
use super::listing::{Listing, More, Shown};
use crate::api::{self, with_query};
use crate::lang::{lang, say};
use crate::times;
use crate::ui::dialog::Dialog;
use crate::ui::page::PageHead;
use crate::ui::toast;

/// The states that have a tab: what needs a person first.
const TABS: [&str; 5] = ["failed", "uncertain", "skipped", "queued", "sent"];

#[component]
pub fn Messages() -> impl IntoView {
    let query = use_query_map();
    let state = Memo::new(move |_| query.with(|query| query.get("state").unwrap_or_default()));
    let listing: Listing<MessagePage> = Listing::new(Signal::derive(move || with_query("/api/messages", &[("state", &state.get())])));
    let doubtful: RwSignal<Option<Message>> = RwSignal::new(None);
    let tab = move |word: &'static str, label: &'static str| {
        let href = with_query("/admin/messages", &[("state", word)]);
        view! { <a href=href aria-current=move || (state.get() == word).then_some("page")>{label}</a> }
    };
    view! {
        <PageHead title=say(staff::MESSAGES)>
            <a class="btn" href="/admin/sending">{say(operations::BREAKERS)}</a>
        </PageHead>
        <nav class="tabs" aria-label=say(staff::STATE)>
            {tab("", say(staff::ALL_OF_THEM))}
            {TABS.map(|word| tab(word, staff::message_state(word).map_or(word, say))).into_iter().collect_view()}
        </nav>
        <Shown of=listing show=move |page: MessagePage| view! { <Rows page=page doubtful=doubtful listing=listing/> }.into_any()/>
        <More of=listing/>
        {move || doubtful.get().map(|message| view! { <Doubtful message=message doubtful=doubtful listing=listing/> })}
    }
}

fn send_again(message: Message, listing: Listing<MessagePage>) {
    spawn_local(async move {
        match api::post_empty::<Message>(&format!("/api/messages/{}/retry", message.id)).await {
            Ok(_) => toast::tell(say(staff::QUEUED_AGAIN)),
            Err(error) => {
                expiry::tell(&error);
            }
        }
        listing.reload();
    });
}

/// Asks before a message is sent that may have arrived.
#[component]
fn Doubtful(message: Message, doubtful: RwSignal<Option<Message>>, listing: Listing<MessagePage>) -> impl IntoView {
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            doubtful.set(None);
        }
    });
    let message = StoredValue::new(message);
    view! {
        <Dialog open=open title=say(staff::UNCERTAIN_TITLE)>
            <div class="dialog-body stack">
                <p><b>{message.with_value(|message| message.subject.clone())}</b></p>
                <p>{say(staff::UNCERTAIN_HINT)}</p>
                <div class="row-x">
                    <button type="button" class="btn btn-main" on:click=move |_| { send_again(message.get_value(), listing); open.set(false) }>{say(staff::SEND_AGAIN)}</button>
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{say(staff::CANCEL)}</button>
                </div>
            </div>
        </Dialog>
    }
}

#[component]
fn Rows(page: MessagePage, doubtful: RwSignal<Option<Message>>, listing: Listing<MessagePage>) -> impl IntoView {
    if page.messages.is_empty() {
        return view! { <div class="panel panel-s under-tabs"><div class="body"><p><b>{say(staff::NO_MESSAGES)}</b></p></div></div> }.into_any();
    }
    let may_retry = super::role().is_some_and(|role| Section::Imports.open_to(role));
    let rows: Vec<_> = page
        .messages
        .into_iter()
        .map(|message| {
            let stuck = matches!(message.state.as_str(), "failed" | "uncertain");
            let tone = if stuck { "b warn" } else { "b" };
            let state = staff::message_state(&message.state).map_or(message.state.clone(), |word| say(word).to_string());
            // The one reason a message is skipped for is said in the reader's words.
            let trouble = if message.state == "skipped" && message.last_error.is_some() {
                Some(say(staff::MESSAGE_NOBODY).to_string())
            } else {
                message.last_error.clone()
            };
            let one = message.clone();
            let again = move |_| {
                if one.state == "uncertain" {
                    doubtful.set(Some(one.clone()));
                } else {
                    send_again(one.clone(), listing);
                }
            };
            view! {
                <tr>
                    <td class="a"><a href=format!("/admin/messages/{}", message.id)>{message.subject}</a></td>
                    <td class="b">{message.customer.map(|customer| view! { <a href=format!("/admin/customers/{}", customer.id)>{customer.name}</a> })}</td>
                    <td class=tone>{state}</td>
                    <td class="num b" data-l=say(staff::ATTEMPTS)>{format::integer(lang(), i64::from(message.attempts))}</td>
                    <td class="b nw">{times::instant(&message.created_at)}</td>
                    <td class="c"><span class="odd"><span class="long">{trouble}</span>
                        {(stuck && may_retry).then(|| view! { <button type="button" class="link" on:click=again>{say(staff::SEND_AGAIN)}</button> })}
                    </span></td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="panel panel-s under-tabs wrap"><table class="t t-stack">
            <caption class="vh">{say(staff::MESSAGES)}</caption>
            <thead><tr>
                <th scope="col">{say(staff::MESSAGE_SUBJECT)}</th>
                <th scope="col">{say(common::CUSTOMER)}</th>
                <th scope="col">{say(staff::STATE)}</th>
                <th scope="col" class="num">{say(staff::ATTEMPTS)}</th>
                <th scope="col">{say(staff::WRITTEN)}</th>
                <th scope="col">{say(staff::ERROR)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}
