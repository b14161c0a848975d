//! `ksef-qr correct`: what differs between a file that KSeF refused and the one in its place, and what to send.

mod report;

use std::path::Path;

use ksef_qr::check::{Checked, Checker};
use ksef_qr::correction::{Correction, Request};
use ksef_qr::error::Warning;
use ksef_qr::{Error, Invoice};

use super::check::{LARGEST, Schemas};
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
}

/// Compares and judges.
pub fn run(settings: &Correct) -> anyhow::Result<ExitStatus> {
    let first = content(&settings.first, LARGEST_FIRST)?;
    let corrected = content(&settings.corrected, LARGEST_FIRST)?;
    let answers: Vec<Content> =
        settings.refusals.iter().map(|path| content(path, LARGEST_ANSWER)).collect::<anyhow::Result<_>>()?;
    Correction::check_first(&first.bytes).map_err(|error| error.about(&*first.name))?;
    let mut checker = Checker::new(settings.environment, settings.today);
    if let Some(folder) = &settings.schemas {
        checker = checker.with_schemas(Schemas::of(folder)?);
    }
    let outcome = outcome(settings, &checker, first, corrected, &answers);
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
    let (mut correction, mut warnings) = (None, Vec::new());
    let request = judge(settings, &first, &corrected, answers, &corrected_checked, &mut correction).and_then(|found| {
        warnings = found;
        let Some(correction) = &correction else { return Ok(None) };
        warnings.extend(correction.doubt(&first_checked));
        Ok(Some(correction.request()))
    });
    let request = request.and_then(|request| {
        // There is none only where something was refused.
        request
            .ok_or_else(|| Error::new(ksef_qr::error::ErrorKind::Internal, "there is neither a request nor a refusal"))
    });
    Outcome { first, corrected, first_checked, corrected_checked, correction, warnings, request }
}

/// A file that is larger than any that KSeF takes is not looked at further.
fn check(checker: &Checker, bytes: &[u8]) -> Checked {
    match Invoice::read(bytes) {
        Err(error) if bytes.len() as u64 > LARGEST => error.into(),
        _ => checker.check(bytes),
    }
}

/// The judgement. What was compared is kept, whatever comes of it.
fn judge(
    settings: &Correct,
    first: &Content,
    corrected: &Content,
    answers: &[Content],
    corrected_checked: &Checked,
    kept: &mut Option<Correction>,
) -> Result<Vec<Warning>, Error> {
    let of_corrected = |error: Error| error.about(&*corrected.name);
    let compared = Correction::between(&first.bytes, &corrected.bytes);
    *kept = compared.as_ref().ok().cloned();
    match compared {
        // Why it could not be read is among what the check found.
        Err(error) if corrected_checked.is_accepted() => return Err(of_corrected(error)),
        _ => Correction::check_corrected(corrected_checked).map_err(of_corrected)?,
    }
    for answer in answers {
        if let Some(correction) = kept.take() {
            *kept = Some(correction.clone());
            *kept = Some(correction.after(&answer.bytes).map_err(|error| error.about(&*answer.name))?);
        }
    }
    match kept {
        Some(correction) => correction.judge(settings.exceptions),
        None => Ok(Vec::new()),
    }
}
