//! The JSON Schemas of `docs/schema`, strictly: a field that the schema does not name is a mistake here, though not to
//! those who read the lines, because fields will be added.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::{Value, json};

/// The files, by their names without the ending.
pub static PUBLISHED: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    fs::read_dir(folder).unwrap().map(|entry| read(entry.unwrap().path())).collect()
});

static STRICT: LazyLock<(Schemas, BTreeMap<&str, SchemaIndex>)> = LazyLock::new(|| {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V2020_12);
    compiler.enable_format_assertions();
    compiler.enable_content_assertions();
    let indices = PUBLISHED.iter().map(|(name, published)| {
        let id = published["$id"].as_str().unwrap();
        compiler.add_resource(id, strict(published)).unwrap();
        // The schema itself is validated here, against that of JSON Schema.
        (&**name, compiler.compile(id, &mut schemas).unwrap_or_else(|error| panic!("{name}: {error:#}")))
    });
    let indices = indices.collect();
    (schemas, indices)
});

/// The same schema, but an object may have no field that it does not name.
fn strict(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let mut strictly: serde_json::Map<_, _> =
                fields.iter().map(|(name, value)| (name.clone(), strict(value))).collect();
            // Those of `if` and `then` have no type: they only look at some fields of an object.
            if fields.get("type") == Some(&json!("object")) {
                strictly.insert("unevaluatedProperties".to_owned(), json!(false));
            }
            Value::Object(strictly)
        }
        Value::Array(values) => values.iter().map(strict).collect(),
        other => other.clone(),
    }
}

/// What the schema of that name has to say against a line; nothing if the line is as it should be.
pub fn problem(name: &str, line: &Value) -> Option<String> {
    let (schemas, indices) = &*STRICT;
    schemas.validate(line, indices[name]).err().map(|error| format!("{name}: {error:#}\n{line}"))
}

/// Panics if a line is not what its schema says. Which schema that is, the line itself shows.
pub fn validate(line: &Value) {
    if let Some(problem) = problem(name_of(line), line) {
        panic!("{problem}");
    }
}

/// Which schema a line is written by. Programs know which command they started; tests are spared to say it each time.
fn name_of(line: &Value) -> &'static str {
    let has = |field: &str| line.get(field).is_some();
    match line["type"].as_str() {
        Some("invoice") => "manifest",
        Some("watch") => "watch",
        Some("check") => "check",
        Some("correction") => "correct",
        Some("advice") => "advise",
        Some("deadline") => "deadline",
        Some("number") => "number",
        Some("link" | "pair" | "entry" | "file") => "verify",
        Some("checklist") => "cert-check",
        Some("certificate") if has("standing") => "cert-register-list",
        // `cert check` writes the same object where there is no list.
        Some("error") if !has("file") => "error",
        Some("certificate" | "error") => "cert-show",
        Some("expiring") => "cert-expiring",
        Some("book_entry") => "book-entry",
        Some("due") => "book-due",
        Some("statement") => "book-import",
        Some("status") => "status",
        Some("setting") => "config-show",
        Some("summary") if has("passed_over") => "book-import",
        Some("summary") if has("faults") => "book-check",
        Some("summary") if has("elapsed_ms") => "manifest",
        Some("summary") if has("subjects") => "verify",
        Some("summary") if has("advised") => "advise",
        Some("summary") if has("accepted") => "check",
        None if has("certificateName") => "key-csr",
        _ => panic!("no schema has such a line: {line}"),
    }
}
