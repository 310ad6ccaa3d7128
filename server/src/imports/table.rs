//! A file as a table: separator and quoting found, the header row found, rows read one by one with their number in
//! the file. A row that cannot be read is told as such; the next one is read.

use kontor_shared::form::file::rows::{self, Manner, StringRecord};
use kontor_shared::import::{Cell, Columns, FieldDef, Map, RowProblem, exported_price, recognise, shorten};
use kontor_shared::numbers::{DecimalMark, detect_decimal_mark};
use kontor_shared::words::imports::{self as words, Said};

use super::ImportError;
use crate::child::{self, Sheet};

/// The header is looked for in this many rows.
const HEADER_WITHIN: usize = 30;

enum Body {
    Text { text: String, manner: Manner },
    Rows(Vec<Row>),
}

/// Fields that hold codes.
const CODES: [&str; 4] = ["code", "number", "customer", "parent"];

/// One file's rows under its header.
pub struct Table {
    pub name: String,
    /// Which field is in which column.
    pub columns: Columns,
    /// How the file was understood.
    pub notes: Vec<Said>,
    header_row: u64,
    /// Cells of the header: no row has more.
    width: usize,
    body: Body,
}

/// One row: its number as a spreadsheet or editor shows it, and its cells.
#[derive(Clone)]
pub struct Row {
    pub number: u64,
    cells: StringRecord,
    /// How a workbook types them; the cells of a text file are all text.
    types: Vec<Type>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Other,
}

impl Row {
    fn of_sheet(number: u64, cells: &[child::Cell]) -> Self {
        let types = cells.iter().map(|cell| match cell {
            child::Cell::Empty | child::Cell::Text(_) | child::Cell::LongText(_) => Type::Text,
            child::Cell::Number(_) => Type::Number,
            child::Cell::Bool(_) | child::Cell::Date(_) | child::Cell::Error(_) => Type::Other,
        });
        Self { number, types: types.collect(), cells: cells.iter().map(child::Cell::text).collect() }
    }

    pub fn cells(&self) -> Vec<Cell<'_>> {
        let typed = |(at, shown)| match self.types.get(at) {
            None | Some(Type::Text) => Cell::Text(shown),
            Some(Type::Number) => Cell::Number(shown),
            Some(Type::Other) => Cell::Other(shown),
        };
        self.cells.iter().enumerate().map(typed).collect()
    }

    fn is_number(&self, column: usize) -> bool {
        self.types.get(column) == Some(&Type::Number)
    }
}

impl Table {
    /// A table of text.
    pub fn of_text(name: &str, text: String, encoding: &str, fields: &[FieldDef], map: &Map) -> Result<Self, ImportError> {
        let manner = Manner::of(&text);
        let mut notes = vec![match manner.separator {
            b'\t' => Said::with(words::NOTE_TABS, &[("file", &name), ("encoding", &encoding)]),
            other => Said::with(words::NOTE_TEXT, &[("file", &name), ("encoding", &encoding), ("separator", &char::from(other))]),
        }];
        if !manner.quoting {
            notes.push(Said::with(words::NOTE_PLAIN_QUOTES, &[("file", &name)]));
        }
        Self::with_header(name, Body::Text { text, manner }, notes, fields, map)
    }

    /// A table of a workbook's sheet.
    pub fn of_sheet(name: &str, sheet: &Sheet, fields: &[FieldDef], map: &Map) -> Result<Self, ImportError> {
        let mut notes = vec![Said::with(words::NOTE_SHEET, &[("file", &name), ("sheet", &sheet.name)])];
        let left: Vec<&str> = sheet.sheets.iter().filter(|other| **other != sheet.name).map(String::as_str).collect();
        if !left.is_empty() {
            notes.push(Said::with(words::NOTE_SHEETS_LEFT, &[("file", &name), ("sheets", &left.join(", "))]));
        }
        let rows = sheet.rows.iter().zip(1..).map(|(cells, number)| Row::of_sheet(number, cells)).collect();
        let mut table = Self::with_header(name, Body::Rows(rows), notes, fields, map)?;
        for column in CODES.iter().filter_map(|field| table.columns.find(field)) {
            if table.rows().flatten().any(|row| row.is_number(column)) {
                let header = &table.columns.headers[column];
                table.notes.push(Said::with(words::NOTE_CODES_ARE_NUMBERS, &[("file", &name), ("column", header)]));
            }
        }
        Ok(table)
    }

    fn with_header(name: &str, body: Body, notes: Vec<Said>, fields: &[FieldDef], map: &Map) -> Result<Self, ImportError> {
        let mut table = Self { name: name.to_string(), columns: Columns::default(), notes, header_row: 0, width: usize::MAX, body };
        let mut best: Option<(u64, Columns)> = None;
        let mut first_error = None;
        for row in table.rows().take(HEADER_WITHIN).flatten() {
            let headers: Vec<String> = row.cells().iter().map(|cell| shorten(cell.shown())).collect();
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
        table.width = columns.headers.len();
        let understood =
            columns.used.iter().map(|(field, at)| format!("{} → {field}", columns.headers.get(*at).map_or("", String::as_str))).collect::<Vec<_>>().join(", ");
        table.notes.push(Said::with(words::NOTE_COLUMNS, &[("file", &name), ("columns", &understood)]));
        if !columns.unknown.is_empty() {
            table.notes.push(Said::with(words::NOTE_COLUMNS_LEFT, &[("file", &name), ("columns", &columns.unknown.join(", "))]));
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
            Body::Text { text, manner } => {
                let row = |row| match row {
                    Ok((number, cells)) => Ok(Row { number, cells, types: Vec::new() }),
                    Err(problem) => Err(problem),
                };
                Box::new(rows::rows(text, *manner, self.width).map(row).filter(move |row| match row {
                    Ok(row) => row.number > after,
                    Err((number, _)) => *number > after,
                }))
            }
            Body::Rows(rows) => {
                Box::new(rows.iter().filter(move |row| row.number > after && row.cells.iter().any(|cell| !cell.trim().is_empty())).cloned().map(Ok))
            }
        }
    }

    /// The decimal mark of each of these columns, where its texts leave no doubt. A workbook's numbers say nothing of it.
    pub fn decimal_marks(&self, columns: &[usize]) -> Vec<Option<DecimalMark>> {
        let mut marks = vec![None; self.columns.headers.len()];
        let mut values: Vec<(usize, Vec<String>)> = columns.iter().filter(|column| **column < marks.len()).map(|column| (*column, Vec::new())).collect();
        for row in self.rows().flatten() {
            for (column, found) in &mut values {
                let text = row.cells.get(*column).filter(|_| !row.is_number(*column));
                found.extend(text.filter(|cell| cell.contains(['.', ','])).map(str::to_string));
            }
        }
        for (column, found) in values {
            marks[column] = detect_decimal_mark(found.iter().map(String::as_str));
            // Our own export writes a point; a spreadsheet in between may have made it a comma.
            if marks[column].is_none() && self.is_own_export() && found.iter().all(|cell| !cell.contains(',')) {
                marks[column] = Some(DecimalMark::Point);
            }
        }
        marks
    }

    /// Whether the header is one that our own export of goods writes.
    fn is_own_export(&self) -> bool {
        self.columns.headers.iter().any(|header| exported_price(header).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kontor_shared::import::products::FIELDS;

    fn table(text: &str) -> Result<Table, ImportError> {
        Table::of_text("f.csv", text.to_string(), "UTF-8", FIELDS, &Map::default())
    }
    fn cells(table: &Table) -> Vec<(u64, Vec<String>)> {
        table.rows().flatten().map(|row| (row.number, row.cells().iter().map(|cell| cell.shown().to_string()).collect())).collect()
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
    fn a_title_says_nothing_of_the_tables_width_or_separator() {
        for title in ["Прайс-лист;от 01.11.2026", "Прайс-лист, цены, условия", "Прайс-лист"] {
            let table = table(&format!("{title}\ncode;name;price\n1;Tea;1,50\n2;Coffee;2,50\n")).unwrap();
            assert_eq!(cells(&table).len(), 2, "{title}");
            assert_eq!(table.rows().count(), 2, "{title}");
        }
    }

    #[test]
    fn our_own_export_is_read_with_its_own_mark() {
        let marks = |text: &str| table(text).unwrap().decimal_marks(&[3]);
        assert_eq!(marks("code,name,price.wholesale EUR,stock\n1,Tea,2.00,1.234\n")[3], Some(DecimalMark::Point));
        assert_eq!(marks("code,name,price,stock\n1,Tea,2.00,1.234\n")[3], None);
        assert_eq!(marks("code;name;price.wholesale EUR;stock\n1;Tea;2,00;1,234\n")[3], None);
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
