use super::form::Field;
use super::place::Place;
use crate::error::{Error, Kind};
use crate::values::Rule;

/// What a fault means to KSeF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// KSeF would refuse the file.
    Error,
    /// KSeF would take it, and somebody should look at it.
    Warning,
}

/// Something that is wrong with an invoice, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) severity: Severity,
    pub(crate) kind: Kind,
    /// Without the place.
    pub(crate) message: String,
    pub(crate) at: At,
    /// The rule that is broken, if it is one that the user may override.
    pub(super) rule: Option<Rule>,
}

/// Where a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// In the file as a whole.
    File,
    /// Here.
    Place(Place),
    /// At a byte of its text.
    Byte(usize),
    /// At the root element.
    Root,
    /// At an element, the so manyth of its kind; at the innermost element around it if it is missing.
    Field(Field, usize),
}

impl Fault {
    pub(crate) fn new(kind: Kind, message: impl Into<String>, at: At) -> Self {
        Self { severity: Severity::Error, kind, message: message.into(), at, rule: None }
    }

    /// About the first element of its kind.
    pub(super) fn of(field: Field, kind: Kind, message: impl Into<String>) -> Self {
        Self::new(kind, message, At::Field(field, 0))
    }

    pub(crate) fn of_issue_date(kind: Kind, message: impl Into<String>) -> Self {
        Self::of(Field::IssueDate, kind, message)
    }

    pub(crate) fn of_number(kind: Kind, message: impl Into<String>) -> Self {
        Self::of(Field::Number, kind, message)
    }

    pub(crate) fn of_attachment(kind: Kind, message: impl Into<String>) -> Self {
        Self::of(Field::Attachment, kind, message)
    }

    pub(crate) fn with_severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    pub(super) fn breaking(self, rule: Rule) -> Self {
        Self { rule: Some(rule), ..self }
    }

    /// The refusal, with its place in front if that is known at once.
    pub(super) fn into_error(self, text: &str) -> Error {
        match self.at {
            At::Place(place) => Error::new(self.kind, format!("{place}: {}", self.message)),
            At::Byte(offset) => Error::new(self.kind, format!("{}: {}", Place::of(text, offset), self.message)),
            At::File | At::Root | At::Field(..) => Error::new(self.kind, self.message),
        }
    }
}
