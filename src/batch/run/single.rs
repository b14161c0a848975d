//! Invoices that are in memory: the stages of a run, without its threads and its files.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use super::job::{Finished, Job};
#[cfg(feature = "book")]
use super::work::{DrawnCodes, Turns};
use super::work::{Plan, Worker};
#[cfg(feature = "book")]
use crate::batch::bookkeeping::Bookkeeping;
use crate::batch::input::{Beside, Input};
use crate::batch::output::{Destination, Output};
use crate::batch::settings::Batch;
use crate::error::{Error, Kind, Result};
use crate::manifest::Record;
use crate::render::{Renderer, Style};

/// Renderers that wait for the next invoice. Preparing one, and drawing its first labels, takes longer than signing does.
static IDLE: Idle = Idle(Mutex::new(Vec::new()));

struct Idle(Mutex<Vec<Renderer>>);

impl Idle {
    fn take(&self, style: Style) -> Renderer {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = waiting.iter().rposition(|renderer| renderer.style() == style);
        let found = found.map(|place| waiting.remove(place));
        drop(waiting);
        found.unwrap_or_else(|| Renderer::new(style))
    }

    /// Keeps `most` of them, those that were used last.
    fn put(&self, renderer: Renderer, most: usize) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(renderer);
        if waiting.len() > most {
            waiting.remove(0);
        }
    }
}

impl Batch {
    /// Does one invoice as [`run`](Self::run) would, and gives what came of it: its pictures and its document as bytes. The
    /// sources, the manifest and what else is of a whole run are not looked at, and no file is touched; the book is, if there
    /// is one. May be called from any number of threads.
    ///
    /// A refused invoice is a record and no error.
    ///
    /// # Errors
    /// `setting_malformed` if the output is another than [`Output::Manifest`]; `book_wrong_environment`; those of the book once
    /// codes were drawn.
    pub fn one(&self, input: Input) -> Result<Record> {
        #[cfg(feature = "book")]
        if self.book.is_some() {
            let forgotten = || Error::new(Kind::Internal, "the program forgot this invoice");
            return self.several(vec![input])?.pop().ok_or_else(forgotten);
        }
        self.in_memory(None, |plan, worker| self.record(plan, worker, input))
    }

    /// The same of an invoice that the caller keeps: its bytes are read where they are, unless a book or a document needs them.
    ///
    /// # Errors
    /// As [`one`](Self::one).
    pub fn one_lent(&self, name: impl Into<String>, xml: &[u8]) -> Result<Record> {
        let is_copied = self.drawing.document.is_some();
        #[cfg(feature = "book")]
        let is_copied = is_copied || self.book.is_some();
        let copy = is_copied.then(|| xml.to_vec());
        let input = Input::Memory { name: name.into(), xml: copy, pdf: None };
        if is_copied {
            return self.one(input);
        }
        self.in_memory(Some(xml), |plan, worker| self.record(plan, worker, input))
    }

    /// The same of several, one after the other on this thread, in their order. A book is asked once for all.
    ///
    /// # Errors
    /// As [`one`](Self::one).
    pub fn several(&self, inputs: Vec<Input>) -> Result<Vec<Record>> {
        #[cfg(feature = "book")]
        if let Some(keeping) = &self.book {
            keeping.book.check_environment(self.codes.environment())?;
            let records = self.in_memory(None, |plan, worker| self.records_by_book(plan, worker, keeping, inputs))?;
            if let Some(mut drawn) = DrawnCodes::of(self) {
                for record in &records {
                    drawn.add(record)?;
                }
                drawn.finish()?;
            }
            return Ok(records);
        }
        self.in_memory(None, |plan, worker| inputs.into_iter().map(|input| self.record(plan, worker, input)).collect())
    }

    /// Has work done by a worker whose renderer goes from one call to the next.
    fn in_memory<T>(
        &self,
        lent: Option<&[u8]>,
        work: impl for<'p> FnOnce(Plan<'p>, &mut Worker<'p>) -> T,
    ) -> Result<T> {
        if self.output != Output::Manifest {
            return Err(Error::new(Kind::SettingMalformed, "what is done in memory goes nowhere else"));
        }
        let destination = Destination::open(&Output::Manifest, self.existing, false, None)?;
        let beside = Beside::default();
        #[cfg(feature = "book")]
        let turns = Turns::new(1);
        let plan = Plan {
            batch: self,
            destination: &destination,
            beside: &beside,
            lent,
            watch: None,
            #[cfg(feature = "book")]
            turns: &turns,
        };
        let mut worker = Worker::drawing_by(plan, IDLE.take(self.drawing.style));
        let done = work(plan, &mut worker);
        IDLE.put(worker.into_renderer(), self.jobs.get());
        Ok(done)
    }

    fn record<'p>(&self, plan: Plan<'p>, worker: &mut Worker<'p>, input: Input) -> Record {
        let job = job(input);
        let done = catch_unwind(AssertUnwindSafe(|| worker.process(&job)));
        let finished = done.unwrap_or_else(|_| {
            *worker = Worker::new(plan);
            self.failed(&job)
        });
        finished.record
    }

    #[cfg(feature = "book")]
    fn records_by_book<'p>(
        &self,
        plan: Plan<'p>,
        worker: &mut Worker<'p>,
        keeping: &Bookkeeping,
        inputs: Vec<Input>,
    ) -> Vec<Record> {
        let jobs: Vec<Job> = inputs.into_iter().map(job).collect();
        let done = catch_unwind(AssertUnwindSafe(|| worker.process_by_book(keeping, &jobs)));
        let finished = done.unwrap_or_else(|_| {
            *worker = Worker::new(plan);
            jobs.iter().map(|job| self.failed(job)).collect()
        });
        finished.into_iter().map(|finished| finished.record).collect()
    }

    /// As in a run: no panic is known.
    fn failed(&self, job: &Job) -> Finished {
        Finished::refused(job, Error::new(Kind::Internal, "the program failed on this invoice"), self.rehearsed_at)
    }
}

/// No file is named after it: it has no stem.
fn job(input: Input) -> Job {
    Job::New { name: input.name(), stem: String::new(), input }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{CodeSource, Drawing, Numbers};
    use crate::values::{Environment, IssueDate};

    #[test]
    fn what_was_drawn_before_changes_nothing() {
        let invoice = include_bytes!("../../../fixtures/invoices/good/fa3-basic.xml");
        let line = |module_px, dpi| {
            let codes = CodeSource::Link { environment: Environment::Test, numbers: Numbers::Beside };
            let today = IssueDate::parse("2026-06-30").unwrap();
            let mut batch = Batch::new(Vec::new(), codes, Output::Manifest, today);
            batch.drawing = Drawing { style: Style::new(module_px, dpi).unwrap(), ..Drawing::default() };
            let input = Input::Memory { name: "f.xml".to_owned(), xml: Some(invoice.to_vec()), pdf: None };
            batch.one(input).unwrap().to_line().unwrap()
        };
        let (one, other) = (line(5, 203), line(9, 600));
        assert!(one.contains("png_base64") && one != other);
        for _ in 0..3 {
            assert_eq!((line(5, 203), line(9, 600)), (one.clone(), other.clone()));
        }
    }

    #[test]
    fn what_is_lent_is_what_is_given() {
        let codes = CodeSource::Link { environment: Environment::Test, numbers: Numbers::None };
        let batch = Batch::new(Vec::new(), codes, Output::Manifest, IssueDate::parse("2026-06-30").unwrap());
        let good: &[u8] = include_bytes!("../../../fixtures/invoices/good/fa3-basic.xml");
        let large = vec![b' '; crate::batch::input::LARGEST_ACCEPTED as usize + 1];
        for (xml, is_good) in [(good, true), (b"<a/>", false), (b"", false), (&large, false)] {
            let given = Input::Memory { name: "f.xml".to_owned(), xml: Some(xml.to_vec()), pdf: None };
            let lines =
                [batch.one(given), batch.one_lent("f.xml", xml)].map(|record| record.unwrap().to_line().unwrap());
            assert_eq!(lines[0], lines[1]);
            assert_eq!(lines[0].contains("png_base64"), is_good, "{}", lines[0]);
        }
    }

    #[test]
    fn few_wait_and_each_is_of_its_style() {
        let idle = Idle(Mutex::new(Vec::new()));
        let style = |module_px| Style::new(module_px, 300).unwrap();
        for module_px in 1..=10 {
            idle.put(idle.take(style(module_px)), 3);
        }
        let waiting = || idle.0.lock().unwrap().iter().map(|renderer| renderer.style().module_px()).collect::<Vec<_>>();
        assert_eq!(waiting(), [8, 9, 10]);
        assert_eq!(idle.take(style(9)).style(), style(9));
        assert_eq!(waiting(), [8, 10]);
        assert_eq!(idle.take(style(4)).style(), style(4));
        assert_eq!(waiting(), [8, 10]);
    }
}
