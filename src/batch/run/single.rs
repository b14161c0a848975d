//! Invoices that are in memory: the stages of a run, without its threads and its files.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

#[cfg(feature = "book")]
use super::by_book::DrawnCodes;
use super::job::{Finished, Job};
use super::stages::Plan;
#[cfg(feature = "book")]
use super::turns::Turns;
use super::worker::Worker;
use crate::batch::input::{Beside, Input};
use crate::batch::output::{Destination, Output};
use crate::batch::settings::Batch;
use crate::error::{Error, Kind, Result};
use crate::manifest::Record;
use crate::render::{Renderer, Style};

/// Renderers that wait for the next invoice. Preparing one, and drawing its first labels, takes longer than signing does.
static IDLE: Mutex<Vec<Renderer>> = Mutex::new(Vec::new());

fn renderer_for(style: Style) -> Renderer {
    let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    let found = idle.iter().rposition(|renderer| renderer.style() == style);
    let found = found.map(|place| idle.remove(place));
    drop(idle);
    found.unwrap_or_else(|| Renderer::new(style))
}

/// Keeps `most` of them, those that were used last.
fn put_aside(renderer: Renderer, most: usize) {
    let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    idle.push(renderer);
    if idle.len() > most {
        idle.remove(0);
    }
}

impl Batch {
    /// Does one invoice as [`run`](Self::run) would, and gives what came of it: its pictures and its document in Base64. The
    /// sources, the manifest and what else is of a whole run are not looked at, and no file is touched; the book is, if there
    /// is one. May be called from any number of threads.
    ///
    /// A refused invoice is a record and no error.
    ///
    /// # Errors
    /// `setting_malformed` if the output is another than [`Output::Manifest`]; `book_wrong_environment`; those of the book once
    /// codes were drawn.
    pub fn one(&self, input: Input) -> Result<Record> {
        let forgotten = || Error::new(Kind::Internal, "the program forgot this invoice");
        self.several(vec![input])?.pop().ok_or_else(forgotten)
    }

    /// The same of several, one after the other on this thread, in their order. A book is asked once for all.
    ///
    /// # Errors
    /// As [`one`](Self::one).
    pub fn several(&self, inputs: Vec<Input>) -> Result<Vec<Record>> {
        if self.output != Output::Manifest {
            return Err(Error::new(Kind::SettingMalformed, "what is done in memory goes nowhere else"));
        }
        #[cfg(feature = "book")]
        if let Some(keeping) = &self.book {
            keeping.book.check_environment(self.codes.environment())?;
        }
        let destination = Destination::open(&Output::Manifest, self.existing, false, None)?;
        let beside = Beside::default();
        #[cfg(feature = "book")]
        let turns = Turns::new(1);
        let plan = Plan {
            batch: self,
            destination: &destination,
            beside: &beside,
            watch: None,
            #[cfg(feature = "book")]
            turns: &turns,
        };
        let job = |input: Input| Job::New { name: input.name(), stem: input.stem(), input };
        let jobs: Vec<Job> = inputs.into_iter().map(job).collect();
        let records: Vec<Record> = self.finished(plan, &jobs).into_iter().map(|finished| finished.record).collect();
        #[cfg(feature = "book")]
        if let Some(mut drawn) = DrawnCodes::of(self) {
            for record in &records {
                drawn.add(record)?;
            }
            drawn.finish()?;
        }
        Ok(records)
    }

    fn finished(&self, plan: Plan<'_>, jobs: &[Job]) -> Vec<Finished> {
        // As in a run: no panic is known.
        let failed = |job: &Job| {
            let error = Error::new(Kind::Internal, "the program failed on this invoice");
            Finished::refused(job, error, self.rehearsed_at)
        };
        let mut worker = Worker::drawing_by(plan, renderer_for(self.drawing.style));
        #[cfg(feature = "book")]
        if let Some(keeping) = &self.book {
            let done = catch_unwind(AssertUnwindSafe(|| worker.process_by_book(keeping, jobs)));
            if done.is_ok() {
                put_aside(worker.into_renderer(), self.jobs.get());
            }
            return done.unwrap_or_else(|_| jobs.iter().map(failed).collect());
        }
        let one = |job| {
            catch_unwind(AssertUnwindSafe(|| worker.process(job))).unwrap_or_else(|_| {
                worker = Worker::new(plan);
                failed(job)
            })
        };
        let finished = jobs.iter().map(one).collect();
        put_aside(worker.into_renderer(), self.jobs.get());
        finished
    }
}
