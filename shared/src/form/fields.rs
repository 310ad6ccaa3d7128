//! What a form says of the whole order: the buyer's own number for it, the day it is wanted on, a comment. The cells are
//! found by their labels, in any of the languages, for labels move along; else by the form's own names.

use super::cells::{Cell, Row, Sheet, Workbook};
use super::day::{self, Day};
use super::{Note, Warning};
use crate::words::{Lang, Word, sheet as words};

/// Signs of a buyer's own number, and of a comment, that an order takes.
pub const LONGEST_NUMBER: usize = 100;
pub const LONGEST_COMMENT: usize = 2_000;
/// Cells right of a label in which the value may stand: the next one, or the one behind a column put in between.
const BEHIND: usize = 2;

/// What is said of the whole order; empty where nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    pub po_number: String,
    /// `YYYY-MM-DD`
    pub wanted_on: Option<String>,
    pub comment: String,
}

impl Fields {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Reads the cells above a sheet's table.
pub fn read(book: &Workbook, sheet: &Sheet, above: &[Row], warnings: &mut Vec<Warning>) -> Fields {
    let mut fields = Fields::default();
    let mut warn = |note, row: &Row, detail: &str| warnings.push(Warning::at(note, sheet, row.number, detail));
    if let Some((row, cell)) = find(book, sheet, above, "OF_PO", words::PO_NUMBER) {
        let text = cell.text();
        let number = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if matches!(cell, Cell::LongText(_)) || number.chars().count() > LONGEST_NUMBER {
            // A part of a number is another number.
            warn(Note::NumberTooLong, row, &beginning(&number, 40));
        } else {
            fields.po_number = printable(&number);
        }
    }
    if let Some((row, cell)) = find(book, sheet, above, "OF_WANTED", words::WANTED_ON) {
        match day::read(cell) {
            Day::On(day) => fields.wanted_on = Some(day.to_string()),
            Day::Unclear => warn(Note::DayUnclear, row, &beginning(&cell.text(), 40)),
            Day::Nothing => {}
        }
    }
    if let Some((row, cell)) = find(book, sheet, above, "OF_COMMENT", words::COMMENT) {
        let text = printable(&cell.text());
        if matches!(cell, Cell::LongText(_)) || text.chars().count() > LONGEST_COMMENT {
            warn(Note::CommentCut, row, "");
        }
        fields.comment = text.chars().take(LONGEST_COMMENT).collect();
    }
    fields
}

/// A text without what no field of an order holds.
fn printable(text: &str) -> String {
    text.trim().chars().filter(|sign| !sign.is_control() || *sign == '\n').collect()
}

fn beginning(text: &str, count: usize) -> String {
    let text = text.trim();
    match text.char_indices().nth(count) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

/// The filled cell of a field, and its row.
fn find<'a>(book: &Workbook, sheet: &Sheet, above: &'a [Row], name: &str, label: Word) -> Option<(&'a Row, &'a Cell)> {
    let labelled = above.iter().find_map(|row| Some((row, row.cells.iter().position(|cell| cell.as_text().is_some_and(|text| is_label(text, label)))?)));
    let filled = |row: &'a Row, column: usize| Some((row, row.cell(column))).filter(|(_, cell)| !cell.is_empty());
    let place = book.place(name).filter(|place| place.sheet == sheet.name);
    match labelled {
        // A program that moves rows or columns may leave names behind; the label says which row it is.
        Some((row, at)) => {
            let named = place.filter(|place| place.first == row.number && place.column > at).and_then(|place| filled(row, place.column));
            named.or_else(|| (at + 1..=at + BEHIND).find_map(|column| filled(row, column)))
        }
        None => {
            let place = place?;
            filled(above.iter().find(|row| row.number == place.first)?, place.column)
        }
    }
}

fn is_label(text: &str, label: Word) -> bool {
    let text = text.trim().trim_end_matches(':').trim_end().to_lowercase();
    Lang::ALL.into_iter().any(|lang| text == label.say(lang).to_lowercase())
}
