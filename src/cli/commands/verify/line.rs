//! What is said beside the reports, as lines of JSON. A contract with other programs: fields are added, never changed.

use ksef_qr::verify::{Report, ReportLine};
use serde::Serialize;

use super::problem::Problem;
use crate::cli::words::hints;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Line<'a> {
    /// A file that could not be looked into.
    File {
        #[serde(flatten)]
        from: From<'a>,
        result: &'static str,
        error: &'a Problem,
    },
    Summary {
        result: &'static str,
        subjects: u64,
        ok: u64,
        failed: u64,
        not_checked: u64,
        version: &'static str,
    },
}

/// Where the subject comes from.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct From<'a> {
    /// The file; absent for an argument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'a str>,
    /// Where in it: `page 2`, `line 17`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<&'a str>,
}

impl From<'_> {
    /// True for a line of a manifest. There may be thousands: in words, only failures are reported.
    pub fn is_manifest(self) -> bool {
        self.place.is_some_and(|place| place.starts_with("line "))
    }
}

/// A report, without its newline.
pub fn to_json(report: &Report, from: From<'_>) -> String {
    let mut line = ReportLine::of(report, hints::remedy);
    (line.source, line.place) = (from.source, from.place);
    line.to_json()
}

impl Line<'_> {
    /// The line, without its newline.
    pub fn to_json(&self) -> String {
        // Nothing in these structures can fail to serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}
