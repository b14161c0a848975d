use std::path::{Path, PathBuf};

use super::open::{pkcs12_pair, private_key, read, read_key_file};
use super::secret::Secret;
use crate::credential::{Certificate, Conditions, Credential};
#[cfg(not(feature = "pkcs11"))]
use crate::error::Kind;
use crate::error::{Error, Result};
#[cfg(feature = "pkcs11")]
use crate::pkcs11::{Token, TokenUri};
use crate::register::{Entry, KeyPlace, PasswordPlace, Register};
use crate::sign::Issuer;
#[cfg(feature = "pkcs11")]
use crate::sign::SignatureEncoding;

/// A register of ten thousand certificates has 5 MB.
const LARGEST_REGISTER: u64 = 10_000_000;

/// A register and its file, to whose folder the paths in it are relative.
#[derive(Debug)]
pub struct RegisterFile {
    /// What is in it.
    pub register: Register,
    path: PathBuf,
}

impl RegisterFile {
    /// Reads it.
    ///
    /// # Errors
    /// `file_missing`, `file_unreadable`; those of [`Register::parse`].
    pub fn read(path: &Path) -> Result<Self> {
        Ok(Self::read_with_bytes(path)?.0)
    }

    /// The same, with the bytes of the file.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_with_bytes(path: &Path) -> Result<(Self, Vec<u8>)> {
        let mut bytes = Vec::new();
        read(path, LARGEST_REGISTER, &mut bytes)?;
        let register = Register::text(&bytes).and_then(Register::parse);
        let register = register.map_err(|error| error.about(path.to_string_lossy()))?;
        Ok((Self { register, path: path.to_owned() }, bytes))
    }

    /// The file it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An entry with its paths seen from where the program runs.
    pub fn entry_from_here(&self, entry: &Entry) -> Entry {
        let mut entry = entry.clone();
        let relocate = |path: &mut PathBuf| *path = self.located(path);
        match &mut entry.key {
            KeyPlace::Files { cert, key } => [cert, key].into_iter().for_each(relocate),
            KeyPlace::Pkcs12 { file, .. } => relocate(file),
            KeyPlace::Pkcs11 { cert, .. } => cert.iter_mut().for_each(relocate),
        }
        if let Some(PasswordPlace::File(file)) = &mut entry.password {
            *file = self.located(file);
        }
        entry
    }

    /// A path of the register, seen from where the program runs.
    pub fn located(&self, path: &Path) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }
}

/// Opens the certificate and the key at a place whose paths are seen from here. What is wrong with the pair is reported of the
/// certificate, which has the dates and names in it.
///
/// # Errors
/// Those of the files, of `password` and of [`Credential::new`]; of a token, whose PIN `password` gives if the URI names no file
/// of it; `signer_unavailable` for a key on a token without the feature `pkcs11`.
pub fn issuer_of(
    place: &KeyPlace,
    password: impl FnOnce(&Path) -> Result<Option<Secret>>,
    conditions: &Conditions,
) -> Result<Issuer> {
    let (certificate, key, named) = match place {
        KeyPlace::Files { cert, key } => {
            let of_cert = |error: Error| error.about(cert.to_string_lossy());
            let certificate = Certificate::parse(&read_key_file(cert)?).map_err(of_cert)?;
            (certificate, private_key(key, password)?, cert)
        }
        KeyPlace::Pkcs12 { file, entry } => {
            let (certificate, key) = pkcs12_pair(file, entry.as_deref(), password)?;
            (certificate, key, file)
        }
        #[cfg(feature = "pkcs11")]
        KeyPlace::Pkcs11 { uri, cert } => return on_token(&uri.parse()?, cert.as_deref(), password, conditions),
        #[cfg(not(feature = "pkcs11"))]
        KeyPlace::Pkcs11 { .. } => {
            let message = "its key is on a token, which is not reached from here";
            return Err(Error::new(Kind::SignerUnavailable, message));
        }
    };
    let credential = Credential::new(certificate, key, conditions);
    Issuer::new(credential.map_err(|error| error.about(named.to_string_lossy()))?)
}

#[cfg(feature = "pkcs11")]
fn on_token(
    uri: &TokenUri,
    cert: Option<&Path>,
    pin: impl FnOnce(&Path) -> Result<Option<Secret>>,
    conditions: &Conditions,
) -> Result<Issuer> {
    let token = Token::find(uri)?;
    let name = format!("token {:?}", token.label());
    let pin = match (token.asks_for_pin(), uri.pin_source()) {
        (false, _) => None,
        (true, Some(file)) => Some(Secret::of_key(file)?),
        (true, None) => pin(Path::new(&name))?,
    };
    let key = token.key(pin.as_ref().map(Secret::bytes)).map_err(|error| error.about(&name))?;
    let (certificate, named) = match cert {
        Some(cert) => {
            let named = cert.to_string_lossy().into_owned();
            (Certificate::parse(&read_key_file(cert)?).map_err(|error| error.about(&named))?, named)
        }
        None => (key.certificate().map_err(|error| error.about(&name))?, name),
    };
    let signer = key.signer(SignatureEncoding::default());
    Issuer::with_outside_key(certificate, signer, conditions).map_err(|error| error.about(named))
}
