//! One element of the pool that shows rows: its parts, and what stands in them, so that only what differs is written.

use kontor_shared::catalog::ProductRow;
use kontor_shared::catalog::rows::{Cells, Column, Look, escape, marked, marked_code, row_inside};
use kontor_shared::drafts::LineState;
use kontor_shared::money::Quantity;
use kontor_shared::pictures::{Size, path};
use kontor_shared::words::{format, shop as words};
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, Node};

use super::layout::Ordered;
use super::line::why;
use super::steering::plain;
use crate::lang::{lang, say};

/// Sets an attribute; a name of ours is never refused.
pub fn set(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}

/// A place for text: the text node in an element.
struct Text(Node);

impl Text {
    fn of(element: &Element) -> Option<Self> {
        match element.first_child() {
            Some(node) => Some(Self(node)),
            None => {
                let node: Node = document().create_text_node("").unchecked_into();
                element.append_child(&node).ok().map(Self)
            }
        }
    }
    fn write(&self, old: &str, new: &str) {
        if old != new {
            self.0.set_node_value(Some(new));
        }
    }
}

pub struct Item {
    cells: Cells,
    code: HtmlElement,
    title: HtmlElement,
    /// Some words of it are marked.
    marked: bool,
    /// The query it was written for.
    used: String,
    /// It has a tooltip.
    titled: bool,
    /// Somebody typed in it since it shows this row.
    pub touched: bool,
    new: HtmlElement,
    promotion: HtmlElement,
    star: Element,
    money: Text,
    meta_cell: Element,
    meta: Text,
    stock_cell: Option<Element>,
    stock: Option<Text>,
    brand: Option<Text>,
    picture: Option<Element>,
    vat: Option<Text>,
    price: Text,
    pack: Option<(Text, Text)>,
    stepper: Element,
    pub quantity: HtmlInputElement,
    amount: Option<Text>,
    amount_text: String,
    hint: Option<Element>,
    number: usize,
    typed: String,
    state: LineState,
    selected: bool,
    stop: bool,
    starred: bool,
    few: bool,
}

impl Item {
    /// Makes the parts in an element, with a first row's texts.
    pub fn make(root: &HtmlElement, number: usize, cells: &Cells, look: &Look) -> Option<Self> {
        let mut html = String::with_capacity(1500);
        row_inside(&mut html, cells, look, number);
        root.set_class_name(if cells.gone { "item gone" } else { "item" });
        root.set_inner_html(&html);
        set(root, "data-slot", &number.to_string());
        set(root, "aria-selected", "false");
        let find = |css: &str| root.query_selector(css).ok().flatten();
        let text = |css: &str| find(css).as_ref().and_then(Text::of);
        let shown = |column: Column, css: &str| look.shown.has(column).then(|| text(css)).flatten();
        Some(Self {
            code: find(".code")?.dyn_into().ok()?,
            title: find(".title")?.dyn_into().ok()?,
            marked: false,
            used: String::new(),
            titled: false,
            touched: false,
            new: find(".mark-pen")?.dyn_into().ok()?,
            promotion: find(".mark-warn")?.dyn_into().ok()?,
            star: find(".star")?,
            money: text(".price > b")?,
            meta_cell: find(".meta")?,
            meta: text(".meta")?,
            stock_cell: find(".stock"),
            stock: shown(Column::Stock, ".stock"),
            brand: shown(Column::Brand, ".brand"),
            picture: find(".pic > img"),
            vat: shown(Column::Vat, ".vat"),
            price: text(".unit-price")?,
            pack: shown(Column::Pack, ".pack > span").zip(shown(Column::Pack, ".pack > small")),
            stepper: find(".stepper")?,
            quantity: find(".qty")?.dyn_into().ok()?,
            amount: shown(Column::Amount, ".amount"),
            amount_text: String::new(),
            hint: None,
            number,
            typed: String::new(),
            state: LineState::NotOrdered,
            selected: false,
            stop: false,
            starred: false,
            few: cells.few,
            cells: cells.clone(),
        })
    }

    /// Writes another row's texts, where they differ. What only the telephone shows is written there only.
    pub fn write(&mut self, root: &HtmlElement, cells: Cells, used: &str, telephone: bool) {
        let old = std::mem::take(&mut self.cells);
        self.price.write(&old.price, &cells.price);
        if telephone {
            self.money.0.set_node_value(Some(&cells.money));
            self.meta.0.set_node_value(Some(&cells.meta));
        }
        for (place, old, new) in [(&self.stock, &old.stock, &cells.stock), (&self.brand, &old.brand, &cells.brand), (&self.vat, &old.vat, &cells.vat)] {
            if let Some(place) = place {
                place.write(old, new);
            }
        }
        // Until the row rests, and for ever where it has none: no picture rather than another's.
        if let Some(picture) = self.picture.as_ref().filter(|_| old.picture != cells.picture || old.code != cells.code) {
            let _ = picture.remove_attribute("src");
            set(picture, "hidden", "");
        }
        if let Some((pack, unit)) = &self.pack {
            pack.write(&old.pack, &cells.pack);
            unit.write(&old.unit, &cells.unit);
        }
        if old.new != cells.new {
            self.new.set_hidden(!cells.new);
        }
        if old.promotion != cells.promotion {
            self.promotion.set_hidden(!cells.promotion);
        }
        if self.few != cells.few {
            self.few = cells.few;
            for cell in [Some(&self.meta_cell), self.stock_cell.as_ref()].into_iter().flatten() {
                let _ = cell.class_list().toggle_with_force("warn", cells.few);
            }
        }
        if old.gone != cells.gone {
            let _ = root.class_list().toggle_with_force("gone", cells.gone);
        }
        // What was wrong in another row is not said of this one.
        if self.hint.is_some() {
            self.take_hint_away();
            self.state = LineState::NotOrdered;
        }
        // What was typed here and is no quantity, a blank perhaps, does not stay for another row.
        if std::mem::take(&mut self.touched) {
            self.quantity.set_value(&self.typed);
        }
        let renamed = old.name != cells.name || old.code != cells.code;
        self.cells = cells;
        if renamed {
            self.name(used);
        }
    }

    /// Shows the picture of a row that rests.
    pub fn show_picture(&self) {
        if let Some(picture) = self.picture.as_ref().filter(|picture| self.cells.picture > 0 && !picture.has_attribute("src")) {
            set(picture, "src", &path(&self.cells.code, self.cells.picture, Size::Small));
            let _ = picture.remove_attribute("hidden");
        }
    }

    /// Marks these words in the name and the code.
    pub fn mark(&mut self, used: &str) {
        if self.used != used {
            self.name(used);
        }
    }

    fn name(&mut self, used: &str) {
        let marks = !used.trim().is_empty();
        for (place, text, marked) in [(&self.title, &self.cells.name, marked as fn(&str, &str) -> String), (&self.code, &self.cells.code, marked_code)] {
            match place.first_child().filter(|_| !marks && !self.marked) {
                Some(old) => old.set_node_value(Some(text)),
                None if marks => place.set_inner_html(&marked(text, used)),
                None => place.set_text_content(Some(text)),
            }
        }
        self.marked = marks;
        self.used = used.to_string();
        if std::mem::take(&mut self.titled) {
            let _ = self.title.remove_attribute("title");
        }
    }

    /// The whole name, for a pointer that rests on one that is cut.
    pub fn tell_name(&mut self) {
        set(&self.title, "title", &self.cells.name);
        self.titled = true;
    }

    /// What is typed in the row, what it comes to, and what is wrong with it.
    pub fn order(&mut self, line: Option<&Ordered>, product: impl FnOnce() -> Option<ProductRow>) {
        let typed = line.map_or("", |line| line.typed.as_str());
        if self.typed != typed {
            if self.typed.is_empty() != typed.is_empty() {
                let _ = self.stepper.class_list().toggle_with_force("stepper-0", typed.is_empty());
            }
            self.typed = typed.to_string();
            // Whoever is typing keeps the cursor where it is.
            if self.quantity.value() != typed {
                self.quantity.set_value(typed);
            }
        }
        let amount = line.and_then(|line| line.amount).map(|amount| format::decimal(lang(), &amount.decimal())).unwrap_or_default();
        if self.amount_text != amount {
            if let Some(place) = &self.amount {
                place.0.set_node_value(Some(&amount));
            }
            self.amount_text = amount;
        }
        let state = line.map_or(LineState::NotOrdered, |line| line.state);
        if self.state != state {
            self.state = state;
            self.say_wrong(line.filter(|line| line.wrong()), product);
        }
    }

    fn take_hint_away(&mut self) {
        if let Some(hint) = self.hint.take() {
            hint.remove();
            let _ = self.quantity.remove_attribute("aria-invalid");
            let _ = self.quantity.remove_attribute("aria-describedby");
        }
    }

    fn say_wrong(&mut self, line: Option<&Ordered>, product: impl FnOnce() -> Option<ProductRow>) {
        self.take_hint_away();
        let Some((line, product)) = line.and_then(|line| Some((line, product()?))) else { return };
        set(&self.quantity, "aria-invalid", "true");
        set(&self.quantity, "aria-describedby", &format!("h{}", self.number));
        let (text, problem) = why(&line.state, &product);
        let mut html = format!("<span>{}</span>", escape(&text));
        // The two nearest right quantities, to take instead.
        let offers: Vec<Quantity> = problem.map(|problem| [problem.lower, problem.upper].into_iter().flatten().collect()).unwrap_or_default();
        for (at, quantity) in offers.into_iter().enumerate() {
            html += &format!(
                r#"<span>{}</span><button type="button" class="btn btn-row" data-take="{}">{}</button>"#,
                escape(say(if at == 0 { words::TAKE } else { words::OR })),
                escape(&plain(quantity)),
                escape(&format::quantity(lang(), quantity)),
            );
        }
        let Ok(hint) = document().create_element("span") else { return };
        set(&hint, "role", "gridcell");
        set(&hint, "class", "hint");
        set(&hint, "id", &format!("h{}", self.number));
        hint.set_inner_html(&html);
        if let Some(row) = self.stepper.closest(".item").ok().flatten() {
            let _ = row.append_child(&hint);
        }
        self.hint = Some(hint);
    }

    /// Whether it is current, where Tab stops, a favourite.
    pub fn choose(&mut self, root: &HtmlElement, selected: bool, stop: bool, starred: bool) {
        let yes = |yes: bool| if yes { "true" } else { "false" };
        if self.selected != selected {
            self.selected = selected;
            set(root, "aria-selected", yes(selected));
        }
        if self.stop != stop {
            self.stop = stop;
            set(&self.quantity, "tabindex", if stop { "0" } else { "-1" });
        }
        if self.starred != starred {
            self.starred = starred;
            set(&self.star, "aria-pressed", yes(starred));
        }
    }
}
