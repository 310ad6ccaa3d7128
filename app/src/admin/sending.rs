//! The notice over every staff page while nothing is sent: after a restore, or because somebody stopped it.

use kontor_shared::api::Role;
use kontor_shared::api::operations::Sending;
use kontor_shared::words::operations;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::listing::Listing;
use super::{expiry, words_for};
use crate::api;
use crate::lang::{lang, say};
use crate::ui::toast;

/// Asks whether anything is sent.
pub fn ask() -> Listing<Sending> {
    Listing::new(Signal::stored("/api/sending".to_string()))
}

/// Whether the notice is there, or known not to come: a page that is drawn before would be pushed down.
pub fn settled(sending: Listing<Sending>) -> Memo<bool> {
    Memo::new(move |was: Option<&bool>| {
        let answered = sending.page.with(Option::is_some) || sending.failed.with(Option::is_some);
        answered || was.copied().unwrap_or_default()
    })
}

#[component]
pub fn Paused(role: Role, sending: Listing<Sending>) -> impl IntoView {
    let paused = Memo::new(move |_| sending.page.with(|page| page.clone().filter(|sending| sending.paused)));
    move || paused.get().map(|now| notice(role, &now, sending))
}

fn notice(role: Role, now: &Sending, sending: Listing<Sending>) -> AnyView {
    let why = if now.reason == "restored" { operations::PAUSED_RESTORED } else { operations::PAUSED };
    let restored = now.reason == "restored";
    let waiting = operations::WAITING.say(lang(), u64::from(now.waiting));
    let busy = RwSignal::new(false);
    let admin = role == Role::Admin;
    view! {
        <div class="note note-warn" role="status">
            <p><b>{say(why)}</b>" "{waiting}" "{restored.then(|| say(operations::PAUSED_HINT))}</p>
            {(role != Role::Accountant).then(|| view! { <a class="btn" href="/admin/messages">{say(operations::TO_OUTBOX)}</a> })}
            {admin.then(|| view! {
                <button type="button" class="btn" aria-busy=move || busy.get().then_some("true") on:click=move |_| release(sending, busy)>
                    {say(operations::RELEASE)}
                </button>
            })}
        </div>
    }
    .into_any()
}

fn release(sending: Listing<Sending>, busy: RwSignal<bool>) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    spawn_local(async move {
        match api::post_empty::<Sending>("/api/sending/release").await {
            Ok(now) => {
                toast::tell(say(operations::RELEASED));
                // The notice goes, and the button that had the focus with it.
                crate::browser::focus_heading();
                let _ = sending.page.try_set(Some(now));
            }
            Err(error) => {
                expiry::note(&error);
                toast::fail(words_for(&error));
                sending.reload();
            }
        }
        let _ = busy.try_set(false);
    });
}
