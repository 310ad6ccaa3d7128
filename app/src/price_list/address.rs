//! The way the list is looked at, in the address: it can be kept, sent and gone back to.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use kontor_shared::catalog::rows::Shown;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::manner::{Sort, manner};
use crate::catalogue::{Catalogue, shop};

/// Typing comes to the address when it pauses: browsers limit how often a page may change it.
const PAUSE: Duration = Duration::from_millis(300);
/// Longer addresses are cut by programs between.
const LONGEST: usize = 4000;

thread_local! {
    /// Whether the address the page was opened with has been read.
    static READ: Cell<bool> = const { Cell::new(false) };
}

/// What an address says of the list. Groups are named by code and attributes by name: numbers belong to a version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub query: String,
    pub literal: bool,
    pub group: Option<String>,
    pub sort: Sort,
    pub in_stock: bool,
    pub new: bool,
    pub promotion: bool,
    pub bought: bool,
    pub favourites: bool,
    pub price_min: String,
    pub price_max: String,
    pub values: BTreeMap<String, BTreeSet<String>>,
    /// Absent: the reader's own.
    pub columns: Option<String>,
}

impl Address {
    /// As pairs, in a fixed order; what is as usual is left out.
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let flags = [
            ("literal", self.literal),
            ("stock", self.in_stock),
            ("new", self.new),
            ("offer", self.promotion),
            ("bought", self.bought),
            ("favourites", self.favourites),
        ];
        let texts = [
            ("q", self.query.clone()),
            ("group", self.group.clone().unwrap_or_default()),
            ("sort", if self.sort == Sort::default() { String::new() } else { self.sort.key().to_string() }),
            ("from", self.price_min.clone()),
            ("to", self.price_max.clone()),
            ("columns", self.columns.clone().unwrap_or_default()),
        ];
        let values = self.values.iter().flat_map(|(name, values)| values.iter().map(move |value| ("only", format!("{name}:{value}"))));
        let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
        texts.chain(flags.into_iter().filter(|(_, on)| *on).map(|(name, _)| (name, "1".to_string()))).chain(values).collect()
    }

    fn take(&mut self, name: &str, value: String) -> bool {
        let on = value == "1";
        match name {
            "q" => self.query = value.chars().take(200).collect(),
            "group" => self.group = Some(value),
            "sort" => self.sort = Sort::parse(&value).unwrap_or_default(),
            "from" => self.price_min = value.chars().take(12).collect(),
            "to" => self.price_max = value.chars().take(12).collect(),
            "columns" => self.columns = Some(value),
            "literal" => self.literal = on,
            "stock" => self.in_stock = on,
            "new" => self.new = on,
            "offer" => self.promotion = on,
            "bought" => self.bought = on,
            "favourites" => self.favourites = on,
            "only" => {
                if let Some((name, value)) = value.split_once(':') {
                    self.values.entry(name.to_string()).or_default().insert(value.to_string());
                }
            }
            _ => return false,
        }
        true
    }

    /// Reads the part of an address behind `?`, and gives back what is not the list's. `decode` undoes `%41`.
    pub fn read(search: &str, decode: impl Fn(&str) -> String) -> (Self, Vec<String>) {
        let mut address = Self::default();
        let mut others = Vec::new();
        for pair in search.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !address.take(name, decode(&value.replace('+', " "))) {
                others.push(pair.to_string());
            }
        }
        (address, others)
    }

    /// Writes the part behind `?` with it, after what is not the list's; blank where there is nothing to say.
    pub fn write(&self, others: &[String], encode: impl Fn(&str) -> String) -> String {
        let own = self.pairs().into_iter().map(|(name, value)| format!("{name}={}", encode(&value)));
        let pairs: Vec<String> = others.iter().cloned().chain(own).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// What is chosen rather than typed: going back undoes it.
    fn chosen(&self) -> Self {
        Self { query: String::new(), literal: false, price_min: String::new(), price_max: String::new(), columns: None, ..self.clone() }
    }
}

fn decode(text: &str) -> String {
    js_sys::decode_uri_component(text).map_or_else(|_| text.to_string(), String::from)
}

fn encode(text: &str) -> String {
    String::from(js_sys::encode_uri_component(text))
}

/// What the address of the page says now, and what else stands in it.
fn here() -> (Address, Vec<String>) {
    Address::read(&window().location().search().unwrap_or_default(), decode)
}

fn at_the_list() -> bool {
    window().location().pathname().is_ok_and(|path| path == "/")
}

/// How the list is looked at; tracked.
fn now(catalogue: &Catalogue) -> Address {
    let (shop, manner) = (shop(), manner());
    let attributes = &catalogue.head().attributes;
    let named = |(attribute, values): (&usize, &BTreeSet<u32>)| {
        let of = attributes.get(*attribute)?;
        Some((of.name.clone(), values.iter().filter_map(|value| of.values.get((*value as usize).checked_sub(1)?)).cloned().collect()))
    };
    let shown = manner.shown.get();
    Address {
        query: shop.query.get(),
        literal: shop.literal.get(),
        group: shop.group.get().and_then(|group| catalogue.head().groups.get(group as usize)).map(|group| group.code.clone()),
        sort: manner.sort.get(),
        in_stock: shop.in_stock.get(),
        new: shop.new.get(),
        promotion: shop.promotion.get(),
        bought: shop.bought.get(),
        favourites: manner.only_favourites.get(),
        price_min: shop.price_min.get(),
        price_max: shop.price_max.get(),
        values: shop.values.with(|values| values.iter().filter_map(named).collect()),
        columns: (shown != Shown::default()).then(|| shown.write()),
    }
}

/// Sets a signal where that changes something.
fn put<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|now| *now != value) {
        signal.set(value);
    }
}

/// Looks at the list as an address says. Names that this version does not have are passed over.
fn apply(address: Address, catalogue: &Catalogue) {
    let (shop, manner) = (shop(), manner());
    let attributes = &catalogue.head().attributes;
    let group = address.group.and_then(|code| catalogue.head().groups.iter().position(|group| group.code == code)).map(|group| group as u32);
    let mut numbers: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    for (name, values) in address.values {
        let Some(attribute) = attributes.iter().position(|one| one.name == name) else { continue };
        let known: BTreeSet<u32> =
            values.iter().filter_map(|value| attributes[attribute].values.iter().position(|one| one == value)).map(|at| at as u32 + 1).collect();
        if !known.is_empty() {
            numbers.insert(attribute, known);
        }
    }
    put(shop.query, address.query);
    put(shop.literal, address.literal);
    put(shop.group, group);
    put(manner.sort, address.sort);
    put(shop.in_stock, address.in_stock);
    put(shop.new, address.new);
    put(shop.promotion, address.promotion);
    put(shop.bought, address.bought);
    put(manner.only_favourites, address.favourites);
    put(shop.price_min, address.price_min);
    put(shop.price_max, address.price_max);
    put(shop.values, numbers);
    if let Some(columns) = address.columns {
        put(manner.shown, Shown::read(&columns));
    }
}

/// Keeps address and list in step while the page is shown.
pub fn follow(catalogue: Arc<Catalogue>) {
    // Once: afterwards the page may be mounted anew, for another list or language, before what was typed is in the address.
    let (said, _) = here();
    if !READ.replace(true) && said != Address::default() {
        apply(said, &catalogue);
    }
    let for_back = catalogue.clone();
    let back = window_event_listener(leptos::ev::popstate, move |_| {
        if at_the_list() {
            apply(here().0, &for_back);
        }
    });
    on_cleanup(move || back.remove());
    let waiting = StoredValue::new_local(Cell::new(None::<TimeoutHandle>));
    let stop = move || {
        if let Some(before) = waiting.try_with_value(Cell::take).flatten() {
            before.clear();
        }
    };
    on_cleanup(stop);
    Effect::new(move |_| {
        let wanted = now(&catalogue);
        stop();
        let chosen = wanted.chosen() != here().0.chosen();
        let tell = move || show(&wanted, chosen);
        if chosen {
            tell();
        } else {
            waiting.with_value(|waiting| waiting.set(set_timeout_with_handle(tell, PAUSE).ok()));
        }
    });
}

/// Puts it into the address: what was chosen as a step one can go back from.
fn show(wanted: &Address, step: bool) {
    let (said, others) = here();
    let text = wanted.write(&others, encode);
    if *wanted == said || !at_the_list() || text.len() > LONGEST {
        return;
    }
    let Ok(history) = window().history() else { return };
    let state = history.state().unwrap_or(JsValue::NULL);
    let address = format!("/{text}{}", window().location().hash().unwrap_or_default());
    // A browser that refuses leaves the address as it is; the list is right all the same.
    let _ = if step { history.push_state_with_url(&state, "", Some(&address)) } else { history.replace_state_with_url(&state, "", Some(&address)) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_looked_for_and_keeps_what_is_not_its_own() {
        let same = |text: &str| text.to_string();
        let address = Address {
            query: "mug red".into(),
            group: Some("K-1".into()),
            sort: Sort::Cheapest,
            in_stock: true,
            favourites: true,
            price_max: "12,5".into(),
            values: BTreeMap::from([("Brand".into(), BTreeSet::from(["Wren".into(), "A:B".into()]))]),
            columns: Some("stock".into()),
            ..Address::default()
        };
        let text = address.write(&["lang=bg".into()], same);
        assert_eq!(text, "?lang=bg&q=mug red&group=K-1&sort=cheapest&to=12,5&columns=stock&stock=1&favourites=1&only=Brand:A:B&only=Brand:Wren");
        assert_eq!(Address::read(&text, same), (address, vec!["lang=bg".to_string()]));
        assert_eq!(Address::default().write(&[], same), "");
        assert_eq!(Address::read("?q=a+b&sort=of-a-newer-app&only=x", same).0, Address { query: "a b".into(), ..Address::default() });
    }
}
