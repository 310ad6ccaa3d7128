//! One message as it was sent.

use kontor_shared::api::mailings::MessageView;
use kontor_shared::words::{audience, mailings as words, staff};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::listing::{Listing, Shown};
use super::mailing::letter::{Letter, LetterView};
use crate::api::encoded;
use crate::lang::say;
use crate::times;
use crate::ui::page::Heading;

#[component]
pub fn MessagePage() -> impl IntoView {
    let params = use_params_map();
    let path = Signal::derive(move || format!("/api/messages/{}", encoded(&params.with(|params| params.get("id").unwrap_or_default()))));
    let listing: Listing<MessageView> = Listing::new(path);
    view! { <Shown of=listing show=|message: MessageView| view! { <Whole message=message/> }.into_any()/> }
}

#[component]
fn Whole(message: MessageView) -> impl IntoView {
    let title = message.content.as_ref().map_or_else(|| say(staff::KIND_MESSAGE).to_string(), |content| content.subject.clone());
    let state = staff::message_state(&message.state).map_or(message.state.clone(), |word| say(word).to_string());
    let skipped = message.reason.is_some() || message.state == "skipped";
    let why = message.reason.map_or(message.answer, |reason| say(audience::skip_reason(reason)).to_string());
    view! {
        <div class="page-head">
            <p class="crumb"><a href="/admin/messages">{say(staff::MESSAGES)}</a>
                {message.mailing.map(|mailing| view! { " · "<a href=format!("/admin/mailings/{mailing}")>{say(words::MAILINGS)}</a> })}
                {message.customer.map(|customer| view! { " · "<a href=format!("/admin/customers/{}", customer.id)>{customer.name}</a> })}
            </p>
            <Heading title=title/>
            <span class="ink-2">{state}</span>
        </div>
        <dl class="facts">
            <dt>{say(staff::WRITTEN)}</dt><dd>{times::instant(&message.created_at)}</dd>
            {message.sent_at.map(|at| view! { <dt>{say(words::SENT_AT)}</dt><dd>{times::instant(&at)}</dd> })}
            {(!why.is_empty()).then(|| view! { <dt>{say(if skipped { words::REASON } else { words::ANSWER })}</dt><dd class="long">{why}</dd> })}
        </dl>
        {match message.content {
            Some(content) => view! {
                <LetterView letter=Letter { from: content.from, to: content.to, subject: content.subject, text: content.text, html: content.html, attachments: content.attachments }/>
            }.into_any(),
            None => view! { <p class="ink-2 after">{say(if skipped { words::MESSAGE_SKIPPED } else { words::MESSAGE_NOT_WRITTEN })}</p> }.into_any(),
        }}
    }
}
