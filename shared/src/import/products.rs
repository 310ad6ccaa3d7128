//! One row of a product file: what it says of a product, and what the product is after it.

use std::collections::BTreeMap;

use super::{
    ATTRIBUTE_PREFIX, Cell, Columns, FieldDef, PRICE_PREFIX, RowProblem, header_currency, number, price_field, read_currency, row_shown, text, written,
};
use crate::catalog::columns::MOST_ATTRIBUTES;
use crate::catalog::{MOST_CODE, ProductKind};
use crate::money::{Currency, Percent, Price, Quantity};
use crate::numbers::{DecimalMark, plain_decimal};
use crate::orders::QuantityRule;
use crate::words::imports::{self as words, Said};
use crate::words::{Lang, Word, common};

/// Fields of a product file.
pub const FIELDS: &[FieldDef] = &[
    FieldDef {
        name: "code",
        headers: &[
            "code",
            "sku",
            "product code",
            "stock code",
            "item code",
            "item",
            "article",
            "article number",
            "артикул",
            "код",
            "код товара",
            "код номенклатуры",
            "код на продукта",
            "код на продукт",
            "код на стока",
            "код на стоката",
            "id",
        ],
    },
    FieldDef {
        name: "name",
        headers: &[
            "name",
            "product name",
            "product",
            "description",
            "title",
            "наименование",
            "наименование товара",
            "название",
            "товар",
            "номенклатура",
            "наименование на продукта",
            "наименование на продукт",
            "наименование на стоката",
            "име",
            "продукт",
            "стока",
        ],
    },
    FieldDef {
        name: "group1", headers: &["g1", "group 1", "group1", "раздел", "section", "department", "группа 1", "група 1", "раздел 1", "отдел"]
    },
    FieldDef {
        name: "group2", headers: &["g2", "group 2", "group2", "подраздел", "подгруппа", "subgroup", "подгрупа", "группа 2", "група 2"]
    },
    FieldDef { name: "group3", headers: &["g3", "group 3", "group3", "группа 3", "група 3"] },
    FieldDef {
        name: "group",
        headers: &[
            "group code",
            "group",
            "product group",
            "category",
            "category id",
            "код группы",
            "группа",
            "товарная группа",
            "категория",
            "код на група",
            "група",
            "стокова група",
        ],
    },
    FieldDef { name: "kind", headers: &["kind", "product kind", "вид", "вид товара", "вид стока"] },
    FieldDef {
        name: "unit", headers: &["unit", "uom", "unit of measure", "ед изм", "ед", "единица", "единица измерения", "мярка", "мерна единица", "м ед"]
    },
    FieldDef {
        name: "pack",
        headers: &["pack", "pack size", "increment", "multiple", "упаковка", "кратность", "в упаковке", "кратност", "опаковка", "бр в опаковка"],
    },
    FieldDef {
        name: "min",
        headers: &["min", "minimum", "min quantity", "minimum quantity", "минимум", "мин заказ", "минимальный заказ", "минимално количество"],
    },
    FieldDef {
        name: "max", headers: &["max", "maximum", "max quantity", "maximum quantity", "максимум", "максимальный заказ", "максимално количество"]
    },
    FieldDef { name: "precision", headers: &["precision", "unit precision", "точность", "точност"] },
    FieldDef {
        name: "price.retail",
        headers: &["retail price", "price retail", "retail", "цена розничная", "розничная цена", "розница", "цена розница", "цена на дребно"],
    },
    FieldDef {
        name: "price.wholesale",
        headers: &["wholesale price", "price wholesale", "wholesale", "typical price", "цена оптовая", "оптовая цена", "опт", "цена опт", "цена на едро"],
    },
    FieldDef {
        name: "price.dealer", headers: &["dealer price", "price dealer", "dealer", "цена дилерская", "дилерская цена", "дилер", "дилърска цена"]
    },
    FieldDef {
        name: "price.promotion",
        headers: &["promotion price", "promo price", "price promotion", "цена в промоция", "промоционална цена", "цена по акции", "акционная цена"],
    },
    FieldDef {
        name: "price", headers: &["price", "unit price", "цена", "цена за единицу", "цена за ед", "единична цена", "ед цена"]
    },
    FieldDef { name: "currency", headers: &["currency", "cur", "валюта"] },
    FieldDef { name: "vat", headers: &["vat", "vat %", "vat rate", "ндс", "ндс %", "ставка ндс", "ддс", "ддс %", "ставка ддс"] },
    FieldDef {
        name: "stock",
        headers: &["stock", "in stock", "stock quantity", "остаток", "наличие", "количество на складе", "наличност", "наличност на склад"],
    },
    FieldDef {
        name: "brand", headers: &["brand", "manufacturer", "бренд", "торговая марка", "производитель", "марка", "производител"]
    },
    FieldDef { name: "promotion", headers: &["promotion", "promo", "on promotion", "special offer", "акция", "промоция", "в промоция"] },
    FieldDef {
        name: "picture",
        headers: &["picture", "image", "photo", "picture url", "image url", "фото", "изображение", "картинка", "ссылка на фото", "снимка", "изображение url"],
    },
    FieldDef { name: "active", headers: &["active", "активен", "активный", "активна"] },
    FieldDef {
        name: "shop", headers: &["shop", "store", "branch", "магазин", "склад", "филиал", "търговски обект", "обект"]
    },
];

/// Promotion prices: 0 means none, as the Bulgarian daily prices write it.
pub const PROMOTION: &str = "promotion";

/// A column of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceColumn {
    pub price_type: String,
    /// The quantity its prices hold from; zero: any.
    pub from: Quantity,
    pub column: usize,
    /// The one its header names; another column's header says nothing of this one.
    pub currency: Option<Currency>,
}

/// What is known of a whole file before its rows are read.
#[derive(Clone, Debug)]
pub struct FileFacts {
    pub columns: Columns,
    pub price_columns: Vec<PriceColumn>,
    /// Decimal mark by column, where known.
    pub marks: Vec<Option<DecimalMark>>,
    /// VAT is written as 0.2, not 20.
    pub vat_as_fraction: bool,
}

impl FileFacts {
    /// `default_type` is the price type of a column that says only "price".
    pub fn new(columns: Columns, default_type: &str, marks: Vec<Option<DecimalMark>>, vat_as_fraction: bool) -> Self {
        let price_columns = columns
            .used
            .iter()
            .filter_map(|(field, column)| {
                let (price, from) = price_field(field)?;
                let price_type = price.strip_prefix(PRICE_PREFIX).unwrap_or(default_type);
                let currency = columns.headers.get(*column).and_then(|header| header_currency(header));
                Some(PriceColumn { price_type: price_type.to_string(), from, column: *column, currency })
            })
            .collect();
        Self { columns, price_columns, marks, vat_as_fraction }
    }

    /// The decimal mark of a column, where known.
    fn mark(&self, column: usize) -> Option<DecimalMark> {
        self.marks.get(column).copied().flatten()
    }

    /// Columns that name the group, from the top of the tree down.
    pub fn group_columns(&self) -> Vec<usize> {
        ["group1", "group", "group2", "group3"].iter().filter_map(|field| self.columns.find(field)).collect()
    }
}

/// What a row says in one price column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceInput {
    pub price_type: String,
    /// The quantity it holds from; zero: any.
    pub from: Quantity,
    /// Absent: the row names no price of this type.
    pub price: Option<Price>,
    /// The currency of the column, else that of the row, where either is named.
    pub currency: Option<Currency>,
    /// The currency the column's header names.
    pub column_currency: Option<Currency>,
}

/// What one row says. A field the file has no column for is absent and leaves the product as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductInput {
    pub code: String,
    pub name: Option<String>,
    pub group: Option<Vec<String>>,
    pub kind: Option<ProductKind>,
    pub unit: Option<String>,
    pub vat_rate: Option<Percent>,
    pub min: Option<Option<Quantity>>,
    pub max: Option<Option<Quantity>>,
    pub increment: Option<Option<Quantity>>,
    pub precision: Option<u8>,
    pub stock: Option<Option<Quantity>>,
    pub active: Option<bool>,
    pub promotion: Option<bool>,
    /// Where its picture is to be had from; empty: nowhere.
    pub picture_url: Option<String>,
    /// What it says of each attribute; an empty value takes the attribute away.
    pub attributes: BTreeMap<String, String>,
    pub prices: Vec<PriceInput>,
    pub currency: Option<Currency>,
}

/// A product as one revision stores it, without its prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    pub name: String,
    pub group_code: String,
    pub kind: ProductKind,
    pub unit: String,
    pub vat_rate: Percent,
    pub min: Option<Quantity>,
    pub max: Option<Quantity>,
    pub increment: Option<Quantity>,
    pub precision: u8,
    pub stock: Option<Quantity>,
    pub active: bool,
    pub promotion: bool,
    /// Where its picture was to be had from; empty: nowhere.
    pub picture_url: String,
    /// What buyers filter by, without empty values.
    pub attributes: BTreeMap<String, String>,
}

/// What a new product gets where its row says nothing.
#[derive(Clone, Debug)]
pub struct Defaults {
    pub vat_rate: Percent,
    pub unit: &'static str,
}

impl Defaults {
    pub fn new(vat_rate: Percent, lang: Lang) -> Self {
        Self { vat_rate, unit: common::PIECES.say(lang) }
    }
}

/// Decimals a unit is counted in: kilograms and metres are divided, pieces are not.
pub fn unit_precision(unit: &str) -> u8 {
    let folded = unit.trim().trim_end_matches('.').to_lowercase();
    let divided = [
        "kg",
        "g",
        "t",
        "l",
        "ml",
        "m",
        "m2",
        "m²",
        "m3",
        "m³",
        "кг",
        "г",
        "гр",
        "т",
        "л",
        "мл",
        "м",
        "м2",
        "м²",
        "м3",
        "м³",
        "п.м",
        "пог. м",
        "кв.м",
        "куб.м",
    ];
    if divided.contains(&folded.as_str()) { 3 } else { 0 }
}

/// Reads one row; the first thing wrong with it refuses it.
pub fn read_row(facts: &FileFacts, cells: &[Cell]) -> Result<ProductInput, RowProblem> {
    let columns = &facts.columns;
    let cell = |field: &str| columns.shown(field, cells);
    let typed = |field: &str| columns.cell(field, cells).unwrap_or(Cell::Text(""));
    let code = text(words::FIELD_CODE, typed("code"), MOST_CODE)?;
    if code.is_empty() {
        return Err(RowProblem::of(row_shown(cells), words::MISSING, words::FIELD_CODE));
    }
    let kind = match cell("kind") {
        Some("") | None => None,
        Some(word) => Some(ProductKind::parse(&word.to_lowercase()).ok_or_else(|| RowProblem::new(word, words::NO_SUCH_KIND))?),
    };
    let name = match cell("name") {
        None => None,
        // Goods that never sold have no name in the sources; everything else must have one.
        Some("") if kind == Some(ProductKind::Unsold) => Some(code.clone()),
        Some("") => return Err(RowProblem::of(code, words::MISSING, words::FIELD_NAME)),
        Some(_) => Some(text(words::FIELD_NAME, typed("name"), 500)?),
    };
    let unit = match cell("unit") {
        None | Some("") => None,
        Some(_) => Some(text(words::FIELD_UNIT, typed("unit"), 40)?),
    };
    let quantity = |column: &str, field: Word| -> Result<Option<Option<Quantity>>, RowProblem> {
        let Some(value) = cell(column) else { return Ok(None) };
        if value.is_empty() {
            return Ok(Some(None));
        }
        let amount: Quantity = number(field, typed(column), columns.find(column).and_then(|at| facts.mark(at)))?;
        if amount < Quantity::ZERO {
            return Err(RowProblem::of(value, words::NEGATIVE, field));
        }
        Ok(Some(Some(amount)))
    };
    // A minimum, maximum or pack of 0 says: none.
    let limit = |column: &str, field: Word| quantity(column, field).map(|found| found.map(|value| value.filter(|value| *value > Quantity::ZERO)));
    let mut input = ProductInput {
        name,
        group: read_group(facts, cells)?,
        kind,
        unit,
        vat_rate: read_vat(facts, typed("vat"))?,
        min: limit("min", words::FIELD_MIN)?,
        max: limit("max", words::FIELD_MAX)?,
        increment: limit("pack", words::FIELD_PACK)?,
        precision: match cell("precision") {
            None | Some("") => None,
            Some(value) => Some(value.parse::<u8>().ok().filter(|digits| *digits <= 3).ok_or_else(|| RowProblem::new(value, words::PRECISION_RANGE))?),
        },
        stock: quantity("stock", words::FIELD_STOCK)?,
        active: yes_or_no(cell("active"), words::ACTIVE_YES_NO)?,
        promotion: match cell("promotion") {
            // An empty cell in a column of promotions says that this one is none.
            Some("") => Some(false),
            value => yes_or_no(value, words::PROMOTION_YES_NO)?,
        },
        picture_url: read_picture(cell("picture"))?,
        attributes: read_attributes(columns, cells)?,
        currency: match cell("currency") {
            None | Some("") => None,
            Some(value) => Some(read_currency(value).ok_or_else(|| RowProblem::new(value, words::NOT_A_CURRENCY))?),
        },
        prices: Vec::new(),
        code,
    };
    input.prices = read_prices(facts, cells, kind, input.currency)?;
    if let (Some(Some(min)), Some(Some(max))) = (input.min, input.max)
        && min > max
    {
        return Err(RowProblem::new(format!("{min} > {max}"), words::MIN_ABOVE_MAX));
    }
    Ok(input)
}

fn yes_or_no(value: Option<&str>, problem: Word) -> Result<Option<bool>, RowProblem> {
    match value.map(str::to_lowercase).as_deref() {
        None | Some("") => Ok(None),
        Some("1" | "yes" | "true" | "да" | "y" | "+") => Ok(Some(true)),
        Some("0" | "no" | "false" | "нет" | "не" | "n" | "-") => Ok(Some(false)),
        Some(other) => Err(RowProblem::new(other, problem)),
    }
}

fn read_picture(value: Option<&str>) -> Result<Option<String>, RowProblem> {
    let web = |value: &str| (value.starts_with("https://") || value.starts_with("http://")) && value.len() <= 2000 && !value.contains(char::is_whitespace);
    match value {
        None => Ok(None),
        Some(value) if value.is_empty() || web(value) => Ok(Some(value.to_string())),
        Some(value) => Err(RowProblem::new(super::shorten(value), words::PICTURE_ADDRESS)),
    }
}

/// The attribute every trade has; other columns become attributes by a map.
pub const BRAND: &str = "brand";

fn read_attributes(columns: &Columns, cells: &[Cell]) -> Result<BTreeMap<String, String>, RowProblem> {
    let mut attributes = BTreeMap::new();
    for (field, column) in &columns.used {
        let Some(name) = field.strip_prefix(ATTRIBUTE_PREFIX).or_else(|| (field == BRAND).then_some(BRAND)) else { continue };
        let value = text(words::FIELD_ATTRIBUTE, cells.get(*column).copied().unwrap_or(Cell::Text("")), 100)?;
        attributes.insert(name.to_string(), value);
    }
    if attributes.len() > MOST_ATTRIBUTES {
        return Err(RowProblem::new(attributes.len().to_string(), words::TOO_MANY_ATTRIBUTES));
    }
    Ok(attributes)
}

/// The path of the group a row names, from the top of the tree down; absent where the file has no column for it.
fn read_group(facts: &FileFacts, cells: &[Cell]) -> Result<Option<Vec<String>>, RowProblem> {
    let columns = facts.group_columns();
    let parts: Vec<&str> =
        columns.iter().map(|column| written(words::FIELD_GROUP, cells.get(*column).copied().unwrap_or(Cell::Text("")))).collect::<Result<_, _>>()?;
    Ok(match &parts[..] {
        [] => None,
        [path] => Some(path.split(" > ").map(|part| part.trim().to_string()).collect()),
        several => Some(several.iter().map(|part| part.to_string()).collect()),
    })
}

/// A row's prices. `currency` is the one the row itself names.
pub fn read_prices(facts: &FileFacts, cells: &[Cell], kind: Option<ProductKind>, currency: Option<Currency>) -> Result<Vec<PriceInput>, RowProblem> {
    let prices: Vec<PriceInput> = facts.price_columns.iter().map(|column| read_price(facts, column, cells, currency)).collect::<Result<_, _>>()?;
    let needed = matches!(kind, None | Some(ProductKind::Product));
    let mut regular = prices.iter().filter(|one| one.price_type != PROMOTION && one.from == Quantity::ZERO).peekable();
    if needed && regular.peek().is_some() && regular.all(|one| one.price.is_none()) {
        return Err(RowProblem::of("", words::MISSING, words::FIELD_PRICE));
    }
    // A step that is not lower is a slip of somebody's hand, in it or in the price before it.
    let mut steps: Vec<(&str, Quantity, Price)> = prices.iter().filter_map(|one| Some((one.price_type.as_str(), one.from, one.price?))).collect();
    steps.sort_unstable();
    if let Some(pair) = steps.windows(2).find(|pair| pair[0].0 == pair[1].0 && pair[1].2 >= pair[0].2) {
        return Err(RowProblem::new(pair[1].2.to_string(), Said::with(words::STEP_NOT_LOWER, &[("from", &pair[1].1), ("price", &pair[0].2)])));
    }
    Ok(prices)
}

fn read_price(facts: &FileFacts, from: &PriceColumn, cells: &[Cell], currency: Option<Currency>) -> Result<PriceInput, RowProblem> {
    let cell = cells.get(from.column).copied().unwrap_or(Cell::Text(""));
    let found =
        PriceInput { price_type: from.price_type.clone(), from: from.from, price: None, currency: from.currency.or(currency), column_currency: from.currency };
    if cell.shown().is_empty() {
        return Ok(found);
    }
    if let (Some(header), Some(row)) = (from.currency, currency)
        && header != row
    {
        return Err(RowProblem::new(row.code(), Said::with(words::TWO_CURRENCIES, &[("currency", &header)])));
    }
    let price: Price = number(words::FIELD_PRICE, cell, facts.mark(from.column))?;
    if price < Price::ZERO {
        return Err(RowProblem::of(cell.shown(), words::NEGATIVE, words::FIELD_PRICE));
    }
    // A list price of 0 is told when publishing; a promotion or a step of 0 says: none.
    let listed = from.price_type != PROMOTION && from.from == Quantity::ZERO;
    Ok(PriceInput { price: (listed || price > Price::ZERO).then_some(price), ..found })
}

fn read_vat(facts: &FileFacts, cell: Cell) -> Result<Option<Percent>, RowProblem> {
    let value = cell.shown().trim_end_matches('%').trim();
    if value.is_empty() {
        return Ok(None);
    }
    let mark = facts.columns.find("vat").and_then(|column| facts.mark(column)).filter(|_| !matches!(cell, Cell::Number(_)));
    let wrong = || RowProblem::new(value, words::VAT_RANGE);
    let plain = plain_decimal(value, mark.or(Some(DecimalMark::Point))).map_err(|_| wrong())?;
    let rate = if facts.vat_as_fraction {
        let parts: Quantity = plain.parse().map_err(|_| wrong())?;
        // Thousandths of one are tenths of a percent.
        Percent::from_raw(parts.raw() * 10)
    } else {
        plain.parse::<Percent>().map_err(|_| wrong())?
    };
    match rate.raw() {
        // No country has such a rate; a share beside percentages is what it is.
        1..100 => Err(RowProblem::new(value, words::VAT_FRACTION)),
        0..=10_000 => Ok(Some(rate)),
        _ => Err(wrong()),
    }
}

/// The product after the row. `group_code` is what the row's group resolved to, if it names one.
pub fn apply(before: Option<&Revision>, input: &ProductInput, group_code: Option<String>, defaults: &Defaults) -> Result<Revision, RowProblem> {
    let mut after = match before {
        Some(before) => before.clone(),
        None => {
            let name = input.name.clone().ok_or_else(|| RowProblem::new(&input.code, words::NAME_NEEDED))?;
            Revision {
                name,
                group_code: String::new(),
                kind: ProductKind::Product,
                unit: defaults.unit.to_string(),
                vat_rate: defaults.vat_rate,
                min: None,
                max: None,
                increment: None,
                precision: unit_precision(input.unit.as_deref().unwrap_or(defaults.unit)),
                stock: None,
                active: true,
                promotion: false,
                picture_url: String::new(),
                attributes: BTreeMap::new(),
            }
        }
    };
    if let Some(name) = &input.name {
        after.name.clone_from(name);
    }
    if let Some(code) = group_code {
        after.group_code = code;
    }
    if let Some(unit) = &input.unit {
        if *unit != after.unit {
            after.precision = unit_precision(unit);
        }
        after.unit.clone_from(unit);
    }
    after.kind = input.kind.unwrap_or(after.kind);
    after.vat_rate = input.vat_rate.unwrap_or(after.vat_rate);
    after.min = input.min.unwrap_or(after.min);
    after.max = input.max.unwrap_or(after.max);
    after.precision = input.precision.unwrap_or(after.precision);
    after.stock = input.stock.unwrap_or(after.stock);
    after.active = input.active.unwrap_or(after.active);
    after.promotion = input.promotion.unwrap_or(after.promotion);
    if let Some(url) = &input.picture_url {
        after.picture_url.clone_from(url);
    }
    after.attributes.extend(input.attributes.iter().map(|(name, value)| (name.clone(), value.clone())));
    after.attributes.retain(|_, value| !value.is_empty());
    if after.attributes.len() > MOST_ATTRIBUTES {
        return Err(RowProblem::new(&input.code, words::TOO_MANY_ATTRIBUTES));
    }
    if let Some(increment) = input.increment {
        // Pieces are counted one by one anyway; a pack of one says nothing.
        after.increment = increment.filter(|step| after.precision > 0 || *step != Quantity::whole(1));
    }
    if after.rule().first().is_none() {
        return Err(RowProblem::new(&input.code, words::NOTHING_FITS));
    }
    Ok(after)
}

impl Revision {
    /// The quantities that can be ordered.
    pub fn rule(&self) -> QuantityRule {
        QuantityRule { min: self.min, max: self.max, increment: self.increment, precision: self.precision }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Map, recognise};
    use super::*;

    fn facts(headers: &str) -> FileFacts {
        let headers: Vec<String> = headers.split('|').map(String::from).collect();
        let count = headers.len();
        FileFacts::new(recognise(FIELDS, &headers, &Map::default()).unwrap(), "wholesale", vec![None; count], false)
    }
    fn row(headers: &str, cells: &str) -> Result<ProductInput, RowProblem> {
        read_row(&facts(headers), &cells.split('|').map(Cell::from).collect::<Vec<_>>())
    }

    fn prices(input: &ProductInput) -> Vec<(&str, Option<Price>, Option<Currency>)> {
        input.prices.iter().map(|one| (one.price_type.as_str(), one.price, one.currency)).collect()
    }

    #[test]
    fn a_code_stays_text() {
        assert_eq!(row("code|name|price", "00123|Tea|1.50").unwrap().code, "00123");
    }

    #[test]
    fn every_price_column_has_the_currency_its_header_names() {
        let headers = "code|name|Цена розничная, руб.|Цена оптовая, EUR|Цена дилерская|currency";
        let input = row(headers, "1|Tea|100|1.50|2|").unwrap();
        let price = |text: &str| text.parse().ok();
        assert_eq!(
            prices(&input),
            [("retail", price("100"), Some(Currency::RUB)), ("wholesale", price("1.50"), Some(Currency::EUR)), ("dealer", price("2"), None)]
        );
        assert_eq!(row(headers, "1|Tea|||2|BGN").unwrap().prices[2].currency, "BGN".parse().ok());
        let problem = row(headers, "1|Tea|100|1.50|2|EUR").unwrap_err();
        assert_eq!((problem.value.as_str(), problem.reason.code().as_str()), ("EUR", "two_currencies"));
    }

    #[test]
    fn what_a_workbook_types_is_never_taken_for_something_else() {
        let headers = "code|name|price|stock";
        let facts = FileFacts { marks: vec![None, None, Some(DecimalMark::Comma), None], ..facts(headers) };
        let read = |cells: [Cell; 4]| read_row(&facts, &cells);
        let (code, name, number) = (Cell::Text("1"), Cell::Text("Tea"), Cell::Number("1.234"));
        let input = read([Cell::Number("123"), name, number, number]).unwrap();
        assert_eq!((input.code.as_str(), input.prices[0].price, input.stock), ("123", "1.234".parse().ok(), Some("1.234".parse().ok())));
        assert_eq!(read([code, name, Cell::Text("12,50"), Cell::Text("1")]).unwrap().prices[0].price, "12.50".parse().ok());
        for other in ["2026-02-01T00:00:00", "#N/A", "true"].map(Cell::Other) {
            assert_eq!(read([other, name, number, number]).unwrap_err().reason.code(), "not_text");
            assert_eq!(read([code, other, number, number]).unwrap_err().reason.code(), "not_text");
            assert_eq!(read([code, name, other, number]).unwrap_err().reason.code(), "not_a_number");
        }
    }

    #[test]
    fn what_is_wrong_with_a_row_is_said() {
        let check = |cells: &str, value: &str, reason: &str| {
            let problem = row("code|name|price|vat|stock|kind", cells).unwrap_err();
            assert_eq!((problem.value.as_str(), problem.reason.to_string().as_str()), (value, reason), "{cells}");
        };
        check("|Tea|1|20|1|", " | Tea | 1 | 20 | 1 | ", "the code is missing");
        check("1||1|20|1|", "1", "the name is missing");
        check("1|Tea||20|1|", "", "the price is missing");
        check("1|Tea|-1|20|1|", "-1", "the price is negative");
        check("1|Tea|abc|20|1|", "abc", "the price is not a number");
        check("1|Tea|1,234|20|1|", "1,234", "the price can be read as two numbers: thousands or a fraction");
        check("1|Tea|1.00001|20|1|", "1.00001", "the price cannot be stored: too many decimals");
        check("1|Tea|1|120|1|", "120", "the VAT rate is not a percentage from 0 to 100");
        check("1|Tea|1|20|-5|", "-5", "the stock is negative");
        check("1|Tea|1|20|1|thing", "thing", "not a kind of product (product, unsold, service, minor)");
        check("1|Tea\nCoffee|1|20|1|", "Tea Coffee", "the name holds a line break; is a quote not closed?");
    }

    #[test]
    fn a_promotion_of_nothing_is_none() {
        for promotion in ["0", "", "0.00"] {
            let input = row("code|name|цена на дребно|цена в промоция", &format!("1|Tea|2.50|{promotion}")).unwrap();
            assert_eq!(prices(&input), [("retail", Some("2.50".parse().unwrap()), None), ("promotion", None, None)]);
        }
    }

    #[test]
    fn a_step_of_nothing_is_none() {
        let input = row("code|name|price|price from 10 pcs|price from 100", "1|Tea|2.50|0|2.40").unwrap();
        let steps: Vec<_> = input.prices.iter().map(|one| (one.from, one.price)).collect();
        let price = |text: &str| text.parse().ok();
        assert_eq!(steps, [(Quantity::ZERO, price("2.50")), (Quantity::whole(10), None), (Quantity::whole(100), price("2.40"))]);
    }

    #[test]
    fn a_file_without_a_column_leaves_that_field_as_it_is() {
        let defaults = Defaults::new(Percent::from_raw(2000), Lang::En);
        let first = row("code|name|price|stock|unit|pack", "1|Tea|2|7|kg|1").unwrap();
        let before = apply(None, &first, Some("g".into()), &defaults).unwrap();
        assert_eq!((before.stock, before.precision, before.increment), (Some(Quantity::whole(7)), 3, Some(Quantity::whole(1))));
        let second = row("code|price", "1|3").unwrap();
        assert_eq!(apply(Some(&before), &second, None, &defaults).unwrap(), before);
        let nameless = row("code|price", "2|3").unwrap();
        assert!(apply(None, &nameless, None, &defaults).is_err());
    }

    #[test]
    fn goods_that_never_sold_need_neither_name_nor_price() {
        let input = row("code|name|price|kind", "10134|||unsold").unwrap();
        assert_eq!((input.name.as_deref(), prices(&input)), (Some("10134"), vec![("wholesale", None, None)]));
    }
}
