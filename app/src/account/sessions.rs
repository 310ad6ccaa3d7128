//! Where one is signed in, and ending it there.

use kontor_shared::api::accounts::{EndSessions, OwnSession};
use kontor_shared::words::accounts as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Own, words_for};
use crate::api;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::toast;

#[component]
pub fn Sessions(own: Own) -> impl IntoView {
    let sessions = Memo::new(move |_| own.account.with(|account| account.as_ref().map(|account| account.sessions.clone()).unwrap_or_default()));
    let end = move |session: Option<String>| {
        let done = if session.is_some() { words::SESSION_ENDED } else { words::SESSIONS_ENDED };
        spawn_local(async move {
            match api::tell("/api/account/sessions/end", &EndSessions { session }).await {
                Ok(()) => {
                    toast::tell(say(done));
                    // The button went with its row.
                    crate::browser::focus("own-sessions");
                }
                Err(error) => {
                    crate::session::note_signed_out(&error);
                    toast::fail(words_for(&error));
                }
            }
            own.reload();
        });
    };
    view! {
        <section class="panel panel-s"><h2 id="own-sessions" tabindex="-1">{say(words::SESSIONS_TITLE)}</h2><div class="body stack">
            <ul class="own-sessions">
                <For each=move || sessions.get() key=|session| (session.id.clone(), session.seen_at.clone()) let:session>
                    {one(session, end)}
                </For>
            </ul>
            {move || sessions.with(|sessions| sessions.len() > 1).then(|| view! {
                <button type="button" class="btn" on:click=move |_| end(None)>{say(words::SESSIONS_END_OTHERS)}</button>
            })}
        </div></section>
    }
}

fn one(session: OwnSession, end: impl Fn(Option<String>) + Copy + Send + Sync + 'static) -> impl IntoView {
    let device = if session.device.is_empty() { say(words::SESSION_UNKNOWN).to_string() } else { session.device.clone() };
    let seen = words::SESSION_SEEN.with(lang(), &[("when", &times::instant(&session.seen_at))]);
    let label = format!("{}: {device}", say(words::SESSION_END));
    let id = session.id.clone();
    view! {
        <li>
            <span><b>{device}</b><span class="sub ink-2 s">{seen}</span></span>
            {if session.this {
                view! { <span class="mark mark-pen push">{say(words::SESSION_THIS)}</span> }.into_any()
            } else {
                view! { <button type="button" class="btn btn-row push" aria-label=label on:click=move |_| end(Some(id.clone()))>{say(words::SESSION_END)}</button> }.into_any()
            }}
        </li>
    }
}
