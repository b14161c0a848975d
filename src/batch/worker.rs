//! One invoice, from its bytes to its pictures.

use super::document::{Content, Document, Draft, Made};
use super::earlier::EarlierLine;
use super::input::Input;
use super::journal::Extent;
use super::manifest::{Code, DocumentRecord, Done, Kept, Outcome, Picture, Record, Sending, SignedCode};
use super::numbers::Numbers;
use super::place::{Place, Prepared};
use super::task::{Drawing, Task};
use crate::deadline::{Deadline, Schedule};
use crate::error::{Error, Hints, Kind, Result, Warning, WarningKind};
use crate::invoice::Invoice;
use crate::link::Kod1;
use crate::qr::Symbol;
use crate::render::{Label, PictureFormat, Renderer};
use crate::values::{InvoiceHash, IssueDate, Rule, Rules};

/// No file of more bytes is read, whatever is allowed: it is no invoice, and memory is finite.
pub(super) const LARGEST_ALLOWED: u64 = 100_000_000;

/// What KSeF takes at most, and so the most that is read unless a larger size is allowed.
const LARGEST_ACCEPTED: u64 = 3_000_000;

/// What a worker needs to know; the same for all of them.
#[derive(Clone, Copy)]
pub(super) struct Order<'b> {
    pub(super) task: &'b Task,
    pub(super) allow: Rules,
    pub(super) today: IssueDate,
    pub(super) schedule: Option<&'b Schedule>,
    pub(super) drawing: &'b Drawing,
    pub(super) place: &'b Place,
    pub(super) hints: Hints,
}

/// What to do next.
pub(super) enum Work {
    /// An invoice that is new, with a name for its pictures.
    New { input: Input, stem: String },
    /// An invoice that an earlier run signed.
    Again { input: Input, line: EarlierLine },
    /// A line of an earlier run whose invoice this run does not name.
    Carry(EarlierLine),
}

/// What came of it.
pub(super) struct Finished {
    pub(super) record: Record,
    /// The line of an earlier run that stays in the manifest.
    pub(super) kept: Option<Extent>,
    /// The new line, if there is one; made here, so that the sink only copies.
    pub(super) line: Option<String>,
    pub(super) pictures: Vec<Prepared>,
}

impl Finished {
    fn new(work: &Work, outcome: Outcome, pictures: Vec<Prepared>) -> Self {
        let (input, earlier) = match work {
            Work::New { input, .. } => (input.name(), None),
            Work::Again { input, line } => (input.name(), Some(line.extent)),
            Work::Carry(line) => (line.input.clone(), Some(line.extent)),
        };
        // A line is given up only for a new signature: a file that cannot be read today was signed all the same.
        let kept = earlier.filter(|_| !matches!(outcome, Outcome::Done(_)));
        let record = Record { input, outcome };
        Self { kept, line: record.to_line(), pictures, record }
    }

    pub(super) fn refused(work: &Work, error: Error) -> Self {
        Self::new(work, Outcome::Refused(error), Vec::new())
    }
}

/// A worker and what it keeps from one invoice to the next: buffers, drawn labels.
pub(super) struct Worker<'b> {
    order: Order<'b>,
    bytes: Vec<u8>,
    renderer: Renderer,
}

impl<'b> Worker<'b> {
    pub(super) fn new(order: Order<'b>) -> Self {
        Self { order, bytes: Vec::new(), renderer: Renderer::new(order.drawing.style) }
    }

    /// Does one invoice. An error that is the output's and not the invoice's is told apart by
    /// [`stops_the_run`].
    pub(super) fn process(&mut self, work: &Work) -> Finished {
        let mut pictures = Vec::new();
        let outcome = match work {
            Work::New { input, stem } => self.new_one(input, stem, &mut pictures),
            Work::Again { input, line } => self.again(input, &line.kept, &mut pictures),
            Work::Carry(line) => self.carry(line, &mut pictures),
        };
        match outcome {
            Ok(outcome) => Finished::new(work, outcome, pictures),
            Err(error) => Finished::refused(work, self.order.hints.complete(error)),
        }
    }

    fn new_one(&mut self, input: &Input, stem: &str, pictures: &mut Vec<Prepared>) -> Result<Outcome> {
        let draft = self.read(input)?;
        self.check_apart(input)?;
        let mut done = self.done(Some(stem), None)?;
        self.draw(&mut done, stem, draft.as_deref(), pictures, false)?;
        Ok(Outcome::Done(done))
    }

    /// A document must not take the place of what it, or another, is made of.
    fn check_apart(&self, input: &Input) -> Result<()> {
        match input {
            Input::Pdf { pdf, .. } => self.order.place.check_apart(pdf),
            _ => Ok(()),
        }
    }

    /// What has not changed is kept, byte for byte. What has changed is signed anew, under the same names.
    fn again(&mut self, input: &Input, earlier: &Kept, pictures: &mut Vec<Prepared>) -> Result<Outcome> {
        let draft = self.read(input)?;
        let stem = earlier.stem().unwrap_or_default().to_owned();
        self.check_apart(input)?;
        let is_same = InvoiceHash::of(&self.bytes) == earlier.hash;
        let is_of_same_pdf = earlier.document.as_ref().is_none_or(|document| {
            document.pdf_sha256 == draft.as_ref().and_then(|draft| draft.source()).map(|source| source.digest.base64())
        });
        if is_same && is_of_same_pdf && self.is_labelled(earlier) {
            return self.keep(earlier, draft.as_deref(), pictures);
        }
        // Codes that were signed for this very invoice stay what they are, whatever they are put on.
        let kept = Some(earlier).filter(|_| is_same && !is_of_same_pdf && self.is_labelled(earlier));
        let mut done = self.done(None, kept)?;
        done.replaces = Some(earlier.hash);
        if !is_same {
            done.warnings.push(Warning::new(
                WarningKind::InvoiceChanged,
                "the invoice changed after it was signed; it is signed anew, and a code printed before does not fit it",
            ));
        }
        self.draw(&mut done, &stem, draft.as_deref(), pictures, true)?;
        Ok(Outcome::Done(done))
    }

    /// False if the UPO has come since, or the codes with their number, and say something else than stands under the code.
    fn is_labelled(&self, earlier: &Kept) -> bool {
        match self.order.task {
            Task::Link { numbers: Numbers::Upo(upo), .. } => {
                upo.number(&earlier.hash).is_some_and(|number| Label::from(number) == earlier.kod1.label)
            }
            Task::Reuse { environment, codes } => {
                codes.label(&earlier.hash, *environment).is_none_or(|label| *label == earlier.kod1.label)
            }
            Task::Sign(_) | Task::Link { .. } => true,
        }
    }

    /// Reads the invoice, and what its document is made of.
    fn read(&mut self, input: &Input) -> Result<Option<Box<dyn Draft + 'b>>> {
        let largest = if self.order.allow.contains(Rule::Size) { LARGEST_ALLOWED } else { LARGEST_ACCEPTED };
        match &self.order.drawing.document {
            Some(document) => document.begin(input, &mut self.bytes, largest).map(Some),
            None => input.read(&mut self.bytes, largest).map(|()| None),
        }
    }

    /// The invoice with links and signature, or with the codes it has already. With a stem, files that would replace others
    /// are refused before anything is signed.
    fn done(&mut self, stem: Option<&str>, kept: Option<&Kept>) -> Result<Done> {
        let Order { task, allow, today, schedule, .. } = self.order;
        let invoice = Invoice::read_allowing(&self.bytes, allow)?;
        let mut warnings = invoice.review(task.environment(), today)?;
        let deadline = schedule.map(|schedule| schedule.deadline(invoice.issue_date())).transpose()?;
        warnings.extend(deadline.iter().flat_map(Deadline::warnings).cloned());
        let sending =
            schedule.zip(deadline).map(|(schedule, deadline)| Sending { mode: schedule.mode, by: deadline.send_by() });
        let kept = match (kept, task) {
            (None, Task::Reuse { environment, codes }) => Some(codes.of(&invoice, *environment)?),
            (kept, _) => kept,
        };
        let allowed = invoice.allowed();
        let (allowed, ksef_number, kod1, kod2) = match (kept, task) {
            (Some(kept), _) => {
                self.check_free(stem, kept.kod2.is_some())?;
                (allowed, kept.ksef_number.clone(), kept.kod1.without_pictures(), kept.kod2.clone())
            }
            (None, Task::Sign(issuer)) => {
                self.check_free(stem, true)?;
                let signed = issuer.sign(&invoice)?;
                let kod2 = SignedCode {
                    code: Code { url: signed.kod2, label: Label::CERTYFIKAT, pictures: Vec::new() },
                    context: signed.context,
                    algorithm: signed.algorithm,
                    serial: signed.serial,
                };
                let kod1 = Code { url: signed.kod1, label: Label::OFFLINE, pictures: Vec::new() };
                (allowed.union(issuer.credential().allowed()), None, kod1, Some(kod2))
            }
            (None, Task::Link { numbers, .. }) => {
                self.check_free(stem, false)?;
                let number = numbers.of(&invoice)?;
                let url = Kod1::of(&invoice, task.environment()).to_string();
                let kod1 = Code { url, label: number.map_or(Label::OFFLINE, Label::from), pictures: Vec::new() };
                (allowed, number.cloned(), kod1, None)
            }
            // Its codes are there, or it was refused.
            (None, Task::Reuse { .. }) => return Err(Error::new(Kind::CodesMissing, "there are no codes")),
        };
        let kod2 = kod2.map(|kod2| SignedCode { code: kod2.code.without_pictures(), ..kod2 });
        Ok(Done { invoice, kod1, ksef_number, kod2, allowed, warnings, document: None, sending, replaces: None })
    }

    fn check_free(&self, stem: Option<&str>, is_signed: bool) -> Result<()> {
        let Order { drawing, place, .. } = self.order;
        let Some(stem) = stem else { return Ok(()) };
        for code in if is_signed { &["kod1", "kod2"][..] } else { &["kod1"] } {
            for format in &drawing.formats {
                place.check_free(&picture_name(stem, code, *format))?;
            }
        }
        match &drawing.document {
            Some(document) => {
                let name = document_name(stem, &**document);
                place.check_free(&name)?;
                place.check_own(&name, &**document, &[])
            }
            None => Ok(()),
        }
    }

    fn draw(
        &mut self,
        done: &mut Done,
        stem: &str,
        draft: Option<&dyn Draft>,
        prepared: &mut Vec<Prepared>,
        own: bool,
    ) -> Result<()> {
        let Order { drawing, place, .. } = self.order;
        if drawing.is_empty() {
            return Ok(());
        }
        let mut symbols = Vec::with_capacity(2);
        let codes = [Some(("kod1", &mut done.kod1)), done.kod2.as_mut().map(|signed| ("kod2", &mut signed.code))];
        for (name, code) in codes.into_iter().flatten() {
            let symbol = Symbol::encode(&code.url, drawing.level)?;
            for &format in &drawing.formats {
                let bytes = self.renderer.render(format, &symbol, &code.label, &code.url);
                let name = picture_name(stem, name, format);
                let (picture, file) = place.picture(name, &bytes, format.is_compressed(), own)?;
                prepared.extend(file);
                code.pictures.push((format, picture));
            }
            symbols.push(symbol);
        }
        let (Some(draft), Some(document)) = (draft, &drawing.document) else { return Ok(()) };
        let mut made = draft.finish(&Content {
            invoice: &done.invoice,
            codes: done.codes().map(|(_, code)| code).zip(symbols).collect(),
            ksef_number: done.ksef_number.as_ref(),
            mode: self.order.schedule.map(|schedule| schedule.mode),
        })?;
        done.warnings.append(&mut made.warnings);
        let name = document_name(stem, &**document);
        if own {
            place.check_own(&name, &**document, &made.bytes)?;
        }
        let (picture, file) = place.picture(name, &made.bytes, false, own)?;
        prepared.extend(file);
        done.document = Some(DocumentRecord {
            kind: document.kind().to_owned(),
            place: picture,
            pages: made.pages,
            invoice: draft.source().map(|source| source.invoice.clone()),
            pdf_sha256: draft.source().map(|source| source.digest.base64()),
        });
        Ok(())
    }

    /// A line whose input this run does not name: its pictures are drawn from the links, its document is not to be had.
    fn carry(&mut self, line: &EarlierLine, prepared: &mut Vec<Prepared>) -> Result<Outcome> {
        let Order { place, .. } = self.order;
        if line.kept.document.is_some() && !place.is_folder() && !place.is_manifest() {
            let message =
                format!("this run does not name {}, whose document the archive, made anew, would lack", line.input);
            return Err(Error::new(Kind::ResumeMismatch, message));
        }
        self.keep(&line.kept, None, prepared)
    }

    /// Looks after the files of a line that stays: what is not there, whole, is made again from its links.
    fn keep(&mut self, earlier: &Kept, draft: Option<&dyn Draft>, prepared: &mut Vec<Prepared>) -> Result<Outcome> {
        let Order { drawing, place, .. } = self.order;
        if !drawing.is_empty() && !place.is_manifest() {
            let mut symbols = Vec::with_capacity(2);
            for (_, code) in earlier.codes() {
                let symbol = Symbol::encode(&code.url, drawing.level)?;
                for (format, picture) in &code.pictures {
                    let Picture::File(name) = picture else { continue };
                    let bytes = self.renderer.render(*format, &symbol, &code.label, &code.url);
                    if !place.holds(name, &bytes, |found| format.is_whole(found))? {
                        prepared.push(place.prepare(name.clone(), &bytes, format.is_compressed(), true)?);
                    }
                }
                symbols.push(symbol);
            }
            if let (Some(draft), Some(record)) = (draft, &earlier.document) {
                let made = self.make_again(earlier, draft, symbols)?;
                self.keep_document(record, &made, prepared)?;
            }
        }
        // An archive is made anew by every run.
        Ok(Outcome::Kept(Kept { redrawn: place.is_folder() && !prepared.is_empty(), ..earlier.clone() }))
    }

    fn make_again(&self, earlier: &Kept, draft: &dyn Draft, symbols: Vec<Symbol>) -> Result<Made> {
        let invoice = Invoice::read_allowing(&self.bytes, self.order.allow)?;
        draft.finish(&Content {
            invoice: &invoice,
            codes: earlier.codes().map(|(_, code)| code).zip(symbols).collect(),
            ksef_number: earlier.ksef_number.as_ref(),
            mode: self.order.schedule.map(|schedule| schedule.mode),
        })
    }

    fn keep_document(&self, record: &DocumentRecord, made: &Made, prepared: &mut Vec<Prepared>) -> Result<()> {
        let Order { drawing, place, .. } = self.order;
        let (Picture::File(name), Some(document)) = (&record.place, &drawing.document) else { return Ok(()) };
        if !place.holds(name, &made.bytes, |found| document.is_whole(found))? {
            place.check_own(name, &**document, &made.bytes)?;
            prepared.push(place.prepare(name.clone(), &made.bytes, false, true)?);
        }
        Ok(())
    }
}

/// True for an error that the next invoice would meet too.
pub(super) fn stops_the_run(error: &Error) -> bool {
    matches!(error.kind(), Kind::OutputUnwritable | Kind::ResumeMismatch)
}

pub(super) fn picture_name(stem: &str, code: &str, format: PictureFormat) -> String {
    format!("{stem}.{code}.{}", format.extension())
}

fn document_name(stem: &str, document: &dyn Document) -> String {
    format!("{stem}{}", document.ending())
}
