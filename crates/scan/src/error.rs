//! Why something was not read: a stable code for programs, a message for people.

use std::fmt;

/// The result of everything in this crate that can be refused.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// What is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It is no PNG, JPEG or SVG, or a damaged one, or one that is too large.
    PictureUnreadable,
    /// The PDF is damaged, encrypted, without pages, or has too many.
    PdfUnreadable,
    /// There is neither a QR code nor a link in it.
    NoCodeFound,
    /// There is no schema of the form.
    SchemaMissing,
    /// There is one, and it cannot be used.
    SchemaUnusable,
    /// The process was asked for something that it does not know.
    RequestMalformed,
}

impl ErrorKind {
    /// The stable code, snake case, the same that `ksef-qr` has for it: `picture_unreadable`.
    pub fn code(self) -> &'static str {
        match self {
            Self::PictureUnreadable => "picture_unreadable",
            Self::PdfUnreadable => "pdf_unreadable",
            Self::NoCodeFound => "no_code_found",
            Self::SchemaMissing => "schema_missing",
            Self::SchemaUnusable => "schema_unusable",
            Self::RequestMalformed => "request_malformed",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What is at fault.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The stable code of [`kind`](Self::kind).
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// What was found, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
