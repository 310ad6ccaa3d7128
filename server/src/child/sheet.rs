//! Reading a workbook: what is refused before it is unpacked, and the caps on what comes out.
//!
//! The order is size, magic bytes, the archive's directory, then cells one by one. Never calamine's
//! `worksheet_range`: it allocates the rectangle between the first and the last cell, which may be 512 GiB.

use std::io::Cursor;

use anyhow::Context;
use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
pub use kontor_shared::form::Cell;
use kontor_shared::form::cells::{MOST_COLUMNS, column_name};
use zip::ZipArchive;

use super::Outcome;

/// Largest workbook taken, packed.
pub const LARGEST_FILE: usize = 32 << 20;
const MOST_ENTRIES: usize = 1_000;
/// 100 000 goods of twelve columns unpack to about 80 MiB.
const MOST_UNPACKED: u64 = 256 << 20;
pub(super) const MOST_ROWS: u32 = 200_000;
pub(super) const MOST_CELLS: usize = 2_000_000;
/// Longer texts come cut: a description nobody reads is no reason to refuse the workbook.
const LONGEST_TEXT: usize = 1_000;

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

/// How files of before 2007 begin, and encrypted ones of today.
pub(crate) const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Whether a compound file is an encrypted workbook: it has a stream of this name, in UTF-16.
pub(super) fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    memchr::memmem::find(bytes, &name).is_some()
}

/// What can be told without opening it.
pub(super) fn check_outside(bytes: &[u8]) -> Result<(), (&'static str, String)> {
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

/// The archive's directory. Inside the child, for a directory of a million entries costs memory as well. Sizes may be
/// trusted afterwards: `zip` stops where an entry exceeds its declared size (reliability.md §3).
pub(super) fn check_directory(bytes: &[u8]) -> Result<Package, (&'static str, String)> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ("not_a_sheet", "the file is damaged: its directory cannot be read".to_string()))?;
    if archive.has_duplicate_names() {
        return Err(("sheet_archive", "two entries of the file have the same name".into()));
    }
    if archive.len() > MOST_ENTRIES {
        return Err(("sheet_archive", format!("the file has {} entries; at most {MOST_ENTRIES} are taken", archive.len())));
    }
    let mut unpacked: u64 = 0;
    let (mut xlsx, mut xlsb, mut ods) = (false, false, [false; 2]);
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(|_| ("sheet_archive", "an entry of the file cannot be read".to_string()))?;
        let name = entry.name().map_err(|_| ("sheet_archive", "an entry's name cannot be read".to_string()))?;
        let name = name.replace('\\', "/");
        if name.starts_with('/') || name.contains('\0') || name.split('/').any(|part| part == "..") || name.contains(':') {
            return Err(("sheet_archive", "an entry's name leads out of the file".into()));
        }
        if entry.is_symlink() {
            return Err(("sheet_archive", "an entry is a link".into()));
        }
        if entry.encrypted() {
            return Err(("sheet_encrypted", "the file is encrypted".into()));
        }
        let folded = name.to_ascii_lowercase();
        if folded.ends_with("vbaproject.bin") {
            return Err(("sheet_macros", "the workbook contains macros; save it as XLSX without them".into()));
        }
        if folded.contains("externallinks/") {
            return Err(("sheet_external_links", "the workbook refers to other files; break the links and save it again".into()));
        }
        xlsb |= folded == "xl/workbook.bin";
        xlsx |= folded == "xl/workbook.xml" || folded == "[content_types].xml";
        ods = [ods[0] | (folded == "content.xml"), ods[1] | (folded == "mimetype")];
        unpacked = unpacked.saturating_add(entry.size());
    }
    if unpacked > MOST_UNPACKED {
        return Err(("sheet_unpacked", format!("unpacked it is larger than {} MiB", MOST_UNPACKED >> 20)));
    }
    match () {
        () if xlsb => Ok(Package::Xlsb),
        () if ods == [true; 2] => Ok(Package::Ods),
        () if xlsx => Ok(Package::Xlsx),
        () => Err(("not_a_sheet", "this archive holds no XLSX workbook".into())),
    }
}

/// What an archive holds, by its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Package {
    Xlsx,
    Xlsb,
    Ods,
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
    let mut count = 0;
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (at_row, at_column) = cell.get_position();
        let value = typed(cell.get_value());
        if value == Cell::Empty {
            continue;
        }
        if at_row >= MOST_ROWS {
            return Err(("sheet_rows", format!("there is a cell in row {}; at most {MOST_ROWS} rows are read", u64::from(at_row) + 1)));
        }
        if at_column >= MOST_COLUMNS {
            return Err(("sheet_columns", format!("cell {} lies beyond column {MOST_COLUMNS}", address(at_row, at_column))));
        }
        count += 1;
        if count > MOST_CELLS {
            return Err(("sheet_cells", format!("there are more than {MOST_CELLS} filled cells")));
        }
        if at_row < row_number || (at_row == row_number && (at_column as usize) < row.len()) {
            return Err(("sheet_unreadable", format!("cell {} stands twice or out of order", address(at_row, at_column))));
        }
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

fn push(output: &mut Vec<u8>, row: &[Cell]) -> Result<(), (&'static str, String)> {
    output.extend(postcard::to_allocvec(row).map_err(internal)?);
    Ok(())
}

pub(super) fn text_cell(text: &str) -> Cell {
    match text.char_indices().nth(LONGEST_TEXT) {
        _ if text.is_empty() => Cell::Empty,
        None => Cell::Text(text.to_string()),
        Some((end, _)) => Cell::LongText(text[..end].to_string()),
    }
}

pub(super) fn typed(value: &DataRef<'_>) -> Cell {
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

/// `B3`
pub(super) fn address(row: u32, column: u32) -> String {
    format!("{}{}", column_name(column as usize), u64::from(row) + 1)
}

pub(super) fn unreadable(error: XlsxError) -> (&'static str, String) {
    match error {
        XlsxError::Password => ("sheet_encrypted", "the workbook is protected by a password".into()),
        XlsxError::FileNotFound(_) => ("not_a_sheet", "this archive holds no complete XLSX workbook".into()),
        error => broken(&error),
    }
}

/// What the reader says of a damaged file. The message may quote the file; a person who sent it may read that, in bounds.
pub(super) fn broken(error: &impl std::fmt::Display) -> (&'static str, String) {
    let text: String = error.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
    ("sheet_unreadable", format!("the workbook is damaged: {text}"))
}

pub(super) fn internal(error: postcard::Error) -> (&'static str, String) {
    ("sheet_unreadable", error.to_string())
}
