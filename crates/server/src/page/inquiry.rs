//! A picture, a PDF or a link to what came of verifying its codes.

use ksef_qr::Result;
use ksef_qr::verify::{Report, ReportSubject};

use super::answer::Told;
use super::scanner;
use super::view::{LookedAt, Verified};
use crate::desk::{Desk, Inquiry};

/// What a person wants to know.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub picture: Option<Vec<u8>>,
    pub link: String,
    pub invoices: Vec<(String, Vec<u8>)>,
}

/// Verifies all codes of the picture and the link.
pub(super) fn verified(desk: &Desk, asked: Asked) -> Result<Vec<Verified>> {
    let Asked { picture, link, invoices } = asked;
    let mut texts = picture.map(scanner::codes).transpose()?.unwrap_or_default();
    if !link.is_empty() && !texts.contains(&link) {
        texts.push(link);
    }
    let reports = desk.verify(Inquiry { texts, invoices });
    Ok(reports.iter().map(told).collect())
}

/// The codes of a frame of the camera that have to do with KSeF, one after the other.
pub(super) fn links(frame: Vec<u8>) -> Vec<String> {
    let mut links = scanner::codes(frame).unwrap_or_default();
    links.retain(|text| text.contains("ksef"));
    links
}

fn told(report: &Report) -> Verified {
    let checks = report.checks.iter().map(|check| LookedAt { outcome: check.outcome(), told: Told::from(check) });
    let (link, kind) = match &report.subject {
        ReportSubject::Link { text, kind, .. } => (Some(text.clone()), *kind),
        _ => (None, None),
    };
    Verified { link, kind, has_failed: report.has_failed(), checks: checks.collect() }
}
