//! Files in a folder: written elsewhere, then put in place, so that none is ever half there.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::lock::open_locked;
use crate::error::{Error, Kind, Result};

/// The hidden folder in which a run prepares its files. It holds the lock too: one run at a time.
///
/// After a kill it stays, and the next run empties it.
#[derive(Debug)]
pub(super) struct Workshop {
    folder: PathBuf,
    // Closed, and so given up, after the folder is gone.
    _lock: fs::File,
}

const LOCK: &str = "lock";
pub(super) const PREFIX: &str = "ksef-qr-";
pub(super) const SUFFIX: &str = ".tmp";

impl Workshop {
    /// Makes the folder and locks it.
    ///
    /// # Errors
    /// `output_busy`, `output_unwritable`.
    pub(super) fn open(folder: PathBuf) -> Result<Self> {
        let lock = folder.join(LOCK);
        for _ in 0..10 {
            make_folder(&folder)?;
            match open_locked(&lock)? {
                Ok(file) => {
                    sweep(&folder);
                    return Ok(Self { folder, _lock: file });
                }
                // Another run removed the folder when it ended, just now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(unwritable(&lock, &error)),
            }
        }
        Err(Error::new(Kind::OutputBusy, "other runs come and go there").about(folder.to_string_lossy()))
    }

    /// Writes a file that has no name yet.
    pub(super) fn prepare(&self, bytes: &[u8]) -> io::Result<TempPath> {
        let mut file = self.create()?;
        file.write_all(bytes)?;
        // Closed at once: a batch holds more prepared files than a process may have open.
        Ok(file.into_temp_path())
    }

    /// A file to be written bit by bit.
    pub(super) fn create(&self) -> io::Result<NamedTempFile> {
        temporary_in(&self.folder)
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // If it cannot be removed it does no harm.
        _ = fs::remove_file(self.folder.join(LOCK));
        _ = fs::remove_dir(&self.folder);
    }
}

/// Removes what a killed run left. Only plain files of our own naming: the folder may be somebody's trap.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            _ = fs::remove_file(entry.path());
        }
    }
}

/// A new file that is removed again unless it is given a name.
pub(super) fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // A temporary file is private by default; a picture is like any other file, as the umask says.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Gives a prepared file its name.
///
/// # Errors
/// `output_exists`, unless it may replace what is there; `output_unwritable`.
pub(super) fn put(file: TempPath, path: &Path, replace: bool) -> Result<()> {
    let put = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    put.map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => unwritable(path, &error.error),
    })
}

/// Makes a folder and those above it.
///
/// # Errors
/// `output_unwritable`.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    if let Some(file) = folder.ancestors().find(|ancestor| ancestor.is_file()) {
        let message = "it is a file, and a folder is needed";
        return Err(Error::new(Kind::OutputUnwritable, message).about(file.to_string_lossy()));
    }
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))
}

/// Writes a file whole, or not at all, and replaces what is there.
///
/// # Errors
/// `output_unwritable`.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    make_folder(folder)?;
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let write = || {
        let mut file = temporary_in(here)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error: io::Error| unwritable(path, &error))
}

/// Writes a new file whole, or not at all; what is there stays.
///
/// # Errors
/// `output_exists`, `output_unwritable`.
pub fn write_new_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        let mut file = temporary_in(folder_of(path))?;
        file.write_all(bytes)?;
        Ok(file.into_temp_path())
    };
    put(write().map_err(|error: io::Error| unwritable(path, &error))?, path, false)
}

/// Writes a file that nobody but its owner may read (mode 0600 where there are modes), from its first byte on: whole, or
/// not at all, and on the disk when this returns. What is there is replaced only if `replace` says so; its owner and its
/// group stay, and a group that alone could read it besides (mode 0640) still can.
///
/// # Errors
/// `output_exists`, `output_unwritable`.
pub fn write_secret_file(path: &Path, bytes: &[u8], replace: bool) -> Result<()> {
    let folder = folder_of(path);
    let write = || {
        // tempfile opens its files with mode 0600, whatever the umask.
        let mut file = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder)?;
        file.write_all(bytes)?;
        #[cfg(unix)]
        if let Some(old) = fs::metadata(path).ok().filter(|_| replace) {
            use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
            keep_owner(file.as_file(), &old)?;
            // A group was let in on purpose only where all others were kept out.
            let is_for_others = old.mode() & 0o007 > 0;
            let group = if is_for_others { 0 } else { old.mode() & 0o040 };
            file.as_file().set_permissions(fs::Permissions::from_mode(0o600 | group))?;
        }
        file.as_file().sync_all()?;
        Ok(file.into_temp_path())
    };
    put(write().map_err(|error: io::Error| unwritable(path, &error))?, path, replace)?;
    // The name is in the folder, and is as durable as the file only once the folder is written too. Some file systems
    // cannot do that, and the file is there all the same.
    #[cfg(unix)]
    {
        _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// Removes a secret that was written for something that then was not made. If it cannot be removed it opens nothing.
pub fn remove_secret_file(path: &Path) {
    _ = fs::remove_file(path);
}

/// Gives a file that is to replace another the other's owner and group: whoever reads it must be able to afterwards.
///
/// # Errors
/// Any, if that is not permitted: the file belongs to somebody else.
#[cfg(unix)]
pub(super) fn keep_owner(file: &fs::File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    let new = file.metadata()?;
    let changed = |new: u32, old: u32| (new != old).then_some(old);
    match (changed(new.uid(), old.uid()), changed(new.gid(), old.gid())) {
        (None, None) => Ok(()),
        (owner, group) => fchown(file, owner, group)
            .map_err(|error| io::Error::new(error.kind(), "its owner and its group could not be kept")),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub(super) fn exists(path: &Path) -> Error {
    Error::new(Kind::OutputExists, "the file exists already").about(path.to_string_lossy())
}

pub(super) fn unwritable(path: &Path, error: &io::Error) -> Error {
    // tempfile names the temporary file, which nobody has heard of.
    let told = error.to_string();
    let told = told.split_once(" at path \"").map_or(&*told, |(cause, _)| cause);
    let message = format!("it cannot be written: {told}");
    Error::new(Kind::OutputUnwritable, message).about(path.to_string_lossy()).caused_by(cause(error))
}

/// The same error once more, to be kept as the cause of ours.
pub(super) fn cause(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_unasked_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let workshop = Workshop::open(folder.path().join(".ksef-qr")).unwrap();
        let write =
            |bytes, replace| put(workshop.prepare(bytes).unwrap(), &path, replace).map_err(|error| error.code());
        assert_eq!(write(b"one", false), Ok(()));
        assert_eq!(write(b"two", false), Err("output_exists"));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(write(b"two", true), Ok(()));
        assert_eq!(fs::read(&path).unwrap(), b"two");
        drop(workshop);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn one_run_at_a_time_and_a_killed_one_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("deep/er/.ksef-qr");
        let first = Workshop::open(place.clone()).unwrap();
        assert_eq!(Workshop::open(place.clone()).unwrap_err().code(), "output_busy");
        // What a kill leaves: a prepared file, and the lock without its owner.
        first.prepare(b"half").unwrap().keep().unwrap();
        fs::write(place.join("not ours"), "").unwrap();
        drop(first);
        fs::write(place.join(LOCK), "").unwrap();
        let second = Workshop::open(place.clone()).unwrap();
        let left: Vec<_> = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| name == LOCK || name == "not ours"), "{left:?}");
        drop(second);
        assert!(place.join("not ours").exists());
    }

    #[test]
    fn secrets_are_their_owners_alone_and_never_replaced_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my.key");
        let write = |bytes, replace| write_secret_file(&path, bytes, replace).map_err(|error| error.code());
        assert_eq!(write(b"one", false), Ok(()));
        assert_eq!(write(b"two", false), Err("output_exists"));
        assert_eq!(write_new_file(&path, b"two").unwrap_err().code(), "output_exists");
        assert_eq!(fs::read(&path).unwrap(), b"one");
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert_eq!(write(b"two", true), Ok(()));
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            // Only root can give a file away; for anybody else it stays with them.
            _ = chown(&path, Some(1), Some(1));
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            let before = fs::metadata(&path).unwrap();
            assert_eq!(write(b"three", true), Ok(()));
            let after = fs::metadata(&path).unwrap();
            assert_eq!((after.uid(), after.gid(), after.mode()), (before.uid(), before.gid(), before.mode()));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("none/my.key");
        let refused = write_secret_file(&nowhere, b"", false).unwrap_err();
        assert_eq!(refused.code(), "output_unwritable");
        assert!(!refused.message().contains(PREFIX), "{refused}");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        assert_eq!(Workshop::open("/dev/null/x".into()).unwrap_err().code(), "output_unwritable");
        assert_eq!(write_file(Path::new("/dev/null/x"), b"").unwrap_err().code(), "output_unwritable");
    }
}
