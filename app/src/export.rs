//! Excel files, made off the main thread by a worker that is started on first use and ended after each file:
//! WASM memory never shrinks, and most visits export nothing. The worker's contract is in `app/worker`.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use js_sys::{Object, Reflect, Uint8Array};
use kontor_shared::api::Order;
use kontor_shared::drafts::{Draft, DraftLine, Typed};
use kontor_shared::words::shop as words;
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use crate::browser;
use crate::catalogue::shop;
use crate::draft;
use crate::house::{firm, session};
use crate::lang::{count, lang, say};
use crate::ui::toast;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// 100 000 rows take two seconds; a worker silent for this long has failed.
const PATIENCE: Duration = Duration::from_secs(90);

#[wasm_bindgen]
extern "C" {
    type Worker;
    #[wasm_bindgen(constructor, js_class = "Worker", catch)]
    fn new(url: &str, options: &JsValue) -> Result<Worker, JsValue>;
    #[wasm_bindgen(method, js_name = postMessage)]
    fn post_message(this: &Worker, message: &JsValue);
    #[wasm_bindgen(method)]
    fn terminate(this: &Worker);
    #[wasm_bindgen(method, setter, js_name = onmessage)]
    fn on_message(this: &Worker, handler: &JsValue);
    #[wasm_bindgen(method, setter, js_name = onerror)]
    fn on_error(this: &Worker, handler: &JsValue);
}

/// What to save.
#[derive(Clone)]
pub enum What {
    /// The price list as this reader sees it, which is the order form, with the draft's quantities in it.
    PriceList,
    /// The same with the quantities of an order that waits on this device.
    Waiting(Arc<Draft>),
    /// A stored order.
    Order(Arc<Order>),
}

/// Makes the file and hands it to the browser's downloads.
pub fn save(what: What) {
    match message(&what) {
        Some(message) => {
            toast::tell(say(words::SAVING_EXCEL));
            run(what, message);
        }
        None => toast::fail(say(words::LIST_NOT_HERE)),
    }
}

fn message(what: &What) -> Option<JsValue> {
    let message = Object::new();
    let set = |key: &str, value: JsValue| Reflect::set(&message, &key.into(), &value).ok();
    set("lang", lang().tag().into())?;
    let firm = untrack(firm)?;
    match what {
        What::Order(order) => {
            set("kind", "order".into())?;
            set("order", serde_json::to_string(order.as_ref()).ok()?.into())?;
            set("firm", serde_json::to_string(firm.as_ref()).ok()?.into())?;
        }
        What::PriceList | What::Waiting(_) => {
            let catalogue = shop().here_untracked()?;
            let customer = untrack(session).and_then(|session| session.customer);
            let mut unreadable = 0;
            let mut read_lines = |draft: &Draft| -> Vec<_> {
                let read = |line: &DraftLine| match line.read(lang()) {
                    Typed::Quantity(quantity) if catalogue.row(&line.code).is_some() => Some(json!({"code": line.code, "quantity": quantity})),
                    Typed::Nothing => None,
                    _ => {
                        unreadable += 1;
                        None
                    }
                };
                draft.lines.iter().filter_map(read).collect()
            };
            let lines = match what {
                What::Waiting(draft) => read_lines(draft),
                _ => draft::store().draft.with_untracked(read_lines),
            };
            if unreadable > 0 {
                toast::fail(count(words::NOT_IN_FILE, unreadable));
            }
            let form = json!({
                "form_id": form_id(),
                "customer_code": customer.as_ref().map(|customer| &customer.code),
                "customer_name": customer.as_ref().map(|customer| &customer.name),
                "firm_name": firm.name,
                "firm_email": firm.email,
                "firm_phone": firm.phone,
                "issued_at": browser::now(),
                "demo": firm.demo,
            });
            set("kind", "price_list".into())?;
            set("snapshot", Uint8Array::from(catalogue.list().encode().ok()?.as_slice()).into())?;
            set("lines", serde_json::to_string(&lines).ok()?.into())?;
            set("form", form.to_string().into())?;
        }
    }
    Some(message.into())
}

/// Ten characters that people can read out: no I, L, O, U (Crockford's base 32).
fn form_id() -> String {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let text: String = browser::random::<10>().iter().map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect();
    format!("{}-{}", &text[..5], &text[5..])
}

/// Starts the worker, asks it, and ends it with the answer, whatever that is.
fn run(what: What, message: JsValue) {
    let fail = move || {
        let again = what.clone();
        toast::fail_with(say(words::EXCEL_FAILED), say(kontor_shared::words::common::TRY_AGAIN), move || save(again.clone()));
    };
    let url = document().query_selector("meta[name=kontor-worker]").ok().flatten().and_then(|meta| meta.get_attribute("content"));
    let options = Object::new();
    let _ = Reflect::set(&options, &"type".into(), &"module".into());
    let Some(Ok(worker)) = url.map(|url| Worker::new(&url, &options)) else {
        return fail();
    };
    let worker = Rc::new(worker);
    let done = Rc::new(Cell::new(false));
    // Only the first of answer, error and timeout counts.
    let finish = {
        let (worker, done) = (worker.clone(), done.clone());
        move || {
            worker.terminate();
            !done.replace(true)
        }
    };
    let answered = {
        let (finish, fail) = (finish.clone(), fail.clone());
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if !finish() {
                return;
            }
            let reply = event.data();
            let get = |key: &str| Reflect::get(&reply, &key.into()).unwrap_or(JsValue::UNDEFINED);
            match (get("ok").as_bool(), get("name").as_string(), get("bytes").dyn_into::<js_sys::ArrayBuffer>()) {
                (Some(true), Some(name), Ok(bytes)) => {
                    browser::download(&name, XLSX, &Uint8Array::new(&bytes).to_vec());
                    toast::tell(words::EXCEL_SAVED.with(lang(), &[("name", &name)]));
                }
                _ => fail(),
            }
        })
    };
    let failed = {
        let (finish, fail) = (finish.clone(), fail.clone());
        Closure::<dyn FnMut()>::new(move || {
            if finish() {
                fail();
            }
        })
    };
    worker.on_message(answered.as_ref());
    worker.on_error(failed.as_ref());
    worker.post_message(&message);
    // The timer keeps both handlers alive as long as they can be called, and lets them go with itself.
    set_timeout(
        move || {
            if finish() {
                fail();
            }
            drop((answered, failed));
        },
        PATIENCE,
    );
}
