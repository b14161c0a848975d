//! Keys and certificates by the paths of their files: each is read once, and opened with a secret only if it is locked.

use std::path::Path;

use ksef_qr::Error;
use ksef_qr::credential::{Certificate, KeyFile, KsefCertificate, Pkcs12, PrivateKey, read_certificates};
use ksef_qr::error::ErrorKind;
use ksef_qr::key_files;
use zeroize::Zeroizing;

use crate::cli::credential::secret::Secret;
use crate::cli::settings::SecretSource;
use crate::cli::words::hints;

/// The bytes of a key's file, or of one that belongs to a key.
pub fn read_key_file(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    Ok(key_files::read_key_file(path)?)
}

/// A certificate, which is never locked.
pub fn certificate(path: &Path) -> anyhow::Result<Certificate> {
    let file = read_key_file(path)?;
    let certificate = Certificate::parse(&file).map_err(|error| match Pkcs12::read(&file) {
        Ok(_) => error.with_hint(hints::PKCS12),
        Err(_) => error,
    });
    Ok(certificate.map_err(|error| error.about(path.to_string_lossy()))?)
}

/// All certificates of a file.
pub fn certificates(path: &Path, password: &SecretSource) -> anyhow::Result<Vec<KsefCertificate>> {
    let file = read_key_file(path)?;
    Ok(open(path, read_certificates(&file), password)?.0)
}

/// A private key.
pub fn private_key(path: &Path, password: &SecretSource) -> anyhow::Result<PrivateKey> {
    key_files::private_key(path, |path| password.password_of(path))
}

/// A private key, or the only one of a PKCS#12 file.
pub fn key_of_any_file(path: &Path, password: &SecretSource) -> anyhow::Result<PrivateKey> {
    let file = read_key_file(path)?;
    let about = |error: Error| error.about(path.to_string_lossy());
    match PrivateKey::read(&file) {
        Err(error) if error.kind() == ErrorKind::KeyIsPkcs12 => {
            let key = open(path, Pkcs12::read(&file), password)?.0.key(None);
            Ok(key.map_err(|error| match error.kind() {
                ErrorKind::P12SeveralKeys => about(error.with_hint(hints::ONE_KEY)),
                _ => about(error),
            })?)
        }
        key => Ok(open(path, key, password)?.0),
    }
}

/// A key of a PKCS#12 file and its certificate.
pub fn pkcs12_pair(
    path: &Path,
    entry: Option<&str>,
    password: &SecretSource,
) -> anyhow::Result<(Certificate, PrivateKey)> {
    key_files::pkcs12_pair(path, entry, |path| password.password_of(path))
}

/// What is in the file of that path, and the password that opened it, if one was needed. Nobody is asked for a password
/// that is not needed.
pub fn open<T: 'static>(
    path: &Path,
    file: ksef_qr::Result<KeyFile<T>>,
    password: &SecretSource,
) -> anyhow::Result<(T, Option<Secret>)> {
    key_files::open(path, file, |path| password.password_of(path))
}
