//! What all requests share.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::desk::{Desk, Pool};
use crate::keys::{Key, Keys};

/// Bounds of what is taken on.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// In bytes: no larger request, whatever its key allows.
    pub largest: u64,
    /// No request takes longer, its body included; but for a batch, which goes on as long as something comes of it.
    pub longest: Duration,
    /// A batch ends if nothing of it comes in, or nothing of its answer is taken, for so long.
    pub longest_silence: Duration,
    /// In bytes: no more is unpacked of an archive.
    pub unpacked: u64,
    /// The head of a request comes within this time.
    pub longest_head: Duration,
    /// So many connections at a time.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            largest: 110_000_000,
            longest: Duration::from_secs(120),
            longest_silence: Duration::from_secs(30),
            unpacked: 2_000_000_000,
            longest_head: Duration::from_secs(10),
            connections: 1024,
        }
    }
}

/// What is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Requests answered, by the hundreds of their status.
    pub answers: [AtomicU64; 6],
    /// Invoices that got codes.
    pub done: AtomicU64,
    /// Invoices that were refused.
    pub refused: AtomicU64,
    /// Invoices whose codes came from the book.
    pub from_book: AtomicU64,
    /// Requests turned away because there was too much work.
    pub busy: AtomicU64,
    /// Connections that are open.
    pub connections: AtomicU64,
    /// Times the register was read anew and is in use.
    pub reloads: AtomicU64,
}

impl Metrics {
    /// One more.
    pub fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// What all requests share.
#[derive(Debug)]
pub struct App {
    /// What does the work.
    pub desk: Arc<Desk>,
    /// Where it is done.
    pub pool: Pool,
    /// Where archives are done, each on all processors: few at a time, so that single invoices have their turn.
    pub batches: Pool,
    /// Who may have it done.
    pub keys: Keys,
    /// Who asks without a key: in a demonstration alone.
    pub guest: Option<Arc<Key>>,
    /// Bounds.
    pub limits: Limits,
    /// Counters.
    pub metrics: Metrics,
    /// True if it listens for this machine alone, without TLS and without a proxy before it: whatever else than this machine's own
    /// name a request asks for is a name of another site that leads here.
    pub is_local: bool,
    /// True if clients come by TLS, here or at a proxy: cookies say so.
    pub is_tls: bool,
    /// What seals the sessions of the page, if replicas share it; else each has its own.
    pub session_key: Option<Zeroizing<Vec<u8>>>,
    /// Where a batch is unpacked and its results wait.
    pub folder: Option<std::path::PathBuf>,
    /// True once the service ends.
    pub is_ending: AtomicBool,
    /// Answers that `Idempotency-Key` asks for again.
    pub remembered: crate::api::Remembered,
    /// False in tests.
    pub logs: bool,
}

impl App {
    /// With the usual bounds.
    pub fn new(desk: Desk, keys: Keys) -> Self {
        let workers = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
        Self {
            desk: Arc::new(desk),
            pool: Pool::new(workers, workers * 32),
            batches: Pool::for_batches(workers),
            keys,
            guest: None,
            limits: Limits::default(),
            metrics: Metrics::default(),
            is_local: false,
            is_tls: false,
            session_key: None,
            folder: None,
            is_ending: AtomicBool::new(false),
            remembered: crate::api::Remembered::default(),
            logs: true,
        }
    }

    /// Writes a line to the log, which is standard error: JSON, the moment first.
    pub fn log(&self, event: &str, fields: impl Serialize) {
        if !self.logs {
            return;
        }
        let line = Line { time: jiff::Timestamp::now().to_string(), event, fields };
        let Ok(mut line) = serde_json::to_vec(&line) else { return };
        line.push(b'\n');
        // At once: standard error has no buffer, so that each part would be a call of the system. A log that nobody takes is no
        // reason to stop.
        _ = std::io::stderr().write_all(&line);
    }
}

/// A line of the log.
#[derive(Serialize)]
struct Line<'l, F> {
    time: String,
    event: &'l str,
    #[serde(flatten)]
    fields: F,
}
