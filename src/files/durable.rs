//! What survives a power cut: files and folders that were forced to the disk.
//!
//! A file's content and the name under which it is found are written at different times, the name with the folder. After a
//! kill the system writes both in its own time; after a power cut what was not forced may be missing, or empty under its
//! name.

use std::io;
use std::path::{Path, PathBuf};

use super::temporary::{folder_of, unwritable};
use crate::error::Result;

/// Forces a file to the disk that somebody else wrote.
///
/// # Errors
/// Any.
#[cfg(feature = "book")]
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    // Some systems force only what may be written.
    std::fs::OpenOptions::new().write(true).open(path)?.sync_all()
}

/// Forces a folder to the disk: the names in it, the new and the changed ones.
///
/// # Errors
/// Any, but where folders cannot be forced at all there is none.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    // Windows writes names with the files, and opens no folder as one.
    match cfg!(unix) {
        false => Ok(()),
        true => match std::fs::File::open(folder)?.sync_all() {
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
            synced => synced,
        },
    }
}

/// The folders in which a run makes new names: its own, and those above that it has to make first.
#[derive(Debug, Default)]
pub(crate) struct NewNames {
    folders: Vec<PathBuf>,
}

impl NewNames {
    /// Notes where this file's name will be new, before its folder is made.
    pub(crate) fn expect(&mut self, file: &Path) {
        let mut folder = folder_of(file);
        loop {
            if !self.folders.iter().any(|known| known == folder) {
                self.folders.push(folder.to_owned());
            }
            // The name of a folder that is there already is on the disk, as far as this run is concerned.
            if folder.exists() {
                return;
            }
            folder = folder_of(folder);
        }
    }

    /// Forces those folders to the disk, from the innermost outwards.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn sync(&self) -> Result<()> {
        self.folders.iter().try_for_each(|folder| sync_folder(folder).map_err(|error| unwritable(folder, &error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_new_from_the_first_folder_that_is_there() {
        let place = tempfile::tempdir().unwrap();
        let at = |path: &str| place.path().join(path);
        let mut names = NewNames::default();
        names.expect(&at("a/b/manifest.ndjson"));
        names.expect(&at("a/codes.zip"));
        assert_eq!(names.folders, [at("a/b"), at("a"), place.path().to_owned()]);
        assert_eq!(names.sync().unwrap_err().code(), "output_unwritable", "not made yet");
        std::fs::create_dir_all(at("a/b")).unwrap();
        names.sync().unwrap();
        let mut here = NewNames::default();
        here.expect(Path::new("manifest.ndjson"));
        assert_eq!(here.folders, [Path::new(".")]);
        sync_folder(Path::new("")).unwrap();
    }
}
