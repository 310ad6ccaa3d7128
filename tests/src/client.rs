//! A client of the router with a cookie jar of its own. Every answer is held against the OpenAPI document.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use kontor_shared::api::{CSRF_HEADER, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;

use crate::contract;

/// Clones share the jar.
#[derive(Clone)]
pub struct Client {
    router: Router,
    jar: Arc<Mutex<Vec<(String, String)>>>,
}

impl Client {
    pub(crate) fn new(router: Router, cookie: Option<(String, String)>) -> Self {
        Self { router, jar: Arc::new(Mutex::new(cookie.into_iter().collect())) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }
    pub async fn put(&self, path: &str, body: &impl Serialize) -> Answer {
        self.json("PUT", path, body).await
    }
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        self.json("POST", path, body).await
    }
    /// `PUT` that says which revision the page showed.
    pub async fn put_seen(&self, path: &str, revision: i64, body: &impl Serialize) -> Answer {
        self.json_seen("PUT", path, Some(revision), body).await
    }
    /// `POST` that says which revision the page showed.
    pub async fn post_seen(&self, path: &str, revision: i64, body: &impl Serialize) -> Answer {
        self.json_seen("POST", path, Some(revision), body).await
    }
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Request::delete(path).header(CSRF_HEADER, "1").body(Body::empty()).expect("a request")).await
    }
    /// An unsafe request without a body.
    pub async fn call(&self, method: &str, path: &str) -> Answer {
        self.send(Request::builder().method(method).uri(path).header(CSRF_HEADER, "1").body(Body::empty()).expect("a request")).await
    }
    /// A file as it is.
    pub async fn upload(&self, path: &str, bytes: impl Into<Bytes>) -> Answer {
        let request = Request::post(path).header(CSRF_HEADER, "1").header(header::CONTENT_TYPE, "application/octet-stream");
        self.send(request.body(Body::from(bytes.into())).expect("a request")).await
    }
    async fn json(&self, method: &str, path: &str, body: &impl Serialize) -> Answer {
        self.json_seen(method, path, None, body).await
    }
    async fn json_seen(&self, method: &str, path: &str, revision: Option<i64>, body: &impl Serialize) -> Answer {
        let text = serde_json::to_vec(body).expect("a body serialises");
        let mut request = Request::builder().method(method).uri(path).header(CSRF_HEADER, "1").header(header::CONTENT_TYPE, "application/json");
        if let Some(revision) = revision {
            request = request.header(header::IF_MATCH, format!("\"{revision}\""));
        }
        self.send(request.body(Body::from(text)).expect("a request")).await
    }

    /// Sends a request as it is, with the jar's cookies, and checks the answer against the contract.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let cookies = self.jar.lock().expect("the jar").iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        if !cookies.is_empty() && !request.headers().contains_key(header::COOKIE) {
            request.headers_mut().insert(header::COOKIE, cookies.parse().expect("a cookie header"));
        }
        request.headers_mut().entry(header::HOST).or_insert("kontor.example".parse().expect("a host"));
        let (method, path) = (request.method().clone(), request.uri().path().to_string());
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the whole body").to_bytes();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            self.take_cookie(value.to_str().expect("a readable cookie"));
        }
        let answer = Answer { what: format!("{method} {path}"), status: parts.status, headers: parts.headers, body };
        contract::check(&method, &path, &answer);
        answer
    }

    fn take_cookie(&self, text: &str) {
        let mut parts = text.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let ended = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
        let mut jar = self.jar.lock().expect("the jar");
        jar.retain(|(known, _)| known != name);
        if !ended {
            jar.push((name.to_string(), value.to_string()));
        }
    }

    /// The value of the only cookie, for tests of sessions.
    pub fn cookie(&self) -> Option<(String, String)> {
        self.jar.lock().expect("the jar").first().cloned()
    }
    /// A client of the same application with this cookie.
    pub fn with_cookie(&self, cookie: Option<(String, String)>) -> Self {
        Self::new(self.router.clone(), cookie)
    }
}

/// An answer, already held against the OpenAPI document.
#[derive(Debug)]
pub struct Answer {
    what: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    /// Asserts the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.what, self.text());
        self
    }
    /// Asserts success.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(self.status.is_success(), "{}: {} {}", self.what, self.status, self.text());
        self
    }
    /// The body of a success.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(self) -> T {
        let answer = self.ok();
        serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{}: {error} in {}", answer.what, answer.text()))
    }
    #[track_caller]
    pub fn value(self) -> Value {
        self.json()
    }
    /// The field a problem lies in.
    pub fn problem_field(&self) -> Option<String> {
        serde_json::from_slice::<Problem>(&self.body).ok().and_then(|problem| problem.field)
    }
    /// One text of the body, such as a problem's code.
    pub fn value_of(&self, name: &str) -> String {
        serde_json::from_slice::<Value>(&self.body).ok().and_then(|body| body[name].as_str().map(String::from)).unwrap_or_default()
    }
    /// Asserts a problem's status and code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Problem {
        let answer = self.expect(status);
        let problem: Problem = serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{}: {error} in {}", answer.what, answer.text()));
        assert_eq!(problem.code, code, "{}: {}", answer.what, answer.text());
        problem
    }
}
