//! Import: what the columns of a foreign file mean, by their headers in three languages or by an explicit map,
//! and what one row says. Reading files and storing rows is the server's.

use std::fmt;
use std::str::FromStr;

use crate::catalog::is_price_type;
use crate::money::{Currency, MoneyError, Quantity};
use crate::numbers::{DecimalMark, NumberError, plain_decimal};
use crate::words::Word;
use crate::words::imports::{self as words, Said};

pub mod customers;
pub mod groups;
pub mod orders;
pub mod products;

/// Why a row is refused: the value at fault and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    pub value: String,
    pub reason: Said,
}

impl RowProblem {
    pub fn new(value: impl Into<String>, reason: impl Into<Said>) -> Self {
        Self { value: value.into(), reason: reason.into() }
    }

    /// A sentence about one field.
    pub fn of(value: impl Into<String>, reason: Word, field: Word) -> Self {
        Self::new(value, Said::with(reason, &[("field", &field.en)]))
    }
}

/// A cell as its file has it. What a workbook types stays typed: a date never passes for a code, and a number needs no
/// decimal mark to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    Text(&'a str),
    /// A workbook's number as a plain decimal: its mark is the point, whatever the texts of its column use.
    Number(&'a str),
    /// What a workbook's cell shows that is neither: a date, an error, true or false.
    Other(&'a str),
}

impl<'a> Cell<'a> {
    /// What a person sees.
    pub fn shown(self) -> &'a str {
        match self {
            Self::Text(shown) | Self::Number(shown) | Self::Other(shown) => shown.trim(),
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// A row as a report shows it.
pub fn row_shown(cells: &[Cell]) -> String {
    shorten(&cells.iter().map(|cell| cell.shown()).collect::<Vec<_>>().join(" | "))
}

/// A field of an import and the headers it is known by, folded (see [`fold_header`]), the surest first.
pub struct FieldDef {
    pub name: &'static str,
    pub headers: &'static [&'static str],
}

/// A price column that names a price type of its own: `price.dealer`.
pub const PRICE_PREFIX: &str = "price.";

/// Between a price's field and the quantity it holds from: `price.dealer@10`.
pub const FROM_SIGN: char = '@';

/// The field of a price and the quantity it holds from; zero where it names none. Nothing where it is no price.
pub fn price_field(field: &str) -> Option<(&str, Quantity)> {
    let (price, from) = match field.split_once(FROM_SIGN) {
        Some((price, from)) => (price, from.parse::<Quantity>().ok().filter(|from| *from > Quantity::ZERO)?),
        None => (field, Quantity::ZERO),
    };
    let typed = price.strip_prefix(PRICE_PREFIX).is_some_and(is_price_type);
    (typed || price == "price").then_some((price, from))
}

/// A folded header without the quantity its price holds from, and that quantity: `цена опт от 10 шт`.
fn header_from(folded: &str) -> Option<(String, Quantity)> {
    let words: Vec<&str> = folded.split(' ').collect();
    let at = words.iter().rposition(|word| word.bytes().all(|byte| byte.is_ascii_digit()))?;
    // A word after it is its unit. "Over 10" begins at another quantity, and which one depends on the unit: nobody guesses.
    let said = at >= 2 && at + 2 >= words.len() && matches!(words[at - 1], "from" | "от");
    let from: Quantity = words[at].parse().ok()?;
    (said && from > Quantity::ZERO).then(|| (words[..at - 1].join(" "), from))
}

/// A column of what buyers filter by, under the name they see: `attribute.Colour`.
pub const ATTRIBUTE_PREFIX: &str = "attribute.";

/// Fields that are named by their file rather than here.
fn named_by_file(field: &str) -> bool {
    price_field(field).is_some() || field.strip_prefix(ATTRIBUTE_PREFIX).is_some_and(|name| !name.is_empty())
}

/// Which column of a file holds which field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// (field, column), each field once.
    pub used: Vec<(String, usize)>,
    /// Headers nobody knows; they are noted, never guessed.
    pub unknown: Vec<String>,
    pub headers: Vec<String>,
}

impl Columns {
    pub fn find(&self, field: &str) -> Option<usize> {
        self.used.iter().find(|(name, _)| name == field).map(|(_, column)| *column)
    }
    pub fn has(&self, field: &str) -> bool {
        self.find(field).is_some()
    }
    /// The header of a field as the file has it.
    pub fn header(&self, field: &str) -> &str {
        self.find(field).and_then(|column| self.headers.get(column)).map_or("", String::as_str)
    }
    /// The cell of a field; absent where the file has no such column.
    pub fn cell<'a>(&self, field: &str, cells: &[Cell<'a>]) -> Option<Cell<'a>> {
        self.find(field).map(|column| cells.get(column).copied().unwrap_or(Cell::Text("")))
    }
    /// What the cell of a field shows.
    pub fn shown<'a>(&self, field: &str, cells: &[Cell<'a>]) -> Option<&'a str> {
        self.cell(field, cells).map(Cell::shown)
    }
}

/// A map that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapError {
    /// The line is not `field = column`.
    Line(String),
    UnknownField(String),
    /// The file has no such column.
    NoColumn {
        field: String,
        column: String,
    },
    Twice(String),
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "the map's line \"{line}\" is not of the form field = column"),
            Self::UnknownField(field) => write!(f, "the map names a field \"{field}\" that does not exist"),
            Self::NoColumn { field, column } => write!(f, "the map takes {field} from a column \"{column}\" that the file does not have"),
            Self::Twice(field) => write!(f, "the map names {field} twice"),
        }
    }
}

/// An explicit map: `field = column` lines; `#` starts a comment, a column is a header or `#3`, `-` means: not this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map(pub Vec<(String, String)>);

impl Map {
    pub fn parse(text: &str) -> Result<Self, MapError> {
        let mut lines = Vec::new();
        for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (field, column) = line.split_once('=').ok_or_else(|| MapError::Line(line.into()))?;
            let (field, column) = (field.trim().to_string(), column.trim().to_string());
            if field.is_empty() || column.is_empty() {
                return Err(MapError::Line(line.into()));
            }
            if lines.iter().any(|(known, _)| *known == field) {
                return Err(MapError::Twice(field));
            }
            lines.push((field, column));
        }
        Ok(Self(lines))
    }

    /// A profile that ships with the program.
    pub fn named(name: &str) -> Option<Self> {
        let text = match name {
            "bg-prices" => {
                "code = Код на продукта\nname = Наименование на продукта\ngroup = Категория\nprice.retail = Цена на дребно\nprice.promotion = Цена в промоция\nshop = Търговски обект"
            }
            "ru-office" => "code = Код\nname = Наименование\nunit = Ед. изм.\ngroup1 = Раздел\ngroup2 = Группа\nprice = Цена, руб.",
            "online-retail" => "code = stock_code\nname = description\nprice.wholesale = typical_price\ngroup = group_code\nkind = kind",
            "generated" => {
                "code = sku\nname = name\ngroup1 = g1\ngroup2 = g2\ngroup3 = g3\nunit = unit\npack = pack\nprice = price\ncurrency = cur\nvat = vat\nstock = stock"
            }
            _ => return None,
        };
        Self::parse(text).ok()
    }
}

/// A header as it is compared: lower case, ё as е, punctuation as spaces, without a currency at its end.
pub fn fold_header(header: &str) -> String {
    let mut words = header_words(header);
    if words.len() > 1 && words.last().is_some_and(|word| currency_word(word).is_some()) {
        words.pop();
    }
    words.join(" ")
}

fn header_words(header: &str) -> Vec<String> {
    let lower: String = header.trim_start_matches('\u{feff}').to_lowercase().replace('ё', "е");
    lower.split(|c: char| !c.is_alphanumeric() && !matches!(c, '€' | '£' | '$' | '₽' | '%' | '#')).filter(|word| !word.is_empty()).map(str::to_string).collect()
}

/// The currency a header names: `Цена, руб.` is roubles.
pub fn header_currency(header: &str) -> Option<Currency> {
    if let Some((_, currency)) = exported_price(header) {
        return Some(currency);
    }
    let words = header_words(header);
    if words.len() < 2 { None } else { words.last().and_then(|word| currency_word(word)) }
}

/// Price type and currency of a price column as our own export heads it: `price.dealer EUR`.
pub fn exported_price(header: &str) -> Option<(&str, Currency)> {
    let (code, currency) = header.trim().strip_prefix(PRICE_PREFIX)?.split_once(' ')?;
    Some((code, currency.parse().ok()?))
}

fn currency_word(word: &str) -> Option<Currency> {
    let code = match word {
        "руб" | "рублей" | "р" | "₽" | "rub" | "rur" => "RUB",
        "eur" | "euro" | "€" | "евро" => "EUR",
        "лв" | "лева" | "bgn" => "BGN",
        "gbp" | "£" => "GBP",
        "usd" | "$" | "долл" => "USD",
        _ => return None,
    };
    code.parse().ok()
}

/// A currency as files write it: the code in any case, a sign, or the word.
pub fn read_currency(text: &str) -> Option<Currency> {
    let text = text.trim().trim_end_matches('.');
    text.to_ascii_uppercase().parse().ok().or_else(|| currency_word(&text.to_lowercase()))
}

/// Finds each field's column: first what the map says, then by header, the surest header of a field first.
pub fn recognise(fields: &[FieldDef], headers: &[String], map: &Map) -> Result<Columns, MapError> {
    let folded: Vec<String> = headers.iter().map(|header| fold_header(header)).collect();
    let mut taken = vec![false; headers.len()];
    let mut columns = Columns { headers: headers.to_vec(), ..Columns::default() };
    for (field, column) in &map.0 {
        let known = fields.iter().any(|known| known.name == field) || named_by_file(field);
        if !known {
            return Err(MapError::UnknownField(field.clone()));
        }
        if column == "-" {
            continue;
        }
        let numbered = column.strip_prefix('#').and_then(|number| number.parse::<usize>().ok()).and_then(|number| number.checked_sub(1));
        let at = headers
            .iter()
            .position(|header| header.trim() == column)
            .or_else(|| numbered.filter(|at| *at < headers.len()))
            .or_else(|| folded.iter().position(|header| *header == fold_header(column)));
        let at = at.ok_or_else(|| MapError::NoColumn { field: field.clone(), column: column.clone() })?;
        taken[at] = true;
        columns.used.push((field.clone(), at));
    }
    for field in fields {
        if map.0.iter().any(|(name, _)| name == field.name) {
            continue;
        }
        let at = field.headers.iter().find_map(|known| (0..headers.len()).find(|at| !taken[*at] && folded[*at] == *known));
        if let Some(at) = at {
            taken[at] = true;
            columns.used.push((field.name.to_string(), at));
        }
    }
    // Our own exports name the price type in the header: `price.dealer EUR`.
    if fields.iter().any(|field| field.name == "price") {
        for at in 0..headers.len() {
            let name = headers[at].trim().split(' ').next().unwrap_or("");
            let is_code = price_field(name).and_then(|(price, _)| price.strip_prefix(PRICE_PREFIX)).is_some();
            if !taken[at] && is_code && !columns.has(name) {
                taken[at] = true;
                columns.used.push((name.to_string(), at));
                continue;
            }
            // Others say it in words: `Цена опт. от 10 шт.`
            let from = header_from(&folded[at]).and_then(|(price, from)| {
                let field = fields.iter().find(|field| price_field(field.name).is_some() && field.headers.contains(&price.as_str()))?;
                Some(format!("{}{FROM_SIGN}{from}", field.name))
            });
            if let Some(field) = from.filter(|field| !taken[at] && !columns.has(field)) {
                taken[at] = true;
                columns.used.push((field, at));
            }
        }
    }
    // And attributes in full: `attribute.Colour`.
    if fields.iter().any(|field| field.name == "brand") {
        for at in 0..headers.len() {
            let name = headers[at].trim();
            if !taken[at] && name.strip_prefix(ATTRIBUTE_PREFIX).is_some_and(|name| !name.is_empty()) && !columns.has(name) {
                taken[at] = true;
                columns.used.push((name.to_string(), at));
            }
        }
    }
    columns.unknown = headers.iter().zip(&taken).filter(|(header, taken)| !**taken && !header.trim().is_empty()).map(|(header, _)| header.clone()).collect();
    Ok(columns)
}

/// A text cell as it is kept, or why not. Line breaks inside a cell are refused: an unclosed quote looks like that.
pub fn text<'a>(field: Word, cell: impl Into<Cell<'a>>, most: usize) -> Result<String, RowProblem> {
    let cell = written(field, cell.into())?;
    // An export's mark against formulas.
    let cell = cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])).unwrap_or(cell);
    if cell.contains(['\n', '\r']) {
        return Err(RowProblem::of(shorten(cell), words::LINE_BREAK, field));
    }
    if cell.chars().any(|c| c.is_control() || c == '\u{fffd}') {
        return Err(RowProblem::of(shorten(cell), words::CONTROL_CHARACTER, field));
    }
    if cell.chars().count() > most {
        return Err(RowProblem::new(shorten(cell), Said::with(words::TOO_LONG, &[("field", &field.en), ("most", &most)])));
    }
    Ok(cell.to_string())
}

/// What stands in a cell of text. Excel makes dates of codes such as 1-2, and what it shows then is no code.
pub fn written<'a>(field: Word, cell: Cell<'a>) -> Result<&'a str, RowProblem> {
    match cell {
        Cell::Text(_) | Cell::Number(_) => Ok(cell.shown()),
        Cell::Other(shown) => Err(RowProblem::of(shorten(shown), words::NOT_TEXT, field)),
    }
}

/// A number cell as its type. `mark` is the decimal mark of its column's texts, where known.
pub fn number<'a, T: FromStr<Err = MoneyError>>(field: Word, cell: impl Into<Cell<'a>>, mark: Option<DecimalMark>) -> Result<T, RowProblem> {
    let cell = cell.into();
    let value = cell.shown();
    let mark = if matches!(cell, Cell::Number(_)) { Some(DecimalMark::Point) } else { mark };
    let refuse = |reason: Word| RowProblem::of(shorten(value), reason, field);
    let plain = plain_decimal(value, mark).map_err(|error| {
        refuse(match error {
            NumberError::Empty => words::MISSING,
            NumberError::Ambiguous => words::TWO_NUMBERS,
            NumberError::NotANumber => words::NOT_A_NUMBER,
        })
    })?;
    plain.parse().map_err(|error: MoneyError| {
        refuse(match error {
            MoneyError::TooPrecise => words::TOO_MANY_DECIMALS,
            MoneyError::Overflow => words::NUMBER_TOO_LARGE,
            MoneyError::NotADecimal | MoneyError::NotACurrency | MoneyError::CurrencyMismatch { .. } => words::NOT_A_NUMBER,
        })
    })
}

/// The start of a value, short enough for a report.
pub fn shorten(value: &str) -> String {
    let clean: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).take(121).collect();
    if clean.chars().count() > 120 { clean.chars().take(119).chain(['…']).collect() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::products::FIELDS;
    use super::*;

    fn columns(headers: &str) -> Vec<(String, usize)> {
        let headers: Vec<String> = headers.split('|').map(String::from).collect();
        let mut used = recognise(FIELDS, &headers, &Map::default()).unwrap().used;
        used.sort_by_key(|(_, column)| *column);
        used
    }

    #[test]
    fn columns_are_recognised_in_three_languages() {
        let check = |headers: &str, expected: &[(&str, usize)]| {
            let expected: Vec<(String, usize)> = expected.iter().map(|(name, column)| (name.to_string(), *column)).collect();
            assert_eq!(columns(headers), expected, "{headers}");
        };
        check(
            "Населено място|Търговски обект|Наименование на продукта|Код на продукта|Категория|Цена на дребно|Цена в промоция",
            &[("shop", 1), ("name", 2), ("code", 3), ("group", 4), ("price.retail", 5), ("price.promotion", 6)],
        );
        check("Код|Наименование|Ед. изм.|Раздел|Группа|Цена, руб.", &[("code", 0), ("name", 1), ("unit", 2), ("group1", 3), ("group", 4), ("price", 5)]);
        check(
            "id|sku|name|g1|g2|g3|unit|pack|price|cur|vat|stock",
            &[
                ("code", 1),
                ("name", 2),
                ("group1", 3),
                ("group2", 4),
                ("group3", 5),
                ("unit", 6),
                ("pack", 7),
                ("price", 8),
                ("currency", 9),
                ("vat", 10),
                ("stock", 11),
            ],
        );
        check(
            "stock_code|description|typical_price|price_p05|price_p95|group_code|kind|sale_lines",
            &[("code", 0), ("name", 1), ("price.wholesale", 2), ("group", 5), ("kind", 6)],
        );
        check("Артикул|Название|Цена розничная|Цена оптовая|Остаток", &[("code", 0), ("name", 1), ("price.retail", 2), ("price.wholesale", 3), ("stock", 4)]);
    }

    #[test]
    fn a_header_names_the_quantity_its_price_begins_at() {
        for (header, field) in
            [("Wholesale price from 10 pcs", "price.wholesale@10"), ("Цена опт. от 10 шт.", "price.wholesale@10"), ("Цена на едро от 5", "price.wholesale@5")]
        {
            assert_eq!(columns(header), [(field.to_string(), 0)], "{header}");
        }
        // Over ten begins at eleven pieces, or at a gram above ten kilograms: told as not used, never guessed.
        for header in ["Wholesale price over 10", "Цена на едро над 10 бр."] {
            assert_eq!(recognise(FIELDS, &[header.to_string()], &Map::default()).unwrap().unknown, [header]);
        }
    }

    #[test]
    fn a_header_may_name_its_currency() {
        assert_eq!(header_currency("Цена, руб."), Some(Currency::RUB));
        assert_eq!(header_currency("Price (EUR)"), Some(Currency::EUR));
        assert_eq!(header_currency("Цена"), None);
        assert_eq!(header_currency("price.wholesale-bgn BGN"), "BGN".parse().ok());
        assert_eq!(header_currency("price.dealer CHF"), "CHF".parse().ok());
    }

    #[test]
    fn a_map_wins_over_headers_and_names_what_it_cannot_find() {
        let headers = ["a", "name", "b"].map(String::from);
        let map = Map::parse("# ours\ncode = a\nprice.dealer = #3\nname = -").unwrap();
        assert_eq!(recognise(FIELDS, &headers, &map).unwrap().used, [("code".to_string(), 0), ("price.dealer".to_string(), 2)]);
        let missing = Map::parse("code = x").unwrap();
        assert!(matches!(recognise(FIELDS, &headers, &missing), Err(MapError::NoColumn { .. })));
        assert!(matches!(recognise(FIELDS, &headers, &Map::parse("colour = a").unwrap()), Err(MapError::UnknownField(_))));
        assert!(matches!(Map::parse("code"), Err(MapError::Line(_))));
        for name in ["bg-prices", "ru-office", "online-retail", "generated"] {
            assert!(Map::named(name).is_some(), "{name}");
        }
    }
}
