//! Changes to a file that people write to as well.

use std::fs::{self, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::lock::LockFile;
#[cfg(unix)]
use super::temporary::keep_owner;
use super::temporary::{PREFIX, SUFFIX, folder_of, put_in_place, temporary_in, unwritable};
use crate::error::{Error, Kind, Result};

/// Replaces what a file holds by what `change` makes of it; a file that does not exist yet holds nothing. It is written
/// whole or not at all, keeps its owner and its permissions, and a link to it stays a link.
///
/// Changes by this function wait for each other. What anybody else writes meanwhile is not lost: the change is refused.
///
/// # Errors
/// Those of `change`; `file_changed`; `input_unreadable`; `output_unwritable`, also for a file that may not be written
/// to, a device or a pipe; `output_busy` if another change takes longer than a second.
pub fn edit_file(path: &Path, change: impl FnOnce(&[u8]) -> Result<Vec<u8>>) -> Result<()> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    check_regular(path)?;
    let _lock = LockFile::take(lock_of(path), path)?;
    let old = read(path)?;
    let new = change(old.as_deref().unwrap_or_default())?;
    let prepared =
        write_beside(folder_of(path), &new, writable(path)?.as_ref()).map_err(|error| unwritable(path, &error))?;
    let changed = || Error::new(Kind::FileChanged, "it was changed meanwhile").about(path.to_string_lossy());
    if read(path)? != old {
        return Err(changed());
    }
    put_in_place(prepared, path, old.is_some()).map_err(|error| match error.kind() {
        Kind::OutputExists => changed(),
        _ => error,
    })
}

/// A device would be replaced by a file, and a pipe be waited for.
fn check_regular(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            Err(unwritable(path, &io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")))
        }
        _ => Ok(()),
    }
}

fn lock_of(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}.lock"))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("it cannot be read: {error}");
            Err(Error::new(Kind::InputUnreadable, message).about(path.to_string_lossy()).caused_by(error))
        }
    }
}

/// The file that is to be replaced, if there is one and it may be written to.
fn writable(path: &Path) -> Result<Option<Metadata>> {
    let Ok(found) = fs::metadata(path) else { return Ok(None) };
    match found.permissions().readonly() {
        true => Err(unwritable(path, &io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"))),
        false => Ok(Some(found)),
    }
}

fn write_beside(folder: &Path, bytes: &[u8], old: Option<&Metadata>) -> io::Result<tempfile::TempPath> {
    let mut file = match old {
        // Private until it is written, whatever the umask: then it has the old one's permissions.
        Some(_) => tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder)?,
        None => temporary_in(folder)?,
    };
    file.write_all(bytes)?;
    if let Some(old) = old {
        #[cfg(unix)]
        keep_owner(file.as_file(), old)?;
        file.as_file().set_permissions(old.permissions())?;
    }
    // A power cut leaves the old file or the new one.
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(byte: u8) -> impl FnOnce(&[u8]) -> Result<Vec<u8>> {
        move |old| Ok([old, &[byte]].concat())
    }

    #[test]
    fn a_change_of_somebody_else_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        for before in [None, Some("old")] {
            if let Some(before) = before {
                fs::write(&path, before).unwrap();
            }
            let refused = edit_file(&path, |old| {
                fs::write(&path, "theirs").unwrap();
                Ok([old, b"ours"].concat())
            });
            assert_eq!(refused.unwrap_err().code(), "file_changed", "{before:?}");
            assert_eq!(fs::read(&path).unwrap(), b"theirs");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn changes_wait_for_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        std::thread::scope(|scope| {
            for byte in b'a'..=b'h' {
                let path = &path;
                scope.spawn(move || edit_file(path, append(byte)).unwrap());
            }
        });
        let mut bytes = fs::read(&path).unwrap();
        bytes.sort_unstable();
        assert_eq!(bytes, b"abcdefgh");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_stays_one() {
        // Not by edit_file: root would lose the device if this failed.
        assert_eq!(check_regular(Path::new("/dev/null")).unwrap_err().code(), "output_unwritable");
        assert_eq!(check_regular(Path::new("Cargo.toml")), Ok(()));
    }

    #[cfg(unix)]
    #[test]
    fn owners_permissions_and_links_stay() {
        use std::fs::Permissions;
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("keys.toml"), folder.path().join("link.toml"));
        fs::write(&file, "a").unwrap();
        symlink(&file, &link).unwrap();
        // Only root can give a file away; for anybody else it stays with them.
        _ = chown(&file, Some(1), Some(1));
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        let owner = |metadata: Metadata| (metadata.uid(), metadata.gid());
        let before = owner(fs::metadata(&file).unwrap());
        edit_file(&link, append(b'b')).unwrap();
        assert_eq!(owner(fs::metadata(&file).unwrap()), before);
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"ab");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        fs::set_permissions(&file, Permissions::from_mode(0o440)).unwrap();
        assert_eq!(edit_file(&file, append(b'c')).unwrap_err().code(), "output_unwritable");
    }

    #[test]
    fn a_change_that_is_refused_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let refused = edit_file(&path, |_| Err(Error::new(Kind::RegisterMalformed, "no")));
        assert_eq!(refused.unwrap_err().code(), "register_malformed");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
