//! The rows in the page: a few dozen elements that are written anew as they come into view.
//!
//! Scrolling makes nothing: no component, no signal, no listener. A row that has the focus keeps its element.

use std::sync::Arc;

use kontor_shared::catalog::rows::{Look, cells, group_inside};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use super::layout::{Entry, Layout, Looking, Ordered};
use super::manner::manner;
use super::slot::{Item, set};
use crate::catalogue::{Catalogue, shop};
use crate::lang::lang;

/// Rows drawn beyond the view, so that a short scroll shows no gap.
const BEYOND: usize = 6;
/// Browsers cap the height of an element (Firefox at 17.8 million pixels, Chromium at 33.5); beyond this, scrolling is scaled.
const TALLEST: f64 = 16_000_000.0;
/// Rows stand relative to a point near them: figures beyond a float's 24 bits would be rounded.
const NEAR: f64 = 1_000_000.0;

/// One element that shows an entry, or waits.
struct Slot {
    root: HtmlElement,
    /// What it shows.
    entry: Option<Entry>,
    at: usize,
    /// Where it stands, from the origin.
    top: f64,
    tall: bool,
    /// A row's parts; a group's head has none.
    item: Option<Item>,
}

/// What the list is drawn from, all of it as it is now.
struct Scene {
    layout: super::layout::Shared<Layout>,
    ordered: super::layout::Shared<Vec<Ordered>>,
    current: Option<u32>,
}

pub struct Pool {
    catalogue: Arc<Catalogue>,
    looking: Looking,
    look: Look,
    list: HtmlElement,
    space: HtmlElement,
    window: HtmlElement,
    now: HtmlElement,
    slots: Vec<Slot>,
    /// The order in which their elements stand in the page.
    standing: Vec<usize>,
    /// The slot whose quantity or button has the focus.
    pub focused: Option<usize>,
    /// The query whose words are marked.
    used: String,
    /// Pixels of the list to one of the scroll bar.
    ratio: f64,
    origin: f64,
    shift: f64,
    space_height: f64,
    entries: usize,
    group_now: Option<(u32, u32)>,
    /// The pixel at the top when it was last drawn.
    drawn_at: f64,
    /// Only what is in view is drawn.
    bare: bool,
}

impl Pool {
    pub fn new(catalogue: Arc<Catalogue>, looking: Looking, list: HtmlElement) -> Option<Self> {
        let find = |css: &str| list.query_selector(css).ok().flatten().and_then(|element| element.dyn_into::<HtmlElement>().ok());
        let (space, window, now) = (find(".space")?, find(".window")?, find(".group-now")?);
        let look = Look::new(catalogue.list(), lang(), manner().shown.get_untracked());
        // Where the page is mounted anew for another list, its elements stay: with the rows of the pool before.
        window.set_inner_html("");
        Some(Self {
            catalogue,
            looking,
            look,
            list,
            space,
            window,
            now,
            slots: Vec::new(),
            standing: Vec::new(),
            focused: None,
            used: String::new(),
            ratio: 1.0,
            origin: 0.0,
            shift: f64::NAN,
            space_height: -1.0,
            entries: usize::MAX,
            group_now: None,
            drawn_at: 0.0,
            bare: false,
        })
    }

    /// Other columns: rows are made anew.
    pub fn look(&mut self, look: Look) {
        if self.look != look {
            self.look = look;
            self.clear();
        }
    }

    /// Rows are made anew at the next drawing.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.standing.clear();
        self.focused = None;
        self.window.set_inner_html("");
    }

    /// The list's pixel at the top of the view.
    fn offset(&self) -> f64 {
        f64::from(self.list.scroll_top()) * self.ratio
    }

    /// Brings a pixel of the list to the top of the view.
    pub fn scroll_to(&mut self, pixel: f64) {
        self.measure();
        self.list.set_scroll_top((pixel / self.ratio).round() as i32);
        shop().scroll.set(f64::from(self.list.scroll_top()));
    }

    /// The row at the top of the view, unless that is the list's beginning.
    pub fn top_row(&self) -> Option<u32> {
        let offset = self.offset().max(0.0) as u32;
        (offset > 0).then(|| self.looking.layout.with_untracked(|layout| layout.row_from(layout.at(offset)))).flatten()
    }

    /// The first row that stands in view as a whole, below the heads.
    pub fn first_in_view(&self) -> Option<u32> {
        let group = self.looking.metrics.get_untracked().group;
        let offset = self.offset().max(0.0).ceil() as u32;
        self.looking.layout.with_untracked(|layout| {
            let pixel = offset + if layout.grouped() { group } else { 0 };
            let at = layout.at(pixel);
            layout.row_from(if layout.top(at) < pixel { at + 1 } else { at }).or_else(|| layout.row_from(at))
        })
    }

    /// Back to the place that was left. In another list another row stands there: then the row is what is meant.
    pub fn come_back(&mut self) {
        self.measure();
        let top = shop().top.get_untracked();
        self.list.set_scroll_top(shop().scroll.get_untracked() as i32);
        if let Some(row) = top.filter(|_| self.top_row() != top)
            && let Some(pixel) = self.looking.layout.with_untracked(|layout| layout.entry_of(row).map(|at| layout.top(at)))
        {
            self.scroll_to(f64::from(pixel));
        }
    }

    /// Scrolls as little as brings a row between the heads and the foot.
    pub fn bring_into_view(&mut self, row: u32) {
        self.measure();
        let metrics = self.looking.metrics.get_untracked();
        let place = self.looking.layout.with_untracked(|layout| {
            let at = layout.entry_of(row)?;
            let cover = if layout.grouped() { metrics.group } else { 0 };
            Some((f64::from(layout.top(at)) - f64::from(cover), f64::from(layout.top(at + 1))))
        });
        let Some((over, bottom)) = place else { return };
        let (from, height) = (self.offset(), f64::from(self.list.client_height()) - f64::from(metrics.head));
        if from > over {
            self.scroll_to(over.max(0.0));
        } else if from < bottom - height {
            self.scroll_to(bottom - height);
        }
    }

    /// The height the list takes, and how far a pixel of the scroll bar goes.
    fn measure(&mut self) {
        let height = self.looking.layout.with_untracked(|layout| f64::from(layout.height()));
        let space = height.min(TALLEST);
        if (space - self.space_height).abs() > 0.5 {
            self.space_height = space;
            let _ = self.space.style().set_property("height", &format!("{space}px"));
        }
        let view = f64::from(self.list.client_height()) - f64::from(self.looking.metrics.get_untracked().head);
        self.ratio = if height > TALLEST { (height - view) / (TALLEST - view) } else { 1.0 };
    }

    /// Draws what is in view now.
    pub fn draw(&mut self) {
        self.measure();
        let scene =
            Scene { layout: self.looking.layout.get_untracked(), ordered: self.looking.ordered.get_untracked(), current: shop().current.get_untracked() };
        let layout = &scene.layout;
        self.used = self.looking.used.get_untracked();
        if self.entries != layout.len() {
            self.entries = layout.len();
            set(&self.list, "aria-rowcount", &(layout.len() + 1).to_string());
        }
        let scroll = f64::from(self.list.scroll_top());
        let offset = (scroll * self.ratio).max(0.0);
        let from = layout.at(offset as u32);
        let height = f64::from(self.list.client_height());
        // Whoever leaps comes to rest before rows beyond the view are any use.
        self.bare = (offset - self.drawn_at).abs() >= height;
        self.drawn_at = offset;
        let beyond = if self.bare { 0 } else { BEYOND };
        let last = (layout.at((offset + height) as u32) + beyond + 1).min(layout.len());
        let first = from.saturating_sub(beyond);
        self.place_window(offset, scroll);
        self.fill(&scene, first, last);
        self.dress(&scene, from);
        self.head_above(layout, from, offset as u32);
    }

    /// Near the view stands the point from which rows are placed.
    fn place_window(&mut self, offset: f64, scroll: f64) {
        let moved = (self.origin - offset).abs() > 2.0 * NEAR;
        if moved {
            self.origin = (offset / NEAR).floor() * NEAR;
            self.slots.iter_mut().for_each(|slot| slot.top = f64::NAN);
        }
        let shift = self.origin + (scroll - offset).round();
        if shift != self.shift {
            self.shift = shift;
            let _ = self.window.style().set_property("transform", &format!("translateY({shift}px)"));
        }
    }

    /// A row that is no longer in the list gives its element away: the focus goes first, else what is typed next would go
    /// to another row. The list itself takes it, so that keys and reading go on from there.
    fn let_focus_go(&mut self, layout: &Layout) {
        let gone = self.focused.is_some_and(|slot| self.row_in(slot).is_none_or(|row| layout.entry_of(row).is_none()));
        if gone {
            self.focused = None;
            crate::browser::focus_in_place(&self.list);
        }
    }

    /// Gives every entry in view an element: its own where it has one, else one that is free.
    fn fill(&mut self, scene: &Scene, first: usize, last: usize) {
        self.let_focus_go(&scene.layout);
        let mut taken = vec![false; self.slots.len()];
        let mut waiting = Vec::new();
        for at in first..last {
            let Some(entry) = scene.layout.entry(at) else { break };
            match self.slots.iter().position(|slot| slot.entry == Some(entry)) {
                Some(slot) => {
                    taken[slot] = true;
                    self.place(slot, at, scene);
                }
                None => waiting.push((at, entry)),
            }
        }
        // What has the focus stays where it is, out of view perhaps.
        if let Some(slot) = self.focused.filter(|slot| !taken[*slot])
            && let Some(Entry::Row(row)) = self.slots[slot].entry
            && let Some(at) = scene.layout.entry_of(row)
        {
            taken[slot] = true;
            self.place(slot, at, scene);
        }
        let (mut rows, mut heads) = (0, 0);
        for (at, entry) in waiting {
            let row = matches!(entry, Entry::Row(_));
            let next = if row { &mut rows } else { &mut heads };
            while *next < taken.len() && (taken[*next] || self.slots[*next].item.is_some() != row) {
                *next += 1;
            }
            let slot = if *next < taken.len() {
                taken[*next] = true;
                *next
            } else {
                let Some(added) = self.add(entry) else { return };
                taken.push(true);
                added
            };
            self.write(slot, entry);
            self.place(slot, at, scene);
        }
        for (slot, taken) in self.slots.iter_mut().zip(taken) {
            if !taken && slot.entry.take().is_some() {
                slot.root.set_hidden(true);
            }
        }
    }

    /// One more element.
    fn add(&mut self, entry: Entry) -> Option<usize> {
        let number = self.slots.len();
        let root: HtmlElement = document().create_element("div").ok()?.dyn_into().ok()?;
        set(&root, "role", "row");
        let item = match entry {
            Entry::Row(row) => Some(Item::make(&root, number, &cells(self.catalogue.list(), row as usize, &self.look), &self.look)?),
            Entry::Group(..) => {
                root.set_class_name("group");
                root.set_inner_html(r#"<span role="rowheader"></span>"#);
                None
            }
        };
        self.window.append_child(&root).ok()?;
        self.slots.push(Slot { root, entry: None, at: usize::MAX, top: f64::NAN, tall: false, item });
        self.standing.push(number);
        Some(number)
    }

    /// Writes an entry into an element.
    fn write(&mut self, number: usize, entry: Entry) {
        let slot = &mut self.slots[number];
        if slot.entry.is_none() {
            slot.root.set_hidden(false);
        }
        slot.entry = Some(entry);
        match (entry, &mut slot.item) {
            (Entry::Row(row), Some(item)) => {
                let telephone = self.looking.metrics.get_untracked().head == 0;
                item.write(&slot.root, cells(self.catalogue.list(), row as usize, &self.look), &self.used, telephone);
            }
            (Entry::Group(group, rows), _) => {
                if let Some(head) = slot.root.first_element_child() {
                    head.set_inner_html(&group_inside(self.catalogue.list(), group, rows, self.look.lang));
                }
            }
            (Entry::Row(_), None) => {}
        }
    }

    /// Puts an element in its place.
    fn place(&mut self, number: usize, at: usize, scene: &Scene) {
        let top = f64::from(scene.layout.top(at)) - self.origin;
        let slot = &mut self.slots[number];
        if slot.at != at {
            slot.at = at;
            set(&slot.root, "aria-rowindex", &(at + 2).to_string());
        }
        if slot.top != top {
            slot.top = top;
            let _ = slot.root.style().set_property("transform", &format!("translateY({top}px)"));
        }
    }

    /// What the reader typed and chose, on every row drawn.
    fn dress(&mut self, scene: &Scene, from: usize) {
        let favourites = self.looking.favourites.get_untracked();
        let drawn = |row: u32| self.slots.iter().any(|slot| slot.entry == Some(Entry::Row(row)));
        // Tab stops once in the list: at the current row, where it is drawn, else at the first in view. Keys move on from there.
        let stop = scene.current.filter(|row| drawn(*row)).or_else(|| scene.layout.row_from(from));
        for slot in &mut self.slots {
            let (Some(Entry::Row(row)), Some(item)) = (slot.entry, &mut slot.item) else { continue };
            item.mark(&self.used);
            let line = scene.ordered.binary_search_by_key(&row, |line| line.row).ok().map(|at| &scene.ordered[at]);
            let tall = line.is_some_and(Ordered::wrong);
            if slot.tall != tall {
                slot.tall = tall;
                let _ = slot.root.class_list().toggle_with_force("tall", tall);
            }
            item.order(line, || self.catalogue.product(row));
            item.choose(&slot.root, scene.current == Some(row), stop == Some(row), favourites.has(row as usize));
        }
    }

    /// The group at the top of the view, above its rows.
    fn head_above(&mut self, layout: &Layout, from: usize, offset: u32) {
        let group = layout.group_of(from).filter(|(at, ..)| layout.top(*at) < offset).map(|(_, group, rows)| (group, rows));
        if group != self.group_now {
            self.group_now = group;
            self.now.set_hidden(group.is_none());
            if let Some((group, rows)) = group {
                self.now.set_inner_html(&group_inside(self.catalogue.list(), group, rows, self.look.lang));
            }
        }
    }

    /// In the order they are read in: rows are moved while nothing scrolls, for those who go through the page by ear.
    pub fn settle(&mut self) {
        if self.bare {
            self.draw();
        }
        self.slots.iter().filter(|slot| slot.entry.is_some()).filter_map(|slot| slot.item.as_ref()).for_each(Item::show_picture);
        let mut order: Vec<usize> = (0..self.slots.len()).collect();
        order.sort_by_key(|slot| (self.slots[*slot].entry.is_none(), self.slots[*slot].at));
        if order == self.standing {
            return;
        }
        // A focused element that is moved loses its focus: the others are put round it.
        let pivot = self.focused.and_then(|focused| order.iter().position(|slot| *slot == focused));
        let (above, below) = order.split_at(pivot.unwrap_or(0));
        let before = pivot.map(|at| self.slots[order[at]].root.clone().unchecked_into::<web_sys::Node>());
        for slot in above {
            let _ = self.window.insert_before(&self.slots[*slot].root, before.as_ref());
        }
        for slot in below.iter().skip(usize::from(pivot.is_some())) {
            let _ = self.window.append_child(&self.slots[*slot].root);
        }
        self.standing = order;
    }

    /// The number of the element that holds this one.
    pub fn slot_of(element: &Element) -> Option<usize> {
        element.closest("[data-slot]").ok().flatten()?.get_attribute("data-slot")?.parse().ok()
    }
    /// The row an element shows.
    pub fn row_in(&self, slot: usize) -> Option<u32> {
        match self.slots.get(slot)?.entry? {
            Entry::Row(row) => Some(row),
            Entry::Group(..) => None,
        }
    }
    /// Somebody types in an element.
    pub fn touch(&mut self, slot: usize) {
        if let Some(item) = self.slots.get_mut(slot).and_then(|slot| slot.item.as_mut()) {
            item.touched = true;
        }
    }
    /// The pointer rests on a name.
    pub fn tell_name(&mut self, slot: usize) {
        if let Some(item) = self.slots.get_mut(slot).and_then(|slot| slot.item.as_mut()) {
            item.tell_name();
        }
    }
    /// The quantity of a row, where it is drawn.
    pub fn quantity(&self, row: u32) -> Option<HtmlInputElement> {
        self.slots.iter().find(|slot| slot.entry == Some(Entry::Row(row))).and_then(|slot| Some(slot.item.as_ref()?.quantity.clone()))
    }
}
