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
    /// In place of a hint that an error has of its own, such as those of `pdf::remedy`.
    pub own: fn(&str) -> Option<&'static str>,
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
        Self { error, warning, own: |_| None }
    }

    /// The same with a program's words for hints that errors have of their own.
    #[must_use]
    pub const fn with_own(self, own: fn(&str) -> Option<&'static str>) -> Self {
        Self { own, ..self }
    }

    /// The error with the program's hint, unless it has one of its own that the program has no words for.
    #[must_use]
    pub fn complete(&self, error: Error) -> Error {
        let general = error.hint() == error.kind().hint();
        match if general { (self.error)(error.kind()) } else { (self.own)(error.hint()) } {
            Some(hint) => error.with_hint(hint),
            None => error,
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
            own: |hint| (hint == "Ask whoever made it.").then_some("Press the green button."),
        };
        assert_eq!(hints.complete(Error::new(ErrorKind::EmptyFile, "x")).hint(), "Press the red button.");
        assert_eq!(hints.complete(Error::new(ErrorKind::NotUtf8, "x")).hint(), ErrorKind::NotUtf8.hint());
        let own = |hint| hints.complete(Error::new(ErrorKind::EmptyFile, "x").with_hint(hint)).hint();
        assert_eq!([own("Ask whoever made it."), own("Wait.")], ["Press the green button.", "Wait."]);
        let warning = hints.complete_warning(Warning::new(WarningKind::PdfSigned, "it is signed"));
        assert_eq!(warning.message(), "it is signed (the blue button says why)");
    }
}
