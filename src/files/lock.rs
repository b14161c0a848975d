//! One run at a time in one place.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::temporary::unwritable;
use crate::error::{Error, Kind, Result};

/// A single invoice takes a few milliseconds: two tills that share a folder wait for each other, and are not refused.
const PATIENCE: Duration = Duration::from_secs(1);

/// Opens or makes a file and locks it; the system gives the lock up when the file is closed, also by a kill.
///
/// On a file system without locks nothing is locked: two runs at a time are not noticed there.
///
/// # Errors
/// `output_busy` if somebody else keeps the lock for longer than a second.
pub(crate) fn open_locked(path: &Path) -> Result<io::Result<File>> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        // A FIFO would be waited for.
        return Ok(Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
    }
    let until = Instant::now() + PATIENCE;
    loop {
        let file = match options.open(path) {
            Ok(file) => file,
            Err(error) => return Ok(Err(error)),
        };
        match file.try_lock() {
            // Whoever had the lock may have removed or replaced the file before giving it up.
            Ok(()) if !is_at(&file, path).unwrap_or(true) => {}
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(Ok(file)),
            Err(TryLockError::WouldBlock) => {}
        }
        if Instant::now() > until {
            return Err(Error::new(Kind::OutputBusy, "another run is writing there").about(path.to_string_lossy()));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// A file that is there while one process has it to itself, and is removed after.
#[derive(Debug)]
pub(crate) struct LockFile {
    path: PathBuf,
    _file: File,
}

impl LockFile {
    /// `path` is the lock's own file, `of` the one that it guards, which is the one that people know.
    ///
    /// # Errors
    /// `output_busy`, `output_unwritable`.
    pub(crate) fn take(path: PathBuf, of: &Path) -> Result<Self> {
        let file = open_locked(&path)?.map_err(|error| unwritable(of, &error))?;
        Ok(Self { path, _file: file })
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // If it cannot be removed it does no harm. It is given up after it is gone.
        _ = fs::remove_file(&self.path);
    }
}

/// Locks a file that is open, whatever name it was opened by: a hard link is another name of the same file. Where such a lock
/// would keep its owner from reading the file, there is none.
///
/// # Errors
/// `output_busy` if somebody else keeps the lock for longer than a second.
pub(crate) fn lock_opened(file: &File, path: &Path) -> Result<()> {
    let until = Instant::now() + PATIENCE;
    while cfg!(unix) && matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        if Instant::now() > until {
            let message = "another run is writing there, perhaps by another name of the file";
            return Err(Error::new(Kind::OutputBusy, message).about(path.to_string_lossy()));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// True if `path` still leads to this file. Nothing is opened for it: a process that may open no more files is not told
/// that its files are gone.
pub(crate) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    let is_same = {
        use std::os::unix::fs::MetadataExt as _;
        let own = file.metadata()?;
        fs::metadata(path).map(|found| (found.dev(), found.ino()) == (own.dev(), own.ino()))
    };
    #[cfg(not(unix))]
    let is_same = {
        let own = same_file::Handle::from_file(file.try_clone()?)?;
        same_file::Handle::from_path(path).map(|found| found == own)
    };
    match is_same {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        is_same => is_same,
    }
}
