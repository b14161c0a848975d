use std::fmt;

use super::position::Position;
use crate::error::{CheckCode, Error, Kind};

/// What came of looking at one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It is right.
    Ok,
    /// It works, and somebody should look at it.
    Warning,
    /// It is wrong.
    Fail,
    /// It cannot be seen in any file: only KSeF knows.
    OnlyKsef,
    /// It could not be looked at, because what it needs was not given or cannot be read.
    NotChecked,
}

/// One thing that was looked at, and what came of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    outcome: Outcome,
    code: &'static str,
    message: String,
    hint: &'static str,
    position: Option<Position>,
}

/// What a finding can be about: an entry in one of the tables of codes.
pub(crate) trait Topic: Copy {
    /// The stable code, snake case.
    fn code(self) -> &'static str;
    /// What to do where it is wrong.
    fn hint(self) -> &'static str;
}

impl Topic for CheckCode {
    fn code(self) -> &'static str {
        self.name()
    }

    fn hint(self) -> &'static str {
        self.remedy()
    }
}

impl Topic for Kind {
    fn code(self) -> &'static str {
        self.code()
    }

    fn hint(self) -> &'static str {
        self.hint()
    }
}

/// In characters. Messages quote what was found, and a hostile file may put a megabyte there.
const LONGEST_MESSAGE: usize = 400;

impl Finding {
    pub(crate) fn new(topic: impl Topic, outcome: Outcome, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
            message.truncate(end);
            message.push('…');
        }
        Self { outcome, code: topic.code(), message, hint: topic.hint(), position: None }
    }

    pub(crate) fn ok(topic: impl Topic, message: impl Into<String>) -> Self {
        Self::new(topic, Outcome::Ok, message)
    }

    pub(crate) fn warning(topic: impl Topic, message: impl Into<String>) -> Self {
        Self::new(topic, Outcome::Warning, message)
    }

    pub(crate) fn fail(topic: impl Topic, message: impl Into<String>) -> Self {
        Self::new(topic, Outcome::Fail, message)
    }

    pub(crate) fn only_ksef(topic: impl Topic, message: impl Into<String>) -> Self {
        Self::new(topic, Outcome::OnlyKsef, message)
    }

    pub(crate) fn not_checked(topic: impl Topic, message: impl Into<String>) -> Self {
        Self::new(topic, Outcome::NotChecked, message)
    }

    pub(crate) fn at(self, position: Option<Position>) -> Self {
        Self { position, ..self }
    }

    pub(crate) fn with_outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// What came of it.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The stable code, snake case: of what was looked at, or, where it is wrong and the cause is known, of the cause.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What was found, in one line of plain words, without the position. Never a key, a password or a PESEL.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do where it is wrong, in a sentence or two.
    pub fn hint(&self) -> &'static str {
        self.hint
    }

    /// Where it is in the file; none if it is about the file as a whole, or about no file.
    pub fn position(&self) -> Option<Position> {
        self.position
    }
}

/// A refusal is a failure.
impl From<Error> for Finding {
    fn from(error: Error) -> Self {
        Self::fail(error.kind(), error.message())
    }
}

/// `line 11, column 7: the check digit ...`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "{position}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?}: {self})", self.code, self.outcome)
    }
}

/// Text of a stranger as a message quotes it: escaped, and short.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_hostile_file_puts_into_a_message_is_cut() {
        let finding = Finding::fail(Kind::NumberMissing, "ż".repeat(1_000_000));
        assert_eq!(finding.message().chars().count(), LONGEST_MESSAGE + 1);
        assert_eq!(quoted(&"\"".repeat(100)), format!("\"{}\"…", "\\\"".repeat(60)));
    }

    #[test]
    fn an_error_becomes_a_failure_with_the_same_words() {
        let error = Error::new(Kind::NumberMissing, "no number");
        let finding = Finding::from(error.clone());
        assert_eq!((finding.code(), finding.message(), finding.hint()), (error.code(), error.message(), error.hint()));
        assert_eq!(finding.outcome(), Outcome::Fail);
    }
}
