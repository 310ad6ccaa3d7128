//! Whether the browser promises not to clear away what is kept here: asked for with the first quantity, and said where the
//! order says where it is kept.

use std::cell::Cell;

use js_sys::Promise;
use kontor_shared::words::offline as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::house::house;
use crate::lang::say;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "storage"], js_name = persist, catch)]
    fn persist() -> Result<Promise, JsValue>;
}

thread_local! {
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Asks, once: some browsers ask the reader in turn.
pub fn ask() {
    if ASKED.replace(true) {
        return;
    }
    spawn_local(async {
        let Ok(promise) = persist() else { return };
        if let Ok(answer) = JsFuture::from(promise).await {
            house().persistent.set(answer.as_bool());
        }
    });
}

/// What the browser answered, for the reader; tracked.
pub fn said() -> Option<&'static str> {
    house().persistent.get().map(|kept| say(if kept { words::KEPT_FOR_GOOD } else { words::KEPT_FOR_NOW }))
}
