//! The only place that knows HTTP: typed calls in the words of `kontor_shared::api`.

use std::cell::Cell;
use std::time::Duration;

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::Uint8Array;
use kontor_shared::api::{self, Problem};
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, ReadableStreamDefaultReader};

use crate::{network, session};

/// The server gets this long; then the page says so and nothing is lost.
const PATIENCE_MS: u32 = 30_000;

/// The code of an answer that is not the server's.
const UNREADABLE: &str = "unreadable";

/// Why a call failed. The page chooses the words by `code` ([`kontor_shared::words::problems`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The stable code of the problem document, or `network`, or `unreadable`.
    pub code: String,
    pub status: u16,
    /// What exactly, in English.
    pub detail: Option<String>,
    pub field: Option<String>,
    /// Seconds to wait, where waiting helps.
    pub retry_after: Option<u64>,
    /// What there is to choose from, where the file can be taken in several ways. Boxed: every call carries this type.
    pub choice: Option<Box<Choice>>,
    /// No answer came: it is unknown whether the server acted.
    pub network: bool,
    /// What had happened to the session when the call was made ([`crate::session::note_signed_out`]).
    pub turn: u32,
}

/// Values of a column, one of which has to be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub column: String,
    pub values: Vec<String>,
}

impl ApiError {
    pub fn network(detail: String) -> Self {
        Self { code: "network".into(), network: true, ..Self::unreadable(0, detail) }
    }
    pub fn unreadable(status: u16, detail: String) -> Self {
        Self { code: UNREADABLE.into(), status, detail: Some(detail), field: None, retry_after: None, choice: None, network: false, turn: 0 }
    }
    /// What the body of a failed answer says; a proxy in between answers in its own way.
    pub fn read(status: u16, text: &str) -> Self {
        let Ok(problem) = serde_json::from_str::<Problem>(text) else { return Self::unreadable(status, format!("HTTP {status}")) };
        let Problem { code, detail, field, retry_after, column, values, .. } = problem;
        let choice = column.map(|column| Box::new(Choice { column, values }));
        Self { code, status, detail, field, retry_after, choice, network: false, turn: 0 }
    }
    /// Nobody is signed in (any more).
    pub fn signed_out(&self) -> bool {
        self.status == 401 && !self.foreign()
    }
    /// Whatever stands before the server answered in its place.
    pub fn foreign(&self) -> bool {
        self.code == UNREADABLE
    }
}

pub type Result<T> = std::result::Result<T, ApiError>;

fn patient(request: RequestBuilder) -> RequestBuilder {
    request.abort_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS))).header("accept", "application/json")
}

/// The answer, or the problem it describes.
async fn answer(request: std::result::Result<Request, gloo_net::Error>) -> Result<Response> {
    let request = request.map_err(|error| ApiError::unreadable(0, error.to_string()))?;
    let turn = session::turn();
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => {
            network::lost();
            return Err(ApiError::network(error.to_string()));
        }
    };
    // What stands before a server that is gone answers in its place.
    if matches!(response.status(), 502 | 504) {
        network::lost()
    } else {
        network::found()
    }
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let text = response.text().await.map_err(|error| ApiError::network(error.to_string()))?;
    Err(ApiError { turn, ..ApiError::read(status, &text) })
}

/// The status and text of a good answer. What goes on between asking and reading is here, once: in a generic function
/// the module would hold it once per type that is read.
async fn text(request: std::result::Result<Request, gloo_net::Error>) -> Result<(u16, String)> {
    let response = answer(request).await?;
    let text = response.text().await.map_err(|error| ApiError::network(error.to_string()))?;
    Ok((response.status(), text))
}

fn read<T: DeserializeOwned>((status, text): (u16, String)) -> Result<T> {
    serde_json::from_str(&text).map_err(|error| ApiError::unreadable(status, error.to_string()))
}

/// An unsafe request: the header says that it is this page's own.
fn unsafe_request(request: RequestBuilder) -> RequestBuilder {
    patient(request).header(api::CSRF_HEADER, "1")
}

fn with_json(request: RequestBuilder, content: &impl Serialize) -> Result<Request> {
    let text = serde_json::to_string(content).map_err(|error| ApiError::unreadable(0, error.to_string()))?;
    unsafe_request(request).header("content-type", "application/json").body(text).map_err(|error| ApiError::unreadable(0, error.to_string()))
}

/// A file or bytes as they are.
fn with_bytes(request: RequestBuilder, content: JsValue) -> std::result::Result<Request, gloo_net::Error> {
    unsafe_request(request).header("content-type", "application/octet-stream").body(content)
}

/// `GET` of a JSON body.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T> {
    read(text(patient(Request::get(path)).build()).await?)
}

/// `GET` of bytes.
pub async fn get_bytes(path: &str) -> Result<Uint8Array> {
    bytes(Request::get(path)).await
}

/// `GET` of bytes from the server itself, whatever this browser holds under the address.
pub async fn get_bytes_anew(path: &str) -> Result<Uint8Array> {
    bytes(Request::get(path).cache(web_sys::RequestCache::Reload)).await
}

/// A body piece by piece: given up when nothing more comes, however long the whole may take on a slow line. It stays outside
/// this program's own memory, which only ever grows.
async fn bytes(request: RequestBuilder) -> Result<Uint8Array> {
    let lost = |error: JsValue| ApiError::network(format!("{error:?}"));
    let silence = Silence::begin().map_err(lost)?;
    let response = answer(request.abort_signal(Some(&silence.controller.signal())).build()).await?;
    let Some(body) = response.body() else { return Ok(Uint8Array::new_with_length(0)) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut pieces = Vec::new();
    loop {
        silence.broken();
        let piece = JsFuture::from(reader.read()).await.map_err(lost)?;
        // Nothing but the end comes without a value.
        match js_sys::Reflect::get(&piece, &"value".into()).map_err(lost)?.dyn_into::<Uint8Array>() {
            Ok(piece) => pieces.push(piece),
            Err(_) => break,
        }
    }
    let all = Uint8Array::new_with_length(pieces.iter().map(Uint8Array::length).sum());
    let mut at = 0;
    for piece in pieces {
        all.set(&piece, at);
        at += piece.length();
    }
    Ok(all)
}

/// Gives a call up after [`PATIENCE_MS`] of silence.
struct Silence {
    controller: AbortController,
    clock: Cell<Option<TimeoutHandle>>,
}

impl Silence {
    fn begin() -> std::result::Result<Self, JsValue> {
        let silence = Self { controller: AbortController::new()?, clock: Cell::new(None) };
        silence.broken();
        Ok(silence)
    }
    /// Something came: the time begins anew.
    fn broken(&self) {
        let controller = self.controller.clone();
        let clock = set_timeout_with_handle(move || controller.abort(), Duration::from_millis(PATIENCE_MS.into())).ok();
        if let Some(before) = self.clock.replace(clock) {
            before.clear();
        }
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        if let Some(clock) = self.clock.take() {
            clock.clear();
        }
    }
}

/// Says which revision the page showed; a change made meanwhile answers 409 instead of being overwritten.
fn seen(request: RequestBuilder, revision: i64) -> RequestBuilder {
    request.header("if-match", &format!("\"{revision}\""))
}

/// `POST` of a JSON body about something as the page shows it.
pub async fn post_seen<T: DeserializeOwned>(path: &str, revision: i64, content: &impl Serialize) -> Result<T> {
    read(text(Ok(with_json(seen(Request::post(path), revision), content)?)).await?)
}

/// `PUT` of a JSON body about something as the page shows it; without a revision it is put over whatever is there.
pub async fn put_seen<T: DeserializeOwned>(path: &str, revision: Option<i64>, content: &impl Serialize) -> Result<T> {
    let request = match revision {
        Some(revision) => seen(Request::put(path), revision),
        None => Request::put(path),
    };
    read(text(Ok(with_json(request, content)?)).await?)
}

/// `POST` without a body about an order as the page shows it.
pub async fn post_empty_seen<T: DeserializeOwned>(path: &str, revision: i64) -> Result<T> {
    read(text(unsafe_request(seen(Request::post(path), revision)).build()).await?)
}

/// `POST` of a JSON body.
pub async fn post<T: DeserializeOwned>(path: &str, content: &impl Serialize) -> Result<T> {
    read(text(Ok(with_json(Request::post(path), content)?)).await?)
}

/// `PUT` of a JSON body.
pub async fn put<T: DeserializeOwned>(path: &str, content: &impl Serialize) -> Result<T> {
    read(text(Ok(with_json(Request::put(path), content)?)).await?)
}

/// `POST` without a body.
pub async fn post_empty<T: DeserializeOwned>(path: &str) -> Result<T> {
    read(text(unsafe_request(Request::post(path)).build()).await?)
}

/// `POST` of a file the reader picked, about something as the page shows it.
pub async fn post_file_seen<T: DeserializeOwned>(path: &str, revision: i64, file: &JsValue) -> Result<T> {
    read(text(with_bytes(seen(Request::post(path), revision), file.clone())).await?)
}

/// `POST` of a file the reader picked.
pub async fn post_file<T: DeserializeOwned>(path: &str, file: &JsValue) -> Result<T> {
    read(text(with_bytes(Request::post(path), file.clone())).await?)
}

/// `DELETE` of something as the page shows it, answered with what is left.
pub async fn delete_seen<T: DeserializeOwned>(path: &str, revision: i64) -> Result<T> {
    read(text(unsafe_request(seen(Request::delete(path), revision)).build()).await?)
}

/// `POST` of a file as it is.
pub async fn post_bytes<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T> {
    read(text(with_bytes(Request::post(path), Uint8Array::from(bytes).into())).await?)
}

/// `DELETE`, answered without a body.
pub async fn delete(path: &str) -> Result<()> {
    answer(unsafe_request(Request::delete(path)).build()).await.map(drop)
}

/// One value for a query, percent-encoded.
pub fn encoded(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}

/// A path with those of the query's values that are not empty.
pub fn with_query(path: &str, values: &[(&str, &str)]) -> String {
    let query: Vec<String> = values.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if query.is_empty() { path.to_string() } else { format!("{path}?{}", query.join("&")) }
}

pub async fn firm() -> Result<api::Firm> {
    get("/api/firm").await
}
pub async fn session() -> Result<Option<api::Session>> {
    get("/api/session").await
}
pub async fn log_in(content: &api::LogIn) -> Result<api::Session> {
    post("/api/session", content).await
}
pub async fn log_out() -> Result<()> {
    delete("/api/session").await
}
pub async fn order(id: &str) -> Result<api::Order> {
    get(&format!("/api/orders/{}", encoded(id))).await
}

/// `POST` of a JSON body, answered without one.
pub async fn tell(path: &str, content: &impl Serialize) -> Result<()> {
    answer(Ok(with_json(Request::post(path), content)?)).await.map(drop)
}
/// `PUT` of a JSON body, answered without one.
pub async fn tell_put(path: &str, content: &impl Serialize) -> Result<()> {
    answer(Ok(with_json(Request::put(path), content)?)).await.map(drop)
}
