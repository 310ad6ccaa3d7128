//! Has a file or a text read by the worker (its contract is in `app/reader`). Whatever becomes of the worker, the page stays.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Object, Reflect, Uint8Array};
use kontor_shared::api::forms::{FormAccount, FormColumns};
use kontor_shared::money::Percent;
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::json;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use crate::catalogue::shop;
use crate::house::session;
use crate::lang::lang;
use crate::workers::{self, Worker};

/// A hundred thousand rows take some seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is read.
#[derive(Clone)]
pub enum Source {
    File(String, Uint8Array),
    Text(String),
}

/// What came of it.
#[derive(Clone)]
pub enum Outcome {
    Account(Box<FormAccount>),
    /// A stable code.
    Refused(String),
    /// The worker ended: it had too little memory, or the file broke it.
    Died,
    TooSlow,
    Stopped,
}

/// What the worker tells.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Account(Box<FormAccount>),
    Refused(String),
}

type Done = Box<dyn FnOnce(Outcome)>;
type Handlers = (Closure<dyn FnMut(MessageEvent)>, Closure<dyn FnMut()>);

/// A reading under way. Only the first of answer, failure, time and stop counts.
pub struct Run {
    worker: Worker,
    source: Source,
    columns: Vec<FormColumns>,
    whole: Cell<bool>,
    done: RefCell<Option<Done>>,
    handlers: RefCell<Option<Handlers>>,
}

impl Run {
    fn end(&self, outcome: Outcome) {
        let Some(done) = self.done.borrow_mut().take() else { return };
        self.worker.terminate();
        // One of them may be what is running now.
        let handlers = self.handlers.borrow_mut().take();
        set_timeout(move || drop(handlers), Duration::ZERO);
        done(outcome);
    }

    pub fn stop(&self) {
        self.end(Outcome::Stopped);
    }

    fn hear(&self, reply: &JsValue) {
        let get = |key: &str| Reflect::get(reply, &key.into()).ok().and_then(|value| value.as_string());
        if get("need").is_some() && !self.whole.replace(true) {
            match message(&self.source, &self.columns, true) {
                Some(message) => self.worker.post_message(&message),
                None => self.end(Outcome::Died),
            }
            return;
        }
        self.end(match get("told").and_then(|told| serde_json::from_str(&told).ok()) {
            Some(Told::Account(account)) => Outcome::Account(account),
            Some(Told::Refused(code)) => Outcome::Refused(code),
            None => Outcome::Died,
        });
    }
}

/// What the worker is asked; with the list in it where it cannot be had at its address.
fn message(source: &Source, columns: &[FormColumns], whole: bool) -> Option<JsValue> {
    let message = Object::new();
    let set = |key: &str, value: JsValue| Reflect::set(&message, &key.into(), &value).ok();
    let catalogue = shop().here_untracked()?;
    let file_name = match source {
        Source::File(name, bytes) => {
            set("bytes", bytes.into())?;
            name.as_str()
        }
        Source::Text(text) => {
            set("text", text.into())?;
            ""
        }
    };
    let discount = if whole { Percent::ZERO } else { catalogue.info.discount };
    if whole {
        // What is held here has the discount taken off.
        set("list", Uint8Array::from(catalogue.list().encode().ok()?.as_slice()).into())?;
    } else {
        set("url", catalogue.info.snapshot_url.as_str().into())?;
    }
    let customer = untrack(session).and_then(|session| session.customer).map(|customer| customer.code).unwrap_or_default();
    let task = json!({
        "lang": lang(),
        "discount": discount,
        "customer": customer,
        "vat_method": catalogue.info.vat_method,
        "file_name": file_name,
        "columns": columns,
    });
    set("task", task.to_string().into())?;
    Some(message.into())
}

/// Starts a worker of its own for it. Without one nothing is read.
pub fn read(source: Source, columns: Vec<FormColumns>, done: impl FnOnce(Outcome) + 'static) -> Option<Rc<Run>> {
    let asked = message(&source, &columns, false)?;
    let worker = workers::start("reader")?;
    let done: Done = Box::new(done);
    let run = Rc::new(Run { worker, source, columns, whole: Cell::new(false), done: RefCell::new(Some(done)), handlers: RefCell::new(None) });
    let heard = {
        let run = Rc::downgrade(&run);
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(run) = run.upgrade() {
                run.hear(&event.data());
            }
        })
    };
    let failed = {
        let run = Rc::downgrade(&run);
        Closure::<dyn FnMut()>::new(move || {
            if let Some(run) = run.upgrade() {
                run.end(Outcome::Died);
            }
        })
    };
    run.worker.on_message(heard.as_ref());
    run.worker.on_error(failed.as_ref());
    *run.handlers.borrow_mut() = Some((heard, failed));
    run.worker.post_message(&asked);
    // Holds the reading until it has ended.
    let late = run.clone();
    set_timeout(move || late.end(Outcome::TooSlow), PATIENCE);
    Some(run)
}
