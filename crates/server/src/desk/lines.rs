//! Answers as JSON, with the fields that the command writes (`docs/schema`).

use ksef_qr::book::{SendBy, State};
use ksef_qr::check::{Checked, Finding};
use ksef_qr::correction::{Correction, Difference, Judgement};
use ksef_qr::credential::Owner;
use ksef_qr::deadline::{Deadline, Due as Sending, Mode, Since};
use ksef_qr::error::Warning;
use ksef_qr::register::Expiry;
use ksef_qr::report::Outcome;
use ksef_qr::values::{Day, InvoiceHash};
use ksef_qr::verify::{CodeKind, Report, ReportSubject};
use ksef_qr::{Environment, Error};
use serde_json::{Value, json};

use super::desk::{Correcting, Due};
use std::time::SystemTime;

/// `check --json`: a file.
pub fn checked(input: &str, checked: &Checked) -> Value {
    let invoice = checked.invoice();
    let mut line = json!({
        "type": "file",
        "input": input,
        "accepted": checked.is_accepted(),
        "form": invoice.map(|invoice| invoice.form().name()),
        "invoice_number": invoice.map(ksef_qr::Invoice::number),
        "kind": invoice.and_then(ksef_qr::Invoice::kind),
        "seller_nip": invoice.map(|invoice| invoice.seller().to_string()),
        "issue_date": invoice.map(|invoice| invoice.issue_date().to_string()),
        "findings": checked.findings().iter().map(finding).collect::<Vec<_>>(),
    });
    if let (Some(Sending::By(day)), Some(line)) = (checked.due(), line.as_object_mut()) {
        line.insert("send_by".to_owned(), day.to_string().into());
    }
    line
}

fn finding(finding: &Finding) -> Value {
    json!({
        "code": finding.code(),
        "severity": if finding.outcome() == Outcome::Fail { "error" } else { "warning" },
        "line": finding.position().map(ksef_qr::report::Position::line),
        "column": finding.position().map(ksef_qr::report::Position::column),
        "message": finding.message(),
        "hint": finding.hint(),
    })
}

/// `verify --json`: a link, or a pair of them.
pub fn report(report: &Report) -> Value {
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
    let outcome = match check.outcome() {
        Outcome::Ok => "ok",
        Outcome::Fail => "fail",
        _ => "not_checked",
    };
    let mut line = json!({"code": check.code(), "outcome": outcome, "reason": check.message()});
    if let (Outcome::Fail, Some(line)) = (check.outcome(), line.as_object_mut()) {
        line.insert("remedy".to_owned(), check.hint().into());
    }
    line
}

/// `deadline --json`.
pub fn deadline(mode: Mode, issued: Day, deadline: &Deadline) -> Value {
    let steps = deadline.steps().iter().map(|step| {
        let skipped = step.skipped.iter().map(|skipped| {
            json!({
                "date": skipped.day.to_string(),
                "weekday": skipped.day.weekday(),
                "reason": skipped.reason.code(),
                "name": skipped.reason.to_string(),
            })
        });
        let mut line = json!({
            "since": step.since.code(),
            "from": step.from.to_string(),
            "working_days": step.working_days,
            "send_by": step.send_by.to_string(),
            "skipped": skipped.collect::<Vec<_>>(),
        });
        if let (Since::Failure { announced: Some(day) }, Some(line)) = (step.since, line.as_object_mut()) {
            line.insert("announced".to_owned(), day.to_string().into());
        }
        line
    });
    let mut line = json!({
        "type": "deadline",
        "mode": mode.name(),
        "article": mode.article(),
        "issued": issued.to_string(),
        "status": match deadline.due() {
            Sending::By(_) => "due",
            Sending::Open { .. } => "open",
            Sending::Never => "never",
        },
        "send_by": deadline.send_by().map(|day| day.to_string()),
        "weekday": deadline.send_by().map(Day::weekday),
        "steps": steps.collect::<Vec<_>>(),
        "warnings": deadline.warnings().iter().map(warning).collect::<Vec<_>>(),
    });
    if let (Some(day), Some(line)) = (deadline.total_failure(), line.as_object_mut()) {
        line.insert("total_failure".to_owned(), day.to_string().into());
    }
    line
}

fn warning(warning: &Warning) -> Value {
    json!({"code": warning.code(), "message": warning.message()})
}

/// `book due --json`.
pub fn due(due: &Due) -> Value {
    let facts = &due.entry.facts;
    let state = due.entry.state();
    json!({
        "type": "due",
        "when": match due.days_left {
            Some(..0) => "overdue",
            Some(0) => "today",
            Some(_) => "later",
            None => "open",
        },
        "send_by": due.send_by.day().map(|day| day.to_string()),
        "weekday": due.send_by.day().map(Day::weekday),
        "days_left": due.days_left,
        "assumed": matches!(due.send_by, SendBy::AtFirst(_)),
        "state": state.name(),
        "refusal": if let State::Refused(reason) = &state { Some(reason) } else { None },
        "mode": due.entry.mode(),
        "seller_nip": facts.seller.as_str(),
        "kind": facts.kind,
        "invoice_number": facts.number,
        "issue_date": facts.issue_date.to_string(),
        "hash_base64": facts.hash.base64(),
    })
}

/// `cert expiring --json`, of every certificate.
pub fn certificate(expiry: &Expiry, now: SystemTime) -> Value {
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

/// `correct --json`.
pub fn correction(correcting: &Correcting, files: [(&str, &[u8]); 2], environment: Environment) -> Value {
    let file = |at: usize| {
        let ((input, bytes), checked) = (files[at], &correcting.checked[at]);
        let hash = InvoiceHash::of(bytes);
        let findings = checked.findings().iter().map(|one| {
            let mut line = finding(one);
            line.as_object_mut().map(|line| line.remove("hint"));
            line
        });
        json!({
            "input": input,
            "size_bytes": bytes.len(),
            "hash_base64": hash.base64(),
            "hash_base64url": hash.base64url(),
            "accepted": checked.is_accepted(),
            "findings": findings.collect::<Vec<_>>(),
        })
    };
    let (compared, invoice) = (correcting.correction.as_ref(), correcting.checked[1].invoice());
    json!({
        "type": "correction",
        "status": if correcting.request.is_ok() { "allowed" } else { "refused" },
        "invoice_number": invoice.map(ksef_qr::Invoice::number),
        "seller_nip": invoice.map(|invoice| invoice.seller().to_string()),
        "first": file(0),
        "corrected": file(1),
        "judgement": compared.map(|correction| correction.judgement().name()),
        "counts": compared.map(|correction| json!({
            "content": correction.count(Judgement::Content),
            "unclear": correction.count(Judgement::Unclear),
            "form": correction.count(Judgement::Form),
        })),
        "differences": compared.iter().flat_map(|one| one.differences()).map(difference).collect::<Vec<_>>(),
        "refusal": compared.and_then(Correction::refusal).map(|status| json!({
            "code": status.code,
            "description": status.description,
            "details": status.details,
            "offline": status.is_offline,
            "original_ksef_number": status.original.as_ref().map(ToString::to_string),
        })),
        "allowed": [],
        "warnings": correcting.warnings.iter().map(warning).collect::<Vec<_>>(),
        "error": correcting.request.as_ref().err().map(error),
        "request": correcting.request.as_ref().ok(),
        "entered": correcting.entered,
        "environment": environment.name(),
        "schema_validated": false,
        "version": env!("CARGO_PKG_VERSION"),
    })
}

fn difference(one: &Difference) -> Value {
    json!({
        "judgement": one.judgement.name(),
        "change": one.change.name(),
        "place": one.place,
        "field": one.field,
        "before": one.before,
        "after": one.after,
        "first_line": one.first_line,
        "corrected_line": one.corrected_line,
        "reason": one.reason,
    })
}

/// An error, as it stands in every line.
pub fn error(error: &Error) -> Value {
    json!({"code": error.code(), "message": error.message(), "hint": error.hint(), "input": error.input()})
}
