//! The workbook module of the page: a WASM module of its own, loaded in a disposable Web Worker when somebody asks for a
//! sheet. Its memory never shrinks, so the page ends the worker after the download, or before it to stop it.
//!
//! # Contract with the page
//!
//! `boot.js` beside this crate is the worker's script; `cargo xtask build` writes it as `worker-boot-<hash>.js`. It answers
//! each message with one of:
//!
//! - `{name, blob}`: the file;
//! - `{need: "list"}`: the list is not to be had at its address; the page asks again with the bytes;
//! - `{error}`;
//!
//! and says `{done, all}` in rows before that while it takes its time. Messages, each with `lang` (`en`, `ru`, `bg`):
//!
//! - `{lang, url | list, discount, only, lines, form}`: `list` are encoded [`Columns`] as a `Uint8Array`, or they are at
//!   `url`, in the browser's cache since the page fetched them; `discount` (a decimal) comes off each price; `only` is a
//!   `Uint32Array` of rows or nothing; `lines` is JSON of `[{"code": "85123A", "quantity": "12"}]`, `form` JSON of
//!   [`FormInfo`];
//! - `{lang, order, firm}`: JSON of [`api::Order`] and [`api::Firm`].

use js_sys::Uint8Array;
use kontor_shared::api;
use kontor_shared::catalog::columns::Columns;
use kontor_shared::money::Percent;
use kontor_shared::sheet::book::Book;
use kontor_shared::sheet::stream::Stream;
use kontor_shared::sheet::zip::{Packed, Zip};
use kontor_shared::sheet::{self, FormInfo, OrderedLine};
use kontor_shared::words::Lang;
use wasm_bindgen::prelude::*;

/// One workbook in the making: its files one after another, each in pieces.
#[wasm_bindgen]
pub struct Job {
    name: String,
    stream: Stream,
    zip: Zip,
    file: String,
    sum: crc32fast::Hasher,
    length: u32,
}

#[wasm_bindgen]
impl Job {
    /// The price list, or of it the rows in `only`.
    pub fn list(lang: &str, list: Vec<u8>, discount: &str, only: Option<Vec<u32>>, lines: &str, form: &str) -> Result<Job, JsError> {
        let lang = language(lang)?;
        let list = Columns::decode(&list).map_err(|error| JsError::new(&format!("the price list cannot be read: {error}")))?;
        let discount: Percent = discount.parse().map_err(|_| JsError::new("discount is no percentage"))?;
        let lines: Vec<OrderedLine> = json("lines", lines)?;
        let form: FormInfo = json("form", form)?;
        let name = sheet::file_name(&form.firm_name, form.customer_code.as_deref(), &list.head.valid_from, lang);
        Ok(Self::new(name, sheet::price_list(list.less(discount), only.as_deref(), &lines, form, lang)?))
    }

    /// An order.
    pub fn order(lang: &str, order: &str, firm: &str) -> Result<Job, JsError> {
        let lang = language(lang)?;
        let order: api::Order = json("order", order)?;
        let firm: api::Firm = json("firm", firm)?;
        Ok(Self::new(sheet::order_file_name(&firm.name, &order.number, lang), sheet::order(&order, &firm, lang)?))
    }

    fn new(name: String, book: Book) -> Self {
        Self { name, stream: Stream::new(book), zip: Zip::default(), file: String::new(), sum: crc32fast::Hasher::new(), length: 0 }
    }

    /// What the workbook is called.
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// Begins the next file of the workbook; whether there is one.
    pub fn file(&mut self) -> bool {
        let next = self.stream.file();
        self.sum = crc32fast::Hasher::new();
        self.length = 0;
        next.map(|name| self.file = name).is_some()
    }

    /// The next piece of the file; nothing at its end.
    pub fn piece(&mut self) -> Result<Option<Uint8Array>, JsError> {
        let Some(piece) = self.stream.piece()? else { return Ok(None) };
        self.sum.update(piece);
        self.length += piece.len() as u32;
        Ok(Some(Uint8Array::from(piece)))
    }

    /// What stands before the file, now that it is so long in the archive.
    pub fn header(&mut self, packed: u32, deflated: bool) -> Vec<u8> {
        self.zip.file(&Packed { name: &self.file, crc: self.sum.clone().finalize(), length: self.length, packed, deflated })
    }

    /// What stands after the last file.
    pub fn end(&self) -> Vec<u8> {
        self.zip.end()
    }

    /// How many rows are written.
    pub fn done(&self) -> u32 {
        self.stream.progress().0 as u32
    }

    /// How many rows there are to write.
    pub fn all(&self) -> u32 {
        self.stream.progress().1 as u32
    }
}

fn language(tag: &str) -> Result<Lang, JsError> {
    Lang::parse(tag).ok_or_else(|| JsError::new(&format!("no language {tag}")))
}

fn json<T: serde::de::DeserializeOwned>(what: &str, text: &str) -> Result<T, JsError> {
    serde_json::from_str(text).map_err(|error| JsError::new(&format!("{what}: {error}")))
}
