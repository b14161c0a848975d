//! What differs and what may be sent, in words or as JSON.

use std::fmt::Write as _;

use ksef_qr::check::{Checked, Finding};
use ksef_qr::correction::{Change, Correction, Difference, Judgement, Request};
use ksef_qr::error::Warning;
use ksef_qr::report::{Outcome as Looked, Position};
use ksef_qr::upo::InvoiceStatus;
use ksef_qr::values::InvoiceHash;
use ksef_qr::{Invoice, KsefNumber};
use serde::Serialize;

use super::outcome::{Content, Outcome};
use crate::cli::settings::Correct;
use crate::cli::words::hints;
use crate::cli::words::say::{say, translated, words};
use crate::cli::words::text::{BAD, BOLD, DIM, GOOD, ODD, counted, printable};

/// Of each judgement so many differences are shown, of each file so many findings.
const MOST_SHOWN: usize = 20;

/// Tells what came of it.
pub fn tell(settings: &Correct, outcome: &Outcome) -> anyhow::Result<()> {
    match settings.json {
        true => say!("{}", serde_json::to_string(&CorrectionLine::of(settings, outcome))?),
        false => in_words(outcome)?,
    }
    Ok(())
}

fn in_words(outcome: &Outcome) -> anyhow::Result<()> {
    let (first, corrected) = (printable(&outcome.first.name), printable(&outcome.corrected.name));
    match outcome.corrected_checked.invoice() {
        Some(invoice) => say!("{BOLD}{}{BOLD:#}  {DIM}{first} -> {corrected}{DIM:#}", printable(invoice.number())),
        None => say!("{BOLD}{first} -> {corrected}{BOLD:#}"),
    }
    if let Some(status) = outcome.correction.as_ref().and_then(Correction::refusal) {
        say!("  KSeF on the first file: {}", printable(&said(status)));
    }
    findings(&words!("the first file"), &outcome.first_checked);
    findings(&words!("the corrected file"), &outcome.corrected_checked);
    if let Some(correction) = &outcome.correction {
        differences(correction);
    }
    for warning in &outcome.warnings {
        say!("  {ODD}warning{ODD:#}: {} {DIM}[{}]{DIM:#}", translated(warning.message()), warning.code());
        say!("    {DIM}{}{DIM:#}", translated(warning.hint()));
    }
    match &outcome.request {
        Ok(request) => {
            let request = serde_json::to_string_pretty(request)?.replace('\n', "\n    ");
            say!("  {GOOD}may be sent{GOOD:#} as a technical correction: in an interactive session, the request with");
            say!("    {request}");
            say!(
                "  {DIM}Codes of the first file then lead to the corrected one. KSeF takes one correction of a file.{DIM:#}"
            );
            match outcome.entered {
                Some(true) => say!("  entered in the book"),
                Some(false) => say!("  {DIM}the book has it already{DIM:#}"),
                None => {}
            }
        }
        Err(error) => {
            let about = error.input().map(|input| format!("{}: ", printable(input))).unwrap_or_default();
            say!("  {BAD}refused{BAD:#}: {about}{} {DIM}[{}]{DIM:#}", translated(error.message()), error.code());
            say!("    {DIM}{}{DIM:#}", translated(hints::of(error)));
        }
    }
    Ok(())
}

/// For what KSeF refuses a file.
fn findings(what: &str, checked: &Checked) {
    let failed = || checked.findings().iter().filter(|finding| finding.outcome() == Looked::Fail);
    for finding in failed().take(MOST_SHOWN) {
        say!("  {what}: {} {DIM}[{}]{DIM:#}", translated(&finding.to_string()), finding.code());
    }
    let more = failed().skip(MOST_SHOWN).count();
    if more > 0 {
        say!("  {what}: and {more} more");
    }
}

fn differences(correction: &Correction) {
    for (judgement, what) in [
        (Judgement::Content, "of content"),
        (Judgement::Unclear, "of which it cannot be told"),
        (Judgement::Form, "of form"),
    ] {
        let count = correction.count(judgement);
        if count == 0 {
            continue;
        }
        let style = match judgement {
            Judgement::Content => BAD,
            Judgement::Unclear => ODD,
            Judgement::Form => GOOD,
        };
        say!("  {style}{}{style:#} {}:", counted(count, "difference"), translated(what));
        let mut shown = 0;
        for difference in correction.differences().iter().filter(|one| one.judgement == judgement).take(MOST_SHOWN) {
            say!("    {}", printable(&in_a_line(difference)));
            shown += 1;
        }
        if count > shown {
            say!("    and {} more", count - shown);
        }
    }
}

/// `Faktura/Fa/P_15 (kwota należności ogółem), line 45: "2205,39" -> "2205.39" (the same number, written otherwise)`.
fn in_a_line(difference: &Difference) -> String {
    let mut line = if difference.place.is_empty() { "the file".to_owned() } else { difference.place.clone() };
    if let Some(field) = difference.field {
        _ = write!(line, " ({field})");
    }
    if let Some(number) = difference.corrected_line.or(difference.first_line) {
        _ = write!(line, ", line {number}");
    }
    line.push(':');
    if difference.change != Change::File {
        _ = write!(line, " {}", difference.change.name());
    }
    match (&difference.before, &difference.after) {
        (Some(before), Some(after)) => _ = write!(line, " {before:?} -> {after:?}"),
        (Some(only), None) | (None, Some(only)) => _ = write!(line, " {only:?}"),
        (None, None) => {}
    }
    let reason = difference.reason;
    if line.ends_with(':') { format!("{line} {reason}") } else { format!("{line}; {reason}") }
}

fn said(status: &InvoiceStatus) -> String {
    let code = status.code.map(|code| format!("{code} ")).unwrap_or_default();
    let details = status.details.iter().map(|detail| format!("; {detail}"));
    format!("{code}{}{}", status.description, details.collect::<String>())
}

/// What `--json` prints. A contract: fields are added, never changed or removed.
#[derive(Serialize)]
struct CorrectionLine<'c> {
    r#type: &'static str,
    status: &'static str,
    invoice_number: Option<&'c str>,
    seller_nip: Option<String>,
    first: FileLine<'c>,
    corrected: FileLine<'c>,
    judgement: Option<&'static str>,
    counts: Option<Counts>,
    differences: Vec<DifferenceLine<'c>>,
    refusal: Option<RefusalLine<'c>>,
    allowed: Vec<&'static str>,
    warnings: Vec<WarningLine<'c>>,
    /// Null where it may be sent.
    error: Option<ErrorLine<'c>>,
    /// Null where it may not.
    request: Option<&'c Request>,
    /// With `--book`: true if it was entered now, false if the book knew it; null without, and where it may not be sent.
    entered: Option<bool>,
    environment: &'static str,
    schema_validated: bool,
    version: &'static str,
}

#[derive(Serialize)]
struct FileLine<'c> {
    input: &'c str,
    size_bytes: usize,
    hash_base64: String,
    hash_base64url: String,
    accepted: bool,
    findings: Vec<FindingLine<'c>>,
}

#[derive(Serialize)]
struct FindingLine<'c> {
    code: &'static str,
    severity: &'static str,
    line: Option<usize>,
    column: Option<usize>,
    message: &'c str,
}

#[derive(Serialize)]
struct Counts {
    content: u64,
    unclear: u64,
    form: u64,
}

#[derive(Serialize)]
struct DifferenceLine<'c> {
    judgement: &'static str,
    change: &'static str,
    place: &'c str,
    field: Option<&'static str>,
    before: Option<&'c str>,
    after: Option<&'c str>,
    first_line: Option<u32>,
    corrected_line: Option<u32>,
    reason: &'static str,
}

#[derive(Serialize)]
struct RefusalLine<'c> {
    code: Option<i32>,
    description: &'c str,
    details: &'c [String],
    offline: Option<bool>,
    original_ksef_number: Option<&'c str>,
}

#[derive(Serialize)]
struct WarningLine<'c> {
    code: &'static str,
    message: &'c str,
}

#[derive(Serialize)]
struct ErrorLine<'c> {
    code: &'static str,
    message: &'c str,
    hint: &'static str,
    input: Option<&'c str>,
}

impl<'c> CorrectionLine<'c> {
    fn of(settings: &Correct, outcome: &'c Outcome) -> Self {
        let (correction, invoice) = (outcome.correction.as_ref(), outcome.corrected_checked.invoice());
        let allowed = [(settings.exceptions.content, "content"), (settings.exceptions.online, "online")];
        Self {
            r#type: "correction",
            status: if outcome.request.is_ok() { "allowed" } else { "refused" },
            invoice_number: invoice.map(Invoice::number),
            seller_nip: invoice.map(|invoice| invoice.seller().to_string()),
            first: FileLine::of(&outcome.first, &outcome.first_checked),
            corrected: FileLine::of(&outcome.corrected, &outcome.corrected_checked),
            judgement: correction.map(|correction| correction.judgement().name()),
            counts: correction.map(|correction| Counts {
                content: correction.count(Judgement::Content),
                unclear: correction.count(Judgement::Unclear),
                form: correction.count(Judgement::Form),
            }),
            differences: correction.iter().flat_map(|one| one.differences()).map(DifferenceLine::of).collect(),
            refusal: correction.and_then(Correction::refusal).map(RefusalLine::of),
            allowed: allowed.iter().filter(|(given, _)| *given).map(|(_, name)| *name).collect(),
            warnings: outcome.warnings.iter().map(WarningLine::of).collect(),
            error: outcome.request.as_ref().err().map(|error| ErrorLine {
                code: error.code(),
                message: error.message(),
                hint: hints::of(error),
                input: error.input(),
            }),
            request: outcome.request.as_ref().ok(),
            entered: outcome.entered,
            environment: settings.environment.name(),
            schema_validated: settings.schemas.is_some(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

impl<'c> FileLine<'c> {
    fn of(content: &'c Content, checked: &'c Checked) -> Self {
        let hash = InvoiceHash::of(&content.bytes);
        Self {
            input: &content.name,
            size_bytes: content.bytes.len(),
            hash_base64: hash.base64(),
            hash_base64url: hash.base64url(),
            accepted: checked.is_accepted(),
            findings: checked.findings().iter().map(FindingLine::of).collect(),
        }
    }
}

impl<'c> FindingLine<'c> {
    fn of(finding: &'c Finding) -> Self {
        Self {
            code: finding.code(),
            severity: if finding.outcome() == Looked::Fail { "error" } else { "warning" },
            line: finding.position().map(Position::line),
            column: finding.position().map(Position::column),
            message: finding.message(),
        }
    }
}

impl<'c> DifferenceLine<'c> {
    fn of(difference: &'c Difference) -> Self {
        Self {
            judgement: difference.judgement.name(),
            change: difference.change.name(),
            place: &difference.place,
            field: difference.field,
            before: difference.before.as_deref(),
            after: difference.after.as_deref(),
            first_line: difference.first_line,
            corrected_line: difference.corrected_line,
            reason: difference.reason,
        }
    }
}

impl<'c> RefusalLine<'c> {
    fn of(status: &'c InvoiceStatus) -> Self {
        Self {
            code: status.code,
            description: &status.description,
            details: &status.details,
            offline: status.is_offline,
            original_ksef_number: status.original.as_ref().map(KsefNumber::as_str),
        }
    }
}

impl<'c> WarningLine<'c> {
    fn of(warning: &'c Warning) -> Self {
        Self { code: warning.code(), message: warning.message() }
    }
}
