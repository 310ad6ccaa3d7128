//! One sentence after an action, for eight seconds, with what to do about it: undo, try again.

use std::sync::Arc;
use std::time::Duration;

use kontor_shared::words::common;
use leptos::prelude::*;

use crate::house::house;
use crate::lang::say;

/// How long a toast stays, and how long an action can be undone (look/README.md, States).
pub const STAYS: Duration = Duration::from_secs(8);

type Act = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
pub struct Toast {
    id: u64,
    text: String,
    bad: bool,
    action: Option<(String, Act)>,
}

fn show(text: String, bad: bool, action: Option<(String, Act)>) {
    let toasts = house().toasts;
    let id = toasts.with_untracked(|list| list.last().map_or(1, |toast| toast.id + 1));
    toasts.update(|list| {
        // Two are read; a third only covers the page.
        if list.len() > 1 {
            list.remove(0);
        }
        list.push(Toast { id, text, bad, action });
    });
    set_timeout(move || close(id), STAYS);
}

fn close(id: u64) {
    house().toasts.update(|list| list.retain(|toast| toast.id != id));
}

/// Something was done.
pub fn tell(text: impl Into<String>) {
    show(text.into(), false, None);
}

/// Something failed.
pub fn fail(text: impl Into<String>) {
    show(text.into(), true, None);
}

/// Something failed, and can be tried again.
pub fn fail_with(text: impl Into<String>, label: impl Into<String>, act: impl Fn() + Send + Sync + 'static) {
    show(text.into(), true, Some((label.into(), Arc::new(act))));
}

/// Something was done, and an action belongs to it: undo.
pub fn offer(text: impl Into<String>, label: impl Into<String>, act: impl Fn() + Send + Sync + 'static) {
    show(text.into(), false, Some((label.into(), Arc::new(act))));
}

/// Runs the action of the newest toast that has one (Ctrl+Z); says whether there was one.
pub fn act_on_newest() -> bool {
    let found = house().toasts.with_untracked(|list| list.iter().rev().find_map(|toast| toast.action.clone().map(|(_, act)| (toast.id, act))));
    match found {
        Some((id, act)) => {
            close(id);
            act();
            true
        }
        None => false,
    }
}

/// Where toasts appear; stands once in every page's frame.
#[component]
pub fn Toasts() -> impl IntoView {
    let toasts = house().toasts;
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.get() key=|toast| toast.id let:toast>
                <div class="toast" class:toast-bad=toast.bad>
                    <span>{toast.text.clone()}</span>
                    {toast.action.clone().map(|(label, act)| {
                        let id = toast.id;
                        view! { <button type="button" class="link push" on:click=move |_| { close(id); act() }>{label}</button> }
                    })}
                    <button type="button" class="link" aria-label=say(common::CLOSE) on:click={ let id = toast.id; move |_| close(id) }>"×"</button>
                </div>
            </For>
        </div>
    }
}
