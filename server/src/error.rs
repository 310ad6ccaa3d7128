//! One error type for handlers, answered as an RFC 9457 problem document with a stable `code`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kontor_shared::api::Problem;

use crate::db;

/// One variant per outcome. `code` is stable; the page chooses its words by it (shared/src/words/problems.rs).
#[derive(Debug)]
pub enum AppError {
    NotFound,
    /// There is none yet, or none for this reader: 404 with a reason the page has words for.
    Missing {
        code: &'static str,
    },
    /// Not signed in.
    Unauthorized {
        code: &'static str,
    },
    Forbidden {
        code: &'static str,
    },
    /// The request cannot be understood or breaks a rule: 422.
    Invalid {
        code: &'static str,
        detail: String,
        field: Option<String>,
    },
    /// It can be read in several ways, and the one who sent it has to choose a value of `column`: 422.
    Choice {
        code: &'static str,
        detail: String,
        column: String,
        values: Vec<String>,
    },
    /// It contradicts what is stored: 409.
    Conflict {
        code: &'static str,
        detail: String,
        field: Option<String>,
    },
    TooLarge {
        detail: String,
    },
    UnsupportedType {
        detail: String,
    },
    TooMany {
        retry_after: u64,
    },
    /// Not yet, or the database cannot take it now: 503.
    NotReady {
        code: &'static str,
        retry_after: u64,
    },
    /// Logged once with its cause; the client sees a neutral sentence.
    Internal(anyhow::Error),
}

/// An error and its causes as one sentence. Libraries often say their cause themselves and give it once more.
pub fn sentence(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain().map(|cause| cause.to_string()) {
        if said.is_empty() {
            said = cause;
        } else if !said.ends_with(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    said
}

pub type Result<T> = std::result::Result<T, AppError>;

impl AppError {
    /// For work that no request waits for: there is nobody to be told which it was, but the log.
    pub fn into_internal(self) -> anyhow::Error {
        match self {
            Self::Internal(error) => error,
            other => anyhow::anyhow!("{other:?}"),
        }
    }
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid { code, detail: detail.into(), field: None }
    }
    pub fn invalid_field(code: &'static str, field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid { code, detail: detail.into(), field: Some(field.into()) }
    }
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict { code, detail: detail.into(), field: None }
    }
    /// What is stored contradicts one field of what was sent: a code or an address that is taken.
    pub fn conflict_field(code: &'static str, field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Conflict { code, detail: detail.into(), field: Some(field.into()) }
    }

    fn problem(&self) -> (StatusCode, &'static str, &'static str, Option<String>, Option<String>, Option<u64>) {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "There is nothing here.", None, None, None),
            Self::Missing { code } => (StatusCode::NOT_FOUND, code, "There is nothing here yet.", None, None, None),
            Self::Unauthorized { code } => (StatusCode::UNAUTHORIZED, code, "Sign in first.", None, None, None),
            Self::Forbidden { code } => (StatusCode::FORBIDDEN, code, "This is not open to you.", None, None, None),
            Self::Invalid { code, detail, field } => {
                (StatusCode::UNPROCESSABLE_ENTITY, code, "This cannot be taken as it is.", Some(detail.clone()), field.clone(), None)
            }
            Self::Choice { code, detail, .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, code, "This can be taken in several ways.", Some(detail.clone()), None, None)
            }
            Self::Conflict { code, detail, field } => {
                (StatusCode::CONFLICT, code, "This contradicts what is stored.", Some(detail.clone()), field.clone(), None)
            }
            Self::TooLarge { detail } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "This is too large.", Some(detail.clone()), None, None),
            Self::UnsupportedType { detail } => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_type", "This kind of content is not read here.", Some(detail.clone()), None, None)
            }
            Self::TooMany { retry_after } => {
                (StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "Too many attempts; wait a little.", None, None, Some(*retry_after))
            }
            Self::NotReady { code, retry_after } => {
                (StatusCode::SERVICE_UNAVAILABLE, code, "Not ready yet; try again in a moment.", None, None, Some(*retry_after))
            }
            Self::Internal(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something failed here. Try again: what was done already is not done twice.", None, None, None)
            }
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        if let Self::Internal(error) = &self {
            tracing::error!(error = format!("{error:#}"), "request failed");
        }
        let (status, code, title, detail, field, retry_after) = self.problem();
        let (column, values) = match &self {
            Self::Choice { column, values, .. } => (Some(column.clone()), values.clone()),
            _ => (None, Vec::new()),
        };
        let problem = Problem {
            r#type: "about:blank".into(),
            title: title.into(),
            status: status.as_u16(),
            code: code.into(),
            detail,
            field,
            retry_after,
            column,
            values,
        };
        let body = serde_json::to_string(&problem).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut => Self::NotReady { code: "busy", retry_after: 2 },
            // A full disk is the operator's to mend; the client keeps its order and tries again.
            sqlx::Error::Database(database) if database.message().contains("disk is full") => Self::NotReady { code: "disk_full", retry_after: 30 },
            other if db::is_retriable(&other) => Self::NotReady { code: "busy", retry_after: 1 },
            other => Self::Internal(other.into()),
        }
    }
}

impl From<anyhow::Error> for AppError {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<sqlx::Error>() {
            Ok(known) => known.into(),
            Err(other) => Self::Internal(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let refused = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let error = anyhow::Error::from(sqlx::Error::Io(refused())).context("cannot move");
        assert_eq!(sentence(&error), "cannot move: error communicating with database: connection refused");
        assert_eq!(sentence(&anyhow::Error::from(refused()).context("outer").context("outermost")), "outermost: outer: connection refused");
    }
}
