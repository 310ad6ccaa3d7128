//! Single-letter keys of staff lists. They rest while a field has the focus or a dialog is open, and can be turned off
//! (WCAG 2.1.4). Keys are taken by their place on the keyboard, so they work in a Cyrillic layout too.

use kontor_shared::words::staff;
use leptos::ev;
use leptos::prelude::*;

use crate::browser;
use crate::keys::{single_wanted, want_single};
use crate::lang::say;

/// Calls `act` with the place of each single key (`KeyJ`, `Enter`) until the page goes; `true` means it was used.
pub fn on_key(act: impl Fn(&str) -> bool + 'static) {
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() || browser::typing() || dialog_open() {
            return;
        }
        let code = event.code();
        if code.starts_with("Key") && !single_wanted() {
            return;
        }
        if act(&code) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

fn dialog_open() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// Whether a link or button has the focus, which then answers Enter itself.
pub fn on_control() -> bool {
    browser::focused().is_some_and(|element| ["A", "BUTTON", "SUMMARY"].contains(&element.tag_name().as_str()))
}

/// The keys of a list, each with what it does, and the switch that turns letters off.
#[component]
pub fn KeyHints(keys: Vec<(&'static [&'static str], &'static str)>) -> impl IntoView {
    let on = RwSignal::new(single_wanted());
    let hints: Vec<_> =
        keys.into_iter().map(|(names, what)| view! { <span>{names.iter().map(|name| view! { <kbd>{*name}</kbd>" " }).collect_view()}{what}</span> }).collect();
    view! {
        <div class="key-hints s ink-2 only-l">
            {hints}
            <label class="pick push">
                <input type="checkbox" prop:checked=move || on.get()
                    on:change=move |event| {
                        on.set(event_target_checked(&event));
                        want_single(on.get_untracked());
                    }/>
                {say(staff::DEVICE_KEYS)}
            </label>
        </div>
    }
}
