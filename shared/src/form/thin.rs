//! A long sheet without the rows that order nothing, so that whoever opens the file hands on only what matters: a form of
//! 100,000 lines with a few hundred quantities is a few hundred rows, and the server never holds the rest.
//!
//! A row stays where a column that is announced for quantities is filled in. Where none is, every column that is empty in
//! most rows counts as one: what people type into is, what a list says of its goods is not. As many other rows stay beside
//! them, spread over the sheet, so that the reader tells columns by the same signs as before.

use std::collections::HashSet;

use super::cells::{Cell, Row, Sheet, Workbook};
use super::columns;
use super::quantity::{self, Said};
use crate::sheet::row_position;

struct Bounds {
    /// Sheets up to this many rows stay as they are.
    short: usize,
    /// Rows at the top that stay: what the list says of itself, and its header.
    top: usize,
    /// Rows that stay beside those that matter, at least.
    sample: usize,
    /// Rows that stay for a column nobody announced, where another one is: enough to tell of it.
    beside: usize,
}

const BOUNDS: Bounds = Bounds { short: 5_000, top: 60, sample: 1_000, beside: 200 };

/// Takes rows that order nothing out of long sheets.
pub fn thin(book: &mut Workbook) {
    thin_within(book, &BOUNDS);
}

fn thin_within(book: &mut Workbook, bounds: &Bounds) {
    let mut lines: HashSet<u32> = HashSet::new();
    let mut thinned = false;
    for at in 0..book.sheets.len() {
        if book.sheets[at].is_meta() {
            continue;
        }
        if book.sheets[at].rows.len() > bounds.short {
            let announced = columns::announced(book, &book.sheets[at]);
            thin_sheet(&mut book.sheets[at], &announced, bounds);
            thinned = true;
        }
        lines.extend(book.sheets[at].rows.iter().flat_map(ids));
    }
    if !thinned {
        return;
    }
    // The hidden sheet says which line is which product: of the lines that stayed.
    for sheet in book.sheets.iter_mut().filter(|sheet| sheet.is_meta() && sheet.rows.len() > bounds.short) {
        let mut at = 0;
        sheet.rows.retain(|row| {
            at += 1;
            at <= bounds.top || ids(row).any(|id| lines.contains(&id))
        });
        sheet.rows.shrink_to_fit();
    }
}

fn ids(row: &Row) -> impl Iterator<Item = u32> + '_ {
    row.cells.iter().filter_map(|cell| row_position(cell.as_text()?.trim()))
}

/// Whether a cell says anything of a quantity, be it nonsense.
fn says(cell: &Cell) -> bool {
    quantity::read(cell, None) != Said::Nothing
}

fn thin_sheet(sheet: &mut Sheet, announced: &[usize], bounds: &Bounds) {
    let width = sheet.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut filled = vec![0_usize; width];
    for row in &sheet.rows {
        for (cell, filled) in row.cells.iter().zip(&mut filled) {
            *filled += usize::from(says(cell));
        }
    }
    let total = sheet.rows.len();
    let mut left: Vec<usize> = (0..width)
        .map(|at| match filled[at] * 2 <= total {
            _ if announced.contains(&at) => usize::MAX,
            true if announced.is_empty() => usize::MAX,
            true => bounds.beside,
            false => 0,
        })
        .collect();
    let kept: Vec<bool> = sheet
        .rows
        .iter()
        .map(|row| {
            let mut matters = false;
            for (cell, left) in row.cells.iter().zip(&mut left) {
                if *left > 0 && says(cell) {
                    *left -= 1;
                    matters = true;
                }
            }
            matters
        })
        .collect();
    let count = kept.iter().filter(|kept| **kept).count();
    let step = (total - count).checked_div(count.max(bounds.sample)).unwrap_or(1).max(1);
    let (mut at, mut other) = (0, 0);
    sheet.rows.retain(|_| {
        let stays = kept[at] || at < bounds.top || {
            other += 1;
            other % step == 0
        };
        at += 1;
        stays
    });
    sheet.rows.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{form, goods, text};
    use super::super::{Goods, Note, read};
    use super::*;

    #[test]
    fn a_long_sheet_keeps_what_was_typed_and_a_part_of_the_rest() {
        let row = |number: u32| {
            let mut cells = vec![Cell::Text(format!("C{number}")), Cell::Text("Tea".into()), Cell::Number(2.5)];
            match number % 1_000 {
                7 => cells.push(Cell::Number(3.0)),
                8 => cells.push(Cell::Text("-".into())),
                9 => cells.extend([Cell::Empty, Cell::Text("a note".into())]),
                _ => {}
            }
            Row { number, cells, formulas: 0 }
        };
        let sheet = |rows| Sheet { name: "List".into(), visible: true, rows: (1..=rows).map(row).collect() };
        let mut book = Workbook { sheets: vec![sheet(50_000), sheet(5_000)], ..Workbook::default() };
        thin(&mut book);
        let rows = &book.sheets[0].rows;
        assert!((1_000..3_000).contains(&rows.len()), "{}", rows.len());
        assert_eq!(rows.iter().filter(|row| row.number % 1_000 == 7 || row.number % 1_000 == 9).count(), 100);
        assert!(rows.windows(2).all(|pair| pair[0].number < pair[1].number));
        assert_eq!(book.sheets[1].rows.len(), 5_000, "a short sheet stays as it is");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

        /// Whatever was typed where, a thinned form says the same as the whole one.
        #[test]
        fn a_thinned_form_orders_the_same(
            typed in prop::collection::btree_map(0_usize..400, prop_oneof![
                4 => (1_i64..9_000).prop_map(|raw| Cell::Number(raw as f64 / 10.0)),
                1 => prop::sample::select(vec!["2 шт", "1.000", "нет", "x1", "-4", "12"]).prop_map(text),
                1 => Just(Cell::Bool(true)),
            ], 1..150),
            seen in prop::collection::vec((0_usize..400, 13_usize..16), 0..80),
            column in prop::option::of(0_usize..12),
            names: bool,
            heading: bool,
            reverse: bool,
        ) {
            let goods = goods(400);
            let typed: Vec<(usize, Cell)> = typed.into_iter().collect();
            let mut book = form(&goods, &typed);
            let rows = &mut book.sheets[0].rows;
            for (at, column) in seen {
                let row = &mut rows[5 + at];
                row.cells.resize(row.cells.len().max(column + 1), Cell::Empty);
                row.cells[column] = Cell::Number(7.0);
            }
            if reverse { rows[5..].reverse(); }
            if !heading { rows.drain(..5); }
            rows.iter_mut().zip(1..).for_each(|(row, number)| row.number = number);
            if let Some(column) = column {
                rows.iter_mut().filter(|row| row.cells.len() > column).for_each(|row| row.cells.insert(column, Cell::Empty));
            }
            if !names || column.is_some() || !heading { book.names.clear(); }
            let goods = Goods::new(goods, true);
            let mut whole = read(&book, &goods);
            let count = book.sheets[0].rows.len();
            thin_within(&mut book, &Bounds { short: 100, top: 10, sample: 40, beside: 5 });
            let mut thinned = read(&book, &goods);
            prop_assert!(book.sheets[0].rows.len() <= count);
            // Where nobody can tell the quantities, either says so in its own way.
            let lost = |warning: &Note| matches!(warning, Note::NoQuantityColumn | Note::NoProductColumn | Note::Guessed | Note::OtherColumn);
            if heading || column.is_none() {
                prop_assert_eq!(&thinned.lines, &whole.lines);
            }
            for reading in [&mut whole, &mut thinned] { reading.warnings.retain(|warning| !lost(&warning.note)); }
            if thinned.lines == whole.lines { prop_assert_eq!(thinned.warnings, whole.warnings); }
        }
    }
}
