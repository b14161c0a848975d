//! What differs and what may be sent, in words or as JSON.

use std::fmt::Write as _;

use ksef_qr::check::Checked;
use ksef_qr::correction::{Change, Circumstances, Correction, Difference, Judgement, Verdict};
use ksef_qr::report::Outcome;
use ksef_qr::upo::InvoiceStatus;

use crate::cli::settings::Correct;
use crate::cli::words::hints;
use crate::cli::words::say::{say, translated, words};
use crate::cli::words::text::{BAD, BOLD, DIM, GOOD, ODD, counted, printable};

/// Of each judgement so many differences are shown, of each file so many findings.
const MOST_SHOWN: usize = 20;

/// Tells what came of it.
pub fn tell(settings: &Correct, verdict: &Verdict) -> anyhow::Result<()> {
    match settings.json {
        true => say!("{}", verdict.to_json(circumstances(settings))),
        false => in_words(verdict)?,
    }
    Ok(())
}

fn circumstances(settings: &Correct) -> Circumstances {
    Circumstances { environment: settings.environment, schema_validated: settings.schemas.is_some(), hint: hints::of }
}

fn in_words(verdict: &Verdict) -> anyhow::Result<()> {
    let (first, corrected) = (printable(&verdict.first.name), printable(&verdict.corrected.name));
    match verdict.corrected.checked.invoice() {
        Some(invoice) => say!("{BOLD}{}{BOLD:#}  {DIM}{first} -> {corrected}{DIM:#}", printable(invoice.number())),
        None => say!("{BOLD}{first} -> {corrected}{BOLD:#}"),
    }
    if let Some(status) = verdict.correction.as_ref().and_then(Correction::refusal) {
        say!("  KSeF on the first file: {}", printable(&said(status)));
    }
    findings(&words!("the first file"), &verdict.first.checked);
    findings(&words!("the corrected file"), &verdict.corrected.checked);
    if let Some(correction) = &verdict.correction {
        differences(correction);
    }
    for warning in &verdict.warnings {
        say!("  {ODD}warning{ODD:#}: {} {DIM}[{}]{DIM:#}", translated(warning.message()), warning.code());
        say!("    {DIM}{}{DIM:#}", translated(warning.hint()));
    }
    match &verdict.request {
        Ok(request) => {
            let request = serde_json::to_string_pretty(request)?.replace('\n', "\n    ");
            say!("  {GOOD}may be sent{GOOD:#} as a technical correction: in an interactive session, the request with");
            say!("    {request}");
            say!(
                "  {DIM}Codes of the first file then lead to the corrected one. KSeF takes one correction of a file.{DIM:#}"
            );
            match verdict.entered {
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
    let failed = || checked.findings().iter().filter(|finding| finding.outcome() == Outcome::Fail);
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
        (Judgement::Unclear, "that may be of form or of content"),
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
    let the_file = || translated("the file").into_owned();
    let mut line = if difference.place.is_empty() { the_file() } else { difference.place.clone() };
    if let Some(field) = difference.field {
        _ = write!(line, " ({field})");
    }
    if let Some(number) = difference.corrected_line.or(difference.first_line) {
        line.push_str(&words!(", line {number}"));
    }
    line.push(':');
    if difference.change != Change::File {
        _ = write!(line, " {}", translated(difference.change.name()));
    }
    match (&difference.before, &difference.after) {
        (Some(before), Some(after)) => _ = write!(line, " {before:?} -> {after:?}"),
        (Some(only), None) | (None, Some(only)) => _ = write!(line, " {only:?}"),
        (None, None) => {}
    }
    let reason = translated(difference.reason);
    if line.ends_with(':') { format!("{line} {reason}") } else { format!("{line}; {reason}") }
}

fn said(status: &InvoiceStatus) -> String {
    let code = status.code.map(|code| format!("{code} ")).unwrap_or_default();
    let details = status.details.iter().map(|detail| format!("; {detail}"));
    format!("{code}{}{}", status.description, details.collect::<String>())
}
