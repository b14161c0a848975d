use ksef_qr::Error;
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
}
