//! The rows: only those in view exist in the page. And how keys move through them.

use std::sync::Arc;

use kontor_shared::drafts::{Typed, read_quantity, write_quantity};
use kontor_shared::money::Quantity;
use kontor_shared::words::{common, format, shop as words};
use leptos::html;
use leptos::prelude::*;

use super::layout::{Entry, Layout, Looking, Metrics};
use super::line::Line;
use super::{find, html as element};
use crate::catalogue::{Catalogue, shop};
use crate::draft;
use crate::lang::{count, lang, say};

/// Rows drawn beyond the view, so that a short scroll shows no gap.
const BEYOND: usize = 8;
const LIST: &str = "list";

/// Moves through the list by keys.
#[derive(Clone, Copy)]
pub struct Steering {
    catalogue: StoredValue<Arc<Catalogue>>,
    looking: Looking,
    /// What stood in the quantity when it got the focus, for Esc.
    before: StoredValue<String>,
}

impl Steering {
    pub fn new(catalogue: Arc<Catalogue>, looking: Looking) -> Self {
        Self { catalogue: StoredValue::new(catalogue), looking, before: StoredValue::new(String::new()) }
    }

    fn layout<T>(self, read: impl FnOnce(&Layout) -> T) -> T {
        self.looking.layout.with_untracked(|layout| read(layout))
    }

    /// Where the current row stands, if it is among the hits.
    fn here(self) -> Option<usize> {
        shop().current.get_untracked().and_then(|row| self.layout(|layout| layout.entry_of(row)))
    }

    /// The row got the focus.
    pub fn entered(self, row: u32) {
        shop().current.set(Some(row));
        self.before.set_value(self.typed(row));
    }

    fn typed(self, row: u32) -> String {
        self.catalogue.with_value(|catalogue| {
            let code = catalogue.code(row);
            draft::store().draft.with_untracked(|draft| draft.line(code).map(|line| line.typed.clone()).unwrap_or_default())
        })
    }

    fn write(self, row: u32, typed: &str) {
        self.catalogue.with_value(|catalogue| {
            if let Some(product) = catalogue.product(row) {
                draft::store().write(&product, typed);
            }
        });
    }

    /// Makes a row current, in view and focused.
    pub fn go(self, row: u32) {
        shop().current.set(Some(row));
        let Some(at) = self.layout(|layout| layout.entry_of(row)) else { return };
        let metrics = self.looking.metrics.get_untracked();
        if let Some(list) = element(LIST) {
            let cover = f64::from(metrics.head + self.layout(|layout| if layout.grouped { metrics.group } else { 0 }));
            let (top, bottom) = self.layout(|layout| (f64::from(layout.tops[at]), f64::from(layout.tops[at + 1])));
            let (from, height) = (f64::from(list.scroll_top()), f64::from(list.client_height()) - f64::from(metrics.head));
            let (over, under) = (top - (cover - f64::from(metrics.head)), bottom - height);
            let target = if from > over {
                Some(over.max(0.0))
            } else if from < under {
                Some(under)
            } else {
                None
            };
            if let Some(target) = target {
                list.set_scroll_top(target as i32);
                shop().scroll.set(target);
            }
        }
        focus_quantity(row, 3);
    }

    /// Rows down or up.
    pub fn step(self, by: i32) {
        let row = match self.here() {
            Some(here) => self.layout(|layout| layout.step(here, by)),
            None => self.layout(|layout| layout.row_from(0)),
        };
        match row {
            Some(row) => self.go(row),
            // Above the first row is the search.
            None if by < 0 => find::focus(),
            // Nothing below: what was typed is taken all the same, and Escape no longer brings the old quantity back.
            None => {
                if let Some(row) = shop().current.get_untracked() {
                    self.before.set_value(self.typed(row));
                }
            }
        }
    }

    /// The best hit; without a query the first row in view.
    pub fn best(self) {
        let best = self.looking.hits.with_untracked(|hits| {
            let group = shop().group.get_untracked();
            self.catalogue
                .with_value(|catalogue| hits.found.rows().iter().copied().find(|row| group.is_none_or(|group| catalogue.groups_of(*row).contains(&group))))
        });
        if let Some(row) = best {
            self.go(row);
        }
    }

    /// One pack more or less on the current row. Nothing becomes less than nothing.
    pub fn pack(self, by: i8) {
        if let Some(row) = shop().current.get_untracked() {
            self.pack_on(row, by);
        }
    }

    pub fn pack_on(self, row: u32, by: i8) {
        let typed = self.typed(row);
        let Some(rule) = self.catalogue.with_value(|catalogue| catalogue.product(row).map(|product| product.rule())) else { return };
        let now = match read_quantity(&typed, lang()) {
            Typed::Quantity(quantity) => quantity.raw(),
            Typed::Nothing => 0,
            // What cannot be read is left for the reader to mend.
            Typed::Unreadable => return,
        };
        let next = now.saturating_add(i64::from(by) * rule.pack().raw());
        let next = if next <= 0 || (by < 0 && rule.min.is_some_and(|min| next < min.raw())) {
            0
        } else if now == 0 {
            rule.first().map_or(next, Quantity::raw)
        } else {
            next
        };
        self.write(row, &if next == 0 { String::new() } else { plain(Quantity::from_raw(next)) });
    }

    pub fn take_out(self) {
        if let Some(row) = shop().current.get_untracked() {
            self.catalogue.with_value(|catalogue| {
                if let Some(product) = catalogue.product(row) {
                    draft::store().take_out(&product.code);
                }
            });
        }
    }

    /// To the first row of the next or previous group, whose head comes to the top.
    pub fn group(self, by: i8) {
        let found = self.layout(|layout| {
            let heads: Vec<usize> = layout.entries.iter().enumerate().filter(|(_, entry)| matches!(entry, Entry::Group(..))).map(|(at, _)| at).collect();
            let here = self.here().unwrap_or(0);
            let now = heads.partition_point(|head| *head <= here).saturating_sub(1);
            let head = if by > 0 { heads.get(now + 1) } else { heads.get(now.checked_sub(1)?) }?;
            match layout.entries.get(head + 1) {
                Some(Entry::Row(row)) => Some((*row, layout.tops[*head])),
                _ => None,
            }
        });
        if let Some((row, top)) = found {
            if let Some(list) = element(LIST) {
                list.set_scroll_top(top as i32);
                // The browser stops at the end of the list.
                shop().scroll.set(f64::from(list.scroll_top()));
            }
            self.go(row);
        }
    }

    /// A digit begins a new quantity on the current row.
    pub fn digit(self, digit: char) {
        let row = match shop().current.get_untracked().filter(|_| self.here().is_some()) {
            Some(row) => Some(row),
            None => self.layout(|layout| layout.row_from(0)),
        };
        if let Some(row) = row {
            self.go(row);
            self.write(row, &digit.to_string());
            // The next digit goes on behind this one.
            request_animation_frame(move || {
                request_animation_frame(move || {
                    if let Some(input) = input(row) {
                        let end = input.value().encode_utf16().count() as u32;
                        let _ = input.set_selection_range(end, end);
                    }
                });
            });
        }
    }

    /// Back: the entry as it was, then the search, then an empty search.
    pub fn back(self) {
        match super::place() {
            super::Place::Quantity => {
                let row = shop().current.get_untracked();
                let before = self.before.get_value();
                match row.filter(|row| self.typed(*row) != before) {
                    Some(row) => self.write(row, &before),
                    None => find::focus(),
                }
            }
            _ if !shop().query.with_untracked(String::is_empty) => {
                shop().query.set(String::new());
                shop().literal.set(false);
            }
            _ => {
                if let Some(focused) = crate::browser::focused().and_then(|element| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(element).ok()) {
                    let _ = focused.blur();
                }
            }
        }
    }
}

/// A quantity as the reader would type it.
pub fn plain(quantity: Quantity) -> String {
    write_quantity(quantity, lang())
}

pub fn quantity_id(row: u32) -> String {
    format!("q{row}")
}

fn input(row: u32) -> Option<web_sys::HtmlInputElement> {
    document().get_element_by_id(&quantity_id(row)).and_then(|element| wasm_bindgen::JsCast::dyn_into(element).ok())
}

/// Focuses a row's quantity when it is drawn, and selects it so that typing replaces it.
fn focus_quantity(row: u32, tries: u8) {
    if let Some(input) = input(row) {
        // The list itself has put the row in view; the browser would put it under the heads.
        crate::browser::focus_in_place(&input);
        input.select();
    } else if tries > 0 {
        request_animation_frame(move || focus_quantity(row, tries - 1));
    }
}

fn read_metrics(list: &web_sys::Element) -> Option<Metrics> {
    let style = window().get_computed_style(list).ok().flatten()?;
    let read = |name: &str| style.get_property_value(name).ok().and_then(|text| text.trim().parse::<u32>().ok());
    Some(Metrics { row: read("--h-row")?, group: read("--h-group")?, hint: read("--h-hint")?, head: read("--h-head")? })
}

/// The rows in view, the head and the current group above them.
#[component]
pub fn Rows(catalogue: Arc<Catalogue>, looking: Looking, steering: Steering) -> impl IntoView {
    let shop = shop();
    let list: NodeRef<html::Div> = NodeRef::new();
    let height = RwSignal::new(800_u32);
    let measure = move || {
        if let Some(list) = list.get_untracked() {
            height.set(list.client_height().max(0) as u32);
            if let Some(metrics) = read_metrics(&list)
                && looking.metrics.get_untracked() != metrics
            {
                looking.metrics.set(metrics);
            }
        }
    };
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    // Coming back to the page shows the place that was left; a new question starts at the top.
    Effect::new(move |asked: Option<_>| {
        let question = looking.question.get();
        if let Some(list) = list.get() {
            match asked {
                None => {
                    measure();
                    let left = shop.scroll.get_untracked();
                    request_animation_frame(move || list.set_scroll_top(left as i32));
                }
                Some(before) if before != question => {
                    list.set_scroll_top(0);
                    shop.scroll.set(0.0);
                }
                Some(_) => {}
            }
        }
        question
    });
    let range = Memo::new(move |_| {
        let (from, height) = (shop.scroll.get().max(0.0) as u32, height.get());
        looking.layout.with(|layout| {
            let first = layout.at(from).saturating_sub(BEYOND);
            let last = (layout.at(from.saturating_add(height)) + BEYOND + 1).min(layout.entries.len());
            (first, last)
        })
    });
    let entries = move || {
        let (first, last) = range.get();
        looking
            .layout
            .with(|layout| layout.entries.get(first..last).unwrap_or_default().iter().enumerate().map(|(at, entry)| (first + at, *entry)).collect::<Vec<_>>())
    };
    // Tab stops once in the list: at the current row, where it is drawn, else at the first in view. Keys move on from there.
    let tab_stop = Memo::new(move |_| {
        let (first, last) = range.get();
        let (current, from) = (shop.current.get(), shop.scroll.get().max(0.0) as u32);
        looking.layout.with(|layout| {
            let drawn = |row: &u32| layout.entries.get(first..last).is_some_and(|entries| entries.contains(&Entry::Row(*row)));
            current.filter(drawn).or_else(|| layout.row_from(layout.at(from)))
        })
    });
    let top = Memo::new(move |_| {
        let (first, _) = range.get();
        looking.layout.with(|layout| layout.tops.get(first).copied().unwrap_or(0))
    });
    let group_now = Memo::new(move |_| {
        let from = shop.scroll.get().max(0.0) as u32;
        looking.layout.with(|layout| layout.group_of(layout.at(from)).filter(|(at, ..)| layout.tops[*at] < from).map(|(_, group, rows)| (group, rows)))
    });
    let sign = catalogue.info.currency.sign().to_string();
    let (for_rows, for_head) = (catalogue.clone(), catalogue.clone());
    // The column is as wide as the firm's codes need.
    let longest = catalogue.list().codes().iter().map(|code| code.chars().count()).max().unwrap_or_default();
    view! {
        <div class="list" class:codes-long=(9..=13).contains(&longest) class:codes-longest=longest.gt(&13) id=LIST role="grid" aria-label=say(words::PRICE_LIST) tabindex="-1" node_ref=list
            aria-rowcount=move || looking.layout.with(|layout| layout.entries.len() + 1)
            on:scroll=move |_| if let Some(list) = list.get_untracked() { shop.scroll.set(f64::from(list.scroll_top())) }>
            <div role="row" class="head" aria-rowindex="1">
                <span role="columnheader">{say(common::CODE)}</span>
                <span role="columnheader">{say(common::PRODUCT)}</span>
                <span role="columnheader" class="num">{say(words::IN_STOCK)}</span>
                <span role="columnheader" class="num">{format!("{} {sign}", say(common::PRICE))}</span>
                <span role="columnheader" class="num">{say(words::SOLD_BY)}</span>
                <span role="columnheader" class="num">{say(common::QUANTITY)}</span>
                <span role="columnheader" class="num">{format!("{} {sign}", say(common::AMOUNT))}</span>
            </div>
            {move || group_now.get().map(|(group, rows)| view! {
                <div class="group group-now" aria-hidden="true">{group_head(&for_head, group, rows)}</div>
            })}
            <div class="space" role="presentation" style:height=move || format!("{}px", looking.layout.with(|layout| layout.height()))>
                <div class="window" role="presentation" style:transform=move || format!("translateY({}px)", top.get())>
                    <For each=entries key=|entry| *entry let:entry>
                        {match entry.1 {
                            Entry::Group(group, rows) => view! {
                                <div role="row" class="group" aria-rowindex=(entry.0 + 2).to_string()>
                                    <span role="rowheader">{group_head(&for_rows, group, rows)}</span>
                                </div>
                            }.into_any(),
                            Entry::Row(row) => view! { <Line catalogue=for_rows.clone() looking=looking steering=steering tab_stop=tab_stop row=row at=entry.0/> }.into_any(),
                        }}
                    </For>
                </div>
            </div>
            <Nothing catalogue=catalogue looking=looking/>
        </div>
    }
}

/// "Mugs, cups and glasses · 58 in Kitchen and dining"
fn group_head(catalogue: &Catalogue, group: u32, rows: u32) -> impl IntoView + use<> {
    let parent = catalogue.head().groups.get(group as usize).and_then(|group| group.parent).map(|parent| catalogue.group_name(parent).to_string());
    let rows = count(words::GOODS, u64::from(rows));
    let beside = match parent {
        Some(parent) => format!("{rows} · {parent}"),
        None => rows,
    };
    view! { <span class="group-name">{catalogue.group_name(group).to_string()}</span><span class="s">{beside}</span> }
}

/// Nothing found: which filter hides how many, and the way back.
#[component]
fn Nothing(catalogue: Arc<Catalogue>, looking: Looking) -> impl IntoView {
    let shop = shop();
    move || {
        (looking.layout.with(|layout| layout.rows) == 0).then(|| {
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
                                <button type="button" class="btn" on:click=move |_| { shop.reset(); shop.query.set(query.clone()) }>
                                    {count(words::SHOW_WITHOUT_FILTERS, unfiltered as u64)}
                                </button>
                            }
                        })}
                        <button type="button" class="btn" on:click=move |_| shop.reset()>{words::SHOW_ALL.with(lang(), &[("n", &total)])}</button>
                    </div>
                </div>
            }
        })
    }
}
