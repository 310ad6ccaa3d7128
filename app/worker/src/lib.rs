//! The workbook module of the page: a WASM module of its own, loaded in a disposable Web Worker when somebody asks for a
//! sheet. Its memory never shrinks, so the page ends the worker after the download.
//!
//! # Contract with the page
//!
//! `cargo xtask build` writes `worker-boot-<hash>.js`, a module that imports the wasm-bindgen output, initialises it with
//! the URL of the `.wasm` file, and then sets `onmessage` to: call [`handle`] with `event.data`; `postMessage` the object
//! it returns, transferring `reply.bytes` (an `ArrayBuffer`) when there is one. Messages that arrive while the module is
//! still loading wait in the worker's queue as long as `onmessage` is set in the module's first turn or a promise of the
//! initialised module is awaited inside it. `handle` does not throw for a bad message: the reply says so.
//!
//! Messages, each with `lang` (`en`, `ru`, `bg`):
//!
//! - `{kind: "price_list", snapshot: Uint8Array, lines: string, form: string}` where `snapshot` is encoded
//!   [`kontor_shared::catalog::columns::Columns`] (as the server sent it, decompressed), `lines` JSON of
//!   `[{"code": "85123A", "quantity": "12"}]`, and `form` JSON of [`kontor_shared::sheet::FormInfo`];
//! - `{kind: "order", order: string, firm: string}`, JSON of [`kontor_shared::api::Order`] and [`kontor_shared::api::Firm`].
//!
//! Replies: `{ok: true, name: string, bytes: ArrayBuffer}` or `{ok: false, error: string}`.

use js_sys::{Object, Reflect, Uint8Array};
use kontor_shared::catalog::Snapshot;
use kontor_shared::sheet::{self, FormInfo, OrderedLine};
use kontor_shared::{api, words::Lang};
use wasm_bindgen::prelude::*;

/// Answers one message; see the module's contract. `Err` only where the browser cannot make an object.
#[wasm_bindgen]
pub fn handle(message: JsValue) -> Result<JsValue, JsValue> {
    let reply = Object::new();
    let set = |key: &str, value: &JsValue| Reflect::set(&reply, &JsValue::from_str(key), value).map(|_| ());
    match write(&message) {
        Ok((name, bytes)) => {
            set("ok", &JsValue::TRUE)?;
            set("name", &JsValue::from_str(&name))?;
            set("bytes", &Uint8Array::from(bytes.as_slice()).buffer())?;
        }
        Err(error) => {
            set("ok", &JsValue::FALSE)?;
            set("error", &JsValue::from_str(&error))?;
        }
    }
    Ok(reply.into())
}

/// Makes the workbook a message asks for: its file name and bytes.
fn write(message: &JsValue) -> Result<(String, Vec<u8>), String> {
    let lang = text(message, "lang")?;
    let lang = Lang::parse(&lang).ok_or_else(|| format!("no language {lang}"))?;
    match text(message, "kind")?.as_str() {
        "price_list" => {
            let bytes: Uint8Array = field(message, "snapshot")?.dyn_into().map_err(|_| "snapshot is not a Uint8Array".to_string())?;
            let snapshot = Snapshot::decode(&bytes.to_vec()).map_err(|error| format!("the price list cannot be read: {error}"))?;
            let lines: Vec<OrderedLine> = json(message, "lines")?;
            let form: FormInfo = json(message, "form")?;
            let name = sheet::file_name(&form.firm_name, form.customer_code.as_deref(), &snapshot.valid_from, lang);
            let bytes = sheet::write_price_list(&snapshot, &lines, &form, lang).map_err(|error| error.to_string())?;
            Ok((name, bytes))
        }
        "order" => {
            let order: api::Order = json(message, "order")?;
            let firm: api::Firm = json(message, "firm")?;
            let bytes = sheet::write_order(&order, &firm, lang).map_err(|error| error.to_string())?;
            Ok((sheet::order_file_name(&firm.name, &order.number, lang), bytes))
        }
        other => Err(format!("no workbook of kind {other}")),
    }
}

fn field(message: &JsValue, key: &str) -> Result<JsValue, String> {
    Reflect::get(message, &JsValue::from_str(key)).map_err(|_| format!("{key} is missing"))
}

fn text(message: &JsValue, key: &str) -> Result<String, String> {
    field(message, key)?.as_string().ok_or_else(|| format!("{key} is not a text"))
}

fn json<T: serde::de::DeserializeOwned>(message: &JsValue, key: &str) -> Result<T, String> {
    serde_json::from_str(&text(message, key)?).map_err(|error| format!("{key}: {error}"))
}
