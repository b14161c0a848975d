//! What was found in a file, as a line of JSON. A contract (`docs/schema/check.json`): fields are added, never changed or removed.

use serde::Serialize;

use super::checker::Checked;
use crate::deadline::Due;
use crate::invoice::Invoice;
use crate::report::{Finding, Outcome, Position};

#[derive(Serialize)]
struct FileLine<'c> {
    r#type: &'static str,
    input: &'c str,
    accepted: bool,
    form: Option<&'static str>,
    invoice_number: Option<&'c str>,
    kind: Option<&'c str>,
    seller_nip: Option<String>,
    issue_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_by: Option<String>,
    findings: Vec<FindingLine<'c>>,
}

/// A finding, as it stands in lines about files.
#[derive(Serialize)]
pub(crate) struct FindingLine<'c> {
    code: &'static str,
    severity: &'static str,
    line: Option<usize>,
    column: Option<usize>,
    message: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

impl Checked {
    /// The line, without its newline, of the file that is called `input`. What to do about a finding, `hint` says:
    /// [`Finding::hint`], or the caller's words.
    pub fn to_json(&self, input: &str, hint: fn(&Finding) -> &'static str) -> String {
        let invoice = self.invoice();
        let line = FileLine {
            r#type: "check",
            input,
            accepted: self.is_accepted(),
            form: invoice.map(|invoice| invoice.form().name()),
            invoice_number: invoice.map(Invoice::number),
            kind: invoice.and_then(Invoice::kind),
            seller_nip: invoice.map(|invoice| invoice.seller().to_string()),
            issue_date: invoice.map(|invoice| invoice.issue_date().to_string()),
            send_by: match self.due() {
                Some(Due::By(day)) => Some(day.to_string()),
                _ => None,
            },
            findings: self.findings().iter().map(|one| FindingLine::of(one).with_hint(hint(one))).collect(),
        };
        // Nothing in this structure can fail to serialise.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

impl<'c> FindingLine<'c> {
    pub(crate) fn of(finding: &'c Finding) -> Self {
        Self {
            code: finding.code(),
            severity: match finding.outcome() {
                Outcome::Fail => "error",
                _ => "warning",
            },
            line: finding.position().map(Position::line),
            column: finding.position().map(Position::column),
            message: finding.message(),
            hint: None,
        }
    }

    fn with_hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }
}
