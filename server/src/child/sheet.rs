//! Reading one sheet of a workbook for an import: what is refused before it is opened, and cells as they come out.
//!
//! The order is size, magic bytes, the archive's directory, then cells one by one. Never calamine's
//! `worksheet_range`: it allocates the rectangle between the first and the last cell, which may be 512 GiB.

use std::io::Cursor;

use anyhow::Context;
use calamine::{Reader, SheetType, SheetVisible, Xlsx};
pub use kontor_shared::form::Cell;
pub use kontor_shared::form::file::LARGEST_FILE;
use kontor_shared::form::file::Refusal;
use kontor_shared::form::file::package::{COMPOUND_FILE, Package, check_directory, is_encrypted};
use kontor_shared::form::file::typed::{Bounds, typed, unreadable};

use super::Outcome;

/// A sheet's cells. Row 1 is `rows[0]`; an empty row is an empty vector and a row ends with its last filled cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub name: String,
    /// Names of the workbook's visible sheets, in order.
    pub sheets: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    pub(super) fn decode(output: &[u8]) -> anyhow::Result<Self> {
        let (names, mut rest): ((String, Vec<String>), _) = postcard::take_from_bytes(output).context("a child's sheet cannot be read")?;
        let mut rows = Vec::new();
        while !rest.is_empty() {
            let (row, after): (Vec<Cell>, _) = postcard::take_from_bytes(rest).context("a child's row cannot be read")?;
            rows.push(row);
            rest = after;
        }
        Ok(Self { name: names.0, sheets: names.1, rows })
    }
}

/// What can be told without opening it.
pub(super) fn check_outside(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.len() > LARGEST_FILE {
        return Err(("sheet_too_large", format!("the file is larger than {} MiB", LARGEST_FILE >> 20)));
    }
    if bytes.starts_with(COMPOUND_FILE) {
        return Err(if is_encrypted(bytes) {
            ("sheet_encrypted", "the workbook is protected by a password".into())
        } else {
            ("sheet_old_format", "this is the .xls format of before 2007; save it as XLSX or CSV".into())
        });
    }
    if !bytes.starts_with(b"PK\x03\x04") {
        return Err(("not_a_sheet", "this is not an XLSX workbook".into()));
    }
    Ok(())
}

/// Reads the sheet, in the child.
pub(super) fn work(bytes: Vec<u8>, wanted: Option<&str>) -> Outcome {
    if check_directory(&bytes)? != Package::Xlsx {
        return Err(("not_a_sheet", "this archive holds no XLSX workbook; save it as XLSX".into()));
    }
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let visible: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .take(256)
        .collect();
    let name = match wanted {
        Some(name) => {
            visible.iter().find(|known| *known == name).ok_or_else(|| ("sheet_missing", "the workbook has no visible sheet of that name".to_string()))?
        }
        None => visible.first().ok_or_else(|| ("sheet_missing", "the workbook has no visible sheet".to_string()))?,
    }
    .clone();
    let mut output = postcard::to_allocvec(&(&name, &visible)).map_err(internal)?;
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut row: Vec<Cell> = Vec::new();
    let mut row_number: u32 = 0;
    let mut bounds = Bounds::default();
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (at_row, at_column) = cell.get_position();
        let value = typed(cell.get_value());
        if value == Cell::Empty {
            continue;
        }
        bounds.cell(at_row, at_column)?;
        while row_number < at_row {
            push(&mut output, &row)?;
            row.clear();
            row_number += 1;
        }
        row.resize(at_column as usize, Cell::Empty);
        row.push(value);
    }
    if !row.is_empty() {
        push(&mut output, &row)?;
    }
    Ok(output)
}

fn push(output: &mut Vec<u8>, row: &[Cell]) -> Result<(), Refusal> {
    output.extend(postcard::to_allocvec(row).map_err(internal)?);
    Ok(())
}

pub(super) fn internal(error: postcard::Error) -> Refusal {
    ("sheet_unreadable", error.to_string())
}
