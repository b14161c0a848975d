//! What the library has no line of JSON for, with the fields that the command writes (`docs/schema`).

use ksef_qr::Error;
use ksef_qr::book::{Happening, Recorded, Statement};
use ksef_qr::error::{ErrorKind, Warning};
use ksef_qr::values::{Day, WrittenNumber};
use serde_json::{Value, json};

/// Adds a field that is left out where there is nothing to say.
fn add(line: &mut Value, name: &str, value: Option<Value>) {
    if let (Some(value), Some(line)) = (value, line.as_object_mut()) {
        line.insert(name.to_owned(), value);
    }
}

fn error(error: &Error) -> Value {
    json!({"code": error.code(), "message": error.message(), "hint": error.hint()})
}

fn warning(warning: &Warning) -> Value {
    json!({"code": warning.code(), "message": warning.message()})
}

/// `number --json`; true if the number is right.
pub(crate) fn number(text: &str, today: Day) -> (String, bool) {
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
    (line.to_string(), is_right)
}

/// `book import --json`: what was said of an invoice, and what came of it.
pub(crate) fn statement(input: &str, said: &Statement, recorded: &Recorded) -> (String, bool) {
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
    (line.to_string(), failed)
}
