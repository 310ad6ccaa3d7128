//! The few browser functions we call ourselves: storage, clock, randomness, downloads. Everything else goes through Leptos.
//!
//! They are declared here rather than taken from more web-sys features: one short list shows what the app touches.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use js_sys::{Promise, Uint8Array};
use leptos::prelude::{document, request_idle_callback, set_timeout, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlInputElement};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = localStorage, js_name = getItem, catch)]
    fn storage_get(key: &str) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(js_namespace = localStorage, js_name = setItem, catch)]
    fn storage_set(key: &str, value: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = localStorage, js_name = removeItem, catch)]
    fn storage_remove(key: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = localStorage, js_name = key, catch)]
    fn storage_key(at: u32) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(js_namespace = sessionStorage, js_name = getItem, catch)]
    fn session_get(key: &str) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(js_namespace = sessionStorage, js_name = setItem, catch)]
    fn session_set(key: &str, value: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn random_values(into: &mut [u8]);
    #[wasm_bindgen(js_namespace = navigator, js_name = languages, thread_local_v2)]
    static LANGUAGES: js_sys::Array;

    #[wasm_bindgen(js_name = Blob)]
    type Blob;
    #[wasm_bindgen(constructor, js_class = "Blob")]
    fn new(parts: &js_sys::Array, options: &JsValue) -> Blob;
    #[wasm_bindgen(js_namespace = URL, js_name = createObjectURL)]
    fn object_url(blob: &JsValue) -> String;
    #[wasm_bindgen(js_namespace = URL, js_name = revokeObjectURL)]
    fn revoke_object_url(url: &str);

    type Focusable;
    #[wasm_bindgen(method, js_name = focus)]
    fn focus_with(this: &Focusable, options: &JsValue);
}

/// Reads what this browser keeps. A browser that keeps nothing (private mode, blocked) has nothing.
pub fn stored(key: &str) -> Option<String> {
    storage_get(key).ok().flatten()
}

/// Keeps a text in this browser; says whether it is kept.
pub fn store(key: &str, value: &str) -> bool {
    storage_set(key, value).is_ok()
}

pub fn forget(key: &str) {
    // Nothing is kept where nothing can be: there is nothing to forget either.
    let _ = storage_remove(key);
}

/// Puts the cursor behind what stands in a field.
pub fn go_on_behind(input: &HtmlInputElement) {
    let end = input.value().encode_utf16().count() as u32;
    let _ = input.set_selection_range(end, end);
}

/// Reads what this tab keeps from one of its pages to the next.
pub fn stored_in_tab(key: &str) -> Option<String> {
    session_get(key).ok().flatten()
}

/// Keeps a text for the next page of this tab, where the browser lets it.
pub fn store_in_tab(key: &str, value: &str) {
    let _ = session_set(key, value);
}

/// The keys of everything kept.
pub fn kept_keys() -> Vec<String> {
    (0..).map_while(|at| storage_key(at).ok().flatten()).collect()
}

/// What becomes of something within a time; later nobody waits for it any more.
pub async fn within<T>(wait: Duration, act: impl Future<Output = T>) -> Option<T> {
    let clock = Promise::new(&mut |done, _| {
        set_timeout(move || _ = done.call0(&JsValue::NULL), wait);
    });
    let (mut act, mut clock) = (pin!(act), pin!(JsFuture::from(clock)));
    poll_fn(|cx| match act.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => clock.as_mut().poll(cx).map(|_| None),
    })
    .await
}

/// Calls once the browser has nothing to do for the reader; some browsers cannot say when (Safari), there soon.
pub fn when_idle(act: impl Fn() + 'static) {
    let says_so = js_sys::Reflect::has(&window(), &"requestIdleCallback".into()).unwrap_or(false);
    if says_so { request_idle_callback(act) } else { set_timeout(act, Duration::from_millis(200)) }
}

/// Unix milliseconds.
pub fn now() -> u64 {
    js_sys::Date::now() as u64
}

pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    random_values(&mut bytes);
    bytes
}

/// The reader's languages, best first.
pub fn languages() -> Vec<String> {
    LANGUAGES.with(|list| list.iter().filter_map(|tag| tag.as_string()).collect())
}

/// Goes to another page of this site, as a link does.
pub fn go(path: &str) {
    let _ = window().location().set_href(path);
}

/// One value of the address's query.
pub fn query(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    search.trim_start_matches('?').split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name)).map(|(_, value)| {
        let plain = value.replace('+', " ");
        js_sys::decode_uri_component(&plain).map(String::from).unwrap_or(plain)
    })
}

/// What stands behind `#` in the address: browsers send it to no server.
pub fn fragment() -> String {
    window().location().hash().unwrap_or_default().trim_start_matches('#').to_string()
}

/// The element that has the focus.
pub fn focused() -> Option<Element> {
    document().active_element()
}

/// Whether keys typed now belong to a field, so that single letters must rest.
pub fn typing() -> bool {
    focused().is_some_and(|element| {
        let tag = element.tag_name();
        ["INPUT", "TEXTAREA", "SELECT"].iter().any(|name| tag.eq_ignore_ascii_case(name)) && element.get_attribute("type").as_deref() != Some("checkbox")
    })
}

/// Gives the focus to the element with this id, on the next frame, when it has been drawn.
pub fn focus(id: &str) {
    let id = id.to_string();
    leptos::prelude::request_animation_frame(move || {
        if let Some(element) = document().get_element_by_id(&id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}

/// As [`focus`], at once, for what is there: the next key is typed there, however fast it comes.
pub fn focus_now(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// As [`focus`], where what had the focus is gone with what was drawn anew: reading then goes on there and not at the page's start.
pub fn focus_if_lost(id: &str) {
    let id = id.to_string();
    if_lost(move || document().get_element_by_id(&id));
}

/// As [`focus_if_lost`], to the page's heading.
pub fn focus_heading_if_lost() {
    if_lost(|| document().query_selector("#main h1").ok().flatten());
}

/// Gives the focus to the page's heading, on the next frame.
pub fn focus_heading() {
    leptos::prelude::request_animation_frame(|| {
        if let Some(heading) = document().query_selector("#main h1").ok().flatten() {
            focus_in_place(&heading);
        }
    });
}

fn if_lost(find: impl FnOnce() -> Option<Element> + 'static) {
    leptos::prelude::request_animation_frame(move || {
        if focused().is_none_or(|element| element.tag_name() == "BODY")
            && let Some(element) = find()
        {
            focus_in_place(&element);
        }
    });
}

/// Gives an element the focus and leaves the scrolling to the caller.
pub fn focus_in_place(element: &Element) {
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"preventScroll".into(), &JsValue::TRUE);
    element.unchecked_ref::<Focusable>().focus_with(&options);
}

/// Saves bytes as a file of the reader's.
pub fn download(name: &str, media_type: &str, bytes: &[u8]) {
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"type".into(), &media_type.into());
    download_blob(name, &Blob::new(&js_sys::Array::of1(&Uint8Array::from(bytes)), &options));
}

/// Saves a blob as a file of the reader's; its bytes need not pass through here.
pub fn download_blob(name: &str, blob: &JsValue) {
    let url = object_url(blob);
    if let Ok(link) = document().create_element("a") {
        let _ = link.set_attribute("href", &url);
        let _ = link.set_attribute("download", name);
        if let Ok(link) = link.dyn_into::<web_sys::HtmlElement>() {
            link.click();
        }
    }
    // The browser has taken the bytes by then; a URL kept forever would keep them too.
    leptos::prelude::set_timeout(move || revoke_object_url(&url), std::time::Duration::from_secs(60));
}
