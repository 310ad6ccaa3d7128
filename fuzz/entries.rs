//! Where bytes from outside come in, each with what has to hold whatever they are. `cargo xtask fuzz` looks for bytes that
//! break it; a story of the suite plays a few thousand of its own.

use std::collections::HashSet;

use kontor_server::intake::{kind, mime};
use kontor_shared::form::file::package;
use kontor_shared::form::quantity::{self, MOST, Said};
use kontor_shared::form::{Cell, Goods, Item, Row, Sheet, Workbook, file, identity, read, thin};
use kontor_shared::money::{Price, Quantity};
use kontor_shared::numbers::DecimalMark;
use kontor_shared::sheet::row_id;

/// An entry point, and bytes to begin from.
pub struct Entry {
    pub name: &'static str,
    pub call: fn(&[u8]),
    pub seeds: &'static [&'static [u8]],
}

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "quantity",
        call: written_quantity,
        seeds: &["0 1 234,5".as_bytes(), "12 шт.".as_bytes(), "21.000,50 кашона".as_bytes(), "0нет".as_bytes(), "1-3".as_bytes(), "0'12".as_bytes()],
    },
    Entry { name: "zip", call: packed, seeds: &[b"PK\x03\x04", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"] },
    Entry {
        name: "text",
        call: text_file,
        seeds: &[
            "Артикул;Кол-во\n00003;5\n".as_bytes(),
            b"<html><table><tr><td>Code<td>Qty<tr><td colspan=2>A-1</table>",
            br#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="L"><Table><Row ss:Index="2"><Cell ss:Index="3"><Data>1</Data></Cell></Row></Table></Worksheet></Workbook>"#,
        ],
    },
    Entry { name: "form", call: cells, seeds: &[&[3, 0, 3, 1, 3, 4, 8, 3, 10, 1, 5, 8, 3, 11, 1, 7, 8, 9, 1, 10, 2, 3]] },
    Entry {
        name: "mime",
        call: message,
        seeds: &[
            b"From: Ann <ann@x.example>\r\nTo: orders@firm.example\r\nSubject: =?koi8-r?B?+sHLwdo=?=\r\nMessage-ID: <1@x>\r\n\r\n2 boxes\r\n",
            b"From: a@x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Hi\n--b\nContent-Type: text/csv; name*=utf-8''a%20b.csv\nContent-Disposition: attachment; filename*0=a; filename*1=.csv\nContent-Transfer-Encoding: base64\n\nQ29kZTtRdHkK\n--b--\n",
            b"From: MAILER-DAEMON@mx\nReturn-Path: <>\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"r\"\n\n--r\nContent-Type: message/delivery-status\n\nAction: failed\n\n--r\nContent-Type: message/rfc822\n\nFrom: us@firm\n\nx\n--r--\n",
            b"From: a@x\nContent-Type: message/rfc822\n\nFrom: b@y\nContent-Type: application/octet-stream; name=a.zip\nContent-Transfer-Encoding: quoted-printable\n\nPK=03=04",
        ],
    },
];

/// A text in a quantity cell, behind a sign for the file's decimal mark.
fn written_quantity(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let mark = [None, Some(DecimalMark::Comma), Some(DecimalMark::Point)][usize::from(*first) % 3];
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let alone = quantity::read(&Cell::Text(text.into()), None);
    let known = quantity::read(&Cell::Text(text.into()), mark);
    for said in [&alone, &known] {
        if let Said::Quantity { quantity, .. } = said {
            assert!(*quantity > Quantity::ZERO && *quantity <= MOST, "{text:?} is {quantity}");
        }
    }
    // Spaces around it change nothing.
    assert_eq!(quantity::read(&Cell::Text(format!("  {text}\u{a0}")), mark), known, "{text:?}");
}

/// The directory of a packed file.
fn packed(bytes: &[u8]) {
    if let Err((code, detail)) = package::check_directory(bytes) {
        assert!(code.starts_with("sheet_") || code == "not_a_sheet", "{code}");
        assert!(!detail.is_empty());
    }
}

/// A file that is text, a page or XML. What is packed goes to a library that is known to take any amount of memory, and runs
/// in a process of its own.
fn text_file(bytes: &[u8]) {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(package::COMPOUND_FILE) {
        return;
    }
    let Ok(book) = file::read(bytes.to_vec()) else { return };
    for sheet in &book.sheets {
        assert!(sheet.rows.windows(2).all(|pair| pair[0].number < pair[1].number), "rows in order");
        assert!(sheet.rows.iter().all(|row| row.cells.len() <= 64));
    }
    told(&book);
}

const WORDS: [&str; 16] = [
    "Code",
    "Quantity",
    "Наименование",
    "Цена",
    "Заказ",
    "Итого",
    "1 шт",
    "1.000",
    "form_id",
    "Form 7K2Q9-M3T4V",
    "C0000",
    "C0007",
    "Tea 7",
    "нет",
    "4,6E+5",
    "12-05",
];

/// A workbook spelled out by bytes: what kind of cell comes next, and what is in it.
fn cells(bytes: &[u8]) {
    let mut book = Workbook { sheets: vec![Sheet { name: "0".into(), visible: true, rows: Vec::new() }], ..Workbook::default() };
    let mut rest = bytes.iter().copied();
    let mut row = Row { number: 1, ..Row::default() };
    while let Some(kind) = rest.next() {
        let next = rest.next().unwrap_or(0);
        let cell = match kind % 12 {
            0 => Cell::Empty,
            1 => Cell::Number(f64::from(next)),
            2 => Cell::Number(f64::from(next) / 7.0 - 3.0),
            3 => Cell::Text(WORDS[usize::from(next) % WORDS.len()].into()),
            4 => Cell::Text(row_id(u32::from(next) % 40)),
            5 => Cell::Bool(next % 2 == 0),
            6 => Cell::Date(format!("20{:02}-0{}-1{}T00:00:00", next % 100, 1 + next % 9, next % 10)),
            7 => Cell::Error("#REF!".into()),
            11 => Cell::LongText("x".repeat(usize::from(next))),
            what => {
                let number = row.number + 1 + u32::from(next % 3);
                let full = std::mem::replace(&mut row, Row { number, ..Row::default() });
                let last = book.sheets.len() - 1;
                if !full.cells.is_empty() {
                    book.sheets[last].rows.push(full);
                }
                if what == 9 && book.sheets.len() < 4 {
                    book.sheets.push(Sheet { name: book.sheets.len().to_string(), visible: next % 2 == 0, rows: Vec::new() });
                }
                if what == 10 {
                    let name = ["OF_QTY", "OF_CODE", "OF_PRICE", "OF_TOTAL", "OF_PO", "OF_FORM_ID"][usize::from(next) % 6];
                    book.names.push((name.into(), format!("'0'!${0}${1}:${0}${2}", char::from(b'A' + next % 8), 1 + next % 5, 1 + u32::from(next))));
                }
                continue;
            }
        };
        if row.cells.len() < 16 {
            row.formulas |= u64::from(next > 250) << row.cells.len();
            row.cells.push(cell);
        }
    }
    if let Some(sheet) = book.sheets.last_mut()
        && !row.cells.is_empty()
    {
        sheet.rows.push(row);
    }
    told(&book);
}

/// What has to hold of any reading: every row that orders something is told once, taken once or refused.
fn told(book: &Workbook) {
    let item = |at: u32| Item {
        code: format!("C{at:04}"),
        name: format!("Tea {at}"),
        unit: "pc".into(),
        price: Price::from_raw(10_000 + i64::from(at)),
        ..Item::default()
    };
    let goods = Goods::new((0..40).map(item).collect(), book.sheets.len() % 2 == 1);
    identity::identify(book, "order.xlsx", "");
    let mut book = book.clone();
    let reading = read(&book, &goods);
    let mut rows = HashSet::new();
    let mut items = HashSet::new();
    // Sheets of one name tell their rows alike.
    let names: HashSet<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    for line in &reading.lines {
        assert!(rows.insert((&line.sheet, line.row)) || names.len() < book.sheets.len(), "row {} of {} twice", line.row, line.sheet);
        if line.refused.is_none() {
            let quantity = line.quantity.expect("a taken line has a quantity");
            assert!(quantity > Quantity::ZERO && quantity <= MOST);
            assert!(items.insert(line.item.expect("a taken line has a product")), "{} twice", line.code);
        }
    }
    thin(&mut book);
    assert_eq!(read(&book, &goods).lines, reading.lines);
}

/// A message as a mailbox hands it over. Nothing of it is more than was agreed on, or holds what neither a sheet nor a database
/// takes; and only letters are answered.
fn message(bytes: &[u8]) {
    let letter = match mime::read(bytes) {
        Ok(letter) => letter,
        Err((code, detail)) => {
            assert!(code.starts_with("mail_") && !detail.is_empty(), "{code}: {detail}");
            return;
        }
    };
    assert_eq!(mime::read(bytes).as_ref(), Ok(&letter), "read twice");
    let plain = |text: &str, most: usize| text.chars().count() <= most && !text.chars().any(|sign| sign.is_control() && !matches!(sign, '\n' | '\t'));
    assert!(plain(&letter.text, 20_000) && plain(&letter.subject, 300) && plain(&letter.from, 1_000), "{letter:?}");
    assert!(letter.files.len() <= 41 && letter.files.iter().all(|file| plain(&file.name, 200) && !file.name.contains('/')), "{letter:?}");
    let own = ["orders@firm.example".to_string()];
    assert!(!kind::may_be_answered(&letter, &own) || kind::kind(&letter, &own) == kind::Kind::Letter);
}
