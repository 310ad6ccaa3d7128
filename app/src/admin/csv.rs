//! Lists people take away as CSV. A cell that a spreadsheet would run as a formula is made text.

use kontor_shared::inert::safe_cell;

use crate::browser;

/// A cell as CSV writes it, none of which a spreadsheet runs.
fn cell(text: &str) -> String {
    let inert = safe_cell(text);
    if inert.contains(['"', ',', ';', '\n', '\r']) { format!("\"{}\"", inert.replace('"', "\"\"")) } else { inert.into_owned() }
}

/// Rows as CSV text. It begins with a byte order mark, without which Excel reads Cyrillic as something else.
pub fn write<R: AsRef<[S]>, S: AsRef<str>>(rows: impl IntoIterator<Item = R>) -> String {
    let mut text = String::from("\u{feff}");
    for row in rows {
        let cells: Vec<String> = row.as_ref().iter().map(|value| cell(value.as_ref())).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Saves rows as a file of the reader's.
pub fn save<R: AsRef<[S]>, S: AsRef<str>>(name: &str, rows: impl IntoIterator<Item = R>) {
    browser::download(name, "text/csv;charset=utf-8", write(rows).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text_and_separators_are_quoted() {
        for (raw, expected) in [
            ("mug", "mug"),
            ("=1+1", "'=1+1"),
            ("+7 495", "'+7 495"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("＝1", "'＝1"),
            ("\rx", "\"'\rx\""),
            ("a,b", "\"a,b\""),
            ("a;b", "\"a;b\""),
            ("6\" pot", "\"6\"\" pot\""),
            ("=a,\"b\"", "\"'=a,\"\"b\"\"\""),
        ] {
            assert_eq!(cell(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn rows_end_as_the_standard_says() {
        assert_eq!(write([["a", "b"], ["1", ""]]), "\u{feff}a,b\r\n1,\r\n");
    }
}
