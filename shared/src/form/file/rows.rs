//! A text as rows of cells: separator and quoting found, rows read one by one with their number as a spreadsheet or editor
//! shows it. A row that cannot be read is told as such; the next one is read.

use std::collections::BTreeMap;

pub use csv::StringRecord;

use crate::import::{RowProblem, shorten};
use crate::words::imports::{self as words, Said};

/// Longest row in bytes; longer ones are broken.
const LONGEST_ROW: usize = 64 << 10;

/// How a text separates its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    pub separator: u8,
    /// Whether `"` quotes cells.
    pub quoting: bool,
}

impl Manner {
    pub fn of(text: &str) -> Self {
        // Excel's own hint.
        let hint = text.strip_prefix("sep=").and_then(|rest| rest.bytes().next()).filter(|byte| b";,\t|".contains(byte));
        let separator = hint.unwrap_or_else(|| find_separator(text));
        Self { separator, quoting: find_quoting(text, separator) }
    }
}

fn reader(text: &str, separator: u8, quoting: bool) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).quoting(quoting).from_reader(text.as_bytes())
}

/// The line of the first byte at or after `from` that ends no line. `place` is a byte and its line, moved on.
fn line_at(text: &str, place: &mut (usize, u64), from: usize) -> u64 {
    let bytes = text.as_bytes();
    let (mut at, mut line) = *place;
    while at < bytes.len() && (at < from || matches!(bytes[at], b'\r' | b'\n')) {
        // A CR before an LF is half of one line end.
        line += u64::from(bytes[at] == b'\n' || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n')));
        at += 1;
    }
    *place = (at, line);
    line
}

/// The rows that are not empty, with their numbers. `width`: cells a row has at most.
pub fn rows(text: &str, how: Manner, width: usize) -> impl Iterator<Item = Result<(u64, StringRecord), (u64, RowProblem)>> + '_ {
    let Manner { separator, quoting } = how;
    let (text, skipped) = match text.strip_prefix("sep=").and_then(|_| text.split_once('\n')) {
        Some((_, rest)) => (rest, 1),
        None => (text, 0),
    };
    // A trailing end-of-file mark (0x1A) is DOS's, not data.
    let text = text.trim_end_matches('\u{1a}');
    let mut reader = reader(text, separator, quoting);
    let mut record = StringRecord::new();
    let mut place = (0, 1);
    std::iter::from_fn(move || {
        loop {
            let read = reader.read_record(&mut record);
            // Counted here: the csv crate ends a row at the CR and leaves its LF, and empty lines, to the next one.
            let from = record.position().map_or(place.0 as u64, csv::Position::byte) as usize;
            let number = line_at(text, &mut place, from) + skipped;
            match read {
                Ok(false) => return None,
                Err(error) => return Some(Err((number, RowProblem::new("", Said::with(words::UNREADABLE_ROW, &[("error", &error)]))))),
                Ok(true) => {}
            }
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if record.as_slice().len() > LONGEST_ROW {
                let problem = RowProblem::new(shorten(record.as_slice()), Said::with(words::LONG_ROW, &[("most", &LONGEST_ROW)]));
                return Some(Err((number, problem)));
            }
            if record.iter().skip(width).any(|cell| !cell.trim().is_empty()) {
                let problem = RowProblem::new(
                    shorten(&record.iter().collect::<Vec<_>>().join(" | ")),
                    Said::with(words::WIDE_ROW, &[("cells", &record.len()), ("width", &width)]),
                );
                return Some(Err((number, problem)));
            }
            return Some(Ok((number, record.clone())));
        }
    })
}

/// Over at most `most` rows: the commonest width (a title may stand above the header), how many rows there are and how
/// many have another width.
fn widths(text: &str, separator: u8, quoting: bool, most: usize) -> (usize, usize, usize) {
    let mut reader = reader(text, separator, quoting);
    let mut record = csv::ByteRecord::new();
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut rows = 0;
    while rows < most && reader.read_byte_record(&mut record).unwrap_or(false) {
        *counts.entry(record.len()).or_default() += 1;
        rows += 1;
    }
    let (width, even) = counts.into_iter().max_by_key(|(_, count)| *count).unwrap_or_default();
    (width, rows, rows - even)
}

/// The separator that cuts the first rows into the same number of cells most often, and into more than one.
fn find_separator(text: &str) -> u8 {
    let mut best = (b',', 0.0);
    for separator in [b';', b',', b'\t', b'|'] {
        let (width, rows, odd) = widths(text, separator, true, 60);
        if width < 2 {
            continue;
        }
        let even = (rows - odd) as f64 / rows.max(1) as f64;
        let score = even * 100.0 + width as f64;
        if score > best.1 {
            best = (separator, score);
        }
    }
    best.0
}

/// Whether `"` quotes cells in this file. Where it does not, a lone one must not swallow rows.
fn find_quoting(text: &str, separator: u8) -> bool {
    if !text.contains('"') {
        return true;
    }
    let (_, quoted_rows, quoted_odd) = widths(text, separator, true, usize::MAX);
    let (_, plain_rows, plain_odd) = widths(text, separator, false, usize::MAX);
    // Even both ways, but quoting makes two rows one: the quotes were never meant to hold anything.
    if plain_odd == 0 && plain_rows > quoted_rows {
        return false;
    }
    if quoted_odd == 0 && quoted_rows > 1 {
        return true;
    }
    plain_odd * quoted_rows.max(1) >= quoted_odd * plain_rows.max(1)
}
