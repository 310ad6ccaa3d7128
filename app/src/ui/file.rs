//! What a file is chosen with: a button in the page's language, and beside it what was chosen.

use js_sys::{Promise, Reflect};
use kontor_shared::words::common;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use crate::lang::{count, say};

#[wasm_bindgen]
extern "C" {
    /// A file the reader chose, or dropped on the page.
    #[wasm_bindgen(js_name = File)]
    #[derive(Clone)]
    pub type Picked;
    #[wasm_bindgen(method, getter)]
    pub fn name(this: &Picked) -> String;
    /// In bytes.
    #[wasm_bindgen(method, getter)]
    pub fn size(this: &Picked) -> f64;
    #[wasm_bindgen(method, js_name = arrayBuffer)]
    pub fn buffer(this: &Picked) -> Promise;
}

impl Picked {
    /// The files of a field, or of what is dropped.
    pub fn all(of: &JsValue) -> Vec<Self> {
        let Ok(list) = Reflect::get(of, &"files".into()) else { return Vec::new() };
        let files = (0..).map_while(|at| Reflect::get_u32(&list, at).ok().filter(|file| file.is_object()));
        files.map(|file| file.unchecked_into()).collect()
    }
}

/// The names of a few files, or how many they are.
fn names(files: &[Picked]) -> String {
    match files.len() {
        0..=3 => files.iter().map(Picked::name).collect::<Vec<_>>().join(", "),
        many => count(common::FILES, many as u64),
    }
}

/// The browser's own field speaks the browser's language, and says nothing when the same file, corrected, is chosen again:
/// it lies unseen over a button, so that keys, drops and screen readers find what they know.
#[component]
pub fn FileInput(
    #[prop(into)] id: String,
    /// As the attribute has it.
    accept: &'static str,
    #[prop(optional)] multiple: bool,
    #[prop(optional)] required: bool,
    /// What was chosen before the page was left.
    #[prop(optional, into)]
    before: String,
    /// Ids of its hint and error.
    #[prop(optional, into)]
    described: Signal<Option<String>>,
    #[prop(optional, into)] wrong: Signal<bool>,
    #[prop(optional, into)] busy: Signal<bool>,
    /// Given at least one.
    take: impl Fn(Vec<Picked>) + 'static,
) -> impl IntoView {
    let chosen = RwSignal::new(before);
    let field = |event: &web_sys::Event| event.target().map(JsValue::from).unwrap_or_default();
    let forget = move |event: web_sys::MouseEvent| drop(Reflect::set(&field(&event), &"value".into(), &"".into()));
    let pick = move |event: web_sys::Event| {
        let files = Picked::all(&field(&event));
        if !files.is_empty() {
            chosen.set(names(&files));
            take(files);
        }
    };
    view! {
        <span class="file">
            <input type="file" id=id accept=accept multiple=multiple required=move || required && chosen.with(String::is_empty)
                aria-describedby=move || described.get() aria-invalid=move || wrong.get().then_some("true") aria-busy=move || busy.get().then_some("true")
                on:click=forget on:change=pick/>
            <span class="btn" aria-hidden="true">{say(if multiple { common::CHOOSE_FILES } else { common::CHOOSE_FILE })}</span>
            <span class="long">{move || chosen.get()}</span>
        </span>
    }
}
