//! A report as a line of JSON. A contract (`docs/schema/verify.json`): fields are added, never changed or removed.

use serde::Serialize;

use super::link::facts::CodeKind;
use super::report::{Check, Report, ReportSubject};
use crate::report::Outcome;

/// A report, ready to be written.
#[derive(Serialize)]
pub struct ReportLine<'a> {
    r#type: &'static str,
    /// Where the subject comes from: the file; absent for what is in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'a str>,
    /// Where in it: `page 2`, `line 17`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<&'a str>,
    #[serde(flatten)]
    subject: SubjectLine<'a>,
    result: &'static str,
    checks: Vec<CheckLine<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SubjectLine<'a> {
    Link {
        /// `KOD I`, `KOD II` or null.
        code: Option<&'static str>,
        text: &'a str,
    },
    Pair {
        kod1: &'a str,
        kod2: &'a str,
    },
    /// A line of a manifest.
    Entry {
        input: &'a str,
    },
}

#[derive(Serialize)]
struct CheckLine<'a> {
    code: &'static str,
    outcome: &'static str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
}

impl<'a> ReportLine<'a> {
    /// Of a report on what is in no file. What to do about a failure, `remedy` says: [`Check::hint`], or the caller's words.
    pub fn of(report: &'a Report, remedy: fn(&Check) -> &'static str) -> Self {
        let (r#type, subject) = match &report.subject {
            ReportSubject::Link { text, kind, .. } => {
                ("link", SubjectLine::Link { code: kind.map(CodeKind::name), text })
            }
            ReportSubject::Pair { kod1, kod2 } => ("pair", SubjectLine::Pair { kod1, kod2 }),
            ReportSubject::Entry { input } => ("entry", SubjectLine::Entry { input }),
        };
        let result = if report.has_failed() { "fail" } else { "ok" };
        let checks = report.checks.iter().map(|check| CheckLine::of(check, remedy)).collect();
        Self { r#type, source: None, place: None, subject, result, checks }
    }

    /// The line, without its newline.
    pub fn to_json(&self) -> String {
        // Nothing in this structure can fail to serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl<'a> CheckLine<'a> {
    fn of(check: &'a Check, remedy: fn(&Check) -> &'static str) -> Self {
        let outcome = match check.outcome() {
            Outcome::Ok => "ok",
            Outcome::Fail => "fail",
            _ => "not_checked",
        };
        let remedy = (check.outcome() == Outcome::Fail).then(|| remedy(check));
        Self { code: check.code(), outcome, reason: check.message(), remedy }
    }
}
