//! Every sheet of a file people send, whatever program saved it: told by its content, read cell by cell into one shape.
//!
//! The same code opens it in the server's limited child process and in the page's disposable worker. XLSX and XLSB are
//! streamed. calamine reads XLS and ODS whole, so their rectangle is as large as the file says; the limits of whoever runs
//! this bound it, and calamine's own cap on cells. Macros and links to other files are refused as ever.

use std::io::{Cursor, Read};

use calamine::{Data, DataRef, Ods, Range, Reader, SheetType, SheetVisible, Xls, Xlsb, Xlsx};
use zip::ZipArchive;

use super::{Cell, Row, Sheet, Workbook};

pub mod decode;
mod html;
pub mod package;
pub mod rows;
mod text;
pub mod typed;
mod xml;

pub use html::pieces;

use package::{COMPOUND_FILE, Package, check_directory, is_encrypted};
use typed::{Bounds, broken, computed, typed, unreadable};

/// Largest file taken.
pub const LARGEST_FILE: usize = 32 << 20;
/// Sheets of a workbook, defined names and properties taken.
const MOST_SHEETS: usize = 64;
/// Cells handed on, once rows that order nothing are left out: some 30 MB in the server's memory.
const MOST_KEPT: usize = 400_000;
const MOST_NAMES: usize = 1_000;
const MOST_PROPERTIES: usize = 200;
/// The end of a worksheet's XML, where its headers and footers for paper stand.
const TAIL: usize = 64 << 10;
/// Where the Office formats keep properties.
const OFFICE_PROPERTIES: [&str; 2] = ["docProps/custom.xml", "docProps/core.xml"];
/// Properties are a page of XML.
const MOST_PROPERTY_BYTES: u64 = 1 << 20;

/// Why a file is not taken: a stable code, and the limit or place.
pub type Refusal = (&'static str, String);

/// A workbook being filled, within bounds.
#[derive(Default)]
struct Filling {
    book: Workbook,
    bounds: Bounds,
}

impl Filling {
    pub fn sheet(&mut self, name: &str, visible: bool) -> Result<(), Refusal> {
        if self.book.sheets.len() >= MOST_SHEETS {
            return Err(("sheet_cells", format!("there are more than {MOST_SHEETS} sheets")));
        }
        self.bounds.sheet();
        self.book.sheets.push(Sheet { name: name.chars().take(200).collect(), visible, rows: Vec::new() });
        Ok(())
    }

    /// Takes a cell; row and column count from 0. Cells come in order.
    pub fn cell(&mut self, row: u32, column: u32, cell: Cell, formula: bool) -> Result<(), Refusal> {
        if cell == Cell::Empty {
            return Ok(());
        }
        self.bounds.cell(row, column)?;
        let Some(sheet) = self.book.sheets.last_mut() else { return Ok(()) };
        let number = row + 1;
        if sheet.rows.last().is_none_or(|last| last.number != number) {
            sheet.rows.push(Row { number, ..Row::default() });
        }
        let Some(last) = sheet.rows.last_mut() else { return Ok(()) };
        last.cells.resize(column as usize, Cell::Empty);
        last.cells.push(cell);
        last.formulas |= u64::from(formula) << column;
        Ok(())
    }

    pub fn names(&mut self, names: &[(String, String)]) {
        let bounded = |text: &String| text.chars().take(500).collect::<String>();
        self.book.names.extend(names.iter().take(MOST_NAMES).map(|(name, refers)| (bounded(name), bounded(refers))));
    }

    pub fn property(&mut self, name: &str, value: &str) {
        if self.book.properties.len() < MOST_PROPERTIES && !value.trim().is_empty() {
            self.book.properties.push((name.chars().take(100).collect(), value.trim().chars().take(500).collect()));
        }
    }
}

/// Reads a file. It may take all the memory there is or end the program: that is for a limited process or worker to do.
pub fn read(bytes: Vec<u8>) -> Result<Workbook, Refusal> {
    if bytes.len() > LARGEST_FILE {
        return Err(("sheet_too_large", format!("the file is larger than {} MiB", LARGEST_FILE >> 20)));
    }
    let mut filling = Filling::default();
    let format = if bytes.starts_with(b"PK\x03\x04") {
        match check_directory(&bytes)? {
            Package::Xlsx => xlsx(bytes, &mut filling)?,
            Package::Xlsb => xlsb(bytes, &mut filling)?,
            Package::Ods => ods(bytes, &mut filling)?,
        }
    } else if bytes.starts_with(COMPOUND_FILE) {
        xls(bytes, &mut filling)?
    } else {
        text::read(&bytes, &mut filling)?
    };
    let mut book = filling.book;
    book.format = format.into();
    // What orders nothing is not handed on.
    super::thin(&mut book);
    let cells: usize = book.sheets.iter().flat_map(|sheet| &sheet.rows).map(|row| row.cells.len()).sum();
    if cells > MOST_KEPT {
        return Err(("sheet_cells", format!("there are more than {MOST_KEPT} cells in rows that may order something")));
    }
    Ok(book)
}

fn is_visible(sheet: &calamine::Sheet) -> bool {
    sheet.visible == SheetVisible::Visible
}

fn worksheets(sheets: &[calamine::Sheet]) -> Vec<(String, bool)> {
    sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).map(|sheet| (sheet.name.clone(), is_visible(sheet))).collect()
}

fn xlsx(bytes: Vec<u8>, filling: &mut Filling) -> Result<&'static str, Refusal> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes.as_slice())).map_err(unreadable)?;
    filling.names(workbook.defined_names());
    let sheets = worksheets(workbook.sheets_metadata());
    if sheets.is_empty() {
        return Err(("sheet_missing", "the workbook has no sheet of cells".into()));
    }
    for (name, visible) in sheets {
        filling.sheet(&name, visible)?;
        let mut cells = workbook.worksheet_cells_reader(&name).map_err(unreadable)?;
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(unreadable)? {
            let formula = cell.formula.is_some();
            filling.cell(cell.pos.0, cell.pos.1, computed(&cell.value, formula), formula)?;
        }
    }
    let mut archive = archive(&bytes)?;
    OFFICE_PROPERTIES.iter().for_each(|name| properties(&mut archive, name, filling));
    let parts: Vec<String> =
        archive.file_names().filter_map(|name| name.ok().map(|name| name.to_string())).filter(|name| name.starts_with("xl/worksheets/")).take(4).collect();
    for name in parts {
        printed(&mut archive, &name, filling);
    }
    Ok("xlsx")
}

fn xlsb(bytes: Vec<u8>, filling: &mut Filling) -> Result<&'static str, Refusal> {
    let mut workbook: Xlsb<_> = Xlsb::new(Cursor::new(bytes.as_slice())).map_err(|error| broken(&error))?;
    filling.names(workbook.defined_names());
    for (name, visible) in worksheets(workbook.sheets_metadata()) {
        filling.sheet(&name, visible)?;
        let mut cells = workbook.worksheet_cells_reader(&name).map_err(|error| broken(&error))?;
        while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
            let (row, column) = cell.get_position();
            filling.cell(row, column, typed(cell.get_value()), false)?;
        }
    }
    let mut archive = archive(&bytes)?;
    OFFICE_PROPERTIES.iter().for_each(|name| properties(&mut archive, name, filling));
    Ok("xlsb")
}

fn ods(bytes: Vec<u8>, filling: &mut Filling) -> Result<&'static str, Refusal> {
    let mut workbook: Ods<_> = Ods::new(Cursor::new(bytes.as_slice())).map_err(|error| broken(&error))?;
    filling.names(workbook.defined_names());
    whole_sheets(&mut workbook, filling)?;
    properties(&mut archive(&bytes)?, "meta.xml", filling);
    Ok("ods")
}

fn xls(bytes: Vec<u8>, filling: &mut Filling) -> Result<&'static str, Refusal> {
    let locked = || ("sheet_encrypted", "the workbook is protected by a password; send it without one".to_string());
    if is_encrypted(&bytes) {
        return Err(locked());
    }
    let mut workbook: Xls<_> = Xls::new(Cursor::new(bytes.as_slice())).map_err(|error| match error {
        calamine::XlsError::Password => locked(),
        error => broken(&error),
    })?;
    filling.names(workbook.defined_names());
    whole_sheets(&mut workbook, filling)?;
    Ok("xls")
}

/// Sheets that calamine reads whole.
fn whole_sheets<R: Reader<Cursor<S>>, S: AsRef<[u8]>>(workbook: &mut R, filling: &mut Filling) -> Result<(), Refusal>
where
    R::Error: std::fmt::Display,
{
    for (name, visible) in worksheets(workbook.sheets_metadata()) {
        filling.sheet(&name, visible)?;
        let range = workbook.worksheet_range(&name).map_err(|error| broken(&error))?;
        let formulas = workbook.worksheet_formula(&name).map_err(|error| broken(&error))?;
        whole(&range, &formulas, filling)?;
    }
    Ok(())
}

/// The cells of a sheet that calamine holds whole.
fn whole(range: &Range<Data>, formulas: &Range<String>, filling: &mut Filling) -> Result<(), Refusal> {
    let (top, left) = range.start().unwrap_or_default();
    let (above, before) = formulas.start().unwrap_or_default();
    let computing = formulas.used_cells().map(|(row, column, _)| (above + row as u32, before + column as u32));
    let mut without_value = computing.filter(|at| range.get_value(*at).is_none_or(|value| *value == Data::Empty)).peekable();
    for (row, column, value) in range.used_cells() {
        let (row, column) = (top + row as u32, left + column as u32);
        while let Some((row, column)) = without_value.next_if(|at| *at < (row, column)) {
            filling.cell(row, column, computed(&DataRef::Empty, true), true)?;
        }
        let formula = formulas.get_value((row, column)).is_some_and(|formula| !formula.is_empty());
        filling.cell(row, column, typed(&borrowed(value)), formula)?;
    }
    for (row, column) in without_value {
        filling.cell(row, column, computed(&DataRef::Empty, true), true)?;
    }
    Ok(())
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Empty => DataRef::Empty,
        Data::Int(value) => DataRef::Int(*value),
        Data::Float(value) => DataRef::Float(*value),
        Data::String(value) => DataRef::SharedString(value),
        Data::Bool(value) => DataRef::Bool(*value),
        Data::DateTime(value) => DataRef::DateTime(*value),
        Data::DateTimeIso(value) => DataRef::DateTimeIso(value.clone()),
        Data::DurationIso(value) => DataRef::DurationIso(value.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
    }
}

fn archive(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, Refusal> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|_| ("sheet_unreadable", "the file is damaged".into()))
}

/// Custom properties and keywords. A file without them, or with broken ones, has others places that name its form.
fn properties(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, filling: &mut Filling) {
    let Ok(entry) = archive.by_name(name) else { return };
    let mut text = String::new();
    if entry.take(MOST_PROPERTY_BYTES).read_to_string(&mut text).is_ok() {
        xml::properties(&text, filling);
    }
}

/// The header and footer of a worksheet's pages: they stand behind its cells.
fn printed(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, filling: &mut Filling) {
    let Ok(mut entry) = archive.by_name(name) else { return };
    let (mut tail, mut piece) = (Vec::with_capacity(3 * TAIL), vec![0; TAIL]);
    while let Ok(read) = entry.read(&mut piece) {
        if read == 0 {
            break;
        }
        tail.extend_from_slice(&piece[..read]);
        if tail.len() > 2 * TAIL {
            tail.drain(..tail.len() - TAIL);
        }
    }
    let text = String::from_utf8_lossy(&tail);
    for part in ["oddHeader", "oddFooter"] {
        let found = text.split_once(&format!("<{part}>")).and_then(|(_, rest)| rest.split_once('<'));
        if let Some((text, _)) = found {
            filling.book.printed.push(text.replace("&amp;", "&").chars().take(500).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::cells::NO_VALUE;

    #[test]
    fn a_formula_of_which_no_value_is_kept_is_told() {
        let none = || Cell::Error(NO_VALUE.into());
        assert_eq!(computed(&DataRef::Empty, true), none());
        assert_eq!(computed(&DataRef::Empty, false), Cell::Empty);
        assert_eq!(computed(&DataRef::String(String::new()), true), Cell::Empty, "it comes to an empty text");
        assert_eq!(computed(&DataRef::Float(5.0), true), Cell::Number(5.0));
        // Where a library holds whole sheets, values apart from formulas.
        let values = vec![calamine::Cell::new((1, 1), Data::Float(2.0)), calamine::Cell::new((1, 2), Data::String(String::new()))];
        let formulas = [(0, 2), (1, 0), (1, 1), (1, 2), (2, 5)].map(|at| calamine::Cell::new(at, "1+1".to_string())).to_vec();
        let mut filling = Filling::default();
        filling.sheet("S", true).unwrap();
        whole(&Range::from_sparse(values), &Range::from_sparse(formulas), &mut filling).unwrap();
        let rows: Vec<(u32, &[Cell])> = filling.book.sheets[0].rows.iter().map(|row| (row.number, row.cells.as_slice())).collect();
        let empty = |count: usize| vec![Cell::Empty; count];
        let expected = [(1, [empty(2), vec![none()]].concat()), (2, vec![none(), Cell::Number(2.0)]), (3, [empty(5), vec![none()]].concat())];
        assert_eq!(rows, expected.iter().map(|(number, cells)| (*number, cells.as_slice())).collect::<Vec<_>>());
        assert!(filling.book.sheets[0].rows[1].is_formula(0) && filling.book.sheets[0].rows[1].is_formula(1));
    }
}
