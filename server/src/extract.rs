//! What handlers take from a request, refused as a problem document where it cannot be read.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{AppError, Result};

/// A JSON body. As axum's own, but what cannot be read is answered with a code, the field and the reason.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = AppError;
    async fn from_request(request: Request, state: &S) -> Result<Self> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(unreadable(&rejection)),
        }
    }
}

impl<T: Serialize> axum::response::IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        axum::Json(self.0).into_response()
    }
}

fn unreadable(rejection: &JsonRejection) -> AppError {
    let text = rejection.body_text();
    match rejection {
        JsonRejection::MissingJsonContentType(_) => AppError::UnsupportedType { detail: "send JSON, with Content-Type: application/json".into() },
        JsonRejection::JsonDataError(_) => {
            let text = text.split_once("target type: ").map_or(text.as_str(), |(_, rest)| rest);
            match text.split_once(": ") {
                // serde writes the path as `lines[0].code`; a problem document has a JSON pointer.
                Some((path, reason)) if is_path(path) => AppError::invalid_field("invalid_body", pointer(path), reason),
                _ => AppError::invalid("invalid_body", text),
            }
        }
        JsonRejection::JsonSyntaxError(_) => AppError::invalid("malformed_json", text),
        other if other.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge { detail: text },
        _ => AppError::invalid("unreadable_body", text),
    }
}

fn is_path(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']'))
}

fn pointer(path: &str) -> String {
    format!("/{}", path.replace(['.', '['], "/").replace(']', ""))
}

/// Query parameters.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let read: std::result::Result<axum::extract::Query<T>, QueryRejection> = axum::extract::Query::from_request_parts(parts, state).await;
        read.map(|query| Self(query.0)).map_err(|rejection| AppError::invalid("invalid_query", rejection.body_text()))
    }
}

/// An id in a path. What is no id names nothing: 404.
pub fn id_in_path<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// The revision the caller saw, where it says so with `If-Match: "7"`.
pub fn seen_revision(headers: &HeaderMap) -> Result<Option<i64>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or("").trim();
    let revision = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).and_then(|number| number.parse().ok());
    revision.map(Some).ok_or_else(|| AppError::invalid_field("invalid_if_match", "If-Match", "give the revision in quotes, e.g. \"3\""))
}

/// A body with the revision it shows as ETag, for `If-Match`.
pub fn with_revision(revision: i64, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Whether the caller has what this ETag names: a 304 is all it needs.
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == format!("\"{tag}\"").as_bytes())
}

/// Refuses text that is too long or holds control characters (a line break may be allowed): they break mails, sheets and
/// PostgreSQL's text alike.
pub fn bounded_text(field: &str, text: &str, most: usize, lines: bool) -> Result<()> {
    if text.chars().count() > most {
        return Err(AppError::invalid_field("too_long", field, format!("at most {most} characters")));
    }
    if text.chars().any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'))) {
        return Err(AppError::invalid_field("control_character", field, "holds a control character"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_serde_becomes_a_json_pointer() {
        assert!(is_path("lines[0].quantity"));
        assert_eq!(pointer("lines[0].quantity"), "/lines/0/quantity");
        assert!(!is_path("unknown field `paid`, expected one of"));
    }

    #[test]
    fn text_is_bounded_and_plain() {
        assert!(bounded_text("/c", "a\nb", 3, true).is_ok());
        assert!(bounded_text("/c", "a\nb", 3, false).is_err());
        assert!(bounded_text("/c", "a\0b", 3, true).is_err());
        assert!(bounded_text("/c", "abcd", 3, true).is_err());
    }
}
