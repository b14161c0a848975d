use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind, Result};

/// The name under which a certificate is listed in KSeF (`open-api.json`, `certificateName`): 5 to 100 characters,
/// letters with Polish ones, digits, spaces, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertificateName(String);

impl CertificateName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CertificateName {
    type Err = Error;

    /// # Errors
    /// `certificate_name_malformed`.
    fn from_str(text: &str) -> Result<Self> {
        let is_taken = |c: char| c.is_ascii_alphanumeric() || "_- ąćęłńóśźżĄĆĘŁŃÓŚŹŻ".contains(c);
        let count = text.chars().count();
        let message = if !(5..=100).contains(&count) {
            format!("a certificate's name has 5 to 100 characters, not {count}")
        } else if let Some(wrong) = text.chars().find(|&c| !is_taken(c)) {
            format!("a certificate's name does not hold {wrong:?}")
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(Error::new(Kind::CertificateNameMalformed, message))
    }
}

impl fmt::Display for CertificateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["Kasa1", "Zażółć gęślą-jaźń_1", &"ą".repeat(100)] {
            assert_eq!(name.parse::<CertificateName>().unwrap().as_str(), name);
        }
        for (name, found) in [("Kasa", "not 4"), (&"a".repeat(101), "not 101"), ("Kasa 1.", "'.'"), ("Käse 1", "'ä'")]
        {
            let error = name.parse::<CertificateName>().unwrap_err();
            assert_eq!(error.code(), "certificate_name_malformed");
            assert!(error.message().contains(found), "{error}");
        }
    }
}
