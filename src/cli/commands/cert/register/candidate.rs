//! A certificate and its key that are to be added to a register: opened, compared with each other, made to an entry.

use std::path::Path;

use anyhow::bail;
use ksef_qr::credential::{Certificate, KeyFile, Pkcs12, PrivateKey, check_pair};
use ksef_qr::pkcs11::TokenUri;
use ksef_qr::register::{Entry, KeyPlace, PasswordPlace};
use ksef_qr::values::Day;

use crate::cli::credential::key_file::{certificate, pkcs12_pair, read_key_file};
use crate::cli::credential::register_file::relative;
use crate::cli::credential::secret::Secret;
use crate::cli::settings::{AddedKey, EntryNotes, SecretSource};
use crate::cli::words::failure;
use crate::cli::words::say::tell;
use crate::cli::words::text::ODD;

/// What may become an entry.
#[derive(Debug)]
pub struct Candidate {
    /// As the entry is to be called.
    pub name: String,
    /// Paths are seen from where the program runs.
    pub key: AddedKey,
    pub notes: EntryNotes,
}

impl Candidate {
    /// The certificate, and whether it was seen that the key belongs to it: that cannot be seen of a key that is locked
    /// while its password is not at hand. `asked` is where a password comes from for which no place is named.
    pub fn open(&self, asked: Option<&SecretSource>) -> anyhow::Result<(Certificate, bool)> {
        let place = self.notes.password.as_ref();
        match &self.key {
            AddedKey::Pkcs12 { file, entry } => {
                let place = place.cloned().map(SecretSource::from);
                let (certificate, _) = match place.as_ref().or(asked) {
                    Some(source) => pkcs12_pair(file, entry.as_deref(), source)?,
                    None => {
                        let pair = Pkcs12::read(&read_key_file(file)?)
                            .and_then(|file| file.open(None)?.pair(entry.as_deref()));
                        pair.map_err(|error| error.about(file.to_string_lossy()))?
                    }
                };
                Ok((certificate, true))
            }
            AddedKey::Files { cert, key } => of_files(cert, key, place),
            // The token itself is not read: `cert register check --open` does that.
            AddedKey::Token { cert, uri } => {
                uri.parse::<TokenUri>()?;
                Ok((certificate(cert)?, false))
            }
        }
    }

    /// The entry, its paths as the register in that file writes them.
    pub fn entry(&self, certificate: &Certificate, register: &Path) -> anyhow::Result<Entry> {
        let notes = &self.notes;
        let key = match &self.key {
            AddedKey::Files { cert, key } => {
                KeyPlace::Files { cert: relative(cert, register)?, key: relative(key, register)? }
            }
            AddedKey::Pkcs12 { file, entry } => {
                KeyPlace::Pkcs12 { file: relative(file, register)?, entry: entry.clone() }
            }
            AddedKey::Token { cert, uri } => {
                KeyPlace::Pkcs11 { uri: uri.clone(), cert: Some(relative(cert, register)?) }
            }
        };
        if let Some(day) = notes.use_from.filter(|&day| day > Day::of(certificate.not_after())) {
            bail!("--use-from {day}: the certificate ends before, on {}", Day::of(certificate.not_after()));
        }
        let mut entry = Entry::new(&self.name, certificate, key);
        entry.password = match &notes.password {
            Some(PasswordPlace::File(file)) => Some(PasswordPlace::File(relative(file, register)?)),
            place => place.clone(),
        };
        entry.password_kept.clone_from(&notes.password_kept);
        entry.backup.clone_from(&notes.backup);
        entry.system.clone_from(&notes.system);
        entry.responsible.clone_from(&notes.responsible);
        entry.replace_by = notes.replace_by;
        entry.use_from = notes.use_from;
        entry.signs_for.clone_from(&notes.signs_for);
        entry.note.clone_from(&notes.note);
        Ok(entry)
    }
}

fn of_files(cert: &Path, key: &Path, place: Option<&PasswordPlace>) -> anyhow::Result<(Certificate, bool)> {
    let certificate = certificate(cert)?;
    let file = PrivateKey::read(&read_key_file(key)?).map_err(|error| error.about(key.to_string_lossy()))?;
    // Whether it is the certificate's key can be seen if it is open, or opened by a password that need not be typed.
    let private_key = match file {
        KeyFile::Open(private_key) => Some(private_key),
        KeyFile::Locked(locked) => password_at_hand(place, key)?
            .map(|password| locked.open(password.bytes()).map_err(|error| error.about(key.to_string_lossy())))
            .transpose()?,
    };
    if let Some(private_key) = &private_key {
        check_pair(&certificate, private_key).map_err(|error| error.about(key.to_string_lossy()))?;
    }
    Ok((certificate, private_key.is_some()))
}

/// A key's password from the place that is named, if one is named that can be read here.
fn password_at_hand(place: Option<&PasswordPlace>, key: &Path) -> anyhow::Result<Option<Secret>> {
    let Some(place) = place else { return Ok(None) };
    match SecretSource::from(place.clone()).password_of(key) {
        // It is for the machine that signs, which need not be this one.
        Err(error) if !matches!(place, PasswordPlace::File(_)) => {
            tell!(
                "{ODD}warning{ODD:#}: whether the key belongs to the certificate was not checked: {}",
                failure::words(&error)
            );
            Ok(None)
        }
        found => found,
    }
}
