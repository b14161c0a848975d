//! An archive in, an archive out. What comes in waits in a temporary folder until it is whole, as a ZIP is read from its end;
//! then the files of each invoice go out as soon as they are made, and are deleted. Memory and disk are bounded, whatever the
//! length of the batch. When the client goes away, or takes nothing for a while, the run is asked to stop.

use std::fs::{self, File};
use std::io::{self, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use futures_util::StreamExt as _;
use ksef_qr::Error;
use ksef_qr::batch::{Interrupt, Observer, Pdfs, Source};
use ksef_qr::manifest::{Done, InvoiceOutcome, Picture, Record, Summary};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::answer::file;
use super::body::Archive;
use super::journal::said;
use super::problem::Problem;
use crate::app::App;
use crate::desk::archive::{ZipWriter, unpack};
use crate::desk::{Order, Task};
use crate::hints::HINTS;
use crate::keys::Key;

/// In bytes: what goes out at a time.
const CHUNK: usize = 1 << 16;

/// What is less waits no longer than this, if there is more to come.
const LONGEST_WAIT: Duration = Duration::from_millis(100);

/// What an archive is called.
const ARCHIVE: &str = "the archive";

type Sender = mpsc::Sender<Result<Bytes, Problem>>;

/// Does the invoices of an archive.
///
/// # Errors
/// `request_too_large`, `request_too_slow`, `too_many_requests`; those of the run, if it made nothing. A refused invoice is a
/// line of the manifest. A run that fails later breaks the answer off.
pub(super) async fn run(
    app: Arc<App>,
    key: Arc<Key>,
    order: Order,
    archive: Archive,
    request: Request,
) -> Result<Response, Problem> {
    // Taken before anything is read, so that the disk is bounded as well.
    let among_batches = app.batches.place().map_err(|_| Problem::busy(5))?;
    let folder = match &app.folder {
        Some(folder) => tempfile::Builder::new().prefix("ksef-qr-").tempdir_in(folder),
        None => tempfile::Builder::new().prefix("ksef-qr-").tempdir(),
    };
    let folder = folder.map_err(|error| internal(&error))?;
    let place = folder.path().join(format!("batch.{}", archive.ending()));
    let largest = key.largest.min(app.limits.largest);
    receive(&place, request.into_body(), largest, app.limits.longest_silence).await?;
    let (sender, mut receiver) = mpsc::channel(4);
    let asked = Asked(Arc::new(Interrupt::new()));
    let batch = UploadedBatch { app: app.clone(), key, order, place, interrupt: asked.0.clone(), folder };
    let runtime = Handle::current();
    tokio::spawn(async move {
        let of_run = sender.clone();
        let done = app.batches.run_at(among_batches, move || batch.run(of_run, &runtime)).await;
        let problem = match done {
            Ok(Ok(())) => return,
            Ok(Err(problem)) => problem,
            Err(_busy) => Problem::busy(5),
        };
        _ = sender.send(Err(problem)).await;
    });
    // Whether there is an answer at all is known with its beginning.
    let first = receiver.recv().await.unwrap_or_else(|| Err(Problem::own("internal", "the batch gave no answer")))?;
    let rest = futures_util::stream::unfold((receiver, asked), async |(mut receiver, asked)| {
        let chunk = receiver.recv().await?;
        Some((chunk.map_err(|problem| io::Error::other(problem.detail)), (receiver, asked)))
    });
    let chunks = futures_util::stream::once(async { Ok(first) }).chain(rest);
    Ok(file("application/zip", "codes.zip", Body::from_stream(chunks)))
}

/// Asks a run to stop when nobody waits for it any more.
struct Asked(Arc<Interrupt>);

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.ask();
    }
}

async fn receive(path: &Path, body: Body, largest: u64, silence: Duration) -> Result<(), Problem> {
    let mut file = tokio::fs::File::create(path).await.map_err(|error| internal(&error))?;
    let (mut size, mut chunks) = (0, body.into_data_stream());
    loop {
        let chunk = timeout(silence, chunks.next()).await.map_err(|_| {
            let seconds = silence.as_secs();
            Problem::own("request_too_slow", format!("nothing of the archive came for {seconds} seconds"))
        })?;
        let Some(chunk) = chunk else { break };
        let chunk = chunk.map_err(|_| Problem::own("request_malformed", "the body broke off"))?;
        size += chunk.len() as u64;
        if size > largest {
            return Err(Problem::own("request_too_large", format!("the request has more than {largest} bytes")));
        }
        file.write_all(&chunk).await.map_err(|error| internal(&error))?;
    }
    file.flush().await.map_err(|error| internal(&error))
}

/// An archive that is here, and what is to be done with it.
struct UploadedBatch {
    app: Arc<App>,
    key: Arc<Key>,
    order: Order,
    place: PathBuf,
    interrupt: Arc<Interrupt>,
    // Gone with the last who holds it.
    folder: TempDir,
}

impl UploadedBatch {
    /// Runs it, and sends what comes of it.
    fn run(self, sender: Sender, runtime: &Handle) -> Result<(), Problem> {
        let Self { app, key, order, place, interrupt, folder } = &self;
        let (out, unpacked) = (folder.path().join("out"), folder.path().join("in"));
        let mut refused = Vec::new();
        let (source, below) = match order.task {
            Task::Stamp(..) => {
                let found = unpack(place, &unpacked, app.limits.unpacked).map_err(|error| error.about(ARCHIVE))?;
                refused = found.refused;
                let given = std::iter::once(unpacked.clone()).chain(found.invoices).collect();
                (Source::Pdfs(Pdfs::new(given)), &unpacked)
            }
            Task::Sign | Task::Link | Task::Confirm(_) => (Source::Path(place.clone()), place),
        };
        let sending =
            Sending { sender, runtime, silence: app.limits.longest_silence, waiting: Vec::new(), sent: Instant::now() };
        let names = OwnNames::new(&[place, &unpacked]);
        let mut answering = Answering {
            app,
            who: &key.caller.name,
            task: order.task.name(),
            zip: ZipWriter::new(sending),
            out: &out,
            lines: tempfile::tempfile_in(folder.path()).map_err(|error| internal(&error))?,
            names,
            interrupt,
            failed: Ok(()),
            has_begun: false,
            refused: None,
        };
        let are_refused = refused.len() as u64;
        for (name, error) in refused {
            answering.record(&Record::refused(name, error));
        }
        let done = app.desk.batch_of(&key.caller, order, (source, below), &out, interrupt, &mut answering);
        if let Some(error) = answering.refused {
            let problem = Problem::from(HINTS.complete(error));
            let detail = answering.names.left_out_of(problem.detail);
            return Err(Problem { detail, input: Some(ARCHIVE.to_owned()), ..problem });
        }
        let mut summary = done?;
        summary.refused += are_refused;
        answering.finish(&summary).map_err(|error| internal(&error))
    }
}

/// Sends the files of each invoice once they are there.
struct Answering<'a> {
    app: &'a App,
    who: &'a str,
    task: &'a str,
    zip: ZipWriter<Sending<'a>>,
    out: &'a Path,
    /// The manifest's.
    lines: File,
    names: OwnNames,
    interrupt: &'a Interrupt,
    failed: io::Result<()>,
    has_begun: bool,
    /// Why the archive itself is refused, before any invoice in it.
    refused: Option<Error>,
}

impl Observer for Answering<'_> {
    fn record(&mut self, record: &Record) {
        said(self.app, self.who, self.task, record);
        if let (InvoiceOutcome::Refused(error), false) = (&record.outcome, self.has_begun)
            && self.names.left_out_of(record.input.clone()) == ARCHIVE
        {
            self.refused = Some(error.clone());
            self.interrupt.ask();
            return;
        }
        self.has_begun = true;
        if self.failed.is_ok() {
            self.failed = self.send(record);
            if self.failed.is_err() {
                self.interrupt.ask();
            }
        }
    }
}

impl Answering<'_> {
    fn send(&mut self, record: &Record) -> io::Result<()> {
        let line = self.names.left_out_of(record.to_line().unwrap_or_default());
        self.lines.write_all(line.as_bytes())?;
        let InvoiceOutcome::Done(done) = &record.outcome else { return Ok(()) };
        for name in files(done) {
            let path = self.out.join(name);
            self.zip.add(name, File::open(&path)?)?;
            fs::remove_file(path)?;
        }
        Ok(())
    }

    fn finish(mut self, summary: &Summary) -> io::Result<()> {
        self.failed?;
        self.lines.write_all(self.names.left_out_of(summary.to_line()).as_bytes())?;
        self.lines.rewind()?;
        self.zip.add("manifest.ndjson", self.lines)?;
        self.zip.finish()?.flush()
    }
}

/// The names of an invoice's files.
fn files(done: &Done) -> impl Iterator<Item = &str> {
    let pictures = done.codes().flat_map(|(_, code)| &code.pictures).map(|(_, picture)| picture);
    let document = done.document.as_ref().map(|document| &document.place);
    pictures.chain(document).filter_map(|picture| match picture {
        Picture::File(name) => Some(&**name),
        _ => None,
    })
}

/// Where the archive lies here is nobody's business: in lines it is called what it is called for the client.
struct OwnNames(Vec<(String, &'static str)>);

impl OwnNames {
    fn new(places: &[&PathBuf]) -> Self {
        let mut names = Vec::new();
        for place in places {
            // As it stands in JSON.
            let text = serde_json::Value::from(place.to_string_lossy()).to_string();
            let text = text.trim_matches('"');
            names.push((format!("{text}!"), ""));
            names.push((format!("{text}{}", std::path::MAIN_SEPARATOR), ""));
            names.push((text.to_owned(), ARCHIVE));
        }
        Self(names)
    }

    fn left_out_of(&self, mut line: String) -> String {
        for (name, instead) in &self.0 {
            if line.contains(name) {
                line = line.replace(name, instead);
            }
        }
        line
    }
}

/// Bytes on their way to the client, some at a time.
struct Sending<'a> {
    sender: Sender,
    runtime: &'a Handle,
    silence: Duration,
    waiting: Vec<u8>,
    sent: Instant,
}

impl Write for Sending<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= CHUNK || self.sent.elapsed() >= LONGEST_WAIT {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.waiting);
        if bytes.is_empty() {
            return Ok(());
        }
        self.sent = Instant::now();
        // This is a thread for work that waits.
        match self.runtime.block_on(timeout(self.silence, self.sender.send(Ok(bytes.into())))) {
            Ok(sent) => sent.map_err(|_| io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

fn internal(error: &io::Error) -> Problem {
    Problem::own("internal", error.to_string())
}
