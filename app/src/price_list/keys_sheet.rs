//! The sheet of keys.

use kontor_shared::words::{Word, from_file, list, shop as words};
use leptos::prelude::*;

use crate::keys::{single_wanted, want_single};
use crate::lang::say;
use crate::ui::dialog::Dialog;

const KEYS: [(Word, &[&str]); 18] = [
    (words::KEY_SHEET, &["?"]),
    (words::KEY_SEARCH, &["/"]),
    (words::KEY_BEST, &["Enter"]),
    (words::KEY_BACK, &["Esc"]),
    (words::KEY_UNDO, &["Ctrl+Z"]),
    (words::KEY_REVIEW, &["Ctrl+Enter"]),
    (words::KEY_EXCEL, &["Ctrl+S"]),
    (from_file::TITLE, &["Ctrl+O"]),
    (words::KEY_ROW, &["↑", "↓"]),
    (words::KEY_SCREEN, &["PgUp", "PgDn"]),
    (words::KEY_DIGITS, &["0", "9"]),
    (words::KEY_NEXT, &["Enter"]),
    (words::KEY_ABOVE, &["Shift+Enter"]),
    (words::KEY_PACK, &["+", "−"]),
    (words::KEY_OUT, &["Del"]),
    (words::KEY_GROUP, &["[", "]"]),
    (list::KEY_DETAILS, &["→"]),
    (list::KEY_FAVOURITE, &["F"]),
];

#[component]
pub fn KeysSheet(open: RwSignal<bool>) -> impl IntoView {
    let part = |keys: &'static [(Word, &'static [&'static str])]| {
        keys.iter()
            .map(|(word, keys)| view! { <dt>{say(*word)}</dt><dd>{keys.iter().map(|key| view! { <kbd>{*key}</kbd>" " }).collect_view()}</dd> })
            .collect_view()
    };
    view! {
        <Dialog open=open title=say(words::KEYS) wide=true>
            <div class="dialog-body key-cols">
                <section><h3>{say(words::KEYS_EVERYWHERE)}</h3><dl>{part(&KEYS[..8])}</dl></section>
                <section><h3>{say(words::KEYS_IN_LIST)}</h3><dl>{part(&KEYS[8..])}</dl></section>
            </div>
            <div class="dialog-body">
                <label class="pick">
                    <input type="checkbox" prop:checked=single_wanted() on:change=move |event| want_single(event_target_checked(&event))/>
                    {say(words::KEYS_SINGLE)}
                </label>
            </div>
        </Dialog>
    }
}
