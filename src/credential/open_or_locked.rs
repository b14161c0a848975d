use std::fmt;

use crate::error::{Error, Kind, Result};

/// A file that may be under a password, read once: what is in it, or a lock that the password opens.
///
/// [`PrivateKey::read`](super::PrivateKey::read), [`Pkcs12::read`](super::Pkcs12::read) and
/// [`read_certificates`](super::read_certificates) give one. So it is
/// known whether a password is needed before a person is asked for it, and a damaged file is refused before that.
///
/// ```
/// use ksef_qr::credential::{KeyFile, PrivateKey};
///
/// # fn main() -> ksef_qr::Result<()> {
/// # let file = include_bytes!("../../fixtures/keys/offline-ec.fast.key");
/// # let ask = || b"Throwaway-Key_2026".to_vec();
/// let key = match PrivateKey::read(file)? {
///     KeyFile::Open(key) => key,
///     KeyFile::Locked(locked) => locked.open(&ask())?,
/// };
/// assert_eq!(key.kind().to_string(), "EC P-256");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub enum KeyFile<T> {
    /// It needs no password.
    Open(T),
    /// It needs its password.
    Locked(Locked<T>),
}

impl<T: 'static> KeyFile<T> {
    /// What is in the file. An open one ignores the password.
    ///
    /// # Errors
    /// `password_missing`, if it is locked and there is no password; those of [`Locked::open`].
    pub fn open(self, password: Option<&[u8]>) -> Result<T> {
        match (self, password) {
            (Self::Open(content), _) => Ok(content),
            (Self::Locked(locked), Some(password)) => locked.open(password),
            (Self::Locked(locked), None) => Err(locked.password_missing()),
        }
    }

    /// True if a password is needed.
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Locked(_))
    }

    /// Makes something else of what is in the file: at once if it is open, otherwise as soon as it is.
    ///
    /// # Errors
    /// Those of `make`, if the file is open.
    pub fn and_then<U>(self, make: impl Fn(T) -> Result<U> + Send + Sync + 'static) -> Result<KeyFile<U>> {
        Ok(match self {
            Self::Open(content) => KeyFile::Open(make(content)?),
            Self::Locked(Locked { open, missing }) => {
                KeyFile::Locked(Locked::new(missing, move |password| open(password).and_then(&make)))
            }
        })
    }
}

/// What a password makes of a locked file.
type Unlock<T> = dyn Fn(&[u8]) -> Result<T> + Send + Sync;

/// A file that was read and found sound as far as that can be seen from outside: only its password is missing.
pub struct Locked<T> {
    missing: &'static str,
    open: Box<Unlock<T>>,
}

impl<T> Locked<T> {
    /// `missing` says what is locked, for the case that nobody has the password.
    pub(super) fn new(missing: &'static str, open: impl Fn(&[u8]) -> Result<T> + Send + Sync + 'static) -> Self {
        Self { missing, open: Box::new(open) }
    }

    /// Opens it. After a wrong password another one may be tried.
    ///
    /// `password` is without a line break, and is not wiped here: it is the caller's.
    ///
    /// # Errors
    /// `password_wrong`; whatever else shows only once the file is open, such as `key_type_unsupported`.
    pub fn open(&self, password: &[u8]) -> Result<T> {
        (self.open)(password)
    }

    /// The error to give if there is no password: `password_missing`.
    pub fn password_missing(&self) -> Error {
        Error::new(Kind::PasswordMissing, self.missing)
    }
}

impl<T> fmt::Debug for Locked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locked([content elided])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked() -> KeyFile<u8> {
        KeyFile::Locked(Locked::new("it is locked", |password| match password {
            b"right" => Ok(7),
            _ => Err(Error::new(Kind::PasswordWrong, "no")),
        }))
    }

    #[test]
    fn an_open_file_ignores_the_password() {
        assert!(!KeyFile::Open(7).is_locked());
        assert_eq!(KeyFile::Open(7).open(None), Ok(7));
        assert_eq!(KeyFile::Open(7).open(Some(b"any")), Ok(7));
    }

    #[test]
    fn a_locked_file_is_opened_by_its_password_alone() {
        assert!(locked().is_locked());
        assert_eq!(locked().open(Some(b"right")), Ok(7));
        assert_eq!(locked().open(Some(b"wrong")).unwrap_err().code(), "password_wrong");
        let missing = locked().open(None).unwrap_err();
        assert_eq!((missing.code(), missing.message()), ("password_missing", "it is locked"));
        assert_eq!(format!("{:?}", locked()), "Locked(Locked([content elided]))");
    }

    #[test]
    fn what_is_made_of_it_waits_for_the_password() {
        let refused = |_| Err::<u8, _>(Error::new(Kind::KeyUnreadable, "no"));
        assert_eq!(KeyFile::Open(7).and_then(refused).unwrap_err().code(), "key_unreadable");
        let waiting = locked().and_then(refused).unwrap();
        assert_eq!(waiting.open(Some(b"right")).unwrap_err().code(), "key_unreadable");
        assert_eq!(locked().and_then(|seven| Ok(seven + 1)).unwrap().open(Some(b"right")), Ok(8));
    }
}
