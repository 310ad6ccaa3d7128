//! Texts, cells and areas as XML.

use crate::sheet::book::At;

/// Writes a text of an element or an attribute.
pub fn escape(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escaped: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'"' => b"&quot;",
            // Spreadsheets read `_x000D_` as one character; with its own sign of escape before it, it stays what it is.
            b'_' if is_code(&bytes[at..]) => b"_x005F_",
            _ => continue,
        };
        out.extend_from_slice(&bytes[from..at]);
        out.extend_from_slice(escaped);
        from = at + 1;
    }
    out.extend_from_slice(&bytes[from..]);
}

/// Whether `_xHHHH_` begins here.
fn is_code(bytes: &[u8]) -> bool {
    bytes.len() >= 7 && bytes[1] == b'x' && bytes[6] == b'_' && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
}

/// Writes a text as `<t>`, its spaces kept.
pub fn text(text: &str, out: &mut Vec<u8>) {
    let outside = |char: char| char.is_ascii_whitespace();
    let spaces = text.starts_with(outside) || text.ends_with(outside) || text.contains('\n');
    out.extend_from_slice(if spaces { b"<t xml:space=\"preserve\">" } else { b"<t>" });
    escape(text, out);
    out.extend_from_slice(b"</t>");
}

/// Writes the letters of a column.
pub fn letters(column: At, out: &mut Vec<u8>) {
    if column >= 26 {
        letters(column / 26 - 1, out);
    }
    out.push(b'A' + (column % 26) as u8);
}

/// Writes an area such as `A1:C7`.
pub fn area(top: At, left: At, bottom: At, right: At, out: &mut Vec<u8>) {
    for (row, column, between) in [(top, left, ":"), (bottom, right, "")] {
        letters(column, out);
        super::whole(i64::from(row) + 1, out);
        out.extend_from_slice(between.as_bytes());
    }
}
