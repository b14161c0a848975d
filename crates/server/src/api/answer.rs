//! What goes out, as `Accept` asks: the line, the line with its files, or one file.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use ksef_qr::PictureFormat;
use ksef_qr::manifest::{Done, InvoiceOutcome, Picture, Record};
use serde_json::Value;

use super::problem::Problem;
use crate::desk::archive::{ZipWriter, safe_name};

/// What a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Json,
    Multipart,
    Zip,
    Picture(PictureFormat),
}

impl Wanted {
    /// The first of what `Accept` lists, by its weights, that can be given.
    ///
    /// # Errors
    /// `not_acceptable`.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(accept) = headers.get(header::ACCEPT) else { return Ok(Self::Json) };
        let accept = accept.to_str().unwrap_or_default();
        let mut best: Option<(f32, Self)> = None;
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let wanted = match &*parts.next().unwrap_or_default().to_ascii_lowercase() {
                "" | "*/*" | "application/*" | "application/json" | "application/x-ndjson" => Self::Json,
                "multipart/mixed" | "multipart/*" => Self::Multipart,
                "application/zip" => Self::Zip,
                "image/png" | "image/*" => Self::Picture(PictureFormat::Png),
                "image/svg+xml" => Self::Picture(PictureFormat::Svg),
                "application/pdf" => Self::Picture(PictureFormat::Pdf),
                _ => continue,
            };
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f32);
            if weight > 0.0 && best.is_none_or(|(known, _)| weight > known) {
                best = Some((weight, wanted));
            }
        }
        best.map(|(_, wanted)| wanted)
            .ok_or_else(|| Problem::own("not_acceptable", format!("{accept:?} is nothing that this gives")))
    }
}

/// Asks whether a client takes a ZIP, the one answer to an archive.
///
/// # Errors
/// `not_acceptable`.
pub(super) fn takes_zip(headers: &HeaderMap) -> Result<(), Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or("*/*");
    let is_taken = accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_zip = matches!(
            &*parts.next().unwrap_or_default().to_ascii_lowercase(),
            "" | "*/*" | "application/*" | "application/zip"
        );
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f32);
        is_zip && weight > 0.0
    });
    match is_taken {
        true => Ok(()),
        false => {
            Err(Problem::own("not_acceptable", format!("the answer to an archive is a ZIP, and {accept:?} takes none")))
        }
    }
}

/// The answer for one invoice.
///
/// # Errors
/// The refusal, as a problem; `not_acceptable` for a picture that was not drawn.
pub(super) fn answer(record: &Record, wanted: Wanted, code: &str) -> Result<Response, Problem> {
    let done = match &record.outcome {
        InvoiceOutcome::Done(done) => done,
        InvoiceOutcome::Refused(error) => {
            return Err(Problem::from(error.clone().about(record.input.clone())));
        }
        InvoiceOutcome::Kept(_) => return Err(Problem::own("internal", "nothing is kept in memory")),
    };
    let line = record.to_line().unwrap_or_default();
    match wanted {
        Wanted::Json => Ok(json(line)),
        Wanted::Multipart => Ok(multipart(&line, &files(record, done))),
        Wanted::Zip => {
            let mut zip = ZipWriter::new(Vec::new());
            let all = [("manifest.ndjson".to_owned(), "application/x-ndjson", line.into_bytes())].into_iter();
            for (name, _, bytes) in all.chain(files(record, done)) {
                zip.add(&name, &*bytes).map_err(|error| Problem::own("internal", error.to_string()))?;
            }
            let bytes = zip.finish().map_err(|error| Problem::own("internal", error.to_string()))?;
            Ok(file("application/zip", &format!("{}.zip", stem(&record.input)), bytes))
        }
        Wanted::Picture(format) => one_file(record, done, format, code),
    }
}

fn one_file(record: &Record, done: &Done, format: PictureFormat, code: &str) -> Result<Response, Problem> {
    let (_, media_type) = of_format(format);
    if let (PictureFormat::Pdf, Some(document)) = (format, &done.document) {
        let name = format!("{}.{}.pdf", stem(&record.input), document.kind);
        return Ok(file(media_type, &name, bytes_of(&document.place)));
    }
    let found = done.codes().find(|(name, _)| *name == code);
    let picture = found.and_then(|(_, code)| code.pictures.iter().find(|(drawn, _)| *drawn == format));
    match picture {
        Some((_, picture)) => {
            let name = format!("{}.{code}.{}", stem(&record.input), format.extension());
            Ok(file(media_type, &name, bytes_of(picture)))
        }
        None => Err(Problem::own("not_acceptable", format!("there is no {code} as {}", format.extension()))),
    }
}

/// JSON of one line.
pub(super) fn json(line: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], line).into_response()
}

/// A value as JSON.
pub(super) fn json_value(value: &Value) -> Response {
    json(value.to_string() + "\n")
}

fn of_format(format: PictureFormat) -> (&'static str, &'static str) {
    match format {
        PictureFormat::Svg => ("svg", "image/svg+xml"),
        PictureFormat::Pdf => ("pdf", "application/pdf"),
        _ => ("png", "image/png"),
    }
}

fn stem(input: &str) -> String {
    let name = safe_name(input);
    name.rsplit_once('.').map_or_else(|| name.clone(), |(stem, _)| stem.to_owned())
}

fn bytes_of(picture: &Picture) -> Vec<u8> {
    picture.bytes().unwrap_or_default().into_owned()
}

/// All that was made for an invoice: name, media type, bytes.
pub(super) fn files(record: &Record, done: &Done) -> Vec<(String, &'static str, Vec<u8>)> {
    let stem = stem(&record.input);
    let mut files = Vec::new();
    for (code, drawn) in done.codes() {
        for (format, picture) in &drawn.pictures {
            let (ending, media_type) = of_format(*format);
            files.push((format!("{stem}.{code}.{ending}"), media_type, bytes_of(picture)));
        }
    }
    if let Some(document) = &done.document {
        let name = format!("{stem}.{}.pdf", document.kind);
        files.push((name, "application/pdf", bytes_of(&document.place)));
    }
    files
}

/// A file to be saved, never shown: RFC 6266, with the name in ASCII and as it is.
pub(super) fn file(media_type: &'static str, name: &str, bytes: impl Into<Body>) -> Response {
    let mut response = bytes.into().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(value) = HeaderValue::from_str(&disposition(name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_. ".contains(c) { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => encoded.push(char::from(byte)),
            other => _ = write!(encoded, "%{other:02X}"),
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

fn multipart(line: &str, files: &[(String, &'static str, Vec<u8>)]) -> Response {
    // In no file by chance; nobody gains by putting it there.
    const BOUNDARY: &str = "ksef-qr-6c1f9d0b7a3e4f52";
    let mut body = format!("--{BOUNDARY}\r\nContent-Type: application/json\r\n\r\n{line}\r\n").into_bytes();
    for (name, media_type, bytes) in files {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Type: {media_type}\r\nContent-Disposition: {}\r\nContent-Length: {}\r\n\r\n",
            disposition(name),
            bytes.len()
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    let media_type = format!("multipart/mixed; boundary={BOUNDARY}");
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}
