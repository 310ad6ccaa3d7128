//! The list: its head, the rows in view, and what the page hears from them.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use kontor_shared::catalog::first::{code_classes, longest_code};
use kontor_shared::catalog::rows::{Column, Look, head_html};
use kontor_shared::words::{format, shop as words};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use super::first;
use super::layout::{Looking, Metrics};
use super::manner::manner;
use super::pool::Pool;
use super::steering::Steering;
use crate::catalogue::{Catalogue, shop};
use crate::lang::{count, lang, say};

const LIST: &str = "list";

fn read_metrics(list: &web_sys::Element) -> Option<Metrics> {
    let style = window().get_computed_style(list).ok().flatten()?;
    let read = |name: &str| style.get_property_value(name).ok().and_then(|text| text.trim().parse::<u32>().ok());
    Some(Metrics { row: read("--h-row")?, group: read("--h-group")?, hint: read("--h-hint")?, head: read("--h-head")? })
}

/// The part of the list an event comes from.
fn part(event: &web_sys::Event, css: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(css).ok().flatten()
}

/// A picture may be withdrawn after the list was published: hides what would be the sign of a broken one.
pub fn hide_missing(event: &web_sys::Event, css: &str) {
    if let Some(element) = part(event, css) {
        let _ = element.set_attribute("hidden", "");
    }
}

/// The rows in view, the head and the current group above them.
#[component]
pub fn Rows(catalogue: Arc<Catalogue>, looking: Looking, steering: Steering) -> impl IntoView {
    let (shop, manner) = (shop(), manner());
    let list: NodeRef<html::Div> = NodeRef::new();
    let measure = move || {
        if let Some(list) = list.get_untracked()
            && let Some(metrics) = read_metrics(&list)
            && looking.metrics.get_untracked() != metrics
        {
            // On a telephone other cells are shown.
            steering.with_pool(Pool::clear);
            looking.metrics.set(metrics);
        }
    };
    let resized = window_event_listener(leptos::ev::resize, move |_| {
        measure();
        steering.draw();
    });
    on_cleanup(move || resized.remove());
    let for_pool = catalogue.clone();
    let begin = move |list: &web_sys::HtmlDivElement| {
        let element: &web_sys::HtmlElement = list.unchecked_ref();
        if let Some(pool) = Pool::new(for_pool.clone(), looking, element.clone()) {
            steering.drive(Rc::new(RefCell::new(pool)));
        }
    };
    // Coming back to the page shows the place that was left; a new question starts at the top.
    Effect::new(move |asked: Option<_>| {
        let question = looking.question.get();
        if let Some(list) = list.get() {
            if !steering.drives() {
                begin(&list);
                measure();
                steering.draw();
                steering.with_pool(Pool::come_back);
            } else if asked.is_some_and(|before| before != question) {
                list.set_scroll_top(0);
                shop.scroll.set(0.0);
                shop.top.set(None);
            }
        }
        question
    });
    // Whatever a row shows is written again where it changed.
    Effect::new(move |_| {
        looking.layout.track();
        looking.used.track();
        looking.ordered.track();
        looking.favourites.track();
        shop.current.track();
        steering.draw();
    });
    let for_look = catalogue.clone();
    let pictures = catalogue.list().has_pictures();
    let look = Memo::new(move |_| {
        let shown = manner.shown.get();
        Look::new(for_look.list(), lang(), shown.with(Column::Picture, pictures && shown.has(Column::Picture)))
    });
    Effect::new(move |before: Option<bool>| {
        let (look, comfortable) = (look.get(), manner.comfortable.get());
        // The classes have changed the heights.
        measure();
        steering.with_pool(|pool| pool.look(look));
        steering.draw();
        before.is_some() && comfortable
    });
    let for_next = catalogue.clone();
    Effect::new(move |_| first::keep_soon(for_next.clone(), look.get(), manner.comfortable.get()));
    let scrolled = move |_| {
        steering.draw();
        if let Some(list) = list.get_untracked() {
            shop.scroll.set(f64::from(list.scroll_top()));
            shop.top.set(steering.with_pool(|pool| pool.top_row()).flatten());
        }
    };
    let row_of = move |element: &Element| {
        let slot = Pool::slot_of(element)?;
        steering.with_pool(|pool| pool.row_in(slot)).flatten().map(|row| (slot, row))
    };
    let focused = move |event: web_sys::FocusEvent| {
        let Some(element) = part(&event, ".item") else { return };
        let Some((slot, row)) = row_of(&element) else { return };
        steering.with_pool(|pool| pool.focused = Some(slot));
        if let Some(input) = part(&event, ".qty").and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
            steering.entered(row);
            input.select();
        }
    };
    let typed = move |event: web_sys::Event| {
        let Some(input) = part(&event, ".qty").and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) else { return };
        if let Some((slot, row)) = row_of(&input) {
            steering.with_pool(|pool| pool.touch(slot));
            steering.write(row, &input.value());
        }
    };
    let clicked = move |event: web_sys::MouseEvent| {
        let Some((_, row)) = part(&event, ".item").as_ref().and_then(row_of) else { return };
        if shop.current.get_untracked() != Some(row) {
            shop.current.set(Some(row));
        }
        if let Some(button) = part(&event, "[data-take]") {
            steering.write(row, &button.get_attribute("data-take").unwrap_or_default());
            steering.draw();
            steering.focus(row);
        } else if part(&event, ".step-less").is_some() {
            steering.pack_on(row, -1);
        } else if part(&event, ".step-more").is_some() {
            steering.pack_on(row, 1);
        } else if part(&event, ".star").is_some() {
            steering.star_on(row);
        } else if part(&event, ".title").is_some() {
            steering.show_details();
        }
    };
    let pointed = move |event: web_sys::MouseEvent| {
        if let Some(slot) = part(&event, ".title").as_ref().and_then(Pool::slot_of) {
            steering.with_pool(|pool| pool.tell_name(slot));
        }
    };
    let codes = code_classes(longest_code(catalogue.list()));
    let class = move || format!("list{codes}{}{}", look.get().shown.classes(), if manner.comfortable.get() { " comfortable" } else { "" });
    view! {
        <div class=class id=LIST role="grid" aria-label=say(words::PRICE_LIST) tabindex="-1" node_ref=list
            on:scroll=scrolled on:focusin=focused on:focusout=move |_| { steering.with_pool(|pool| pool.focused = None); }
            on:input=typed on:click=clicked on:mouseover=pointed on:error:capture=move |event| hide_missing(&event, ".pic > img")>
            <div role="rowgroup" class="head-rows" inner_html=move || head_html(&look.get())></div>
            <div class="group group-now" aria-hidden="true" hidden></div>
            <div class="space" role="rowgroup"><div class="window" role="presentation"></div></div>
            <Nothing catalogue=catalogue looking=looking/>
        </div>
    }
}

/// Nothing found: which filter hides how many, and the way back.
#[component]
fn Nothing(catalogue: Arc<Catalogue>, looking: Looking) -> impl IntoView {
    let (shop, manner) = (shop(), manner());
    move || {
        (looking.layout.with(|layout| layout.count()) == 0).then(|| {
            let query = shop.query.get();
            let elsewhere = looking.hits.with(|hits| hits.found.len());
            let unfiltered = catalogue.index.find(&query, &Default::default()).len();
            let total = format::integer(lang(), catalogue.goods() as i64);
            view! {
                <div class="nothing stack">
                    <p><b>{if query.trim().is_empty() { say(words::NOTHING_HERE).to_string() } else { words::NOTHING_FOUND.with(lang(), &[("query", &query)]) }}</b></p>
                    <div class="row-x">
                        {(elsewhere > 0).then(|| view! {
                            <button type="button" class="btn" on:click=move |_| shop.group.set(None)>{count(words::SHOW_IN_ALL_GROUPS, elsewhere as u64)}</button>
                        })}
                        {(unfiltered > elsewhere).then(|| {
                            let query = query.clone();
                            view! {
                                <button type="button" class="btn" on:click=move |_| { manner.only_favourites.set(false); shop.reset(); shop.query.set(query.clone()) }>
                                    {count(words::SHOW_WITHOUT_FILTERS, unfiltered as u64)}
                                </button>
                            }
                        })}
                        <button type="button" class="btn" on:click=move |_| { manner.only_favourites.set(false); shop.reset() }>{words::SHOW_ALL.with(lang(), &[("n", &total)])}</button>
                    </div>
                </div>
            }
        })
    }
}
