use std::fmt;

use pkcs8::ObjectIdentifier;
use pkcs8::der::oid::db::rfc4519;
use x509_cert::ext::pkix::name::DirectoryString;
use x509_cert::name::Name;

use crate::values::Nip;

/// Whom a certificate was issued to, as far as its subject says (`certyfikaty-KSeF.md`).
///
/// A PESEL is personal data and decides nothing here, so it is recognised and not kept (`Certificate::pesel` reads it
/// again for whoever asks).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A taxpayer with this NIP.
    Nip(Nip),
    /// A person with a PESEL.
    Pesel,
    /// Somebody known to KSeF by a certificate's fingerprint, or not known at all.
    Unknown,
}

impl Owner {
    pub(super) fn of(subject: &Name) -> Self {
        // A company's certificate may name its representative too: the company is the owner, whichever stands first.
        let identifiers: Vec<String> = [ORGANIZATION_IDENTIFIER, rfc4519::SERIAL_NUMBER]
            .iter()
            .flat_map(|wanted| subject.iter().filter(move |attribute| attribute.oid == *wanted))
            .filter_map(|attribute| DirectoryString::try_from(&attribute.value).ok())
            .map(|value| value.value().trim().to_owned())
            .collect();
        if let Some(nip) = identifiers.iter().find_map(|identifier| nip(identifier)) {
            return Self::Nip(nip);
        }
        let is_pesel = |identifier: &String| identifier.starts_with("PNOPL") || identifier.starts_with("PESEL");
        if identifiers.iter().any(is_pesel) { Self::Pesel } else { Self::Unknown }
    }
}

/// `Nip:5265877635`, `Pesel` or `Unknown`, as in a register.
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nip(nip) => write!(f, "Nip:{nip}"),
            Self::Pesel => f.write_str("Pesel"),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}

/// X.520; not in `const-oid`'s tables.
const ORGANIZATION_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.97");

/// `VATPL-5265877635`, possibly followed by a space and other registers' numbers.
fn nip(identifier: &str) -> Option<Nip> {
    let number = ["VATPL-", "TINPL-", "NIP-"].iter().find_map(|prefix| identifier.strip_prefix(prefix))?;
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    Nip::from_digits(&number.as_bytes()[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_nip() {
        for identifier in
            ["VATPL-5265877635", "TINPL-5265877635", "NIP-5265877635", "VATPL-5265877635 NTRPL-0000000000 BR:PL-123"]
        {
            assert_eq!(nip(identifier).unwrap().as_str(), "5265877635", "{identifier}");
        }
        for other in ["", "5265877635", "VATPL-", "VATPL-52658776355", "VATDE-5265877635", "PNOPL-90610112347"] {
            assert_eq!(nip(other), None, "{other}");
        }
    }
}
