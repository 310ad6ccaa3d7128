//! Which column is what: by the names the form defines, else by the words of the header, else by what stands in the cells.

use super::cells::{Cell, Row, Sheet, Workbook};
use super::codes::{Found, folded_name};
use super::quantity::{self, Said};
use super::read::Goods;
use crate::api::forms::{FormColumns, FormTable, FormTableRow};
use crate::sheet::{MOST_COLUMNS, row_position};

/// Where the quantity stands in a form as issued, counted back from the hidden row ids.
pub const QUANTITY_BEFORE_ID: usize = 3;
/// As is the code. Where it stands elsewhere, columns were put in or taken out, and counting tells nothing.
pub const CODE_BEFORE_ID: usize = 11;
/// Rows a header is looked for in.
const HEADER_WITHIN: usize = 40;
/// Rows whose codes and names are compared with the list's before a column is believed to hold them.
const SAMPLE: usize = 400;

/// How the column of quantities was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A person said so.
    Choice,
    Name,
    Header,
    Offset,
    Content,
}

/// The columns of a sheet, from 0 on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub id: Option<usize>,
    pub code: Option<usize>,
    pub name: Option<usize>,
    pub quantity: usize,
    pub price: Option<usize>,
    pub by: By,
    /// The header's place among the sheet's rows.
    pub header: Option<usize>,
    /// Place of the first row that may order something.
    pub first: usize,
}

/// Why a sheet has no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nothing on it stands in the list.
    Products,
    /// Products, but no quantities.
    Quantities,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Quantity,
    Code,
    Name,
    Price,
}

/// What stands beside a word for quantities where they are of what is in a warehouse, a box or a rule.
const NOT_ORDERED: [&str; 18] = [
    "склад",
    "доступ",
    "достъп",
    "свобод",
    "разпол",
    "резерв",
    "ящик",
    " ящ",
    "палет",
    "паллет",
    "кратн",
    "макс",
    "avail",
    "on hand",
    "reserv",
    "carton",
    "per ",
    "max",
];

/// What a header's word announces; the number is lower the surer it is.
fn word_of(text: &str) -> Option<(Word, u8)> {
    let text = text.trim().trim_end_matches([':', '*', '.', ' ']).to_lowercase();
    if text.is_empty() || text.chars().count() > 40 || text.contains(['≤', '≥']) {
        return None;
    }
    const ORDER: [&str; 22] = [
        "заказ",
        "заказать",
        "ваш заказ",
        "заказано",
        "к заказу",
        "кол-во заказа",
        "заявка",
        "ваша заявка",
        "к заявке",
        "за поръчка",
        "поръчка",
        "ваша поръчка",
        "поръчано",
        "количество за поръчка",
        "заявено",
        "за заявка",
        "order",
        "your order",
        "to order",
        "ordered",
        "order qty",
        "order quantity",
    ];
    // Of what? Where another column says that it is the order, it may be of something else.
    const COUNT: [&str; 8] = ["кол-во", "количество", "кол", "к-во", "бр", "брой", "qty", "quantity"];
    const CODE: [&str; 14] = [
        "код",
        "артикул",
        "арт",
        "код товара",
        "код на стоката",
        "code",
        "sku",
        "item code",
        "article",
        "art",
        "part number",
        "item no",
        "product code",
        "каталожен номер",
    ];
    const NAME: [&str; 13] = [
        "наименование",
        "название",
        "товар",
        "номенклатура",
        "име",
        "стока",
        "наименование на стоката",
        "name",
        "product",
        "description",
        "item",
        "product name",
        "описание",
    ];
    const PRICE: [&str; 6] = ["цена", "price", "ед. цена", "единична цена", "unit price", "ваша цена"];
    let known: [(Word, u8, &[&str]); 5] =
        [(Word::Quantity, 0, &ORDER), (Word::Quantity, 1, &COUNT), (Word::Code, 0, &CODE), (Word::Name, 0, &NAME), (Word::Price, 0, &PRICE)];
    for (word, doubt, exact) in known {
        if exact.contains(&text.as_str()) {
            return Some((word, doubt));
        }
    }
    // What is in a box or in stock is no order.
    if ["остат", "налич", "упак", "короб", "опак", "кашон", "stock", "pack", "box", "мин", "min"].iter().any(|part| text.contains(part))
    {
        return None;
    }
    let begins = |parts: &[&str]| parts.iter().any(|part| text.starts_with(part));
    if begins(&["заказ", "кол-во", "количество", "к-во", "поръч", "заявк", "заявен", "qty", "quantity", "order q"])
        && !text.contains(|sign: char| sign.is_ascii_digit())
        && !NOT_ORDERED.iter().any(|part| text.contains(part))
    {
        return Some((Word::Quantity, 2));
    }
    if begins(&["код ", "артикул", "code ", "sku", "item n"]) {
        return Some((Word::Code, 1));
    }
    if begins(&["наимен", "назван", "product", "descr"]) {
        return Some((Word::Name, 1));
    }
    begins(&["цена", "price", "unit price"]).then_some((Word::Price, 1))
}

/// What is known of a column without its header.
#[derive(Clone, Copy, Default)]
struct Facts {
    filled: usize,
    ids: usize,
    /// Of the sample.
    sampled: usize,
    codes: usize,
    names: usize,
}

/// The columns of a sheet. `choices` are what people said of tables that look like this one.
pub fn find(book: &Workbook, sheet: &Sheet, goods: &Goods, choices: &[FormColumns]) -> Result<Table, Missing> {
    if let Some(table) = chosen(sheet, choices) {
        return Ok(table);
    }
    let facts = facts(sheet, goods);
    let id = (0..facts.len()).filter(|at| facts[*at].ids > 0 && facts[*at].ids * 5 >= facts[*at].filled.saturating_sub(1) * 4).max_by_key(|at| facts[*at].ids);
    let header = header(sheet, id);
    let words: Vec<Option<(Word, u8)>> = match header {
        Some(at) => sheet.rows[at].cells.iter().map(|cell| cell.as_text().and_then(word_of)).collect(),
        None => Vec::new(),
    };
    let is = |at: usize, word: Word| matches!(words.get(at), Some(Some((found, _))) if *found == word);
    let named = |name: &str| book.place(name).filter(|place| place.sheet == sheet.name).map(|place| (place.column, place.first));
    // A program that moves columns may leave names behind: the header has the last word.
    let named_as = |name: &str, word: Word| named(name).map(|(column, _)| column).filter(|column| header.is_none() || is(*column, word));
    let has_most = |count: fn(&Facts) -> usize, word: Word, other: Word| {
        let mostly =
            |at: &usize| count(&facts[*at]) > 0 && count(&facts[*at]) * 2 >= facts[*at].sampled.saturating_sub(1) && !is(*at, other) && Some(*at) != id;
        // Of equals the first: a column of numbers may look like codes by chance.
        (0..facts.len()).filter(mostly).max_by_key(|at| (is(*at, word), count(&facts[*at]), std::cmp::Reverse(*at)))
    };
    let announced = |word: Word| (0..words.len()).filter(|at| is(*at, word)).min_by_key(|at| words[*at].map(|(_, doubt)| doubt));
    let code = named_as("OF_CODE", Word::Code).or_else(|| has_most(|facts| facts.codes, Word::Code, Word::Quantity));
    let name = has_most(|facts| facts.names, Word::Name, Word::Quantity).filter(|name| Some(*name) != code);
    // A code that is none of the list's still says what was wanted.
    let code = code.or_else(|| announced(Word::Code).filter(|at| Some(*at) != name && Some(*at) != id));
    if id.is_none() && name.is_none() && (code.is_none() || (facts.iter().all(|facts| facts.codes == 0) && announced(Word::Quantity).is_none())) {
        return Err(Missing::Products);
    }
    let price = named_as("OF_PRICE", Word::Price).or_else(|| announced(Word::Price));
    let first = match header {
        Some(at) => at + 1,
        None => first_known(sheet, goods, id, code, name).unwrap_or(0),
    };
    let taken = |at: usize| [id, code, name, price].contains(&Some(at));
    let fits = |column: usize, first: u32| match header {
        Some(_) => is(column, Word::Quantity) || above(sheet, column, first),
        None => true,
    };
    let by_name = named("OF_QTY").filter(|(column, first)| fits(*column, *first) && !taken(*column)).map(|(column, _)| (column, By::Name));
    let by_header = || {
        let columns: Vec<usize> = (0..words.len()).filter(|at| is(*at, Word::Quantity) && !taken(*at)).collect();
        let numbers = |at: usize| sheet.rows[first..].iter().any(|row| matches!(quantity::read(row.cell(at), None), Said::Quantity { .. }));
        let doubt = |at: usize| words[at].map(|(_, doubt)| doubt);
        let best = columns.iter().copied().min_by_key(|at| (!numbers(*at), doubt(*at), *at))?;
        // Another one that holds numbers as well, or whose words are surer, may be what is meant: a person has to look.
        let is_rival = |at: &usize| *at != best && (numbers(*at) || doubt(*at) < doubt(best));
        Some((best, if columns.iter().any(is_rival) { By::Content } else { By::Header }))
    };
    let by_offset = || {
        let column = id?.checked_sub(QUANTITY_BEFORE_ID)?;
        // Prices from a quantity on have columns between, some or all, as the goods of the form have them.
        let steps = if goods.has_steps() { MOST_COLUMNS } else { 0 };
        let untouched = code.is_some_and(|code| (code + CODE_BEFORE_ID..=code + CODE_BEFORE_ID + steps).contains(&id.unwrap_or(0)));
        (untouched && !taken(column) && words.get(column).is_none_or(Option::is_none)).then_some((column, By::Offset))
    };
    let by_content = || only_numbers(sheet, first, facts.len(), &taken).map(|at| (at, By::Content));
    let (quantity, by) = by_name.or_else(by_header).or_else(by_offset).or_else(by_content).ok_or(Missing::Quantities)?;
    Ok(Table { id, code, name, quantity, price, by, header, first })
}

/// Columns that the form's name or a header's word announces for quantities, before anything is known of the goods.
pub fn announced(book: &Workbook, sheet: &Sheet) -> Vec<usize> {
    let named = book.place("OF_QTY").filter(|place| place.sheet == sheet.name).map(|place| place.column);
    let is_quantity = |cell: &Cell| cell.as_text().and_then(word_of).is_some_and(|(word, _)| word == Word::Quantity);
    let header = header(sheet, None).map(|at| sheet.rows[at].cells.as_slice()).unwrap_or_default();
    let headed: Vec<usize> = (0..header.len()).filter(|at| is_quantity(&header[*at])).collect();
    // A name that a program left behind announces nothing by itself.
    if headed.is_empty() { Vec::new() } else { named.into_iter().chain(headed).collect() }
}

/// Tables that are shown to whoever shall choose their columns, and how much of each.
pub const MOST_TABLES: usize = 4;
const SHOWN_ROWS: usize = 12;
const SHOWN_COLUMNS: usize = 26;
const SHOWN_TEXT: usize = 60;
/// Signs of a fingerprint.
pub const MOST_FINGERPRINT: usize = 200;

/// Whether words of a header stand over the columns.
pub fn has_header(sheet: &Sheet) -> bool {
    header(sheet, None).is_some()
}

/// What tables made the same way have in common: the words of their header; without one, the kind of each cell in a row.
pub fn fingerprint(sheet: &Sheet) -> String {
    let filled = |row: &Row| row.cells.iter().filter(|cell| !cell.is_empty()).count();
    let most = sheet.rows.iter().take(HEADER_WITHIN).map(filled).max().unwrap_or(0);
    // Words that no dictionary of ours knows are a header all the same, where no number stands among them.
    let first = header(sheet, None).or_else(|| sheet.rows.iter().take(HEADER_WITHIN).position(|row| filled(row) == most));
    let Some(row) = first.and_then(|at| sheet.rows.get(at)) else { return String::new() };
    let told = match row.cells.iter().all(|cell| matches!(kind(cell), '.' | 'a')) {
        true => row.cells.iter().map(|cell| folded_name(&cell.text())).collect::<Vec<_>>().join("|"),
        false => row.cells.iter().map(kind).collect(),
    };
    told.chars().take(MOST_FINGERPRINT).collect()
}

fn kind(cell: &Cell) -> char {
    match cell {
        cell if cell.is_empty() => '.',
        Cell::Number(_) => '0',
        Cell::Text(text) if text.contains(|sign: char| sign.is_ascii_digit()) && !text.contains(char::is_whitespace) => '#',
        _ => 'a',
    }
}

/// The columns a person chose for tables of this look.
fn chosen(sheet: &Sheet, choices: &[FormColumns]) -> Option<Table> {
    if choices.is_empty() {
        return None;
    }
    let look = fingerprint(sheet);
    let choice = choices.iter().find(|choice| choice.fingerprint == look)?;
    let header = header(sheet, None);
    let first = match header {
        // The header may stand in another row this time.
        Some(at) => at + 1,
        None => sheet.rows.iter().position(|row| row.number >= choice.first)?,
    };
    let code = Some(choice.code as usize);
    Some(Table { id: None, code, name: code, quantity: choice.quantity as usize, price: None, by: By::Choice, header, first })
}

/// The beginning of a table whose columns the file does not name.
pub fn unnamed(sheet: &Sheet, table: Option<&Table>) -> Option<FormTable> {
    // Where there is only one column there is nothing to choose.
    let wide = sheet.rows.iter().any(|row| row.cells.iter().filter(|cell| !cell.is_empty()).count() > 1);
    if !wide || table.is_some_and(|table| matches!(table.by, By::Name | By::Header | By::Offset)) {
        return None;
    }
    let column = |at: usize| u32::try_from(at).ok();
    let from = header(sheet, None).unwrap_or(0);
    let shown = |cell: &Cell| cell.text().chars().take(SHOWN_TEXT).collect();
    let row = |row: &Row| FormTableRow { row: row.number, cells: row.cells.iter().take(SHOWN_COLUMNS).map(shown).collect() };
    // Of a table without a header we know, the first row with something like a number.
    let with_number = || sheet.rows.iter().position(|row| row.cells.iter().any(|cell| matches!(kind(cell), '0' | '#')));
    let first = match table {
        Some(table) => table.first,
        None if has_header(sheet) => from + 1,
        None => with_number().unwrap_or(from),
    };
    Some(FormTable {
        sheet: sheet.name.clone(),
        fingerprint: fingerprint(sheet),
        rows: sheet.rows.iter().skip(from).take(SHOWN_ROWS).map(row).collect(),
        code: table.and_then(|table| column(table.code.or(table.name)?)),
        quantity: table.and_then(|table| column(table.quantity)),
        first: sheet.rows.get(first).or(sheet.rows.first())?.number,
        chosen: table.is_some_and(|table| table.by == By::Choice),
    })
}

/// Whether a word for quantities stands close above a row.
fn above(sheet: &Sheet, column: usize, row: u32) -> bool {
    let close = |other: &&Row| other.number < row && other.number + 3 >= row;
    sheet.rows.iter().filter(close).any(|row| row.cell(column).as_text().and_then(word_of).is_some_and(|(word, _)| word == Word::Quantity))
}

fn facts(sheet: &Sheet, goods: &Goods) -> Vec<Facts> {
    let width = sheet.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut facts = vec![Facts::default(); width];
    let step = (sheet.rows.len() / SAMPLE).max(1);
    for (at, row) in sheet.rows.iter().enumerate() {
        for (cell, facts) in row.cells.iter().zip(&mut facts) {
            if cell.is_empty() {
                continue;
            }
            facts.filled += 1;
            facts.ids += usize::from(cell.as_text().is_some_and(|text| row_position(text.trim()).is_some()));
            if at % step == 0 {
                facts.sampled += 1;
                facts.codes += usize::from(matches!(cell, Cell::Text(_) | Cell::Number(_)) && goods.by_code(&cell.text()) != Found::Nothing);
                facts.names += usize::from(cell.as_text().is_some_and(|text| goods.by_name(text) != Found::Nothing));
            }
        }
    }
    facts
}

/// The row whose words announce most columns; it has to announce two, or the quantities and nothing above the ids.
fn header(sheet: &Sheet, id: Option<usize>) -> Option<usize> {
    let ids = |row: &Row| id.is_some_and(|column| row.cell(column).as_text().is_some_and(|text| row_position(text).is_some()));
    let mut best = None;
    for (at, row) in sheet.rows.iter().take(HEADER_WITHIN).take_while(|row| !ids(row)).enumerate() {
        let mut found: Vec<Word> = Vec::new();
        for (word, _) in row.cells.iter().filter_map(|cell| cell.as_text().and_then(word_of)) {
            if !found.contains(&word) {
                found.push(word);
            }
        }
        if found.len() >= 2 && best.is_none_or(|(count, _)| found.len() > count) {
            best = Some((found.len(), at));
        }
    }
    best.map(|(_, at)| at)
}

fn first_known(sheet: &Sheet, goods: &Goods, id: Option<usize>, code: Option<usize>, name: Option<usize>) -> Option<usize> {
    let cell = |row: &Row, column: Option<usize>| column.map(|column| row.cell(column).text()).unwrap_or_default();
    sheet.rows.iter().position(|row| {
        row_position(cell(row, id).trim()).is_some() || goods.by_code(&cell(row, code)) != Found::Nothing || goods.by_name(&cell(row, name)) != Found::Nothing
    })
}

/// The one column of typed numbers that is nothing else; of several, the one that is not filled in all rows.
fn only_numbers(sheet: &Sheet, first: usize, width: usize, taken: &impl Fn(usize) -> bool) -> Option<usize> {
    let rows = &sheet.rows[first..];
    let typed = |row: &&Row, at: usize| matches!(quantity::read(row.cell(at), None), Said::Quantity { .. }) && !row.is_formula(at);
    let count = |at: usize| rows.iter().filter(|row| typed(row, at)).count();
    let columns: Vec<(usize, usize)> = (0..width).filter(|at| !taken(*at)).map(|at| (at, count(at))).filter(|(_, count)| *count > 0).collect();
    let one = |columns: &[(usize, usize)]| match columns {
        [(at, _)] => Some(*at),
        _ => None,
    };
    one(&columns).or_else(|| one(&columns.into_iter().filter(|(_, count)| count * 20 < rows.len() * 19).collect::<Vec<_>>()))
}

/// A cell below no header, or below another header of quantities, that holds a number: what somebody may take for ordered.
pub fn beside(sheet: &Sheet, table: &Table, goods: &Goods) -> Option<(u32, usize)> {
    let header = &sheet.rows[table.header?];
    // Behind its ids a form with prices from a quantity on keeps what it computes with.
    let computed = |at: usize| goods.has_steps() && table.id.is_some_and(|id| at > id);
    let odd = |at: usize| match header.cell(at) {
        _ if computed(at) => false,
        cell if cell.is_empty() => true,
        cell => cell.as_text().and_then(word_of).is_some_and(|(word, _)| word == Word::Quantity),
    };
    let known = [Some(table.quantity), table.id, table.code, table.name, table.price];
    // Formats without types have texts of digits for their numbers.
    let counts = |cell: &Cell| match cell {
        Cell::Number(value) => *value > 0.0,
        Cell::Text(_) => matches!(quantity::read(cell, None), Said::Quantity { .. }),
        _ => false,
    };
    sheet.rows[table.first..].iter().find_map(|row| {
        let at = (0..row.cells.len()).find(|at| !known.contains(&Some(*at)) && odd(*at) && counts(row.cell(*at)))?;
        Some((row.number, at))
    })
}

#[cfg(test)]
mod tests {
    use super::super::read::Item;
    use super::*;

    fn table(rows: &[&[&str]]) -> Sheet {
        let cells = |row: &&[&str]| row.iter().map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text((*text).into()) }).collect();
        let rows = (1..).zip(rows).map(|(number, row)| Row { number, cells: cells(row), formulas: 0 }).collect();
        Sheet { name: "S".into(), visible: true, rows }
    }

    #[test]
    fn a_choice_holds_for_tables_of_the_same_look() {
        let headed = table(&[&["Our order"], &["Item code", "what", "how many", "Price"], &["A1", "Tea", "3", "2"]]);
        let later = table(&[&["Item code", "what", "How  many", "Price"], &["B2", "Pot", "5", "2"]]);
        let bare = table(&[&["A1", "Tea", "3"]]);
        assert_eq!(fingerprint(&headed), "item code|what|how many|price");
        assert_eq!(fingerprint(&headed), fingerprint(&later));
        assert_eq!(fingerprint(&bare), "#a#");
        let strange = [table(&[&["ref", "shelf", "pieces"], &["A1", "7", "3"]]), table(&[&["ref", "shelf", "pieces"], &["B", "8", "2"]])];
        assert!(strange.iter().all(|table| fingerprint(table) == "ref|shelf|pieces"));
        let choice = FormColumns { fingerprint: fingerprint(&headed), code: 0, quantity: 2, first: 3 };
        let found = find(&Workbook::default(), &later, &Goods::new(Vec::new(), false), &[choice]).unwrap();
        assert_eq!((found.code, found.quantity, found.by, found.first), (Some(0), 2, By::Choice, 1));
        assert!(unnamed(&later, Some(&found)).is_some_and(|table| table.chosen && table.first == 2));
    }

    #[test]
    fn of_two_columns_of_numbers_a_person_has_to_say_which_is_the_order() {
        let item = |code: &str| Item { code: code.into(), name: format!("Tea {code}"), ..Item::default() };
        let goods = Goods::new(vec![item("A1"), item("B2")], false);
        let check = |rows: &[&[&str]], quantity: usize, by: By| {
            let sheet = table(rows);
            let found = find(&Workbook::default(), &sheet, &goods, &[]).unwrap();
            assert_eq!((found.quantity, found.by), (quantity, by), "{rows:?}");
            assert_eq!(unnamed(&sheet, Some(&found)).is_some(), by == By::Content, "{rows:?}");
        };
        check(&[&["Артикул", "Кол-во на складе", "Кол-во"], &["A1", "100", "5"], &["B2", "200", "7"]], 2, By::Header);
        check(&[&["Артикул", "Кол-во на складе", "Заявка"], &["A1", "100", "5"], &["B2", "200", ""]], 2, By::Header);
        check(&[&["Артикул", "Кол-во", "Заказ"], &["A1", "100", "5"], &["B2", "200", ""]], 2, By::Content);
        check(&[&["Артикул", "Заказано, шт", "Кол-во"], &["A1", "5", ""], &["B2", "7", ""]], 1, By::Content);
        check(&[&["Артикул", "Кол-во", "Заказ"], &["A1", "100", ""], &["B2", "200", ""]], 1, By::Content);
        check(&[&["Артикул", "Кол-во", "Заказ"], &["A1", "", ""], &["B2", "", ""]], 2, By::Header);
    }

    #[test]
    fn headers_are_understood_in_three_languages() {
        for text in [
            "Количество",
            "К-во",
            "Заказ, шт",
            "кол-во:",
            "Поръчка",
            "Qty",
            "Quantity",
            "ORDER",
            "Количество за поръчка",
            "Заявка",
            "Заявка, шт.",
            "К заказу",
            "Заявено",
        ] {
            assert!(matches!(word_of(text), Some((Word::Quantity, _))), "{text}");
        }
        for text in [
            "Quantity ≤",
            "Кол-во в упаковке",
            "Остаток",
            "Количество в кашон",
            "Min. quantity",
            "Поръчка 5",
            "",
            "Кол-во на складе",
            "Количество доступное",
            "Кол-во свободно",
            "Количество на палет",
            "Кол-во в ящ.",
            "Налично количество",
            "Количество (наличност)",
            "Qty on hand",
            "Quantity available",
            "Qty per carton",
        ] {
            assert!(!matches!(word_of(text), Some((Word::Quantity, _))), "{text}");
        }
        for (text, word) in
            [("Артикул", Word::Code), ("Code", Word::Code), ("Наименование товара", Word::Name), ("Стока", Word::Name), ("Цена, руб", Word::Price)]
        {
            assert!(word_of(text).is_some_and(|(found, _)| found == word), "{text}");
        }
    }
}
