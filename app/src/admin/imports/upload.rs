//! Sending a file to be previewed or imported. It outlives the page: who leaves and comes back finds it as it stands.

use std::cell::OnceCell;

use js_sys::Reflect;
use kontor_shared::api::{CSRF_HEADER, ImportReport};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::admin::expiry;
use crate::api::{ApiError, with_query};
use crate::house::lasting;
use crate::ui::file::Picked;

/// Largest file the server takes (server/src/routes.rs).
pub const LARGEST: u64 = 32 << 20;

// `fetch` does not tell how much has been sent; XMLHttpRequest does.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = XMLHttpRequest)]
    #[derive(Clone)]
    type Sender;
    #[wasm_bindgen(constructor, js_class = "XMLHttpRequest")]
    fn new() -> Sender;
    #[wasm_bindgen(method, catch)]
    fn open(this: &Sender, method: &str, url: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = setRequestHeader)]
    fn header(this: &Sender, name: &str, value: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn send(this: &Sender, body: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn abort(this: &Sender);
    #[wasm_bindgen(method, getter)]
    fn status(this: &Sender) -> u16;
    #[wasm_bindgen(method, getter, js_name = responseText)]
    fn response_text(this: &Sender) -> String;
    #[wasm_bindgen(method, getter)]
    fn upload(this: &Sender) -> js_sys::Object;
}

/// How a file is to be taken; empty means found by the server itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    pub kind: String,
    pub map: String,
    pub currency: String,
    /// `COLUMN=VALUE`
    pub only: String,
    pub price_type_from: String,
}

impl Options {
    fn path(&self, name: &str, dry_run: bool) -> String {
        with_query(
            "/api/imports",
            &[
                ("kind", &self.kind),
                ("name", name),
                ("dry_run", if dry_run { "true" } else { "false" }),
                ("map", self.map.trim()),
                ("currency", self.currency.trim()),
                ("where", &self.only),
                ("price_type_from", &self.price_type_from),
            ],
        )
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// A file is to be chosen.
    Choose,
    Sending {
        sent: u64,
        total: u64,
    },
    /// The file is with the server.
    Working {
        dry_run: bool,
    },
    Refused(ApiError),
    Stopped,
    Reported(ImportReport),
}

/// The one upload of this window.
#[derive(Clone, Copy)]
pub struct Desk {
    pub stage: RwSignal<Stage>,
    pub options: RwSignal<Options>,
    pub file: RwSignal<Option<Picked>, LocalStorage>,
    sender: StoredValue<Option<Sender>, LocalStorage>,
}

thread_local! {
    static DESK: OnceCell<Desk> = const { OnceCell::new() };
}

/// The desk; like the house it belongs to no page and is never disposed.
pub fn desk() -> Desk {
    DESK.with(|cell| {
        *cell.get_or_init(|| {
            lasting(|| Desk {
                stage: RwSignal::new(Stage::Choose),
                options: RwSignal::new(Options { kind: "products".into(), ..Options::default() }),
                file: RwSignal::new_local(None),
                sender: StoredValue::new_local(None),
            })
        })
    })
}

impl Desk {
    pub fn file_name(self) -> String {
        self.file.with(|file| file.as_ref().map(Picked::name).unwrap_or_default())
    }

    /// Back to the choice of a file.
    pub fn clear(self) {
        self.file.set(None);
        self.options.update(|options| {
            options.only.clear();
            options.price_type_from.clear();
        });
        self.stage.set(Stage::Choose);
    }

    /// Sends the chosen file.
    pub fn start(self, dry_run: bool) {
        let Some(file) = self.file.get_untracked() else { return };
        if matches!(self.stage.get_untracked(), Stage::Sending { .. } | Stage::Working { .. }) {
            return;
        }
        let path = self.options.with_untracked(|options| options.path(&file.name(), dry_run));
        self.stage.set(Stage::Sending { sent: 0, total: file.size() as u64 });
        spawn_local(async move {
            let answer = self.send(&path, &file, dry_run).await;
            self.sender.set_value(None);
            // Who pressed Stop has been told so already.
            if !matches!(self.stage.get_untracked(), Stage::Sending { .. } | Stage::Working { .. }) {
                return;
            }
            self.stage.set(match answer {
                Ok(report) => Stage::Reported(report),
                Err(error) => {
                    expiry::note(&error);
                    Stage::Refused(error)
                }
            });
        });
    }

    /// Stops sending, or waiting for the answer.
    pub fn stop(self) {
        self.stage.set(Stage::Stopped);
        self.sender.with_value(|sender| {
            if let Some(sender) = sender {
                sender.abort();
            }
        });
    }

    async fn send(self, path: &str, file: &Picked, dry_run: bool) -> Result<ImportReport, ApiError> {
        let sender = Sender::new();
        let refused = |error: JsValue| ApiError::unreadable(0, format!("{error:?}"));
        sender.open("POST", path).map_err(refused)?;
        for (name, value) in [(CSRF_HEADER, "1"), ("content-type", "application/octet-stream"), ("accept", "application/json")] {
            sender.header(name, value).map_err(refused)?;
        }
        let stage = self.stage;
        listen(&sender.upload(), "onprogress", move |event| {
            let number = |name: &str| Reflect::get(&event, &name.into()).ok().and_then(|value| value.as_f64()).unwrap_or(0.0) as u64;
            if matches!(stage.get_untracked(), Stage::Sending { .. }) {
                stage.set(Stage::Sending { sent: number("loaded"), total: number("total") });
            }
        });
        listen(&sender.upload(), "onload", move |_| {
            if matches!(stage.get_untracked(), Stage::Sending { .. }) {
                stage.set(Stage::Working { dry_run });
            }
        });
        let ended = js_sys::Promise::new(&mut |resolve, _| {
            let _ = Reflect::set(&sender, &"onloadend".into(), &resolve);
        });
        sender.send(file).map_err(refused)?;
        self.sender.set_value(Some(sender.clone()));
        // It only resolves; what came of it stands in the status.
        let _ = JsFuture::from(ended).await;
        read(sender.status(), &sender.response_text())
    }
}

fn listen(target: &JsValue, name: &str, act: impl FnMut(JsValue) + 'static) {
    let function = Closure::<dyn FnMut(JsValue)>::new(act).into_js_value();
    let _ = Reflect::set(target, &name.into(), &function);
}

/// The report, or the problem the answer describes. Status 0 is no answer at all.
fn read(status: u16, text: &str) -> Result<ImportReport, ApiError> {
    match status {
        0 => Err(ApiError::network(String::new())),
        200..300 => serde_json::from_str(text).map_err(|error| ApiError::unreadable(status, error.to_string())),
        _ => Err(ApiError::read(status, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_is_told_apart_from_a_refusal() {
        assert!(read(0, "").unwrap_err().network);
        let refusal = r#"{"type":"about:blank","title":"","status":422,"code":"several_shops","detail":"x","column":"Shop","values":["A; \"B\""]}"#;
        let refusal = read(422, refusal).unwrap_err();
        let choice = refusal.choice.unwrap();
        assert_eq!((refusal.code.as_str(), choice.column.as_str(), choice.values), ("several_shops", "Shop", vec!["A; \"B\"".to_string()]));
        assert_eq!(read(502, "<html>").unwrap_err().code, "unreadable");
    }
}
