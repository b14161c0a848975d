//! A picture, a PDF or a link to what came of verifying its codes.

use std::time::Duration;

use ksef_qr::error::ErrorKind;
use ksef_qr::scanner::{Failure, Origin, Scanner};
use ksef_qr::verify::{Report, ReportSubject};
use ksef_qr::{Error, Result};

use super::answer::Told;
use super::view::{LookedAt, Verified};
use crate::desk::{Caller, Desk, Inquiry};

/// A person waits for the answer.
const LONGEST: Duration = Duration::from_secs(30);

/// What a person wants to know.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub picture: Option<Vec<u8>>,
    pub link: String,
    pub invoices: Vec<(String, Vec<u8>)>,
}

/// Verifies all codes of the picture and the link.
pub(super) fn verified(desk: &Desk, caller: &Caller, asked: Asked) -> Result<Vec<Verified>> {
    let Asked { picture, link, invoices } = asked;
    let mut texts = picture.map(|picture| codes(&picture)).transpose()?.unwrap_or_default();
    if !link.is_empty() && !texts.contains(&link) {
        texts.push(link);
    }
    let reports = desk.verify(caller, Inquiry { texts, invoices });
    Ok(reports.iter().map(told).collect())
}

/// The codes of a frame of the camera that have to do with KSeF, one after the other.
pub(super) fn links(frame: &[u8]) -> Vec<String> {
    let mut links = codes(frame).unwrap_or_default();
    links.retain(|text| text.contains("ksef"));
    links
}

/// The texts of the codes in a picture or a PDF, each once. Each file has a process of its own: what is wrong with one does
/// nothing to another's.
fn codes(bytes: &[u8]) -> Result<Vec<String>> {
    let found = Scanner::default().within(LONGEST).read(bytes).map_err(|failure| match failure {
        Failure::Missing(error) => error,
        Failure::Refused { code, message } => Error::of_code(&code, message),
        Failure::Ended | Failure::TimedOut => {
            Error::new(ErrorKind::PictureUnreadable, "the file could not be read in time")
        }
    })?;
    let mut codes: Vec<String> = Vec::new();
    for found in found.texts.into_iter().filter(|found| found.origin == Origin::Code) {
        if !codes.contains(&found.text) {
            codes.push(found.text);
        }
    }
    match codes.is_empty() {
        true => Err(Error::new(ErrorKind::NoCodeFound, "no code was found in the file")),
        false => Ok(codes),
    }
}

fn told(report: &Report) -> Verified {
    let checks = report.checks.iter().map(|check| LookedAt { outcome: check.outcome(), told: Told::from(check) });
    let (link, kind) = match &report.subject {
        ReportSubject::Link { text, kind, .. } => (Some(text.clone()), *kind),
        _ => (None, None),
    };
    Verified { link, kind, has_failed: report.has_failed(), checks: checks.collect() }
}
