//! What `ksef-qr-scan` is told on standard input, and answers on standard output: a line of JSON each.
//!
//! When it starts, the process says who it is: `{"program":"ksef-qr-scan","version":"0.2.0","protocol":1}`. Then each request is
//! answered by one line, in order, until standard input ends. A request's line is followed by as many bytes as it says.
//!
//! | request | what follows | answer |
//! |---|---|---|
//! | `{"request":"read","length":48211}` | a picture or a PDF | `found` |
//! | `{"request":"ink","page":1,"columns":210,"rows":297,"length":48211}` | a PDF | `ink` |
//! | `{"request":"schemas","forms":[{"name","namespace","root"}],"files":[{"path","length"}]}` | the files, one after another | `ready` |
//! | `{"request":"validate","form":"FA(3)","length":9120}` | a document | `violations` |
//!
//! | answer | means |
//! |---|---|
//! | `{"answer":"found","texts":[{"text","origin":"code","place":"page 2"}]}` | `origin` is `code` or `link`, `place` may be null; a link that lies over codes has their texts in `over`; with `"opens":true` it is followed without a click; `unread` names pages that were not read, if there are too many |
//! | `{"answer":"ink","rows":["000110","000000"]}` | the page as it is seen, from above, divided into so many columns and rows: `1` where something is dark |
//! | `{"answer":"ready"}` | documents may be validated now, by these schemas and by no others |
//! | `{"answer":"violations","violations":[{"message","offset"}]}` | what the schema has against the document; none, if it is valid |
//! | `{"answer":"error","code":"no_code_found","message"}` | one of [`ErrorKind`]'s codes |
//!
//! A line that is not a request is answered with `request_malformed`, and the process ends: nobody knows what the bytes after it
//! are. It may also end at any other time, at a file that makes it overflow its stack; the file at fault is the one that it was
//! asked of last.

use std::io::{self, BufRead, Read as _, Write};

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::file::file;
use crate::found::Found;
use crate::ink::ink;
use crate::schema::{Form, Schemas, Violation};

/// The number of this protocol. Requests and answers of another are not understood.
pub const VERSION: u32 = 1;

/// In bytes: of a request's line, which names files of schemas, and of what follows it.
const LONGEST_LINE: u64 = 10_000_000;
const MOST_BYTES: u64 = 200_000_000;

/// The first line.
#[derive(Debug, Serialize)]
struct Hello {
    program: &'static str,
    version: &'static str,
    protocol: u32,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
enum Request {
    Read { length: u64 },
    Ink { page: usize, columns: usize, rows: usize, length: u64 },
    Schemas { forms: Vec<Form>, files: Vec<SchemaFile> },
    Validate { form: String, length: u64 },
}

#[derive(Debug, Deserialize)]
struct SchemaFile {
    path: String,
    length: u64,
}

#[derive(Debug, Serialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
enum Answer {
    Found {
        texts: Vec<Found>,
        #[serde(skip_serializing_if = "Option::is_none")]
        unread: Option<String>,
    },
    Ink {
        rows: Vec<String>,
    },
    Ready,
    Violations {
        violations: Vec<Violation>,
    },
    Error {
        code: &'static str,
        message: String,
    },
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        Self::Error { code: error.code(), message: error.message().to_owned() }
    }
}

/// Answers requests until there are no more. `begin` is called before each: whoever limits what one may take, does it there.
///
/// # Errors
/// `requests` cannot be read or ends too early, or `answers` cannot be written.
pub fn serve(mut requests: impl BufRead, mut answers: impl Write, mut begin: impl FnMut()) -> io::Result<()> {
    let hello = Hello { program: "ksef-qr-scan", version: env!("CARGO_PKG_VERSION"), protocol: VERSION };
    write_line(&mut answers, &hello)?;
    let mut schemas = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        requests.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let request = match serde_json::from_slice(&line) {
            Ok(request) => request,
            Err(error) => {
                let error = Error::new(ErrorKind::RequestMalformed, format!("no request of this protocol: {error}"));
                return write_line(&mut answers, &Answer::from(error));
            }
        };
        begin();
        let answer = match request {
            Request::Read { length } => {
                let bytes = take(&mut requests, length)?;
                file(&bytes).map(|found| Answer::Found { texts: found.texts, unread: found.unread })
            }
            Request::Ink { page, columns, rows, length } => {
                let bytes = take(&mut requests, length)?;
                ink(&bytes, page, columns, rows).map(|rows| Answer::Ink { rows })
            }
            Request::Schemas { forms, files } => {
                let mut taken = Vec::with_capacity(files.len());
                for SchemaFile { path, length } in files {
                    taken.push((path, take(&mut requests, length)?));
                }
                Schemas::new(forms, taken).map(|made| {
                    schemas = Some(made);
                    Answer::Ready
                })
            }
            Request::Validate { form, length } => {
                let bytes = take(&mut requests, length)?;
                validate(schemas.as_ref(), &form, &bytes).map(|violations| Answer::Violations { violations })
            }
        };
        write_line(&mut answers, &answer.unwrap_or_else(Answer::from))?;
    }
}

fn validate(schemas: Option<&Schemas>, form: &str, bytes: &[u8]) -> Result<Vec<Violation>> {
    let schemas = schemas.ok_or_else(|| Error::new(ErrorKind::SchemaMissing, "no schemas were given"))?;
    let text =
        std::str::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::RequestMalformed, "the document is not UTF-8"))?;
    schemas.validate(form, text)
}

fn take(requests: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    if length > MOST_BYTES {
        return Err(io::Error::other(format!("{length} bytes are too many")));
    }
    let mut bytes = Vec::new();
    requests.take(length).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == length {
        true => Ok(bytes),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn write_line(answers: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    answers.write_all(&text)?;
    answers.flush()
}
