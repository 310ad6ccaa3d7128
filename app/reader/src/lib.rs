//! The module that opens files people send: a WASM module of its own, loaded in a disposable Web Worker for each file. A file
//! that does harm ends the worker, whose memory is bounded (`build.rs`); the page and the draft in it stay.
//!
//! # Contract with the page
//!
//! `boot.js` beside this crate is the worker's script; `cargo xtask build` writes it as `reader-boot-<hash>.js`. A message is
//! `{task, url | list, bytes | text}`: `task` is JSON of [`Task`]; `list` are encoded [`Columns`] as a `Uint8Array`, or they are
//! at `url`, in the browser's cache since the page fetched them; `bytes` is the file, `text` what was pasted. The answer:
//!
//! - `{told}`: JSON of [`Told`];
//! - `{need: "list"}`: the list is not to be had at its address; the page asks again with the bytes;
//! - `{error}`: the worker can no longer be used.

use kontor_shared::api::forms::{FormAccount, FormColumns};
use kontor_shared::catalog::columns::Columns;
use kontor_shared::form::account::{self, Head};
use kontor_shared::form::{Goods, Note, Reading, Warning, Workbook, file, identity, pasted, read_by, version};
use kontor_shared::money::{Currency, Percent, VatMethod};
use kontor_shared::words::Lang;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// How a file is to be read.
#[derive(Deserialize)]
pub struct Task {
    lang: Lang,
    /// What comes off each price.
    discount: Percent,
    /// The reader's own code, where somebody is signed in.
    customer: String,
    vat_method: VatMethod,
    file_name: String,
    columns: Vec<FormColumns>,
}

/// What became of it.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    Account(Box<FormAccount>),
    /// The file is not opened; a stable code says why.
    Refused(&'static str),
}

/// Reads a file.
#[wasm_bindgen]
pub fn read_file(task: &str, list: Vec<u8>, bytes: Vec<u8>) -> Result<String, JsError> {
    let task = parse(task)?;
    let book = match file::read(bytes) {
        Ok(book) => book,
        Err((code, _)) => return say(&Told::Refused(code)),
    };
    let (list, goods) = goods(&list, task.discount)?;
    let reading = read_by(&book, &goods, &task.columns);
    let mut warnings = Vec::new();
    let named = identity::identify(&book, &task.file_name, "");
    if named.is_disputed() {
        let ids: Vec<&str> = named.votes.iter().map(|(id, _)| id.as_str()).take(5).collect();
        warnings.push(Warning::new(Note::FormsDiffer, ids.join(", ")));
    }
    if identity::meta(&book, "customer").is_some_and(|made_for| !made_for.is_empty() && !task.customer.is_empty() && made_for != task.customer) {
        warnings.push(Warning::new(Note::OtherCustomer, ""));
    }
    if let Some(other) = version(&book).filter(|version| *version != list.version) {
        warnings.push(Warning::new(Note::OtherList, other.to_string()));
    }
    tell(&task, &list, &goods, reading, &book, named.form_id, warnings)
}

/// Reads lines that were pasted or typed.
#[wasm_bindgen]
pub fn read_text(task: &str, list: Vec<u8>, text: &str) -> Result<String, JsError> {
    let task = parse(task)?;
    if text.len() > pasted::MOST_TEXT {
        return say(&Told::Refused("sheet_too_large"));
    }
    let (list, goods) = goods(&list, task.discount)?;
    let reading = pasted::read(text, &goods, &task.columns);
    tell(&task, &list, &goods, reading, &Workbook { format: "pasted".into(), ..Workbook::default() }, None, Vec::new())
}

/// What of the list is said beside its goods.
struct List {
    version: u32,
    currency: Currency,
    vat_mode: kontor_shared::money::VatMode,
}

fn goods(list: &[u8], discount: Percent) -> Result<(List, Goods), JsError> {
    let list = Columns::decode(list).map_err(|error| JsError::new(&format!("the price list cannot be read: {error}")))?.less(discount).to_snapshot();
    let head = List { version: list.version, currency: list.currency, vat_mode: list.vat_mode };
    Ok((head, Goods::of(&list, false)))
}

fn tell(
    task: &Task,
    list: &List,
    goods: &Goods,
    reading: Reading,
    book: &Workbook,
    form_id: Option<String>,
    mut warnings: Vec<Warning>,
) -> Result<String, JsError> {
    if reading.is_cut {
        return say(&Told::Refused("sheet_cells"));
    }
    let (judged, totals) = match account::by_list(&reading, goods, list.currency, (list.vat_mode, task.vat_method)) {
        Ok(judged) => judged,
        Err(_) => return say(&Told::Refused("amount_too_large")),
    };
    warnings.extend(reading.warnings.iter().cloned());
    let head = Head { form_id, customer: task.customer.clone(), version: list.version, format: book.format.clone(), totals };
    say(&Told::Account(Box::new(account::account(head, &reading, goods, judged, warnings, task.lang))))
}

fn parse(task: &str) -> Result<Task, JsError> {
    serde_json::from_str(task).map_err(|error| JsError::new(&format!("task: {error}")))
}

fn say(told: &Told) -> Result<String, JsError> {
    serde_json::to_string(told).map_err(|error| JsError::new(&error.to_string()))
}
