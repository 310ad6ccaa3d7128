//! Sheets as people send them back: the generator's own layout in cells, edited in every way.

use proptest::prelude::*;

use super::cells::NO_VALUE;
use super::*;
use crate::money::Price;
use crate::numbers::DecimalMark;
use crate::sheet::row_id;

const HEAD: [&str; 13] = ["Код", "Товар", "Ед.", "В наличии", "Кратно", "Мин.", "Цена", "НДС", "Количество", "Сумма", "Группа", "Строка", "Количество ≤"];

pub(super) fn goods(count: usize) -> Vec<Item> {
    (0..count)
        .map(|at| Item {
            code: format!("{:05}", at * 7 + 3),
            name: format!("Чай №{at}"),
            unit: "шт".into(),
            price: Price::from_raw(10_000 + at as i64 * 100),
            ..Item::default()
        })
        .collect()
}

pub(super) fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.into()) }
}

/// A row of the form as issued, with what was typed into it.
fn product(goods: &[Item], at: usize, typed: Cell) -> Vec<Cell> {
    let item = &goods[at];
    vec![
        text(&item.code),
        text(&item.name),
        text("шт"),
        text("да"),
        Cell::Number(1.0),
        Cell::Number(1.0),
        Cell::Number(item.price.raw() as f64 / 10_000.0),
        Cell::Number(0.2),
        typed,
        Cell::Number(0.0),
        text("Чай"),
        Cell::Text(row_id(at as u32)),
    ]
}

fn sheet(name: &str, rows: Vec<Vec<Cell>>) -> Sheet {
    let rows = rows.into_iter().zip(1..).filter(|(cells, _)| !cells.is_empty()).map(|(cells, number)| Row { number, cells, formulas: 0 });
    Sheet { name: name.into(), visible: true, rows: rows.collect() }
}

/// The form as issued, filled in.
pub(super) fn form(goods: &[Item], typed: &[(usize, Cell)]) -> Workbook {
    let mut rows =
        vec![vec![text("Firm")], vec![text("Бланк 7K2Q9-M3T4V; цены в EUR")], vec![Cell::Empty; 8], Vec::new(), HEAD.map(text).to_vec(), vec![text("Чай")]];
    rows[2].extend([text("Итого"), Cell::Number(0.0)]);
    for at in 0..goods.len() {
        let cell = typed.iter().find(|(place, _)| *place == at).map_or(Cell::Empty, |(_, cell)| cell.clone());
        rows.push(product(goods, at, cell));
    }
    let last = rows.len();
    let mut meta = sheet("_meta", vec![vec![text("form_id"), text("7K2Q9-M3T4V")], vec![text("version"), text("3")]]);
    meta.visible = false;
    for (at, item) in goods.iter().enumerate() {
        meta.rows.push(Row { number: 10 + at as u32, cells: vec![Cell::Text(row_id(at as u32)), text(&item.code)], formulas: 0 });
    }
    Workbook {
        sheets: vec![sheet("Прайс-лист 3", rows), meta],
        names: vec![("OF_QTY".into(), format!("'Прайс-лист 3'!$I$7:$I${last}")), ("OF_FORM_ID".into(), "_meta!$B$1".into())],
        ..Workbook::default()
    }
}

fn number(value: f64) -> Cell {
    Cell::Number(value)
}

fn found(book: &Workbook, goods: &[Item]) -> Vec<(String, String)> {
    let reading = read(book, &Goods::new(goods.to_vec(), true));
    let mut lines: Vec<(String, String)> = reading.taken().map(|line| (line.code.clone(), line.quantity.unwrap().to_string())).collect();
    lines.sort();
    lines
}

fn refused(book: &Workbook, goods: &[Item]) -> Vec<(u32, Reason)> {
    let reading = read(book, &Goods::new(goods.to_vec(), true));
    reading.lines.iter().filter_map(|line| Some((line.row, line.refused.as_ref()?.0))).collect()
}

fn notes(book: &Workbook, goods: &[Item]) -> Vec<Note> {
    read(book, &Goods::new(goods.to_vec(), true)).warnings.iter().map(|warning| warning.note).collect()
}

#[test]
fn a_filled_form_is_read_by_its_hidden_ids() {
    let goods = goods(20);
    let book = form(&goods, &[(0, number(2.0)), (5, number(2.5)), (19, text("2 шт"))]);
    let reading = read(&book, &Goods::new(goods.clone(), true));
    assert_eq!(reading.found_by(), Some(FoundBy::RowId));
    assert_eq!(found(&book, &goods), [("00003".into(), "2".into()), ("00038".into(), "2.5".into()), ("00136".into(), "2".into())]);
    assert!(reading.warnings.is_empty(), "{:?}", reading.warnings);
    assert_eq!(reading.lines[0].row, 7);
    assert_eq!(version(&book), Some(3));
    // Without the firm's own record, the form's hidden sheet says which row is which.
    let reading = read(&book, &Goods::new(goods, false));
    assert_eq!((reading.found_by(), reading.taken().count()), (Some(FoundBy::RowId), 3));
}

#[test]
fn sorted_moved_renamed_and_added_columns_change_nothing() {
    let goods = goods(20);
    let typed = [(0, number(2.0)), (5, number(2.5)), (19, number(7.0))];
    let expected = found(&form(&goods, &typed), &goods);
    let edited = |edit: &dyn Fn(&mut Workbook)| {
        let mut book = form(&goods, &typed);
        edit(&mut book);
        found(&book, &goods)
    };
    let renumber = |rows: &mut Vec<Row>| rows.iter_mut().zip(1..).for_each(|(row, number)| row.number = number);
    // Sorted by another column.
    assert_eq!(
        edited(&|book| {
            book.sheets[0].rows[5..].reverse();
            renumber(&mut book.sheets[0].rows);
        }),
        expected
    );
    // Rows of no interest deleted.
    assert_eq!(edited(&|book| book.sheets[0].rows.retain(|row| row.number < 6 || !row.cell(8).is_empty())), expected);
    // The rows above the goods deleted, and the names with them.
    assert_eq!(
        edited(&|book| {
            book.sheets[0].rows.drain(..5);
            book.names.clear();
        }),
        expected
    );
    // A column put in front, as an editor moves names along or does not.
    for names in [true, false] {
        assert_eq!(
            edited(&|book| {
                book.sheets[0].rows.iter_mut().for_each(|row| row.cells.insert(1, text("заметка")));
                if names {
                    book.names[0].1 = book.names[0].1.replace("$I$", "$J$");
                } else {
                    book.names.clear();
                }
            }),
            expected
        );
    }
    // The sheet renamed, where the program leaves the name behind.
    assert_eq!(edited(&|book| book.sheets[0].name = "Заказ".into()), expected);
    // The quantities in front.
    assert_eq!(
        edited(&|book| {
            book.names.clear();
            book.sheets[0].rows.iter_mut().for_each(|row| {
                if row.cells.len() > 8 {
                    let cell = row.cells.remove(8);
                    row.cells.insert(0, cell);
                }
            });
        }),
        expected
    );
    // Hidden.
    assert_eq!(edited(&|book| book.sheets[0].visible = false), expected);
    let mut hidden = form(&goods, &typed);
    hidden.sheets[0].visible = false;
    assert_eq!(notes(&hidden, &goods), [Note::HiddenSheet]);
}

#[test]
fn a_table_without_ids_is_read_by_code_and_then_by_name() {
    let goods = goods(20);
    let rows = vec![
        vec![text("Артикул"), text("Наименование"), text("Кол-во")],
        vec![text("00003"), text(""), number(1.0)],
        vec![number(10.0), text(""), number(2.0)],
        vec![text(""), text("чай  №2"), number(3.0)],
        vec![text("99999"), text("Кофе"), number(4.0)],
        vec![text(""), text(""), number(5.0)],
        vec![text("Итого"), text(""), number(15.0)],
    ];
    let book = Workbook { sheets: vec![sheet("Лист1", rows)], ..Workbook::default() };
    let reading = read(&book, &Goods::new(goods.clone(), false));
    let lines: Vec<_> = reading.lines.iter().map(|line| (line.row, line.found_by, line.refused.as_ref().map(|refused| refused.0))).collect();
    assert_eq!(
        lines,
        [
            (2, Some(FoundBy::Code), None),
            (3, Some(FoundBy::Code), None),
            (4, Some(FoundBy::Name), None),
            (5, None, Some(Reason::UnknownCode)),
            (6, None, Some(Reason::NoProduct)),
            (7, None, Some(Reason::UnknownCode)),
        ]
    );
    // None of the codes is known: each line is told all the same.
    let foreign = Workbook {
        sheets: vec![sheet("", vec![vec![text("Артикул"), text("Кол-во")], vec![text("X-1"), number(5.0)], vec![text("X-2"), number(6.0)]])],
        ..Workbook::default()
    };
    let told: Vec<_> =
        read(&foreign, &Goods::new(goods.clone(), false)).lines.iter().map(|line| (line.code.clone(), line.refused.clone().unwrap().0)).collect();
    assert_eq!(told, [("X-1".to_string(), Reason::UnknownCode), ("X-2".to_string(), Reason::UnknownCode)]);
    // No header: the codes are known by the list, the quantities by being the only other numbers.
    let bare = Workbook { sheets: vec![sheet("", vec![vec![text("00003"), text("5")], vec![text("00010"), text("12 шт")]])], ..Workbook::default() };
    let reading = read(&bare, &Goods::new(goods, false));
    assert_eq!(reading.taken().map(|line| line.quantity.unwrap().to_string()).collect::<Vec<_>>(), ["5", "12"]);
    assert_eq!(reading.warnings.iter().map(|warning| warning.note).collect::<Vec<_>>(), [Note::Guessed]);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_reason() {
    let goods = goods(20);
    let typed = [
        (0, text("1.000")),
        (1, Cell::Date("2026-05-02T00:00:00".into())),
        (2, Cell::Error("#VALUE!".into())),
        (3, Cell::Bool(true)),
        (4, number(-1.0)),
        (5, number(1e9)),
        (6, number(1.23456)),
        (7, text("две")),
        (8, Cell::Error(NO_VALUE.into())),
        (9, text("x")),
    ];
    use Reason as R;
    let expected = [R::Ambiguous, R::Date, R::Error, R::Boolean, R::Negative, R::TooLarge, R::TooPrecise, R::NotANumber, R::NoValue, R::NotANumber];
    assert_eq!(refused(&form(&goods, &typed), &goods), expected.into_iter().zip(7..).map(|(reason, row)| (row, reason)).collect::<Vec<_>>());
}

#[test]
fn a_product_in_two_rows_is_asked_about_or_taken_once() {
    let goods = goods(5);
    let twice = |second: f64| {
        let mut book = form(&goods, &[(1, number(4.0))]);
        let copy = Row { number: 50, cells: product(&goods, 1, number(second)), formulas: 0 };
        book.sheets[0].rows.push(copy);
        book
    };
    assert_eq!(refused(&twice(5.0), &goods), [(8, Reason::StandsTwice), (50, Reason::StandsTwice)]);
    assert_eq!(found(&twice(4.0), &goods), [("00010".into(), "4".into())]);
    assert_eq!(refused(&twice(4.0), &goods), [(50, Reason::DuplicateRow)]);
    // Rows of two sheets are told apart.
    let list = |name: &str| sheet(name, vec![vec![text("Артикул"), text("Кол-во")], vec![text("00003"), number(5.0)]]);
    let book = Workbook { sheets: vec![list("A"), list("B")], ..Workbook::default() };
    let lines = read(&book, &Goods::new(goods, false)).lines;
    assert_eq!((lines[0].refused.clone(), lines[1].refused.clone()), (None, Some((Reason::DuplicateRow, "2 (A)".into()))));
}

#[test]
fn a_row_with_a_code_written_over_is_another_product() {
    let goods = goods(20);
    let edited = |code: Cell, name: &str| {
        let mut book = form(&goods, &[(1, number(4.0))]);
        // Row 8 is the seventh filled one.
        let cells = &mut book.sheets[0].rows[6].cells;
        (cells[0], cells[1]) = (code, text(name));
        (found(&book, &goods), refused(&book, &goods))
    };
    assert_eq!(edited(text("NEW-1"), "Кофе"), (vec![], vec![(8, Reason::MixedUp)]));
    let kept = (vec![("00010".to_string(), "4".to_string())], vec![]);
    assert_eq!(edited(text("NEW-1"), " чай  №1"), kept, "their own code beside our name");
    assert_eq!(edited(Cell::Empty, "Кофе"), kept);
    // What programs make of codes.
    for code in [Cell::Date("2026-05-12T00:00:00".into()), Cell::Error("#NAME?".into()), number(10.0), text("1,0E+01"), text("1E+01")] {
        assert_eq!(edited(code.clone(), "Кофе"), kept, "{code:?}");
    }
    assert_eq!(edited(number(11.0), "Кофе").1, [(8, Reason::MixedUp)]);
}

#[test]
fn a_sheet_of_goods_without_quantities_is_told_beside_one_that_orders() {
    let goods = goods(20);
    let mut book = form(&goods, &[(1, number(4.0))]);
    let more = vec![
        vec![text("Артикул"), text("Наименование"), text("Цена")],
        vec![text("00003"), text("Чай №0"), number(1.0)],
        vec![text("00010"), text("Чай №1"), number(1.01)],
    ];
    book.sheets.push(sheet("Ещё", more));
    book.sheets.push(sheet("Содержание", vec![vec![text("Чай №0")], vec![text("Чай №1")]]));
    let reading = read(&book, &Goods::new(goods, true));
    assert_eq!(reading.taken().count(), 1);
    assert_eq!(reading.warnings, [Warning { sheet: Some("Ещё".into()), ..Warning::new(Note::NoQuantityColumn, "") }]);
    assert_eq!(reading.tables.iter().map(|table| table.sheet.as_str()).collect::<Vec<_>>(), ["Ещё"]);
}

#[test]
fn only_quantities_tell_how_quantities_are_written() {
    let goods = goods(20);
    let told = |first: &str, second: &str| {
        let rows = vec![
            vec![text("Артикул"), text("Цена"), text("Кол-во")],
            vec![text("00003"), text("2,50"), text(first)],
            vec![text("00010"), text("3,75"), text(second)],
        ];
        let book = Workbook { sheets: vec![sheet("", rows)], ..Workbook::default() };
        (found(&book, &goods), refused(&book, &goods))
    };
    assert_eq!(told("1.000", "4"), (vec![("00010".into(), "4".into())], vec![(2, Reason::Ambiguous)]));
    assert_eq!(told("1.000", "2,5 кг").0, [("00003".into(), "1000".into()), ("00010".into(), "2.5".into())]);
    assert_eq!(told("1.000", "2.5 кг").0, [("00003".into(), "1".into()), ("00010".into(), "2.5".into())]);
    // A form that a program saved as text has both from one hand.
    let mut form = form(&goods, &[(0, text("12,345"))]);
    form.sheets[0].rows[5..].iter_mut().for_each(|row| row.cells[6] = text("2,50"));
    assert_eq!(found(&form, &goods), [("00003".into(), "12.345".into())]);
}

#[test]
fn a_row_of_totals_begins_with_the_whole_word() {
    let goods = goods(20);
    let rows = vec![
        vec![text("Артикул"), text("Наименование"), text("Кол-во")],
        vec![text("00003"), text("Чай №0"), number(1.0)],
        vec![Cell::Empty, text("Sumatra"), number(5.0)],
        vec![Cell::Empty, text("Итого:"), number(6.0)],
        vec![Cell::Empty, Cell::Empty, Cell::Error(NO_VALUE.into())],
    ];
    let book = Workbook { sheets: vec![sheet("", rows)], ..Workbook::default() };
    assert_eq!(refused(&book, &goods), [(3, Reason::NoProduct)]);
    assert_eq!(notes(&book, &goods), [Note::TotalRow]);
}

#[test]
fn what_is_odd_is_told() {
    let goods = goods(10);
    let edited = |edit: &dyn Fn(&mut Workbook)| {
        let mut book = form(&goods, &[(1, number(4.0))]);
        edit(&mut book);
        notes(&book, &goods)
    };
    // Row 8 is the seventh filled one.
    let cell = |book: &mut Workbook, column: usize, value: Cell| {
        let row = &mut book.sheets[0].rows[6];
        row.cells.resize(row.cells.len().max(column + 1), Cell::Empty);
        row.cells[column] = value;
    };
    assert_eq!(edited(&|book| cell(book, 6, number(0.01))), [Note::PriceEdited]);
    assert_eq!(edited(&|book| cell(book, 13, number(3.0))), [Note::OtherColumn]);
    assert_eq!(edited(&|book| cell(book, 13, text("3"))), [Note::OtherColumn], "as CSV has it");
    assert_eq!(edited(&|book| cell(book, 13, text("see below"))), []);
    assert_eq!(edited(&|book| cell(book, 8, text("4 кашона"))), [Note::OtherUnit]);
    assert_eq!(edited(&|book| book.sheets[0].rows[6].formulas = 1 << 8), [Note::Formula]);
    assert_eq!(edited(&|book| book.sheets[1].rows[3].cells[1] = text("00999")), [Note::Edited]);
    // Only the codes were sorted.
    let mut mixed = form(&goods, &[(1, number(4.0))]);
    cell(&mut mixed, 0, text("00003"));
    assert_eq!(refused(&mixed, &goods), [(8, Reason::MixedUp)]);
}

#[test]
fn what_is_said_of_the_whole_order_is_read_by_its_labels_or_names() {
    let goods = goods(10);
    let with = |labels: [&str; 3], at: usize, said: [Cell; 3], names: bool| {
        let mut book = form(&goods, &[(1, number(4.0))]);
        let rows = labels.into_iter().zip(said).zip(20..).map(|((label, said), number)| {
            let mut cells = vec![text(label)];
            cells.resize(at, Cell::Empty);
            cells.push(said);
            // Totals stand in the same rows.
            cells.resize(8, Cell::Empty);
            cells.extend([text("Итого"), Cell::Number(0.0)]);
            Row { number, cells, formulas: 0 }
        });
        let rows: Vec<Row> = rows.collect();
        book.sheets[0].rows.splice(2..2, rows);
        book.sheets[0].rows.iter_mut().zip(1..).for_each(|(row, number)| row.number = number);
        book.names = Vec::new();
        if names {
            let refers = |row: u32| format!("'Прайс-лист 3'!$B${row}");
            book.names = vec![("OF_PO".into(), refers(3)), ("OF_WANTED".into(), refers(4)), ("OF_COMMENT".into(), refers(5))];
        }
        read(&book, &Goods::new(goods.clone(), true))
    };
    let said = || [number(4711.0), text("5.12.2026"), text(" Позвоните\nзаранее ")];
    let expected = Fields { po_number: "4711".into(), wanted_on: Some("2026-12-05".into()), comment: "Позвоните\nзаранее".into() };
    let labels = ["Ваш номер заказа", "Нужно к", "Комментарий"];
    assert_eq!(with(labels, 1, said(), true).fields, expected);
    assert_eq!(with(labels, 1, said(), false).fields, expected);
    assert_eq!(with(["Your order number:", "WANTED ON", "Comment"], 2, said(), true).fields, expected, "a column was put in, and names stayed");
    assert_eq!(with(["", "", ""], 1, said(), true).fields, expected, "labels of the buyer's own");
    assert_eq!(with(["", "", ""], 1, said(), false).fields, Fields::default());
    assert_eq!(with(labels, 1, [Cell::Empty, Cell::Empty, Cell::Empty], true).fields, Fields::default(), "totals are no comment");
    let odd = with(labels, 1, [text(&"9".repeat(101)), text("05/12/2026"), Cell::LongText("Д".repeat(1_000))], true);
    assert_eq!(odd.fields, Fields { comment: format!("{}…", "Д".repeat(1_000)), ..Fields::default() });
    let told: Vec<_> = odd.warnings.iter().map(|warning| (warning.note, warning.row.unwrap(), warning.detail.as_str())).collect();
    let short = format!("{}…", "9".repeat(40));
    assert_eq!(told, [(Note::NumberTooLong, 3, short.as_str()), (Note::DayUnclear, 4, "05/12/2026"), (Note::CommentCut, 5, "")]);
}

#[test]
fn every_reason_has_its_words() {
    for lang in Lang::ALL {
        for reason in Reason::ALL {
            assert!(!reason.say(lang, "x").is_empty() && !reason.say(lang, "x").contains('{'));
            assert_eq!(Reason::parse(reason.code()), Some(*reason));
        }
        for note in Note::ALL {
            assert!(!note.say(lang, "x").contains('{'));
        }
    }
}

fn any_cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        3 => (1_i64..100_000).prop_map(|raw| Cell::Number(raw as f64 / 10.0)),
        2 => Just(Cell::Empty),
        1 => prop::sample::select(vec!["2 шт", "1 234,5", "1.000", "нет", "x1", "-4", "#", "12 34"]).prop_map(text),
        1 => any::<bool>().prop_map(Cell::Bool),
        1 => Just(Cell::Date("2026-05-02T00:00:00".into())),
        1 => Just(Cell::Error("#REF!".into())),
        1 => any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Cell::Number),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever people do to the rows: each product is taken with the one quantity typed for it or not at all, every row
    /// that orders something is told once, and nothing is told that was not typed.
    #[test]
    fn every_row_is_taken_or_refused(
        typed in prop::collection::vec((0_usize..30, any_cell()), 0..20),
        deleted in prop::collection::vec(0_usize..30, 0..10),
        copied in prop::collection::vec(0_usize..30, 0..5),
        swaps in prop::collection::vec((0_usize..30, 0_usize..30), 0..30),
        inserted in prop::option::of(0_usize..12),
        names: bool,
        heading: bool,
    ) {
        let goods = goods(30);
        let mut typed = typed;
        typed.sort_by_key(|(at, _)| *at);
        typed.dedup_by_key(|(at, _)| *at);
        let mut book = form(&goods, &typed);
        let rows = &mut book.sheets[0].rows;
        let mut lines: Vec<Row> = rows.split_off(5);
        for at in copied { let copy = lines[at].clone(); lines.push(copy); }
        let count = lines.len();
        for (left, right) in swaps { lines.swap(left % count, right % count); }
        for at in deleted { if lines.len() > 1 { lines.remove(at % lines.len()); } }
        rows.append(&mut lines);
        if !heading { rows.drain(..5); }
        rows.iter_mut().zip(1..).for_each(|(row, number)| row.number = number);
        if let Some(column) = inserted {
            rows.iter_mut().filter(|row| row.cells.len() > column).for_each(|row| row.cells.insert(column, Cell::Empty));
        }
        if !names || inserted.is_some() || !heading { book.names.clear(); }
        let reading = read(&book, &Goods::new(goods.clone(), true));
        let quantity_column = 8 + usize::from(inserted.is_some_and(|column| column <= 8));
        let mut told = std::collections::HashSet::new();
        for line in &reading.lines {
            prop_assert!(told.insert(line.row), "row {} twice", line.row);
            let row = book.sheets[0].row(line.row).unwrap();
            prop_assert_eq!(&line.raw, &row.cell(quantity_column).text());
            prop_assert_eq!(line.refused.is_none(), line.quantity.is_some() && line.item.is_some() && line.refused.is_none());
        }
        prop_assert_eq!(reading.lines.len(), reading.taken().count() + reading.lines.iter().filter(|line| line.refused.is_some()).count());
        let ordering = book.sheets[0].rows.iter().filter(|row| row.cells.len() > 11 && matches!(row.cells.last(), Some(Cell::Text(_))))
            .filter(|row| quantity::read(row.cell(quantity_column), None) != quantity::Said::Nothing && row.cell(quantity_column).as_text() != Some("Количество")).count();
        // Without names and header, and with the columns moved, nobody can tell; then nothing is taken, and that is told.
        let told_of = reading.warnings.iter().any(|warning| matches!(warning.note, Note::NoQuantityColumn | Note::NoProductColumn));
        if heading || !(told_of && reading.lines.is_empty()) {
            prop_assert_eq!(reading.lines.len(), ordering);
        }
        for line in reading.taken() {
            let (_, cell) = typed.iter().find(|(at, _)| goods[*at].code == line.code).expect("something was typed");
            let said = |mark| matches!(quantity::read(cell, mark), quantity::Said::Quantity { quantity, .. } if Some(quantity) == line.quantity);
            // What alone is ambiguous is read by the mark of the other numbers.
            prop_assert!([None, Some(DecimalMark::Comma), Some(DecimalMark::Point)].into_iter().any(said), "{:?} taken as {:?}", cell, line.quantity);
        }
        let products: Vec<_> = reading.taken().map(|line| line.item).collect();
        let distinct: std::collections::HashSet<_> = products.iter().collect();
        prop_assert_eq!(products.len(), distinct.len());
    }

    /// No file makes it panic, whatever stands where.
    #[test]
    fn any_sheet_is_read(rows in prop::collection::vec(prop::collection::vec(any_cell(), 0..6), 0..20), name in ".{0,30}", refers in ".{0,30}") {
        let book = Workbook { sheets: vec![sheet(&name, rows)], names: vec![("OF_QTY".into(), refers)], ..Workbook::default() };
        let reading = read(&book, &Goods::new(goods(5), true));
        prop_assert_eq!(reading.lines.len(), reading.taken().count() + reading.lines.iter().filter(|line| line.refused.is_some()).count());
    }
}
