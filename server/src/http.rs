//! What every response gets: security headers, a request id, a time limit, one log line without personal data.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use kontor_shared::api::Health;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

use crate::AppState;
use crate::assets::{self, File};
use crate::error::{AppError, Result};

/// Nothing foreign, and nothing inline but what [`list_policy`] names; `wasm-unsafe-eval` permits compiling WASM, not `eval`.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// Of the office's pages: letters are shown there in a frame that may run nothing, and inherits this. Mail programs know no
/// style sheets, so a letter's looks stand in its elements.
fn office_policy() -> HeaderValue {
    HeaderValue::from_str(&format!("{CONTENT_SECURITY_POLICY}; style-src-attr 'unsafe-inline'")).unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY))
}

/// Of the price list's page, whose looks stand in it so that it is painted without another question: exactly these, by their hash.
pub fn list_policy(pages: &'static [File]) -> HeaderValue {
    let (styles, scripts) = assets::inline_sources(assets::text(pages, "list.html").unwrap_or_default());
    let with = |policy: &str, own: &str, sources: &[String]| policy.replacen(own, &format!("{own} {}", sources.join(" ")), 1);
    let policy = with(CONTENT_SECURITY_POLICY, "style-src 'self'", &styles);
    HeaderValue::from_str(&with(&policy, "'wasm-unsafe-eval'", &scripts)).unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY))
}

/// Longest a request may take, uploads included.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// An import of 100 000 goods may take longer than a click.
const IMPORT_TIME_LIMIT: Duration = Duration::from_secs(600);

/// The client's address: the peer's, or what a trusted proxy says of it.
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> std::result::Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
        // The last entry of the last such header is the one our own proxy wrote; all before it is the client's word.
        let forwarded = || parts.headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
        Ok(Self(if state.config.trust_proxy { forwarded().unwrap_or(peer) } else { peer }))
    }
}

/// `GET /healthz`
pub async fn health(State(state): State<AppState>) -> Result<Json<Health>> {
    let mut connection = state.db.read().await?;
    crate::db::healthy(&mut connection).await.map_err(|_| AppError::NotReady { code: "database", retry_after: 5 })?;
    Ok(Json(Health { ok: true, version: env!("CARGO_PKG_VERSION").into() }))
}

/// Wraps the router in what every response gets.
pub fn layers(router: Router<AppState>, state: AppState) -> Router<AppState> {
    router
        .layer(middleware::from_fn(time_limit))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| AppError::Internal(anyhow::anyhow!("a handler panicked")).into_response()))
        .layer(middleware::from_fn_with_state(state, headers_and_log))
}

async fn time_limit(request: Request, next: Next) -> Response {
    let limit = if request.uri().path() == "/api/imports" { IMPORT_TIME_LIMIT } else { TIME_LIMIT };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => AppError::NotReady { code: "timeout", retry_after: 5 }.into_response(),
    }
}

/// What axum itself refuses (a query that cannot be read, a body that is too long) it answers in plain text; an error of
/// the API is a problem document, whoever found it.
fn as_problem(response: Response) -> Response {
    let status = response.status();
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == "application/problem+json");
    if is_problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => AppError::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge { detail: "the request is longer than this takes".into() },
        StatusCode::UNSUPPORTED_MEDIA_TYPE => AppError::UnsupportedType { detail: "this content type is not read here".into() },
        other if other.is_client_error() => AppError::invalid("unreadable_request", "the request cannot be read"),
        other => AppError::Internal(anyhow::anyhow!("answered {other} without saying why")),
    }
    .into_response()
}

async fn headers_and_log(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = state.clock.new_id().to_string();
    let method = request.method().clone();
    // The pattern, not the path: an address may carry a customer's id.
    let route = request.extensions().get::<MatchedPath>().map_or("-".to_string(), |path| path.as_str().to_string());
    let private = request.uri().path().starts_with("/api/");
    let office = request.uri().path().starts_with("/admin");
    let list = matches!(request.uri().path(), "/" | "/shell/list");
    let span = tracing::info_span!("request", id = %id);
    let mut response = next.run(request).instrument(span).await;
    if private {
        response = as_problem(response);
    }
    let status = response.status();
    let took = started.elapsed();
    state.metrics.answered(&method, &route, status.as_u16(), took);
    let ms = took.as_millis() as u64;
    if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE {
        tracing::error!(request.id = %id, http.method = %method, http.route = route, http.status = status.as_u16(), ms, "request");
    } else if route != "/healthz" {
        tracing::info!(request.id = %id, http.method = %method, http.route = route, http.status = status.as_u16(), ms, "request");
    }
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if office {
        headers.insert(header::CONTENT_SECURITY_POLICY, office_policy());
    } else if list {
        headers.insert(header::CONTENT_SECURITY_POLICY, state.list_policy.clone());
    }
    if private {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}
