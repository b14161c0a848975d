//! A worker: one invoice after the other, from its bytes to files that are written aside.

use super::job::{Finished, Job};
use super::number::{NumberOfInvoice, is_labelled};
use super::repair::{self, Compared};
use super::stages::{Drawn, Naming, Opened, Plan};
use super::watch::Watch;
use crate::batch::input::Input;
use crate::batch::output::PreparedFile;
use crate::error::{Error, Kind, Result};
use crate::manifest::{EarlierRecord, InvoiceOutcome};
use crate::render::Renderer;

/// A worker and what it keeps from one invoice to the next: buffers, drawn labels.
pub(super) struct Worker<'b> {
    plan: Plan<'b>,
    bytes: Vec<u8>,
    renderer: Renderer,
    compared: Compared,
}

impl<'b> Worker<'b> {
    pub(super) fn new(plan: Plan<'b>) -> Self {
        Self {
            plan,
            bytes: Vec::new(),
            renderer: Renderer::new(plan.batch.drawing.style),
            compared: Compared::default(),
        }
    }

    /// Does one invoice. An error may be the output's and not the invoice's; whoever takes what came of it tells them apart.
    pub(super) fn process(&mut self, job: &Job) -> Finished {
        let Some(watch) = self.plan.watch else { return self.finished(job) };
        let (input, line) = match job {
            Job::New { input, .. } => (Some(input), None),
            Job::Known { input, line } => (Some(input), Some(line)),
            Job::Unnamed(line) => (None, Some(line)),
            Job::Unchanged(_) => (None, None),
        };
        let earlier = line.and_then(|line| line.record().ok());
        let look = watch.look(input, self.plan.beside, earlier.as_ref());
        let mut finished = self.finished(job);
        let drawn = !finished.files.is_empty();
        finished.seen = Watch::line(look, &finished.record, drawn, earlier.as_ref());
        finished
    }

    fn finished(&mut self, job: &Job) -> Finished {
        let made = match job {
            Job::New { input, stem } => self.make(input, stem),
            Job::Known { input, line } => line.record().and_then(|record| self.keep_or_make_anew(input, record)),
            Job::Unnamed(line) => line.record().and_then(|record| self.keep_unnamed(record)),
            Job::Unchanged(_) => Err(Error::new(Kind::Internal, "nothing is to be done")),
        };
        match made {
            Ok((outcome, files)) => {
                let Plan { batch, beside, .. } = self.plan;
                let number = match job {
                    Job::New { input, .. } | Job::Known { input, .. } => {
                        NumberOfInvoice::of(batch, beside, input, &outcome)
                    }
                    Job::Unchanged(_) | Job::Unnamed(_) => None,
                };
                let mut finished = Finished::new(job, outcome, files, batch.rehearsed_at);
                finished.number = number;
                finished
            }
            Err(error) => Finished::refused(job, self.plan.batch.hints.complete(error), self.plan.batch.rehearsed_at),
        }
    }

    fn make(&mut self, input: &Input, stem: &str) -> Result<(InvoiceOutcome, Vec<PreparedFile>)> {
        let Self { plan, bytes, renderer, .. } = self;
        let invoice = Opened::open(*plan, input, bytes)?.accept(*plan, None)?;
        let Drawn { done, files } = invoice.link(*plan, input, &Naming::New(stem), None)?.draw(*plan, renderer)?;
        Ok((InvoiceOutcome::Done(done), files))
    }

    fn keep_unnamed(&mut self, earlier: EarlierRecord) -> Result<(InvoiceOutcome, Vec<PreparedFile>)> {
        let Self { plan, renderer, compared, .. } = self;
        let (kept, files) = repair::keep_unnamed(*plan, renderer, compared, earlier)?;
        Ok((InvoiceOutcome::Kept(kept), files))
    }

    /// What has not changed is kept, byte for byte. What has changed is signed anew, under the same names.
    fn keep_or_make_anew(
        &mut self,
        input: &Input,
        earlier: EarlierRecord,
    ) -> Result<(InvoiceOutcome, Vec<PreparedFile>)> {
        let Self { plan, bytes, renderer, compared } = self;
        let opened = Opened::open(*plan, input, bytes)?;
        let fits = opened.hash() == earlier.hash && is_labelled(plan.batch, plan.beside, input, &earlier);
        let is_of_same_pdf = earlier
            .document
            .as_ref()
            .is_none_or(|document| document.pdf_sha256 == opened.pdf().map(|source| source.digest.base64()));
        if fits && is_of_same_pdf {
            let (kept, files) = repair::keep(*plan, renderer, compared, earlier, &opened)?;
            return Ok((InvoiceOutcome::Kept(kept), files));
        }
        // Codes that were signed for this very invoice stay what they are, whatever they are put on.
        let links = fits.then(|| earlier.links());
        if let Some(links) = &links {
            links.check_signature(|serial| plan.batch.codes.certificate(serial))?;
        }
        let naming = Naming::Earlier(earlier.stem().unwrap_or_default());
        let invoice = opened.accept(*plan, Some(earlier.hash))?;
        let Drawn { done, files } = invoice.link(*plan, input, &naming, links)?.draw(*plan, renderer)?;
        Ok((InvoiceOutcome::Done(done), files))
    }
}
