//! The workbook: price list and order form in one, or an order, the same from browser and server.
//!
//! [`book`] says what stands where; two writers make a file of it, and a test holds them against each other.
//! What stands in the cells is what `money` computes: formulas carry those results as cached values and come to the
//! same cents when a spreadsheet computes them anew. Everything a person wrote is an inert text cell. The output is a
//! pure function of the input, the time of issue included.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::{MoneyError, Quantity, VatMethod};
use crate::words::{Lang, format, sheet as words};

pub mod book;
mod form;
mod formulas;
mod ids;
mod order;
mod outline;
mod picture;
mod places;
mod price_list;
pub mod stream;
mod styles;
#[cfg(feature = "xlsxwriter")]
mod table;
#[cfg(all(test, feature = "xlsxwriter"))]
mod tests;
#[cfg(feature = "xlsxwriter")]
mod xlsxwriter;
pub mod zip;

pub use form::form_checksum;
pub use ids::{checksum, row_id, row_position};
pub use order::order;
pub use picture::{Picture, form_picture};
pub use places::MOST_COLUMNS;
pub use price_list::price_list;
#[cfg(feature = "xlsxwriter")]
pub use table::{Cell, Column, Table, write_tables};
#[cfg(feature = "xlsxwriter")]
pub use xlsxwriter::{write, write_order, write_price_list};

const MAX_ROWS: usize = 1_048_576;

/// A quantity the workbook is filled in with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderedLine {
    pub code: String,
    pub quantity: Quantity,
}

/// What a price list workbook says beside the list: whose it is and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormInfo {
    /// Identifies this issue of the form; it stands on the sheet, in its footer, properties and hidden sheet.
    pub form_id: String,
    /// The firm's own code of the customer.
    #[serde(default)]
    pub customer_code: Option<String>,
    #[serde(default)]
    pub customer_name: Option<String>,
    pub firm_name: String,
    /// Where filled-in forms are sent.
    #[serde(default)]
    pub firm_email: String,
    #[serde(default)]
    pub firm_phone: String,
    /// Lines of the firm's address, where forms on paper go.
    #[serde(default)]
    pub firm_address: Vec<String>,
    /// Unix milliseconds; becomes the document's creation time.
    pub issued_at: i64,
    #[serde(default)]
    pub vat_method: VatMethod,
    /// The data is a demonstration; the workbook says so.
    #[serde(default)]
    pub demo: bool,
    /// What only the firm can make: it comes back with the form and says that the sender had this very sheet. Sheets made in the
    /// browser have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Why a workbook could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SheetError {
    /// A sheet holds 1,048,576 rows.
    TooManyRows,
    Money(MoneyError),
    /// A stored value is not what it should be; names it.
    Malformed(String),
    /// The writer refused; its own words.
    Writer(String),
}

impl fmt::Display for SheetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyRows => f.write_str("more products than a sheet has rows"),
            Self::Money(error) => error.fmt(f),
            Self::Malformed(what) => write!(f, "{what} cannot be read"),
            Self::Writer(error) => f.write_str(error),
        }
    }
}
impl std::error::Error for SheetError {}
impl From<MoneyError> for SheetError {
    fn from(error: MoneyError) -> Self {
        Self::Money(error)
    }
}

/// The file name of a price list workbook, safe on every system: `Firm - Price list 2011-12-01 - 12347.xlsx`.
pub fn file_name(firm: &str, customer: Option<&str>, valid_from: &str, lang: Lang) -> String {
    let list = format!("{} {valid_from}", words::PRICE_LIST.say(lang));
    let parts = [Some(firm), Some(list.as_str()), customer];
    safe_file_name(&parts.into_iter().flatten().collect::<Vec<_>>().join(" - "), "xlsx")
}

/// The file name of an order's workbook.
pub fn order_file_name(firm: &str, number: &str, lang: Lang) -> String {
    safe_file_name(&format!("{firm} - {}", words::ORDER_NO.with(lang, &[("n", &number)])), "xlsx")
}

/// Bytes of a file name; ext4 and APFS take 255, and a mail program wants room for ` (2)`.
const MAX_NAME_BYTES: usize = 200;

/// A name without what Windows, macOS, Linux or a mail header would not take.
fn safe_file_name(wanted: &str, extension: &str) -> String {
    let mut name = String::with_capacity(wanted.len());
    for char in wanted.chars() {
        let forbidden = char.is_control()
            || matches!(char, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let char = if forbidden || char.is_whitespace() { ' ' } else { char };
        if char == ' ' && (name.is_empty() || name.ends_with(' ')) {
            continue;
        }
        if name.len() + char.len_utf8() > MAX_NAME_BYTES {
            break;
        }
        name.push(char);
    }
    let name = name.trim_matches(|char: char| char == ' ' || char == '.' || char == '-');
    // Windows keeps some names for devices, whatever stands after a point.
    let stem = name.split('.').next().unwrap_or("").trim_end().to_ascii_uppercase();
    let numbered = |device: &str| stem.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    let reserved = matches!(stem.as_str(), "" | "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT");
    if reserved { format!("_{name}.{extension}") } else { format!("{name}.{extension}") }
}

/// A sheet name Excel takes: at most 31 UTF-16 units, none of `[]:*?/\`, no apostrophe at either end, not `History`.
fn sheet_name(wanted: &str) -> String {
    let mut name = String::new();
    for char in wanted.chars().map(|char| if char.is_control() || matches!(char, '[' | ']' | ':' | '*' | '?' | '/' | '\\') { ' ' } else { char }) {
        if name.encode_utf16().count() + char.len_utf16() > 31 {
            break;
        }
        name.push(char);
    }
    let name = name.trim_matches(|char: char| char == '\'' || char.is_whitespace());
    if name.is_empty() || name.eq_ignore_ascii_case("history") { format!("_{name}") } else { name.to_string() }
}

/// A text as a cell holds it: no control characters or non-characters (Excel repairs the file), within a cell's 32,767.
pub fn cell_text(text: &str) -> String {
    let kept = |char: &char| (!char.is_control() || *char == '\n') && !matches!(*char, '\u{fffe}' | '\u{ffff}');
    let mut units = 0;
    let fits = |char: &char| {
        units += char.len_utf16();
        units <= 32_000
    };
    // Nearly every text is as it should be.
    if text.len() <= 32_000 && !text.bytes().any(|byte| byte < b' ' || matches!(byte, 0x7f | 0xc2 | 0xef)) {
        return text.to_string();
    }
    text.chars().map(|char| if char == '\t' { ' ' } else { char }).filter(kept).take_while(fits).collect()
}

/// Text for a header or footer, where `&` begins a code.
fn footer_text(text: &str) -> String {
    cell_text(text).chars().take(60).collect::<String>().replace('&', "&&")
}

/// The footer of every page.
fn footer(left: &str, right: &str, lang: Lang) -> String {
    let page = words::PAGE_OF.with(lang, &[("page", &"&P"), ("pages", &"&N")]);
    format!("&L{}&C{page}&R{}", footer_text(left), footer_text(right))
}

/// The header of every page.
fn header(left: &str, right: &str) -> String {
    format!("&L{}&R{}", footer_text(left), footer_text(right))
}

/// What the list's validity says under its number.
fn validity(lang: Lang, from: &str, until: Option<&str>) -> String {
    match until {
        Some(until) => words::VALID_BETWEEN.with(lang, &[("from", &format::date(lang, from)), ("until", &format::date(lang, until))]),
        None => words::VALID_FROM.with(lang, &[("from", &format::date(lang, from))]),
    }
}
