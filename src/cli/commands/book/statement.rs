//! What was said of an invoice, and what came of it.

use ksef_qr::Error;
use ksef_qr::book::{Happening, Recorded};
use ksef_qr::values::InvoiceHash;
use serde::Serialize;

use crate::cli::words::hints;
use crate::cli::words::say::{say, tell, translated, words};
use crate::cli::words::text::{BAD, DIM, printable};

/// A line of `import` and `mark`. A contract: fields are added, never changed or removed.
#[derive(Serialize)]
struct Line<'s> {
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
    error: Option<Refusal>,
}

#[derive(Serialize)]
struct Refusal {
    code: &'static str,
    message: String,
    hint: &'static str,
}

/// What was said, by whom, and of which invoice.
#[derive(Clone, Copy)]
pub struct Said<'s> {
    pub input: &'s str,
    pub hash: &'s InvoiceHash,
    pub number: Option<&'s str>,
    pub event: &'static str,
    pub what: Option<&'s Happening>,
}

/// How often what came of statements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub added: u64,
    pub known: u64,
    pub unknown: u64,
    pub contradictions: u64,
}

impl Counts {
    /// Counts a statement, and says it as JSON; in words only what contradicts the book.
    pub fn take(&mut self, said: Said<'_>, recorded: &Recorded, json: bool) {
        let result = match recorded {
            Recorded::Added => {
                self.added += 1;
                "added"
            }
            Recorded::Known => {
                self.known += 1;
                "known"
            }
            Recorded::Unknown => {
                self.unknown += 1;
                "unknown"
            }
            Recorded::Contradiction(error) => {
                self.contradictions += 1;
                if !json {
                    contradiction(said.input, error);
                }
                "contradiction"
            }
        };
        if json {
            say!("{}", line(said, result, recorded));
        }
    }

    pub fn add(&mut self, other: Self) {
        let Self { added, known, unknown, contradictions } = other;
        self.added += added;
        self.known += known;
        self.unknown += unknown;
        self.contradictions += contradictions;
    }

    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// `3 entered, 1 known`.
    pub fn in_words(self) -> String {
        let parts = [
            (self.added, "entered"),
            (self.known, "known"),
            (self.unknown, "not in the book"),
            (self.contradictions, "in contradiction to the book"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| words!("{count} {what}", what = translated(what)))
            .collect();
        if parts.is_empty() { words!("nothing") } else { parts.join(", ") }
    }
}

fn contradiction(input: &str, error: &Error) {
    tell!("{BAD}contradiction{BAD:#}: {}: {}", printable(input), translated(error.message()));
    tell!("  {DIM}{} [{}]{DIM:#}", translated(hints::of(error)), error.code());
}

fn line(said: Said<'_>, result: &'static str, recorded: &Recorded) -> String {
    let error = match recorded {
        Recorded::Contradiction(error) => {
            Some(Refusal { code: error.code(), message: error.message().to_owned(), hint: hints::of(error) })
        }
        _ => None,
    };
    let (mut ksef_number, mut send_by, mut reason) = (None, None, None);
    match said.what {
        Some(Happening::Accepted { number, .. }) => ksef_number = Some(number.to_string()),
        Some(Happening::Moved { send_by: day, .. }) => send_by = Some(day.map(|day| day.to_string())),
        Some(Happening::Refused { reason: why, .. }) => reason = Some(&**why),
        _ => {}
    }
    let line = Line {
        r#type: "statement",
        input: said.input,
        result,
        event: said.event,
        hash_base64: said.hash.base64(),
        invoice_number: said.number,
        ksef_number,
        send_by,
        reason,
        error,
    };
    // Nothing in this structure can fail to serialise.
    serde_json::to_string(&line).unwrap_or_default()
}
