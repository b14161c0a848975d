//! Files that are written in one go: whole, or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::durable::sync_folder;
use super::lock::is_at;
#[cfg(unix)]
use super::temporary::keep_owner;
use super::temporary::{SUFFIX, folder_of, make_folder, put_in_place, unwritable};
use crate::error::Result;

/// Writes a file whole, or not at all, and replaces what is there.
///
/// # Errors
/// `output_unwritable`.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    FileWriter::default().write(path, bytes)
}

/// Writes one file after the other into a folder: what killed runs left there is looked for once, for there may be many
/// files in it.
#[derive(Debug, Default)]
pub struct FileWriter {
    swept: Option<PathBuf>,
}

impl FileWriter {
    /// As [`write_file`].
    ///
    /// # Errors
    /// `output_unwritable`.
    pub fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<()> {
        let folder = folder_of(path);
        make_folder(folder)?;
        if self.swept.as_deref() != Some(folder) {
            sweep(folder);
            self.swept = Some(folder.to_owned());
        }
        let write = || {
            let mut file = unfinished_in(folder, false)?;
            file.write_all(bytes)?;
            file.persist(path)?;
            Ok(())
        };
        write().map_err(|error: io::Error| unwritable(path, &error))
    }
}

/// Writes a new file whole, or not at all; what is there stays.
///
/// # Errors
/// `output_exists`, `output_unwritable`.
pub fn write_new_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = folder_of(path);
    sweep(folder);
    let write = || {
        let mut file = unfinished_in(folder, false)?;
        file.write_all(bytes)?;
        Ok(file.into_parts())
    };
    let (_locked, prepared) = write().map_err(|error: io::Error| unwritable(path, &error))?;
    put_in_place(prepared, path, false)
}

/// Writes a file that nobody but its owner may read (mode 0600 where there are modes), from its first byte on: whole, or
/// not at all, and on the disk when this returns. What is there is replaced only if `replace` says so; its owner and its
/// group stay, and a group that alone could read it besides (mode 0640) still can.
///
/// # Errors
/// `output_exists`, `output_unwritable`.
pub fn write_secret_file(path: &Path, bytes: &[u8], replace: bool) -> Result<()> {
    let folder = folder_of(path);
    sweep(folder);
    let write = || {
        // tempfile opens its files with mode 0600, whatever the umask.
        let mut file = unfinished_in(folder, true)?;
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
        Ok(file.into_parts())
    };
    let (_locked, prepared) = write().map_err(|error: io::Error| unwritable(path, &error))?;
    put_in_place(prepared, path, replace)?;
    // The name is as durable as the file only once the folder is. If that cannot be done, the file is still there.
    _ = sync_folder(folder);
    Ok(())
}

/// Removes a secret that was written for something that then was not made. If it cannot be removed it opens nothing.
pub fn remove_secret_file(path: &Path) {
    _ = fs::remove_file(path);
}

/// What stands in the name of a file that [`unfinished_in`] made. No other of ours begins so.
const UNFINISHED: &str = "ksef-qr-new-";

/// A new temporary file, private or as the umask says, in a folder that is somebody's and not ours. It is locked as long as
/// its run lives, by which [`sweep`] knows it, so it must stay open until it has its name.
#[cfg_attr(not(unix), expect(unused_variables, reason = "modes are of Unix"))]
fn unfinished_in(folder: &Path, is_private: bool) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED).suffix(SUFFIX);
    #[cfg(unix)]
    if !is_private {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let mut tries = 0..10;
    loop {
        let file = builder.tempfile_in(folder)?;
        // Where there are no locks nothing is locked, and nothing removed.
        _ = file.as_file().try_lock();
        // Somebody may have swept between the two.
        if is_at(file.as_file(), file.path())? || tries.next().is_none() {
            return Ok(file);
        }
    }
}

/// Removes the unfinished files that nobody works on: what killed runs left.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(UNFINISHED) && name.ends_with(SUFFIX));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let file = fs::OpenOptions::new().write(true).open(entry.path());
            if file.is_ok_and(|file| file.try_lock().is_ok()) {
                _ = fs::remove_file(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(!refused.message().contains("ksef-qr-"), "{refused}");
    }

    #[test]
    fn what_a_kill_left_is_swept_and_what_others_write_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // A kill takes the lock away and leaves the file.
        fs::write(at("ksef-qr-new-killed.tmp"), "half a key").unwrap();
        let working = unfinished_in(folder.path(), true).unwrap();
        for other in ["ksef-qr-new-notes.txt", "ksef-qr-AbCdEf.tmp", "my.tmp"] {
            fs::write(at(other), "").unwrap();
        }
        write_secret_file(&at("my.key"), b"key", false).unwrap();
        write_new_file(&at("my.csr"), b"request").unwrap();
        write_file(&at("my.txt"), b"text").unwrap();
        assert!(!at("ksef-qr-new-killed.tmp").exists());
        assert!(working.path().exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 7);
    }

    /// A folder of a hundred thousand files is not gone through for each that is written.
    #[test]
    fn who_writes_several_files_sweeps_once() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let mut writer = FileWriter::default();
        for (number, (folder, is_swept)) in [(0, true), (0, false), (1, true), (1, false)].into_iter().enumerate() {
            let left = folders[folder].path().join("ksef-qr-new-killed.tmp");
            fs::write(&left, "").unwrap();
            let path = folders[folder].path().join(format!("{number}.txt"));
            writer.write(&path, b"text").unwrap();
            assert_eq!((fs::read(path).unwrap(), !left.exists()), (b"text".to_vec(), is_swept));
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        assert_eq!(write_file(Path::new("/dev/null/x"), b"").unwrap_err().code(), "output_unwritable");
    }
}
