//! Files that are text: CSV in any of its forms, web pages named `.xls`, and the XML of 2003.

use super::rows::{self, Manner};
use super::typed::text_cell;
use super::{Filling, Refusal, decode, html, xml};

pub(super) fn read(bytes: &[u8], filling: &mut Filling) -> Result<&'static str, Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(("not_a_sheet", "the file is empty".into()));
    }
    let start = bytes.trim_ascii_start();
    let markup = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start().starts_with(b"<") || bytes.starts_with(b"\xff\xfe<\0");
    if markup {
        let (text, _) = decode::decode(bytes).map_err(refusal)?;
        let head: String = text.chars().take(4_000).collect::<String>().to_lowercase();
        if head.contains("urn:schemas-microsoft-com:office:spreadsheet")
            && (head.contains("progid=\"excel.sheet\"") || head.contains("<workbook") || head.contains(":workbook"))
        {
            return xml::spreadsheet(&text, filling).map(|()| "xml");
        }
        if ["<html", "<table", "<!doctype html", "<body"].iter().any(|tag| head.contains(tag)) {
            return html::read(&text, filling).map(|()| "html");
        }
        return Err(("not_a_sheet", "this is no table: XLSX, XLS, ODS and CSV are read".into()));
    }
    let (text, _) = decode::table(bytes).map_err(refusal)?;
    csv(&text, filling).map(|()| "csv")
}

fn csv(text: &str, filling: &mut Filling) -> Result<(), Refusal> {
    filling.sheet("", true)?;
    for row in rows::rows(text, Manner::of(text), usize::MAX) {
        let (number, cells) = row.map_err(|(number, _)| ("sheet_unreadable", format!("row {number} cannot be read")))?;
        let row = u32::try_from(number.saturating_sub(1)).unwrap_or(u32::MAX);
        for (column, cell) in cells.iter().enumerate() {
            filling.cell(row, u32::try_from(column).unwrap_or(u32::MAX), text_cell(cell), false)?;
        }
    }
    Ok(())
}

fn refusal((code, detail): Refusal) -> Refusal {
    (if code == "bad_encoding" { "sheet_unreadable" } else { "not_a_sheet" }, detail)
}
