//! `ksef-qr correct`: what differs between a file that KSeF refused and the one in its place, and what to send.

mod report;

use std::path::Path;

use ksef_qr::Invoice;
use ksef_qr::check::{Checked, Checker};
use ksef_qr::correction::{Correction, CorrectionFile, Verdict};
use ksef_qr::scanner::Schemas;

use super::check::LARGEST;
use crate::cli::book;
use crate::cli::exit::ExitStatus;
use crate::cli::read::read;
use crate::cli::settings::Correct;

/// In bytes: what KSeF refused may have been too large.
const LARGEST_FIRST: u64 = 100_000_000;

/// In bytes: the answer about a session of 10 000 invoices has some.
const LARGEST_ANSWER: u64 = 50_000_000;

/// Compares and judges.
pub fn run(settings: &Correct) -> anyhow::Result<ExitStatus> {
    let book = settings.book.as_ref().map(|place| book::open(place, settings.now)).transpose()?;
    if let Some(book) = &book {
        book.check_environment(settings.environment)?;
    }
    let first = content(&settings.first, LARGEST_FIRST)?;
    let corrected = content(&settings.corrected, LARGEST_FIRST)?;
    let answers: Vec<(String, Vec<u8>)> =
        settings.refusals.iter().map(|path| content(path, LARGEST_ANSWER)).collect::<anyhow::Result<_>>()?;
    Correction::check_first(&first.1).map_err(|error| error.about(&*first.0))?;
    let mut checker = Checker::new(settings.environment, settings.today);
    if let Some(folder) = &settings.schemas {
        checker = checker.with_schemas(Schemas::of(folder, None)?);
    }
    let file = |(name, bytes): (String, Vec<u8>)| CorrectionFile { checked: check(&checker, &bytes), name, bytes };
    let mut verdict = Verdict::of(file(first), file(corrected), &answers, settings.exceptions);
    if let Some(book) = &book {
        let cause = format!("correct {}", verdict.corrected.name);
        book.enter_correction(&mut verdict, &answers, settings.environment, settings.now, &cause)?;
    }
    report::tell(settings, &verdict)?;
    Ok(if verdict.request.is_ok() { ExitStatus::Done } else { ExitStatus::SomeRefused })
}

fn content(path: &Path, largest: u64) -> anyhow::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    read(path, largest, &mut bytes)?;
    Ok((path.to_string_lossy().into_owned(), bytes))
}

/// A file that is larger than any that KSeF takes is not looked at further.
fn check(checker: &Checker, bytes: &[u8]) -> Checked {
    match Invoice::read(bytes) {
        Err(error) if bytes.len() as u64 > LARGEST => error.into(),
        _ => checker.check(bytes),
    }
}
