//! The end of the line: records into the manifest, in input order, and then pictures into their places.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_channel::Receiver;

use super::earlier::{SeenLine, SeenLines, Watch};
use super::job::{Ended, Finished};
use super::number::GivenNumbers;
#[cfg(feature = "book")]
use super::work::DrawnCodes;
use crate::batch::observers::{Observer, Unchanged};
use crate::batch::output::{ManifestWriter, Publisher};
use crate::error::{Error, Hints, Kind};
use crate::manifest::{InvoiceOutcome, Summary};

/// What ends a run before its time.
pub(super) enum Stopped {
    /// A picture could not be put in its place.
    Output(Error),
    /// A line could not be written.
    Manifest(io::Error),
    /// The manifest of an earlier run could not be read any more.
    Feeder(Error),
    /// A line could not be given to standard output.
    Answers(io::Error),
}

pub(super) struct Sink<'s, 'o> {
    pub(super) manifest: &'s mut ManifestWriter,
    pub(super) publisher: &'s mut Publisher,
    pub(super) summary: &'s mut Summary,
    pub(super) observers: &'s mut [Box<dyn Observer + 'o>],
    /// True if each line goes to standard output too.
    pub(super) answers: bool,
    /// Tells the others to begin nothing new.
    pub(super) stop: &'s AtomicBool,
    /// How many invoices the feeder has sent on their way.
    pub(super) sent: &'s AtomicU64,
    /// True for KOD I and KOD II.
    pub(super) is_signing: bool,
    /// So many lines are written at once, if there are more to come.
    pub(super) lines_at_once: usize,
    /// Compared here, where the invoices come in their order: which of two is refused depends on no thread.
    pub(super) numbers: GivenNumbers,
    pub(super) hints: Hints,
    /// Of a run that keeps a book.
    #[cfg(feature = "book")]
    pub(super) drawn: Option<DrawnCodes<'s>>,
    /// What is left for the next run, and how files are looked at for it.
    pub(super) seen: &'s mut SeenLines,
    pub(super) watch: Option<&'s Watch>,
}

impl Sink<'_, '_> {
    /// Takes all there is. What comes early waits, and there is never more of it than tickets.
    ///
    /// After an error of the output what is begun is still written down, because its signatures exist.
    pub(super) fn drain(&mut self, finished: &Receiver<(u64, Ended)>, tickets: &Receiver<()>) -> Result<(), Stopped> {
        let mut early = BTreeMap::new();
        let mut ready = Vec::new();
        let (mut received, mut next) = (0, 0);
        let mut stopped = Ok(());
        loop {
            // One write for many lines, but none waits once there is nothing more on its way: a reader may wait for it.
            if ready.len() >= self.lines_at_once || received == self.sent.load(Ordering::Acquire) {
                let written = self.write(&mut ready, tickets);
                stopped = stopped.and(written);
                if matches!(stopped, Err(Stopped::Manifest(_))) {
                    return stopped;
                }
            }
            let Ok((index, one)) = finished.recv() else {
                let written = stopped.and(self.write(&mut ready, tickets));
                #[cfg(feature = "book")]
                let written = match self.drawn.as_mut().map(DrawnCodes::finish) {
                    Some(Err(error)) => written.and(Err(Stopped::Output(error))),
                    _ => written,
                };
                return written;
            };
            received += 1;
            early.insert(index, one);
            while let Some(mut one) = early.remove(&next) {
                next += 1;
                if let Ended::Invoice(one) = &mut one
                    && let Some(number) = one.number.take()
                    && let Err(error) = self.numbers.add(&one.record.input, &number)
                {
                    one.refuse(self.hints.complete(error));
                }
                ready.push(one);
            }
        }
    }

    /// First the lines, all in one go, then the pictures they name.
    fn write(&mut self, ready: &mut Vec<Ended>, tickets: &Receiver<()>) -> Result<(), Stopped> {
        if ready.is_empty() {
            return Ok(());
        }
        for one in ready.iter_mut() {
            match one {
                Ended::Invoice(one) => self.place(one),
                Ended::Unchanged(lines) => {
                    for line in lines {
                        self.manifest.keep(line.extent);
                        self.seen.add_unchanged(line.clone());
                    }
                }
            }
        }
        let written = self.manifest.commit();
        // Whoever waits for a ticket must not wait for ever, whatever happens next.
        for _ in &*ready {
            _ = tickets.try_recv();
        }
        if let Err(error) = written {
            ready.clear();
            return Err(Stopped::Manifest(error));
        }
        let place = |one: &mut Ended| match one {
            Ended::Invoice(one) => {
                mem::take(&mut one.files).into_iter().try_for_each(|file| self.publisher.publish(file))
            }
            Ended::Unchanged(_) => Ok(()),
        };
        let placed: Vec<Result<(), Error>> = ready.iter_mut().map(place).collect();
        let mut stopped = self.publisher.settle().map_err(Stopped::Output);
        if stopped.is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
        for (one, mut published) in ready.drain(..).zip(placed) {
            let Finished { record, kept, line, answer, .. } = match one {
                Ended::Invoice(one) => *one,
                Ended::Unchanged(lines) => {
                    self.count_unchanged(&lines);
                    continue;
                }
            };
            // Once the line is in the manifest and its pictures are there: whoever reads it may go on.
            if let Some(line) = line.or(answer).filter(|_| self.answers)
                && let Err(error) = answer_with(&line)
            {
                self.answers = false;
                self.stop.store(true, Ordering::Relaxed);
                stopped = stopped.and(Err(Stopped::Answers(error)));
            }
            self.summary.count(&record);
            if kept.is_some() && matches!(record.outcome, InvoiceOutcome::Refused(_)) {
                self.summary.count_kept(self.is_signing);
            }
            self.observers.iter_mut().for_each(|observer| observer.record(&record));
            #[cfg(feature = "book")]
            if let (Ok(()), Some(drawn)) = (&published, &mut self.drawn) {
                published = drawn.add(&record);
            }
            if let InvoiceOutcome::Refused(error) = record.outcome
                && stops_the_run(&error)
            {
                published = Err(error);
            }
            if let Err(error) = published
                && stopped.is_ok()
            {
                self.stop.store(true, Ordering::Relaxed);
                stopped = Err(Stopped::Output(error));
            }
        }
        stopped
    }

    /// Gives an invoice's line its place in the manifest.
    fn place(&mut self, one: &mut Finished) {
        let mut seen = one.seen.take();
        if let Some(line) = one.kept {
            self.manifest.keep(line);
            self.seen.add_kept(line, seen.take());
        }
        if let Some(line) = &one.line {
            self.manifest.push(line);
            self.seen.add_new(line.len(), seen);
        }
    }

    fn count_unchanged(&mut self, lines: &[SeenLine]) {
        let Some(watch) = self.watch else { return };
        let mut unchanged = Unchanged { invoices: 0, pictures: 0, lines: Vec::with_capacity(lines.len()) };
        for line in lines {
            self.summary.count_unchanged(line.certificate);
            unchanged.invoices += 1;
            unchanged.pictures += watch.pictures_of(line);
            unchanged.lines.push((line.identity, line.extent));
        }
        self.observers.iter_mut().for_each(|observer| observer.unchanged(&unchanged));
    }
}

/// A line of JSON on standard output. That nobody reads it any more is no reason to stop: it is in the manifest.
pub(super) fn answer_with(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// True for an error that the next invoice would meet too.
fn stops_the_run(error: &Error) -> bool {
    matches!(
        error.kind(),
        Kind::OutputUnwritable
            | Kind::ResumeMismatch
            | Kind::BookUnavailable
            | Kind::BookUnwritable
            | Kind::BookDamaged
    )
}
