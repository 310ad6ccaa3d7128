//! The OpenAPI 3.1 document, made from the route table and the types both ends speak.

use std::sync::OnceLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use kontor_shared::api::Problem;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::access::{Access, RouteId};
use crate::routes;

type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What a route takes and answers.
#[derive(Clone)]
pub struct Doc {
    answer: Answer,
    body: Option<Body>,
    query: &'static [&'static str],
    created: bool,
    kept: bool,
}

#[derive(Clone)]
enum Answer {
    Json(SchemaOf),
    Binary(&'static str),
    None,
}

#[derive(Clone)]
enum Body {
    Json(SchemaOf),
    Bytes,
}

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Answers JSON.
pub fn json<T: JsonSchema>() -> Doc {
    Doc { answer: Answer::Json(schema_of::<T>), body: None, query: &[], created: false, kept: false }
}
/// Answers bytes of a media type.
pub fn binary(media_type: &'static str) -> Doc {
    Doc { answer: Answer::Binary(media_type), body: None, query: &[], created: false, kept: false }
}
/// Answers HTML.
pub fn page() -> Doc {
    binary("text/html; charset=utf-8")
}
/// Answers 204.
pub fn none() -> Doc {
    Doc { answer: Answer::None, body: None, query: &[], created: false, kept: false }
}

impl Doc {
    /// Takes a JSON body.
    pub fn body<T: JsonSchema>(mut self) -> Self {
        self.body = Some(Body::Json(schema_of::<T>));
        self
    }
    /// Takes a file as it is.
    pub fn bytes(mut self) -> Self {
        self.body = Some(Body::Bytes);
        self
    }
    /// Also answers 304, to whoever has it and says so.
    pub fn kept(mut self) -> Self {
        self.kept = true;
        self
    }
    pub fn query(mut self, names: &'static [&'static str]) -> Self {
        self.query = names;
        self
    }
    /// Also answers 201, the first time.
    pub fn created(mut self) -> Self {
        self.created = true;
        self
    }
}

/// The document as JSON text.
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| serde_json::to_string_pretty(&document()).unwrap_or_default())
}

/// `GET /api/openapi.json`
pub async fn show() -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], text()).into_response()
}

fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = "/components/schemas".into()).into_generator();
    let problem = generator.subschema_for::<Problem>();
    let mut paths = Map::new();
    for id in RouteId::ALL.iter().copied() {
        let row = id.row();
        // The app's own pages and files are no API.
        if !row.path.starts_with("/api/") && row.path != "/healthz" {
            continue;
        }
        let doc = routes::doc(id);
        let mut parameters: Vec<Value> = row
            .path
            .split(['{', '}'])
            .skip(1)
            .step_by(2)
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
            .collect();
        parameters.extend(doc.query.iter().map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}})));
        if !matches!(row.method, "GET") {
            parameters.push(json!({"name": "X-Kontor", "in": "header", "required": true, "schema": {"const": "1"}}));
        }
        let success = match &doc.answer {
            Answer::Json(schema) => {
                json!({"description": row.summary, "content": {"application/json": {"schema": schema(&mut generator)}}})
            }
            Answer::Binary(media_type) => json!({"description": row.summary, "content": {*media_type: {"schema": {"type": "string", "format": "binary"}}}}),
            Answer::None => json!({"description": row.summary}),
        };
        let mut responses = Map::new();
        responses.insert(if matches!(doc.answer, Answer::None) { "204" } else { "200" }.into(), success.clone());
        if doc.created {
            responses.insert("201".into(), success);
        }
        if doc.kept {
            responses.insert("304".into(), json!({"description": "What the caller has is what there is"}));
        }
        responses.insert("default".into(), json!({"description": "A problem", "content": {"application/problem+json": {"schema": problem}}}));
        let mut operation = json!({"operationId": format!("{id:?}"), "summary": row.summary, "parameters": parameters, "responses": responses});
        operation["x-roles"] = match row.access {
            Access::Public => json!("anyone"),
            Access::Roles(roles) => json!(roles.iter().map(|role| role.word()).collect::<Vec<_>>()),
        };
        match &doc.body {
            Some(Body::Json(schema)) => {
                operation["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": schema(&mut generator)}}});
            }
            Some(Body::Bytes) => {
                operation["requestBody"] =
                    json!({"required": true, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}});
            }
            None => {}
        }
        if let Some(operations) = paths.entry(row.path).or_insert_with(|| json!({})).as_object_mut() {
            operations.insert(row.method.to_lowercase(), operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Kontor", "version": env!("CARGO_PKG_VERSION"), "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"}},
        "paths": paths,
        "components": {"schemas": generator.take_definitions(true)},
    })
}
