use super::error::Error;
use super::kind::ErrorKind;
use super::warning::{Warning, WarningKind};

/// A program's own words for what to do, which name its options and buttons. Where it has none, the library's stand.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Hints {
    /// In place of an error's [`hint`](Error::hint).
    pub error: fn(ErrorKind) -> Option<&'static str>,
    /// Behind a warning's [`message`](Warning::message), in brackets.
    pub warning: fn(WarningKind) -> Option<&'static str>,
}

impl Hints {
    /// The library's own.
    pub const LIBRARY: Self = Self::new(|_| None, |_| None);

    /// A program's words for errors, and where to read on about warnings; `None` leaves the library's.
    ///
    /// ```
    /// use ksef_qr::error::{ErrorKind, Hints};
    ///
    /// const HINTS: Hints = Hints::new(
    ///     |kind| (kind == ErrorKind::PasswordWrong).then_some("Type the password again, and press Sign."),
    ///     |_| None,
    /// );
    /// ```
    pub const fn new(
        error: fn(ErrorKind) -> Option<&'static str>,
        warning: fn(WarningKind) -> Option<&'static str>,
    ) -> Self {
        Self { error, warning }
    }

    /// The error with the program's hint, unless it has one of its own already.
    #[must_use]
    pub fn complete(&self, error: Error) -> Error {
        match (self.error)(error.kind()) {
            Some(hint) if error.hint() == error.kind().hint() => error.with_hint(hint),
            _ => error,
        }
    }

    pub(crate) fn complete_warning(&self, warning: Warning) -> Warning {
        match (self.warning)(warning.kind()) {
            Some(note) => warning.with_note(note),
            None => warning,
        }
    }
}

impl Default for Hints {
    fn default() -> Self {
        Self::LIBRARY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_words_come_first() {
        let hints = Hints {
            error: |kind| (kind == ErrorKind::EmptyFile).then_some("Press the red button."),
            warning: |kind| (kind == WarningKind::PdfSigned).then_some("the blue button says why"),
        };
        assert_eq!(hints.complete(Error::new(ErrorKind::EmptyFile, "x")).hint(), "Press the red button.");
        assert_eq!(hints.complete(Error::new(ErrorKind::NotUtf8, "x")).hint(), ErrorKind::NotUtf8.hint());
        let warning = hints.complete_warning(Warning::new(WarningKind::PdfSigned, "it is signed"));
        assert_eq!(warning.message(), "it is signed (the blue button says why)");
    }
}
