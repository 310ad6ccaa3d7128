//! A file that is dropped on a page or chosen on it. The price list hands it on to the page that reads it, by way of what the
//! browser keeps.

use js_sys::{Reflect, Uint8Array};
use kontor_shared::words::from_file as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::browser;
use crate::catalogue::{kept, reader};
use crate::lang::say;
use crate::ui::file::Picked;
use crate::ui::toast;

/// The page that makes an order of a file.
pub const PAGE: &str = "/order-from-file";
/// Larger ones are not read (`kontor_shared::form::file`).
const LARGEST: f64 = (32 << 20) as f64;

/// The bytes of a file; one that is too large or cannot be read is told.
pub async fn bytes(file: &Picked) -> Option<Uint8Array> {
    if file.size() > LARGEST {
        toast::fail(say(words::TOO_LARGE));
        return None;
    }
    match JsFuture::from(file.buffer()).await {
        Ok(buffer) => Some(Uint8Array::new(&buffer)),
        Err(_) => {
            toast::fail(say(words::DAMAGED));
            None
        }
    }
}

/// Takes the file along to the page that reads it.
pub fn carry(file: Picked) {
    spawn_local(async move {
        if let Some(bytes) = bytes(&file).await {
            if kept::hand_file(&reader(), &file.name(), &bytes).await {
                browser::go(PAGE);
            } else {
                toast::fail(say(words::NOT_CARRIED));
            }
        }
    });
}

fn transfer(event: &web_sys::Event) -> JsValue {
    Reflect::get(event, &"dataTransfer".into()).unwrap_or(JsValue::NULL)
}

/// Whether files are dragged, and not a text or a link.
fn has_files(event: &web_sys::Event) -> bool {
    let types = Reflect::get(&transfer(event), &"types".into()).unwrap_or(JsValue::NULL);
    js_sys::Array::from(&types).iter().any(|kind| kind.as_string().as_deref() == Some("Files"))
}

/// Lets a file be dropped anywhere on the page.
#[component]
pub fn DropHere(taken: Callback<Picked>) -> impl IntoView {
    let over = RwSignal::new(false);
    let on = |name: &'static str, act: Box<dyn Fn(web_sys::Event)>| {
        let listener = window_event_listener_untyped(name, act);
        on_cleanup(move || listener.remove());
    };
    on(
        "dragover",
        Box::new(move |event| {
            if has_files(&event) {
                event.prevent_default();
                let _ = over.try_update(|over| *over = true);
            }
        }),
    );
    on(
        "dragleave",
        Box::new(move |event| {
            // Leaving an element inside the page is no leaving.
            if Reflect::get(&event, &"relatedTarget".into()).is_ok_and(|target| target.is_null()) {
                let _ = over.try_set(false);
            }
        }),
    );
    on(
        "drop",
        Box::new(move |event| {
            let _ = over.try_set(false);
            if has_files(&event) {
                event.prevent_default();
                if let Some(file) = Picked::all(&transfer(&event)).into_iter().next() {
                    let _ = taken.try_run(file);
                }
            }
        }),
    );
    move || over.get().then(|| view! { <div class="drop-here" role="status"><p>{say(words::DROP_HERE)}</p></div> })
}
