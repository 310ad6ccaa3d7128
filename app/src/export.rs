//! Excel files, made off the main thread by a worker that is started on first use and ended after each file:
//! WASM memory never shrinks, and most visits export nothing. The worker's contract is in `app/worker`.
//!
//! The list does not pass through here: the worker takes it from the browser's cache, by its address.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use js_sys::{Object, Reflect, Uint8Array, Uint32Array};
use kontor_shared::api::Order;
use kontor_shared::drafts::{Draft, DraftLine, Typed};
use kontor_shared::money::Percent;
use kontor_shared::words::{common, export as own_words, shop as words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use crate::browser;
use crate::catalogue::{Catalogue, shop};
use crate::draft;
use crate::forms::{self, Form};
use crate::house::{firm, session};
use crate::lang::{count, lang, say};
use crate::ui::toast;
use crate::workers::{self, Worker};

/// 100 000 rows take two seconds, and it says how far it is; a worker silent for this long has failed.
const PATIENCE_MS: u64 = 60_000;
const WATCH: Duration = Duration::from_secs(5);
/// What takes longer than this shows how far it is.
const AT_ONCE: Duration = Duration::from_millis(500);
/// What to save.
#[derive(Clone)]
pub enum What {
    /// The price list as this reader sees it, which is the order form, with the draft's quantities in it.
    PriceList,
    /// The same with the quantities of an order that waits on this device.
    Waiting(Arc<Draft>),
    /// Of the list they were found in only these rows, and what is ordered beside them.
    Found(Arc<Catalogue>, Arc<[u32]>),
    /// A stored order.
    Order(Arc<Order>),
}

/// Makes the file and hands it to the browser's downloads.
pub fn save(what: What) {
    spawn_local(async move {
        // A stored order is read, not filled in.
        let form = match (&what, shop().here_untracked()) {
            (What::Order(_), _) | (_, None) => Form::default(),
            (_, Some(here)) => forms::issue(&here.info).await,
        };
        match message(&what, &form, false) {
            Some(message) => run(what, form, &message),
            None => toast::fail(say(words::LIST_NOT_HERE)),
        }
    });
}

/// What the worker is asked; with the list in it where it cannot be had at its address.
fn message(what: &What, form: &Form, whole: bool) -> Option<JsValue> {
    let message = Object::new();
    let set = |key: &str, value: JsValue| Reflect::set(&message, &key.into(), &value).ok();
    set("lang", lang().tag().into())?;
    let firm = untrack(firm)?;
    if let What::Order(order) = what {
        set("order", serde_json::to_string(order.as_ref()).ok()?.into())?;
        set("firm", serde_json::to_string(firm.as_ref()).ok()?.into())?;
        return Some(message.into());
    }
    let here = shop().here_untracked()?;
    let catalogue = match what {
        // Rows are numbers of the list they were found in, which may be another one by now. With other prices it is another
        // reader's: theirs is not given to whoever came after.
        What::Found(found, rows) => {
            set("only", Uint32Array::from(rows.as_ref()).into())?;
            (found.info.overlay == here.info.overlay).then(|| found.clone())?
        }
        _ => here,
    };
    if whole {
        // What is held here has the discount taken off.
        set("list", Uint8Array::from(catalogue.list().encode().ok()?.as_slice()).into())?;
        set("discount", Percent::ZERO.to_string().into())?;
    } else {
        set("url", catalogue.info.snapshot_url.as_str().into())?;
        set("discount", catalogue.info.discount.to_string().into())?;
    }
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
    if unreadable > 0 && !whole {
        toast::fail(count(words::NOT_IN_FILE, unreadable));
    }
    let form = json!({
        "form_id": form.id,
        "token": form.token,
        "customer_code": customer.as_ref().map(|customer| &customer.code),
        "customer_name": customer.as_ref().map(|customer| &customer.name),
        "firm_name": firm.name,
        "firm_email": firm.email,
        "firm_phone": firm.phone,
        "firm_address": firm.address,
        "issued_at": browser::now(),
        "vat_method": catalogue.info.vat_method,
        "demo": firm.demo,
    });
    set("lines", serde_json::to_string(&lines).ok()?.into())?;
    set("form", form.to_string().into())?;
    Some(message.into())
}

/// A file in the making.
struct Run {
    what: What,
    form: Form,
    worker: Worker,
    /// Only the first of answer, error, silence and stop counts.
    ended: Cell<bool>,
    heard_at: Cell<u64>,
    shown: RefCell<Option<toast::Working>>,
}

thread_local! {
    /// Files in the making, by number: a toast's button may be pressed from anywhere and holds a number only.
    static RUNS: RefCell<Vec<(u32, Rc<Run>)>> = const { RefCell::new(Vec::new()) };
    static LAST: Cell<u32> = const { Cell::new(0) };
}

impl Run {
    /// Ends the worker; whether it had not ended before.
    fn end(&self) -> bool {
        self.worker.terminate();
        self.shown.borrow_mut().take();
        RUNS.with_borrow_mut(|runs| runs.retain(|(_, run)| !std::ptr::eq(run.as_ref(), self)));
        !self.ended.replace(true)
    }

    fn fail(&self) {
        if self.end() {
            again(self.what.clone());
        }
    }

    fn hear(&self, reply: &JsValue) {
        let get = |key: &str| Reflect::get(reply, &key.into()).unwrap_or(JsValue::UNDEFINED);
        self.heard_at.set(browser::now());
        if let (Some(done), Some(all)) = (get("done").as_f64(), get("all").as_f64()) {
            if let Some(shown) = &*self.shown.borrow() {
                shown.at(done / all.max(1.0));
            }
        } else if get("need").is_string() {
            match message(&self.what, &self.form, true) {
                Some(message) => self.worker.post_message(&message),
                None => self.fail(),
            }
        } else if let (Some(name), true) = (get("name").as_string(), get("blob").is_object()) {
            if self.end() {
                browser::download_blob(&name, &get("blob"));
                toast::tell(words::EXCEL_SAVED.with(lang(), &[("name", &name)]));
            }
        } else {
            self.fail();
        }
    }
}

fn again(what: What) {
    toast::fail_with(say(words::EXCEL_FAILED), say(common::TRY_AGAIN), move || save(what.clone()));
}

fn stop(number: u32) {
    let run = RUNS.with_borrow(|runs| runs.iter().find(|(other, _)| *other == number).map(|(_, run)| run.clone()));
    if run.is_some_and(|run| run.end()) {
        toast::tell(say(own_words::STOPPED));
    }
}

/// Starts the worker, asks it, and ends it with the answer, whatever that is.
fn run(what: What, form: Form, message: &JsValue) {
    let Some(worker) = workers::start("worker") else { return again(what) };
    let number = LAST.get() + 1;
    LAST.set(number);
    let run = Rc::new(Run { what, form, worker, ended: Cell::new(false), heard_at: Cell::new(browser::now()), shown: RefCell::new(None) });
    RUNS.with_borrow_mut(|runs| runs.push((number, run.clone())));
    let heard = {
        let run = run.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| run.hear(&event.data()))
    };
    let failed = {
        let run = run.clone();
        Closure::<dyn FnMut()>::new(move || run.fail())
    };
    run.worker.on_message(heard.as_ref());
    run.worker.on_error(failed.as_ref());
    run.worker.post_message(message);
    {
        let run = run.clone();
        set_timeout(
            move || {
                if !run.ended.get() {
                    *run.shown.borrow_mut() = Some(toast::working(say(words::SAVING_EXCEL), say(own_words::STOP), move || stop(number)));
                }
            },
            AT_ONCE,
        );
    }
    watch(run, (heard, failed));
}

/// Looks after a run until it has ended; keeps its handlers as long as they can be called, and lets them go then.
fn watch<T: 'static>(run: Rc<Run>, handlers: T) {
    set_timeout(
        move || {
            if browser::now().saturating_sub(run.heard_at.get()) > PATIENCE_MS {
                run.fail();
            }
            if run.ended.get() {
                drop(handlers);
            } else {
                watch(run, handlers);
            }
        },
        WATCH,
    );
}
