//! From cells to lines: every row that orders something is taken or refused with its reason, and what is odd is told.

use std::collections::HashMap;

use super::cells::{Cell, Row, Sheet, Workbook, column_name, plain};
use super::codes::{Codes, Found, folded_name};
use super::columns::{self, By, Missing, Table};
use super::fields::{self, Fields};
use super::quantity::{self, Said};
use super::{Note, Reason, identity};
use crate::api::forms::{FormColumns, FormTable};
use crate::catalog::{Snapshot, Tier, tiers};
use crate::money::{Percent, Price, Quantity};
use crate::numbers::{DecimalMark, detect_decimal_mark, plain_decimal};
use crate::orders::{self, QuantityRule};
use crate::sheet::row_position;

/// A product that can be ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    pub code: String,
    pub name: String,
    pub unit: String,
    pub price: Price,
    pub tiers: Vec<Tier>,
    pub vat_rate: Percent,
    pub rule: QuantityRule,
}

impl Item {
    /// The price shown for a quantity.
    pub fn price_at(&self, quantity: Quantity) -> Price {
        tiers::price_at(self.price, &self.tiers, quantity)
    }
}

/// The goods a sheet can name: of the list its form was made from, where that is known, else of the list in force.
pub struct Goods {
    pub items: Vec<Item>,
    codes: Codes,
    names: HashMap<String, Vec<u32>>,
    /// Whether a row id is a place among these: then they are the list the form was made from.
    issued: bool,
    /// Whether any has a price from a quantity on.
    steps: bool,
}

impl Goods {
    pub fn new(items: Vec<Item>, issued: bool) -> Self {
        let mut names: HashMap<String, Vec<u32>> = HashMap::new();
        for (place, item) in items.iter().enumerate() {
            names.entry(folded_name(&item.name)).or_default().push(place as u32);
        }
        let steps = items.iter().any(|item| !item.tiers.is_empty());
        Self { codes: Codes::new(items.iter().map(|item| item.code.as_str())), items, names, issued, steps }
    }
    /// Whether any has a price from a quantity on. Asked for every cell: it is looked for once.
    pub fn has_steps(&self) -> bool {
        self.steps
    }
    pub fn of(snapshot: &Snapshot, issued: bool) -> Self {
        let item = |product: &crate::catalog::ProductRow| Item {
            code: product.code.clone(),
            name: product.name.clone(),
            unit: product.unit.clone(),
            price: product.price(),
            tiers: product.tiers.clone(),
            vat_rate: product.vat_rate(),
            rule: product.rule(),
        };
        Self::new(snapshot.products.iter().map(item).collect(), issued)
    }
    pub fn by_code(&self, code: &str) -> Found {
        self.codes.find(code)
    }
    pub fn by_name(&self, name: &str) -> Found {
        match self.names.get(&folded_name(name)).map(Vec::as_slice) {
            None => Found::Nothing,
            Some([place]) => Found::One(*place),
            Some(places) => Found::Several(places.to_vec()),
        }
    }
}

/// What told which product a row orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoundBy {
    /// The hidden id of the form's row.
    RowId,
    Code,
    Name,
}

impl FoundBy {
    pub const fn word(self) -> &'static str {
        match self {
            Self::RowId => "row_id",
            Self::Code => "code",
            Self::Name => "name",
        }
    }
}

/// A row that orders something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub sheet: String,
    pub row: u32,
    pub found_by: Option<FoundBy>,
    /// The product's own code, or what stands in the row for one.
    pub code: String,
    /// Its place among the goods.
    pub item: Option<u32>,
    /// Absent where it cannot be read.
    pub quantity: Option<Quantity>,
    /// The quantity as it stands in the file.
    pub raw: String,
    /// Why it is not taken, and what fills the sentence's place.
    pub refused: Option<(Reason, String)>,
}

/// Something odd that refuses nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub note: Note,
    pub sheet: Option<String>,
    pub row: Option<u32>,
    pub detail: String,
}

impl Warning {
    pub fn new(note: Note, detail: impl Into<String>) -> Self {
        Self { note, sheet: None, row: None, detail: detail.into() }
    }
    pub(super) fn at(note: Note, sheet: &Sheet, row: u32, detail: impl Into<String>) -> Self {
        Self { note, sheet: Some(sheet.name.clone()), row: Some(row), detail: detail.into() }
    }
}

/// Lines read of a file: more than an order may have, so that whoever sends a list of everything hears of each line, and not
/// so many that their account takes more memory than the file.
pub const MOST_LINES: usize = 2 * orders::MOST_LINES;

/// What a file orders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    pub lines: Vec<Line>,
    pub warnings: Vec<Warning>,
    /// The total as the file has it.
    pub total: Option<String>,
    /// What is said of the whole order.
    pub fields: Fields,
    /// Tables whose columns nobody named.
    pub tables: Vec<FormTable>,
    /// There are more lines than [`MOST_LINES`]: what was read is no account of the file, which has to be refused as a whole.
    pub is_cut: bool,
}

impl Reading {
    /// Takes a line, where there is room for one more; says whether there was.
    pub(super) fn put(&mut self, line: Line) -> bool {
        self.is_cut |= self.lines.len() == MOST_LINES;
        if !self.is_cut {
            self.lines.push(line);
        }
        !self.is_cut
    }
    /// Lines taken; the others are refused.
    pub fn taken(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.refused.is_none())
    }
    /// What told the product of most lines.
    pub fn found_by(&self) -> Option<FoundBy> {
        let count = |by: FoundBy| self.lines.iter().filter(|line| line.found_by == Some(by)).count();
        [FoundBy::Name, FoundBy::Code, FoundBy::RowId].into_iter().filter(|by| count(*by) > 0).max_by_key(|by| count(*by))
    }
}

/// What the form's hidden sheet says of row ids: position and code.
pub fn issued(book: &Workbook) -> HashMap<u32, String> {
    let Some(sheet) = book.sheets.iter().find(|sheet| sheet.is_meta()) else { return HashMap::new() };
    let entry = |row: &Row| Some((row_position(row.cell(0).as_text()?.trim())?, row.cell(1).text()));
    sheet.rows.iter().filter_map(entry).collect()
}

/// Reads what a file orders of these goods.
pub fn read(book: &Workbook, goods: &Goods) -> Reading {
    read_by(book, goods, &[])
}

/// As [`read`], with what people said of tables that name no columns of ours.
pub fn read_by(book: &Workbook, goods: &Goods, choices: &[FormColumns]) -> Reading {
    read_with(book, goods, choices, |_| {})
}

/// As [`read_by`]; `more` puts in lines that the tables do not hold, before those that stand twice are settled.
pub(super) fn read_with(book: &Workbook, goods: &Goods, choices: &[FormColumns], more: impl FnOnce(&mut Reading)) -> Reading {
    let mut reading = Reading::default();
    let from_file = issued(book);
    if goods.issued && from_file.iter().any(|(position, code)| goods.items.get(*position as usize).is_none_or(|item| item.code != *code)) {
        reading.warnings.push(Warning::new(Note::Edited, ""));
    }
    let source = Source { goods, from_file };
    // Sheets of goods whose quantities nobody finds, with whether they have columns to choose from; and any of other things.
    let (mut lacking, mut foreign): (Vec<(&str, bool)>, _) = (Vec::new(), false);
    // Whether a sheet says itself which columns are which.
    let mut named = false;
    for visible in [true, false] {
        for sheet in book.sheets.iter().filter(|sheet| sheet.visible == visible && !sheet.is_meta() && !sheet.rows.is_empty()) {
            let found = columns::find(book, sheet, goods, choices);
            let unnamed = columns::unnamed(sheet, found.as_ref().ok());
            match found {
                Ok(table) => {
                    named |= unnamed.is_none();
                    if reading.fields.is_empty() {
                        reading.fields = fields::read(book, sheet, &sheet.rows[..table.header.unwrap_or(table.first)], &mut reading.warnings);
                    }
                    let before = reading.lines.len();
                    source.read_sheet(sheet, &table, &mut reading);
                    if !visible && reading.lines.len() > before {
                        reading.warnings.push(Warning::new(Note::HiddenSheet, sheet.name.clone()));
                    }
                }
                Err(Missing::Quantities) => lacking.push((sheet.name.as_str(), unnamed.is_some())),
                Err(Missing::Products) => foreign = true,
            }
            reading.tables.extend(unnamed);
        }
        if !reading.lines.is_empty() {
            break;
        }
    }
    more(&mut reading);
    settle_twice(&mut reading);
    if named {
        // Then the others are its terms and contents, unless somebody chose their columns or goods stand there.
        reading.tables.retain(|table| table.chosen || table.quantity.is_some() || lacking.iter().any(|(sheet, _)| *sheet == table.sheet));
    }
    reading.tables.truncate(columns::MOST_TABLES);
    let nothing = reading.lines.is_empty();
    // Beside what was read, a lone column of codes or names is a table of contents.
    lacking.retain(|(_, wide)| *wide || nothing);
    if nothing && lacking.is_empty() && foreign && !named {
        reading.warnings.push(Warning::new(Note::NoProductColumn, ""));
    }
    let told = |(sheet, _): (&str, bool)| Warning { sheet: Some(sheet.into()), ..Warning::new(Note::NoQuantityColumn, "") };
    reading.warnings.extend(lacking.into_iter().map(told));
    reading.total = book.place("OF_TOTAL").and_then(|place| match book.sheet(&place.sheet)?.row(place.first)?.cell(place.column) {
        cell @ Cell::Number(_) => Some(cell.text()),
        _ => None,
    });
    reading
}

struct Source<'a> {
    goods: &'a Goods,
    from_file: HashMap<u32, String>,
}

/// Which product a row is about.
enum Product {
    Known(u32, FoundBy),
    Refused(Reason, String),
    /// No id, no code, no name.
    None,
}

impl Source<'_> {
    fn read_sheet(&self, sheet: &Sheet, table: &Table, reading: &mut Reading) {
        let rows = &sheet.rows[table.first..];
        let mark = decimal_mark(rows, table);
        let (mut edited, mut first_edited) = (0, None);
        let before = reading.lines.len();
        for row in rows {
            let cell = row.cell(table.quantity);
            let said = quantity::read(cell, mark);
            if said == Said::Nothing {
                continue;
            }
            let product = self.product(row, table);
            if matches!(product, Product::None) {
                // A heading, a note, a signature: no number, no product.
                if matches!(&said, Said::Refused(Reason::NotANumber, _)) && !cell.text().trim_start().starts_with(|sign: char| sign.is_ascii_digit()) {
                    continue;
                }
                if is_total(row) {
                    reading.warnings.push(Warning::at(Note::TotalRow, sheet, row.number, ""));
                    continue;
                }
                // Formulas that somebody prepared for rows which were never filled in.
                if matches!(&said, Said::Refused(Reason::NoValue, _)) {
                    continue;
                }
            }
            let mut line = Line {
                sheet: sheet.name.clone(),
                row: row.number,
                found_by: None,
                code: table.code.map(|column| row.cell(column).text().trim().to_string()).unwrap_or_default(),
                item: None,
                quantity: None,
                raw: cell.text(),
                refused: None,
            };
            match product {
                Product::Known(item, by) => {
                    line.code = self.goods.items[item as usize].code.clone();
                    (line.item, line.found_by) = (Some(item), Some(by));
                }
                Product::Refused(reason, detail) => line.refused = Some((reason, detail)),
                Product::None => line.refused = Some((Reason::NoProduct, String::new())),
            }
            match said {
                Said::Quantity { quantity, unit } => {
                    line.quantity = Some(quantity);
                    if let (Some(item), Some(unit)) = (line.item, unit)
                        && quantity::is_other(&unit, &self.goods.items[item as usize].unit)
                    {
                        reading.warnings.push(Warning::at(Note::OtherUnit, sheet, row.number, unit));
                    }
                    if row.is_formula(table.quantity) {
                        reading.warnings.push(Warning::at(Note::Formula, sheet, row.number, ""));
                    }
                    if self.is_price_edited(&line, row, table) {
                        edited += 1;
                        first_edited.get_or_insert(row.number);
                    }
                }
                // A quantity that cannot be read says more than the product beside it.
                Said::Refused(reason, detail) => line.refused = Some((reason, detail)),
                Said::Nothing => {}
            }
            if !reading.put(line) {
                return;
            }
        }
        if let Some(row) = first_edited {
            reading.warnings.push(Warning::at(Note::PriceEdited, sheet, row, edited.to_string()));
        }
        if reading.lines.len() > before && table.by == By::Content {
            reading.warnings.push(Warning { sheet: Some(sheet.name.clone()), ..Warning::new(Note::Guessed, column_name(table.quantity)) });
        }
        if let Some((row, column)) = columns::beside(sheet, table, self.goods) {
            reading.warnings.push(Warning::at(Note::OtherColumn, sheet, row, format!("{}{row}", column_name(column))));
        }
    }

    /// By the hidden id, else by the code, else by the name with the price it has.
    fn product(&self, row: &Row, table: &Table) -> Product {
        let text = |column: Option<usize>| column.map(|column| row.cell(column).text().trim().to_string()).unwrap_or_default();
        let code = text(table.code);
        let found = self.goods.by_code(&code);
        let by_id = row_position(&text(table.id)).and_then(|position| self.at(position));
        if let Some(item) = by_id {
            return match found {
                Found::One(other) if other != item => Product::Refused(Reason::MixedUp, self.codes(&[item, other])),
                // A copied row with another product's code written into it.
                Found::Nothing if !code.is_empty() && !self.is_row_of(item, row, table) => {
                    Product::Refused(Reason::MixedUp, format!("{}, {code}", self.codes(&[item])))
                }
                _ => Product::Known(item, FoundBy::RowId),
            };
        }
        match found {
            Found::One(item) => return Product::Known(item, FoundBy::Code),
            Found::Several(places) => return Product::Refused(Reason::SeveralProducts, self.codes(&places)),
            Found::Nothing => {}
        }
        // A person who chose the column may have meant names by it.
        if !code.is_empty() && table.by != By::Choice {
            return Product::Refused(Reason::UnknownCode, code);
        }
        let price = table.price.and_then(|column| price_of(row.cell(column)));
        let fits = |place: &u32| price.is_some_and(|price| self.has_price(*place, price));
        match self.goods.by_name(&text(table.name)) {
            // Exactly the name: its price may only contradict it.
            Found::One(item) if price.is_none() || fits(&item) || !self.goods.issued => Product::Known(item, FoundBy::Name),
            Found::One(item) => Product::Refused(Reason::SeveralProducts, self.codes(&[item])),
            Found::Several(places) => match places.iter().copied().filter(fits).collect::<Vec<_>>()[..] {
                [item] => Product::Known(item, FoundBy::Name),
                _ => Product::Refused(Reason::SeveralProducts, self.codes(&places)),
            },
            Found::Nothing if code.is_empty() => Product::None,
            Found::Nothing => Product::Refused(Reason::UnknownCode, code),
        }
    }

    /// The product at a position of the list the form was made from.
    fn at(&self, position: u32) -> Option<u32> {
        if self.goods.issued {
            return ((position as usize) < self.goods.items.len()).then_some(position);
        }
        match self.goods.by_code(self.from_file.get(&position)?) {
            Found::One(item) => Some(item),
            _ => None,
        }
    }

    /// Whether a row still is a product's though its code says nothing: a program made something else of the code, or its
    /// name stands there.
    fn is_row_of(&self, place: u32, row: &Row, table: &Table) -> bool {
        let item = &self.goods.items[place as usize];
        let name = folded_name(&item.name);
        let is_name = |text: &str| !name.is_empty() && folded_name(text) == name;
        table.code.is_none_or(|column| is_damaged(row.cell(column), &item.code)) || row.cells.iter().filter_map(Cell::as_text).any(is_name)
    }

    fn codes(&self, places: &[u32]) -> String {
        places.iter().take(5).map(|place| self.goods.items[*place as usize].code.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Whether it is a price of the product, to the cent: a text file keeps only what was shown.
    fn has_price(&self, place: u32, price: Price) -> bool {
        let item = &self.goods.items[place as usize];
        std::iter::once(item.price.raw()).chain(item.tiers.iter().map(|tier| tier.price)).any(|known| known.abs_diff(price.raw()) < 100)
    }

    fn is_price_edited(&self, line: &Line, row: &Row, table: &Table) -> bool {
        let (true, Some(item), Some(column)) = (self.goods.issued, line.item, table.price) else { return false };
        price_of(row.cell(column)).is_some_and(|price| !self.has_price(item, price))
    }
}

fn price_of(cell: &Cell) -> Option<Price> {
    match cell {
        Cell::Number(value) => format!("{value:.4}").parse().ok(),
        Cell::Text(text) => plain_decimal(text, None).ok()?.parse().ok(),
        _ => None,
    }
}

/// Whether a program may have made this of a code: a date, an error, an exponent, the number that was written in it.
fn is_damaged(cell: &Cell, code: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|sign| sign.is_ascii_digit());
    match cell {
        Cell::Date(_) | Cell::Error(_) => true,
        Cell::Number(value) => code.parse().is_ok_and(|number: f64| plain(number) == plain(*value)),
        Cell::Text(text) => {
            text.to_uppercase().split_once("E+").is_some_and(|(number, power)| digits(power.trim()) && digits(&number.trim().replace([',', '.'], "")))
        }
        _ => false,
    }
}

/// The decimal mark of the written quantities, where they leave no doubt. What prices are written with says nothing of
/// quantities, which somebody else wrote; only in a form of ours the program that made texts of its numbers wrote both.
fn decimal_mark(rows: &[Row], table: &Table) -> Option<DecimalMark> {
    let written = |text: &&str| !text.is_empty() && text.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}'));
    let quantities = rows.iter().filter_map(|row| quantity::number_of(row.cell(table.quantity)));
    let prices = table.price.filter(|_| table.id.is_some()).into_iter().flat_map(|column| rows.iter().filter_map(move |row| row.cell(column).as_text()));
    detect_decimal_mark(quantities.chain(prices).map(str::trim).filter(written))
}

/// Whether a row sums up others.
fn is_total(row: &Row) -> bool {
    let total = |text: &str| {
        let text = text.trim().to_lowercase();
        // The word itself: Sumatra is a coffee.
        let begins = |word: &&str| text.strip_prefix(*word).is_some_and(|rest| !rest.starts_with(char::is_alphabetic));
        ["итого", "всего", "общо", "сума", "сумма", "total", "totals", "sum"].iter().any(begins) && text.chars().count() < 40
    };
    row.cells.iter().filter_map(Cell::as_text).any(total)
}

/// A product in several rows: with one quantity it is taken once, with several nobody can say which.
pub(super) fn settle_twice(reading: &mut Reading) {
    let mut rows: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, line) in reading.lines.iter().enumerate() {
        if let (Some(item), Some(_), None) = (line.item, line.quantity, &line.refused) {
            rows.entry(item).or_default().push(at);
        }
    }
    for places in rows.into_values().filter(|places| places.len() > 1) {
        let lines: Vec<&Line> = places.iter().map(|at| &reading.lines[*at]).collect();
        let one_sheet = lines.iter().all(|line| line.sheet == lines[0].sheet);
        let told = |line: &&Line| if one_sheet { line.row.to_string() } else { format!("{} ({})", line.row, line.sheet) };
        let (refused, reason, detail) = match lines.iter().all(|line| line.quantity == lines[0].quantity) {
            true => (&places[1..], Reason::DuplicateRow, told(&lines[0])),
            false => (&places[..], Reason::StandsTwice, lines.iter().take(5).map(told).collect::<Vec<_>>().join(", ")),
        };
        for at in refused {
            reading.lines[*at].refused = Some((reason, detail.clone()));
        }
    }
}

/// The version of the price list the form's hidden sheet names.
pub fn version(book: &Workbook) -> Option<u32> {
    identity::meta(book, "version")?.parse().ok()
}
