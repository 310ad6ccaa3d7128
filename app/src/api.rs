//! The only place that knows HTTP: typed calls in the words of `kontor_shared::api`.

use gloo_net::http::{Request, RequestBuilder, Response};
use kontor_shared::api::{self, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::AbortSignal;

/// The server gets this long; then the page says so and nothing is lost.
const PATIENCE_MS: u32 = 30_000;

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
    /// No answer came: it is unknown whether the server acted.
    pub network: bool,
}

impl ApiError {
    fn network(detail: String) -> Self {
        Self { code: "network".into(), status: 0, detail: Some(detail), field: None, retry_after: None, network: true }
    }
    fn unreadable(status: u16, detail: String) -> Self {
        Self { code: "unreadable".into(), status, detail: Some(detail), field: None, retry_after: None, network: false }
    }
    /// Nobody is signed in (any more).
    pub fn signed_out(&self) -> bool {
        self.status == 401
    }
}

pub type Result<T> = std::result::Result<T, ApiError>;

fn patient(request: RequestBuilder) -> RequestBuilder {
    request.abort_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS))).header("accept", "application/json")
}

/// The answer, or the problem it describes.
async fn checked(sent: std::result::Result<Response, gloo_net::Error>) -> Result<Response> {
    let response = sent.map_err(|error| ApiError::network(error.to_string()))?;
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let text = response.text().await.map_err(|error| ApiError::network(error.to_string()))?;
    Err(match serde_json::from_str::<Problem>(&text) {
        Ok(problem) => ApiError { code: problem.code, status, detail: problem.detail, field: problem.field, retry_after: problem.retry_after, network: false },
        // A proxy in between answers in its own way.
        Err(_) => ApiError::unreadable(status, format!("HTTP {status}")),
    })
}

async fn body<T: DeserializeOwned>(response: Response) -> Result<T> {
    let status = response.status();
    let text = response.text().await.map_err(|error| ApiError::network(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| ApiError::unreadable(status, error.to_string()))
}

/// `GET` of a JSON body.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T> {
    body(checked(patient(Request::get(path)).send().await).await?).await
}

/// `GET` of bytes.
pub async fn get_bytes(path: &str) -> Result<Vec<u8>> {
    let response = checked(patient(Request::get(path)).send().await).await?;
    response.binary().await.map_err(|error| ApiError::network(error.to_string()))
}

/// Says which revision of an order the page showed; a change made meanwhile answers 409 instead of being overwritten.
fn seen(request: RequestBuilder, revision: i64) -> RequestBuilder {
    request.header("if-match", &format!("\"{revision}\""))
}

/// `POST` of a JSON body about an order as the page shows it.
pub async fn post_seen<T: DeserializeOwned>(path: &str, revision: i64, content: &impl Serialize) -> Result<T> {
    send_json(seen(Request::post(path), revision), content).await
}

/// `POST` without a body about an order as the page shows it.
pub async fn post_empty_seen<T: DeserializeOwned>(path: &str, revision: i64) -> Result<T> {
    body(checked(seen(patient(Request::post(path)), revision).header(api::CSRF_HEADER, "1").send().await).await?).await
}

async fn send_json<T: DeserializeOwned>(request: RequestBuilder, content: &impl Serialize) -> Result<T> {
    let text = serde_json::to_string(content).map_err(|error| ApiError::unreadable(0, error.to_string()))?;
    let request = patient(request).header(api::CSRF_HEADER, "1").header("content-type", "application/json");
    let request = request.body(text).map_err(|error| ApiError::unreadable(0, error.to_string()))?;
    body(checked(request.send().await).await?).await
}

/// `POST` of a JSON body.
pub async fn post<T: DeserializeOwned>(path: &str, content: &impl Serialize) -> Result<T> {
    send_json(Request::post(path), content).await
}

/// `PUT` of a JSON body.
pub async fn put<T: DeserializeOwned>(path: &str, content: &impl Serialize) -> Result<T> {
    send_json(Request::put(path), content).await
}

/// `POST` without a body.
pub async fn post_empty<T: DeserializeOwned>(path: &str) -> Result<T> {
    body(checked(patient(Request::post(path)).header(api::CSRF_HEADER, "1").send().await).await?).await
}

/// `POST` of a file as it is.
pub async fn post_bytes<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T> {
    let request = patient(Request::post(path)).header(api::CSRF_HEADER, "1").header("content-type", "application/octet-stream");
    let request = request.body(js_sys::Uint8Array::from(bytes)).map_err(|error| ApiError::unreadable(0, error.to_string()))?;
    body(checked(request.send().await).await?).await
}

/// `DELETE`, answered without a body.
pub async fn delete(path: &str) -> Result<()> {
    checked(patient(Request::delete(path)).header(api::CSRF_HEADER, "1").send().await).await.map(drop)
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
