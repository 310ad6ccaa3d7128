//! Workbooks piece by piece: a row is XML as soon as it is made, and gone when the piece is taken, so that a list of any
//! length takes no more memory than one piece of it. What is packed how is the caller's: the browser's own CompressionStream
//! is several times as fast as anything compiled to WebAssembly.
//!
//! Texts stand in their cells, all but those that recur: a table of all texts would have to be held till the end, and is
//! no shorter. The formula of the lines is written once and then named, as spreadsheets themselves do it.

use std::collections::HashMap;
use std::rc::Rc;

use super::SheetError;
use super::book::{At, Book, Number, Row, Rows, SetUp, Value};
use super::styles::Style;

mod parts;
mod sheet;
mod xml;

/// A piece is at least so long, unless its file ends: many enough to show how far it is, few enough to cost nothing.
const PIECE: usize = 256 * 1024;

/// The texts that recur, numbered as they come.
#[derive(Default)]
struct Strings {
    numbers: HashMap<Rc<str>, usize>,
    all: Vec<Rc<str>>,
    uses: usize,
}

impl Strings {
    fn number(&mut self, text: &Rc<str>) -> usize {
        self.uses += 1;
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.all.push(text.clone());
        self.numbers.insert(text.clone(), self.all.len() - 1);
        self.all.len() - 1
    }
}

/// A sheet and how far it is written.
struct Sheet {
    set_up: SetUp,
    rows: Rows,
    begun: bool,
    ended: bool,
    /// Whether the repeated formula stands in a row already.
    named: bool,
    /// Cells that lead somewhere: where they stand, where they lead, what they say.
    links: Vec<(String, String, String)>,
}

/// A workbook in the writing.
pub struct Stream {
    /// The files that are written already, first those that come last.
    parts: Vec<(String, Vec<u8>)>,
    sheets: Vec<Sheet>,
    strings: Strings,
    /// Files begun.
    files: usize,
    out: Vec<u8>,
    /// The small file that is at its turn.
    small: Vec<u8>,
    rows: usize,
    done: usize,
}

impl Stream {
    pub fn new(book: Book) -> Self {
        let mut parts = parts::all(&book);
        parts.reverse();
        let sheet = |(set_up, rows)| Sheet { set_up, rows, begun: false, ended: false, named: false, links: Vec::new() };
        Self {
            parts,
            sheets: book.sheets.into_iter().map(sheet).collect(),
            strings: Strings::default(),
            files: 0,
            out: Vec::with_capacity(PIECE + 8 * 1024),
            small: Vec::new(),
            rows: book.rows,
            done: 0,
        }
    }

    /// How many rows are written, and about how many there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.done.min(self.rows), self.rows)
    }

    /// Begins the next file of the workbook and gives its name; nothing when all are written.
    pub fn file(&mut self) -> Option<String> {
        if let Some((name, bytes)) = self.parts.pop() {
            self.small = bytes;
            return Some(name);
        }
        self.files += 1;
        match self.files {
            number if number <= self.sheets.len() => Some(format!("xl/worksheets/sheet{number}.xml")),
            number if number == self.sheets.len() + 1 => {
                self.small = parts::strings(&self.strings);
                Some("xl/sharedStrings.xml".to_string())
            }
            _ => None,
        }
    }

    /// The next piece of the file; nothing at its end.
    pub fn piece(&mut self) -> Result<Option<&[u8]>, SheetError> {
        if !self.small.is_empty() {
            self.out = std::mem::take(&mut self.small);
            return Ok(Some(&self.out));
        }
        self.out.clear();
        let Some(sheet) = self.files.checked_sub(1).and_then(|at| self.sheets.get_mut(at)) else { return Ok(None) };
        if !sheet.begun {
            sheet.begun = true;
            sheet::begin(&sheet.set_up, self.files == 1, &mut self.out);
        }
        while self.out.len() < PIECE && !sheet.ended {
            match sheet.rows.next() {
                Some(row) => {
                    sheet.row(&row?, &mut self.strings, &mut self.out);
                    self.done += 1;
                }
                None => {
                    sheet.ended = true;
                    sheet::end(sheet, &mut self.out);
                }
            }
        }
        Ok(Some(self.out.as_slice()).filter(|piece| !piece.is_empty()))
    }
}

impl Sheet {
    fn row(&mut self, row: &Row, strings: &mut Strings, out: &mut Vec<u8>) {
        let mut number = Vec::with_capacity(8);
        whole(i64::from(row.at) + 1, &mut number);
        out.extend_from_slice(b"<row r=\"");
        out.extend_from_slice(&number);
        if row.level > 0 {
            out.extend_from_slice(b"\" outlineLevel=\"");
            out.push(b'0' + row.level);
        }
        out.extend_from_slice(b"\">");
        for (column, style, value) in &row.cells {
            self.cell(row.at, &number, *column, *style, value, strings, out);
        }
        out.extend_from_slice(b"</row>");
    }

    #[allow(clippy::too_many_arguments)] // where, how, what, and where to
    fn cell(&mut self, row: At, number: &[u8], column: At, style: Style, value: &Value, strings: &mut Strings, out: &mut Vec<u8>) {
        let empty = match value {
            Value::Blank => true,
            Value::Text(text) => text.is_empty(),
            Value::Often(text) => text.is_empty(),
            _ => false,
        };
        if empty && style.0 == 0 {
            return;
        }
        out.extend_from_slice(b"<c r=\"");
        xml::letters(column, out);
        out.extend_from_slice(number);
        if style.0 > 0 {
            out.extend_from_slice(b"\" s=\"");
            whole(i64::from(style.0), out);
        }
        if empty {
            out.extend_from_slice(b"\"/>");
            return;
        }
        match value {
            Value::Blank => {}
            Value::Text(text) => inline(text, out),
            Value::Often(text) => {
                out.extend_from_slice(b"\" t=\"s\"><v>");
                whole(strings.number(text) as i64, out);
                out.extend_from_slice(b"</v>");
            }
            Value::Number(number) => {
                out.extend_from_slice(b"\"><v>");
                number.push(out);
                out.extend_from_slice(b"</v>");
            }
            Value::Formula(text, result) => {
                out.extend_from_slice(b"\"><f>");
                xml::escape(text, out);
                ended(*result, out);
            }
            Value::Repeated(result) => {
                let Some(repeated) = &self.set_up.repeated else { return };
                if self.named {
                    out.extend_from_slice(b"\"><f t=\"shared\" si=\"0\"/><v>");
                    result.push(out);
                    out.extend_from_slice(b"</v>");
                } else {
                    self.named = true;
                    out.extend_from_slice(b"\"><f t=\"shared\" ref=\"");
                    xml::area(row, column, repeated.last, column, out);
                    out.extend_from_slice(b"\" si=\"0\">");
                    xml::escape(&(repeated.of)(row), out);
                    ended(*result, out);
                }
            }
            Value::Link { text, place } => {
                self.links.push((super::formulas::cell(row, column, false), place.clone(), text.clone()));
                inline(text, out);
            }
        }
        out.extend_from_slice(b"</c>");
    }
}

/// The rest of a cell with a formula: what it comes to.
fn ended(result: Number, out: &mut Vec<u8>) {
    out.extend_from_slice(b"</f><v>");
    result.push(out);
    out.extend_from_slice(b"</v>");
}

/// The rest of a cell with a text.
fn inline(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\" t=\"inlineStr\"><is>");
    xml::text(text, out);
    out.extend_from_slice(b"</is>");
}

fn whole(number: i64, out: &mut Vec<u8>) {
    Number { raw: number, digits: 0 }.push(out);
}
