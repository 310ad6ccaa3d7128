//! One sentence after an action, for eight seconds, with what to do about it: undo, try again.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use kontor_shared::words::common;
use leptos::prelude::*;

use crate::browser;
use crate::house::house;
use crate::lang::say;

/// How long a toast stays, and how long an action can be undone (look/README.md, States).
pub const STAYS: Duration = Duration::from_secs(8);

/// A button of a toast.
#[derive(Clone)]
struct Action {
    label: String,
    act: Arc<dyn Fn() + Send + Sync>,
    /// It takes back what was done; Ctrl+Z means these only.
    undo: bool,
}

#[derive(Clone)]
pub struct Toast {
    id: u64,
    text: String,
    bad: bool,
    action: Option<Action>,
    /// How much of something that is going on is done, from 0 to 1; such a toast stays until that ends.
    share: Option<ArcRwSignal<f64>>,
}

thread_local! {
    /// Never given twice: the timer of a toast that is gone must not close a later one.
    static LAST_ID: Cell<u64> = const { Cell::new(0) };
}

fn show(text: String, bad: bool, action: Option<Action>) {
    let id = add(text, bad, action, None);
    set_timeout(move || close(id), STAYS);
}

fn add(text: String, bad: bool, action: Option<Action>, share: Option<ArcRwSignal<f64>>) -> u64 {
    let toasts = house().toasts;
    let id = LAST_ID.get() + 1;
    LAST_ID.set(id);
    toasts.update(|list| {
        // Two are read; a third only covers the page.
        if list.len() > 1 {
            // Who could stop something goes on being able to.
            list.remove(list.iter().position(|toast| toast.share.is_none()).unwrap_or(0));
        }
        list.push(Toast { id, text, bad, action, share });
    });
    id
}

/// Something that is going on: its toast shows how far it is and stays until this is dropped.
pub struct Working {
    id: u64,
    share: ArcRwSignal<f64>,
}

impl Working {
    /// How much is done, from 0 to 1.
    pub fn at(&self, share: f64) {
        self.share.set(share);
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        close(self.id);
    }
}

/// Something takes its time, and can be stopped.
pub fn working(text: impl Into<String>, label: impl Into<String>, stop: impl Fn() + Send + Sync + 'static) -> Working {
    let share = ArcRwSignal::new(0.0);
    let id = add(text.into(), false, Some(Action { label: label.into(), act: Arc::new(stop), undo: false }), Some(share.clone()));
    Working { id, share }
}

fn close(id: u64) {
    house().toasts.update(|list| list.retain(|toast| toast.id != id));
}

/// Closes a toast by its own button, which goes with it.
fn dismiss(id: u64) {
    close(id);
    browser::focus_heading_if_lost();
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
    show(text.into(), true, Some(Action { label: label.into(), act: Arc::new(act), undo: false }));
}

/// Something was done, and can be undone.
pub fn offer_undo(text: impl Into<String>, label: impl Into<String>, act: impl Fn() + Send + Sync + 'static) {
    show(text.into(), false, Some(Action { label: label.into(), act: Arc::new(act), undo: true }));
}

/// Undoes what the newest toast offers to undo (Ctrl+Z); says whether there was anything.
pub fn undo_newest() -> bool {
    let undo = |toast: &Toast| toast.action.as_ref().filter(|action| action.undo).map(|action| (toast.id, action.act.clone()));
    let Some((id, act)) = house().toasts.with_untracked(|list| list.iter().rev().find_map(undo)) else { return false };
    close(id);
    act();
    true
}

/// Where toasts appear, below what stays until it is answered; stands once in every page's frame.
#[component]
pub fn Toasts(children: Children) -> impl IntoView {
    let toasts = house().toasts;
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {children()}
            <For each=move || toasts.get() key=|toast| toast.id let:toast>
                <div class="toast" class:toast-bad=toast.bad>
                    <span>{toast.text.clone()}</span>
                    {toast.share.clone().map(|share| view! { <progress class="toast-share" max="1" aria-label=toast.text.clone() prop:value=move || share.get()></progress> })}
                    {toast.action.clone().map(|action| {
                        let id = toast.id;
                        view! { <button type="button" class="link push" on:click=move |_| { dismiss(id); (action.act)() }>{action.label}</button> }
                    })}
                    {toast.share.is_none().then(|| {
                        let id = toast.id;
                        view! { <button type="button" class="link" aria-label=say(common::CLOSE) on:click=move |_| dismiss(id)>"×"</button> }
                    })}
                </div>
            </For>
        </div>
    }
}
