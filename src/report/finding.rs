use std::fmt;

use super::codes::Code;

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was looked at and is right.
    Ok,
    /// It was looked at and is wrong.
    Fail,
    /// It could not be looked at: what it needs was not given, or only KSeF knows.
    NotChecked,
}

impl Outcome {
    /// The name in JSON: `ok`, `fail`, `not_checked`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::NotChecked => "not_checked",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq)]
pub struct Check {
    code: Code,
    outcome: Outcome,
    reason: String,
}

/// In characters.
const LONGEST_REASON: usize = 400;

impl Check {
    pub(crate) fn new(code: Code, outcome: Outcome, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        if let Some((end, _)) = reason.char_indices().nth(LONGEST_REASON) {
            reason.truncate(end);
            reason.push('…');
        }
        Self { code, outcome, reason }
    }

    pub(crate) fn ok(code: Code, reason: impl Into<String>) -> Self {
        Self::new(code, Outcome::Ok, reason)
    }

    pub(crate) fn fail(code: Code, reason: impl Into<String>) -> Self {
        Self::new(code, Outcome::Fail, reason)
    }

    pub(crate) fn not_checked(code: Code, reason: impl Into<String>) -> Self {
        Self::new(code, Outcome::NotChecked, reason)
    }

    pub(super) fn pass_over(&mut self) {
        if self.outcome == Outcome::Fail {
            self.outcome = Outcome::NotChecked;
        }
    }

    /// The stable code, snake case, one of [`CHECKS`](super::CHECKS): `date_iso`.
    pub fn code(&self) -> &'static str {
        self.code.name()
    }

    /// What came of it.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// What was found, in one line of plain words.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// What to do about a failure, in a sentence or two.
    pub fn remedy(&self) -> &'static str {
        self.code.remedy()
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}: {})", self.code(), self.outcome.name(), self.reason)
    }
}

/// Text from a link as a reason quotes it: escaped, and short.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
