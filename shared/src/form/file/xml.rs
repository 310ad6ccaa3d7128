//! Excel's XML of 2003, and the properties of documents. Entities that a file defines itself are never resolved.

use crate::form::Cell;
use crate::form::cells::{NO_VALUE, column_name};
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::typed::text_cell;
use super::{Filling, MOST_NAMES, Refusal, broken};

/// Bytes of a cell kept, above what is read of one.
const LONGEST: usize = 8_000;
/// Attributes looked at in an element.
const MOST_ATTRIBUTES: usize = 40;

/// An attribute by its local name.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).take(MOST_ATTRIBUTES).flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// What `&amp;` or `&#10;` stands for.
fn sign(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref() {
        Ok(Some(sign)) => Some(sign.to_string()),
        Ok(None) => resolve_predefined_entity(reference).map(str::to_string),
        Err(_) => None,
    }
}

/// Custom properties, keywords and identifier of any of the formats.
pub(super) fn properties(text: &str, filling: &mut Filling) {
    let mut reader = Reader::from_str(text);
    let mut name: Option<String> = None;
    let mut value = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                let local = element.local_name();
                match local.as_ref() {
                    "property" | "user-defined" => name = attribute(&element, "name"),
                    "keywords" | "keyword" => name = Some("keywords".into()),
                    "identifier" => name = Some("identifier".into()),
                    _ => {}
                }
                value.clear();
            }
            Ok(Event::Text(text)) if name.is_some() && value.len() < LONGEST => value.push_str(&text.xml10_content()),
            Ok(Event::GeneralRef(reference)) if name.is_some() => value.push_str(&sign(&reference).unwrap_or_default()),
            Ok(Event::End(_)) => {
                if let Some(name) = name.as_deref().filter(|_| !value.trim().is_empty()) {
                    filling.property(name, &value);
                    value.clear();
                }
            }
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// A place such as `R9C9` as `$I$9`.
fn address(text: &str) -> Option<String> {
    let (row, column) = text.strip_prefix('R')?.split_once('C')?;
    let column = column.parse::<usize>().ok()?.checked_sub(1).filter(|column| *column < 20_000)?;
    Some(format!("${}${}", column_name(column), row.parse::<u32>().ok()?))
}

/// `='Price list'!R9C9:R100C9` in the letters the other formats have.
fn place(refers: &str) -> String {
    let Some((sheet, range)) = refers.trim_start_matches('=').rsplit_once('!') else { return refers.to_string() };
    match range.split(':').map(address).collect::<Option<Vec<_>>>() {
        Some(ends) => format!("{sheet}!{}", ends.join(":")),
        None => refers.to_string(),
    }
}

/// Reads a workbook of 2003.
pub(super) fn spreadsheet(text: &str, filling: &mut Filling) -> Result<(), Refusal> {
    let mut reader = Reader::from_str(text);
    let (mut row, mut column) = (0_u32, 0_u32);
    // Columns a merged cell covers beside its own.
    let mut covered = 0_u32;
    let mut kind = String::new();
    // Whether the open cell is computed, and its value was met.
    let (mut formula, mut valued) = (false, false);
    // What somebody noted beside a cell is said in data, too.
    let mut comment = false;
    // The text of the open cell, or of a property.
    let mut value: Option<String> = None;
    let mut property: Option<String> = None;
    let mut custom = false;
    let mut names = 0;
    let whole = |text: Option<String>| text.and_then(|text| text.parse::<u32>().ok());
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(element) => match element.local_name().as_ref() {
                "Worksheet" => {
                    filling.sheet(&attribute(&element, "Name").unwrap_or_default(), true)?;
                    (row, column) = (0, 0);
                }
                "Row" => {
                    row = whole(attribute(&element, "Index")).unwrap_or(row.saturating_add(1));
                    column = 0;
                }
                "Cell" => {
                    column = whole(attribute(&element, "Index")).unwrap_or(column.saturating_add(1));
                    covered = whole(attribute(&element, "MergeAcross")).unwrap_or(0);
                    (formula, valued) = (attribute(&element, "Formula").is_some(), false);
                }
                "Comment" => comment = true,
                "Data" if !comment => {
                    kind = attribute(&element, "Type").unwrap_or_default();
                    value = Some(String::new());
                }
                "CustomDocumentProperties" => custom = true,
                "Keywords" | "Identifier" => (property, value) = (Some(element.local_name().as_ref().to_lowercase()), Some(String::new())),
                name if custom => (property, value) = (Some(name.to_string()), Some(String::new())),
                _ => {}
            },
            Event::Empty(element) => match element.local_name().as_ref() {
                "Row" => row = whole(attribute(&element, "Index")).unwrap_or(row.saturating_add(1)),
                "Cell" => {
                    let across = whole(attribute(&element, "MergeAcross")).unwrap_or(0);
                    column = whole(attribute(&element, "Index")).unwrap_or(column.saturating_add(1));
                    if attribute(&element, "Formula").is_some() {
                        without_value(filling, row, column)?;
                    }
                    column = column.saturating_add(across);
                }
                // An empty text is a value, too.
                "Data" if !comment => valued = attribute(&element, "Type").is_some_and(|kind| kind == "String"),
                "NamedRange" if names < MOST_NAMES => {
                    names += 1;
                    if let (Some(name), Some(refers)) = (attribute(&element, "Name"), attribute(&element, "RefersTo")) {
                        filling.names(&[(name, place(&refers))]);
                    }
                }
                // The element that says a sheet is hidden stands behind its cells.
                _ => {}
            },
            Event::Text(text) => say(&mut value, &text.xml10_content()),
            Event::CData(text) => say(&mut value, &text.xml10_content()),
            Event::GeneralRef(reference) => match sign(&reference) {
                Some(sign) => say(&mut value, &sign),
                None => return Err(("sheet_unreadable", "the workbook uses an entity of its own".into())),
            },
            Event::End(element) => match element.local_name().as_ref() {
                "Comment" => comment = false,
                "Data" if !comment => {
                    let cell = typed(&kind, &value.take().unwrap_or_default());
                    let (row, column) = place_of(row, column)?;
                    filling.cell(row, column, cell, formula)?;
                    valued = true;
                }
                "Cell" => {
                    if formula && !valued {
                        without_value(filling, row, column)?;
                    }
                    (formula, column) = (false, column.saturating_add(covered));
                }
                "CustomDocumentProperties" => custom = false,
                _ => {
                    // What ends within a cell's data is a part of its text that looks otherwise: `<B>5</B>`.
                    if let Some(name) = property.take() {
                        filling.property(&name, &value.take().unwrap_or_default());
                    }
                }
            },
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// A cell's place, counted from 0.
fn place_of(row: u32, column: u32) -> Result<(u32, u32), Refusal> {
    row.checked_sub(1).zip(column.checked_sub(1)).ok_or_else(|| ("sheet_unreadable", "a cell stands outside of its row".into()))
}

/// A cell whose formula came without a value.
fn without_value(filling: &mut Filling, row: u32, column: u32) -> Result<(), Refusal> {
    let (row, column) = place_of(row, column)?;
    filling.cell(row, column, Cell::Error(NO_VALUE.into()), true)
}

fn say(value: &mut Option<String>, more: &str) {
    if let Some(text) = value
        && text.len() < LONGEST
    {
        text.push_str(more);
    }
}

fn typed(kind: &str, text: &str) -> Cell {
    match kind {
        "Number" => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Cell::Number(number),
            _ => Cell::Error(text.chars().take(100).collect()),
        },
        "DateTime" => Cell::Date(text.chars().take(19).collect()),
        "Boolean" => Cell::Bool(text.trim() == "1"),
        "Error" => Cell::Error(text.chars().take(100).collect()),
        _ => text_cell(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(row: &str) -> Vec<Cell> {
        let space = "urn:schemas-microsoft-com:office:spreadsheet";
        let text = format!(
            r#"<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="L"><Table><Row>{row}</Row></Table></Worksheet></Workbook>"#
        );
        let book = crate::form::file::read(text.into_bytes()).unwrap();
        book.sheets[0].rows.first().map(|row| row.cells.clone()).unwrap_or_default()
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    #[test]
    fn text_that_looks_otherwise_in_part_is_read_whole() {
        let html = r#"xmlns="http://www.w3.org/TR/REC-html40""#;
        assert_eq!(cells(&format!(r#"<Cell><ss:Data ss:Type="String" {html}><B>5</B></ss:Data></Cell>"#)), [text("5")]);
        assert_eq!(cells(&format!(r#"<Cell><ss:Data ss:Type="String" {html}>A<Sub><I>1</I></Sub>-2</ss:Data></Cell>"#)), [text("A1-2")]);
    }

    #[test]
    fn comments_are_no_cells() {
        let comment = r#"<Comment ss:Author="Ann"><ss:Data xmlns="http://www.w3.org/TR/REC-html40"><B>Ann:</B> 7</ss:Data></Comment>"#;
        assert_eq!(
            cells(&format!(r#"<Cell><Data ss:Type="Number">5</Data>{comment}</Cell><Cell><Data ss:Type="String">B</Data></Cell>"#)),
            [Cell::Number(5.0), text("B")]
        );
        assert!(cells(&format!("<Cell>{comment}</Cell>")).is_empty());
    }

    #[test]
    fn a_formula_without_a_value_is_told() {
        let row = r#"<Cell ss:Formula="=2+3"/><Cell ss:Formula="=2+3"></Cell><Cell ss:Formula="=2+3"><Data ss:Type="Number">5</Data></Cell>
            <Cell ss:Formula="=&quot;&quot;"><Data ss:Type="String"></Data></Cell><Cell ss:Formula="=&quot;&quot;"><Data ss:Type="String"/></Cell><Cell/>"#;
        assert_eq!(cells(row), [Cell::Error(NO_VALUE.into()), Cell::Error(NO_VALUE.into()), Cell::Number(5.0)]);
    }
}
