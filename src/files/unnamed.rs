//! Files that have no name at all until they are whole (`O_TMPFILE` of Linux): a kill leaves nothing of them, and a folder is
//! changed once for each, where a file that is made under one name and moved to another changes two folders three times.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open};

use super::temporary::temporary_in;

/// So many are open at a time: a batch holds more prepared files than a process may have open.
const MOST_OPEN: usize = 128;

/// Where files without a name are made.
#[derive(Debug)]
pub(super) struct UnnamedFiles {
    folder: PathBuf,
    open: AtomicUsize,
    /// False once it was seen that this file system, or this system, does not know them.
    are_known: AtomicBool,
}

/// A file without a name; gone when this is dropped.
#[derive(Debug)]
pub(crate) struct UnnamedFile {
    file: File,
    of: Arc<UnnamedFiles>,
}

impl UnnamedFiles {
    pub(super) fn in_folder(folder: PathBuf) -> Arc<Self> {
        Arc::new(Self { folder, open: AtomicUsize::new(0), are_known: AtomicBool::new(true) })
    }

    /// A file that holds these bytes; none where there are no such files, or enough of them.
    pub(super) fn write(self: &Arc<Self>, bytes: &[u8]) -> io::Result<Option<UnnamedFile>> {
        if !self.are_known.load(Ordering::Relaxed) || self.open.load(Ordering::Relaxed) >= MOST_OPEN {
            return Ok(None);
        }
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let Ok(made) = open(&self.folder, flags, Mode::from_raw_mode(0o666)) else {
            self.are_known.store(false, Ordering::Relaxed);
            return Ok(None);
        };
        self.open.fetch_add(1, Ordering::Relaxed);
        let mut unnamed = UnnamedFile { file: OwnedFd::into(made), of: Arc::clone(self) };
        unnamed.file.write_all(bytes)?;
        Ok(Some(unnamed))
    }
}

impl UnnamedFile {
    /// Gives it its name, where there is none of that name.
    pub(super) fn put_in_place(self, path: &Path) -> io::Result<()> {
        let open = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        match linkat(CWD, &*open, CWD, path, AtFlags::SYMLINK_FOLLOW).map_err(io::Error::from) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => self.copy_in_place(path),
            linked => linked,
        }
    }

    /// The same by a file with a name: where `/proc` is not there, for instance, which only shows now.
    fn copy_in_place(&self, path: &Path) -> io::Result<()> {
        use std::os::unix::fs::FileExt as _;

        self.of.are_known.store(false, Ordering::Relaxed);
        let mut bytes = vec![0; usize::try_from(self.file.metadata()?.len()).unwrap_or(0)];
        self.file.read_exact_at(&mut bytes, 0)?;
        let mut named = temporary_in(&self.of.folder)?;
        named.write_all(&bytes)?;
        named.into_temp_path().persist_noclobber(path).map_err(|error| error.error)
    }
}

impl Drop for UnnamedFile {
    fn drop(&mut self) {
        self.of.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The slow twin is the file with a name: both leave the same, and replace nothing.
    #[test]
    fn a_file_gets_its_name_once_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let files = UnnamedFiles::in_folder(folder.path().to_owned());
        let path = folder.path().join("a.png");
        for copied in [false, true] {
            let make = |bytes: &[u8]| files.write(bytes).unwrap();
            let Some(file) = make(b"one") else { return };
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
            let put = |file: UnnamedFile| if copied { file.copy_in_place(&path) } else { file.put_in_place(&path) };
            put(file).unwrap();
            files.are_known.store(true, Ordering::Relaxed);
            let second = put(make(b"two").unwrap()).unwrap_err();
            assert_eq!(second.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read(&path).unwrap(), b"one");
            let named = temporary_in(folder.path()).unwrap().into_temp_path();
            let mode = |path: &Path| {
                use std::os::unix::fs::MetadataExt as _;
                fs::metadata(path).unwrap().mode()
            };
            assert_eq!(mode(&path), mode(&named));
            drop(named);
            fs::remove_file(&path).unwrap();
            files.are_known.store(true, Ordering::Relaxed);
        }
        drop(files.write(b"three").unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
    }

    #[test]
    fn no_more_are_open_than_a_process_may_have() {
        let folder = tempfile::tempdir().unwrap();
        let files = UnnamedFiles::in_folder(folder.path().to_owned());
        let held: Vec<_> = (0..MOST_OPEN + 10).filter_map(|_| files.write(b"x").unwrap()).collect();
        assert!(held.len() <= MOST_OPEN);
        drop(held);
        assert_eq!(files.open.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn where_the_folder_is_gone_there_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let files = UnnamedFiles::in_folder(folder.path().join("gone"));
        assert!(files.write(b"x").unwrap().is_none());
    }
}
