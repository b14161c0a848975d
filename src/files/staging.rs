//! The hidden folder in which a run writes its files before anybody can see them.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::sync::Arc;

use tempfile::{NamedTempFile, TempPath};

use super::durable::sync_folder;
use super::lock::open_locked;
use super::read::open_regular;
#[cfg(target_os = "linux")]
use super::temporary::unplaced;
use super::temporary::{PREFIX, SUFFIX, make_folder, put_in_place, temporary_in, unwritable};
#[cfg(target_os = "linux")]
use super::unnamed::{UnnamedFile, UnnamedFiles};
use crate::error::{Error, Kind, Result};

const LOCK: &str = "lock";

/// A note of the run before, for the one that comes after a kill.
const NOTE: &str = "note";

/// A file that is whole, and not in its place.
#[derive(Debug)]
pub(crate) enum Prepared {
    /// It has a name in the hidden folder.
    Named(TempPath),
    /// It has no name at all, and gets one that nothing else has.
    #[cfg(target_os = "linux")]
    Unnamed(UnnamedFile),
}

impl Prepared {
    /// Gives it its name.
    ///
    /// # Errors
    /// `output_exists`, unless it may replace what is there; `output_unwritable`.
    pub(crate) fn put_in_place(self, path: &Path, replace: bool) -> Result<()> {
        match self {
            Self::Named(file) => put_in_place(file, path, replace),
            #[cfg(target_os = "linux")]
            Self::Unnamed(file) => file.put_in_place(path).map_err(|error| unplaced(path, replace, &error)),
        }
    }
}

/// The hidden folder in which a run prepares its files. It holds the lock too: one run at a time.
///
/// After a kill it stays, and the next run empties it.
#[derive(Debug)]
pub(crate) struct StagingFolder {
    folder: PathBuf,
    #[cfg(target_os = "linux")]
    unnamed: Arc<UnnamedFiles>,
    // Closed, and so given up, after the folder is gone.
    _lock: fs::File,
}

impl StagingFolder {
    /// Makes the folder and locks it.
    ///
    /// # Errors
    /// `output_busy`, `output_unwritable`.
    pub(crate) fn open(folder: PathBuf) -> Result<Self> {
        let lock = folder.join(LOCK);
        for _ in 0..10 {
            make_folder(&folder)?;
            // A link would have files elsewhere swept. One that is gone by now is made again.
            if fs::symlink_metadata(&folder).is_ok_and(|found| !found.is_dir()) {
                let message = "it is a link, and the run needs a folder of its own there: remove it";
                return Err(Error::new(Kind::OutputUnwritable, message).about(folder.to_string_lossy()));
            }
            match open_locked(&lock)? {
                Ok(file) => {
                    // What a note tells of is not swept before somebody has read it.
                    if !folder.join(NOTE).exists() {
                        sweep(&folder);
                    }
                    return Ok(Self {
                        #[cfg(target_os = "linux")]
                        unnamed: UnnamedFiles::in_folder(folder.clone()),
                        folder,
                        _lock: file,
                    });
                }
                // Another run removed the folder when it ended, just now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(unwritable(&lock, &error)),
            }
        }
        Err(Error::new(Kind::OutputBusy, "other runs come and go there").about(folder.to_string_lossy()))
    }

    /// What a run noted that then was killed.
    pub(crate) fn note(&self) -> Option<Vec<u8>> {
        let mut note = Vec::new();
        open_regular(&self.folder.join(NOTE)).ok()?.read_to_end(&mut note).ok()?;
        Some(note)
    }

    /// Leaves a note, on the disk when this returns.
    pub(crate) fn leave_note(&self, note: &[u8]) -> io::Result<()> {
        let mut file = self.create()?;
        file.write_all(note)?;
        file.as_file().sync_all()?;
        file.persist(self.folder.join(NOTE))?;
        Ok(())
    }

    /// Forces the names in it to the disk: those that a note tells of, and the note.
    pub(crate) fn sync(&self) -> io::Result<()> {
        sync_folder(&self.folder)
    }

    /// Removes the note, and the prepared files that are left.
    pub(crate) fn forget_note(&self) {
        if fs::remove_file(self.folder.join(NOTE)).is_ok() {
            sweep(&self.folder);
        }
    }

    /// Gives a prepared file of a killed run its name, by the one that it has here; one that is not here has it by now.
    pub(crate) fn put_left_behind(&self, prepared: &str, path: &Path) -> io::Result<()> {
        let here = self.folder.join(prepared);
        match is_prepared(prepared) && fs::symlink_metadata(&here).is_ok_and(|found| found.is_file()) {
            true => fs::rename(here, path),
            false => Ok(()),
        }
    }

    /// Writes a file that has no name yet; on the disk when this returns, if `is_durable` says so.
    pub(crate) fn prepare(&self, bytes: &[u8], is_durable: bool) -> io::Result<TempPath> {
        let mut file = self.create()?;
        file.write_all(bytes)?;
        if is_durable {
            file.as_file().sync_all()?;
        }
        // Closed at once: a batch holds more prepared files than a process may have open.
        Ok(file.into_temp_path())
    }

    /// As [`prepare`](Self::prepare), for a file that replaces nothing: it need not have a name here, and a kill leaves nothing of it.
    pub(crate) fn prepare_new(&self, bytes: &[u8], is_durable: bool) -> io::Result<Prepared> {
        // What is forced to the disk waits for that, and for nothing else.
        #[cfg(target_os = "linux")]
        if !is_durable && let Some(unnamed) = self.unnamed.write(bytes)? {
            return Ok(Prepared::Unnamed(unnamed));
        }
        self.prepare(bytes, is_durable).map(Prepared::Named)
    }

    /// A file to be written bit by bit.
    pub(crate) fn create(&self) -> io::Result<NamedTempFile> {
        temporary_in(&self.folder)
    }
}

impl Drop for StagingFolder {
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
        if name.to_str().is_some_and(is_prepared) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            _ = fs::remove_file(entry.path());
        }
    }
}

/// True for a name that we give, which leads nowhere else.
fn is_prepared(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX) && !name.contains(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::temporary::put_in_place;

    #[test]
    fn nothing_is_replaced_unasked_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let staging = StagingFolder::open(folder.path().join(".ksef-qr")).unwrap();
        let write = |bytes, replace| {
            put_in_place(staging.prepare(bytes, false).unwrap(), &path, replace).map_err(|error| error.code())
        };
        assert_eq!(write(b"one", false), Ok(()));
        assert_eq!(write(b"two", false), Err("output_exists"));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(write(b"two", true), Ok(()));
        assert_eq!(fs::read(&path).unwrap(), b"two");
        drop(staging);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn one_run_at_a_time_and_a_killed_one_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("deep/er/.ksef-qr");
        let first = StagingFolder::open(place.clone()).unwrap();
        assert_eq!(StagingFolder::open(place.clone()).unwrap_err().code(), "output_busy");
        // What a kill leaves: a prepared file, and the lock without its owner.
        first.prepare(b"half", true).unwrap().keep().unwrap();
        fs::write(place.join("not ours"), "").unwrap();
        drop(first);
        fs::write(place.join(LOCK), "").unwrap();
        let second = StagingFolder::open(place.clone()).unwrap();
        let left: Vec<_> = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| name == LOCK || name == "not ours"), "{left:?}");
        drop(second);
        assert!(place.join("not ours").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_has_nothing_swept_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("elsewhere")).unwrap();
        for name in ["elsewhere/lock", "elsewhere/ksef-qr-AbCdEf.tmp"] {
            fs::write(at(name), "").unwrap();
        }
        std::os::unix::fs::symlink("elsewhere", at(".ksef-qr")).unwrap();
        assert_eq!(StagingFolder::open(at(".ksef-qr")).unwrap_err().code(), "output_unwritable");
        assert_eq!(fs::read_dir(at("elsewhere")).unwrap().count(), 2);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        assert_eq!(StagingFolder::open("/dev/null/x".into()).unwrap_err().code(), "output_unwritable");
    }
}
