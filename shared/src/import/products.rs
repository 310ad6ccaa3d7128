//! One row of a product file: what it says of a product, and what the product is after it.

use super::{Columns, FieldDef, PRICE_PREFIX, RowProblem, read_currency, shorten, text};
use crate::catalog::ProductKind;
use crate::money::{Currency, MoneyError, Percent, Price, Quantity};
use crate::numbers::{DecimalMark, NumberError, plain_decimal};
use crate::words::Lang;

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
    FieldDef { name: "active", headers: &["active", "активен", "активный", "активна"] },
    FieldDef {
        name: "shop", headers: &["shop", "store", "branch", "магазин", "склад", "филиал", "търговски обект", "обект"]
    },
];

/// Promotion prices: 0 means none, as the Bulgarian daily prices write it.
pub const PROMOTION: &str = "promotion";

/// What is known of a whole file before its rows are read.
#[derive(Clone, Debug)]
pub struct FileFacts {
    pub columns: Columns,
    /// Price columns: price type and column.
    pub price_columns: Vec<(String, usize)>,
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
            .filter_map(|(field, column)| match field.strip_prefix(PRICE_PREFIX) {
                Some(code) => Some((code.to_string(), *column)),
                None if field == "price" => Some((default_type.to_string(), *column)),
                None => None,
            })
            .collect();
        Self { columns, price_columns, marks, vat_as_fraction }
    }

    /// Columns that name the group, from the top of the tree down.
    pub fn group_columns(&self) -> Vec<usize> {
        ["group1", "group", "group2", "group3"].iter().filter_map(|field| self.columns.find(field)).collect()
    }
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
    /// By price type; `None`: the row names no price of it.
    pub prices: Vec<(String, Option<Price>)>,
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
}

/// What a new product gets where its row says nothing.
#[derive(Clone, Debug)]
pub struct Defaults {
    pub vat_rate: Percent,
    pub unit: &'static str,
}

impl Defaults {
    pub fn new(vat_rate: Percent, lang: Lang) -> Self {
        let unit = match lang {
            Lang::En => "pcs",
            Lang::Ru => "шт",
            Lang::Bg => "бр",
        };
        Self { vat_rate, unit }
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
pub fn read_row(facts: &FileFacts, cells: &[&str]) -> Result<ProductInput, RowProblem> {
    let columns = &facts.columns;
    let cell = |field: &str| columns.cell(field, cells);
    let code = text("code", cell("code").unwrap_or(""), 100)?;
    if code.is_empty() {
        return Err(RowProblem::new(shorten(&cells.join(" | ")), "the code is missing"));
    }
    let kind = match cell("kind") {
        Some("") | None => None,
        Some(word) => {
            Some(ProductKind::parse(&word.to_lowercase()).ok_or_else(|| RowProblem::new(word, "not a kind of product (product, unsold, service, minor)"))?)
        }
    };
    let name = match cell("name") {
        None => None,
        // Goods that never sold have no name in the sources; everything else must have one.
        Some("") if kind == Some(ProductKind::Unsold) => Some(code.clone()),
        Some("") => return Err(RowProblem::new(code, "the name is missing")),
        Some(name) => Some(text("name", name, 500)?),
    };
    let unit = match cell("unit") {
        None | Some("") => None,
        Some(unit) => Some(text("unit", unit, 40)?),
    };
    let group_columns = facts.group_columns();
    let group = match &group_columns[..] {
        [] => None,
        [single] => {
            let value = cells.get(*single).map_or("", |cell| cell.trim());
            Some(value.split(" > ").map(|part| part.trim().to_string()).collect())
        }
        several => Some(several.iter().map(|column| cells.get(*column).map_or("", |cell| cell.trim()).to_string()).collect()),
    };
    let quantity = |field: &str| -> Result<Option<Option<Quantity>>, RowProblem> {
        let Some(value) = cell(field) else { return Ok(None) };
        if value.is_empty() {
            return Ok(Some(None));
        }
        let amount: Quantity = number(facts, columns.find(field), value, field)?;
        if amount < Quantity::ZERO {
            return Err(RowProblem::new(value, format!("the {field} is negative")));
        }
        Ok(Some(Some(amount)))
    };
    // A minimum, maximum or pack of 0 says: none.
    let limit = |field: &str| quantity(field).map(|found| found.map(|value| value.filter(|value| *value > Quantity::ZERO)));
    let mut input = ProductInput {
        name,
        group,
        kind,
        unit,
        vat_rate: read_vat(facts, cell("vat").unwrap_or(""))?,
        min: limit("min")?,
        max: limit("max")?,
        increment: limit("pack")?,
        precision: match cell("precision") {
            None | Some("") => None,
            Some(value) => Some(value.parse::<u8>().ok().filter(|digits| *digits <= 3).ok_or_else(|| RowProblem::new(value, "the precision is 0, 1, 2 or 3"))?),
        },
        stock: quantity("stock")?,
        active: match cell("active").map(str::to_lowercase).as_deref() {
            None | Some("") => None,
            Some("1" | "yes" | "true" | "да" | "y" | "+") => Some(true),
            Some("0" | "no" | "false" | "нет" | "не" | "n" | "-") => Some(false),
            Some(other) => return Err(RowProblem::new(other, "active is yes or no")),
        },
        currency: match cell("currency") {
            None | Some("") => None,
            Some(value) => Some(read_currency(value).ok_or_else(|| RowProblem::new(value, "not a currency code"))?),
        },
        prices: Vec::new(),
        code,
    };
    input.prices = read_prices(facts, cells, kind)?;
    if let (Some(Some(min)), Some(Some(max))) = (input.min, input.max)
        && min > max
    {
        return Err(RowProblem::new(format!("{min} > {max}"), "the minimum is above the maximum"));
    }
    Ok(input)
}

fn read_prices(facts: &FileFacts, cells: &[&str], kind: Option<ProductKind>) -> Result<Vec<(String, Option<Price>)>, RowProblem> {
    let mut prices = Vec::with_capacity(facts.price_columns.len());
    for (price_type, column) in &facts.price_columns {
        let value = cells.get(*column).map_or("", |cell| cell.trim());
        if value.is_empty() {
            prices.push((price_type.clone(), None));
            continue;
        }
        let price: Price = number(facts, Some(*column), value, "price")?;
        if price < Price::ZERO {
            return Err(RowProblem::new(value, "the price is negative"));
        }
        prices.push((price_type.clone(), (price_type != PROMOTION || price > Price::ZERO).then_some(price)));
    }
    let needed = matches!(kind, None | Some(ProductKind::Product));
    let regular = || prices.iter().filter(|(price_type, _)| price_type != PROMOTION);
    if needed && regular().next().is_some() && regular().all(|(_, price)| price.is_none()) {
        return Err(RowProblem::new("", "the price is missing"));
    }
    Ok(prices)
}

fn read_vat(facts: &FileFacts, value: &str) -> Result<Option<Percent>, RowProblem> {
    let value = value.trim_end_matches('%').trim();
    if value.is_empty() {
        return Ok(None);
    }
    let mark = facts.columns.find("vat").and_then(|column| facts.marks.get(column).copied().flatten());
    let wrong = || RowProblem::new(value, "the VAT rate is not a percentage from 0 to 100");
    let plain = plain_decimal(value, mark.or(Some(DecimalMark::Point))).map_err(|_| wrong())?;
    let rate = if facts.vat_as_fraction {
        let parts: Quantity = plain.parse().map_err(|_| wrong())?;
        // Thousandths of one are tenths of a percent.
        Percent::from_raw(parts.raw() * 10)
    } else {
        plain.parse::<Percent>().map_err(|_| wrong())?
    };
    if (0..=10_000).contains(&rate.raw()) { Ok(Some(rate)) } else { Err(wrong()) }
}

/// A number cell as its type, or the reason in the reader's words.
fn number<T: std::str::FromStr<Err = MoneyError>>(facts: &FileFacts, column: Option<usize>, value: &str, what: &str) -> Result<T, RowProblem> {
    let mark = column.and_then(|column| facts.marks.get(column).copied().flatten());
    let plain = plain_decimal(value, mark).map_err(|error| {
        let reason = match error {
            NumberError::Empty => format!("the {what} is missing"),
            NumberError::Ambiguous => format!("the {what} can be read as two numbers: thousands or a fraction"),
            NumberError::NotANumber => format!("the {what} is not a number"),
        };
        RowProblem::new(shorten(value), reason)
    })?;
    plain.parse().map_err(|error: MoneyError| RowProblem::new(shorten(value), format!("the {what} cannot be stored: {error}")))
}

/// The product after the row. `group_code` is what the row's group resolved to, if it names one.
pub fn apply(before: Option<&Revision>, input: &ProductInput, group_code: Option<String>, defaults: &Defaults) -> Result<Revision, RowProblem> {
    let mut after = match before {
        Some(before) => before.clone(),
        None => {
            let name = input.name.clone().ok_or_else(|| RowProblem::new(&input.code, "a new product needs a name, and the file has no column for it"))?;
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
    if let Some(increment) = input.increment {
        // Pieces are counted one by one anyway; a pack of one says nothing.
        after.increment = increment.filter(|step| after.precision > 0 || *step != Quantity::whole(1));
    }
    Ok(after)
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
        read_row(&facts(headers), &cells.split('|').collect::<Vec<_>>())
    }

    #[test]
    fn a_code_stays_text() {
        assert_eq!(row("code|name|price", "00123|Tea|1.50").unwrap().code, "00123");
    }

    #[test]
    fn what_is_wrong_with_a_row_is_said() {
        let check = |cells: &str, value: &str, reason: &str| {
            let problem = row("code|name|price|vat|stock|kind", cells).unwrap_err();
            assert_eq!((problem.value.as_str(), problem.reason.as_str()), (value, reason), "{cells}");
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
            assert_eq!(input.prices, [("retail".to_string(), Some(Price::from_raw(25_000))), ("promotion".to_string(), None)]);
        }
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
        assert_eq!((input.name.as_deref(), input.prices), (Some("10134"), vec![("wholesale".to_string(), None)]));
    }
}
