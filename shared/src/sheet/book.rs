//! What stands in a workbook, whoever writes it: sheets of rows that come one after another, so that a list of any length
//! is never held as cells. [`super::stream`] writes it piece by piece, [`super::xlsxwriter`] by a library.

use std::fmt;
use std::rc::Rc;

use super::SheetError;
use super::picture::Picture;
use super::styles::{Look, Style};

/// A row or column, counted from 0.
pub type At = u32;

/// A number with its decimals: `raw` / 10^`digits`. Whole inside, so that it is written as the decimal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    pub raw: i64,
    pub digits: u8,
}

impl Number {
    /// Writes it as a plain decimal, without zeros that say nothing.
    pub fn push(self, out: &mut Vec<u8>) {
        let (mut rest, mut digits) = (self.raw.unsigned_abs(), self.digits);
        while digits > 0 && rest % 10 == 0 {
            rest /= 10;
            digits -= 1;
        }
        let mut text = [b'0'; 32];
        let mut at = text.len();
        let mut count = 0;
        while rest > 0 || count <= digits {
            if count == digits && digits > 0 {
                at -= 1;
                text[at] = b'.';
            }
            at -= 1;
            text[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            count += 1;
        }
        if self.raw < 0 {
            at -= 1;
            text[at] = b'-';
        }
        out.extend_from_slice(&text[at..]);
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(24);
        self.push(&mut text);
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// What a cell holds. Texts are cleaned ([`super::cell_text`]).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Blank,
    Text(String),
    /// A text that stands in many cells.
    Often(Rc<str>),
    Number(Number),
    /// A formula and what it comes to.
    Formula(String, Number),
    /// The sheet's [`SetUp::repeated`] formula, and what it comes to in this row.
    Repeated(Number),
    /// A text that leads to a place of the workbook.
    Link {
        text: String,
        place: String,
    },
}

/// One row: its cells from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub at: At,
    /// How deep it stands in the outline.
    pub level: u8,
    pub cells: Vec<(At, Style, Value)>,
}

impl Row {
    pub fn new(at: At) -> Self {
        Self { at, level: 0, cells: Vec::new() }
    }
    pub fn put(&mut self, column: At, style: Style, value: Value) {
        self.cells.push((column, style, value));
    }
    pub fn text(&mut self, column: At, style: Style, text: &str) {
        self.put(column, style, Value::Text(super::cell_text(text)));
    }
}

/// Rows from the top down.
pub type Rows = Box<dyn Iterator<Item = Result<Row, SheetError>>>;

/// A formula that stands in many rows of a column and differs only by their numbers.
pub struct Repeated {
    pub of: Box<dyn Fn(At) -> String>,
    /// The last row it may stand in.
    pub last: At,
}

/// A rule for what may be entered from `first` to `last` of a column.
pub struct Validation {
    pub first: At,
    pub last: At,
    pub column: At,
    /// Of the first row; true where the entry is right.
    pub rule: String,
    pub title: String,
    pub message: String,
}

/// How a sheet is printed: on A4, as many pages high as it takes and one wide.
pub struct Print {
    /// The row that stands on every page.
    pub repeat: Option<At>,
    pub area: Option<Area>,
    /// On its side, for a table that is wide, and without its tints: a telefax makes dots of them.
    pub form: bool,
    pub header: String,
    pub footer: String,
}

/// From a cell to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    pub top: At,
    pub left: At,
    pub bottom: At,
    pub right: At,
}

/// What may be changed in a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    None,
    /// Nothing.
    All,
    /// Only unlocked cells; it may be sorted, filtered and formatted.
    Form,
}

/// Everything of a sheet beside its rows.
pub struct SetUp {
    pub name: String,
    pub hidden: bool,
    /// In characters, from the first column on.
    pub widths: Vec<u16>,
    pub hidden_columns: Vec<At>,
    /// How deep the outline goes.
    pub deepest: u8,
    pub filter: Option<Area>,
    /// The first cell that scrolls.
    pub freeze: Option<(At, At)>,
    /// The cell that is chosen when the sheet opens.
    pub selected: Option<(At, At)>,
    pub repeated: Option<Repeated>,
    pub validation: Option<Validation>,
    pub print: Option<Print>,
    pub protection: Protection,
    /// A picture, and the cell its upper left corner stands in.
    pub picture: Option<((At, At), Picture)>,
}

impl SetUp {
    pub fn new(name: String) -> Self {
        Self {
            name,
            hidden: false,
            widths: Vec::new(),
            hidden_columns: Vec::new(),
            deepest: 0,
            filter: None,
            freeze: None,
            selected: None,
            repeated: None,
            validation: None,
            print: None,
            protection: Protection::None,
            picture: None,
        }
    }
}

/// A property of ours.
pub enum Custom {
    Text(String),
    Number(i32),
}

/// What a program shows of the file.
pub struct Properties {
    pub title: String,
    pub subject: String,
    pub firm: String,
    pub keywords: String,
    /// `2011-12-09T22:00:00`, UTC.
    pub created: String,
    pub custom: Vec<(&'static str, Custom)>,
}

/// A workbook.
pub struct Book {
    pub looks: Vec<Look>,
    pub properties: Properties,
    /// Names and what they stand for, without the sign of equality.
    pub names: Vec<(&'static str, String)>,
    pub sheets: Vec<(SetUp, Rows)>,
    /// Links to groups that a long list goes without; its contents say so, too.
    pub links_left_out: usize,
    /// How many rows there are about, for whoever shows how far it is.
    pub rows: usize,
}

/// Made rows as [`Rows`].
pub fn made(rows: Vec<Row>) -> Rows {
    Box::new(rows.into_iter().map(Ok))
}

/// How a formula names a sheet.
pub fn quoted(sheet: &str) -> String {
    let plain = sheet.chars().all(|char| char.is_ascii_alphanumeric() || char == '_') && !sheet.starts_with(|char: char| char.is_ascii_digit());
    if plain { sheet.to_string() } else { format!("'{}'", sheet.replace('\'', "''")) }
}

/// Unix milliseconds as [`Properties::created`].
pub fn created(at: i64) -> Result<String, SheetError> {
    let time = jiff::Timestamp::from_second(at.div_euclid(1000)).map_err(|_| SheetError::Malformed(format!("the time {at}")))?;
    Ok(time.to_string().trim_end_matches('Z').to_string())
}
