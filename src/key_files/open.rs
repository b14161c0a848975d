use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::secret::Secret;
use crate::credential::{Certificate, KeyFile, Pkcs12, PrivateKey};
use crate::error::{Error, Kind, Result};
use crate::files::{cause, open_patiently};

/// No key and no certificate is larger, a chain included.
const LARGEST: u64 = 1_000_000;

/// The bytes of a key's file, or of one that belongs to a key.
///
/// # Errors
/// `file_missing`, `file_unreadable`.
pub fn read_key_file(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    // Room for all of it from the start: growing would leave copies of a key behind that nobody wipes. A pipe does not
    // say how long it is; a file that grows meanwhile is refused.
    let size = fs::metadata(path).map_or(0, |found| if found.is_file() { found.len() } else { 0 });
    let largest = if size > 0 { size.min(LARGEST) } else { LARGEST };
    let mut bytes = Zeroizing::new(Vec::with_capacity(largest as usize + 1));
    read(path, largest, &mut bytes)?;
    Ok(bytes)
}

/// Reads a whole file, of `largest` bytes at most.
pub(super) fn read(path: &Path, largest: u64, bytes: &mut Vec<u8>) -> Result<()> {
    let refuse = |why: String| Err(Error::new(Kind::FileUnreadable, why).about(path.to_string_lossy()));
    let cannot = |error: io::Error| {
        let kind = if error.kind() == io::ErrorKind::NotFound { Kind::FileMissing } else { Kind::FileUnreadable };
        Error::new(kind, format!("it cannot be read: {error}")).about(path.to_string_lossy()).caused_by(cause(&error))
    };
    if fs::metadata(path).map_err(cannot)?.is_dir() {
        return refuse("it is a folder".to_owned());
    }
    open_patiently(path).map_err(cannot)?.take(largest + 1).read_to_end(bytes).map_err(cannot)?;
    if bytes.len() as u64 > largest {
        return refuse(format!("it has more than {largest} bytes, too many for such a file"));
    }
    Ok(())
}

/// What is in the file of that path, and the password that opened it, if one was needed. Nobody is asked for a password
/// that is not needed.
///
/// # Errors
/// Those of the file, and of `password`, which is given the path; `password_missing`, `password_wrong`.
pub fn open<T: 'static, E: From<Error>>(
    path: &Path,
    file: Result<KeyFile<T>>,
    password: impl FnOnce(&Path) -> std::result::Result<Option<Secret>, E>,
) -> std::result::Result<(T, Option<Secret>), E> {
    let about = |error: Error| error.about(path.to_string_lossy());
    match file.map_err(about)? {
        KeyFile::Open(content) => Ok((content, None)),
        KeyFile::Locked(locked) => match password(path)? {
            Some(secret) => Ok((locked.open(secret.bytes()).map_err(about)?, Some(secret))),
            None => Err(about(locked.password_missing()).into()),
        },
    }
}

/// A private key.
///
/// # Errors
/// Those of [`read_key_file`], [`PrivateKey::read`] and [`open`].
pub fn private_key<E: From<Error>>(
    path: &Path,
    password: impl FnOnce(&Path) -> std::result::Result<Option<Secret>, E>,
) -> std::result::Result<PrivateKey, E> {
    let file = read_key_file(path)?;
    Ok(open(path, PrivateKey::read(&file), password)?.0)
}

/// A key of a PKCS#12 file and its certificate.
///
/// # Errors
/// Those of [`read_key_file`], [`Pkcs12::read`], [`Pkcs12::pair`] and [`open`].
pub fn pkcs12_pair<E: From<Error>>(
    path: &Path,
    entry: Option<&str>,
    password: impl FnOnce(&Path) -> std::result::Result<Option<Secret>, E>,
) -> std::result::Result<(Certificate, PrivateKey), E> {
    let file = read_key_file(path)?;
    let (opened, _) = open(path, Pkcs12::read(&file), password)?;
    Ok(opened.pair(entry).map_err(|error| error.about(path.to_string_lossy()))?)
}
