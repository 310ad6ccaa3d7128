//! A file as cells: what its sheets hold and where its form id may stand, before anything of it is understood.

use serde::{Deserialize, Serialize};

/// Columns read at most: a bit for each in [`Row::formulas`].
pub const MOST_COLUMNS: u32 = 64;

/// The error that stands for a formula whose value the file does not keep: libraries that compute nothing write such.
pub const NO_VALUE: &str = "formula without a value";

/// A cell as the workbook types it. Nothing is converted here: what a number or a text means is the reader's decision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    /// The beginning of a text longer than is read here.
    LongText(String),
    /// Always finite.
    Number(f64),
    Bool(bool),
    /// `YYYY-MM-DDTHH:MM:SS`
    Date(String),
    /// What stands where a number cannot: `#DIV/0!`, NaN, infinity, a duration, [`NO_VALUE`].
    Error(String),
}

impl Cell {
    /// The text a person sees in a cell without a format: numbers as plain decimals of at most 15 digits, as Excel
    /// keeps them (a file may say 1.1000000000000001 and means 1.1).
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Date(text) | Self::Error(text) => text.clone(),
            Self::LongText(start) => format!("{start}…"),
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => plain(*value),
        }
    }
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }
    /// The text of a text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// A finite double as a plain decimal of at most 15 significant digits.
pub fn plain(value: f64) -> String {
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    let text = format!("{rounded}");
    if text == "-0" { "0".into() } else { text }
}

/// A filled row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the file, from 1 on.
    pub number: u32,
    /// From the first column to the last filled one.
    pub cells: Vec<Cell>,
    /// A bit for each column whose value a formula gave, where the format tells.
    pub formulas: u64,
}

impl Row {
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }
    pub fn is_formula(&self, column: usize) -> bool {
        column < 64 && self.formulas & (1 << column) != 0
    }
}

/// A sheet's filled rows, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    pub name: String,
    pub visible: bool,
    pub rows: Vec<Row>,
}

impl Sheet {
    /// The row of a number.
    pub fn row(&self, number: u32) -> Option<&Row> {
        self.rows.binary_search_by_key(&number, |row| row.number).ok().and_then(|at| self.rows.get(at))
    }
    /// Whether it is the form's hidden sheet, whatever it is called now.
    pub fn is_meta(&self) -> bool {
        self.rows.first().is_some_and(|row| row.cell(0).as_text() == Some("form_id"))
    }
}

/// A file that holds sheets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Workbook {
    /// What it is, by its content: `xlsx`, `xls`, `csv` …
    pub format: String,
    pub sheets: Vec<Sheet>,
    /// Defined names, and what they refer to.
    pub names: Vec<(String, String)>,
    /// Custom properties, `keywords` and `identifier`.
    pub properties: Vec<(String, String)>,
    /// Headers and footers for paper.
    pub printed: Vec<String>,
}

/// Where a defined name leads: a sheet, and a column with its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub sheet: String,
    /// From 0 on.
    pub column: usize,
    /// From 1 on.
    pub first: u32,
    pub last: u32,
}

impl Workbook {
    /// Where a defined name leads, if it is a part of one column.
    pub fn place(&self, name: &str) -> Option<Place> {
        self.names.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).and_then(|(_, refers)| place(refers))
    }
    pub fn sheet(&self, name: &str) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| sheet.name == name)
    }
}

/// Reads `'Price list 3'!$I$9:$I$100`, also as LibreOffice writes it (`$'Price list 3'.$I$9:.$I$100`).
fn place(refers: &str) -> Option<Place> {
    let refers = refers.trim().trim_start_matches('=').trim_start_matches('$');
    let (sheet, range) = match refers.strip_prefix('\'') {
        Some(rest) => {
            let end = quoted_end(rest)?;
            (rest[..end].replace("''", "'"), rest[end + 1..].trim_start_matches(['!', '.']))
        }
        None => {
            let (sheet, range) = refers.split_once(['!', '.'])?;
            (sheet.to_string(), range)
        }
    };
    let mut ends = range.split(':').map(|end| cell_at(end.rsplit(['.', '!']).next().unwrap_or(end)));
    let (column, first) = ends.next()??;
    let (other, last) = match ends.next() {
        Some(end) => end?,
        None => (column, first),
    };
    (other == column && last >= first && ends.next().is_none()).then_some(Place { sheet, column, first, last })
}

/// Where a name in quotes ends: a quote in it stands twice.
fn quoted_end(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + text[at..].find('\'')?;
        if text[found + 1..].starts_with('\'') {
            at = found + 2;
        } else {
            return Some(found);
        }
    }
}

/// Reads `$I$9`: column from 0 on, row from 1 on.
pub fn cell_at(text: &str) -> Option<(usize, u32)> {
    let text = text.replace('$', "");
    let digits = text.find(|sign: char| sign.is_ascii_digit())?;
    let (letters, number) = text.split_at(digits);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().try_fold(0_usize, |sum, letter| {
        let letter = letter.to_ascii_uppercase();
        letter.is_ascii_uppercase().then(|| sum * 26 + usize::from(letter - b'A') + 1)
    })?;
    Some((column - 1, number.parse().ok().filter(|row| *row > 0)?))
}

/// `B` of column 1.
pub fn column_name(column: usize) -> String {
    let mut letters = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_plainly() {
        for (value, expected) in [
            (0.1 + 0.2, "0.3"),
            (1.1 + 2.2, "3.3"),
            (12345678901234.0, "12345678901234"),
            (1e-7, "0.0000001"),
            (1e20, "100000000000000000000"),
            (-0.0, "0"),
            (-2.5, "-2.5"),
        ] {
            assert_eq!(Cell::Number(value).text(), expected);
        }
    }

    #[test]
    fn names_lead_to_a_column_however_a_program_writes_them() {
        let check = |text: &str, sheet: &str, column, first, last| {
            assert_eq!(place(text), Some(Place { sheet: sheet.into(), column, first, last }), "{text}");
        };
        check("'Price list 3'!$I$9:$I$100", "Price list 3", 8, 9, 100);
        check("_meta!$B$1", "_meta", 1, 1, 1);
        check("$'Miller''s list'.$AA$9:.$AA$10", "Miller's list", 26, 9, 10);
        check("$_meta.$B$1:$_meta.$B$2", "_meta", 1, 1, 2);
        for text in ["", "#REF!", "'List'!#REF!", "List!$A$1:$B$2", "'open", "List!$I$9:$I$1", "SUM(A1)"] {
            assert_eq!(place(text), None, "{text}");
        }
    }

    #[test]
    fn cells_are_named_as_in_excel() {
        for (column, name) in [(0, "A"), (26, "AA"), (16_383, "XFD")] {
            assert_eq!(column_name(column), name);
            assert_eq!(cell_at(&format!("{name}7")), Some((column, 7)));
        }
    }
}
