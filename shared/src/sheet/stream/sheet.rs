//! What stands around the rows of a sheet.

use super::{Sheet, xml};
use crate::sheet::book::{Area, Protection, SetUp};
use crate::sheet::formulas::cell;

fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn put_area(out: &mut Vec<u8>, area: Area) {
    xml::area(area.top, area.left, area.bottom, area.right, out);
}

/// Writes what comes before the rows. The first sheet is the one that is seen.
pub fn begin(set_up: &SetUp, first: bool, out: &mut Vec<u8>) {
    put(out, super::parts::HEAD);
    put(
        out,
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
         xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheetPr>",
    );
    if set_up.deepest > 0 {
        put(out, "<outlinePr summaryBelow=\"0\"/>");
    }
    if set_up.print.is_some() {
        put(out, "<pageSetUpPr fitToPage=\"1\"/>");
    }
    put(out, "</sheetPr><sheetViews><sheetView ");
    if first {
        put(out, "tabSelected=\"1\" ");
    }
    put(out, "workbookViewId=\"0\">");
    let pane = set_up.freeze.map(|(row, column)| (row, column, if column > 0 { "bottomRight" } else { "bottomLeft" }));
    if let Some((row, column, pane)) = pane {
        put(out, "<pane ");
        if column > 0 {
            put(out, &format!("xSplit=\"{column}\" "));
        }
        put(out, &format!("ySplit=\"{row}\" topLeftCell=\"{}\" activePane=\"{pane}\" state=\"frozen\"/>", cell(row, column, false)));
    }
    let pane = pane.map_or(String::new(), |(.., pane)| format!(" pane=\"{pane}\""));
    match set_up.selected.map(|(row, column)| cell(row, column, false)) {
        Some(at) => put(out, &format!("<selection{pane} activeCell=\"{at}\" sqref=\"{at}\"/>")),
        None if pane.is_empty() => {}
        None => put(out, &format!("<selection{pane}/>")),
    }
    put(out, "</sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"");
    if set_up.deepest > 0 {
        put(out, &format!(" outlineLevelRow=\"{}\"", set_up.deepest));
    }
    put(out, "/>");
    if !set_up.widths.is_empty() {
        put(out, "<cols>");
        for (at, width) in set_up.widths.iter().enumerate() {
            let hidden = if set_up.hidden_columns.contains(&(at as u32)) { " hidden=\"1\"" } else { "" };
            // Five pixels of seven to a character are the cell's margins.
            put(out, &format!("<col min=\"{0}\" max=\"{0}\" width=\"{width}.7109375\"{hidden} customWidth=\"1\"/>", at + 1));
        }
        put(out, "</cols>");
    }
    put(out, "<sheetData>");
}

/// Writes what comes after the rows.
pub fn end(sheet: &Sheet, out: &mut Vec<u8>) {
    let set_up = &sheet.set_up;
    put(out, "</sheetData>");
    put(
        out,
        match set_up.protection {
            Protection::None => "",
            Protection::All => "<sheetProtection sheet=\"1\" objects=\"1\" scenarios=\"1\"/>",
            Protection::Form => "<sheetProtection sheet=\"1\" objects=\"1\" scenarios=\"1\" formatColumns=\"0\" formatRows=\"0\" sort=\"0\" autoFilter=\"0\"/>",
        },
    );
    if let Some(area) = set_up.filter {
        put(out, "<autoFilter ref=\"");
        put_area(out, area);
        put(out, "\"/>");
    }
    if let Some(rule) = &set_up.validation {
        put(out, "<dataValidations count=\"1\"><dataValidation type=\"custom\" allowBlank=\"1\" showInputMessage=\"1\" showErrorMessage=\"1\" errorTitle=\"");
        xml::escape(&rule.title, out);
        put(out, "\" error=\"");
        xml::escape(&rule.message, out);
        put(out, "\" sqref=\"");
        put_area(out, Area { top: rule.first, left: rule.column, bottom: rule.last, right: rule.column });
        put(out, "\"><formula1>");
        xml::escape(&rule.rule, out);
        put(out, "</formula1></dataValidation></dataValidations>");
    }
    if !sheet.links.is_empty() {
        put(out, "<hyperlinks>");
        for (at, place, text) in &sheet.links {
            put(out, &format!("<hyperlink ref=\"{at}\" location=\""));
            xml::escape(place, out);
            put(out, "\" display=\"");
            xml::escape(text, out);
            put(out, "\"/>");
        }
        put(out, "</hyperlinks>");
    }
    let side = if set_up.print.as_ref().is_some_and(|print| print.form) { "0.4" } else { "0.7" };
    put(out, &format!("<pageMargins left=\"{side}\" right=\"{side}\" top=\"0.75\" bottom=\"0.75\" header=\"0.3\" footer=\"0.3\"/>"));
    if let Some(print) = &set_up.print {
        let how = if print.form { "orientation=\"landscape\" blackAndWhite=\"1\"" } else { "orientation=\"portrait\"" };
        put(out, &format!("<pageSetup paperSize=\"9\" fitToHeight=\"0\" {how}/><headerFooter>"));
        if !print.header.is_empty() {
            put(out, "<oddHeader>");
            xml::escape(&print.header, out);
            put(out, "</oddHeader>");
        }
        put(out, "<oddFooter>");
        xml::escape(&print.footer, out);
        put(out, "</oddFooter></headerFooter>");
    }
    if set_up.picture.is_some() {
        put(out, "<drawing r:id=\"rId1\"/>");
    }
    put(out, "</worksheet>");
}
