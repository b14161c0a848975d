use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use serde_json::Value;

use super::problem::Problem;
use crate::desk::archive::safe_name;

/// What came with a request: files, by the names of their fields.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<Part>);

/// One of them.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) field: String,
    pub(super) name: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// What kind of archive a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Archive {
    Zip,
    TarGz,
}

impl Archive {
    /// By the content type of a request.
    pub(super) fn of(request: &Request) -> Option<Self> {
        match &*media_type(request) {
            "application/zip" | "application/x-zip-compressed" => Some(Self::Zip),
            "application/gzip" | "application/x-gzip" | "application/x-tar+gzip" => Some(Self::TarGz),
            _ => None,
        }
    }

    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::TarGz => "tar.gz",
        }
    }
}

/// More fields than any request has.
const MOST_FIELDS: usize = 1000;

fn media_type(request: &Request) -> String {
    let text = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

impl Parts {
    /// Reads a body of no more than `largest` bytes: a form, JSON with Base64, or one file as it is.
    ///
    /// # Errors
    /// `request_too_large`, `request_malformed`, `media_type_unsupported`.
    pub(super) async fn read(request: Request, largest: u64) -> Result<Self, Problem> {
        match &*media_type(&request) {
            "multipart/form-data" => Self::form(request, largest).await,
            "application/json" => {
                let bytes = whole(request.into_body(), largest).await?;
                Self::json(&bytes)
            }
            ""
            | "application/xml"
            | "text/xml"
            | "application/pdf"
            | "application/octet-stream"
            | "application/x-www-form-urlencoded"
            | "text/plain" => {
                let bytes = whole(request.into_body(), largest).await?;
                let field = if bytes.starts_with(b"%PDF") { "pdf" } else { "invoice" };
                Ok(Self(if bytes.is_empty() {
                    Vec::new()
                } else {
                    vec![Part { field: field.to_owned(), name: None, bytes }]
                }))
            }
            other => Err(Problem::own("media_type_unsupported", format!("{other:?} is none that is read here"))),
        }
    }

    async fn form(request: Request, largest: u64) -> Result<Self, Problem> {
        let malformed = |error: axum::extract::multipart::MultipartError| {
            Problem::own("request_malformed", format!("the form cannot be read: {}", error.body_text()))
        };
        let mut form = Multipart::from_request(request, &())
            .await
            .map_err(|_| Problem::own("request_malformed", "the form says no boundary"))?;
        let (mut parts, mut size) = (Vec::new(), 0);
        while let Some(mut field) = form.next_field().await.map_err(malformed)? {
            let name = field.file_name().map(safe_name);
            let field_name = field.name().unwrap_or_default().to_owned();
            let mut bytes = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(malformed)? {
                size += chunk.len() as u64;
                if size > largest {
                    return Err(too_large(largest));
                }
                bytes.extend_from_slice(&chunk);
            }
            parts.push(Part { field: field_name, name, bytes });
            if parts.len() > MOST_FIELDS {
                return Err(Problem::own("request_too_large", format!("the form has more than {MOST_FIELDS} fields")));
            }
        }
        Ok(Self(parts))
    }

    /// `{"name": …, "invoice_base64": …, "pdf_base64": …, "codes": [...]}`.
    fn json(bytes: &[u8]) -> Result<Self, Problem> {
        let malformed = |what: String| Problem::own("request_malformed", what);
        let value: Value =
            serde_json::from_slice(bytes).map_err(|error| malformed(format!("it is no JSON: {error}")))?;
        let Value::Object(fields) = value else { return Err(malformed("the JSON is no object".to_owned())) };
        let name = fields.get("name").and_then(Value::as_str).map(safe_name);
        let mut parts = Vec::new();
        for (field, value) in fields {
            let values = match value {
                Value::Array(values) => values,
                one => vec![one],
            };
            for value in values {
                let Value::String(text) = value else {
                    return Err(malformed(format!("{field:?} is neither a text nor a list of texts")));
                };
                let (field, bytes) = match field.strip_suffix("_base64") {
                    Some(field) => {
                        let bytes = STANDARD.decode(text.trim());
                        (field, bytes.map_err(|error| malformed(format!("{field}_base64 is no Base64: {error}")))?)
                    }
                    None => (&*field, text.into_bytes()),
                };
                let name = name.clone().filter(|_| field != "name");
                parts.push(Part { field: field.to_owned(), name, bytes });
            }
        }
        Ok(Self(parts))
    }

    /// All parts but those of these fields are unknown.
    ///
    /// # Errors
    /// `request_malformed`.
    pub(super) fn check(&self, known: &[&str]) -> Result<(), Problem> {
        match self.0.iter().find(|part| !known.contains(&&*part.field)) {
            Some(part) => {
                let message = format!("there is no field {:?}: {}", part.field, known.join(", "));
                Err(Problem::own("request_malformed", message))
            }
            None => Ok(()),
        }
    }

    /// Takes the one part of a field.
    ///
    /// # Errors
    /// `request_malformed` if there are several.
    pub(super) fn take(&mut self, field: &str) -> Result<Option<Part>, Problem> {
        let mut found = self.take_all(field);
        let last = found.pop();
        match found.is_empty() {
            true => Ok(last),
            false => Err(Problem::own("request_malformed", format!("the field {field:?} is there several times"))),
        }
    }

    /// Takes all parts of a field.
    pub(super) fn take_all(&mut self, field: &str) -> Vec<Part> {
        let (found, left) = std::mem::take(&mut self.0).into_iter().partition(|part| part.field == field);
        self.0 = left;
        found
    }
}

impl Part {
    /// As text.
    ///
    /// # Errors
    /// `request_malformed`.
    pub(super) fn into_text(self) -> Result<String, Problem> {
        let field = self.field;
        String::from_utf8(self.bytes).map_err(|_| Problem::own("request_malformed", format!("{field} is not UTF-8")))
    }
}

fn too_large(largest: u64) -> Problem {
    Problem::own("request_too_large", format!("the request has more than {largest} bytes"))
}

/// All of a body.
async fn whole(body: Body, largest: u64) -> Result<Vec<u8>, Problem> {
    /// In bytes: no more is set aside for what is only announced.
    const SET_ASIDE: u64 = 64 << 10;
    let mut bytes = Vec::with_capacity(body.size_hint().lower().min(SET_ASIDE) as usize);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::own("request_malformed", "the body broke off"))?;
        if (bytes.len() + chunk.len()) as u64 > largest {
            return Err(too_large(largest));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
