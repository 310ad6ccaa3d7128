//! The service worker, which keeps this edition of the pages, and the next edition, which waits until the reader reloads.
//!
//! Its other half is `xtask/src/service_worker.js`.

use std::cell::{Cell, RefCell};

use js_sys::Promise;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::browser;
use crate::house::house;

#[wasm_bindgen]
extern "C" {
    // Without a secure connection there is no such thing: calls of it fail and are caught.
    #[wasm_bindgen(js_namespace = ["navigator", "serviceWorker"], js_name = register, catch)]
    fn register(address: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = serviceWorker)]
    static WORKERS: Workers;

    type Workers;
    #[wasm_bindgen(method, getter)]
    fn controller(this: &Workers) -> Option<Worker>;
    #[wasm_bindgen(method, setter, js_name = oncontrollerchange)]
    fn on_taken_over(this: &Workers, handler: &JsValue);

    #[derive(Clone)]
    type Registration;
    #[wasm_bindgen(method, getter)]
    fn waiting(this: &Registration) -> Option<Worker>;
    #[wasm_bindgen(method, getter)]
    fn installing(this: &Registration) -> Option<Worker>;
    #[wasm_bindgen(method, setter, js_name = onupdatefound)]
    fn on_found(this: &Registration, handler: &JsValue);
    #[wasm_bindgen(method)]
    fn update(this: &Registration) -> Promise;

    type Worker;
    #[wasm_bindgen(method, setter, js_name = onstatechange)]
    fn on_state(this: &Worker, handler: &JsValue);
    #[wasm_bindgen(method, js_name = postMessage)]
    fn say(this: &Worker, what: &str);
}

thread_local! {
    static BEGUN: Cell<bool> = const { Cell::new(false) };
    static REGISTRATION: RefCell<Option<Registration>> = const { RefCell::new(None) };
}

/// A handler the browser may call as long as the page stands.
fn handler(act: impl FnMut() + 'static) -> JsValue {
    Closure::<dyn FnMut()>::new(act).into_js_value()
}

/// Has this edition kept, once; called when the page can be used, since it fetches what the page does not need yet.
pub fn begin() {
    if BEGUN.replace(true) {
        return;
    }
    spawn_local(async {
        // Kept or not, the page works: a browser without service workers only needs the network.
        let Ok(promise) = register("/sw.js") else { return };
        let Ok(registration) = JsFuture::from(promise).await else { return };
        let registration: Registration = registration.unchecked_into();
        registration.on_found(&handler({
            let registration = registration.clone();
            move || watch(&registration)
        }));
        // One that was found before anybody listened.
        watch(&registration);
        look_at(&registration);
        REGISTRATION.set(Some(registration));
    });
}

/// Looks again whenever the edition that is being fetched gets on.
fn watch(registration: &Registration) {
    if let Some(worker) = registration.installing() {
        let registration = registration.clone();
        worker.on_state(&handler(move || look_at(&registration)));
    }
}

/// Whether an edition waits for this one to end. The first one of all waits for none.
fn look_at(registration: &Registration) {
    let waits = registration.waiting().is_some() && WORKERS.with(Workers::controller).is_some();
    if waits && !house().edition_waits.get_untracked() {
        house().edition_waits.set(true);
    }
}

/// Asks the server whether there is another edition.
pub fn look() {
    let Some(registration) = REGISTRATION.with_borrow(Clone::clone) else { return };
    let promise = registration.update();
    spawn_local(async move {
        // Without a network it stays as it is; another tab may have fetched it already.
        drop(JsFuture::from(promise).await);
        look_at(&registration);
    });
}

fn reload() {
    let _ = window().location().reload();
}

/// Should the next page be the old worker's once more, it is left when the next one has taken over (`app/boot.js`).
fn reload_once_more() {
    browser::store_in_tab("kontor.taking", "1");
    reload();
}

/// The reader takes the edition that waits.
pub fn take() {
    match REGISTRATION.with_borrow(|registration| registration.as_ref().and_then(Registration::waiting)) {
        Some(worker) => {
            WORKERS.with(|workers| workers.on_taken_over(&handler(reload)));
            worker.say("take over");
            // An answer still under way keeps the old worker at work; a reload ends it, and the next page is the new one's.
            set_timeout(reload_once_more, std::time::Duration::from_secs(3));
        }
        // Another tab has taken it already.
        None => reload(),
    }
}
