//! What a spreadsheet would take for a formula, and how it is kept from it: the same for every sheet and CSV that goes out.

use std::borrow::Cow;

/// Whether a spreadsheet runs a cell that begins so (reliability.md §3); full-width signs count, as Excel reads them alike.
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A text as a CSV cell that no spreadsheet takes for a formula. Import takes the mark off again.
pub fn safe_cell(text: &str) -> Cow<'_, str> {
    if is_formula(text) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@x", "\tx", "\n=1", "＝1"] {
            assert_eq!(safe_cell(text), format!("'{text}"));
        }
        assert_eq!(safe_cell("Tea"), "Tea");
    }
}
