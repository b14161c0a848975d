use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::earlier::Earlier;
use super::folder::unwritable;
use super::handing::Handing;
use super::input::Input;
use super::journal::Journal;
use super::manifest::{Record, Summary};
use super::names::Names;
use super::output::{Existing, Manifest, Output};
use super::pairing::Pairing;
use super::place::Place;
#[cfg(feature = "pdf")]
use super::sheet::{self, SheetWriter};
use super::sink::{Sink, Stopped};
use super::source::Source;
use super::task::{Drawing, Task};
use super::worker::{Finished, Order, Work, Worker};
use crate::deadline::Schedule;
use crate::error::{Error, Hints, Kind, Result};
use crate::values::{IssueDate, Rules};

/// Invoices in flight for each worker: enough that no worker waits for the sink, few enough to be nothing.
const TICKETS_PER_WORKER: usize = 16;

/// The sink writes as soon as this part of the tickets is used up: meanwhile the workers have the rest.
const BATCHES: usize = 4;

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
    /// Why the invoices were issued outside of KSeF, for the day by which to send each.
    pub schedule: Option<Schedule>,
    /// Which pictures to draw.
    pub drawing: Drawing,
    /// Where the pictures go.
    pub output: Output,
    /// Where the manifest goes.
    pub manifest: Manifest,
    /// What happens to what is there already.
    pub existing: Existing,
    /// How many invoices at a time, 256 at most.
    pub jobs: NonZeroUsize,
    /// What to do about refusals, in the caller's words. They stand in the manifest.
    pub hints: Hints,
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

/// What the feeder draws from.
struct Feeder {
    names: Names,
    earlier: Option<Earlier>,
}

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
        // Nothing is locked and made for pictures that are not drawn.
        let output = if self.drawing.is_empty() { &Output::Manifest } else { &self.output };
        let is_there = matches!(&self.manifest, Manifest::File(path) if path.exists());
        let place = Place::open(output, self.existing, self.existing == Existing::Resume && is_there)?;
        #[cfg(feature = "pdf")]
        if self.drawing.sheet.is_some() {
            place.check_sheet(sheet::NAME)?;
        }
        let mut shelves = place.shelf()?;
        let mut journal = Journal::open(&self.manifest, self.existing)?;
        let mut feeder = self.feeder(&journal, &place)?;
        if let Some(earlier) = &feeder.earlier {
            journal.take_up(earlier.end())?;
        }
        let mut summary = Summary {
            environment: self.task.environment(),
            version: env!("CARGO_PKG_VERSION"),
            warnings: match &self.task {
                Task::Sign(issuer) => issuer.credential().warnings().to_vec(),
                Task::Link { .. } | Task::Reuse { .. } => Vec::new(),
            },
            ..Summary::default()
        };
        let (stop, sent) = (AtomicBool::new(false), AtomicU64::new(0));
        let is_signing = matches!(self.task, Task::Sign(_));
        let tickets = self.jobs.get().min(MOST_JOBS) * self.tickets_per_worker();
        let mut handing = Handing::new(&self.drawing, observer);
        let mut pairing = Pairing::new(&self.task, &mut handing);
        #[cfg(feature = "pdf")]
        let mut labels = SheetWriter::open(self.drawing.sheet, self.drawing.level, &place, &mut pairing)?;
        #[cfg(feature = "pdf")]
        let watching = &mut labels;
        #[cfg(not(feature = "pdf"))]
        let watching = &mut pairing;
        let sink = Sink {
            journal: &mut journal,
            shelf: &mut shelves,
            summary: &mut summary,
            observer: watching,
            stop: &stop,
            sent: &sent,
            is_signing,
            batch: (tickets / BATCHES).max(1),
        };
        let mut ended = self.flow(interrupt, tickets, &place, &mut feeder, sink);
        // A run that was stopped leaves lines that it never came to. They stay.
        let mut left = false;
        while let Some(line) = feeder.earlier.as_mut().and_then(Earlier::next_left) {
            journal.keep(line);
            summary.count_kept(is_signing);
            left = true;
        }
        // An archive without the pictures of those lines would take the place of one that has them.
        if ended.is_ok() && !left {
            ended = shelves.finish().map_err(Stopped::Output);
        }
        summary.interrupted = interrupt.is_asked();
        #[cfg(feature = "pdf")]
        match labels.finish(ended.is_ok() && !left && !summary.interrupted, &place) {
            Ok(warning) => summary.warnings.extend(warning),
            Err(error) => ended = ended.and(Err(Stopped::Output(error))),
        }
        if !summary.interrupted && ended.is_ok() {
            summary.warnings.extend(pairing.warning());
            summary.warnings.extend(handing.warnings().map(|warning| self.hints.complete_warning(warning)));
        }
        summary.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let name = journal.name().to_owned();
        let finished = match &ended {
            // Nothing more can be written, or the earlier lines cannot be read any more: every line stays as it is.
            Err(Stopped::Manifest(_) | Stopped::Feeder(_)) => {
                journal.restore();
                Ok(())
            }
            _ => journal.finish(&summary.to_line()),
        };
        // The first thing that went wrong is the one to report.
        match ended.and_then(|()| finished.map_err(Stopped::Manifest)) {
            Ok(()) => Ok(summary),
            Err(Stopped::Output(error) | Stopped::Feeder(error)) => Err(error),
            Err(Stopped::Manifest(error)) if self.nobody_reads(&error) => Ok(summary),
            Err(Stopped::Manifest(error)) => Err(unwritable(&name, &error)),
        }
    }

    /// A stamped PDF may have a hundred megabytes; where it does not become a file at once, few wait for the sink.
    fn tickets_per_worker(&self) -> usize {
        match self.drawing.document.is_some() && !matches!(self.output, Output::Folder(_)) {
            true => 2,
            false => TICKETS_PER_WORKER,
        }
    }

    fn feeder(&self, journal: &Journal, place: &Place) -> Result<Feeder> {
        let mut names = Names::default();
        let earlier = match (journal.file(), self.existing) {
            (Some(path), Existing::Resume) => {
                Some(Earlier::load(path, &self.task, &self.drawing, place.is_manifest(), &mut names)?)
            }
            _ => None,
        };
        Ok(Feeder { names, earlier })
    }

    fn nobody_reads(&self, error: &io::Error) -> bool {
        self.manifest == Manifest::Stdout && error.kind() == io::ErrorKind::BrokenPipe
    }

    /// Sets the threads going, and is the sink itself.
    fn flow(
        &self,
        interrupt: &Interrupt,
        tickets: usize,
        place: &Place,
        feeder: &mut Feeder,
        mut sink: Sink<'_>,
    ) -> std::result::Result<(), Stopped> {
        let (stop, sent) = (sink.stop, sink.sent);
        thread::scope(|scope| {
            let (give_ticket, take_ticket) = bounded(tickets);
            let (send_work, take_work) = bounded(tickets);
            let (send_finished, take_finished) = bounded(tickets);
            let queue = Queue { tickets: give_ticket, work: send_work, sent };
            let feeding = scope.spawn(move || feeder.all(&self.sources, &queue, interrupt, stop));
            for _ in 0..self.jobs.get().min(MOST_JOBS) {
                let (take_work, send_finished) = (take_work.clone(), send_finished.clone());
                scope.spawn(move || self.work(place, &take_work, &send_finished));
            }
            drop((take_work, send_finished));
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

    fn work(&self, place: &Place, jobs: &Receiver<(u64, Work)>, finished: &Sender<(u64, Finished)>) {
        let order = Order {
            task: &self.task,
            allow: self.allow,
            today: self.today,
            schedule: self.schedule.as_ref(),
            drawing: &self.drawing,
            place,
            hints: self.hints,
        };
        let mut worker = Worker::new(order);
        for (index, work) in jobs {
            // No panic is known. One that is not would leave a hole that everything after it waits for.
            let one = catch_unwind(AssertUnwindSafe(|| worker.process(&work))).unwrap_or_else(|_| {
                worker = Worker::new(order);
                let error = Error::new(Kind::Internal, "the program failed on this invoice");
                Finished::refused(&work, error)
            });
            if finished.send((index, one)).is_err() {
                return;
            }
        }
    }
}

/// Where the feeder puts work. A job needs a ticket first.
struct Queue<'b> {
    tickets: Sender<()>,
    work: Sender<(u64, Work)>,
    sent: &'b AtomicU64,
}

impl Queue<'_> {
    /// False if the sink has ended.
    fn put(&self, work: Work) -> bool {
        // Counted before it is sent: the sink may write too early, but never waits for what is not to come.
        self.tickets.send(()).is_ok() && self.work.send((self.sent.fetch_add(1, Ordering::AcqRel), work)).is_ok()
    }
}

impl Feeder {
    /// First the invoices of this run, then what earlier runs signed and this one does not name.
    fn all(&mut self, sources: &[Source], queue: &Queue<'_>, interrupt: &Interrupt, stop: &AtomicBool) -> Result<()> {
        let mut failed = Ok(());
        let go_on = || !interrupt.is_asked() && !stop.load(Ordering::Relaxed);
        let mut take = |input| match go_on().then(|| self.work(input)) {
            Some(Ok(work)) => queue.put(work),
            Some(Err(error)) => {
                failed = Err(error);
                false
            }
            None => false,
        };
        for source in sources {
            if !source.each(&mut take, &go_on) {
                break;
            }
        }
        failed?;
        let Some(earlier) = &mut self.earlier else { return Ok(()) };
        while go_on() {
            let Some(line) = earlier.next_left() else { break };
            if !queue.put(Work::Carry(earlier.read(line)?)) {
                break;
            }
        }
        Ok(())
    }

    fn work(&mut self, input: Input) -> Result<Work> {
        let line = match (&input, &mut self.earlier) {
            (Input::Unusable(_), _) => return Ok(Work::New { input, stem: String::new() }),
            // Standard input has no name: what it holds is another invoice each time.
            (Input::Stdin, _) | (_, None) => None,
            (_, Some(earlier)) => earlier.take(&input)?,
        };
        Ok(match line {
            Some(line) => Work::Again { input, line },
            None => Work::New { stem: self.names.unique(&input.stem()), input },
        })
    }
}
