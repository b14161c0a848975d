use serde::Serialize;

use super::answers::Statement;
use super::event::Happening;
use super::transaction::Recorded;
use crate::error::Error;
use crate::values::InvoiceHash;

/// What was said, by whom, and of which invoice.
#[derive(Clone, Copy, Debug)]
pub struct Said<'s> {
    /// What people call the file, or whoever said it.
    pub input: &'s str,
    /// The digest of the invoice's file.
    pub hash: &'s InvoiceHash,
    /// The invoice's number, where it is known.
    pub number: Option<&'s str>,
    /// What is said to have happened: [`Happening::name`].
    pub event: &'static str,
    /// The same with its particulars, where there are any.
    pub what: Option<&'s Happening>,
}

impl<'s> Said<'s> {
    /// What a file that is called `input` says.
    pub fn of(input: &'s str, statement: &'s Statement) -> Self {
        let what = &statement.event.what;
        let number = statement.invoice_number.as_deref();
        Self { input, hash: &statement.hash, number, event: what.name(), what: Some(what) }
    }

    /// The line of `docs/schema/book-import.json`, without its newline: this, and what came of it. What to do about a contradiction,
    /// `hint` says: [`Error::hint`], or the caller's words.
    pub fn to_json(&self, recorded: &Recorded, hint: fn(&Error) -> &'static str) -> String {
        let error = match recorded {
            Recorded::Contradiction(error) => {
                Some(Refusal { code: error.code(), message: error.message(), hint: hint(error) })
            }
            _ => None,
        };
        let (mut ksef_number, mut send_by, mut reason) = (None, None, None);
        match self.what {
            Some(Happening::Accepted { number, .. }) => ksef_number = Some(number.to_string()),
            Some(Happening::Moved { send_by: day, .. }) => send_by = Some(day.map(|day| day.to_string())),
            Some(Happening::Refused { reason: why, .. }) => reason = Some(&**why),
            _ => {}
        }
        let line = SaidLine {
            r#type: "statement",
            input: self.input,
            result: recorded.name(),
            event: self.event,
            hash_base64: self.hash.base64(),
            invoice_number: self.number,
            ksef_number,
            send_by,
            reason,
            error,
        };
        // Nothing in this structure can fail to serialise.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// A contract: fields are added, never changed or removed.
#[derive(Serialize)]
struct SaidLine<'s> {
    r#type: &'static str,
    input: &'s str,
    /// `added`, `known`, `unknown` or `contradiction`.
    result: &'static str,
    /// What is said to have happened.
    event: &'static str,
    hash_base64: String,
    invoice_number: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ksef_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[expect(clippy::option_option, reason = "left out, null and a day are three things")]
    send_by: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal<'s>>,
}

#[derive(Serialize)]
struct Refusal<'s> {
    code: &'static str,
    message: &'s str,
    hint: &'static str,
}
