//! A session that ended while someone worked: signing in again happens over the page, so that nothing typed is lost.

use std::cell::RefCell;

use kontor_shared::words::staff;
use leptos::prelude::*;

use crate::api::ApiError;
use crate::lang::say;
use crate::session::SignIn;
use crate::ui::dialog::Dialog;
use crate::ui::toast;

/// Belongs to no page: a call that outlives its page tells it too.
#[derive(Default)]
struct Expiry {
    /// The dialog is open.
    asked: ArcRwSignal<bool>,
    /// Grows with each sign-in over the page.
    again: ArcRwSignal<u32>,
    /// The window's title from before the sign-in put its own there.
    title: RefCell<String>,
}

thread_local! {
    static EXPIRY: Expiry = Expiry::default();
}

/// A call answered that nobody is signed in: ask for it, and leave the page as it stands.
pub fn note(error: &ApiError) {
    let asked = EXPIRY.with(|expiry| expiry.asked.clone());
    if error.signed_out() && !asked.get_untracked() {
        EXPIRY.with(|expiry| expiry.title.replace(document().title()));
        asked.set(true);
    }
}

/// As [`note`], and says what went wrong.
pub fn tell(error: &ApiError) {
    note(error);
    toast::fail(super::words_for(error));
}

/// Tracks that someone has signed in over the page.
pub fn track_sign_in() {
    EXPIRY.with(|expiry| expiry.again.track());
}

/// The dialog; it stands once in the frame. Closed without signing in, it comes back with the next call that needs it.
#[component]
pub fn SignInAgain() -> impl IntoView {
    let (asked, again) = EXPIRY.with(|expiry| (expiry.asked.clone(), expiry.again.clone()));
    let open = RwSignal::from(asked);
    Effect::new(move || {
        if open.get() {
            return;
        }
        let title = EXPIRY.with(|expiry| expiry.title.take());
        if !title.is_empty() {
            document().set_title(&title);
        }
    });
    let done = Callback::new(move |_| {
        open.set(false);
        again.update(|times| *times += 1);
    });
    view! {
        <Dialog open=open title=say(staff::SESSION_ENDED)>
            <div class="dialog-body"><SignIn staff=true note=say(staff::SESSION_ENDED_HINT) on_done=done/></div>
        </Dialog>
    }
}
