use super::{Facts, KeyPlace, PasswordPlace, Status};
use crate::credential::Certificate;
use crate::error::{Error, Kind, Result};
use crate::values::Day;

/// What a register keeps of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
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
