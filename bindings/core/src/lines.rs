//! What the library found, with the fields that the command writes (`docs/schema`).

use ksef_qr::book::{Happening, Recorded, SendBy, State, Statement};
use ksef_qr::check::{Checked, Finding};
use ksef_qr::credential::Owner;
use ksef_qr::deadline::{Deadline, Due as Sending, Mode, Since};
use ksef_qr::error::{ErrorKind, Warning};
use ksef_qr::register::Expiry;
use ksef_qr::report::{Outcome, Position};
use ksef_qr::values::{Day, WrittenNumber};
use ksef_qr::verify::{CodeKind, Report, ReportSubject};
use ksef_qr::{Error, Invoice};
use serde_json::{Value, json};
use std::time::SystemTime;

/// Adds a field that is left out where there is nothing to say.
fn add(line: &mut Value, name: &str, value: Option<Value>) {
    if let (Some(value), Some(line)) = (value, line.as_object_mut()) {
        line.insert(name.to_owned(), value);
    }
}

fn day(day: Day) -> Value {
    day.to_string().into()
}

fn error(error: &Error) -> Value {
    json!({"code": error.code(), "message": error.message(), "hint": error.hint()})
}

fn warning(warning: &Warning) -> Value {
    json!({"code": warning.code(), "message": warning.message()})
}

/// `check --json`: a file.
pub(crate) fn checked(input: &str, checked: &Checked) -> Value {
    let invoice = checked.invoice();
    let findings = checked.findings().iter().map(|finding| {
        json!({
            "code": finding.code(),
            "severity": if finding.outcome() == Outcome::Fail { "error" } else { "warning" },
            "line": finding.position().map(Position::line),
            "column": finding.position().map(Position::column),
            "message": finding.message(),
            "hint": finding.hint(),
        })
    });
    let mut line = json!({
        "type": "check",
        "input": input,
        "accepted": checked.is_accepted(),
        "form": invoice.map(|invoice| invoice.form().name()),
        "invoice_number": invoice.map(Invoice::number),
        "kind": invoice.and_then(Invoice::kind),
        "seller_nip": invoice.map(|invoice| invoice.seller().to_string()),
        "issue_date": invoice.map(|invoice| invoice.issue_date().to_string()),
        "findings": findings.collect::<Vec<_>>(),
    });
    let send_by = match checked.due() {
        Some(Sending::By(last)) => Some(day(last)),
        _ => None,
    };
    add(&mut line, "send_by", send_by);
    line
}

/// `verify --json`: a link, or a pair of them.
pub(crate) fn report(report: &Report) -> Value {
    let result = if report.has_failed() { "fail" } else { "ok" };
    let checks: Vec<Value> = report.checks.iter().map(looked_at).collect();
    match &report.subject {
        ReportSubject::Link { text, kind, .. } => {
            json!({"type": "link", "code": kind.map(CodeKind::name), "text": text, "result": result, "checks": checks})
        }
        ReportSubject::Pair { kod1, kod2 } => {
            json!({"type": "pair", "kod1": kod1, "kod2": kod2, "result": result, "checks": checks})
        }
        ReportSubject::Entry { input } => {
            json!({"type": "entry", "input": input, "result": result, "checks": checks})
        }
    }
}

fn looked_at(check: &Finding) -> Value {
    let (outcome, remedy) = match check.outcome() {
        Outcome::Ok => ("ok", None),
        Outcome::Fail => ("fail", Some(check.hint().into())),
        _ => ("not_checked", None),
    };
    let mut line = json!({"code": check.code(), "outcome": outcome, "reason": check.message()});
    add(&mut line, "remedy", remedy);
    line
}

/// `deadline --json`.
pub(crate) fn deadline(mode: Mode, issued: Day, deadline: &Deadline) -> Value {
    let steps = deadline.steps().iter().map(|step| {
        let skipped = step.skipped.iter().map(|skipped| {
            json!({
                "date": day(skipped.day),
                "weekday": skipped.day.weekday(),
                "reason": skipped.reason.code(),
                "name": skipped.reason.to_string(),
            })
        });
        let mut line = json!({
            "since": step.since.code(),
            "from": day(step.from),
            "working_days": step.working_days,
            "send_by": day(step.send_by),
            "skipped": skipped.collect::<Vec<_>>(),
        });
        let announced = match step.since {
            Since::Failure { announced } => announced.map(day),
            _ => None,
        };
        add(&mut line, "announced", announced);
        line
    });
    let mut line = json!({
        "type": "deadline",
        "mode": mode.name(),
        "article": mode.article(),
        "issued": day(issued),
        "status": match deadline.due() {
            Sending::By(_) => "due",
            Sending::Open { .. } => "open",
            Sending::Never => "never",
        },
        "send_by": deadline.send_by().map(day),
        "weekday": deadline.send_by().map(Day::weekday),
        "steps": steps.collect::<Vec<_>>(),
        "warnings": deadline.warnings().iter().map(warning).collect::<Vec<_>>(),
    });
    add(&mut line, "total_failure", deadline.total_failure().map(day));
    line
}

/// `number --json`; true if the number is right.
pub(crate) fn number(text: &str, today: Day) -> (Value, bool) {
    let written = WrittenNumber::of(text);
    let mut faults = Vec::new();
    if written.is_none() {
        faults.push(Error::new(ErrorKind::KsefNumberMalformed, "it has the form of no number that KSeF gives"));
    }
    faults.extend(written.iter().flat_map(|written| written.faults(today)));
    let is_right = faults.is_empty();
    let line = json!({
        "type": "number",
        "text": text,
        "status": if is_right { "right" } else { "wrong" },
        "form": written.map(|written| written.form().name()),
        "nip": written.and_then(|written| written.nip()),
        "date": written.and_then(|written| written.date()),
        "letters": written.and_then(|written| written.letters()),
        "reference": written.and_then(|written| written.reference_kind()),
        "technical": written.map(|written| written.technical()),
        "check_sum": written.map(|written| written.check_sum()),
        "expected_check_sum": written.and_then(|written| written.expected_check_sum()),
        "errors": faults.iter().map(error).collect::<Vec<_>>(),
        "warnings": written.iter().flat_map(WrittenNumber::warnings).map(|one| warning(&one)).collect::<Vec<_>>(),
    });
    (line, is_right)
}

/// `book due --json`.
pub(crate) fn due(entry: &ksef_qr::book::Entry, send_by: SendBy, days_left: Option<i64>) -> Value {
    let facts = &entry.facts;
    let state = entry.state();
    json!({
        "type": "due",
        "when": match days_left {
            Some(..0) => "overdue",
            Some(0) => "today",
            _ => "later",
        },
        "send_by": send_by.day().map(day),
        "weekday": send_by.day().map(Day::weekday),
        "days_left": days_left,
        "assumed": matches!(send_by, SendBy::AtFirst(_)),
        "state": state.name(),
        "refusal": if let State::Refused(reason) = &state { Some(reason) } else { None },
        "mode": entry.mode(),
        "seller_nip": facts.seller.as_str(),
        "kind": facts.kind,
        "invoice_number": facts.number,
        "issue_date": facts.issue_date.to_string(),
        "hash_base64": facts.hash.base64(),
    })
}

/// `book import --json`: what was said of an invoice, and what came of it.
pub(crate) fn statement(input: &str, said: &Statement, recorded: &Recorded) -> (Value, bool) {
    let (result, refusal) = match recorded {
        Recorded::Added => ("added", None),
        Recorded::Known => ("known", None),
        Recorded::Unknown => ("unknown", None),
        Recorded::Contradiction(refusal) => ("contradiction", Some(error(refusal))),
    };
    let what = &said.event.what;
    let failed = refusal.is_some();
    let mut line = json!({
        "type": "statement",
        "input": input,
        "result": result,
        "event": what.name(),
        "hash_base64": said.hash.base64(),
        "invoice_number": said.invoice_number,
    });
    match what {
        Happening::Accepted { number, .. } => add(&mut line, "ksef_number", Some(number.to_string().into())),
        Happening::Refused { reason, .. } => add(&mut line, "reason", Some(reason.as_str().into())),
        _ => {}
    }
    add(&mut line, "error", refusal);
    (line, failed)
}

/// `cert expiring --json`, of every certificate.
pub(crate) fn certificate(expiry: &Expiry, now: SystemTime) -> Value {
    let facts = &expiry.facts;
    let owner_nip = match facts.owner {
        Owner::Nip(nip) => Some(nip.to_string()),
        _ => None,
    };
    json!({
        "type": "expiring",
        "name": expiry.name,
        "status": match (expiry.is_expired(now), expiry.is_due(now, 30)) {
            (true, _) => "expired",
            (false, true) => "due",
            (false, false) => "active",
        },
        "replace_by": expiry.deadline().to_string(),
        "days_left": expiry.days_left(now),
        "last_day": expiry.last_day().to_string(),
        "valid_to": jiff::Timestamp::try_from(facts.valid_to).map(|time| time.to_string()).unwrap_or_default(),
        "serial": facts.serial.to_string(),
        "owner_nip": owner_nip,
        "owner_name": facts.owner_name,
        "system": expiry.system,
        "responsible": expiry.responsible,
    })
}
