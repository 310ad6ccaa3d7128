//! The workbook written piece by piece is the one the library writes: read by openpyxl and calamine both are the same, and
//! LibreOffice opens and saves both alike.

use std::io::Write;
use std::path::PathBuf;

use calamine::{Reader, Xlsx};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use kontor_shared::catalog::columns::Columns;
use kontor_shared::catalog::{GroupRow, ProductRow, Snapshot, Tier};
use kontor_shared::money::{Currency, Quantity, VatMethod, VatMode};
use kontor_shared::sheet::book::Book;
use kontor_shared::sheet::stream::Stream;
use kontor_shared::sheet::zip::{Packed, Zip};
use kontor_shared::sheet::{OrderedLine, SheetError, order, price_list, write};
use kontor_shared::words::Lang;
use kontor_tests::databases::fresh_directory;
use serde_json::Value;

use crate::sheet::{Dice, awkward, cells, dump, firm, form, order_of, through_libreoffice};

/// Packs what the worker of the page packs, as it does.
fn streamed(book: Book, deflated: bool) -> Vec<u8> {
    let (mut stream, mut zip, mut file) = (Stream::new(book), Zip::default(), Vec::new());
    while let Some(name) = stream.file() {
        let (mut sum, mut length) = (crc32fast::Hasher::new(), 0);
        let (mut plain, mut packer) = (Vec::new(), DeflateEncoder::new(Vec::new(), Compression::default()));
        while let Some(piece) = stream.piece().unwrap() {
            sum.update(piece);
            length += piece.len() as u32;
            if deflated {
                packer.write_all(piece).unwrap();
            } else {
                plain.extend_from_slice(piece);
            }
        }
        let packed = if deflated { packer.finish().unwrap() } else { plain };
        file.extend(zip.file(&Packed { name: &name, crc: sum.finalize(), length, packed: packed.len() as u32, deflated }));
        file.extend(packed);
    }
    file.extend(zip.end());
    let (done, all) = stream.progress();
    assert_eq!(done, all, "the last row is written when it says so");
    file
}

/// More than a screen of any program, in more groups than a sheet folds; openpyxl reads some hundred rows a second.
const GOODS: u32 = 1_200;

/// A list with a tree deeper than an outline goes, products without a group, limits and every kind of price.
fn large() -> Snapshot {
    let mut dice = Dice(42);
    let mut snapshot = crate::sheet::price_list(&mut dice, Currency::EUR, VatMode::Gross);
    snapshot.groups = (0..90).map(|at| GroupRow { code: at.to_string(), name: format!("Группа {at} & <co>"), parent: (at % 10 > 0).then(|| at - 1) }).collect();
    snapshot.products = (0..GOODS)
        .map(|at| ProductRow {
            code: format!("{at:06}"),
            name: format!("Товар {} \"{}\" 3,5×25", dice.below(999), dice.below(99)),
            group: if at == GOODS - 1 { 500 } else { at / 14 },
            unit: ["шт", "kg", "+м"][dice.below(3) as usize].into(),
            price: dice.below(10_000_000),
            vat_rate: [0, 900, 2_000, 2_250][dice.below(4) as usize],
            min: (dice.below(3) == 0).then_some(2_500),
            max: (dice.below(3) == 0).then_some(1_000_500),
            increment: (dice.below(2) == 0).then_some(500),
            precision: 3,
            stock: [None, Some(0), Some(5_000)][dice.below(3) as usize],
            ..ProductRow::default()
        })
        .collect();
    snapshot.terms = "Terms\nof two lines".into();
    snapshot.note = " a note ".into();
    snapshot
}

/// The same, with prices from a quantity on: the same few for all, or each its own.
fn cheaper(many: bool) -> Snapshot {
    let mut list = large();
    for (at, product) in list.products.iter_mut().enumerate().filter(|(at, _)| at % 3 > 0) {
        let from = |step: i64| if many { 1_500 + at as i64 * 10 + step * 20_000 } else { 10_000 * step };
        product.tiers = (1..=1 + at as i64 % 3).map(|step| Tier { from: from(step), price: product.price * (10 - step) / 10 }).collect();
    }
    list
}

/// What both make of the same, for each case one after the other.
fn both(make: impl Fn() -> Result<Book, SheetError>) -> [Vec<u8>; 2] {
    [write(make().unwrap()).unwrap(), streamed(make().unwrap(), true)]
}

#[test]
fn two_writers_make_the_same_workbook() {
    let directory = fresh_directory();
    let line = |code: &str, quantity: &str| OrderedLine { code: code.into(), quantity: quantity.parse().unwrap() };
    let some = [line("000007", "12.5"), line("00123", "12"), line("gone", "1"), line("000999", "3")];
    let mut pairs = Vec::new();
    for (at, lang) in Lang::ALL.into_iter().enumerate() {
        let method = [VatMethod::PerRate, VatMethod::PerLine][at % 2];
        let list = |snapshot: &Snapshot, only: Option<&[u32]>| both(|| price_list(Columns::from_snapshot(snapshot), only, &some, form(method), lang));
        pairs.push(list(&awkward(), None));
        pairs.push(list(&large(), None));
        pairs.push(list(&cheaper(at % 2 == 1), None));
        pairs.push(list(&large(), Some(&[5, 6, 40, GOODS - 1])));
        pairs.push(list(&Snapshot { products: Vec::new(), ..awkward() }, None));
        pairs.push(both(|| order(&order_of([VatMode::Net, VatMode::Gross][at % 2]), &firm(), lang)));
    }
    let mut files: Vec<[PathBuf; 2]> = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        assert_eq!(cells(&pair[0], &directory), cells(&pair[1], &directory), "cells of {at}");
        let names = ["library", "stream"].map(|kind| directory.join(format!("{kind}-{at}.xlsx")));
        names.iter().zip(pair).for_each(|(name, bytes)| std::fs::write(name, bytes).unwrap());
        files.push(names);
    }
    let same = |files: &[PathBuf], others: &[PathBuf], what: &str| {
        for ((one, other), file) in dump(files).iter().zip(&dump(others)).zip(files) {
            if let Some(place) = difference(one, other) {
                panic!("{what} {} differs at {place}", file.display());
            }
        }
    };
    let of = |side: usize| files.iter().map(|pair| pair[side].clone()).collect::<Vec<_>>();
    same(&of(0), &of(1), "the workbook");
    same(&through_libreoffice(&of(0), &directory), &through_libreoffice(&of(1), &directory), "what LibreOffice saved of it,");
    std::fs::remove_dir_all(directory).unwrap();
}

/// The first place where two answers differ.
fn difference(one: &Value, other: &Value) -> Option<String> {
    match (one, other) {
        (Value::Object(left), Value::Object(right)) if left.len() == right.len() => {
            left.iter().find_map(|(key, value)| difference(value, right.get(key)?).map(|rest| format!("{key} {rest}")))
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).enumerate().find_map(|(at, (left, right))| difference(left, right).map(|rest| format!("{at} {rest}")))
        }
        _ if one == other => None,
        _ => Some(format!("{:.300} | {:.300}", one.to_string(), other.to_string())),
    }
}

#[test]
fn a_part_of_the_list_holds_what_was_found_and_what_was_ordered() {
    let directory = fresh_directory();
    let ordered = [OrderedLine { code: "000007".into(), quantity: Quantity::whole(12) }];
    let book = price_list(Columns::from_snapshot(&large()), Some(&[5, 1_000]), &ordered, form(VatMethod::PerRate), Lang::En).unwrap();
    let file = directory.join("part.xlsx");
    // Where the browser packs nothing, the file is a plain archive of the same.
    std::fs::write(&file, streamed(book, false)).unwrap();
    let sheet = &dump(std::slice::from_ref(&file))[0]["sheets"][0];
    let column = |letter: char| {
        let texts = sheet["cells"].as_object().unwrap().iter().filter(|(at, _)| at.starts_with(letter)).map(|(_, cell)| cell["value"].clone());
        texts.filter_map(|value| value.as_str().map(str::to_string)).collect::<Vec<_>>()
    };
    let codes: Vec<String> = column('A').into_iter().filter(|code| code.len() == 6 && code.starts_with('0')).collect();
    assert_eq!(codes.len(), 3, "{codes:?}");
    assert!(["000005", "000007", "001000"].iter().all(|code| codes.contains(&code.to_string())));
    assert!(column('A').contains(&"A part of the list: 3 of 1,200 goods".to_string()), "{:?}", column('A'));
    // Row ids are those of the whole list: the form is read back by them.
    assert!(column('L').contains(&kontor_shared::sheet::row_id(1_000)));
    let mut book: Xlsx<_> = calamine::open_workbook(&file).unwrap();
    let meta = book.worksheet_range("_meta").unwrap();
    assert_eq!(meta.rows().count(), 13 + 1 + 1 + 3);
    std::fs::remove_dir_all(directory).unwrap();
}
