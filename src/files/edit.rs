//! Changes to a file that people write to as well.

use std::fs::{self, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::lock::LockFile;
#[cfg(unix)]
use super::temporary::keep_owner;
use super::temporary::{SUFFIX, folder_of, put_in_place, unwritable};
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
    let _lock = LockFile::take(hidden_beside(path, ".lock"), path)?;
    sweep(path);
    let old = read(path)?;
    let new = change(old.as_deref().unwrap_or_default())?;
    let prepared = write_beside(path, &new, writable(path)?.as_ref()).map_err(|error| unwritable(path, &error))?;
    match old {
        Some(old) => replace(prepared, path, &old),
        None => put_in_place(prepared, path, false).map_err(|error| match error.kind() {
            Kind::OutputExists => changed(path),
            _ => error,
        }),
    }
}

/// Puts a prepared file in the place of one that holds `old`.
fn replace(prepared: TempPath, path: &Path, old: &[u8]) -> Result<()> {
    match read(path)?.as_deref() == Some(old) {
        true => change_places(prepared, path, old),
        false => Err(changed(path)),
    }
}

/// Somebody may save the file between the last look at it and its end, and would never know what became of it. So the two
/// change places, and what was there is looked at once more when nobody finds it under its name any longer.
fn change_places(prepared: TempPath, path: &Path, old: &[u8]) -> Result<()> {
    match exchange(&prepared, path) {
        Ok(()) if fs::read(&prepared).is_ok_and(|found| found == old) => Ok(()),
        Ok(()) => {
            exchange(&prepared, path).map_err(|error| unwritable(path, &error))?;
            Err(changed(path))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(changed(path)),
        // Not every file system can do that.
        Err(_) => put_in_place(prepared, path, true),
    }
}

/// Two files change places, in one step.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn changed(path: &Path) -> Error {
    Error::new(Kind::FileChanged, "it was changed meanwhile").about(path.to_string_lossy())
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

/// `.keys.toml.lock`.
fn hidden_beside(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}{ending}"))
}

/// Removes what killed changes of this file left: whoever has the lock is the only one who works on it.
fn sweep(path: &Path) {
    let begin = hidden_beside(path, BEHIND_NAME);
    let begin = begin.file_name().unwrap_or_default().to_string_lossy();
    for entry in fs::read_dir(folder_of(path)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(&*begin) && name.ends_with(SUFFIX));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            _ = fs::remove_file(entry.path());
        }
    }
}

/// Between the name of the file and what is drawn at random.
const BEHIND_NAME: &str = ".ksef-qr-";

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

fn write_beside(path: &Path, bytes: &[u8], old: Option<&Metadata>) -> io::Result<TempPath> {
    let hidden = hidden_beside(path, BEHIND_NAME);
    let mut builder = tempfile::Builder::new();
    builder.prefix(hidden.file_name().unwrap_or_default()).suffix(SUFFIX);
    // Private until it is written, whatever the umask: then it has the old one's permissions.
    #[cfg(unix)]
    if old.is_none() {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder_of(path))?;
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

    /// Whoever saves between the last look and the change of places is noticed, and has their file back.
    #[test]
    fn a_change_at_the_last_moment_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        fs::write(&path, "theirs").unwrap();
        let prepared = write_beside(&path, b"ours", None).unwrap();
        if exchange(&prepared, &path).and_then(|()| exchange(&prepared, &path)).is_err() {
            // A file system that cannot do it.
            return;
        }
        let refused = change_places(prepared, &path, b"old");
        assert_eq!(refused.unwrap_err().code(), "file_changed");
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }

    /// Editors that save as fast as they can: what they wrote is there or was seen by a change, never gone.
    #[test]
    fn edits_and_changes_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        fs::write(&path, "").unwrap();
        let saved = |number: usize| {
            // As editors do it: aside, and then in its place.
            let aside = folder.path().join("aside");
            let mut text = fs::read(&path).unwrap();
            text.extend(format!("e{number};").bytes());
            fs::write(&aside, &text).unwrap();
            fs::rename(&aside, &path).unwrap();
        };
        let mut refused = 0;
        for number in 0..50 {
            let change = edit_file(&path, |old| {
                if number % 2 == 0 {
                    saved(number);
                }
                Ok([old, format!("c{number};").as_bytes()].concat())
            });
            match change {
                Ok(()) => assert_eq!(number % 2, 1),
                Err(error) => {
                    assert_eq!((number % 2, error.code()), (0, "file_changed"));
                    refused += 1;
                }
            }
        }
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!((refused, text.matches('e').count(), text.matches('c').count()), (25, 25, 25));
    }

    #[test]
    fn what_a_killed_change_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for left in [".keys.toml.ksef-qr-AbCdEf.tmp", ".others.toml.ksef-qr-AbCdEf.tmp", ".keys.toml.ksef-qr-notes"] {
            fs::write(at(left), "half").unwrap();
        }
        edit_file(&at("keys.toml"), append(b'a')).unwrap();
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(names, [".keys.toml.ksef-qr-notes", ".others.toml.ksef-qr-AbCdEf.tmp", "keys.toml"]);
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
