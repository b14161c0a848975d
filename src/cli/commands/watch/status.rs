//! How the watching goes, for whoever watches the watcher.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ksef_qr::Error;
use ksef_qr::error::ErrorKind;
use ksef_qr::files::write_file;
use serde::Serialize;

/// A file that is older is one that nobody writes any more.
const OFTEN: Duration = Duration::from_secs(30);

/// What has been done since the start, and what there is to do. A contract: fields are added, never changed or removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Line {
    r#type: &'static str,
    state: &'static str,
    at: String,
    since: String,
    pid: u32,
    done: u64,
    refused: u64,
    waiting: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

#[derive(Debug)]
pub struct Status {
    file: Option<PathBuf>,
    since: String,
    done: u64,
    refused: u64,
    /// Files that are not complete, or not yet taken.
    pub waiting: usize,
    written: Option<(Instant, Line)>,
}

impl Status {
    /// # Errors
    /// `output_exists`, if another file is there than a status.
    pub fn new(file: Option<PathBuf>) -> ksef_qr::Result<Self> {
        if let Some(file) = file.as_deref().filter(|file| !may_be_replaced(file)) {
            let message = "it exists, and is no status of a watcher, so it is not replaced";
            return Err(Error::new(ErrorKind::OutputExists, message).about(file.to_string_lossy()));
        }
        Ok(Self { file, since: now(), done: 0, refused: 0, waiting: 0, written: None })
    }

    pub fn count(&mut self, is_refused: bool) {
        if is_refused { self.refused += 1 } else { self.done += 1 }
    }

    /// What was done and what was refused.
    pub fn counts(&self) -> (u64, u64) {
        (self.done, self.refused)
    }

    /// At the start of a run.
    pub fn is_working(&mut self) {
        // What cannot be written is told at the next look.
        _ = self.put("working", None);
    }

    /// Between two looks at the folder.
    ///
    /// # Errors
    /// `output_unwritable`, the first time: later it is trouble like any other.
    pub fn write(&mut self, trouble: Option<&str>) -> ksef_qr::Result<()> {
        let is_first = self.written.is_none();
        let put = self.put(if trouble.is_some() { "trouble" } else { "waiting" }, trouble);
        if is_first { put } else { Ok(()) }
    }

    /// The last line.
    pub fn end(&mut self) {
        _ = self.put("ended", None);
    }

    fn put(&mut self, state: &'static str, trouble: Option<&str>) -> ksef_qr::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let Self { done, refused, waiting, .. } = *self;
        let (at, since, trouble) = (now(), self.since.clone(), trouble.map(str::to_owned));
        let line = Line { r#type: "watch", state, at, since, pid: std::process::id(), done, refused, waiting, trouble };
        let is_known = |(written, before): &(Instant, Line)| {
            written.elapsed() < OFTEN && *before == Line { at: before.at.clone(), ..line.clone() }
        };
        if self.written.as_ref().is_some_and(is_known) {
            return Ok(());
        }
        // Nothing in this structure can fail to serialise.
        let mut text = serde_json::to_string(&line).unwrap_or_default();
        text.push('\n');
        write_file(file, text.as_bytes())?;
        self.written = Some((Instant::now(), line));
        Ok(())
    }
}

/// True where there is nothing, or a file of ours, or an empty one.
fn may_be_replaced(file: &Path) -> bool {
    const BEGINNING: &[u8] = br#"{"type":"watch","#;
    match fs::symlink_metadata(file) {
        Err(_) => true,
        Ok(found) if !found.is_file() => false,
        Ok(found) if found.len() == 0 => true,
        Ok(_) => {
            let mut start = Vec::new();
            let file = File::open(file).map(|file| file.take(BEGINNING.len() as u64));
            file.and_then(|mut file| file.read_to_end(&mut start)).is_ok() && start == BEGINNING
        }
    }
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
