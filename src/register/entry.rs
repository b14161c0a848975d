use std::path::PathBuf;

use super::facts::Facts;
use super::status::Status;
use crate::credential::Certificate;
use crate::error::{Error, Kind, Result};
use crate::values::{Day, Nip};

/// What a register keeps of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The name by which people speak of it: one line, no other entry has it.
    pub name: String,
    /// What the certificate says of itself.
    pub facts: Facts,
    /// Where certificate and key are.
    pub key: KeyPlace,
    /// Where the key's password is, for the program.
    pub password: Option<PasswordPlace>,
    /// Where the password is kept, in words.
    pub password_kept: Option<String>,
    /// Where the backup of the key is kept, in words.
    pub backup: Option<String>,
    /// Which system uses the key.
    pub system: Option<String>,
    /// Who replaces the certificate.
    pub responsible: Option<String>,
    /// By which day.
    pub replace_by: Option<Day>,
    /// The first day (in Warsaw) on which it is chosen; as soon as it is valid, if there is none.
    pub use_from: Option<Day>,
    /// For whom it signs, beside its owner.
    pub signs_for: SignsFor,
    /// Whether it may still be used.
    pub status: Status,
    /// Anything else.
    pub note: Option<String>,
}

impl Entry {
    /// An active entry of which nothing is known but the certificate.
    pub fn new(name: impl Into<String>, certificate: &Certificate, key: KeyPlace) -> Self {
        Self {
            name: name.into(),
            facts: Facts::of(certificate),
            key,
            password: None,
            password_kept: None,
            backup: None,
            system: None,
            responsible: None,
            replace_by: None,
            use_from: None,
            signs_for: SignsFor::Owner,
            status: Status::Active,
            note: None,
        }
    }

    /// Compares the entry with the certificate that is found in its place.
    ///
    /// # Errors
    /// `register_outdated`, if it is another one, or if the entry says something else of it.
    pub fn check(&self, found: &Certificate) -> Result<()> {
        let found = Facts::of(found);
        let (serial, differences) = (self.facts.serial, self.facts.differences(&found));
        let message = match &differences[..] {
            [] => return Ok(()),
            ["serial", ..] => {
                let name = &self.name;
                format!("{name:?} is the certificate {serial} in the register, and the file holds {}", found.serial)
            }
            other => {
                format!("the register says of {:?} what the certificate does not: {}", self.name, other.join(", "))
            }
        };
        Err(Error::new(Kind::RegisterOutdated, message))
    }
}

/// For whom a certificate signs, beside its owner. They must have given its owner the right to issue invoices in KSeF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignsFor {
    /// Nobody.
    #[default]
    Owner,
    /// Taxpayers with these NIPs: a person's firm, clients of an office.
    Listed(Vec<Nip>),
    /// Whoever has no certificate of its own in the register.
    Any,
}

/// Where a certificate and its private key are. Paths are as they stand in the register, relative to its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// In two files (`cert`, `key`).
    Files {
        /// The certificate.
        cert: PathBuf,
        /// The private key.
        key: PathBuf,
    },
    /// In one PKCS#12 file (`p12`).
    Pkcs12 {
        /// The file.
        file: PathBuf,
        /// Which entry of it (`p12_entry`), where there are several.
        entry: Option<String>,
    },
    /// On a token (`pkcs11`).
    Pkcs11 {
        /// Which key, as a URI of RFC 7512 without a PIN.
        uri: String,
        /// The certificate's file (`cert`); on the token as well if there is none.
        cert: Option<PathBuf>,
    },
}

/// Where to find the password of a key. Never the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordPlace {
    /// The first line of a file, relative to the register's folder.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// The operating system's keyring.
    Keyring {
        /// The service, such as `ksef-qr`.
        service: String,
        /// The account, such as the certificate's name.
        account: String,
    },
}

impl PasswordPlace {
    /// True for what a shell takes as the name of a variable.
    pub(super) fn is_variable(name: &str) -> bool {
        let mut characters = name.chars();
        characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && characters.all(|other| other.is_ascii_alphanumeric() || other == '_')
    }
}
