//! A row of the price list as text and as HTML: what stands in its cells, for the browser's pool of rows, for the first
//! screen in the page the server sends, and for paper.
//!
//! Everything that comes from data is escaped here; there is no `style=`, which the page's policy would drop.

use std::fmt::Write;

use super::columns::Columns;
use crate::import::products::BRAND;
use crate::money::{Currency, Quantity};
use crate::words::{Lang, Word, common, format, list as words, shop};

mod marked;
#[cfg(test)]
mod tests;

pub use marked::{marked, marked_code};

/// A column the reader may leave out; code, product, price and quantity always stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Picture,
    Brand,
    Stock,
    Vat,
    Pack,
    Amount,
}

impl Column {
    pub const ALL: [Self; 6] = [Self::Picture, Self::Brand, Self::Stock, Self::Vat, Self::Pack, Self::Amount];
    /// What it is called in addresses, in storage and in the style sheet.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Brand => "brand",
            Self::Stock => "stock",
            Self::Vat => "vat",
            Self::Pack => "pack",
            Self::Amount => "amount",
        }
    }
    pub const fn word(self) -> Word {
        match self {
            Self::Picture => words::PICTURE,
            Self::Brand => shop::BRAND,
            Self::Stock => shop::IN_STOCK,
            Self::Vat => common::VAT,
            Self::Pack => shop::SOLD_BY,
            Self::Amount => common::AMOUNT,
        }
    }
}

/// The columns shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown(u8);

impl Default for Shown {
    fn default() -> Self {
        let none = Self(0);
        none.with(Column::Stock, true).with(Column::Pack, true).with(Column::Amount, true)
    }
}

impl Shown {
    pub const fn has(self, column: Column) -> bool {
        self.0 & (1 << column as u8) != 0
    }
    #[must_use]
    pub const fn with(self, column: Column, shown: bool) -> Self {
        let bit = 1 << column as u8;
        Self(if shown { self.0 | bit } else { self.0 & !bit })
    }
    pub fn columns(self) -> impl Iterator<Item = Column> {
        Column::ALL.into_iter().filter(move |column| self.has(*column))
    }
    /// As it stands in addresses and storage: `stock,pack`; nothing at all is `-`.
    pub fn write(self) -> String {
        let keys: Vec<&str> = self.columns().map(Column::key).collect();
        if keys.is_empty() { "-".into() } else { keys.join(",") }
    }
    /// Names that are not known are passed over: a newer app may have written them.
    pub fn read(text: &str) -> Self {
        Column::ALL.into_iter().fold(Self(0), |shown, column| shown.with(column, text.split(',').any(|key| key == column.key())))
    }
    /// The classes that give the list its columns.
    pub fn classes(self) -> String {
        self.columns().fold(String::new(), |all, column| all + " col-" + column.key())
    }
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub lang: Lang,
    pub currency: Currency,
    pub shown: Shown,
    /// The attribute that is the brand, if the list has it.
    pub brand: Option<usize>,
}

impl Look {
    pub fn new(list: &Columns, lang: Lang, shown: Shown) -> Self {
        let brand = list.head.attributes.iter().position(|attribute| attribute.name == BRAND);
        Self { lang, currency: list.head.currency, shown, brand }
    }
}

/// The texts of one row, unescaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    pub code: String,
    pub name: String,
    pub new: bool,
    pub promotion: bool,
    /// Nothing of it is left.
    pub gone: bool,
    pub stock: String,
    /// Less is left than one may want: fewer than four packs.
    pub few: bool,
    pub price: String,
    /// The price with its currency, for the telephone.
    pub money: String,
    /// Code, stock and pack in one line, for the telephone.
    pub meta: String,
    pub pack: String,
    pub unit: String,
    pub brand: String,
    pub vat: String,
    /// The number of its picture; 0: none.
    pub picture: u32,
}

/// What stands in the cells of a row.
pub fn cells(list: &Columns, row: usize, look: &Look) -> Cells {
    let lang = look.lang;
    let pack = list.rule(row).pack();
    let stock = list.stock(row).map(Quantity::from_raw);
    let few = stock.is_some_and(|stock| stock.raw() < pack.raw().saturating_mul(4));
    let stock = stock.map(|stock| format::quantity(lang, stock.max(Quantity::ZERO)));
    let code = list.code(row).to_string();
    let unit = common::unit(lang, list.unit(row)).to_string();
    let pack = format::quantity(lang, pack);
    let sold_by = shop::SOLD_BY_N.with(lang, &[("n", &pack), ("unit", &unit)]);
    let meta = match &stock {
        Some(stock) => format!("{code} · {} · {sold_by}", shop::N_IN_STOCK.with(lang, &[("n", stock)])),
        None => format!("{code} · {sold_by}"),
    };
    let price = list.price(row);
    Cells {
        code,
        name: list.name(row),
        new: list.is_new(row),
        promotion: list.in_promotion(row),
        gone: !list.in_stock(row),
        stock: stock.unwrap_or_default(),
        few,
        price: format::price(lang, price),
        money: format::amount(lang, &price.decimal(2), look.currency),
        meta,
        pack,
        unit,
        brand: brand(list, row, look),
        picture: list.picture(row),
        vat: if look.shown.has(Column::Vat) { format::percent(lang, list.vat_rate(row)) } else { String::new() },
    }
}

fn brand(list: &Columns, row: usize, look: &Look) -> String {
    let Some(attribute) = look.brand.filter(|_| look.shown.has(Column::Brand)) else { return String::new() };
    let value = list.attribute(attribute, row) as usize;
    value.checked_sub(1).and_then(|value| list.head.attributes[attribute].values.get(value)).cloned().unwrap_or_default()
}

/// Text made safe to stand in HTML, in quoted attributes too.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    escape_into(&mut safe, text);
    safe
}

fn escape_into(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
}

/// A whole row of the grid. `slot` tells its ids from those of other rows drawn, `at` is its place in the list (from 0,
/// group heads counted); the quantity is the reader's own and is put in by the browser.
pub fn row_html(cells: &Cells, look: &Look, slot: usize, at: usize) -> String {
    let mut html = String::with_capacity(1500);
    let gone = if cells.gone { " gone" } else { "" };
    let _ = write!(html, r#"<div role="row" class="item{gone}" data-slot="{slot}" aria-rowindex="{}" aria-selected="false">"#, at + 2);
    row_inside(&mut html, cells, look, slot);
    html.push_str("</div>");
    html
}

/// What stands inside a row of the grid; see [`row_html`].
pub fn row_inside(html: &mut String, cells: &Cells, look: &Look, slot: usize) {
    let (lang, warn) = (look.lang, if cells.few { " warn" } else { "" });
    let say = |word: Word| escape(word.say(lang));
    let text = |text: &str| escape(text);
    let hidden = |shown: bool| if shown { "" } else { " hidden" };
    let _ = write!(
        html,
        concat!(
            r#"<span role="gridcell" class="code l" id="c{slot}">{code}</span>"#,
            r#"<span role="gridcell" class="fav l"><button type="button" class="star" tabindex="-1" id="f{slot}" aria-pressed="false" aria-label="{star}" aria-labelledby="f{slot} c{slot}"></button></span>"#,
            "{picture}",
            r#"<span role="gridcell" class="name"><span class="title" id="n{slot}">{name}</span> <span class="mark mark-pen"{new_hidden}>{new}</span> <span class="mark mark-warn"{offer_hidden}>{offer}</span></span>"#,
            r#"<span role="gridcell" class="price only-s"><b>{money}</b></span>"#,
            r#"<span role="gridcell" class="meta only-s{warn}">{meta}</span>"#,
        ),
        slot = slot,
        code = text(&cells.code),
        star = say(words::FAVOURITE),
        // Which picture is said when the row rests: one that flies by is not asked for.
        picture = if look.shown.has(Column::Picture) { r#"<span role="gridcell" class="l pic"><img alt="" hidden></span>"# } else { "" },
        name = text(&cells.name),
        new_hidden = hidden(cells.new),
        new = say(shop::NEW),
        offer_hidden = hidden(cells.promotion),
        offer = say(words::OFFER),
        money = text(&cells.money),
        meta = text(&cells.meta),
        warn = warn,
    );
    if look.shown.has(Column::Brand) {
        let _ = write!(html, r#"<span role="gridcell" class="l brand">{}</span>"#, text(&cells.brand));
    }
    if look.shown.has(Column::Stock) {
        let _ = write!(html, r#"<span role="gridcell" class="num l stock{warn}">{}</span>"#, text(&cells.stock));
    }
    if look.shown.has(Column::Vat) {
        let _ = write!(html, r#"<span role="gridcell" class="num l vat">{}</span>"#, text(&cells.vat));
    }
    let _ = write!(html, r#"<span role="gridcell" class="num l unit-price">{}</span>"#, text(&cells.price));
    if look.shown.has(Column::Pack) {
        let _ = write!(html, r#"<span role="gridcell" class="num l pack"><span>{}</span> <small>{}</small></span>"#, text(&cells.pack), text(&cells.unit));
    }
    let _ = write!(
        html,
        concat!(
            r#"<span role="gridcell" class="q"><span class="stepper stepper-0">"#,
            r#"<button type="button" class="step step-less" tabindex="-1" id="l{slot}" aria-label="{less}" aria-labelledby="l{slot} c{slot}">−</button>"#,
            r#"<input class="qty" id="q{slot}" inputmode="decimal" autocomplete="off" maxlength="16" tabindex="-1" aria-label="{quantity}" aria-labelledby="q{slot} c{slot} n{slot}">"#,
            r#"<button type="button" class="step step-more" tabindex="-1" id="m{slot}" aria-label="{more}" aria-labelledby="m{slot} c{slot}">+</button></span></span>"#,
        ),
        slot = slot,
        less = say(shop::LESS),
        quantity = say(common::QUANTITY),
        more = say(shop::MORE),
    );
    if look.shown.has(Column::Amount) {
        html.push_str(r#"<span role="gridcell" class="num l amount"></span>"#);
    }
}

/// The head above the columns, as [`row_html`] lays them out.
pub fn head_html(look: &Look) -> String {
    let (lang, sign) = (look.lang, look.currency.sign());
    let mut html = String::from(r#"<div role="row" class="head" aria-rowindex="1">"#);
    let mut column = |class: &str, word: Word, sign: &str| {
        // Stars and pictures explain themselves to the eye.
        let star = if word == words::FAVOURITE || word == words::PICTURE { r#"<span class="vh">"# } else { "" };
        let end = if star.is_empty() { "" } else { "</span>" };
        let _ = write!(html, r#"<span role="columnheader"{class}>{star}{}{}{end}</span>"#, escape(word.say(lang)), escape(sign));
    };
    let num = r#" class="num""#;
    let with_sign = format!(" {sign}");
    column("", common::CODE, "");
    column("", words::FAVOURITE, "");
    if look.shown.has(Column::Picture) {
        column("", words::PICTURE, "");
    }
    column("", common::PRODUCT, "");
    for (before_price, one) in [(true, Column::Brand), (true, Column::Stock), (true, Column::Vat), (false, Column::Pack)] {
        if !before_price {
            column(num, common::PRICE, &with_sign);
        }
        if look.shown.has(one) {
            column(if one == Column::Brand { "" } else { num }, one.word(), "");
        }
    }
    column(num, common::QUANTITY, "");
    if look.shown.has(Column::Amount) {
        column(num, common::AMOUNT, &with_sign);
    }
    html.push_str("</div>");
    html
}

/// A group's name with how many goods follow and the group above it, to stand in its head.
pub fn group_inside(list: &Columns, group: u32, rows: u32, lang: Lang) -> String {
    let named = |group: u32| list.head.groups.get(group as usize);
    let Some(of) = named(group) else { return String::new() };
    let goods = shop::GOODS.say(lang, u64::from(rows));
    let beside = match of.parent.and_then(named) {
        Some(parent) => format!("{goods} · {}", parent.name),
        None => goods,
    };
    format!(r#"<span class="group-name">{}</span><span class="s">{}</span>"#, escape(&of.name), escape(&beside))
}

/// A group's head in the grid.
pub fn group_html(list: &Columns, group: u32, rows: u32, lang: Lang, at: usize) -> String {
    format!(r#"<div role="row" class="group" aria-rowindex="{}"><span role="rowheader">{}</span></div>"#, at + 2, group_inside(list, group, rows, lang))
}

/// Rows on paper, under their groups where they are `grouped`: a plain table. `ordered` says what is written beside a row.
pub fn table_html(list: &Columns, rows: impl Iterator<Item = u32>, look: &Look, grouped: bool, ordered: impl Fn(u32) -> String) -> String {
    let (lang, mut html) = (look.lang, String::from(r#"<table class="pl"><thead><tr>"#));
    let with_sign = |word: Word| format!("{} {}", word.say(lang), look.currency.sign());
    let heads = [
        (false, common::CODE.say(lang).to_string()),
        (false, common::PRODUCT.say(lang).to_string()),
        (true, shop::SOLD_BY.say(lang).to_string()),
        (true, with_sign(common::PRICE)),
        (true, common::QUANTITY.say(lang).to_string()),
    ];
    for (number, head) in heads {
        let _ = write!(html, "<th{}>{}</th>", if number { r#" class="num""# } else { "" }, escape(&head));
    }
    html.push_str("</tr></thead><tbody>");
    let mut open = None;
    for row in rows {
        let at = row as usize;
        let group = list.group(at);
        if grouped && open != Some(group) {
            open = Some(group);
            let name = list.head.groups.get(group as usize).map_or("", |group| &group.name);
            let _ = write!(html, r#"<tr class="g"><th colspan="5" scope="rowgroup">{}</th></tr>"#, escape(name));
        }
        let cells = cells(list, at, look);
        let _ = write!(
            html,
            r#"<tr><td>{}</td><td>{}</td><td class="num">{} {}</td><td class="num">{}</td><td class="num of">{}</td></tr>"#,
            escape(&cells.code),
            escape(&cells.name),
            escape(&cells.pack),
            escape(&cells.unit),
            escape(&cells.price),
            escape(&ordered(row)),
        );
    }
    html.push_str("</tbody></table>");
    html
}
