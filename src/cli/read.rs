//! A file that is read whole, within a bound.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use ksef_qr::Error;
use ksef_qr::error::ErrorKind;
use ksef_qr::files::open_patiently;

/// Reads a whole file, of `largest` bytes at most.
pub fn read(path: &Path, largest: u64, bytes: &mut Vec<u8>) -> anyhow::Result<()> {
    let refuse = |why: String| Err(Error::new(ErrorKind::FileUnreadable, why).about(path.to_string_lossy()).into());
    let cannot = |error| unreadable(path, error);
    if fs::metadata(path).map_err(cannot)?.is_dir() {
        return refuse("it is a folder".to_owned());
    }
    open_patiently(path).map_err(cannot)?.take(largest + 1).read_to_end(bytes).map_err(cannot)?;
    if bytes.len() as u64 > largest {
        return refuse(format!("it has more than {largest} bytes, too many for such a file"));
    }
    Ok(())
}

/// A file that was named and cannot be read.
pub fn unreadable(path: &Path, error: io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => ErrorKind::FileMissing,
        _ => ErrorKind::FileUnreadable,
    };
    Error::new(kind, format!("it cannot be read: {error}")).about(path.to_string_lossy()).caused_by(error)
}
