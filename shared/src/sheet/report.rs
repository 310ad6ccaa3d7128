//! A list as a workbook: heads, rows of text, nothing that a spreadsheet would compute.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};

use super::styles::Styles;
use super::{SheetError, cell_text, sheet_name};
use crate::money::Currency;

/// What a list says above its rows, and in them.
#[derive(Clone, Debug)]
pub struct Report {
    pub title: String,
    /// Label and value.
    pub facts: Vec<(String, String)>,
    /// Head and width in characters.
    pub columns: Vec<(String, f64)>,
    pub rows: Vec<Vec<String>>,
    /// Unix milliseconds; becomes the document's creation time.
    pub made_at: i64,
}

/// The list as a workbook. Every cell is text: a name that begins with `=` is a name.
pub fn write_report(report: &Report) -> Result<Vec<u8>, SheetError> {
    let styles = Styles::new(Currency::EUR);
    let mut sheet = Worksheet::new();
    sheet.set_name(sheet_name(&report.title))?;
    sheet.write_string_with_format(0, 0, cell_text(&report.title), &styles.title)?;
    let mut row = 1;
    for (label, value) in &report.facts {
        sheet.write_string_with_format(row, 0, cell_text(label), &styles.label)?;
        sheet.write_string_with_format(row, 1, cell_text(value), &styles.plain)?;
        row += 1;
    }
    row += 1;
    let head = row;
    for (at, (name, width)) in report.columns.iter().enumerate() {
        let column = u16::try_from(at).map_err(|_| SheetError::TooManyRows)?;
        sheet.set_column_width(column, *width)?;
        sheet.write_string_with_format(head, column, cell_text(name), &styles.header)?;
    }
    for (at, cells) in report.rows.iter().enumerate() {
        let row = u32::try_from(at).ok().and_then(|at| at.checked_add(head + 1)).filter(|row| *row < 1_048_576).ok_or(SheetError::TooManyRows)?;
        for (column, text) in cells.iter().enumerate() {
            // Once somebody edits the cell, a spreadsheet would take such a text for a formula.
            let dangerous = text.starts_with(['=', '+', '-', '@']);
            let style = if dangerous { &styles.quoted } else { &styles.text };
            sheet.write_string_with_format(row, u16::try_from(column).map_err(|_| SheetError::TooManyRows)?, cell_text(text), style)?;
        }
    }
    sheet.set_freeze_panes(head + 1, 0)?;
    if let (Some(last), false) = (u16::try_from(report.columns.len()).ok().and_then(|count| count.checked_sub(1)), report.rows.is_empty()) {
        sheet.autofilter(head, 0, head + u32::try_from(report.rows.len()).map_err(|_| SheetError::TooManyRows)?, last)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(head, head)?;
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_timestamp(report.made_at.div_euclid(1000))?;
    workbook.set_properties(&DocProperties::new().set_title(cell_text(&report.title)).set_creation_datetime(&made));
    workbook.push_worksheet(sheet);
    Ok(workbook.save_to_buffer()?)
}
