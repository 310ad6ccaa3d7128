//! Sorting, columns and the height of rows.

use kontor_shared::catalog::rows::Column;
use kontor_shared::words::list as words;
use leptos::prelude::*;

use super::manner::{Sort, manner};
use crate::lang::say;

/// The order of rows.
#[component]
pub fn SortChoice() -> impl IntoView {
    let sort = manner().sort;
    let options = Sort::ALL.map(|one| view! { <option value=one.key() prop:selected=move || sort.get() == one>{say(one.word())}</option> });
    view! {
        <select class="in sort" aria-label=say(words::SORT) on:change=move |event| if let Some(one) = Sort::parse(&event_target_value(&event)) { sort.set(one) }>
            {options.into_iter().collect_view()}
        </select>
    }
}

/// Which columns, and how high a row. Pictures are offered where the list has some.
#[component]
pub fn ViewMenu(pictures: bool) -> impl IntoView {
    let manner = manner();
    let menu: NodeRef<leptos::html::Details> = NodeRef::new();
    let offered = Column::ALL.into_iter().filter(|column| pictures || *column != Column::Picture);
    let columns = offered.map(|column| {
        view! {
            <label class="pick">
                <input type="checkbox" prop:checked=move || manner.shown.get().has(column)
                    on:change=move |event| manner.show_columns(manner.shown.get_untracked().with(column, event_target_checked(&event)))/>
                {say(column.word())}
            </label>
        }
    });
    let height = move |comfortable: bool, word| {
        view! {
            <button type="button" aria-pressed=move || if manner.comfortable.get() == comfortable { "true" } else { "false" } on:click=move |_| manner.be_comfortable(comfortable)>{say(word)}</button>
        }
    };
    view! {
        <details class="menu view-menu only-l" node_ref=menu on:keydown=move |event| {
            if let Some(menu) = menu.get_untracked().filter(|menu| event.key() == "Escape" && menu.has_attribute("open")) {
                // This Escape is spent: it does not clear the search as well.
                event.prevent_default();
                let _ = menu.remove_attribute("open");
                if let Some(summary) = menu.query_selector("summary").ok().flatten() {
                    crate::browser::focus_in_place(&summary);
                }
            }
        }>
            <summary class="btn">{say(words::VIEW)}</summary>
            <div class="menu-box">
                <fieldset><legend>{say(words::COLUMNS)}</legend>{columns.collect_view()}</fieldset>
                <fieldset><legend>{say(words::DENSITY)}</legend><div class="seg">{height(false, words::DENSE)}{height(true, words::COMFORTABLE)}</div></fieldset>
            </div>
        </details>
    }
}
