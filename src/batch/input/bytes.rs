//! The exact bytes of a file: all of them, and none that were written meanwhile.

use std::io::Read;
use std::path::Path;

use crate::error::{Error, Kind, Result};
use crate::files::{open_regular, unreadable};
use crate::invoice::FileKind;

/// What KSeF takes at most, in bytes, and so the most that is read of an invoice unless a larger size is allowed.
pub(crate) const LARGEST_ACCEPTED: u64 = 3_000_000;

/// No file of more bytes is read, whatever is allowed: it is not an invoice, and memory is finite.
pub(crate) const LARGEST_ALLOWED: u64 = 100_000_000;

/// Reads the exact bytes of an invoice's file, `largest` at most, into an empty buffer. What is no invoice at all is not
/// refused for its size: a PDF has easily more bytes than KSeF takes.
///
/// # Errors
/// As [`read_file`]; those that begin with `input_is_`.
pub(super) fn read_invoice(path: &Path, buffer: &mut Vec<u8>, largest: u64) -> Result<()> {
    let other = || {
        let mut start = Vec::new();
        open_regular(path).ok()?.take(4096).read_to_end(&mut start).ok()?;
        FileKind::of(&start)?.as_invoice()
    };
    read_file(path, buffer, largest).map_err(|error| match error.kind() {
        Kind::TooLarge => other().unwrap_or(error),
        _ => error,
    })
}

/// Reads the exact bytes of a regular file, `largest` at most, into an empty buffer.
///
/// # Errors
/// `too_large`, `input_changed`, `input_not_regular`, `input_unreadable`.
pub(crate) fn read_file(path: &Path, buffer: &mut Vec<u8>, largest: u64) -> Result<()> {
    let file = open_regular(path)?;
    let before = file.metadata().map_err(|error| unreadable(&error))?;
    if before.len() > largest {
        return Err(too_large(before.len(), largest));
    }
    buffer.reserve(usize::try_from(before.len()).unwrap_or(0));
    read_all(&file, buffer, largest)?;
    let after = file.metadata().map_err(|error| unreadable(&error))?;
    let unchanged = after.len() == buffer.len() as u64
        && before.len() == after.len()
        && before.modified().ok() == after.modified().ok();
    if unchanged { Ok(()) } else { Err(changed()) }
}

pub(super) fn changed() -> Error {
    Error::new(Kind::InputChanged, "it changed while it was read")
}

/// Reads all that there is, `largest` bytes at most, into an empty buffer.
pub(super) fn read_all(from: impl Read, buffer: &mut Vec<u8>, largest: u64) -> Result<()> {
    from.take(largest + 1).read_to_end(buffer).map_err(|error| unreadable(&error))?;
    if buffer.len() as u64 > largest { Err(too_large(buffer.len() as u64, largest)) } else { Ok(()) }
}

pub(crate) fn too_large(size: u64, largest: u64) -> Error {
    Error::new(Kind::TooLarge, format!("it has {size} bytes or more, and no invoice has more than {largest}"))
}
