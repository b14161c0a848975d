//! The end of the line: records into the manifest, in input order, and then pictures into their places.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_channel::Receiver;

use super::journal::Journal;
use super::manifest::{Outcome, Summary};
use super::pipeline::Observer;
use super::shelf::Shelf;
use super::worker::{Finished, stops_the_run};
use crate::error::Error;

/// What ends a run before its time.
pub(super) enum Stopped {
    /// A picture could not be put in its place.
    Output(Error),
    /// A line could not be written.
    Manifest(io::Error),
    /// The manifest of an earlier run could not be read any more.
    Feeder(Error),
}

pub(super) struct Sink<'s> {
    pub(super) journal: &'s mut Journal,
    pub(super) shelf: &'s mut Shelf,
    pub(super) summary: &'s mut Summary,
    pub(super) observer: &'s mut dyn Observer,
    /// Tells the others to begin nothing new.
    pub(super) stop: &'s AtomicBool,
    /// How many invoices the feeder has sent on their way.
    pub(super) sent: &'s AtomicU64,
    /// True for KOD I and KOD II.
    pub(super) is_signing: bool,
    /// So many are written at once, if there are more to come.
    pub(super) batch: usize,
}

impl Sink<'_> {
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
            if ready.len() >= self.batch || received == self.sent.load(Ordering::Acquire) {
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
            while let Some(one) = early.remove(&next) {
                next += 1;
                ready.push(one);
            }
        }
    }

    /// First the lines, all in one go, then the pictures they name.
    fn write(&mut self, ready: &mut Vec<Finished>, tickets: &Receiver<()>) -> Result<(), Stopped> {
        for one in ready.iter() {
            if let Some(line) = one.kept {
                self.journal.keep(line);
            }
            if let Some(line) = &one.line {
                self.journal.push(line);
            }
        }
        let written = self.journal.commit();
        // Whoever waits for a ticket must not wait for ever, whatever happens next.
        for _ in &*ready {
            _ = tickets.try_recv();
        }
        if let Err(error) = written {
            ready.clear();
            return Err(Stopped::Manifest(error));
        }
        let mut stopped = Ok(());
        for Finished { record, pictures, kept, .. } in ready.drain(..) {
            let mut put = pictures.into_iter().try_for_each(|picture| self.shelf.put(picture));
            self.summary.count(&record);
            if kept.is_some() && matches!(record.outcome, Outcome::Refused(_)) {
                self.summary.count_kept(self.is_signing);
            }
            self.observer.record(&record);
            if let Outcome::Refused(error) = record.outcome
                && stops_the_run(&error)
            {
                put = Err(error);
            }
            if let Err(error) = put
                && stopped.is_ok()
            {
                self.stop.store(true, Ordering::Relaxed);
                stopped = Err(Stopped::Output(error));
            }
        }
        stopped
    }
}
