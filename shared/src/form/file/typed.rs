//! Cells as a workbook types them, where they may stand, and what is said of a workbook that is damaged.

use calamine::{DataRef, XlsxError};

use super::Refusal;
use crate::form::Cell;
use crate::form::cells::{MOST_COLUMNS, NO_VALUE, column_name};

const MOST_ROWS: u32 = 200_000;
const MOST_CELLS: usize = 2_000_000;
/// Longer texts come cut: a description nobody reads is no reason to refuse the workbook.
const LONGEST_TEXT: usize = 1_000;

/// What the cells of a file may come to, and that those of a sheet stand in order.
#[derive(Debug, Default)]
pub struct Bounds {
    cells: usize,
    /// The last cell of the sheet.
    last: Option<(u32, u32)>,
}

impl Bounds {
    /// A new sheet begins.
    pub fn sheet(&mut self) {
        self.last = None;
    }

    /// Counts a filled cell; row and column from 0.
    pub fn cell(&mut self, row: u32, column: u32) -> Result<(), Refusal> {
        if row >= MOST_ROWS {
            return Err(("sheet_rows", format!("there is a cell in row {}; at most {MOST_ROWS} rows are read", u64::from(row) + 1)));
        }
        if column >= MOST_COLUMNS {
            return Err(("sheet_columns", format!("cell {} lies beyond column {}", address(row, column), column_name(MOST_COLUMNS as usize - 1))));
        }
        self.cells += 1;
        if self.cells > MOST_CELLS {
            return Err(("sheet_cells", format!("there are more than {MOST_CELLS} filled cells")));
        }
        if self.last.is_some_and(|last| last >= (row, column)) {
            return Err(("sheet_unreadable", format!("cell {} stands twice or out of order", address(row, column))));
        }
        self.last = Some((row, column));
        Ok(())
    }
}

pub fn text_cell(text: &str) -> Cell {
    match text.char_indices().nth(LONGEST_TEXT) {
        _ if text.is_empty() => Cell::Empty,
        None => Cell::Text(text.to_string()),
        Some((end, _)) => Cell::LongText(text[..end].to_string()),
    }
}

pub fn typed(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(value) => Cell::Number(*value as f64),
        DataRef::Float(value) if value.is_finite() => Cell::Number(*value),
        DataRef::Float(value) => Cell::Error(value.to_string()),
        DataRef::String(value) => text_cell(value),
        DataRef::SharedString(value) => text_cell(value),
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::DateTime(value) if value.is_datetime() && value.as_f64().is_finite() => {
            let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
            Cell::Date(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
        }
        DataRef::DateTime(value) => Cell::Error(format!("duration {}", value.as_f64())),
        DataRef::DateTimeIso(value) => match text_cell(value) {
            Cell::Text(value) => Cell::Date(value),
            other => other,
        },
        DataRef::DurationIso(_) => Cell::Error("duration".into()),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

/// As [`typed`], of a cell that may be computed: a formula of which no value is kept is told, not passed over. (One that
/// comes to an empty text keeps that.)
pub fn computed(value: &DataRef<'_>, formula: bool) -> Cell {
    match value {
        DataRef::Empty if formula => Cell::Error(NO_VALUE.into()),
        value => typed(value),
    }
}

/// `B3`
pub fn address(row: u32, column: u32) -> String {
    format!("{}{}", column_name(column as usize), u64::from(row) + 1)
}

pub fn unreadable(error: XlsxError) -> Refusal {
    match error {
        XlsxError::Password => ("sheet_encrypted", "the workbook is protected by a password".into()),
        XlsxError::FileNotFound(_) => ("not_a_sheet", "this archive holds no complete XLSX workbook".into()),
        error => broken(&error),
    }
}

/// What the reader says of a damaged file. The message may quote the file; a person who sent it may read that, in bounds.
pub fn broken(error: &impl std::fmt::Display) -> Refusal {
    let text: String = error.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
    ("sheet_unreadable", format!("the workbook is damaged: {text}"))
}
