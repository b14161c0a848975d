//! What the program is asked and answers is described in `crates/scan/src/protocol.rs`.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind};
use crate::invoice::Form;

/// Names the program, where it is not beside this one.
const VARIABLE: &str = "KSEF_QR_SCAN";

/// Nobody waits longer for an answer, if nothing else was said.
const LONGEST: Duration = Duration::from_secs(120);

/// It says who it is before it does anything else.
const LONGEST_START: Duration = Duration::from_secs(20);

/// In bytes: what a hundred pages of codes and links come to, and more.
const LARGEST_ANSWER: u64 = 10_000_000;

/// Has files read, one after another, by a process that is started for the first of them, and ended with this.
#[derive(Debug)]
pub struct Scanner {
    longest: Duration,
    process: Option<Process>,
    schemas: Option<Arc<Bytes>>,
    /// Why there is no process, and will be none.
    missing: Option<Error>,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { longest: LONGEST, process: None, schemas: None, missing: None }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// There is no such program here, or one of another version: `scan_missing`.
    Missing(Error),
    /// What it was asked of ended it.
    Ended,
    /// It took too long, and was ended.
    TimedOut,
    /// It was read, and refused.
    Refused {
        /// A stable code.
        code: String,
        /// What was found.
        message: String,
    },
}

/// What was found in a file.
#[derive(Debug)]
pub struct Contents {
    /// The texts of its codes and links.
    pub texts: Vec<Found>,
    /// The pages of a long PDF that were not read: `pages 51 to 140`.
    pub unread: Option<String>,
}

/// A text that was found, and where.
#[derive(Debug, Deserialize)]
pub struct Found {
    /// What the code or the link holds.
    pub text: String,
    /// Which of the two it is.
    pub origin: Origin,
    /// Where in the file: `page 2`; none in a picture.
    pub place: Option<String>,
    /// Of a link: the texts of the codes that it lies over.
    #[serde(default)]
    pub over: Vec<String>,
    /// Of a link: that opening the page follows it, without a click; `over` are then the codes of the page.
    #[serde(default)]
    pub opens: bool,
}

/// What holds a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A code that was drawn.
    Code,
    /// A link to click.
    Link,
}

/// What a schema has against a document.
#[derive(Debug, Deserialize)]
pub struct SchemaFault {
    /// In words.
    pub message: String,
    /// At which byte.
    pub offset: usize,
}

#[derive(Debug, Deserialize)]
struct Hello {
    version: String,
}

#[derive(Serialize)]
#[serde(tag = "request", rename_all = "snake_case")]
enum Request<'r> {
    Read { length: usize },
    Ink { page: u32, columns: usize, rows: usize, length: usize },
    Schemas { forms: Vec<FormLine>, files: Vec<FileLine<'r>> },
    Validate { form: &'r str, length: usize },
}

#[derive(Serialize)]
struct FormLine {
    name: &'static str,
    namespace: &'static str,
    root: &'static str,
}

#[derive(Serialize)]
struct FileLine<'r> {
    path: &'r str,
    length: usize,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
enum Answer {
    Found { texts: Vec<Found>, unread: Option<String> },
    Ink { rows: Vec<String> },
    Ready,
    Violations { violations: Vec<SchemaFault> },
    Error { code: String, message: String },
}

/// A request as it is written: its line, and what follows.
type Bytes = Vec<u8>;

impl Scanner {
    /// Waits so long for an answer, and no longer.
    #[must_use]
    pub fn within(self, longest: Duration) -> Self {
        Self { longest, ..self }
    }

    /// One more, with the same schemas, and a process of its own once it is asked.
    pub(super) fn another(&self) -> Self {
        let Self { longest, schemas, missing, .. } = self;
        Self { longest: *longest, process: None, schemas: schemas.clone(), missing: missing.clone() }
    }

    /// The texts of the codes and links in a picture or a PDF.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Contents, Failure> {
        match self.ask(request(&Request::Read { length: bytes.len() }, bytes))? {
            Answer::Found { texts, unread } => Ok(Contents { texts, unread }),
            other => Err(other.into()),
        }
    }

    /// Where a page of a PDF, counted from 1, is dark, as the reader sees it: a line for each row from above, `1` for a square in
    /// which something is drawn.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn ink(&mut self, pdf: &[u8], page: u32, columns: usize, rows: usize) -> Result<Vec<String>, Failure> {
        match self.ask(request(&Request::Ink { page, columns, rows, length: pdf.len() }, pdf))? {
            Answer::Ink { rows } => Ok(rows),
            other => Err(other.into()),
        }
    }

    /// Gives it the files of a folder of schemas, each with its path in the folder.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn take_schemas(&mut self, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
        let forms = Form::ALL.iter().map(|form| {
            let (namespace, root) = form.root();
            FormLine { name: form.name(), namespace, root }
        });
        let lines = files.iter().map(|(path, bytes)| FileLine { path, length: bytes.len() });
        let bytes: Vec<u8> = files.iter().flat_map(|(_, bytes)| bytes).copied().collect();
        let request = request(&Request::Schemas { forms: forms.collect(), files: lines.collect() }, &bytes);
        // Kept for a process that is started again.
        self.schemas = None;
        match self.ask(request.clone())? {
            Answer::Ready => {
                self.schemas = Some(Arc::new(request));
                Ok(())
            }
            other => Err(other.into()),
        }
    }

    /// What the schema of a form has against a document.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn validate(&mut self, form: Form, text: &str) -> Result<Vec<SchemaFault>, Failure> {
        let line = Request::Validate { form: form.name(), length: text.len() };
        match self.ask(request(&line, text.as_bytes()))? {
            Answer::Violations { violations } => Ok(violations),
            other => Err(other.into()),
        }
    }

    fn ask(&mut self, request: Bytes) -> Result<Answer, Failure> {
        if let Some(missing) = &self.missing {
            return Err(Failure::Missing(missing.clone()));
        }
        let mut process = match self.process.take() {
            Some(process) => process,
            None => self.start()?,
        };
        let answer = process.ask(request, self.longest)?;
        // One that gave no answer is not asked again.
        self.process = Some(process);
        Ok(answer)
    }

    fn start(&mut self) -> Result<Process, Failure> {
        let mut process = Process::start().map_err(|error| {
            self.missing = Some(error.clone());
            Failure::Missing(error)
        })?;
        if let Some(schemas) = &self.schemas {
            process.ask(Bytes::clone(schemas), self.longest)?;
        }
        Ok(process)
    }
}

impl From<Answer> for Failure {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Error { code, message } => Self::Refused { code, message },
            // An answer to something else: who speaks there is not to be relied on.
            Answer::Found { .. } | Answer::Ink { .. } | Answer::Ready | Answer::Violations { .. } => Self::Ended,
        }
    }
}

fn request(line: &Request<'_>, bytes: &[u8]) -> Bytes {
    // Nothing in these structures can fail to serialise.
    let mut request = serde_json::to_vec(line).unwrap_or_default();
    request.push(b'\n');
    request.extend_from_slice(bytes);
    request
}

/// The process, and a thread that speaks to it: so that it can be waited for so long and no longer.
#[derive(Debug)]
struct Process {
    child: Child,
    requests: Sender<Bytes>,
    answers: Receiver<Bytes>,
}

impl Process {
    fn start() -> Result<Self, Error> {
        let program = program()?;
        let mut command = Command::new(&program);
        // What reads a stranger's PDF needs no password, whatever its variable is called.
        command.env_clear();
        // Without it Windows starts nothing.
        command.envs(env::var_os("SystemRoot").map(|folder| ("SystemRoot", folder)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let spawned = command.spawn().and_then(|mut child| {
            let pipes = child.stdin.take().zip(child.stdout.take()).ok_or(io::ErrorKind::BrokenPipe)?;
            Ok((child, pipes))
        });
        let (child, (stdin, stdout)) =
            spawned.map_err(|error| missing(format!("{} cannot be started: {error}", program.display())))?;
        let (requests, asked) = mpsc::channel();
        let (answered, answers) = mpsc::channel();
        let process = Self { child, requests, answers };
        std::thread::Builder::new().spawn(move || converse(stdin, BufReader::new(stdout), &asked, &answered)).map_err(
            |error| {
                Error::new(Kind::ThreadsUnavailable, format!("no thread could be started: {error}")).caused_by(error)
            },
        )?;
        let hello = process.answers.recv_timeout(LONGEST_START).unwrap_or_default();
        match serde_json::from_slice::<Hello>(&hello) {
            Ok(Hello { version }) if version == env!("CARGO_PKG_VERSION") => Ok(process),
            Ok(Hello { version }) => Err(missing(format!(
                "{} is of version {version}, and ksef-qr of {}",
                program.display(),
                env!("CARGO_PKG_VERSION")
            ))),
            Err(_) => Err(missing(format!("{} does not answer as ksef-qr-scan does", program.display()))),
        }
    }

    fn ask(&mut self, request: Bytes, longest: Duration) -> Result<Answer, Failure> {
        self.requests.send(request).map_err(|_| Failure::Ended)?;
        match self.answers.recv_timeout(longest) {
            Ok(answer) => serde_json::from_slice(&answer).map_err(|_| Failure::Ended),
            Err(RecvTimeoutError::Timeout) => Err(Failure::TimedOut),
            Err(RecvTimeoutError::Disconnected) => Err(Failure::Ended),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The thread ends with it: what it reads and writes is then closed.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Passes requests on and answers back, until one of the two ends.
fn converse(
    mut stdin: ChildStdin,
    mut stdout: BufReader<ChildStdout>,
    asked: &Receiver<Bytes>,
    answered: &Sender<Bytes>,
) {
    let mut pass_on = || {
        let mut line = Vec::new();
        stdout.by_ref().take(LARGEST_ANSWER).read_until(b'\n', &mut line).is_ok_and(|_| line.ends_with(b"\n"))
            && answered.send(line).is_ok()
    };
    // The first line comes unasked.
    if !pass_on() {
        return;
    }
    while let Ok(request) = asked.recv() {
        let is_written = stdin.write_all(&request).and_then(|()| stdin.flush()).is_ok();
        if !(is_written && pass_on()) {
            return;
        }
    }
}

/// Where the program is: where the variable says, else beside this one. The folders of `PATH` are not searched, because any of them
/// may be somebody else's to write to, and another version is of no use.
fn program() -> Result<PathBuf, Error> {
    let named = env::var_os(VARIABLE).filter(|named| !named.is_empty());
    let program = match named {
        Some(named) => PathBuf::from(named),
        None => beside(&env::current_exe().map_err(|error| missing(format!("ksef-qr-scan is not found: {error}")))?),
    };
    match program.is_file() {
        true => Ok(program),
        false => Err(missing(format!("there is no {}", program.display()))),
    }
}

fn beside(command: &Path) -> PathBuf {
    let mut name = OsString::from("ksef-qr-scan");
    name.push(env::consts::EXE_SUFFIX);
    let beside = command.with_file_name(&name);
    // A link to the command leads to the folder that both are in.
    match command.canonicalize() {
        Ok(command) if !beside.is_file() => command.with_file_name(&name),
        _ => beside,
    }
}

fn missing(message: String) -> Error {
    Error::new(Kind::ScanMissing, message)
}
