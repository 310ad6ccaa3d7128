//! Holds every answer against the OpenAPI document the server itself gives: a status, a media type or a body that the
//! document does not promise fails the test that met it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use axum::http::{Method, header};
use jsonschema::Validator;
use kontor_server::access::{RouteId, Row};
use serde_json::{Value, json};

use crate::client::Answer;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(kontor_server::openapi::text()).expect("the OpenAPI document is JSON"));
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// The OpenAPI document.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The row that answers a request; literal segments win over parameters, as in the router.
pub fn row_of(method: &Method, path: &str) -> Option<Row> {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let weight = |pattern: &str| -> Option<u32> {
        let mut weight = 0;
        let mut wanted = pattern.split('/');
        let mut given = path.split('/');
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(weight),
                (Some(part), Some(found)) if part.starts_with("{*") => return (!found.is_empty()).then_some(weight),
                (Some(part), Some(found)) if part.starts_with('{') && !found.is_empty() => weight += 1,
                (Some(part), Some(found)) if part == found => weight += 100,
                _ => return None,
            }
        }
    };
    RouteId::ALL
        .iter()
        .map(|id| id.row())
        .filter(|row| row.method == method)
        .filter_map(|row| weight(row.path).map(|weight| (weight, row)))
        .max_by_key(|(weight, _)| *weight)
        .map(|(_, row)| row)
}

fn validator(pointer: &str) -> Arc<Validator> {
    let mut validators = VALIDATORS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(known) = validators.get(pointer) {
        return known.clone();
    }
    let schema = DOCUMENT.pointer(pointer).unwrap_or_else(|| panic!("the OpenAPI document has nothing at {pointer}"));
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema],
        "components": DOCUMENT["components"],
    });
    let made = Arc::new(jsonschema::validator_for(&whole).unwrap_or_else(|error| panic!("the schema at {pointer} is no schema: {error}")));
    validators.insert(pointer.to_string(), made.clone());
    made
}

fn validate(pointer: &str, answer: &Answer, what: &str) {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{what}: promised JSON, but {error}: {}", answer.text()));
    let validator = validator(pointer);
    let errors: Vec<String> = validator.iter_errors(&body).map(|error| format!("{} at {}", error, error.instance_path)).collect();
    assert!(errors.is_empty(), "{what} breaks the OpenAPI document:\n  {}\n  body: {body}", errors.join("\n  "));
}

/// Fails unless the document promises this answer.
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let what = format!("{method} {path} → {}", answer.status);
    let media_type = answer.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("").to_string();
    let bare = media_type.split(';').next().unwrap_or("").trim().to_string();
    let row = row_of(method, path);
    if answer.status.is_client_error() || answer.status.is_server_error() {
        let api = path.starts_with("/api/") || path == "/healthz";
        if !api && matches!(bare.as_str(), "text/plain" | "text/html") {
            return; // a page says it to a person; a binary built without its pages says so in plain words
        }
        if *method == Method::HEAD {
            return;
        }
        assert_eq!(bare, "application/problem+json", "{what}: an error must be a problem document: {}", answer.text());
        validate("/paths/~1healthz/get/responses/default/content/application~1problem+json/schema", answer, &what);
        let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        assert_eq!(problem["status"], answer.status.as_u16(), "{what}: the problem document names another status");
        return;
    }
    let Some(row) = row else { panic!("{what}: no row of the route table answers this") };
    let operation = format!("/paths/{}/{}", row.path.replace('~', "~0").replace('/', "~1"), row.method.to_lowercase());
    if DOCUMENT.pointer(&operation).is_none() {
        assert!(!row.path.starts_with("/api/"), "{what}: {} {} is not in the OpenAPI document", row.method, row.path);
        return;
    }
    let response = format!("{operation}/responses/{}", answer.status.as_u16());
    let Some(promised) = DOCUMENT.pointer(&response) else { panic!("{what}: the OpenAPI document promises no such status") };
    let Some(content) = promised.get("content").and_then(Value::as_object) else {
        assert!(answer.body.is_empty(), "{what}: promised no body, got {} bytes", answer.body.len());
        return;
    };
    assert!(
        content.keys().any(|promised| {
            let promised = promised.split(';').next().unwrap_or("").trim();
            promised == "*/*" || promised == bare || promised.strip_suffix('*').is_some_and(|family| bare.starts_with(family))
        }),
        "{what}: {media_type:?} is not promised, but {:?}",
        content.keys()
    );
    if bare == "application/json" && *method != Method::HEAD {
        validate(&format!("{response}/content/application~1json/schema"), answer, &what);
    }
}
