//! How keys and buttons move through the rows and write in them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use kontor_shared::drafts::{Typed, read_quantity, write_quantity};
use kontor_shared::money::Quantity;
use leptos::prelude::*;

use super::find;
use super::layout::{Layout, Looking};
use super::manner::manner;
use super::pool::Pool;
use crate::catalogue::{Catalogue, shop};
use crate::draft;
use crate::lang::lang;

/// Scrolling has come to rest when it was not heard of for so long.
const AT_REST: Duration = Duration::from_millis(180);

/// Moves through the list by keys.
#[derive(Clone, Copy)]
pub struct Steering {
    catalogue: StoredValue<Arc<Catalogue>>,
    looking: Looking,
    /// The rows in the page, once there are any.
    pool: StoredValue<Option<Rc<RefCell<Pool>>>, LocalStorage>,
    /// Runs out when nothing has moved for a while.
    resting: StoredValue<Cell<Option<TimeoutHandle>>, LocalStorage>,
    /// What stood in the quantity when it got the focus, for Esc.
    before: StoredValue<String>,
}

impl Steering {
    pub fn new(catalogue: Arc<Catalogue>, looking: Looking) -> Self {
        Self {
            catalogue: StoredValue::new(catalogue),
            looking,
            pool: StoredValue::new_local(None),
            resting: StoredValue::new_local(Cell::new(None)),
            before: StoredValue::new(String::new()),
        }
    }

    fn layout<T>(self, read: impl FnOnce(&Layout) -> T) -> T {
        self.looking.layout.with_untracked(|layout| read(layout))
    }

    /// Where the current row stands, if it is among the hits.
    fn here(self) -> Option<usize> {
        shop().current.get_untracked().and_then(|row| self.layout(|layout| layout.entry_of(row)))
    }

    /// The current row, if it is among the hits: keys act on nothing that the list does not show.
    fn row(self) -> Option<u32> {
        shop().current.get_untracked().filter(|_| self.here().is_some())
    }

    /// The row got the focus.
    pub fn entered(self, row: u32) {
        shop().current.set(Some(row));
        self.before.set_value(self.typed(row));
    }

    /// Where keys begin while no row has been chosen.
    fn first_in_view(self) -> Option<u32> {
        self.with_pool(|pool| pool.first_in_view()).flatten()
    }

    fn typed(self, row: u32) -> String {
        self.catalogue.with_value(|catalogue| {
            let code = catalogue.code(row);
            draft::store().draft.with_untracked(|draft| draft.line(code).map(|line| line.typed.clone()).unwrap_or_default())
        })
    }

    pub fn write(self, row: u32, typed: &str) {
        self.catalogue.with_value(|catalogue| {
            if let Some(product) = catalogue.product(row) {
                draft::store().write(&product, typed);
            }
        });
    }

    /// The rows are drawn by this pool.
    pub fn drive(self, pool: Rc<RefCell<Pool>>) {
        self.pool.set_value(Some(pool));
    }

    /// Whether there are rows to draw.
    pub fn drives(self) -> bool {
        self.pool.try_with_value(Option::is_some).unwrap_or(false)
    }

    /// Does something with the rows in the page. What the browser calls back meanwhile finds them busy and is passed over.
    pub fn with_pool<T>(self, act: impl FnOnce(&mut Pool) -> T) -> Option<T> {
        let pool = self.pool.try_get_value().flatten()?;
        let mut pool = pool.try_borrow_mut().ok()?;
        Some(act(&mut pool))
    }

    /// Draws the rows in view as everything stands now, and puts them in order when nothing has moved for a while.
    pub fn draw(self) {
        self.with_pool(Pool::draw);
        let Some(before) = self.resting.try_with_value(Cell::take) else { return };
        if let Some(before) = before {
            before.clear();
        }
        let settle = move || {
            self.with_pool(Pool::settle);
        };
        let _ = self.resting.try_with_value(|resting| resting.set(set_timeout_with_handle(settle, AT_REST).ok()));
    }

    /// Makes a row current, in view and focused.
    pub fn go(self, row: u32) {
        shop().current.set(Some(row));
        self.with_pool(|pool| pool.bring_into_view(row));
        self.draw();
        self.focus(row);
    }

    /// Focuses a row's quantity, and selects it so that typing replaces it.
    pub fn focus(self, row: u32) {
        if let Some(input) = self.with_pool(|pool| pool.quantity(row)).flatten() {
            // The list itself has put the row in view; the browser would put it under the heads.
            crate::browser::focus_in_place(&input);
            input.select();
        }
    }

    /// Rows down or up.
    pub fn step(self, by: i32) {
        let row = match self.here() {
            Some(here) => self.layout(|layout| layout.step(here, by)),
            None => self.first_in_view(),
        };
        match row {
            Some(row) => self.go(row),
            // Above the first row is the search.
            None if by < 0 => find::focus(),
            // Nothing below: what was typed is taken all the same, and Escape no longer brings the old quantity back.
            None => {
                if let Some(row) = self.row() {
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
        if let Some(row) = self.row() {
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
        if let Some(row) = self.row() {
            self.catalogue.with_value(|catalogue| {
                if let Some(product) = catalogue.product(row) {
                    draft::store().take_out(&product.code);
                }
            });
        }
    }

    /// To the first row of the next or previous group, whose head comes to the top.
    pub fn group(self, by: i8) {
        let first = || self.first_in_view().and_then(|row| self.layout(|layout| layout.entry_of(row)));
        let here = self.here().or_else(first).unwrap_or(0);
        let found = self.layout(|layout| layout.group_beside(here, by).map(|(head, row)| (f64::from(layout.top(head)), row)));
        if let Some((top, row)) = found {
            self.with_pool(|pool| pool.scroll_to(top));
            self.go(row);
        }
    }

    /// A digit begins a new quantity on the current row, or on the first in view where none has been chosen yet.
    pub fn digit(self, digit: char) {
        let row = if shop().current.with_untracked(Option::is_some) { self.row() } else { self.first_in_view() };
        if let Some(row) = row {
            self.go(row);
            self.write(row, &digit.to_string());
            self.go_on(row);
        }
    }

    /// Makes a row current and goes on behind what stands in its quantity: the next digit does not replace it.
    pub fn go_on(self, row: u32) {
        self.go(row);
        if let Some(input) = self.with_pool(|pool| pool.quantity(row)).flatten() {
            crate::browser::go_on_behind(&input);
        }
    }

    /// Makes the current row a favourite, or no longer.
    pub fn star(self) {
        if let Some(row) = self.row() {
            self.star_on(row);
        }
    }

    pub fn star_on(self, row: u32) {
        let code = self.catalogue.with_value(|catalogue| catalogue.code(row).to_string());
        manner().star(&code);
    }

    /// Shows the details of the current row. In a quantity the key goes through the text first.
    pub fn details(self) -> bool {
        if let Some(input) = crate::browser::focused().and_then(|element| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlInputElement>(element).ok()) {
            let end = input.value().encode_utf16().count() as u32;
            if input.selection_start().ok().flatten() != Some(end) {
                return false;
            }
        }
        let some = self.here().is_some();
        if some {
            self.show_details();
        }
        some
    }

    /// Shows the details. Where they take their room from the list, the row they are about stays in view.
    pub fn show_details(self) {
        manner().details.set(true);
        request_animation_frame(move || {
            let row = shop().current.try_get_untracked().flatten();
            if let Some(row) = row {
                self.with_pool(|pool| pool.bring_into_view(row));
                self.draw();
            }
        });
    }

    /// Closes the details; the row they were about has the focus again.
    pub fn close_details(self) {
        manner().details.set(false);
        if let Some(row) = self.row() {
            self.go(row);
        }
    }

    /// Back: the entry as it was, then the search, then an empty search.
    pub fn back(self) {
        if manner().details.get_untracked() {
            self.close_details();
            return;
        }
        match super::place() {
            super::Place::Quantity => {
                let before = self.before.get_value();
                match self.row().filter(|row| self.typed(*row) != before) {
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
