//! The description of the service, OpenAPI 3.1, made from the table of operations.

use serde_json::{Map, Value, json};

use super::operations::{Comes, Kind, OPERATIONS, Operation, Parameter};
use super::problem::Problem;

/// The document that `/openapi.json` answers with, and that is kept in `docs/openapi.json`.
pub fn document() -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let method = if operation.is_post() { "post" } else { "get" };
        paths.insert(operation.path.to_owned(), json!({method: of(operation)}));
    }
    let codes: Vec<&str> =
        Problem::OWN.iter().map(|(_, code, _)| *code).chain(ksef_qr::error::CODES.iter().copied()).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "ksef-qr-server",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "KOD I and KOD II of Polish KSeF e-invoices that are issued offline.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A key of this service: kqr_..."}},
            "schemas": {
                "Problem": {
                    "type": "object",
                    "description": "RFC 9457, with a stable code.",
                    "required": ["type", "title", "status", "code", "detail", "hint"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "code": {"type": "string", "enum": codes},
                        "detail": {"type": "string"},
                        "hint": {"type": "string"},
                        "input": {"type": "string"},
                    },
                },
                "Line": {
                    "type": "object",
                    "description": "A line as the command writes it: docs/schema.",
                    "required": ["type"],
                    "properties": {"type": {"type": "string"}},
                },
            },
        },
    })
}

fn of(operation: &Operation) -> Value {
    let parameters: Vec<Value> = operation.parameters().map(|one| parameter(operation, one)).collect();
    let mut described = json!({
        "operationId": operation.path.trim_start_matches("/v1/"),
        "summary": operation.summary,
        "description": format!("Needs a key with the scope {}.", operation.scope.name()),
        "parameters": parameters,
        "responses": responses(operation),
    });
    if let (Some(body), Some(described)) = (body(operation.comes), described.as_object_mut()) {
        described.insert("requestBody".to_owned(), body);
    }
    described
}

fn parameter(operation: &Operation, one: &Parameter) -> Value {
    let schema = match one.kind {
        Kind::Text => json!({"type": "string", "minLength": 1, "maxLength": 200}),
        Kind::Day => json!({"type": "string", "format": "date"}),
        Kind::Number(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Kind::OneOf(words) => json!({"type": "string", "enum": words}),
        Kind::SomeOf(words) => json!({"type": "array", "items": {"type": "string", "enum": words}, "minItems": 1}),
    };
    let is_required = operation.path == "/v1/deadline" && matches!(one.name, "mode" | "issued");
    json!({
        "name": one.name,
        "in": "query",
        "required": is_required,
        "description": one.meaning,
        "style": "form",
        "explode": false,
        "schema": schema,
    })
}

fn body(comes: Comes) -> Option<Value> {
    let file = || json!({"type": "string", "contentMediaType": "application/octet-stream"});
    let base64 = || json!({"type": "string", "contentEncoding": "base64"});
    let raw =
        |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), json!({"schema": {}}))).collect::<Map<_, _>>();
    let object = |properties: Value, required: &[&str]| json!({"schema": {"type": "object", "properties": properties, "required": required, "additionalProperties": false}});
    let mut content = match comes {
        Comes::Nothing => return None,
        Comes::Invoice => raw(&["application/xml", "application/zip", "application/gzip"]),
        Comes::Pdf => raw(&["application/pdf", "application/zip", "application/gzip"]),
        Comes::Codes | Comes::Correction => Map::new(),
    };
    let text = || json!({"type": "string", "minLength": 1});
    let (form, json) = match comes {
        Comes::Nothing | Comes::Invoice => (
            object(json!({"invoice": file()}), &["invoice"]),
            object(json!({"name": text(), "invoice_base64": base64()}), &["invoice_base64"]),
        ),
        Comes::Pdf => (
            object(json!({"pdf": file(), "invoice": file()}), &["pdf"]),
            object(json!({"name": text(), "pdf_base64": base64(), "invoice_base64": base64()}), &["pdf_base64"]),
        ),
        Comes::Codes => (
            object(json!({"code": text(), "invoice": file()}), &["code"]),
            object(
                json!({"code": {"type": "array", "items": text(), "minItems": 1}, "invoice_base64": base64()}),
                &["code"],
            ),
        ),
        Comes::Correction => (
            object(json!({"first": file(), "corrected": file(), "refusal": file()}), &["first", "corrected"]),
            object(
                json!({"first_base64": base64(), "corrected_base64": base64(), "refusal_base64": base64()}),
                &["first_base64", "corrected_base64"],
            ),
        ),
    };
    content.insert("multipart/form-data".to_owned(), form);
    content.insert("application/json".to_owned(), json);
    Some(json!({"required": true, "content": content}))
}

fn responses(operation: &Operation) -> Value {
    let line = json!({"schema": {"$ref": "#/components/schemas/Line"}});
    let good = match (operation.comes, operation.is_post()) {
        (_, false) => json!({"application/x-ndjson": {"schema": {"type": "string"}}}),
        (Comes::Invoice | Comes::Pdf, true) if operation.path != "/v1/check" => json!({
            "application/json": line,
            "multipart/mixed": {"schema": {}},
            "application/zip": {"schema": {}},
            "application/pdf": {"schema": {}},
            "image/png": {"schema": {}},
            "image/svg+xml": {"schema": {}},
        }),
        _ => json!({"application/json": line}),
    };
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({"description": "Done.", "content": good}));
    for (status, meaning) in [
        ("400", "The request is malformed."),
        ("401", "No key, or none that is known."),
        ("403", "The key may not do this."),
        ("404", "There is no such thing: this service keeps no book."),
        ("406", "Nothing that the client accepts can be given."),
        ("408", "It took too long."),
        ("409", "The Idempotency-Key belongs to another request, or the book says otherwise."),
        ("413", "The request is too large."),
        ("415", "The body is of a kind that is not read."),
        ("422", "The invoice, or its certificate, was refused."),
        ("429", "Too much at a time; Retry-After says when to come again."),
        ("500", "A fault of the program."),
        ("503", "The book cannot be reached, or the service ends."),
    ] {
        let content = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        responses.insert(status.to_owned(), json!({"description": meaning, "content": content}));
    }
    Value::Object(responses)
}
