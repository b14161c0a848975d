//! Who does the invoices of a run: a thread that feeds and some that work, or one for all of it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::stages::Plan;
use super::worker::Worker;
#[cfg(feature = "book")]
use crate::batch::bookkeeping::Bookkeeping;
use crate::batch::run::job::{Ended, Finished, Job};
use crate::error::{Error, Kind, Result};
use crate::files::cause;
use crate::threads::Room;

/// So many invoices are entered in the book at once. Each transaction writes the pages of an index that it touches, in no order:
/// four times as many at once write half as much.
#[cfg(feature = "book")]
pub(in crate::batch) const MOST_BY_BOOK: usize = 1024;

/// Those who take jobs and say what came of them.
pub(in crate::batch) struct Crew<'b> {
    pub(in crate::batch) plan: Plan<'b>,
    pub(in crate::batch) jobs: Receiver<(u64, Job)>,
    pub(in crate::batch) finished: Sender<(u64, Ended)>,
    /// Tells whoever feeds to begin nothing new.
    pub(in crate::batch) stop: &'b AtomicBool,
}

/// Whoever puts jobs in the queue, at work or done.
pub(in crate::batch) enum Feeding<'scope> {
    Working(ScopedJoinHandle<'scope, Result<()>>),
    Done(thread::Result<Result<()>>),
}

impl<'b> Crew<'b> {
    /// This thread feeds, and then does what it fed. Each queue must have room for all of it.
    ///
    /// # Errors
    /// `threads_unavailable`: there is too little memory for it.
    pub(in crate::batch) fn alone(self, feed: impl FnOnce() -> Result<()>) -> Result<Feeding<'static>> {
        if Room::take(1).threads() == 0 {
            return Err(too_little_memory());
        }
        let ended = catch_unwind(AssertUnwindSafe(feed));
        work(self.plan, &self.jobs, &self.finished);
        Ok(Feeding::Done(ended))
    }

    /// One thread feeds, and up to so many work. Where there is no thread or no memory for a worker there is one fewer.
    ///
    /// # Errors
    /// `threads_unavailable`: there is no thread or too little memory for one to feed and one to work. Nothing was read.
    pub(in crate::batch) fn start<'scope>(
        self,
        scope: &'scope Scope<'scope, '_>,
        workers: usize,
        feed: impl FnOnce() -> Result<()> + Send + 'scope,
    ) -> Result<Feeding<'scope>>
    where
        'b: 'scope,
    {
        let Self { plan, jobs, finished, stop } = self;
        let mut room = Room::take(workers.saturating_add(1));
        if room.threads() < 2 {
            return Err(too_little_memory());
        }
        // Nothing is read before all have begun: this is closed then.
        let (gate, opened) = bounded::<()>(1);
        let feeding = room.start(scope, move || {
            _ = opened.recv();
            feed()
        });
        let feeding = feeding.map_err(|error| no_thread(&error))?;
        for worker in 1..room.threads() {
            let (jobs, finished) = (jobs.clone(), finished.clone());
            match room.start(scope, move || work(plan, &jobs, &finished)) {
                Ok(_) => {}
                Err(error) if worker == 1 => {
                    stop.store(true, Ordering::Relaxed);
                    return Err(no_thread(&error));
                }
                Err(_) => break,
            }
        }
        drop((room, gate));
        Ok(Feeding::Working(feeding))
    }
}

impl Feeding<'_> {
    /// Waits for it.
    ///
    /// # Errors
    /// Those of the feeder.
    pub(in crate::batch) fn end(self) -> Result<()> {
        let ended = match self {
            Self::Working(thread) => thread.join(),
            Self::Done(ended) => ended,
        };
        ended.unwrap_or_else(|_| Err(Error::new(Kind::Internal, "the program failed while it looked for invoices")))
    }
}

fn too_little_memory() -> Error {
    Error::new(Kind::ThreadsUnavailable, "there is too little memory to begin with")
}

fn no_thread(error: &io::Error) -> Error {
    Error::new(Kind::ThreadsUnavailable, format!("no thread could be started: {error}")).caused_by(cause(error))
}

fn work(plan: Plan<'_>, jobs: &Receiver<(u64, Job)>, finished: &Sender<(u64, Ended)>) {
    #[cfg(feature = "book")]
    if let Some(keeping) = &plan.batch.book {
        return work_by_book(plan, keeping, jobs, finished);
    }
    let mut worker = Worker::new(plan);
    for (index, job) in jobs {
        let one = match job {
            Job::Unchanged(lines) => Ended::Unchanged(lines),
            job => Ended::Invoice(Box::new(one(plan, &mut worker, &job))),
        };
        if finished.send((index, one)).is_err() {
            return;
        }
    }
}

/// Takes as many as are there, up to its share, so that one that comes alone does not wait for others.
#[cfg(feature = "book")]
fn work_by_book(plan: Plan<'_>, keeping: &Bookkeeping, jobs: &Receiver<(u64, Job)>, finished: &Sender<(u64, Ended)>) {
    let mut worker = Worker::new(plan);
    let (mut indexes, mut taken) = (Vec::new(), Vec::new());
    loop {
        let mut take_work = || {
            let first = jobs.recv().ok()?;
            let share = (jobs.len() / plan.batch.workers()).min(MOST_BY_BOOK - 1);
            for (index, job) in std::iter::once(first).chain(jobs.try_iter().take(share)) {
                indexes.push(index);
                taken.push(job);
            }
            Some(())
        };
        let Some(((), turn)) = plan.turns.next(&mut take_work) else { return };
        let work = || worker.process_by_book(keeping, &taken).into_iter().map(Finished::with_line).collect::<Vec<_>>();
        let done = catch_unwind(AssertUnwindSafe(work));
        drop(turn);
        let done = done.unwrap_or_else(|_| {
            worker = Worker::new(plan);
            let error = Error::new(Kind::Internal, "the program failed on this invoice or one that came along with it");
            let refused = |job| Finished::refused(job, error.clone(), plan.batch.rehearsed_at).with_line();
            taken.iter().map(refused).collect()
        });
        taken.clear();
        for one in indexes.drain(..).zip(done) {
            let (index, one) = one;
            if finished.send((index, Ended::Invoice(Box::new(one)))).is_err() {
                return;
            }
        }
    }
}

fn one<'b>(plan: Plan<'b>, worker: &mut Worker<'b>, job: &Job) -> Finished {
    // No panic is known. One that is not would leave a hole that everything after it waits for.
    catch_unwind(AssertUnwindSafe(|| worker.process(job).with_line())).unwrap_or_else(|_| {
        *worker = Worker::new(plan);
        let error = Error::new(Kind::Internal, "the program failed on this invoice");
        Finished::refused(job, error, plan.batch.rehearsed_at).with_line()
    })
}
