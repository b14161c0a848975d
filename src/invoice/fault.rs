use super::form::Field;
use crate::error::{Error, Kind};
use crate::report::{Outcome, Position};
use crate::values::Rule;

/// Something that is wrong with an invoice, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// `Fail` if KSeF would refuse the file, `Warning` if it would take it and somebody should look at it.
    pub(crate) outcome: Outcome,
    pub(crate) kind: Kind,
    /// Without the position.
    pub(crate) message: String,
    pub(crate) at: At,
    /// The rule that is broken, if it is one that the user may override.
    pub(super) rule: Option<Rule>,
}

/// Where a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// The file as a whole.
    File,
    /// At this line and column.
    Position(Position),
    /// At a byte of its text.
    Byte(usize),
    /// At the root element.
    Root,
    /// At an element, by its index among those of its kind; at the innermost element around it if it is missing.
    Field(Field, usize),
}

impl Fault {
    pub(crate) fn new(kind: Kind, message: impl Into<String>, at: At) -> Self {
        Self { outcome: Outcome::Fail, kind, message: message.into(), at, rule: None }
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

    pub(crate) fn into_warning(self) -> Self {
        Self { outcome: Outcome::Warning, ..self }
    }

    pub(super) fn breaking(self, rule: Rule) -> Self {
        Self { rule: Some(rule), ..self }
    }

    /// The refusal, with its position in front if that is known at once.
    pub(super) fn into_error(self, text: &str) -> Error {
        match self.at {
            At::Position(position) => Error::new(self.kind, format!("{position}: {}", self.message)),
            At::Byte(offset) => Error::new(self.kind, format!("{}: {}", Position::of(text, offset), self.message)),
            At::File | At::Root | At::Field(..) => Error::new(self.kind, self.message),
        }
    }
}
