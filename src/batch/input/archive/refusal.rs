use std::io;

use crate::error::{Error, Kind, Result};
use crate::files::unreadable;

/// Why an entry is not read, known from what the archive says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Encrypted,
    Method(u16),
    Name,
    Repeated,
    /// A link, a device, a pipe, a file with holes.
    NotRegular,
}

/// Whom the wanted entries of an archive are given to, by their names: each with its place, or why it is not read.
pub(super) type TakeEntry<'t, P> = dyn FnMut(&[u8], std::result::Result<P, Refusal>) -> Result<()> + 't;

impl Refusal {
    pub(super) fn error(self) -> Error {
        match self {
            Self::Encrypted => Error::new(Kind::InputEntryEncrypted, "this entry of the archive is encrypted"),
            Self::Method(number) => Error::new(
                Kind::InputEntryMethod,
                format!("this entry of the archive is compressed by method {number}, which is not read"),
            ),
            Self::Name => Error::new(Kind::InputEntryName, "the name is not a plain relative path"),
            Self::Repeated => Error::new(Kind::InputEntryRepeated, "the archive holds this name more than once"),
            Self::NotRegular => Error::new(
                Kind::InputEntryNotRegular,
                "this entry of the archive is a link, a device or a file with holes, and not a plain file",
            ),
        }
    }
}

/// Nothing is written under an entry's name, but whoever reads the manifest may join it to a folder.
pub(super) fn is_harmless(name: &[u8]) -> bool {
    let is_drive = name.get(1) == Some(&b':');
    let mut parts = name.split(|&byte| matches!(byte, b'/' | b'\\'));
    !is_drive && !name.iter().any(u8::is_ascii_control) && parts.all(|part| !part.is_empty() && part != b"..")
}

/// The whole archive is not read: `what` it is not, and why.
pub(super) fn damaged(what: &str, error: &str) -> Error {
    Error::new(Kind::InputArchiveUnreadable, format!("it is not a {what} archive, or a damaged one: {error}"))
}

/// The disk's fault, or the archive's.
pub(super) fn not_read(what: &str, error: &io::Error) -> Error {
    match error.raw_os_error() {
        Some(_) => unreadable(error),
        None if error.kind() == io::ErrorKind::UnexpectedEof => damaged(what, "it ends too early"),
        None => damaged(what, &error.to_string()),
    }
}
