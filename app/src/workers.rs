//! Modules that work off the main thread, each started for one task and ended with it: WASM memory never shrinks.

use std::cell::Cell;
use std::time::Duration;

use js_sys::{Object, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

/// When the rows are in use, nothing else is waiting for the network.
const SOON: Duration = Duration::from_secs(3);

#[wasm_bindgen]
extern "C" {
    pub type Worker;
    #[wasm_bindgen(constructor, js_class = "Worker", catch)]
    fn new(url: &str, options: &JsValue) -> Result<Worker, JsValue>;
    #[wasm_bindgen(method, js_name = postMessage)]
    pub fn post_message(this: &Worker, message: &JsValue);
    #[wasm_bindgen(method)]
    pub fn terminate(this: &Worker);
    #[wasm_bindgen(method, setter, js_name = onmessage)]
    pub fn on_message(this: &Worker, handler: &JsValue);
    #[wasm_bindgen(method, setter, js_name = onerror)]
    pub fn on_error(this: &Worker, handler: &JsValue);
}

/// The element that names a worker's files (xtask/src/app.rs).
fn meta(name: &str) -> Option<web_sys::Element> {
    document().query_selector(&format!("meta[name=kontor-{name}]")).ok().flatten()
}

/// Starts a worker.
pub fn start(name: &str) -> Option<Worker> {
    let options = Object::new();
    let _ = Reflect::set(&options, &"type".into(), &"module".into());
    Worker::new(&meta(name)?.get_attribute("content")?, &options).ok()
}

/// Has the browser fetch and keep the workers' files, once the page is in use: the first task is then done at once, and
/// without a network too.
pub fn fetch_soon() {
    thread_local! {
        static ASKED: Cell<bool> = const { Cell::new(false) };
    }
    if ASKED.replace(true) {
        return;
    }
    set_timeout(
        || {
            spawn_local(async {
                for meta in ["worker", "reader"].into_iter().filter_map(meta) {
                    let with = meta.get_attribute("data-with").unwrap_or_default();
                    for url in with.split(' ').chain(meta.get_attribute("content").as_deref()) {
                        // What does not come now comes when it is asked for.
                        if let Ok(answer) = gloo_net::http::Request::get(url).send().await {
                            let _ = answer.binary().await;
                        }
                    }
                }
            });
        },
        SOON,
    );
}
