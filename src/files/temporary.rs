//! Temporary files, which get their name once they are whole: so no file is ever half there.

use std::fs;
use std::io;
use std::path::Path;

use tempfile::{NamedTempFile, SpooledTempFile, TempPath};

use super::device::refuse_device;
use super::read::{HELD, cause, is_held};
use crate::error::{Error, Kind, Result};

// What a killed run leaves is known by its name.
pub(super) const PREFIX: &str = "ksef-qr-";
pub(super) const SUFFIX: &str = ".tmp";

/// A new file that is removed again unless it is given a name.
pub(crate) fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // A temporary file is private by default; a picture is like any other file, as the umask says.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Room for what is needed while the program runs: in memory while it is small, then in a file that nobody else sees and that
/// is gone when the program ends, however it ends.
pub(crate) fn temporary_without_name() -> SpooledTempFile {
    /// In bytes.
    const LARGEST_IN_MEMORY: usize = 32 << 20;
    tempfile::spooled_tempfile(LARGEST_IN_MEMORY)
}

/// Gives a prepared file its name.
///
/// # Errors
/// `output_exists`, unless it may replace what is there; `output_unwritable`.
pub(crate) fn put_in_place(file: TempPath, path: &Path, replace: bool) -> Result<()> {
    let placed = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    placed.map_err(|error| unplaced(path, replace, &error.error))
}

/// Why a prepared file did not get its name.
pub(super) fn unplaced(path: &Path, replace: bool, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        // A file that a reader shows is not replaced, and Windows says no more than that; nor is one that is marked as read-only.
        io::ErrorKind::PermissionDenied if cfg!(windows) && replace && may_be_written(path) => {
            Error::new(Kind::FileInUse, HELD).about(path.to_string_lossy()).caused_by(cause(error))
        }
        _ => unwritable(path, error),
    }
}

/// True for a file that is there and is not marked as read-only.
fn may_be_written(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && !metadata.permissions().readonly())
}

/// Makes a folder and those above it.
///
/// # Errors
/// `output_unwritable`.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    if cfg!(windows) {
        refuse_device(folder)?;
    }
    if let Some(file) = folder.ancestors().find(|ancestor| ancestor.is_file()) {
        let message = "it is a file, and a folder is needed";
        return Err(Error::new(Kind::OutputUnwritable, message).about(file.to_string_lossy()));
    }
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))
}

/// Gives a file that is to replace another the other's owner and group: whoever reads it must be able to afterwards.
///
/// # Errors
/// Any, if that is not permitted: the file belongs to somebody else.
#[cfg(unix)]
pub(crate) fn keep_owner(file: &fs::File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    let new = file.metadata()?;
    let changed = |new: u32, old: u32| (new != old).then_some(old);
    match (changed(new.uid(), old.uid()), changed(new.gid(), old.gid())) {
        (None, None) => Ok(()),
        (owner, group) => fchown(file, owner, group)
            .map_err(|error| io::Error::new(error.kind(), "its owner and its group could not be kept")),
    }
}

pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub(crate) fn exists(path: &Path) -> Error {
    Error::new(Kind::OutputExists, "the file exists already").about(path.to_string_lossy())
}

pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Error {
    if is_held(error) {
        return Error::new(Kind::FileInUse, HELD).about(path.to_string_lossy()).caused_by(cause(error));
    }
    // tempfile names the temporary file, which nobody has heard of.
    let text = error.to_string();
    let text = text.split_once(" at path \"").map_or(&*text, |(before, _)| before);
    let message = format!("it cannot be written: {text}");
    Error::new(Kind::OutputUnwritable, message).about(path.to_string_lossy()).caused_by(cause(error))
}
