//! An archive in, an archive out. What comes in waits in a temporary folder, so that memory is bounded; what goes out is sent
//! while it is read. When the client goes away, the run is asked to stop.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use futures_util::StreamExt as _;
use ksef_qr::batch::{Interrupt, Observer, Source};
use ksef_qr::manifest::Record;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

use super::answer::file;
use super::body::Archive;
use super::journal::said;
use super::problem::Problem;
use crate::app::App;
use crate::desk::Order;
use crate::desk::archive::ZipWriter;
use crate::keys::Key;

/// Does the invoices of an archive.
///
/// # Errors
/// `request_too_large`; those of the run as a whole. A refused invoice is a line of the manifest.
pub(super) async fn run(
    app: Arc<App>,
    key: Arc<Key>,
    order: Order,
    archive: Archive,
    request: Request,
) -> Result<Response, Problem> {
    let internal = |error: io::Error| Problem::own("internal", error.to_string());
    let folder = match &app.folder {
        Some(folder) => tempfile::Builder::new().prefix("ksef-qr-").tempdir_in(folder),
        None => tempfile::Builder::new().prefix("ksef-qr-").tempdir(),
    };
    let folder = folder.map_err(internal)?;
    let path = folder.path().join(format!("batch.{}", archive.ending()));
    receive(&path, request.into_body(), key.largest.min(app.limits.largest)).await?;
    let out = folder.path().join("out");
    let asked = Asked(Arc::new(Interrupt::new()));
    let (interrupt, desk, of_run) = (asked.0.clone(), app.desk.clone(), app.clone());
    let work = move || {
        let task = order.task.name();
        let mut log = Log { app: &of_run, who: &key.caller.name, task };
        desk.batch_of(&key.caller, &order, Source::Path(path), &out, &interrupt, &mut log).map(|_| (out, folder))
    };
    let (out, folder) = app.pool.run(work).await.map_err(|_| Problem::busy(2))??;
    drop(asked);
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(4);
    tokio::task::spawn_blocking(move || {
        let sent = send(&out, Sending { sender: &sender, waiting: Vec::new() });
        if let Err(error) = sent {
            _ = sender.blocking_send(Err(error));
        }
        drop(folder);
    });
    let chunks = futures_util::stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    });
    Ok(file("application/zip", "codes.zip", Body::from_stream(chunks)))
}

/// Asks a run to stop when nobody waits for it any more.
struct Asked(Arc<Interrupt>);

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.ask();
    }
}

struct Log<'a> {
    app: &'a App,
    who: &'a str,
    task: &'a str,
}

impl Observer for Log<'_> {
    fn record(&mut self, record: &Record) {
        said(self.app, self.who, self.task, record);
    }
}

async fn receive(path: &Path, body: Body, largest: u64) -> Result<(), Problem> {
    let internal = |error: io::Error| Problem::own("internal", error.to_string());
    let mut file = tokio::fs::File::create(path).await.map_err(internal)?;
    let (mut size, mut chunks) = (0, body.into_data_stream());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::own("request_malformed", "the body broke off"))?;
        size += chunk.len() as u64;
        if size > largest {
            return Err(Problem::own("request_too_large", format!("the request has more than {largest} bytes")));
        }
        file.write_all(&chunk).await.map_err(internal)?;
    }
    file.flush().await.map_err(internal)
}

fn send(out: &Path, sending: Sending<'_>) -> io::Result<()> {
    let mut zip = ZipWriter::new(sending);
    let mut entries: Vec<_> = std::fs::read_dir(out)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        // What the run keeps for its next start is nobody's result.
        if entry.file_type()?.is_file() && !name.starts_with('.') {
            zip.add(&name, &std::fs::read(entry.path())?)?;
        }
    }
    zip.finish()?.flush()
}

/// Bytes on their way to the client, some at a time.
struct Sending<'a> {
    sender: &'a mpsc::Sender<io::Result<Bytes>>,
    waiting: Vec<u8>,
}

impl Write for Sending<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= 1 << 16 {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.waiting);
        if bytes.is_empty() {
            return Ok(());
        }
        self.sender.blocking_send(Ok(bytes.into())).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}
