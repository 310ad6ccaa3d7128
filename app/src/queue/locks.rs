//! Web Locks: among all tabs of this browser one at a time sends. A tab that is killed lets go of its lock.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request(name: &str, act: &JsValue) -> Result<Promise, JsValue>;
}

/// Does something while no other tab does what has the same name. Where a browser has no locks, it is done all the same:
/// an order's id keeps it from being stored twice.
pub async fn alone<F: Future<Output = ()> + 'static>(name: &str, act: impl FnOnce() -> F + 'static) {
    let act = std::rc::Rc::new(std::cell::Cell::new(Some(act)));
    let taken = act.clone();
    let locked = Closure::once_into_js(move || {
        let act = taken.take();
        future_to_promise(async move {
            if let Some(act) = act {
                act().await;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    if let Ok(promise) = request(name, &locked) {
        let _ = JsFuture::from(promise).await;
    }
    if let Some(act) = act.take() {
        act().await;
    }
}
