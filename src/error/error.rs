use std::fmt;
use std::sync::Arc;

use super::kind::{ErrorGroup, ErrorKind};

/// The result of everything in this crate that can be refused.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something was refused.
///
/// Four parts, each for another reader: a stable [`code`](Error::code) for programs, the
/// [`input`](Error::input) it is about (a file, usually), a [`message`](Error::message) that says what was
/// found, and a [`hint`](Error::hint) that says what to do. No message ever holds a key or a password.
///
/// The [`source`](std::error::Error::source) is the error of the system or of another library that led to it, where there
/// is one. The message says it too: print one or the other. Two errors are equal if they say the same of the same input,
/// whatever caused them.
///
/// ```
/// use ksef_qr::error::{ErrorGroup, ErrorKind};
///
/// let error = ksef_qr::values::Nip::parse("526-587-76-35").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::NipMalformed);
/// assert_eq!(error.kind().group(), ErrorGroup::Value);
/// assert_eq!(error.code(), "nip_malformed");
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    input: Option<String>,
    /// The caller's, in place of the kind's.
    hint: Option<&'static str>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// In characters.
const LONGEST_MESSAGE: usize = 400;

impl Error {
    /// For what works along with this crate and refuses something in its terms, such as a `LinkSigner` of your own. The
    /// message is one line, without the file's name.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let mut message = message.into();
        // Messages quote what was found, and a hostile file may put a megabyte there.
        if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
            message.truncate(end);
            message.push('…');
        }
        Self(Box::new(Inner { kind, message, input: None, hint: None, source: None }))
    }

    /// What another program found, by its stable code. A code that this version does not know is `internal`.
    pub fn of_code(code: &str, message: impl Into<String>) -> Self {
        match ErrorKind::ALL.iter().find(|kind| kind.code() == code) {
            Some(&kind) => Self::new(kind, message),
            None => Self::new(ErrorKind::Internal, format!("{} ({code})", message.into())),
        }
    }

    /// Names the file (or other input) that the error is about, unless a closer one is named already.
    #[must_use]
    pub fn about(mut self, input: impl Into<String>) -> Self {
        self.0.input.get_or_insert_with(|| input.into());
        self
    }

    /// Keeps what led to it, for [`source`](std::error::Error::source). The message is to say it too.
    #[must_use]
    pub fn caused_by(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(cause));
        self
    }

    /// Says what to do in the caller's own words, which know of its options and buttons.
    #[must_use]
    pub fn with_hint(mut self, hint: &'static str) -> Self {
        self.0.hint = Some(hint);
        self
    }

    /// Why, for programs.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The stable code, snake case, explained in `docs/codes.md`: `certificate_is_authentication`.
    pub fn code(&self) -> &'static str {
        self.0.kind.code()
    }

    /// What was found, in one line, without the file's name.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The file the error is about, as the user named it.
    pub fn input(&self) -> Option<&str> {
        self.0.input.as_deref()
    }

    /// What to do about it, in one or two sentences.
    pub fn hint(&self) -> &'static str {
        self.0.hint.unwrap_or(self.0.kind.hint())
    }

    /// True if one invoice is at fault, or this crate with it, and the next may be signed.
    pub fn is_invoice(&self) -> bool {
        matches!(self.0.kind.group(), ErrorGroup::Invoice | ErrorGroup::Internal)
    }

    /// True if the key, the certificate or the password is at fault.
    pub fn is_credential(&self) -> bool {
        self.0.kind.group() == ErrorGroup::Credential
    }

    /// True if a value given by the caller (an identifier, a link, an option) is malformed.
    pub fn is_value(&self) -> bool {
        self.0.kind.group() == ErrorGroup::Value
    }

    /// True if there was nothing to read: the input is missing, is not a regular file, or cannot be unpacked.
    pub fn is_input(&self) -> bool {
        self.0.kind.is_input()
    }

    /// True if a file could not be read or written.
    pub fn is_io(&self) -> bool {
        self.0.kind.group() == ErrorGroup::Io
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(input) = &self.0.input {
            write!(f, "{input}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({}: {self})", self.code())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        (self.kind(), self.message(), self.input()) == (other.kind(), other.message(), other.input())
    }
}

impl Eq for Error {}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn display_names_the_input_first_and_only_once() {
        let error = Error::new(ErrorKind::EmptyFile, "the file is empty").about("in/f1.xml").about("batch");
        assert_eq!(error.to_string(), "in/f1.xml: the file is empty");
        assert_eq!(error.code(), "empty_file");
        assert!(error.is_invoice() && !error.is_credential());
    }

    #[test]
    fn a_cause_is_kept() {
        let cause = "x".parse::<u8>().unwrap_err();
        let error =
            Error::new(ErrorKind::SettingMalformed, format!("it is not a number: {cause}")).caused_by(cause.clone());
        assert_eq!(error.clone().source().unwrap().downcast_ref(), Some(&cause));
        assert_eq!(error, Error::new(ErrorKind::SettingMalformed, "it is not a number: invalid digit found in string"));
    }

    #[test]
    fn the_caller_has_the_last_word_on_what_to_do() {
        let error = Error::new(ErrorKind::EmptyFile, "the file is empty");
        assert_eq!(error.hint(), ErrorKind::EmptyFile.hint());
        assert_eq!(error.with_hint("Press the red button.").hint(), "Press the red button.");
    }
}
