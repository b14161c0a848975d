//! A report as a line of JSON. A contract with other programs: fields are added, never changed.

use ksef_qr::verify::{Check, CodeKind, Outcome, Report, ReportSubject};
use serde::Serialize;

use super::problem::Problem;
use crate::cli::words::hints;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Line<'a> {
    Link {
        #[serde(flatten)]
        from: From<'a>,
        /// `KOD I`, `KOD II` or null.
        code: Option<&'static str>,
        text: &'a str,
        result: &'static str,
        checks: Vec<CheckLine<'a>>,
    },
    Pair {
        #[serde(flatten)]
        from: From<'a>,
        kod1: &'a str,
        kod2: &'a str,
        result: &'static str,
        checks: Vec<CheckLine<'a>>,
    },
    /// A line of a manifest.
    Entry {
        #[serde(flatten)]
        from: From<'a>,
        input: &'a str,
        result: &'static str,
        checks: Vec<CheckLine<'a>>,
    },
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

#[derive(Serialize)]
pub struct CheckLine<'a> {
    code: &'static str,
    outcome: &'static str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
}

impl<'a> CheckLine<'a> {
    fn of(check: &'a Check) -> Self {
        let remedy = (check.outcome() == Outcome::Fail).then(|| hints::remedy(check));
        let outcome = match check.outcome() {
            Outcome::Ok => "ok",
            Outcome::Fail => "fail",
            _ => "not_checked",
        };
        Self { code: check.code(), outcome, reason: check.message(), remedy }
    }
}

impl<'a> Line<'a> {
    pub fn of(report: &'a Report, from: From<'a>) -> Self {
        let result = if report.has_failed() { "fail" } else { "ok" };
        let checks = report.checks.iter().map(CheckLine::of).collect();
        match &report.subject {
            ReportSubject::Link { text, kind, .. } => {
                Self::Link { from, code: kind.map(CodeKind::name), text, result, checks }
            }
            ReportSubject::Entry { input } => Self::Entry { from, input, result, checks },
            ReportSubject::Pair { kod1, kod2 } => Self::Pair { from, kod1, kod2, result, checks },
        }
    }

    /// The line, without its newline.
    pub fn to_json(&self) -> String {
        // Nothing in these structures can fail to serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}
