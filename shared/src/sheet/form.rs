//! What goes with the list in its workbook: links to the groups, terms and notes; the hidden sheet a returned form is
//! recognised by; what a program shows of the file.

use std::rc::Rc;

use super::book::{At, Custom, Print, Properties, Protection, Row, Rows, SetUp, Value, created, made};
use super::formulas::{cell, quantity_number};
use super::price_list::{Head, Listed};
use super::styles::Style;
use super::{MAX_ROWS, SheetError, cell_text, checksum, footer, row_id, sheet_name, styles};
use crate::catalog::Snapshot;
use crate::words::{format, sheet as words};

/// Group rows in a workbook that has links to them; Excel takes 65,530 links on a sheet.
pub(super) const MAX_LINKS: usize = 5_000;

/// Links to the groups (a protected sheet's outline does not fold in Excel), terms, note, and what could not be placed.
pub(super) fn contents(listed: &Listed, list: &str, groups: &[Head]) -> Result<(SetUp, Rows), SheetError> {
    let (head, lang) = (&listed.list.head, listed.lang);
    let mut rows = Vec::new();
    let mut at = 0;
    if !listed.missing.is_empty() {
        line(&mut rows, at, styles::HEADING, words::NOT_IN_LIST.say(lang));
        for missing in &listed.missing {
            at += 1;
            let row = line(&mut rows, at, styles::CODE, &missing.code);
            row.put(1, styles::PLAIN, Value::Number(quantity_number(missing.quantity)));
        }
        at += 2;
    }
    for (title, text) in [(words::TERMS, &head.terms), (words::NOTE, &head.note)] {
        if !text.is_empty() {
            line(&mut rows, at, styles::HEADING, title.say(lang));
            line(&mut rows, at + 1, styles::guarded(styles::WRAPPED, text), text);
            at += 3;
        }
    }
    line(&mut rows, at, styles::HEADING, words::GROUPS.say(lang));
    if groups.len() > MAX_LINKS {
        at += 1;
        line(&mut rows, at, styles::PLAIN, &words::LINKS_LEFT_OUT.with(lang, &[("n", &format::integer(lang, MAX_LINKS as i64))]));
    }
    if at as usize + groups.len() + 1 >= MAX_ROWS {
        return Err(SheetError::TooManyRows);
    }
    let target = list.replace('\'', "''");
    for (count, group) in groups.iter().enumerate() {
        at += 1;
        let mut row = Row::new(at);
        let text = cell_text(&group.name);
        if count < MAX_LINKS {
            row.put(0, styles::guarded(styles::link(group.depth), &text), Value::Link { text, place: format!("'{target}'!{}", cell(group.at, 0, false)) });
        } else {
            row.put(0, styles::guarded(styles::PLAIN, &text), Value::Text(text));
        }
        rows.push(row);
    }
    let set_up = SetUp {
        widths: vec![90],
        print: Some(Print {
            repeat: None,
            area: None,
            form: false,
            header: String::new(),
            footer: footer(&listed.form.form_id, words::CONTENTS.say(lang), lang),
        }),
        protection: Protection::All,
        ..SetUp::new(sheet_name(words::CONTENTS.say(lang)))
    };
    Ok((set_up, made(rows)))
}

/// Begins a row with a text.
fn line<'r>(rows: &'r mut Vec<Row>, at: At, style: Style, text: &str) -> &'r mut Row {
    let mut row = Row::new(at);
    row.text(0, style, text);
    rows.push(row);
    let last = rows.len() - 1;
    &mut rows[last]
}

/// The checksum in the hidden sheet of a whole list issued under `form_id`.
pub fn form_checksum(snapshot: &Snapshot, form_id: &str) -> String {
    let rows = snapshot.products.iter().enumerate().map(|(at, product)| [row_id(at as u32), product.code.clone(), product.price().to_string()]);
    sum(form_id, snapshot.version, rows)
}

fn sum(form_id: &str, version: u32, rows: impl Iterator<Item = [String; 3]>) -> String {
    checksum([form_id.to_string(), version.to_string()].into_iter().chain(rows.flatten()))
}

/// The hidden sheet a returned form is recognised by.
pub(super) fn meta(listed: &Rc<Listed>) -> (SetUp, Rows) {
    let (head, form, list) = (&listed.list.head, &listed.form, &listed.list);
    let goods = listed.shown.iter().map(|row| [row_id(*row), list.code(*row as usize).to_string(), list.price(*row as usize).to_string()]);
    let facts = [
        ("form_id", form.form_id.clone()),
        ("version", head.version.to_string()),
        ("overlay", head.overlay.clone()),
        ("customer", form.customer_code.clone().unwrap_or_default()),
        ("currency", head.currency.code().to_string()),
        ("vat_mode", head.vat_mode.word().to_string()),
        ("vat_method", form.vat_method.word().to_string()),
        ("published_at", head.published_at.to_string()),
        ("issued_at", form.issued_at.to_string()),
        ("valid_from", head.valid_from.clone()),
        ("valid_until", head.valid_until.clone().unwrap_or_default()),
        ("rows", listed.shown.len().to_string()),
        ("checksum", sum(&form.form_id, head.version, goods)),
    ];
    let mut rows: Vec<Row> = Vec::new();
    let token = form.token.clone().map(|token| ("token", token));
    for (at, (key, value)) in facts.into_iter().chain(token).enumerate() {
        let mut row = Row::new(at as At);
        row.text(0, styles::PLAIN, key);
        row.text(1, styles::CODE, &value);
        rows.push(row);
    }
    let first = rows.len() as At + 1;
    let mut heads = Row::new(first);
    heads.text(0, styles::PLAIN, "row_id");
    heads.text(1, styles::PLAIN, "code");
    rows.push(heads);
    let listed = listed.clone();
    let goods = (0..listed.shown.len()).map(move |place| {
        let number = listed.shown[place];
        let mut row = Row::new(first + 1 + place as At);
        row.put(0, styles::PLAIN, Value::Text(row_id(number)));
        row.text(1, styles::CODE, listed.list.code(number as usize));
        Ok(row)
    });
    let set_up = SetUp { hidden: true, protection: Protection::All, ..SetUp::new("_meta".to_string()) };
    (set_up, Box::new(rows.into_iter().map(Ok).chain(goods)))
}

pub(super) fn properties(listed: &Listed) -> Result<Properties, SheetError> {
    let (head, form, lang) = (&listed.list.head, &listed.form, listed.lang);
    Ok(Properties {
        title: cell_text(&format!("{}: {}", form.firm_name, words::PRICE_LIST_NO.with(lang, &[("n", &head.version)]))),
        subject: words::PRICE_LIST.say(lang).to_string(),
        firm: cell_text(&form.firm_name),
        keywords: cell_text(&form.form_id),
        created: created(form.issued_at)?,
        custom: vec![
            ("OrderFormId", Custom::Text(cell_text(&form.form_id))),
            ("PriceListVersion", Custom::Number(i32::try_from(head.version).unwrap_or(i32::MAX))),
        ],
    })
}
