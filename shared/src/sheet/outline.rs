//! Groups of rows that fold, each under a row with its name.

use rust_xlsxwriter::{RowNum, Worksheet};

use super::SheetError;

/// Excel's outline has eight levels, one of them the top.
pub const MAX_LEVEL: usize = 7;

/// Ends the groups beyond the first `keep` of those that are open, outermost first, each with the row of its name: their
/// rows, which end before `row`, become one outline level each.
pub fn close<G>(sheet: &mut Worksheet, open: &mut Vec<(G, RowNum)>, keep: usize, row: RowNum) -> Result<(), SheetError> {
    while open.len() > keep {
        let level = open.len();
        if let Some((_, head)) = open.pop()
            && level <= MAX_LEVEL
            && head + 1 < row
        {
            sheet.group_rows(head + 1, row - 1)?;
        }
    }
    Ok(())
}
