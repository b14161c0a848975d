//! `ksef-qr-scan`, which reads codes out of strangers' pictures and PDFs, in a process of its own that holds no key: started for
//! each file, and ended after a time. What it is asked and answers is described in `crates/scan/src/protocol.rs`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use ksef_qr::error::ErrorKind;
use ksef_qr::{Error, Result};
use serde::Deserialize;

/// Names the program, where it is not beside this one.
const VARIABLE: &str = "KSEF_QR_SCAN";

/// A person waits for the answer.
const LONGEST: Duration = Duration::from_secs(30);

/// In bytes: what a hundred pages of codes come to, and more.
const LARGEST_ANSWER: u64 = 10_000_000;

#[derive(Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
enum Answer {
    Found {
        texts: Vec<Found>,
    },
    Error {
        code: String,
        message: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Found {
    text: String,
    origin: String,
}

/// The texts of the codes in a picture or a PDF, each once.
///
/// # Errors
/// `scan_missing`; `no_code_found`, `picture_unreadable`, `pdf_unreadable` and what else the program says.
pub(super) fn codes(bytes: Vec<u8>) -> Result<Vec<String>> {
    let program = program()?;
    let mut command = Command::new(&program);
    // What reads a stranger's picture needs no password, whatever its variable is called.
    command.env_clear().envs(std::env::var_os("SystemRoot").map(|folder| ("SystemRoot", folder)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let unusable = |error: &dyn std::fmt::Display| {
        Error::new(ErrorKind::ScanMissing, format!("{} cannot be used: {error}", program.display()))
    };
    let mut child = command.spawn().map_err(|error| unusable(&error))?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(unusable(&"it has no pipes"));
    };
    let (sender, receiver) = mpsc::channel();
    let request = format!("{}\n", serde_json::json!({"request": "read", "length": bytes.len()}));
    let spawned = std::thread::Builder::new().spawn(move || {
        let mut lines = BufReader::new(stdout.take(LARGEST_ANSWER));
        let mut line = String::new();
        // The first line says who it is.
        let hello = lines.read_line(&mut line).is_ok_and(|length| length > 0);
        if hello && stdin.write_all(request.as_bytes()).and_then(|()| stdin.write_all(&bytes)).is_ok() {
            line.clear();
            _ = lines.read_line(&mut line);
        }
        _ = sender.send(line);
    });
    let line = spawned.ok().and_then(|_| receiver.recv_timeout(LONGEST).ok());
    _ = child.kill();
    _ = child.wait();
    match line.as_deref().map(serde_json::from_str) {
        Some(Ok(Answer::Found { texts })) => {
            let mut codes: Vec<String> = Vec::new();
            for found in texts.into_iter().filter(|found| found.origin == "code") {
                if !codes.contains(&found.text) {
                    codes.push(found.text);
                }
            }
            match codes.is_empty() {
                true => Err(Error::new(ErrorKind::NoCodeFound, "no code was found in the file")),
                false => Ok(codes),
            }
        }
        Some(Ok(Answer::Error { code, message })) => Err(Error::of_code(&code, message)),
        _ => Err(Error::new(ErrorKind::PictureUnreadable, "the file could not be read in time")),
    }
}

/// Where the program is: where the variable says, else beside this one. The folders of `PATH` are not searched: any of them may
/// be somebody else's to write to.
fn program() -> Result<PathBuf> {
    let missing = |what: String| Error::new(ErrorKind::ScanMissing, what);
    let program = match std::env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        Some(named) => PathBuf::from(named),
        None => {
            let own =
                std::env::current_exe().map_err(|error| missing(format!("ksef-qr-scan is not found: {error}")))?;
            own.with_file_name(format!("ksef-qr-scan{}", std::env::consts::EXE_SUFFIX))
        }
    };
    match program.is_file() {
        true => Ok(program),
        false => Err(missing(format!("there is no {}", program.display()))),
    }
}
