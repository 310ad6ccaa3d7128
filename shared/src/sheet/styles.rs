//! How the cells look: printed black on white, the buyer's column blue (look/README.md: black is printed, blue is written).

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::money::{Currency, Percent, Price};

const PEN_WASH: u32 = 0xE8EEFB;
const DESK: u32 = 0xF1F1EE;
const RULE: u32 = 0xC9C9C4;

pub struct Styles {
    pub title: Format,
    pub plain: Format,
    pub wrapped: Format,
    pub heading: Format,
    pub header: Format,
    pub header_right: Format,
    pub group: Format,
    pub text: Format,
    /// Text that a spreadsheet would take for a formula once somebody edits the cell.
    pub quoted: Format,
    /// Codes: text format, so that 00123 stays.
    pub code: Format,
    pub number: Format,
    pub quantity: Format,
    pub amount: Format,
    pub amount_or_blank: Format,
    pub label: Format,
    pub total: Format,
    pub total_label: Format,
    pub link: Format,
    prices: Vec<Format>,
    percents: Vec<Format>,
}

/// `#,##0` with so many decimals.
fn decimals(count: usize) -> String {
    if count == 0 { "#,##0".into() } else { format!("#,##0.{}", "0".repeat(count)) }
}

impl Styles {
    pub fn new(currency: Currency) -> Self {
        let cell = Format::new().set_border_bottom(FormatBorder::Hair).set_border_bottom_color(Color::RGB(RULE)).set_align(FormatAlign::Top);
        let money = decimals(currency.exponent() as usize);
        let header = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter).set_border_bottom(FormatBorder::Thin);
        Self {
            title: Format::new().set_bold().set_font_size(14),
            plain: Format::new(),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            heading: Format::new().set_bold(),
            header: header.clone(),
            header_right: header.set_align(FormatAlign::Right),
            group: Format::new().set_bold().set_background_color(Color::RGB(DESK)),
            text: cell.clone().set_text_wrap(),
            quoted: cell.clone().set_text_wrap().set_quote_prefix(),
            code: cell.clone().set_num_format("@"),
            number: cell.clone(),
            quantity: Format::new()
                .set_unlocked()
                .set_background_color(Color::RGB(PEN_WASH))
                .set_border(FormatBorder::Thin)
                .set_border_color(Color::RGB(RULE))
                .set_align(FormatAlign::Top),
            amount: cell.clone().set_num_format(&money),
            amount_or_blank: cell.clone().set_num_format(format!("{money};-{money};;")),
            label: Format::new().set_align(FormatAlign::Right),
            total: Format::new().set_bold().set_num_format(&money),
            total_label: Format::new().set_bold().set_align(FormatAlign::Right),
            link: Format::new().set_hyperlink(),
            prices: (0..=4).map(|count| cell.clone().set_num_format(decimals(count))).collect(),
            percents: (0..=2).map(|count| cell.clone().set_num_format(if count == 0 { "0%".into() } else { format!("0.{}%", "0".repeat(count)) })).collect(),
        }
    }

    /// The format of a price: its own decimals, at least those of the currency.
    pub fn price(&self, price: Price, currency: Currency) -> &Format {
        let own = price.decimal(0).split_once('.').map_or(0, |(_, fraction)| fraction.len());
        &self.prices[own.max(currency.exponent() as usize).min(4)]
    }

    pub fn percent(&self, rate: Percent) -> &Format {
        let own = rate.decimal(0).split_once('.').map_or(0, |(_, fraction)| fraction.len());
        &self.percents[own.min(2)]
    }

    /// The format for a person's text: quoted where a spreadsheet could read a formula into it.
    pub fn text_of(&self, text: &str) -> &Format {
        if text.starts_with(['=', '+', '-', '@']) { &self.quoted } else { &self.text }
    }
}
