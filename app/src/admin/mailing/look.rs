//! Any reader's copy, one after the other, and a test of it to one's own mailbox.

use kontor_shared::api::mailings::{MailingPreview, TestAddresses, TestMailing, TestSent};
use kontor_shared::words::{audience, format, mailings as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Desk;
use super::letter::{Letter, LetterView};
use crate::admin::listing::{Listing, Shown};
use crate::admin::queue::Search;
use crate::admin::{expiry, template, words_for};
use crate::api::{self, with_query};
use crate::lang::{lang, say};
use crate::ui::toast;

#[component]
pub fn Look(desk: Desk) -> impl IntoView {
    let at = RwSignal::new(0_u64);
    let q = RwSignal::new(String::new());
    let path = Signal::derive(move || with_query(&desk.path("/preview"), &[("at", &at.get().to_string()), ("q", &q.get())]));
    let listing: Listing<MailingPreview> = Listing::new(path);
    view! {
        <div class="row-x list-head">
            <Search label=say(words::FIND_READER) value=Signal::derive(move || q.get()) on_search=move |text| { at.set(0); q.set(text); }/>
        </div>
        <Shown of=listing show=move |preview: MailingPreview| view! { <One preview=preview at=at/> }.into_any()/>
        <Test desk=desk at=at q=q/>
    }
}

#[component]
fn One(preview: MailingPreview, at: RwSignal<u64>) -> impl IntoView {
    let Some(reader) = preview.reader else {
        return view! { <p class="ink-2 after">{say(words::PREVIEW_NOBODY)}</p> }.into_any();
    };
    let number = |value: u64| format::integer(lang(), value as i64);
    let place = words::N_OF_M.with(lang(), &[("n", &number(preview.at + 1)), ("m", &number(preview.total))]);
    let (first, last) = (preview.at == 0, preview.at + 1 >= preview.total);
    let now = preview.at;
    let to = if reader.name.is_empty() { reader.address.clone() } else { format!("{} <{}>", reader.name, reader.address) };
    view! {
        <div class="row-x after">
            <h2 class="h3">{words::PREVIEW_AS.with(lang(), &[("name", &reader.customer.name)])}</h2>
            <span class="ink-2 s">{reader.lang.own_name()}</span>
            <span class="push row-x">
                <button type="button" class="btn btn-row" disabled=first on:click=move |_| at.set(now.saturating_sub(1))>{say(words::PREVIOUS)}</button>
                <span class="s ink-2" role="status">{place}</span>
                <button type="button" class="btn btn-row" disabled=last on:click=move |_| at.set(now + 1)>{say(words::NEXT)}</button>
            </span>
        </div>
        {reader.skip.map(|reason| view! {
            <div class="note note-warn"><p>{words::PREVIEW_SKIPPED.with(lang(), &[("reason", &say(audience::skip_reason(reason)))])}</p></div>
        })}
        {preview.problem.map(|problem| view! {
            <div class="note note-bad" role="alert"><p>{say(words::PREVIEW_ERROR)}</p><ul>{template::problem(problem)}</ul></div>
        })}
        {preview.message.map(|message| view! {
            <LetterView letter=Letter { from: message.from, to, subject: message.subject, text: message.text, html: Some(message.html), attachments: message.attachments }/>
        })}
    }
    .into_any()
}

/// A test of the copy that is shown. A search changes the places, so it is sent for the whole list only.
#[component]
fn Test(desk: Desk, at: RwSignal<u64>, q: RwSignal<String>) -> impl IntoView {
    let listing: Listing<TestAddresses> = Listing::new(Signal::stored("/api/mailings/test-addresses".to_string()));
    view! { <Shown of=listing show=move |known: TestAddresses| view! { <TestTo desk=desk at=at q=q addresses=known.addresses/> }.into_any()/> }
}

#[component]
fn TestTo(desk: Desk, at: RwSignal<u64>, q: RwSignal<String>, addresses: Vec<String>) -> impl IntoView {
    if addresses.is_empty() {
        return view! { <p class="ink-2 after">{say(words::TEST_NOWHERE)}</p> }.into_any();
    }
    let address = RwSignal::new(addresses[0].clone());
    let busy = RwSignal::new(false);
    let failure: RwSignal<Option<String>> = RwSignal::new(None);
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let body = TestMailing { address: address.get_untracked(), at: at.get_untracked() };
        let path = desk.path("/test");
        spawn_local(async move {
            let answer = api::post::<TestSent>(&path, &body).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(sent) => toast::tell(words::TEST_SENT.with(lang(), &[("address", &sent.address), ("answer", &sent.answer)])),
                Err(error) => {
                    expiry::note(&error);
                    let said = error.detail.clone().filter(|_| error.code == "mail_server_refused").map(|detail| format!(" {detail}")).unwrap_or_default();
                    let _ = failure.try_set(Some(format!("{}{said}", words_for(&error))));
                    crate::browser::focus("test-address");
                }
            }
        });
    };
    let addresses = StoredValue::new(addresses);
    let options = move || {
        let option = |one: String| {
            let (own, label) = (one.clone(), one.clone());
            view! { <option value=one prop:selected=move || address.with(|address| *address == own)>{label}</option> }
        };
        addresses.get_value().into_iter().map(option).collect_view()
    };
    let described = move || if failure.with(Option::is_some) { "test-error test-hint" } else { "test-hint" };
    (move || {
        q.get().is_empty().then(|| {
            view! {
                <form class="row-x after" on:submit=send>
                    <label class="field" for="test-address"><span>{say(words::TEST_TO)}</span>
                        <select class="in" id="test-address" aria-describedby=described aria-invalid=move || failure.with(Option::is_some).then_some("true")
                            on:change=move |event| address.set(event_target_value(&event))>{options()}</select>
                        <small class="ink-2" id="test-hint">{say(words::TEST_HINT)}</small>
                        {move || failure.get().map(|text| view! { <span class="err" id="test-error" role="alert">{text}</span> })}
                    </label>
                    <button type="submit" class="btn" aria-busy=move || busy.get().then_some("true")>{say(words::TEST_SEND)}</button>
                </form>
            }
        })
    })
    .into_any()
}
