//! A dialog over the page: the browser's own `<dialog>`, which keeps the focus inside and closes with Esc.

use kontor_shared::words::common;
use leptos::html;
use leptos::prelude::*;

use crate::lang::say;

/// Shown while `open` is true.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: String,
    /// Wider than usual.
    #[prop(optional)]
    wide: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let node: NodeRef<html::Dialog> = NodeRef::new();
    Effect::new(move || {
        if let Some(dialog) = node.get() {
            if open.get() {
                if !dialog.open() {
                    let _ = dialog.show_modal();
                }
            } else if dialog.open() {
                dialog.close();
            }
        }
    });
    // A part that goes while its dialog is open closes it first: only then does the browser give the focus back.
    on_cleanup(move || {
        if let Some(dialog) = node.try_get_untracked().flatten() {
            dialog.close();
        }
    });
    let heading = format!("dialog-{}", title.chars().filter(|c| c.is_alphanumeric()).collect::<String>());
    view! {
        <dialog class="dialog" class:dialog-wide=wide node_ref=node aria-labelledby=heading.clone() on:close=move |_| { let _ = open.try_set(false); }>
            <div class="dialog-head row-x">
                <h2 id=heading.clone()>{title}</h2>
                <button type="button" class="btn btn-row push" on:click=move |_| open.set(false)>{say(common::CLOSE)}<kbd class="only-l">"Esc"</kbd></button>
            </div>
            <Show when=move || open.get()>{children()}</Show>
        </dialog>
    }
}
