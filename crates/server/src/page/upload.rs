//! A form with files, read within bounds, its token first.

use std::collections::HashMap;

use axum::extract::Multipart;
use axum::http::StatusCode;

use super::limits::{LARGEST_UPLOAD, LARGEST_UPLOAD_MB, MOST_FILES};
use super::texts::{Texts, fill};

/// In bytes: no field that is no file is longer.
const LONGEST_FIELD: usize = 10_000;

/// A form needs no more fields.
const MOST_FIELDS: usize = 20;

/// A form as it came.
#[derive(Debug, Default)]
pub(super) struct Form {
    fields: HashMap<String, String>,
    /// The files, each with its field.
    pub files: Vec<SentFile>,
}

/// A file as it came: its name is a stranger's.
#[derive(Debug)]
pub(super) struct SentFile {
    pub field: String,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Why a form was not read.
#[derive(Debug)]
pub(super) struct Unread {
    pub status: StatusCode,
    pub message: String,
}

impl Form {
    /// Reads a form. Its first field is the session's token; what does not begin with it is not read any further.
    pub async fn read(mut parts: Multipart, is_own: impl Fn(&str) -> bool, texts: &Texts) -> Result<Self, Unread> {
        let texts = &texts.trouble;
        let unread = |status, message: &str| Unread { status, message: message.to_owned() };
        let too_large =
            || unread(StatusCode::PAYLOAD_TOO_LARGE, &fill(texts.too_large, &[&LARGEST_UPLOAD_MB.to_string()]));
        let broken = |error: axum::extract::multipart::MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            _ => unread(StatusCode::BAD_REQUEST, texts.upload_broken),
        };
        let mut form = Self::default();
        let (mut size, mut is_trusted) = (0, false);
        while let Some(mut part) = parts.next_field().await.map_err(broken)? {
            let field = part.name().unwrap_or_default().to_owned();
            let file = part.file_name().map(str::to_owned);
            if !is_trusted && (field != "csrf" || file.is_some()) {
                return Err(unread(StatusCode::FORBIDDEN, texts.form_outdated));
            }
            let longest = if file.is_some() { LARGEST_UPLOAD } else { LONGEST_FIELD };
            let mut bytes = Vec::new();
            while let Some(chunk) = part.chunk().await.map_err(broken)? {
                size += chunk.len();
                if size > LARGEST_UPLOAD || bytes.len() + chunk.len() > longest {
                    return Err(too_large());
                }
                bytes.extend_from_slice(&chunk);
            }
            match file {
                // What a browser sends for a field of files in which none was chosen.
                Some(name) if name.is_empty() && bytes.is_empty() => {}
                Some(_) if form.files.len() >= MOST_FILES => {
                    return Err(unread(
                        StatusCode::PAYLOAD_TOO_LARGE,
                        &fill(texts.too_many_files, &[&MOST_FILES.to_string()]),
                    ));
                }
                Some(name) => form.files.push(SentFile { field, name, bytes }),
                None if form.fields.len() >= MOST_FIELDS => {
                    return Err(unread(StatusCode::BAD_REQUEST, texts.upload_broken));
                }
                None => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    if !is_trusted {
                        if !is_own(&text) {
                            return Err(unread(StatusCode::FORBIDDEN, texts.form_outdated));
                        }
                        is_trusted = true;
                    }
                    form.fields.insert(field, text);
                }
            }
        }
        match is_trusted {
            true => Ok(form),
            false => Err(unread(StatusCode::FORBIDDEN, texts.form_outdated)),
        }
    }

    /// A field, without the spaces around it; empty if there is none.
    pub fn text(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", |text| text.trim())
    }

    /// The files of one field.
    pub fn take(&mut self, field: &str) -> Vec<SentFile> {
        self.files.extract_if(.., |file| file.field == field).collect()
    }
}
