//! The search field and the line below it: how many, and what was understood.

use std::sync::Arc;

use kontor_shared::catalog::search::Reason;
use kontor_shared::words::{export as export_words, format, shop as words};
use leptos::prelude::*;

use super::layout::Looking;
use super::view_menu::{SortChoice, ViewMenu};
use crate::browser;
use crate::catalogue::{Catalogue, shop};
use crate::export::{self, What};
use crate::lang::{count, lang, say};

pub const ID: &str = "search";

/// Puts the cursor into the search and selects what stands there.
pub fn focus() {
    if let Some(input) = super::html(ID) {
        let _ = input.focus();
        wasm_bindgen::JsCast::unchecked_ref::<web_sys::HtmlInputElement>(&input).select();
    }
}

#[component]
pub fn Find(catalogue: Arc<Catalogue>, looking: Looking, folded: RwSignal<bool>) -> impl IntoView {
    let shop = shop();
    let all = catalogue.goods() as u32;
    let found = catalogue.clone();
    let save = move || export::save(What::Found(found.clone(), looking.layout.with_untracked(|layout| layout.rows().into())));
    let pictures = catalogue.list().has_pictures();
    let searching = move || shop.query.with(|query| !query.trim().is_empty());
    let repaired = move || looking.hits.with(|hits| hits.found.repaired.clone().map(|used| (used, hits.found.reason(0))));
    let clear = move || {
        shop.query.set(String::new());
        shop.literal.set(false);
        browser::focus(ID);
    };
    view! {
        <div class="find">
            <div class="search" role="search">
                <input class="in" id=ID type="text" inputmode="search" autocomplete="off" spellcheck="false" maxlength="200" aria-label=say(words::SEARCH) placeholder=say(words::SEARCH)
                    prop:value=move || shop.query.get()
                    on:input=move |event| {
                        shop.literal.set(false);
                        shop.query.set(event_target_value(&event));
                    }/>
                <kbd class="only-l" class:hidden=searching>"/"</kbd>
                {move || searching().then(|| view! { <button type="button" class="x" aria-label=say(words::CLEAR_SEARCH) on:click=move |_| clear()>"×"</button> })}
            </div>
            <span class="only-l"><SortChoice/></span>
            <ViewMenu pictures=pictures/>
        </div>
        <div class="chips">
            <button type="button" class="btn" aria-expanded=move || if folded.get() { "false" } else { "true" } on:click=move |_| folded.update(|folded| *folded = !*folded)>{say(words::GROUPS_AND_FILTERS)}</button>
            <span class="only-s"><SortChoice/></span>
        </div>
        <div class="found">
            <span role="status" aria-live="polite">
                {move || {
                    let total = catalogue.goods() as u64;
                    let shown = looking.layout.with(|layout| u64::from(layout.count()));
                    if shown == total {
                        count(words::GOODS, total)
                    } else {
                        words::N_OF_GOODS.with(lang(), total, &[("shown", &format::integer(lang(), shown as i64))])
                    }
                }}
                " "
                // What was looked for instead is said with how many it is.
                {move || repaired().map(|(used, reason)| {
                    let why = match reason {
                        Some(Reason::Layout) => words::WHY_LAYOUT,
                        Some(Reason::Translit) => words::WHY_TRANSLIT,
                        Some(Reason::Spelling) => words::WHY_SPELLING,
                        Some(Reason::Form) => words::WHY_FORM,
                        _ => words::WHY_TYPO,
                    };
                    view! { <span class="why">{why.with(lang(), &[("used", &used), ("query", &shop.query.get())])}</span> }
                })}
            </span>
            {
                move || looking.layout.with(|layout| layout.count() > 0 && layout.count() < all).then(|| {
                    let save = save.clone();
                    view! { <button type="button" class="link s" title=say(export_words::SAVE_FOUND_NOTE) on:click=move |_| save()>{say(export_words::SAVE_FOUND)}</button> }
                })
            }
            {
                let group_name = { let catalogue = catalogue_name(); move |group: u32| catalogue(group) };
                move || shop.group.get().map(|group| view! {
                    <span>{group_name(group)}" "<button type="button" class="link s" on:click=move |_| shop.group.set(None)>{say(words::ALL_GROUPS)}</button></span>
                })
            }
            <span class="not-xl"><crate::news::AsOf/></span>
            <button type="button" class="link s push by-foot" on:click=move |_| export::save(What::PriceList)>{say(words::SAVE_AS_EXCEL)}</button>
            {move || repaired().map(|_| view! {
                <button type="button" class="link s" on:click=move |_| shop.literal.set(true)>{words::SEARCH_INSTEAD.with(lang(), &[("query", &shop.query.get())])}</button>
            })}
        </div>
    }
}

/// Names of groups of the list that is here.
fn catalogue_name() -> impl Fn(u32) -> String + Clone {
    |group| shop().here_untracked().map(|catalogue| catalogue.group_name(group).to_string()).unwrap_or_default()
}
