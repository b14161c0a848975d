//! A run from its beginning to its end.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::result;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::feeder::{Feeder, Interrupt, Queue};
use super::job::{Finished, Job};
use super::sink::{Sink, Stopped};
use super::stages::Plan;
use super::worker::Worker;
use crate::batch::code_source::{CodeSource, Numbers};
#[cfg(feature = "pdf")]
use crate::batch::observers::LabelSheets;
use crate::batch::observers::{DocumentAdvice, DoubledNumbers, Observer, UpoPairing};
use crate::batch::output::{Destination, Existing, Manifest, ManifestWriter, Output, Publisher};
use crate::batch::settings::Batch;
use crate::error::{Error, Kind, Result};
use crate::files::unwritable;
use crate::manifest::Summary;

/// Invoices in flight for each worker: enough that no worker waits for the sink, few enough to be nothing.
const TICKETS_PER_WORKER: usize = 16;

/// A stamped PDF may have a hundred megabytes; where it does not become a file at once, few wait for the sink.
const TICKETS_PER_WORKER_FOR_DOCUMENTS: usize = 2;

/// The sink writes as soon as this part of the tickets is used up: meanwhile the workers have the rest.
const BATCHES: usize = 4;

/// More threads than this only wait for each other.
const MOST_JOBS: usize = 256;

impl Batch {
    /// Runs the batch to its end, or until it is asked to stop.
    ///
    /// A refused invoice is a line of the manifest and no error.
    ///
    /// # Errors
    /// `output_exists`, `output_busy` and `output_unwritable`, of the manifest or of the output: the run ends there,
    /// and the manifest holds all that was signed. `manifest_damaged` and `resume_mismatch`, of an earlier run's
    /// manifest. A standard output that nobody reads any more ends the run without an error.
    pub fn run(&self, interrupt: &Interrupt, observer: &mut dyn Observer) -> Result<Summary> {
        let started = Instant::now();
        let mut run = Run::open(self, observer)?;
        let ended = run.flow(interrupt);
        run.finish(ended, interrupt.is_asked(), started)
    }

    fn workers(&self) -> usize {
        self.jobs.get().min(MOST_JOBS)
    }

    fn tickets(&self) -> usize {
        let is_waiting = self.drawing.document.is_some() && !matches!(self.output, Output::Folder(_));
        self.workers() * if is_waiting { TICKETS_PER_WORKER_FOR_DOCUMENTS } else { TICKETS_PER_WORKER }
    }
}

/// A run, with all that it has open.
struct Run<'b> {
    batch: &'b Batch,
    feeder: Feeder,
    manifest: ManifestWriter,
    publisher: Publisher,
    /// In the order in which their warnings stand in the summary.
    observers: Vec<Box<dyn Observer + 'b>>,
    summary: Summary,
    // Closed last: it holds the files that have no name yet.
    destination: Destination,
}

impl<'b> Run<'b> {
    fn open(batch: &'b Batch, observer: &'b mut dyn Observer) -> Result<Self> {
        // Nothing is locked and made for pictures that are not drawn.
        let output = if batch.drawing.is_empty() { &Output::Manifest } else { &batch.output };
        let is_there = matches!(&batch.manifest, Manifest::File(path) if path.exists());
        let goes_on = batch.existing == Existing::Resume && is_there;
        let destination = Destination::open(output, batch.existing, goes_on)?;
        #[cfg(feature = "pdf")]
        if batch.drawing.sheet.is_some() {
            LabelSheets::check(&destination)?;
        }
        let publisher = Publisher::open(&destination)?;
        let mut manifest = ManifestWriter::open(&batch.manifest, batch.existing)?;
        let feeder = Feeder::open(batch, &manifest, &destination)?;
        if let Some(end) = feeder.earlier_end() {
            manifest.take_up(end)?;
        }
        let mut observers: Vec<Box<dyn Observer + 'b>> = Vec::new();
        #[cfg(feature = "pdf")]
        if let Some(grid) = batch.drawing.sheet {
            observers.push(Box::new(LabelSheets::begin(grid, batch.drawing.level, &destination)?));
        }
        if let CodeSource::Link { numbers: Numbers::Upo(upo), .. } = &batch.codes {
            observers.push(Box::new(UpoPairing::new(upo)));
        }
        let kind = batch.drawing.document.as_ref().map(|document| document.kind());
        observers.push(Box::new(DocumentAdvice::new(kind)));
        observers.push(Box::new(DoubledNumbers::default()));
        observers.push(Box::new(observer));
        let summary = Summary {
            environment: batch.codes.environment(),
            version: env!("CARGO_PKG_VERSION"),
            warnings: match &batch.codes {
                CodeSource::Sign(issuer) => issuer.credential().warnings().to_vec(),
                CodeSource::Link { .. } | CodeSource::Reuse { .. } => Vec::new(),
            },
            ..Summary::default()
        };
        Ok(Self { batch, feeder, manifest, publisher, observers, summary, destination })
    }

    fn is_signing(&self) -> bool {
        matches!(self.batch.codes, CodeSource::Sign(_))
    }

    /// Sets the threads going, and is the sink itself.
    fn flow(&mut self, interrupt: &Interrupt) -> result::Result<(), Stopped> {
        let (stop, sent) = (AtomicBool::new(false), AtomicU64::new(0));
        let tickets = self.batch.tickets();
        let is_signing = self.is_signing();
        let batch = self.batch;
        let Self { feeder, manifest, publisher, observers, summary, destination, .. } = self;
        let plan = Plan { batch, destination };
        thread::scope(|scope| {
            let (give_ticket, take_ticket) = bounded(tickets);
            let (send_job, take_job) = bounded(tickets);
            let (send_finished, take_finished) = bounded(tickets);
            let queue = Queue { tickets: give_ticket, jobs: send_job, sent: &sent };
            let stop = &stop;
            let feeding = scope.spawn(move || feeder.feed(&batch.sources, &queue, interrupt, stop));
            for _ in 0..batch.workers() {
                let (take_job, send_finished) = (take_job.clone(), send_finished.clone());
                scope.spawn(move || work(plan, &take_job, &send_finished));
            }
            drop((take_job, send_finished));
            let lines_at_once = (tickets / BATCHES).max(1);
            let mut sink =
                Sink { manifest, publisher, summary, observers, stop, sent: &sent, is_signing, lines_at_once };
            let drained = sink.drain(&take_finished, &take_ticket);
            // Whatever ended the sink ends the others: they meet closed channels.
            stop.store(true, Ordering::Relaxed);
            drop((take_finished, take_ticket));
            let fed = feeding
                .join()
                .unwrap_or_else(|_| Err(Error::new(Kind::Internal, "the program failed while it looked for invoices")));
            drained.and(fed.map_err(Stopped::Feeder))
        })
    }

    /// Closes all that is open, and writes the summary.
    fn finish(
        mut self,
        mut ended: result::Result<(), Stopped>,
        interrupted: bool,
        started: Instant,
    ) -> Result<Summary> {
        let left = self.keep_left();
        // An archive without the pictures of those lines would take the place of one that has them.
        if ended.is_ok() && !left {
            ended = self.publisher.finish().map_err(Stopped::Output);
        }
        let hints = self.batch.hints;
        for observer in &mut self.observers {
            match observer.finish(ended.is_ok() && !left && !interrupted) {
                Ok(warnings) => {
                    self.summary.warnings.extend(warnings.into_iter().map(|warning| hints.complete_warning(warning)));
                }
                Err(error) => ended = ended.and(Err(Stopped::Output(error))),
            }
        }
        self.summary.interrupted = interrupted;
        self.summary.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let name = self.manifest.name().to_owned();
        let finished = match &ended {
            // Nothing more can be written, or the earlier lines cannot be read any more: every line stays as it is.
            Err(Stopped::Manifest(_) | Stopped::Feeder(_)) => {
                self.manifest.restore();
                Ok(())
            }
            _ => self.manifest.finish(&self.summary.to_line()),
        };
        // The first thing that went wrong is the one to report.
        match ended.and_then(|()| finished.map_err(Stopped::Manifest)) {
            Ok(()) => Ok(self.summary),
            Err(Stopped::Output(error) | Stopped::Feeder(error)) => Err(error),
            Err(Stopped::Manifest(error)) if nobody_reads(self.batch, &error) => Ok(self.summary),
            Err(Stopped::Manifest(error)) => Err(unwritable(&name, &error)),
        }
    }

    /// A run that was stopped leaves lines that it never came to. They stay. True if there are any.
    fn keep_left(&mut self) -> bool {
        let is_signing = self.is_signing();
        let mut left = false;
        while let Some(line) = self.feeder.next_left() {
            self.manifest.keep(line);
            self.summary.count_kept(is_signing);
            left = true;
        }
        left
    }
}

fn nobody_reads(batch: &Batch, error: &io::Error) -> bool {
    batch.manifest == Manifest::Stdout && error.kind() == io::ErrorKind::BrokenPipe
}

fn work(plan: Plan<'_>, jobs: &Receiver<(u64, Job)>, finished: &Sender<(u64, Finished)>) {
    let mut worker = Worker::new(plan);
    for (index, job) in jobs {
        // No panic is known. One that is not would leave a hole that everything after it waits for.
        let one = catch_unwind(AssertUnwindSafe(|| worker.process(&job))).unwrap_or_else(|_| {
            worker = Worker::new(plan);
            let error = Error::new(Kind::Internal, "the program failed on this invoice");
            Finished::refused(&job, error)
        });
        if finished.send((index, one)).is_err() {
            return;
        }
    }
}
