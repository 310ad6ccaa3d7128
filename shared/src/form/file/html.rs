//! A web page that is called a sheet: its tables' cells. Tags are read one by one and no tree is built, so nesting costs nothing.

use std::cell::RefCell;

use crate::form::Cell;
use crate::form::cells::MOST_COLUMNS;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::typed::text_cell;
use super::{Filling, Refusal};

const STEP: usize = 64 << 10;
/// Bytes of a cell kept, above what is read of one.
const LONGEST: usize = 8_000;
/// Rows a cell may span, as browsers have it.
const MOST_SPANNED: u32 = 65_534;

/// A text in pieces of so many bytes, or a few more where a letter would be cut.
pub fn pieces(text: &str, most: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut end = rest.len().min(most);
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (now, later) = rest.split_at(end);
        rest = later;
        (!now.is_empty()).then_some(now)
    })
}

pub(super) fn read(page: &str, filling: &mut Filling) -> Result<(), Refusal> {
    let state =
        State { filling, tables: 0, row: None, column: 0, span: 1, rows: 1, covered: [0; MOST_COLUMNS as usize], text: None, number: None, refusal: None };
    let tokenizer = Tokenizer::new(Tables(RefCell::new(state)), TokenizerOpts::default());
    let input = BufferQueue::default();
    for now in pieces(page, STEP) {
        input.push_back(StrTendril::from(now));
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let mut state = tokenizer.sink.0.into_inner();
    state.end_cell();
    state.refusal.map_or(Ok(()), Err)
}

struct State<'a> {
    filling: &'a mut Filling,
    /// Tables open inside each other; only the outermost makes rows.
    tables: usize,
    row: Option<u32>,
    column: u32,
    span: u32,
    rows: u32,
    /// Rows from the open one on that a cell of it or from above covers, by column.
    covered: [u32; MOST_COLUMNS as usize],
    /// What stands in the open cell.
    text: Option<String>,
    /// A number as Excel's own pages say it beside the text.
    number: Option<f64>,
    refusal: Option<Refusal>,
}

struct Tables<'a>(RefCell<State<'a>>);

impl State<'_> {
    fn end_cell(&mut self) {
        let Some(text) = self.text.take() else { return };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let cell = match self.number.take() {
            Some(number) => Cell::Number(number),
            None => text_cell(&text),
        };
        if let (Some(row), None) = (self.row, &self.refusal)
            && let Err(refusal) = self.filling.cell(row, self.column, cell, false)
        {
            self.refusal = Some(refusal);
        }
        let end = self.column.saturating_add(self.span);
        self.covered.iter_mut().take(end as usize).skip(self.column as usize).for_each(|covered| *covered = self.rows);
        self.column = end;
    }

    fn start(&mut self, tag: &Tag) {
        let attribute = |name: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string());
        match &*tag.name {
            "table" => {
                self.tables += 1;
                if self.tables == 1 {
                    (self.row, self.column) = (None, 0);
                    self.covered.fill(0);
                    self.refusal = self.refusal.take().or_else(|| self.filling.sheet("", true).err());
                }
            }
            "tr" if self.tables == 1 => {
                self.end_cell();
                self.row = Some(self.row.map_or(0, |row| row.saturating_add(1)));
                self.column = 0;
                self.covered.iter_mut().for_each(|covered| *covered = covered.saturating_sub(1));
            }
            // No cell spans from one part of a table into the next.
            "thead" | "tbody" | "tfoot" if self.tables == 1 => {
                self.end_cell();
                self.covered.fill(0);
            }
            "td" | "th" if self.tables == 1 && self.row.is_some() => {
                self.end_cell();
                while self.covered.get(self.column as usize).is_some_and(|covered| *covered > 0) {
                    self.column += 1;
                }
                self.rows = match attribute("rowspan").and_then(|span| span.parse().ok()) {
                    // To the end of its part of the table.
                    Some(0) => MOST_SPANNED,
                    span => span.unwrap_or(1).min(MOST_SPANNED),
                };
                self.span = attribute("colspan").and_then(|span| span.parse().ok()).unwrap_or(1).clamp(1, 1_000);
                self.number = attribute("x:num").and_then(|number| number.parse().ok()).filter(|number: &f64| number.is_finite());
                self.text = Some(String::new());
            }
            "br" | "p" | "div" => self.say(" "),
            _ => {}
        }
    }

    fn end(&mut self, tag: &Tag) {
        match &*tag.name {
            "table" => {
                if self.tables == 1 {
                    self.end_cell();
                }
                self.tables = self.tables.saturating_sub(1);
            }
            "td" | "th" | "tr" if self.tables == 1 => self.end_cell(),
            _ => {}
        }
    }

    fn say(&mut self, more: &str) {
        if let Some(text) = &mut self.text
            && text.len() < LONGEST
        {
            text.push_str(more);
        }
    }
}

impl TokenSink for Tables<'_> {
    type Handle = ();
    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => state.start(&tag),
            Token::TagToken(tag) => state.end(&tag),
            Token::CharacterTokens(text) => state.say(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    fn rows(page: &str) -> Vec<Vec<String>> {
        let book = crate::form::file::read(page.as_bytes().to_vec()).unwrap();
        book.sheets[0].rows.iter().map(|row| row.cells.iter().map(crate::form::Cell::text).collect()).collect()
    }

    #[test]
    fn cells_stand_beside_those_that_come_down_from_above() {
        let page = "<table><tr><td rowspan=2>Tea<td rowspan=3 colspan=2>A-1<td>5<tr><td>6<tr><td>Pot<td>7<tr><td>Cup<td>B<td>C<td>8</table>";
        assert_eq!(rows(page), [vec!["Tea", "A-1", "", "5"], vec!["", "", "", "6"], vec!["Pot", "", "", "7"], vec!["Cup", "B", "C", "8"]]);
        // To the end of its part, and no further.
        assert_eq!(rows("<table><tbody><tr><td rowspan=0>A<td>1<tr><td>2<tbody><tr><td>B<td>3</table>"), [vec!["A", "1"], vec!["", "2"], vec!["B", "3"]]);
        assert_eq!(rows("<table><tr><td rowspan=4000000000 colspan=60>A<tr><td>B</table>")[1].len(), 61);
    }
}
