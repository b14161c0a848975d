use std::fmt;

use crate::error::{Error, Kind};
use crate::invoice::{Place, Severity};

/// One thing that was found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    severity: Severity,
    error: Error,
    place: Option<Place>,
}

impl Finding {
    pub(super) fn new(severity: Severity, kind: Kind, message: impl Into<String>, place: Option<Place>) -> Self {
        Self { severity, error: Error::new(kind, message), place }
    }

    /// Whether KSeF would refuse the file for it.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Why, for programs.
    pub fn kind(&self) -> Kind {
        self.error.kind()
    }

    /// The stable code, snake case, explained in `docs/codes.md`: `nip_checksum`.
    pub fn code(&self) -> &'static str {
        self.error.code()
    }

    /// What was found, in one line, without the place.
    pub fn message(&self) -> &str {
        self.error.message()
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        self.error.hint()
    }

    /// Where it is; nothing if it is of the file as a whole.
    pub fn place(&self) -> Option<Place> {
        self.place
    }
}

/// A file that cannot be read is not accepted.
impl From<Error> for Finding {
    fn from(error: Error) -> Self {
        Self { severity: Severity::Error, error, place: None }
    }
}

/// `line 11, column 7: the check digit ...`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(place) => write!(f, "{place}: {}", self.message()),
            None => f.write_str(self.message()),
        }
    }
}
