//! A worker: one invoice after the other, from its bytes to files that are written aside.

#[cfg(feature = "book")]
use super::by_book;
use super::repair::{self, Compared};
use super::stages::{Accepted, Drawn, Linked, Naming, Opened, Plan};
#[cfg(feature = "book")]
use crate::batch::bookkeeping::Bookkeeping;
use crate::batch::input::Input;
use crate::batch::output::PreparedFile;
use crate::batch::run::earlier::Watch;
use crate::batch::run::job::{Finished, Job};
use crate::batch::run::number::{NumberOfInvoice, is_labelled};
#[cfg(feature = "book")]
use crate::book::Facts;
use crate::error::{Error, Kind, Result};
use crate::manifest::{EarlierRecord, InvoiceLinks, InvoiceOutcome, Kept};
use crate::render::Renderer;

/// A worker and what it keeps from one invoice to the next: buffers, drawn labels.
pub(in crate::batch) struct Worker<'b> {
    plan: Plan<'b>,
    bytes: Vec<u8>,
    renderer: Renderer,
    compared: Compared,
}

impl<'b> Worker<'b> {
    pub(in crate::batch) fn new(plan: Plan<'b>) -> Self {
        Self::drawing_by(plan, Renderer::new(plan.batch.drawing.style))
    }

    /// With a renderer of the plan's style that has drawn already.
    pub(in crate::batch) fn drawing_by(plan: Plan<'b>, renderer: Renderer) -> Self {
        Self { plan, bytes: Vec::new(), renderer, compared: Compared::default() }
    }

    pub(in crate::batch) fn into_renderer(self) -> Renderer {
        self.renderer
    }

    /// Does one invoice. An error may be the output's and not the invoice's; whoever takes what came of it tells them apart.
    pub(in crate::batch) fn process(&mut self, job: &Job) -> Finished {
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
        let made = match self.begin(job) {
            Ok(Begun::Kept(kept, files)) => Ok((InvoiceOutcome::Kept(kept), files)),
            Ok(Begun::Accepted(accepted)) => accepted.link(self.plan, None).and_then(|linked| self.draw(linked)),
            Err(error) => Err(error),
        };
        self.finish(job, made)
    }

    /// Does several invoices by the book, and gives what came of them in their order.
    #[cfg(feature = "book")]
    pub(in crate::batch) fn process_by_book(&mut self, keeping: &Bookkeeping, jobs: &[Job]) -> Vec<Finished> {
        let plan = self.plan;
        let mut made: Vec<Option<Made>> = Vec::with_capacity(jobs.len());
        let mut accepted = Vec::with_capacity(jobs.len());
        for (at, job) in jobs.iter().enumerate() {
            made.push(match self.begin(job) {
                Ok(Begun::Accepted(one)) => {
                    accepted.push((at, by_book::facts(&one.accepted), one));
                    None
                }
                Ok(Begun::Kept(kept, files)) => Some(Ok((InvoiceOutcome::Kept(kept), files))),
                Err(error) => Some(Err(error)),
            });
        }
        let facts: Vec<&Facts> = accepted.iter().map(|(_, facts, _)| facts).collect();
        let asked = match facts.is_empty() {
            true => Ok(Vec::new()),
            false => by_book::ask(plan, keeping, &facts),
        };
        let answers = match asked {
            Ok(answers) => answers,
            Err(error) => accepted.iter().map(|_| Err(error.clone())).collect(),
        };
        let mut linked = Vec::with_capacity(accepted.len());
        let mut facts = Vec::with_capacity(accepted.len());
        for ((at, of, one), answer) in accepted.into_iter().zip(answers) {
            let done = answer.and_then(|mut answer| {
                let mut linked = one.link(plan, answer.known.take())?;
                answer.complete(plan, &mut linked)?;
                Ok(linked)
            });
            match done {
                Ok(one) => {
                    linked.push((at, one));
                    facts.push(of);
                }
                Err(error) => made[at] = Some(Err(error)),
            }
        }
        let names: Vec<String> = linked.iter().map(|(at, _)| jobs[*at].name()).collect();
        let with_names = linked.iter_mut().zip(facts).zip(&names);
        let (places, new): (Vec<usize>, Vec<_>) = with_names
            .filter(|(((_, one), _), _)| !one.is_from_book)
            .map(|(((at, one), facts), name)| (*at, (&**name, facts, one)))
            .unzip();
        if !new.is_empty() {
            match by_book::enter(plan, keeping, new) {
                Ok(entered) => {
                    for (at, entered) in places.into_iter().zip(entered) {
                        made[at] = entered.err().map(Err);
                    }
                }
                Err(error) => places.into_iter().for_each(|at| made[at] = Some(Err(error.clone()))),
            }
        }
        for (at, one) in linked {
            if made[at].is_none() {
                made[at] = Some(self.draw(one));
            }
        }
        let internal = || Err(Error::new(Kind::Internal, "the program forgot this invoice"));
        jobs.iter().zip(made).map(|(job, made)| self.finish(job, made.unwrap_or_else(internal))).collect()
    }

    fn finish(&self, job: &Job, made: Made) -> Finished {
        let Plan { batch, beside, .. } = self.plan;
        match made {
            Ok((mut outcome, files)) => {
                if let InvoiceOutcome::Done(done) = &mut outcome {
                    let warnings = std::mem::take(&mut done.warnings).into_iter();
                    done.warnings = warnings.map(|warning| batch.hints.complete_warning(warning)).collect();
                }
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
            Err(error) => Finished::refused(job, batch.hints.complete(error), batch.rehearsed_at),
        }
    }

    fn begin<'j>(&mut self, job: &'j Job) -> Result<Begun<'b, 'j>> {
        let Self { plan, bytes, renderer, compared } = self;
        match job {
            Job::New { input, stem, .. } => {
                let accepted = Opened::open(*plan, input, bytes)?.accept(*plan, None)?;
                Ok(Begun::Accepted(Begin { input, accepted, naming: Naming::New(stem), links: None }))
            }
            Job::Known { input, line } => self.keep_or_begin_anew(input, line.record()?),
            Job::Unnamed(line) => {
                let (kept, files) = repair::keep_unnamed(*plan, renderer, compared, line.record()?)?;
                Ok(Begun::Kept(kept, files))
            }
            Job::Unchanged(_) => Err(Error::new(Kind::Internal, "nothing is to be done")),
        }
    }

    /// What has not changed is kept, byte for byte. What has changed is signed anew, under the same names.
    fn keep_or_begin_anew<'j>(&mut self, input: &'j Input, earlier: EarlierRecord) -> Result<Begun<'b, 'j>> {
        let Self { plan, bytes, renderer, compared } = self;
        let opened = Opened::open(*plan, input, bytes)?;
        let fits = opened.hash() == earlier.hash
            && is_labelled(plan.batch, plan.beside, input, &earlier, |hash| plan.number_by_book(hash));
        let is_of_same_pdf = earlier
            .document
            .as_ref()
            .is_none_or(|document| document.pdf_sha256 == opened.pdf().map(|source| source.digest.base64()));
        if fits && is_of_same_pdf {
            #[cfg(feature = "book")]
            if let Some(keeping) = &plan.batch.book {
                by_book::keep(*plan, keeping, &earlier, &opened)?;
            }
            let (kept, files) = repair::keep(*plan, renderer, compared, earlier, &opened)?;
            return Ok(Begun::Kept(kept, files));
        }
        // Codes that were signed for this very invoice stay what they are, whatever they are put on.
        let links = fits.then(|| earlier.links());
        if let Some(links) = &links {
            links.check_signature(|serial| plan.batch.codes.certificate(serial))?;
        }
        let naming = Naming::Earlier(earlier.stem().unwrap_or_default().to_owned());
        let accepted = opened.accept(*plan, Some(earlier.hash))?;
        Ok(Begun::Accepted(Begin { input, accepted, naming, links }))
    }

    fn draw(&mut self, linked: Linked<'_>) -> Made {
        let Drawn { done, files } = linked.draw(self.plan, &mut self.renderer)?;
        Ok((InvoiceOutcome::Done(done), files))
    }
}

/// What came of an invoice, and the files that were written aside for it.
type Made = Result<(InvoiceOutcome, Vec<PreparedFile>)>;

/// An invoice after its first stage.
enum Begun<'b, 'j> {
    /// It stays as an earlier run made it.
    Kept(Kept, Vec<PreparedFile>),
    /// It may have codes.
    Accepted(Begin<'b, 'j>),
}

/// An invoice that may have codes, with what its files are to be called.
struct Begin<'b, 'j> {
    input: &'j Input,
    accepted: Accepted<'b>,
    naming: Naming<'j>,
    /// Codes that an earlier run signed for this very file.
    links: Option<InvoiceLinks>,
}

impl<'b> Begin<'b, '_> {
    /// With codes that are `known` elsewhere, if it has none of an earlier run.
    fn link(self, plan: Plan<'b>, known: Option<InvoiceLinks>) -> Result<Linked<'b>> {
        self.accepted.link(plan, self.input, &self.naming, self.links.or(known))
    }
}
