//! A file as a table: separator and quoting found, the header row found, rows read one by one with their number in
//! the file. A row that cannot be read is told as such; the next one is read.

use kontor_shared::import::{Columns, FieldDef, Map, RowProblem, recognise, shorten};
use kontor_shared::numbers::{DecimalMark, detect_decimal_mark};

use super::ImportError;

/// Longest row in bytes; longer ones are broken.
const LONGEST_ROW: usize = 64 << 10;
/// The header is looked for in this many rows.
const HEADER_WITHIN: usize = 30;

enum Body {
    Text { text: String, separator: u8, quoting: bool },
    Rows(Vec<Vec<String>>),
}

/// One file's rows under its header.
pub struct Table {
    pub name: String,
    /// Which field is in which column.
    pub columns: Columns,
    /// How the file was understood.
    pub notes: Vec<String>,
    header_row: u64,
    body: Body,
}

/// One row: its number as a spreadsheet or editor shows it, and its cells.
pub struct Row {
    pub number: u64,
    cells: csv::StringRecord,
}

impl Row {
    pub fn cells(&self) -> Vec<&str> {
        self.cells.iter().collect()
    }
}

impl Table {
    /// A table of text.
    pub fn of_text(name: &str, text: String, encoding: &str, fields: &[FieldDef], map: &Map) -> Result<Self, ImportError> {
        // Excel's own hint.
        let hint = text.strip_prefix("sep=").and_then(|rest| rest.bytes().next()).filter(|byte| b";,\t|".contains(byte));
        let separator = hint.unwrap_or_else(|| find_separator(&text));
        let quoting = find_quoting(&text, separator);
        let shown = match separator {
            b'\t' => "tab".to_string(),
            other => char::from(other).to_string(),
        };
        let mut notes = vec![format!("{name}: {encoding}, separator {shown}")];
        if !quoting {
            notes.push(format!("{name}: quotes are plain characters in this file"));
        }
        Self::with_header(name, Body::Text { text, separator, quoting }, notes, fields, map)
    }

    /// A table of a sheet's rows, first row first, numbers as plain decimals.
    pub fn of_rows(name: &str, sheet: &str, rows: Vec<Vec<String>>, fields: &[FieldDef], map: &Map) -> Result<Self, ImportError> {
        Self::with_header(name, Body::Rows(rows), vec![format!("{name}: sheet {sheet}")], fields, map)
    }

    fn with_header(name: &str, body: Body, notes: Vec<String>, fields: &[FieldDef], map: &Map) -> Result<Self, ImportError> {
        let mut table = Self { name: name.to_string(), columns: Columns::default(), notes, header_row: 0, body };
        let mut best: Option<(u64, Columns)> = None;
        let mut first_error = None;
        for row in table.rows().take(HEADER_WITHIN).flatten() {
            let headers: Vec<String> = row.cells().iter().map(|cell| shorten(cell.trim())).collect();
            match recognise(fields, &headers, map) {
                Ok(columns) => {
                    if best.as_ref().is_none_or(|(_, known)| columns.used.len() > known.used.len()) {
                        best = Some((row.number, columns));
                    }
                }
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        let Some((number, columns)) = best else {
            let (code, detail) = match first_error {
                Some(error) => ("bad_map", error.to_string()),
                None => ("no_columns", "the file has no rows".to_string()),
            };
            return Err(ImportError::Refused { code, detail: format!("{name}: {detail}") });
        };
        table.header_row = number;
        let understood =
            columns.used.iter().map(|(field, at)| format!("{} → {field}", columns.headers.get(*at).map_or("", String::as_str))).collect::<Vec<_>>().join(", ");
        table.notes.push(format!("{name}: {understood}"));
        if !columns.unknown.is_empty() {
            table.notes.push(format!("{name}: columns not used: {}", columns.unknown.join(", ")));
        }
        table.columns = columns;
        if table.rows().next().is_none() {
            return Err(ImportError::Refused { code: "no_rows", detail: format!("{name}: the file has a header and no rows below it") });
        }
        Ok(table)
    }

    /// Refuses a file that lacks a column it cannot be read without.
    pub fn require(&self, field: &str) -> Result<(), ImportError> {
        if self.columns.has(field) {
            return Ok(());
        }
        let headers = self.columns.headers.join(", ");
        Err(ImportError::Refused {
            code: "no_columns",
            detail: format!("{}: no column is known as {field} among: {}; name it with a map ({field} = column)", self.name, shorten(&headers)),
        })
    }

    /// The rows below the header. A row that cannot be read comes as its number and the problem.
    pub fn rows(&self) -> Box<dyn Iterator<Item = Result<Row, (u64, RowProblem)>> + '_> {
        let after = self.header_row;
        match &self.body {
            Body::Text { text, separator, quoting } => Box::new(text_rows(text, *separator, *quoting).filter(move |row| match row {
                Ok(row) => row.number > after,
                Err((number, _)) => *number > after,
            })),
            Body::Rows(rows) => Box::new(
                rows.iter()
                    .enumerate()
                    .map(|(at, cells)| Row { number: at as u64 + 1, cells: csv::StringRecord::from(cells.clone()) })
                    .filter(move |row| row.number > after && row.cells.iter().any(|cell| !cell.trim().is_empty()))
                    .map(Ok),
            ),
        }
    }

    /// The decimal mark of each column, where its values leave no doubt; only columns of `fields` are looked at.
    pub fn decimal_marks(&self, columns: &[usize]) -> Vec<Option<DecimalMark>> {
        let mut marks = vec![None; self.columns.headers.len()];
        let mut values: Vec<(usize, Vec<String>)> = columns.iter().filter(|column| **column < marks.len()).map(|column| (*column, Vec::new())).collect();
        for row in self.rows().flatten() {
            for (column, found) in &mut values {
                found.extend(row.cells.get(*column).filter(|cell| cell.contains(['.', ','])).map(str::to_string));
            }
        }
        for (column, found) in values {
            marks[column] = detect_decimal_mark(found.iter().map(String::as_str));
            if marks[column].is_none() && matches!(self.body, Body::Rows(_)) {
                marks[column] = Some(DecimalMark::Point);
            }
        }
        marks
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

fn text_rows(text: &str, separator: u8, quoting: bool) -> impl Iterator<Item = Result<Row, (u64, RowProblem)>> + '_ {
    let (text, skipped) = match text.strip_prefix("sep=").and_then(|_| text.split_once('\n')) {
        Some((_, rest)) => (rest, 1),
        None => (text, 0),
    };
    // A trailing end-of-file mark (0x1A) is DOS's, not data.
    let text = text.trim_end_matches('\u{1a}');
    let mut reader = reader(text, separator, quoting);
    let mut record = csv::StringRecord::new();
    let mut width = 0;
    let mut place = (0, 1);
    std::iter::from_fn(move || {
        loop {
            let read = reader.read_record(&mut record);
            // Counted here: the csv crate ends a row at the CR and leaves its LF, and empty lines, to the next one.
            let from = record.position().map_or(place.0 as u64, csv::Position::byte) as usize;
            let number = line_at(text, &mut place, from) + skipped;
            match read {
                Ok(false) => return None,
                Err(error) => return Some(Err((number, RowProblem::new("", format!("the row cannot be read: {error}"))))),
                Ok(true) => {}
            }
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            width = width.max(if width == 0 { record.len() } else { 0 });
            if record.as_slice().len() > LONGEST_ROW {
                let problem = RowProblem::new(shorten(record.as_slice()), format!("the row is longer than {LONGEST_ROW} bytes; is a quote not closed?"));
                return Some(Err((number, problem)));
            }
            if number > 1 + skipped && record.len() > width && width > 1 && record.iter().skip(width).any(|cell| !cell.trim().is_empty()) {
                let problem = RowProblem::new(
                    shorten(&record.iter().collect::<Vec<_>>().join(" | ")),
                    format!("the row has {} cells, the first has {width}", record.len()),
                );
                return Some(Err((number, problem)));
            }
            return Some(Ok(Row { number, cells: record.clone() }));
        }
    })
}

/// Width of the first row and how many of the others differ from it, over at most `most` rows.
fn widths(text: &str, separator: u8, quoting: bool, most: usize) -> (usize, usize, usize) {
    let mut reader = reader(text, separator, quoting);
    let mut record = csv::ByteRecord::new();
    let (mut first, mut rows, mut odd) = (0, 0, 0);
    while rows < most && reader.read_byte_record(&mut record).unwrap_or(false) {
        if rows == 0 {
            first = record.len();
        }
        odd += usize::from(record.len() != first);
        rows += 1;
    }
    (first, rows, odd)
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

#[cfg(test)]
mod tests {
    use super::*;
    use kontor_shared::import::products::FIELDS;

    fn table(text: &str) -> Result<Table, ImportError> {
        Table::of_text("f.csv", text.to_string(), "UTF-8", FIELDS, &Map::default())
    }
    fn cells(table: &Table) -> Vec<(u64, Vec<String>)> {
        table.rows().flatten().map(|row| (row.number, row.cells().iter().map(|cell| cell.to_string()).collect())).collect()
    }

    #[test]
    fn separators_are_found() {
        for separator in [";", ",", "\t", "|"] {
            let text = ["code", "name", "price"].join(separator) + "\r\n" + &["1", "\"Tea; black, 1|2\"", "1"].join(separator) + "\r\n";
            let table = table(&text).unwrap();
            assert_eq!(cells(&table), [(2, vec!["1".to_string(), "Tea; black, 1|2".into(), "1".into()])], "{separator:?}");
        }
    }

    #[test]
    fn rows_keep_their_numbers_whatever_ends_a_line() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["code,name,price", "1,Tea,1", "", "2,\"Coffee, black\",2", "3,Milk,3"].join(end);
            let numbers: Vec<u64> = table(&text).unwrap().rows().flatten().map(|row| row.number).collect();
            assert_eq!(numbers, [2, 4, 5], "{end:?}");
        }
    }

    #[test]
    fn a_lone_quote_in_an_unquoted_file_swallows_nothing() {
        let table = table("code;name;price\n1;\"Tea;1\n2;Coffee 1/2\";2\n3;Milk;3\n").unwrap();
        assert_eq!(table.rows().flatten().count(), 3);
    }

    #[test]
    fn the_header_may_stand_below_a_title() {
        let table = table("Our price list,,\n,,\ncode,name,price\n00123,Tea,1\n").unwrap();
        assert_eq!(cells(&table), [(4, vec!["00123".to_string(), "Tea".into(), "1".into()])]);
    }

    #[test]
    fn rows_that_do_not_fit_are_told_with_their_number() {
        let table = table("code,name,price\n1,Tea,1\n2,Coffee,2,3,4\n3,Milk,3\n").unwrap();
        let odd: Vec<u64> = table.rows().filter_map(|row| row.err().map(|(number, _)| number)).collect();
        assert_eq!((odd, table.rows().flatten().count()), (vec![3], 2));
    }

    #[test]
    fn a_header_alone_is_refused() {
        assert!(table("code,name,price\n").is_err_and(|error| error.to_string().contains("no rows")));
    }
}
