use ksef_qr::Error;
use ksef_qr::book::{Book, Facts, Statement};
use ksef_qr::check::Checked;
use ksef_qr::correction::{Correction, Request};
use ksef_qr::error::{ErrorKind, Warning};

use crate::cli::settings::Correct;

/// A file that was read.
pub struct Content {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What came of it.
pub struct Outcome {
    pub first: Content,
    pub corrected: Content,
    /// What a check found in each.
    pub first_checked: Checked,
    pub corrected_checked: Checked,
    /// None if the two could not be compared.
    pub correction: Option<Correction>,
    pub warnings: Vec<Warning>,
    /// What may be sent, or why it may not.
    pub request: Result<Request, Error>,
    /// With a book: true if it was entered now, false if the book knew it.
    pub entered: Option<bool>,
}

impl Outcome {
    /// Judges two files, each with what a check found in it.
    pub fn of(
        settings: &Correct,
        (first, first_checked): (Content, Checked),
        (corrected, corrected_checked): (Content, Checked),
        answers: &[Content],
    ) -> Self {
        let mut outcome = Self {
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
    pub fn enter(&mut self, settings: &Correct, book: &Book, answers: &[Content]) -> anyhow::Result<()> {
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
