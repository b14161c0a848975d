//! What was said of an invoice, and what came of it.

use ksef_qr::Error;
use ksef_qr::book::{Recorded, Said};
use serde::Serialize;

use crate::cli::words::hints;
use crate::cli::words::say::{say, tell, translated, words};
use crate::cli::words::text::{BAD, DIM, printable};

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
        match recorded {
            Recorded::Added => self.added += 1,
            Recorded::Known => self.known += 1,
            Recorded::Unknown => self.unknown += 1,
            Recorded::Contradiction(error) => {
                self.contradictions += 1;
                if !json {
                    contradiction(said.input, error);
                }
            }
        }
        if json {
            say!("{}", said.to_json(recorded, hints::of));
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
