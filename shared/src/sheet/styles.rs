//! How the cells look: printed black on white, the buyer's column blue (look/README.md: black is printed, blue is written).

use std::borrow::Cow;

use super::outline::MAX_LEVEL;
use crate::inert::is_formula;
use crate::money::{Currency, Percent, Price};

const PEN_WASH: u32 = 0xE8EEFB;
const DESK: u32 = 0xF1F1EE;
pub const RULE: u32 = 0xC9C9C4;

/// A look by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style(pub u8);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Border {
    #[default]
    None,
    /// A hair line below, in the colour of rules.
    Below,
    /// A thin black line below.
    Head,
    /// A thin line around, in the colour of rules.
    Around,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Vertical {
    #[default]
    Bottom,
    Top,
    Center,
}

/// What a cell looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub bold: bool,
    /// Larger than the rest.
    pub large: bool,
    pub link: bool,
    pub fill: Option<u32>,
    pub border: Border,
    pub right: bool,
    pub vertical: Vertical,
    pub wrap: bool,
    pub indent: u8,
    /// A number format; empty: none.
    pub number: Cow<'static, str>,
    /// Text whatever it looks like.
    pub quoted: bool,
    pub unlocked: bool,
}

pub const PLAIN: Style = Style(0);
pub const TITLE: Style = Style(1);
pub const WRAPPED: Style = Style(2);
pub const HEADING: Style = Style(3);
pub const HEADER: Style = Style(4);
pub const HEADER_RIGHT: Style = Style(5);
pub const TEXT: Style = Style(6);
/// Text that a spreadsheet would take for a formula once somebody edits the cell.
pub const QUOTED: Style = Style(7);
/// Codes: text format, so that 00123 stays.
pub const CODE: Style = Style(8);
pub const NUMBER: Style = Style(9);
pub const QUANTITY: Style = Style(10);
pub const AMOUNT: Style = Style(11);
pub const AMOUNT_OR_BLANK: Style = Style(12);
pub const LABEL: Style = Style(13);
pub const TOTAL: Style = Style(14);
pub const TOTAL_LABEL: Style = Style(15);
/// What a buyer writes above the table: text, and a day, which a spreadsheet may make a date of.
pub const FIELD: Style = Style(16);
pub const FIELD_DAY: Style = Style(17);
const PRICES: u8 = 18;
const PERCENTS: u8 = PRICES + 5;
const GROUPS: u8 = PERCENTS + 3;
const LINKS: u8 = GROUPS + MAX_LEVEL as u8 + 1;

/// `#,##0` with so many decimals.
fn decimals(count: usize) -> String {
    if count == 0 { "#,##0".into() } else { format!("#,##0.{}", "0".repeat(count)) }
}

/// All looks, in the order of their numbers.
pub fn looks(currency: Currency) -> Vec<Look> {
    let plain = Look::default;
    let cell = || Look { border: Border::Below, vertical: Vertical::Top, ..plain() };
    let field = || Look { unlocked: true, fill: Some(PEN_WASH), border: Border::Around, vertical: Vertical::Top, ..plain() };
    let header = || Look { bold: true, wrap: true, vertical: Vertical::Center, border: Border::Head, ..plain() };
    let money = decimals(currency.exponent() as usize);
    let amount_or_blank = format!("{money};-{money};;");
    let mut looks = vec![
        plain(),
        Look { bold: true, large: true, ..plain() },
        Look { wrap: true, vertical: Vertical::Top, ..plain() },
        Look { bold: true, ..plain() },
        header(),
        Look { right: true, ..header() },
        Look { wrap: true, ..cell() },
        Look { wrap: true, quoted: true, ..cell() },
        Look { number: "@".into(), ..cell() },
        cell(),
        field(),
        Look { number: money.clone().into(), ..cell() },
        Look { number: amount_or_blank.into(), ..cell() },
        Look { right: true, ..plain() },
        Look { bold: true, number: money.into(), ..plain() },
        Look { bold: true, right: true, ..plain() },
        Look { number: "@".into(), wrap: true, ..field() },
        field(),
    ];
    looks.extend((0..=4).map(|count| Look { number: decimals(count).into(), ..cell() }));
    looks.extend((0..=2).map(|count| Look { number: if count == 0 { "0%".into() } else { format!("0.{}%", "0".repeat(count)).into() }, ..cell() }));
    looks.extend((0..=MAX_LEVEL as u8).map(|indent| Look { bold: true, fill: Some(DESK), indent, ..plain() }));
    looks.extend((0..=MAX_LEVEL as u8).map(|indent| Look { link: true, indent, ..plain() }));
    looks
}

/// The format of a price: its own decimals, at least those of the currency.
pub fn price(price: Price, currency: Currency) -> Style {
    let raw = price.raw();
    let own = (0..4).find(|digits| raw % 10_i64.pow(4 - digits) == 0).unwrap_or(4);
    Style(PRICES + own.max(currency.exponent()).min(4) as u8)
}

pub fn percent(rate: Percent) -> Style {
    let own = (0..2).find(|digits| rate.raw() % 10_i64.pow(2 - digits) == 0).unwrap_or(2);
    Style(PERCENTS + own as u8)
}

/// The row of a group at this depth.
pub fn group(depth: usize) -> Style {
    Style(GROUPS + depth.min(MAX_LEVEL) as u8)
}

/// A link to a group at this depth.
pub fn link(depth: usize) -> Style {
    Style(LINKS + depth.min(MAX_LEVEL) as u8)
}

/// The style for a person's text: quoted where a spreadsheet could read a formula into it.
pub fn text_of(text: &str) -> Style {
    guarded(TEXT, text)
}

/// A style for a person's text that stands where another look is usual.
pub fn guarded(usual: Style, text: &str) -> Style {
    if is_formula(text) { QUOTED } else { usual }
}
