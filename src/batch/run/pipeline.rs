//! A run from its beginning to its end.

use std::collections::HashSet;
use std::io;
use std::mem;
use std::path::Path;
use std::result;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::earlier::SeenLines;
use super::feeder::{Feeder, Interrupt, Queue};
use super::number::GivenNumbers;
use super::sink::{Sink, Stopped, answer_with};
use super::work::{Crew, Plan};
#[cfg(feature = "book")]
use super::work::{DrawnCodes, MOST_BY_BOOK, Turns};
use crate::batch::code_source::{CodeSource, Numbers};
use crate::batch::input::{Beside, Source};
#[cfg(feature = "pdf")]
use crate::batch::observers::LabelSheets;
use crate::batch::observers::{DocumentAdvice, DoubledNumbers, Observer, SigningAdvice, UpoPairing};
use crate::batch::output::{Destination, Existing, Manifest, ManifestWriter, Output, Publisher};
use crate::batch::settings::Batch;
use crate::error::{Result, Warning, WarningKind};
use crate::files::{NewNames, unwritable};
use crate::manifest::Summary;

/// Invoices in flight for each worker: enough that no worker waits for the sink, few enough to be nothing.
const TICKETS_PER_WORKER: usize = 16;

/// A stamped PDF may have a hundred megabytes; where it does not become a file at once, few wait for the sink.
const TICKETS_PER_WORKER_FOR_DOCUMENTS: usize = 2;

/// Each worker enters many invoices at once in the book.
#[cfg(feature = "book")]
const TICKETS_PER_WORKER_BY_BOOK: usize = 3 * MOST_BY_BOOK;

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
    /// `upo_wrong_environment`; `output_exists`, `output_busy` and `output_unwritable`, of the manifest or of the output: the run ends there,
    /// and the manifest holds all that was signed. `manifest_damaged` and `resume_mismatch`, of an earlier run's
    /// manifest. A standard output that nobody reads any more ends the run without an error.
    pub fn run(&self, interrupt: &Interrupt, observer: &mut dyn Observer) -> Result<Summary> {
        let started = Instant::now();
        let mut run = Run::open(self, observer)?;
        let ended = run.flow(interrupt);
        run.finish(ended, interrupt.is_asked(), started)
    }

    pub(super) fn workers(&self) -> usize {
        self.jobs.get().min(MOST_JOBS)
    }

    fn tickets(&self) -> usize {
        #[cfg(feature = "book")]
        if self.book.is_some() && self.drawing.document.is_none() {
            return self.workers() * TICKETS_PER_WORKER_BY_BOOK;
        }
        let is_waiting = self.drawing.document.is_some() && !self.output.is_files();
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
    beside: Beside,
    new_names: NewNames,
    seen: SeenLines,
    // Closed last: it holds the files that have no name yet.
    destination: Destination,
}

impl<'b> Run<'b> {
    fn open(batch: &'b Batch, observer: &'b mut dyn Observer) -> Result<Self> {
        if let CodeSource::Link { environment, numbers: Numbers::Upo(upo) } = &batch.codes {
            upo.check_environment(*environment)?;
        }
        #[cfg(feature = "book")]
        if let Some(keeping) = &batch.book {
            keeping.book.check_environment(batch.codes.environment())?;
        }
        // Nothing is locked and made for pictures that are not drawn.
        let output = if batch.drawing.is_empty() { &Output::Manifest } else { &batch.output };
        let manifest = match &batch.manifest {
            Manifest::File(path) => Some(&**path),
            Manifest::Stdout => None,
        };
        let goes_on = batch.existing == Existing::Resume && manifest.is_some_and(Path::exists);
        let mut new_names = NewNames::default();
        manifest.into_iter().chain(output.path()).for_each(|path| new_names.expect(path));
        if let Output::Folder(folder) = output {
            new_names.expect(&folder.join("manifest.ndjson"));
        }
        let mut destination = Destination::open(output, batch.existing, goes_on, manifest)?;
        if batch.durable {
            destination.make_durable();
        }
        #[cfg(feature = "pdf")]
        if batch.drawing.sheet.is_some() {
            LabelSheets::check(&destination)?;
        }
        let mut publisher = Publisher::open(&destination)?;
        let mut manifest = ManifestWriter::open(&batch.manifest, batch.existing)?;
        if manifest.replaces().is_some() {
            publisher.wait();
        }
        if batch.durable {
            manifest.make_durable()?;
            new_names.sync()?;
        }
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
        observers.push(Box::new(SigningAdvice::default()));
        let kind = batch.drawing.document.as_ref().map(|document| document.kind());
        observers.push(Box::new(DocumentAdvice::new(kind)));
        observers.push(Box::new(DoubledNumbers::new(manifest.file().map(Path::to_owned))));
        observers.push(Box::new(observer));
        let summary = Summary {
            environment: batch.codes.environment(),
            rehearsed_at: batch.rehearsed_at,
            version: env!("CARGO_PKG_VERSION"),
            ..Summary::default()
        };
        let (seen, beside) = (SeenLines::after(feeder.seen_before()), Beside::default());
        Ok(Self { batch, feeder, manifest, publisher, observers, summary, beside, new_names, seen, destination })
    }

    fn is_signing(&self) -> bool {
        matches!(self.batch.codes, CodeSource::Sign(_) | CodeSource::SignEach(_))
    }

    /// Sets the threads going, and is the sink itself.
    fn flow(&mut self, interrupt: &Interrupt) -> result::Result<(), Stopped> {
        let (stop, sent) = (AtomicBool::new(false), AtomicU64::new(0));
        let tickets = self.batch.tickets();
        let is_signing = self.is_signing();
        let batch = self.batch;
        let Self { feeder, manifest, publisher, observers, summary, destination, beside, seen, .. } = self;
        let watch = feeder.watch();
        let workers = batch.workers();
        #[cfg(feature = "book")]
        let (workers, turns) = (workers + usize::from(batch.book.is_some()), Turns::new(workers));
        let plan = Plan {
            batch,
            destination,
            beside,
            lent: None,
            watch: watch.as_deref(),
            #[cfg(feature = "book")]
            turns: &turns,
        };
        // One file is no work for several threads: to start them takes as long as its codes.
        let alone = feeder.earlier_end().is_none() && Source::are_one(&batch.sources);
        thread::scope(|scope| {
            // One after the other they cannot wait for each other.
            let most = if alone { None } else { Some(tickets) };
            let (give_ticket, take_ticket) = queue_of(most);
            let (send_job, take_job) = queue_of(most);
            let (send_finished, take_finished) = queue_of(most);
            let queue = Queue { tickets: give_ticket, jobs: send_job, sent: &sent };
            let stop = &stop;
            let crew = Crew { plan, jobs: take_job, finished: send_finished, stop };
            let feed = move || feeder.feed(&batch.sources, plan.beside, &queue, interrupt, stop);
            let feeding = if alone { crew.alone(feed) } else { crew.start(scope, workers, feed) };
            let feeding = feeding.map_err(Stopped::Feeder)?;
            let lines_at_once = (tickets / BATCHES).max(1);
            let answers = batch.to_stdout_too;
            let mut sink = Sink {
                manifest,
                publisher,
                summary,
                observers,
                answers,
                stop,
                sent: &sent,
                is_signing,
                lines_at_once,
                numbers: GivenNumbers::default(),
                hints: batch.hints,
                #[cfg(feature = "book")]
                drawn: DrawnCodes::of(batch),
                seen,
                watch: plan.watch,
            };
            let drained = sink.drain(&take_finished, &take_ticket);
            // Whatever ended the sink ends the others: they meet closed channels.
            stop.store(true, Ordering::Relaxed);
            drop((take_finished, take_ticket));
            drained.and(feeding.end().map_err(Stopped::Feeder))
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
        let has_codes = self.summary.signed + self.summary.linked > 0;
        // What an earlier run made is replaced by a run that came to its end and made something, and by no other.
        let replaces = self.manifest.replaces().is_some();
        let may_replace = has_codes && !interrupted;
        // An archive without the pictures of the lines that are left would take the place of one that has them.
        let is_published =
            ended.is_ok() && !left && has_codes && (may_replace || !(replaces || self.destination.replaces_archive()));
        self.summary.replaced_nothing = !is_published && (replaces || self.destination.replaces_archive());
        if is_published {
            self.summary.warnings.extend(self.left_over());
        }
        for issuer in self.batch.codes.issuers() {
            let credential = issuer.credential();
            self.summary.name_owner(credential.certificate().serial(), credential.certificate().owner());
            self.summary.warnings.extend_from_slice(credential.warnings());
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
        #[cfg(feature = "pdf")]
        if let Some(grown) = self.destination.take_grown() {
            ended = ended.and(self.publisher.publish(grown).map_err(Stopped::Output));
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
            // The earlier one stays.
            _ if replaces && !(is_published && ended.is_ok()) => Ok(()),
            _ => self.manifest.finish(&self.summary.to_line()),
        };
        // The manifest is as it is to be now, with every line in its place.
        if ended.is_ok()
            && finished.is_ok()
            && !left
            && let Some(watch) = self.feeder.watch()
            && let Some(seen) = watch.to_leave(mem::take(&mut self.seen), &self.manifest)
        {
            self.manifest.leave_seen(&seen);
        }
        if is_published && ended.is_ok() && (finished.is_ok() || !replaces) {
            ended = self.publish(replaces);
        }
        // A manifest in a new order, an archive, sheets of labels.
        ended = ended.and_then(|()| self.settle());
        if self.batch.to_stdout_too && !matches!(ended, Err(Stopped::Answers(_))) {
            ended = ended.and(answer_with(&self.summary.to_line()).map_err(Stopped::Answers));
        }
        // The first thing that went wrong is the one to report.
        match ended.and_then(|()| finished.map_err(Stopped::Manifest)) {
            Ok(()) => Ok(self.summary),
            Err(Stopped::Output(error) | Stopped::Feeder(error)) => Err(error),
            Err(Stopped::Answers(error)) => Err(unwritable(Path::new("standard output"), &error)),
            Err(Stopped::Manifest(error)) if nobody_reads(self.batch, &error) => Ok(self.summary),
            Err(Stopped::Manifest(error)) => Err(unwritable(&name, &error)),
        }
    }

    /// Puts in place what waited for the end of the run; `replaces` if it takes the place of an earlier run's.
    fn publish(&mut self, replaces: bool) -> result::Result<(), Stopped> {
        let mut publisher = mem::replace(&mut self.publisher, Publisher::None).end().map_err(Stopped::Output)?;
        if replaces {
            self.destination
                .begin_replacement(self.manifest.prepared(), publisher.waiting())
                .map_err(Stopped::Output)?;
            publisher.leave_waiting();
            self.manifest.put_in_place().map_err(Stopped::Manifest)?;
            self.settle()?;
        }
        publisher.finish().map_err(Stopped::Output)?;
        if replaces {
            self.destination.end_replacement();
        }
        Ok(())
    }

    /// Forces to the disk what has its name by now, if the run is to be durable.
    fn settle(&self) -> result::Result<(), Stopped> {
        match self.batch.durable {
            true => self.new_names.sync().map_err(Stopped::Output),
            false => Ok(()),
        }
    }

    /// Files that the earlier manifest names and the new one does not: they stay, and nothing says any more what they are.
    fn left_over(&self) -> Option<Warning> {
        /// So many are named.
        const MOST: usize = 5;
        let earlier = self.manifest.replaces()?;
        let new: HashSet<String> = self.publisher.waiting().into_iter().map(|(_, name)| name).collect();
        let gone = earlier.iter().map(|name| &**name).filter(|name| !new.contains(*name));
        let gone = self.destination.present(gone);
        let more = if gone.len() > MOST { ", ..." } else { "" };
        let named = gone.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
        let message = format!(
            "{} of the files that an earlier run made stay, and stand in no line any more, because their invoices were refused \
             now or not given: {named}{more}",
            gone.len()
        );
        (!gone.is_empty()).then(|| Warning::new(WarningKind::FilesLeftOver, message))
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

/// For so many at a time, or for all there are.
fn queue_of<T>(most: Option<usize>) -> (Sender<T>, Receiver<T>) {
    most.map_or_else(unbounded, bounded)
}

fn nobody_reads(batch: &Batch, error: &io::Error) -> bool {
    batch.manifest == Manifest::Stdout && error.kind() == io::ErrorKind::BrokenPipe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upo::Upo;
    use crate::values::{Environment, IssueDate};

    struct Nobody;

    impl Observer for Nobody {
        fn record(&mut self, _: &crate::manifest::Record) {}
    }

    /// Whoever calls the library may not have asked.
    #[test]
    fn a_upo_of_another_environment_ends_the_run_before_it_begins() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let upo = Upo::parse(include_bytes!("../../../fixtures/upo/good/production.xml")).unwrap();
        let codes = CodeSource::Link { environment: Environment::Test, numbers: Numbers::Upo(upo) };
        let today = IssueDate::parse("2026-06-30").unwrap();
        let batch = Batch::new(vec![Source::Path("missing.xml".into())], codes, Output::at(out.clone()), today);
        assert_eq!(batch.run(&Interrupt::new(), &mut Nobody).unwrap_err().code(), "upo_wrong_environment");
        assert!(!out.exists());
    }
}
