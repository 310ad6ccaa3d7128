//! The notice over every staff page while nothing is sent: after a restore, or because somebody stopped it.

use kontor_shared::api::Role;
use kontor_shared::api::operations::Sending;
use kontor_shared::words::operations;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::expiry;
use super::listing::Listing;
use crate::api;
use crate::lang::{lang, say};
use crate::ui::toast;

#[component]
pub fn Paused(role: Role) -> impl IntoView {
    let sending: Listing<Sending> = Listing::new(Signal::stored("/api/sending".to_string()));
    let paused = Memo::new(move |_| sending.page.with(|page| page.clone().filter(|sending| sending.paused)));
    // The page below is drawn and asks meanwhile, but is seen only when it is known whether the notice stands over it.
    let unknown = Memo::new(move |_| sending.page.with(Option::is_none) && sending.failed.with(Option::is_none));
    view! {
        {move || unknown.get().then(|| view! { <div class="sending-unknown"></div> })}
        {move || paused.get().map(|now| notice(role, &now, sending))}
    }
}

fn notice(role: Role, now: &Sending, sending: Listing<Sending>) -> AnyView {
    let why = if now.reason == "restored" { operations::PAUSED_RESTORED } else { operations::PAUSED };
    let restored = now.reason == "restored";
    let waiting = operations::WAITING.say(lang(), u64::from(now.waiting));
    // So many letters follow the click.
    let release_label = if now.waiting == 0 { say(operations::RELEASE).to_string() } else { operations::RELEASE_N.say(lang(), u64::from(now.waiting)) };
    let busy = RwSignal::new(false);
    let admin = role == Role::Admin;
    view! {
        <div class="note note-warn" role="status">
            <p><b>{say(why)}</b>" "{waiting}" "{restored.then(|| say(operations::PAUSED_HINT))}</p>
            {(role != Role::Accountant).then(|| view! { <a class="btn" href="/admin/messages">{say(operations::TO_OUTBOX)}</a> })}
            {admin.then(|| view! {
                <button type="button" class="btn" aria-busy=move || busy.get().then_some("true") on:click=move |_| release(sending, busy)>
                    {release_label}
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
                expiry::tell(&error);
                sending.reload();
            }
        }
        let _ = busy.try_set(false);
    });
}
