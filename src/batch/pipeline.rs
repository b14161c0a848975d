use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::manifest::{Record, Summary};
use super::names::Names;
use super::output::{Manifest, Output};
use super::source::{Input, Source};
use super::worker::{Drawing, Order, Task, Worker, stops_the_run};
use crate::error::{Error, Kind, Result};
use crate::values::{IssueDate, Rules};

/// Invoices in flight for each worker: enough that no worker waits for the sink, few enough to be nothing.
const TICKETS_PER_WORKER: usize = 8;

/// More threads than this only wait for each other.
const MOST_JOBS: usize = 256;

/// A batch, described. [`run`](Batch::run) does it.
#[derive(Debug)]
pub struct Batch {
    /// Where the invoices come from, in this order.
    pub sources: Vec<Source>,
    /// What to make of each.
    pub task: Task,
    /// Acceptance rules that may be broken.
    pub allow: Rules,
    /// Today, for the warning about issue dates to come.
    pub today: IssueDate,
    /// Which pictures to draw.
    pub drawing: Drawing,
    /// Where the pictures go.
    pub output: Output,
    /// Where the manifest goes.
    pub manifest: Manifest,
    /// How many invoices at a time, 256 at most.
    pub jobs: NonZeroUsize,
}

/// Asks a run to stop: what is begun is finished, nothing new is begun.
#[derive(Debug, Default)]
pub struct Interrupt(AtomicBool);

impl Interrupt {
    /// A run that nobody has asked to stop.
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Asks, from any thread. True if it was asked before.
    pub fn ask(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Who watches a run, in input order.
pub trait Observer {
    /// A record was written to the manifest.
    fn record(&mut self, record: &Record);
}

struct Job {
    index: u64,
    input: Input,
    stem: String,
}

/// A record with its line: serialised by the worker, so that the sink only copies.
struct Finished {
    index: u64,
    record: Record,
    line: String,
}

impl Batch {
    /// Runs the batch to its end, or until it is asked to stop.
    ///
    /// A refused invoice is a line of the manifest and no error.
    ///
    /// # Errors
    /// `output_exists` and `output_unwritable`, of the manifest or of the output folder: the run ends there,
    /// and the manifest holds all that was begun. A standard output that nobody reads any more ends the run
    /// without an error.
    pub fn run(&self, interrupt: &Interrupt, observer: &mut dyn Observer) -> Result<Summary> {
        let started = Instant::now();
        if !self.drawing.formats.is_empty() {
            self.output.prepare()?;
        }
        let mut manifest = BufWriter::with_capacity(1 << 16, self.manifest.open(self.output.overwrites())?);
        let mut summary = Summary {
            environment: self.task.environment(),
            version: env!("CARGO_PKG_VERSION"),
            warnings: match &self.task {
                Task::Sign(issuer) => issuer.credential().warnings().to_vec(),
                Task::Link { .. } => Vec::new(),
            },
            ..Summary::default()
        };
        let sunk = self.flow(interrupt, &mut manifest, &mut summary, observer);
        summary.interrupted = interrupt.is_asked();
        summary.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let ended = manifest.write_all(summary.to_line().as_bytes()).and_then(|()| manifest.flush());
        // The first thing that went wrong is the one to report.
        match sunk.and_then(|()| ended.map_err(Stopped::Manifest)) {
            Ok(()) => Ok(summary),
            Err(Stopped::Output(error)) => Err(error),
            Err(Stopped::Manifest(error)) if self.nobody_reads(&error) => Ok(summary),
            Err(Stopped::Manifest(error)) => Err(self.manifest.unwritable(&error)),
        }
    }

    fn nobody_reads(&self, error: &io::Error) -> bool {
        self.manifest == Manifest::Stdout && error.kind() == io::ErrorKind::BrokenPipe
    }

    /// Sets the threads going, and is the sink itself.
    fn flow(
        &self,
        interrupt: &Interrupt,
        manifest: &mut impl Write,
        summary: &mut Summary,
        observer: &mut dyn Observer,
    ) -> std::result::Result<(), Stopped> {
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            let jobs = self.jobs.get().min(MOST_JOBS);
            let tickets = jobs * TICKETS_PER_WORKER;
            let (give_ticket, take_ticket) = bounded(tickets);
            let (send_job, take_job) = bounded(tickets);
            let (send_record, take_record) = bounded(tickets);
            let stop = &stop;
            let go_on = move || !interrupt.is_asked() && !stop.load(Ordering::Relaxed);
            scope.spawn(move || self.feed(&give_ticket, &send_job, &go_on));
            for _ in 0..jobs {
                let (take_job, send_record) = (take_job.clone(), send_record.clone());
                scope.spawn(move || self.work(&take_job, &send_record));
            }
            drop((take_job, send_record));
            let sunk = sink(&take_record, &take_ticket, manifest, summary, observer, stop);
            // Whatever ended the sink ends the others: they meet closed channels.
            stop.store(true, Ordering::Relaxed);
            drop((take_record, take_ticket));
            sunk
        })
    }

    fn feed(&self, tickets: &Sender<()>, jobs: &Sender<Job>, go_on: &dyn Fn() -> bool) {
        let mut names = Names::default();
        let mut index = 0;
        for source in &self.sources {
            let whole = source.each(&mut |input| {
                // Both sends fail only when the sink has ended.
                if !go_on() || tickets.send(()).is_err() {
                    return false;
                }
                let stem = if input.is_unusable() { String::new() } else { names.unique(&input.stem()) };
                let sent = jobs.send(Job { index, input, stem }).is_ok();
                index += 1;
                sent
            });
            if !whole {
                return;
            }
        }
    }

    fn work(&self, jobs: &Receiver<Job>, records: &Sender<Finished>) {
        let order = Order {
            task: &self.task,
            allow: self.allow,
            today: self.today,
            drawing: &self.drawing,
            output: &self.output,
        };
        let mut worker = Worker::new(order);
        for Job { index, input, stem } in jobs {
            // No panic is known. One that is not would leave a hole that everything after it waits for.
            let record = catch_unwind(AssertUnwindSafe(|| worker.process(&input, &stem))).unwrap_or_else(|_| {
                worker = Worker::new(order);
                let error = Error::new(Kind::Internal, "the program failed on this invoice");
                Record { input: input.name(), outcome: Err(error) }
            });
            let line = record.to_line();
            if records.send(Finished { index, record, line }).is_err() {
                return;
            }
        }
    }
}

/// Writes records in input order; what comes early waits, and there is never more of it than tickets.
fn sink(
    records: &Receiver<Finished>,
    tickets: &Receiver<()>,
    manifest: &mut impl Write,
    summary: &mut Summary,
    observer: &mut dyn Observer,
    stop: &AtomicBool,
) -> std::result::Result<(), Stopped> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    let mut stopped = Ok(());
    loop {
        let finished = match records.try_recv() {
            Ok(finished) => finished,
            // Nothing to do: a good time to let readers see what there is.
            Err(_) => {
                if let Err(error) = manifest.flush() {
                    return stopped.and(Err(Stopped::Manifest(error)));
                }
                match records.recv() {
                    Ok(finished) => finished,
                    Err(_) => return stopped,
                }
            }
        };
        early.insert(finished.index, finished);
        while let Some(Finished { record, line, .. }) = early.remove(&next) {
            next += 1;
            _ = tickets.try_recv();
            if let Err(error) = manifest.write_all(line.as_bytes()) {
                return stopped.and(Err(Stopped::Manifest(error)));
            }
            summary.count(&record);
            observer.record(&record);
            match record.outcome {
                // What is begun is finished and written down: its pictures may be on paper soon.
                Err(error) if stops_the_run(&error) && stopped.is_ok() => {
                    stop.store(true, Ordering::Relaxed);
                    stopped = Err(Stopped::Output(error));
                }
                _ => {}
            }
        }
    }
}

/// What ends a run before its time.
enum Stopped {
    Output(Error),
    Manifest(io::Error),
}
