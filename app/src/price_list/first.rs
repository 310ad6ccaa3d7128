//! The rows that are in the page before the app: the server's, or those of the last visit, which `app/boot.js` puts there where
//! the page comes from what is kept. They lie over the app until its own are painted, and what was done on them meanwhile is not lost.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use kontor_shared::catalog::first::{Above, Opening, html as first_html};
use kontor_shared::catalog::rows::Look;
use kontor_shared::words::shop as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use super::steering::Steering;
use super::{find, html};
use crate::catalogue::{Catalogue, kept, shop};
use crate::house::{firm, house, memory};
use crate::{draft, times};

const ID: &str = "first";
/// Frames waited for rows of our own; a list without any goods never has one.
const FRAMES: u32 = 30;

/// Whoever has just opened the list or changes its columns is served first.
const REST: Duration = Duration::from_secs(1);

/// Keeps the first screen as this reader sees it now, for the next start.
pub fn keep_soon(catalogue: Arc<Catalogue>, look: Look, comfortable: bool) {
    thread_local! {
        static TURN: Cell<u32> = const { Cell::new(0) };
    }
    let turn = TURN.get().wrapping_add(1);
    TURN.set(turn);
    let reader = || house().session.with_untracked(|session| memory::reader(session.as_ref()));
    let of = reader();
    let keep = move || {
        // The next reader's are other prices.
        if TURN.get() != turn || reader() != of {
            return;
        }
        let Some(firm) = firm() else { return };
        let as_of = words::AS_OF.with(look.lang, &[("date", &times::day(&catalogue.info.published_at)), ("list", &catalogue.info.version)]);
        let logo = firm.logo.as_ref().map(|logo| (logo.url.as_str(), logo.width, logo.height));
        let above = Above { firm: &firm.name, logo, as_of: &as_of, sign_in: of.is_empty() };
        let opening = Opening::of(catalogue.list());
        let html = first_html(&opening, &opening.list, &above, &look, if comfortable { " comfortable" } else { "" });
        spawn_local(async move { kept::keep_first(&of, look.lang, &html).await });
    };
    set_timeout(keep, REST);
}

/// Puts them out of sight, where the page has something else to say. What was typed on them waits for the list.
pub fn hide() {
    if let Some(first) = html(ID) {
        first.set_hidden(true);
    }
}

/// Takes over what was typed and scrolled, in the frame in which our own rows are there.
pub fn take_over(catalogue: Arc<Catalogue>, steering: Steering) {
    if html(ID).is_some() {
        wait(catalogue, steering, FRAMES);
    }
}

fn wait(catalogue: Arc<Catalogue>, steering: Steering, frames: u32) {
    request_animation_frame(move || {
        let Some(first) = html(ID) else { return };
        if frames > 0 && document().query_selector("body > .shop .list .item").ok().flatten().is_none() {
            return wait(catalogue, steering, frames - 1);
        }
        let focused = crate::browser::focused().filter(|element| first.contains(Some(element)));
        let scrolled = first.query_selector(".list").ok().flatten().map_or(0, |list| list.scroll_top());
        let search = first.query_selector(".search input").ok().flatten();
        let typed = search.as_ref().map(value).unwrap_or_default();
        let quantities = quantities(&first);
        first.remove();
        for (code, typed) in quantities {
            if let Some(product) = catalogue.by_code(&code) {
                draft::store().write(&product, &typed);
            }
        }
        if !typed.trim().is_empty() {
            shop().query.set(typed);
        } else if scrolled > 0
            && let Some(list) = html("list")
        {
            list.set_scroll_top(scrolled);
        }
        let Some(focused) = focused else { return };
        if search.is_some_and(|search| search == focused) {
            request_animation_frame(|| {
                if let Some(input) = html(find::ID).and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
                    let _ = input.focus();
                    crate::browser::go_on_behind(&input);
                }
            });
        } else if let Some(row) = code_of(&focused).and_then(|code| catalogue.row(&code)) {
            steering.go_on(row);
        }
    });
}

fn value(input: &Element) -> String {
    input.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value).unwrap_or_default()
}

/// The code of the row an element stands in.
fn code_of(element: &Element) -> Option<String> {
    element.closest(".item").ok().flatten()?.query_selector(".code").ok().flatten()?.text_content()
}

/// Quantities typed into the rows, with the codes they are of.
fn quantities(first: &Element) -> Vec<(String, String)> {
    let Ok(inputs) = first.query_selector_all("input.qty") else { return Vec::new() };
    (0..inputs.length())
        .filter_map(|at| inputs.get(at)?.dyn_into::<Element>().ok())
        .filter_map(|input| Some((code_of(&input)?, value(&input))))
        .filter(|(_, typed)| !typed.trim().is_empty())
        .collect()
}
