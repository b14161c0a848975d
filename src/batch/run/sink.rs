//! The end of the line: records into the manifest, in input order, and then pictures into their places.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_channel::Receiver;

use super::job::Finished;
use super::number::GivenNumbers;
use crate::batch::observers::Observer;
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
}

impl Sink<'_, '_> {
    /// Takes all there is. What comes early waits, and there is never more of it than tickets.
    ///
    /// After an error of the output what is begun is still written down, because its signatures exist.
    pub(super) fn drain(
        &mut self,
        finished: &Receiver<(u64, Finished)>,
        tickets: &Receiver<()>,
    ) -> Result<(), Stopped> {
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
                return stopped.and(self.write(&mut ready, tickets));
            };
            received += 1;
            early.insert(index, one);
            while let Some(mut one) = early.remove(&next) {
                next += 1;
                if let Some(number) = one.number.take()
                    && let Err(error) = self.numbers.add(&one.record.input, &number)
                {
                    one.refuse(self.hints.complete(error));
                }
                ready.push(one);
            }
        }
    }

    /// First the lines, all in one go, then the pictures they name.
    fn write(&mut self, ready: &mut Vec<Finished>, tickets: &Receiver<()>) -> Result<(), Stopped> {
        if ready.is_empty() {
            return Ok(());
        }
        for one in ready.iter() {
            if let Some(line) = one.kept {
                self.manifest.keep(line);
            }
            if let Some(line) = &one.line {
                self.manifest.push(line);
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
        let place = |one: &mut Finished| {
            mem::take(&mut one.files).into_iter().try_for_each(|file| self.publisher.publish(file))
        };
        let placed: Vec<Result<(), Error>> = ready.iter_mut().map(place).collect();
        let mut stopped = self.publisher.settle().map_err(Stopped::Output);
        if stopped.is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
        for (Finished { record, kept, line, answer, .. }, mut published) in ready.drain(..).zip(placed) {
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
    matches!(error.kind(), Kind::OutputUnwritable | Kind::ResumeMismatch)
}
