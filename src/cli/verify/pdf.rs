//! A PDF, read in a process of its own: what is made to take for ever, or to nest without end, ends that process and
//! not this one.

use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use ksef_qr::scan::{self, Found, Origin};
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::subject::{LARGEST_PICTURE, read};

const LONGEST: Duration = Duration::from_secs(120);

/// In bytes: what a hundred pages of codes and links come to, and more.
const LARGEST_ANSWER: u64 = 10_000_000;

/// Where the other process reads a PDF that is no file.
const STDIN: &str = "-";

/// What the other process answers.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Found(Vec<Text>),
    Problem { code: String, message: String },
}

#[derive(Debug, Serialize, Deserialize)]
struct Text {
    holds: String,
    is_link: bool,
    place: Option<String>,
}

/// The other process: reads the PDF and answers with JSON.
pub fn read_pdf(path: &Path) -> Vec<u8> {
    let read = || match path == Path::new(STDIN) {
        false => read(path, LARGEST_PICTURE),
        true => {
            let mut bytes = Vec::new();
            io::stdin().lock().take(LARGEST_PICTURE).read_to_end(&mut bytes)?;
            Ok(bytes)
        }
    };
    let found = read().and_then(|bytes| Ok(scan::pdf(&bytes)?));
    let answer = match found {
        Ok(found) => Answer::Found(
            found
                .into_iter()
                .map(|one| Text { holds: one.text, is_link: one.origin == Origin::Link, place: one.place })
                .collect(),
        ),
        Err(problem) => Answer::Problem { code: problem.code.to_owned(), message: problem.message },
    };
    serde_json::to_vec(&answer).unwrap_or_default()
}

/// What the PDF at a path holds.
pub fn found(path: &Path) -> Result<Vec<Found>, Problem> {
    answer(path, None)
}

/// What a PDF holds that is no file of its own: in an archive, or in a manifest.
pub fn found_in(bytes: Vec<u8>) -> Result<Vec<Found>, Problem> {
    answer(Path::new(STDIN), Some(bytes))
}

/// This process: starts the other one, and waits for so long and no longer.
fn answer(path: &Path, input: Option<Vec<u8>>) -> Result<Vec<Found>, Problem> {
    let mut reader = Command::new(std::env::current_exe()?)
        .arg("read-pdf")
        .arg("--")
        .arg(path)
        // What reads a stranger's PDF needs no password.
        .env_remove(crate::cli::secret::VARIABLE)
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let (Some(mut stdin), Some(bytes)) = (reader.stdin.take(), input) {
        // A reader that ends before it has read all says so in its answer.
        std::thread::spawn(move || _ = stdin.write_all(&bytes));
    }
    let answer = reader.stdout.take().map(|answer| answer.take(LARGEST_ANSWER));
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut answer) = answer {
            _ = answer.read_to_end(&mut bytes);
        }
        sender.send(bytes)
    });
    let answer = receiver.recv_timeout(LONGEST);
    _ = reader.kill();
    _ = reader.wait();
    let bytes = answer.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
    match serde_json::from_slice(&bytes) {
        Ok(Answer::Found(texts)) => Ok(texts.into_iter().map(found_text).collect()),
        Ok(Answer::Problem { code, message }) => Err(Problem::of_pdf(&code, message)),
        Err(_) => Err(Problem::of_pdf("pdf_unreadable", "the PDF cannot be drawn".to_owned())),
    }
}

fn found_text(text: Text) -> Found {
    let Text { holds, is_link, place } = text;
    Found { text: holds, origin: if is_link { Origin::Link } else { Origin::Code }, place }
}
