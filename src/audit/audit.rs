use std::fmt;
use std::time::SystemTime;

use crate::credential::Certificate;
use crate::values::{Environment, Nip};

/// What is looked over, and what it should be.
#[derive(Clone, Copy)]
pub struct Audit<'a> {
    pub(super) certificate: &'a Certificate,
    pub(super) key: Option<KeyOnDisk<'a>>,
    pub(super) password: Option<&'a [u8]>,
    pub(super) nip: Option<Nip>,
    pub(super) environment: Environment,
    pub(super) now: SystemTime,
    pub(super) within_days: i64,
}

/// A private key as it lies on the disk: what is in the file, and who may read it.
#[derive(Clone, Copy)]
pub struct KeyOnDisk<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) is_pkcs12: bool,
    pub(super) mode: Option<u32>,
}

impl<'a> KeyOnDisk<'a> {
    /// The content of a key's file.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, is_pkcs12: false, mode: None }
    }

    /// The content of the PKCS#12 file that the certificate is from.
    pub fn pkcs12(bytes: &'a [u8]) -> Self {
        Self { is_pkcs12: true, ..Self::new(bytes) }
    }

    /// The file's permission bits, such as `0o600`, where the system has them.
    #[must_use]
    pub fn with_mode(self, mode: Option<u32>) -> Self {
        Self { mode, ..self }
    }
}

impl fmt::Debug for KeyOnDisk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyOnDisk").field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// How many days before its end a certificate's replacement should be under way, if nothing else is said.
const WITHIN_DAYS: i64 = 60;

impl<'a> Audit<'a> {
    /// Of a certificate that is to be used in that KSeF. `now` is the moment to judge by: the clock belongs to the caller.
    pub fn of(certificate: &'a Certificate, environment: Environment, now: SystemTime) -> Self {
        Self { certificate, key: None, password: None, nip: None, environment, now, within_days: WITHIN_DAYS }
    }

    /// Looks at the certificate's key too.
    #[must_use]
    pub fn with_key(self, key: KeyOnDisk<'a>) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Opens the key with this password.
    #[must_use]
    pub fn with_password(self, password: &'a [u8]) -> Self {
        Self { password: Some(password), ..self }
    }

    /// Says whose certificate it should be.
    #[must_use]
    pub fn with_nip(self, nip: Nip) -> Self {
        Self { nip: Some(nip), ..self }
    }

    /// Says how many days before its end a certificate's replacement should be under way: 60 if nothing else is said.
    #[must_use]
    pub fn with_replacement_days(self, days: i64) -> Self {
        Self { within_days: days, ..self }
    }
}
