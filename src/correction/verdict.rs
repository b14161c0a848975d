use super::correction::{Correction, Exceptions, Request};
use crate::check::Checked;
use crate::error::{Error, Kind, Result, Warning};

/// A file that was read and checked.
#[derive(Clone, Debug)]
pub struct CorrectionFile {
    /// What people call it.
    pub name: String,
    /// Its exact bytes.
    pub bytes: Vec<u8>,
    /// What a check found in it.
    pub checked: Checked,
}

/// What came of a technical correction.
#[derive(Debug)]
#[non_exhaustive]
pub struct Verdict {
    /// The file that KSeF refused.
    pub first: CorrectionFile,
    /// The one in its place.
    pub corrected: CorrectionFile,
    /// What is overruled.
    pub exceptions: Exceptions,
    /// None if the two could not be compared.
    pub correction: Option<Correction>,
    /// What somebody should look at.
    pub warnings: Vec<Warning>,
    /// What may be sent, or why it may not.
    pub request: Result<Request>,
    /// With a book: true if it was entered now, false if the book knew it.
    pub entered: Option<bool>,
}

impl Verdict {
    /// Judges two files by what KSeF said of the first, each answer with its name.
    pub fn of(
        first: CorrectionFile,
        corrected: CorrectionFile,
        answers: &[(String, Vec<u8>)],
        exceptions: Exceptions,
    ) -> Self {
        let mut verdict = Self {
            first,
            corrected,
            exceptions,
            correction: None,
            warnings: Vec::new(),
            request: Err(Error::new(Kind::Internal, "nothing was judged")),
            entered: None,
        };
        verdict.request = verdict.judge(answers);
        verdict
    }

    /// The judgement. What was compared is kept, whatever comes of it.
    fn judge(&mut self, answers: &[(String, Vec<u8>)]) -> Result<Request> {
        let of_corrected = |error: Error| error.about(&*self.corrected.name);
        let compared = Correction::between(&self.first.bytes, &self.corrected.bytes);
        self.correction = compared.as_ref().ok().cloned();
        // Why the corrected file could not be read is among what the check found.
        Correction::check_corrected(&self.corrected.checked).map_err(of_corrected)?;
        let mut correction = compared.map_err(of_corrected)?;
        let mut of_another = None;
        for (name, bytes) in answers {
            match correction.clone().after(bytes).map_err(|error| error.about(&**name)) {
                Ok(after) => correction = after,
                // One page of several names the file.
                Err(error) if error.kind() == Kind::RefusalOfAnotherFile => _ = of_another.get_or_insert(error),
                Err(error) => return Err(error),
            }
        }
        if let (Some(error), None) = (of_another, correction.refusal()) {
            return Err(error);
        }
        self.correction = Some(correction.clone());
        self.warnings = correction.judge(self.exceptions)?;
        self.warnings.extend(correction.doubt(&self.first.checked));
        Ok(correction.request())
    }
}
