//! A plain table as a workbook: what a list on a page shows, for people who go on with it in a spreadsheet. Whatever a
//! person wrote is an inert text cell.

use rust_xlsxwriter::{ColNum, DocProperties, ExcelDateTime, Format, RowNum, Workbook, Worksheet};

use super::styles;
use super::xlsxwriter::Formats;
use super::{SheetError, cell_text, footer, sheet_name};
use crate::money::{Currency, Money, Quantity};
use crate::words::Lang;

/// One cell; its kind says how it is written and aligned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Blank,
    Text(String),
    /// A code: text, so that `00123` stays.
    Code(String),
    Number(i64),
    Quantity(Quantity),
    Amount(Money),
    /// `YYYY-MM-DD`
    Day(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub title: String,
    /// In characters.
    pub width: u16,
    pub right: bool,
}

impl Column {
    pub fn text(title: impl Into<String>, width: u16) -> Self {
        Self { title: title.into(), width, right: false }
    }
    pub fn number(title: impl Into<String>, width: u16) -> Self {
        Self { title: title.into(), width, right: true }
    }
}

/// One sheet of the workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub title: String,
    /// Sentences above the table: by what rule, as of when.
    pub notes: Vec<String>,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

/// The tables as a workbook, a sheet each. `made_at` is in Unix milliseconds; the bytes depend on nothing else.
pub fn write_tables(tables: &[Table], firm: &str, currency: Currency, made_at: i64, lang: Lang) -> Result<Vec<u8>, SheetError> {
    let formats = Formats::new(&styles::looks(currency));
    let day = Format::new().set_num_format(if lang == Lang::En { "d mmm yyyy" } else { "dd.mm.yyyy" });
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_timestamp(made_at / 1000)?;
    workbook.set_properties(
        &DocProperties::new().set_title(tables.first().map_or("", |table| &table.title)).set_company(cell_text(firm)).set_creation_datetime(&created),
    );
    for table in tables {
        workbook.push_worksheet(write_table(table, firm, &formats, &day, lang)?);
    }
    Ok(workbook.save_to_buffer()?)
}

fn write_table(table: &Table, firm: &str, formats: &Formats, day: &Format, lang: Lang) -> Result<Worksheet, SheetError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(sheet_name(&table.title))?;
    sheet.write_string_with_format(0, 0, cell_text(&table.title), formats.of(styles::guarded(styles::TITLE, &table.title)))?;
    let mut row: RowNum = 1;
    for note in &table.notes {
        sheet.write_string_with_format(row, 0, cell_text(note), formats.of(styles::guarded(styles::PLAIN, note)))?;
        row += 1;
    }
    let header = row + 1;
    for (at, column) in table.columns.iter().enumerate() {
        let at = at as ColNum;
        sheet.write_string_with_format(
            header,
            at,
            cell_text(&column.title),
            formats.of(styles::guarded(if column.right { styles::HEADER_RIGHT } else { styles::HEADER }, &column.title)),
        )?;
        sheet.set_column_width(at, f64::from(column.width))?;
    }
    let first = header + 1;
    if table.rows.len() as u64 + u64::from(first) > 1_048_576 {
        return Err(SheetError::TooManyRows);
    }
    for (at, cells) in table.rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            write_cell(&mut sheet, first + at as RowNum, column as ColNum, cell, formats, day)?;
        }
    }
    let last = (first + table.rows.len() as RowNum).saturating_sub(1).max(first);
    if !table.columns.is_empty() {
        sheet.autofilter(header, 0, last, table.columns.len() as ColNum - 1)?;
    }
    sheet.set_freeze_panes(first, 0)?;
    sheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(header, header)?;
    sheet.set_footer(footer(firm, &table.title, lang));
    Ok(sheet)
}

fn write_cell(sheet: &mut Worksheet, row: RowNum, column: ColNum, cell: &Cell, formats: &Formats, day: &Format) -> Result<(), SheetError> {
    match cell {
        Cell::Blank => {}
        Cell::Text(text) => {
            let text = cell_text(text);
            sheet.write_string_with_format(row, column, &text, formats.of(styles::text_of(&text)))?;
        }
        Cell::Code(code) => {
            let code = cell_text(code);
            // Quoted codes keep their text format too: the quote prefix alone makes them text.
            sheet.write_string_with_format(row, column, &code, formats.of(styles::guarded(styles::CODE, &code)))?;
        }
        Cell::Number(number) => {
            sheet.write_number_with_format(row, column, *number as f64, formats.of(styles::NUMBER))?;
        }
        Cell::Quantity(quantity) => {
            sheet.write_number_with_format(row, column, quantity.raw() as f64 / 1_000.0, formats.of(styles::NUMBER))?;
        }
        Cell::Amount(money) => {
            let number: f64 = money.decimal().parse().map_err(|_| SheetError::Malformed(format!("the amount {}", money.decimal())))?;
            sheet.write_number_with_format(row, column, number, formats.of(styles::AMOUNT))?;
        }
        Cell::Day(text) => {
            let date = ExcelDateTime::parse_from_str(text).map_err(|_| SheetError::Malformed(format!("the day {text}")))?;
            sheet.write_datetime_with_format(row, column, date, day)?;
        }
    }
    Ok(())
}
