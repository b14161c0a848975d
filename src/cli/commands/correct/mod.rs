//! `ksef-qr correct`: what differs between a file that KSeF refused and the one in its place, and what to send.

mod report;

use std::path::Path;

use ksef_qr::book::{Book, Facts, Statement};
use ksef_qr::check::{Checked, Checker};
use ksef_qr::correction::{Correction, Request};
use ksef_qr::error::{ErrorKind, Warning};
use ksef_qr::{Error, Invoice};

use super::check::{LARGEST, Schemas};
use crate::cli::book;
use crate::cli::exit::ExitStatus;
use crate::cli::read::read;
use crate::cli::settings::Correct;

/// In bytes: what KSeF refused may have been too large.
const LARGEST_FIRST: u64 = 100_000_000;

/// In bytes: the answer about a session of 10 000 invoices has some.
const LARGEST_ANSWER: u64 = 50_000_000;

/// A file that was read.
struct Content {
    name: String,
    bytes: Vec<u8>,
}

/// What came of it.
struct Outcome {
    first: Content,
    corrected: Content,
    /// What a check found in each.
    first_checked: Checked,
    corrected_checked: Checked,
    /// None if the two could not be compared.
    correction: Option<Correction>,
    warnings: Vec<Warning>,
    /// What may be sent, or why it may not.
    request: Result<Request, Error>,
    /// With a book: true if it was entered now, false if the book knew it.
    entered: Option<bool>,
}

/// Compares and judges.
pub fn run(settings: &Correct) -> anyhow::Result<ExitStatus> {
    let book = settings.book.as_ref().map(|place| book::open(place, settings.now)).transpose()?;
    if let Some(book) = &book {
        book.check_environment(settings.environment)?;
    }
    let first = content(&settings.first, LARGEST_FIRST)?;
    let corrected = content(&settings.corrected, LARGEST_FIRST)?;
    let answers: Vec<Content> =
        settings.refusals.iter().map(|path| content(path, LARGEST_ANSWER)).collect::<anyhow::Result<_>>()?;
    Correction::check_first(&first.bytes).map_err(|error| error.about(&*first.name))?;
    let mut checker = Checker::new(settings.environment, settings.today);
    if let Some(folder) = &settings.schemas {
        checker = checker.with_schemas(Schemas::of(folder)?);
    }
    let mut outcome = outcome(settings, &checker, first, corrected, &answers);
    if let Some(book) = &book {
        outcome.enter(settings, book, &answers)?;
    }
    report::tell(settings, &outcome)?;
    Ok(if outcome.request.is_ok() { ExitStatus::Done } else { ExitStatus::SomeRefused })
}

fn content(path: &Path, largest: u64) -> anyhow::Result<Content> {
    let mut bytes = Vec::new();
    read(path, largest, &mut bytes)?;
    Ok(Content { name: path.to_string_lossy().into_owned(), bytes })
}

fn outcome(settings: &Correct, checker: &Checker, first: Content, corrected: Content, answers: &[Content]) -> Outcome {
    let first_checked = check(checker, &first.bytes);
    let corrected_checked = check(checker, &corrected.bytes);
    let mut outcome = Outcome {
        first,
        corrected,
        first_checked,
        corrected_checked,
        correction: None,
        warnings: Vec::new(),
        request: Err(Error::new(ErrorKind::Internal, "nothing was judged")),
        entered: None,
    };
    outcome.request = outcome.judge(settings, answers);
    outcome
}

/// A file that is larger than any that KSeF takes is not looked at further.
fn check(checker: &Checker, bytes: &[u8]) -> Checked {
    match Invoice::read(bytes) {
        Err(error) if bytes.len() as u64 > LARGEST => error.into(),
        _ => checker.check(bytes),
    }
}

impl Outcome {
    /// The judgement. What was compared is kept, whatever comes of it.
    fn judge(&mut self, settings: &Correct, answers: &[Content]) -> Result<Request, Error> {
        let of_corrected = |error: Error| error.about(&*self.corrected.name);
        let compared = Correction::between(&self.first.bytes, &self.corrected.bytes);
        self.correction = compared.as_ref().ok().cloned();
        // Why the corrected file could not be read is among what the check found.
        Correction::check_corrected(&self.corrected_checked).map_err(of_corrected)?;
        let mut correction = compared.map_err(of_corrected)?;
        let mut of_another = None;
        for answer in answers {
            match correction.clone().after(&answer.bytes).map_err(|error| error.about(&*answer.name)) {
                Ok(after) => correction = after,
                // One page of several names the file.
                Err(error) if error.kind() == ErrorKind::RefusalOfAnotherFile => _ = of_another.get_or_insert(error),
                Err(error) => return Err(error),
            }
        }
        if let (Some(error), None) = (of_another, correction.refusal()) {
            return Err(error);
        }
        self.correction = Some(correction.clone());
        self.warnings = correction.judge(settings.exceptions)?;
        self.warnings.extend(correction.doubt(&self.first_checked));
        Ok(correction.request())
    }
    /// What may be sent is entered in the book, with what KSeF said of the first file. The book may know better.
    fn enter(&mut self, settings: &Correct, book: &Book, answers: &[Content]) -> anyhow::Result<()> {
        let (Ok(_), Some(correction)) = (&self.request, &self.correction) else { return Ok(()) };
        let Some(corrected) = self.corrected_checked.invoice() else { return Ok(()) };
        let mut said = Vec::new();
        for answer in answers {
            let statements = Statement::read(&answer.bytes, settings.environment, &answer.name, settings.now)?;
            let of_first = statements.into_iter().filter(|statement| statement.hash == *correction.first());
            said.extend(of_first.map(|statement| (statement.hash, statement.event)));
        }
        book.record(&said)?;
        let facts = Facts::from(corrected);
        let cause = format!("correct {}", self.corrected.name);
        match book.correct(correction.first(), &facts, settings.now, &cause) {
            Ok(is_new) => self.entered = Some(is_new),
            Err(error) if error.is_invoice() || error.kind() == ErrorKind::BookContradiction => {
                self.request = Err(error.about(&*self.first.name));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
