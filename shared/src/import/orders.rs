//! Rows of an order history: headers and lines in two files, or flat lines that repeat their header. Decides what a
//! row says, what kind of document it belongs to, and whether the document as a whole can be taken.

use jiff::civil::{Date, DateTime, Time};

use super::{Cell, Columns, FieldDef, RowProblem, number, row_shown, shorten, text};
use crate::money::{Currency, MoneyError, Price, Quantity};
use crate::numbers::DecimalMark;
use crate::orders::{OrderState, Verdict};
use crate::words::Word;
use crate::words::imports::{self as words, Said};

/// Fields of a history: those of headers first, then those of lines.
pub const FIELDS: &[FieldDef] = &[
    FieldDef {
        name: "number",
        headers: &[
            "invoice no",
            "invoiceno",
            "order no",
            "order number",
            "invoice number",
            "number",
            "order",
            "invoice",
            "номер заказа",
            "номер документа",
            "номер",
            "заказ",
            "номер на поръчка",
            "номер на фактура",
            "поръчка",
            "фактура",
        ],
    },
    FieldDef { name: "kind", headers: &["kind", "document kind", "вид", "вид документа", "вид документ"] },
    FieldDef {
        name: "date",
        headers: &["invoice date", "invoicedate", "order date", "ordered at", "date", "дата заказа", "дата документа", "дата на поръчка", "дата"],
    },
    FieldDef {
        name: "customer",
        headers: &[
            "customer id",
            "customerid",
            "customer code",
            "customer",
            "код клиента",
            "клиент",
            "код контрагента",
            "контрагент",
            "код на клиент",
            "клиентски номер",
        ],
    },
    FieldDef { name: "lines", headers: &["lines", "line count", "строк", "число строк", "редове", "брой редове"] },
    FieldDef { name: "total", headers: &["total", "amount", "сумма", "итого", "общо", "сума"] },
    FieldDef { name: "line_no", headers: &["line no", "line", "line number", "строка", "номер строки", "ред", "номер на ред"] },
    FieldDef {
        name: "code",
        headers: &[
            "stock code",
            "stockcode",
            "product code",
            "code",
            "sku",
            "item",
            "article",
            "артикул",
            "код товара",
            "код",
            "код на продукт",
            "код на стока",
        ],
    },
    FieldDef { name: "quantity", headers: &["quantity", "qty", "количество", "кол во", "брой"] },
    FieldDef {
        name: "price", headers: &["unit price", "unitprice", "price", "цена", "цена за единицу", "единична цена", "ед цена"]
    },
    // What an export of this program says beside.
    FieldDef { name: "state", headers: &["state", "состояние", "състояние"] },
    FieldDef { name: "verdict", headers: &["verdict"] },
    FieldDef { name: "currency", headers: &["currency", "валюта"] },
];

/// Largest quantity of one line: above it something is wrong with the file.
const MOST: i64 = 1_000_000_000;

/// What a document of the history is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sale,
    /// A document of its own; it names no order and takes none away.
    Cancellation,
    StockAdjustment,
    BadDebt,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Sale, Self::Cancellation, Self::StockAdjustment, Self::BadDebt];
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Cancellation => "cancellation",
            Self::StockAdjustment => "stock_adjustment",
            Self::BadDebt => "bad_debt",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The kind of a document whose file names none, as the history's source numbers them: C and digits is a
    /// cancellation, A and digits a bad debt; without a customer and with nothing priced, stock was adjusted.
    pub fn derived(number: &str, has_customer: bool, all_free: bool) -> Self {
        let numbered = |letters: [char; 2]| number.strip_prefix(letters).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
        if numbered(['C', 'c']) {
            Self::Cancellation
        } else if numbered(['A', 'a']) {
            Self::BadDebt
        } else if !has_customer && all_free {
            Self::StockAdjustment
        } else {
            Self::Sale
        }
    }

    /// What is wrong with a line of such a document.
    pub fn line_problem(self, quantity: Quantity, price: Price) -> Option<RowProblem> {
        let refuse = |value: String, reason: Word| Some(RowProblem::new(value, reason));
        if quantity == Quantity::ZERO {
            return refuse(quantity.to_string(), words::ZERO_QUANTITY);
        }
        if quantity.raw().abs() > MOST * 1000 {
            return refuse(quantity.to_string(), words::QUANTITY_TOO_LARGE);
        }
        match self {
            Self::Sale if quantity < Quantity::ZERO => refuse(quantity.to_string(), words::NEGATIVE_SALE),
            Self::Cancellation if quantity > Quantity::ZERO => refuse(quantity.to_string(), words::POSITIVE_CANCELLATION),
            Self::Sale | Self::Cancellation | Self::StockAdjustment if price < Price::ZERO => {
                Some(RowProblem::of(price.to_string(), words::NEGATIVE, words::FIELD_PRICE))
            }
            _ => None,
        }
    }
}

/// What the columns of a file hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Headers,
    Lines,
    /// Lines that repeat their header.
    Flat,
}

impl Shape {
    /// By the columns found; or the sentence that says what is missing.
    pub fn of(columns: &Columns) -> Result<Self, String> {
        if !columns.has("number") {
            return Err("no column holds the order's number".into());
        }
        let lines = ["code", "quantity", "price"].map(|field| columns.has(field));
        match (columns.has("date"), lines) {
            (true, [true, true, true]) => Ok(Self::Flat),
            (false, [true, true, true]) => Ok(Self::Lines),
            (true, [false, false, false]) => Ok(Self::Headers),
            (true, _) => Err("the columns are neither those of order headers (number, date, customer) nor of lines (number, code, quantity, price)".into()),
            (false, _) => Err("no column holds the order's date, and the columns of lines (number, code, quantity, price) are not complete".into()),
        }
    }
}

/// A header row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub number: String,
    pub kind: Option<Kind>,
    /// In the firm's zone.
    pub at: DateTime,
    pub customer: Option<String>,
    /// How many lines the document has, where the file says.
    pub lines: Option<u32>,
    /// Sum of quantity × price, where the file says.
    pub total: Option<Price>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: String,
    pub line_no: Option<u32>,
    pub code: String,
    pub quantity: Quantity,
    pub price: Price,
}

/// The decimal marks of a file's columns, where known.
pub type Marks = [Option<DecimalMark>];

pub fn read_header(columns: &Columns, marks: &Marks, cells: &[Cell]) -> Result<Header, RowProblem> {
    let cell = |field: &str| columns.shown(field, cells).unwrap_or("");
    let number = read_number(columns, cells)?;
    let kind = match cell("kind") {
        "" => None,
        word => Some(Kind::parse(&word.to_lowercase()).ok_or_else(|| RowProblem::new(shorten(word), words::NO_SUCH_DOCUMENT))?),
    };
    let date = cell("date");
    if date.is_empty() {
        return Err(RowProblem::of(number, words::MISSING, words::FIELD_DATE));
    }
    let at = read_instant(date).ok_or_else(|| RowProblem::new(shorten(date), words::NOT_A_DATE))?;
    let customer = Some(text(words::FIELD_CUSTOMER, typed(columns, cells, "customer"), 100)?).filter(|code| !code.is_empty());
    let lines = match cell("lines") {
        "" => None,
        count => Some(count.parse().map_err(|_| RowProblem::new(shorten(count), words::LINES_NOT_WHOLE))?),
    };
    let total = match cell("total") {
        "" => None,
        _ => Some(amount(columns, marks, cells, ("total", words::FIELD_TOTAL))?),
    };
    Ok(Header { number, kind, at, customer, lines, total })
}

/// Refuses a row that is no sale or not in the currency the history comes in: it would count as sold, or at another worth.
/// A state or verdict of another program means nothing here and is left alone.
pub fn check_terms(columns: &Columns, cells: &[Cell], currency: Currency) -> Result<(), RowProblem> {
    let cell = |field: &str| columns.shown(field, cells).unwrap_or("");
    let unsold = [OrderState::Draft, OrderState::Submitted, OrderState::NeedsReview, OrderState::Cancelled, OrderState::Refused];
    if OrderState::parse(cell("state")).is_some_and(|state| unsold.contains(&state)) {
        return Err(RowProblem::new(cell("state"), words::NOT_SOLD));
    }
    if Verdict::parse(cell("verdict")) == Some(Verdict::Refused) {
        return Err(RowProblem::new(cell("verdict"), words::LINE_NOT_TAKEN));
    }
    match super::read_currency(cell("currency")) {
        Some(named) if named != currency => Err(RowProblem::new(named.code(), Said::with(words::HISTORY_CURRENCY, &[("currency", &currency)]))),
        _ => Ok(()),
    }
}

pub fn read_line(columns: &Columns, marks: &Marks, cells: &[Cell]) -> Result<Line, RowProblem> {
    let number = read_number(columns, cells)?;
    let line_no = match columns.shown("line_no", cells).unwrap_or("") {
        "" => None,
        value => Some(value.parse().ok().filter(|no| (1..=1_000_000).contains(no)).ok_or_else(|| RowProblem::new(shorten(value), words::LINE_NO_NOT_WHOLE))?),
    };
    let code = text(words::FIELD_CODE, typed(columns, cells, "code"), 100)?;
    if code.is_empty() {
        return Err(RowProblem::of(number, words::MISSING, words::FIELD_CODE));
    }
    let quantity = amount(columns, marks, cells, ("quantity", words::FIELD_QUANTITY))?;
    let price = amount(columns, marks, cells, ("price", words::FIELD_PRICE))?;
    Ok(Line { number, line_no, code, quantity, price })
}

/// The cell of a field; an empty text where the file has no such column.
fn typed<'a>(columns: &Columns, cells: &[Cell<'a>], field: &str) -> Cell<'a> {
    columns.cell(field, cells).unwrap_or(Cell::Text(""))
}

fn read_number(columns: &Columns, cells: &[Cell]) -> Result<String, RowProblem> {
    let number = text(words::FIELD_ORDER_NUMBER, typed(columns, cells, "number"), 60)?;
    if number.is_empty() {
        return Err(RowProblem::of(row_shown(cells), words::MISSING, words::FIELD_ORDER_NUMBER));
    }
    Ok(number)
}

/// The number in a column, by its name and what it is called.
fn amount<T: std::str::FromStr<Err = MoneyError>>(columns: &Columns, marks: &Marks, cells: &[Cell], (column, field): (&str, Word)) -> Result<T, RowProblem> {
    let cell = typed(columns, cells, column);
    // Most cells are plain decimals already; half a million of them need no second reading.
    let mark = columns.find(column).and_then(|at| marks.get(at).copied().flatten());
    if mark == Some(DecimalMark::Point)
        && let Ok(plain) = cell.shown().parse()
    {
        return Ok(plain);
    }
    number(field, cell, mark)
}

/// A local date and time: `2011-12-09T12:50:00`, `2011-12-09 12:50`, `09.12.2011 12:50`; a date alone is its midnight.
fn read_instant(cell: &str) -> Option<DateTime> {
    let (day, time) = cell.split_once(['T', ' ']).map_or((cell, ""), |(day, time)| (day, time.trim()));
    let parts = |text: &str, sign: char| -> Option<Vec<i16>> {
        text.split(sign).map(|part| if part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse().ok() } else { None }).collect()
    };
    let (year, month, date) = match (parts(day, '-').as_deref(), parts(day, '.').as_deref()) {
        (Some([year, month, date]), _) if day.len() == 10 && day.as_bytes()[4] == b'-' => (*year, *month, *date),
        (_, Some([date, month, year])) if (8..=10).contains(&day.len()) && *year >= 1000 => (*year, *month, *date),
        _ => return None,
    };
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(date).ok()?).ok()?;
    let (hour, minute, second) = match (time, parts(time, ':').as_deref()) {
        ("", _) => (0, 0, 0),
        (_, Some([hour, minute])) => (*hour, *minute, 0),
        (_, Some([hour, minute, second])) => (*hour, *minute, *second),
        _ => return None,
    };
    let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0).ok()?;
    Some(date.to_datetime(time))
}

/// Whether a stated total is the sum of quantity × price, to half a unit of the second decimal: sources round there.
pub fn total_agrees(total: Price, lines: impl Iterator<Item = (Quantity, Price)>) -> bool {
    // Thousandths times ten-thousandths are ten-millionths.
    let sum: i128 = lines.map(|(quantity, price)| i128::from(quantity.raw()) * i128::from(price.raw())).sum();
    (sum - i128::from(total.raw()) * 1000).abs() <= 50_000
}

#[cfg(test)]
mod tests {
    use super::super::{Map, recognise};
    use super::*;
    use jiff::civil::date;

    fn columns(headers: &str) -> Columns {
        let headers: Vec<String> = headers.split(',').map(String::from).collect();
        recognise(FIELDS, &headers, &Map::default()).unwrap()
    }
    const HEADERS: &str = "invoice_no,kind,invoice_date,customer_id,country,lines,total";
    const LINES: &str = "invoice_no,line_no,stock_code,quantity,unit_price";
    const FLAT: &str = "invoice_no,stock_code,description,quantity,invoice_date,unit_price,customer_id,country";

    #[test]
    fn the_columns_tell_headers_from_lines() {
        assert_eq!(Shape::of(&columns(HEADERS)), Ok(Shape::Headers));
        assert_eq!(Shape::of(&columns(LINES)), Ok(Shape::Lines));
        assert_eq!(Shape::of(&columns(FLAT)), Ok(Shape::Flat));
        assert_eq!(Shape::of(&columns("Номер;Дата".replace(';', ",").as_str())), Ok(Shape::Headers));
        assert!(Shape::of(&columns("kind,date")).is_err());
        assert!(Shape::of(&columns("number,code,price")).is_err());
    }

    #[test]
    fn a_header_is_read() {
        let columns = columns(HEADERS);
        let read = |row: &str| read_header(&columns, &[None; 7], &row.split(',').map(Cell::from).collect::<Vec<_>>());
        let header = read("536365,sale,2010-12-01T08:26:00,17850,United Kingdom,7,139.12").unwrap();
        assert_eq!(header.at, date(2010, 12, 1).at(8, 26, 0, 0));
        assert_eq!((header.kind, header.customer.as_deref(), header.lines), (Some(Kind::Sale), Some("17850"), Some(7)));
        assert_eq!(read("1,,01.12.2010,,,,").unwrap().at, date(2010, 12, 1).at(0, 0, 0, 0));
        let check = |row: &str, value: &str, reason: &str| {
            let problem = read(row).unwrap_err();
            assert_eq!((problem.value.as_str(), problem.reason.to_string().as_str()), (value, reason), "{row}");
        };
        check(",sale,2010-12-01,,,,", " | sale | 2010-12-01 |  |  |  | ", "the order's number is missing");
        check("1,gift,2010-12-01,,,,", "gift", "not a kind of document (sale, cancellation, stock_adjustment, bad_debt)");
        check("1,sale,,,,,", "1", "the date is missing");
        for wrong in ["2010-13-01", "1.2.10", "2010-12-01T25:00", "yesterday", "2010-12-1", "2010-12-01T08:26:00Z", "+010-12-01"] {
            check(&format!("1,sale,{wrong},,,,"), wrong, "not a date such as 2011-12-09 12:50 or 09.12.2011");
        }
    }

    #[test]
    fn a_line_is_read_exactly() {
        let columns = columns(LINES);
        let read = |row: &str| read_line(&columns, &[None, None, None, None, Some(DecimalMark::Point)], &row.split(',').map(Cell::from).collect::<Vec<_>>());
        let line = read("536365,1,00123,-6,0.001").unwrap();
        assert_eq!((line.code.as_str(), line.quantity, line.price), ("00123", Quantity::whole(-6), Price::from_raw(10)));
        assert_eq!(read("1,1,A,6,2.00001").unwrap_err().reason.to_string(), "the price cannot be stored: too many decimals");
        assert_eq!(read("1,0,A,6,2").unwrap_err().reason.to_string(), "the line's number is not a whole number from one");
        assert_eq!(read("1,1,,6,2").unwrap_err().reason.to_string(), "the code is missing");
        assert_eq!(read("1,1,A,,2").unwrap_err().reason.to_string(), "the quantity is missing");
    }

    #[test]
    fn flat_files_tell_the_kind_by_the_number() {
        assert_eq!(Kind::derived("C536379", true, false), Kind::Cancellation);
        assert_eq!(Kind::derived("A563185", false, false), Kind::BadDebt);
        assert_eq!(Kind::derived("536414", false, true), Kind::StockAdjustment);
        assert_eq!(Kind::derived("536365", true, true), Kind::Sale);
        assert_eq!(Kind::derived("Custom", true, false), Kind::Sale);
    }

    #[test]
    fn a_line_fits_its_kind() {
        let problem = |kind: Kind, quantity: i64, price: i64| kind.line_problem(Quantity::whole(quantity), Price::from_raw(price)).is_some();
        assert!(!problem(Kind::Sale, 1, 0) && problem(Kind::Sale, -1, 1) && problem(Kind::Sale, 0, 1) && problem(Kind::Sale, 1, -1));
        assert!(!problem(Kind::Cancellation, -1, 1) && problem(Kind::Cancellation, 1, 1));
        assert!(!problem(Kind::BadDebt, 1, -1) && !problem(Kind::StockAdjustment, -1, 0) && problem(Kind::Sale, 2_000_000_000, 1));
    }

    #[test]
    fn a_total_is_held_against_its_lines() {
        let lines = || [(Quantity::whole(3), Price::from_raw(1_235)), (Quantity::whole(1), Price::from_raw(10))].into_iter();
        assert!(total_agrees("0.37".parse().unwrap(), lines()));
        assert!(total_agrees("0.3715".parse().unwrap(), lines()));
        assert!(!total_agrees("0.38".parse().unwrap(), lines()));
    }
}
