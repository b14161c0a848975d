use std::fmt;
use std::str::FromStr;

use pkcs8::ObjectIdentifier;
use pkcs8::der::Tag;

use crate::error::{Error, Kind, Result};

/// An attribute of a request's subject, one of those in the table of `certyfikaty-KSeF.md`, section 2.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Attribute {
    pub(super) kind: AttributeKind,
    pub(super) value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum AttributeKind {
    CommonName,
    Surname,
    GivenName,
    OrganizationName,
    OrganizationIdentifier,
    CountryName,
    SerialNumber,
    UniqueIdentifier,
}

impl AttributeKind {
    /// In the order in which the Ministry's C# client writes them (`CryptographyService.cs`).
    pub(super) const ALL: [Self; 8] = [
        Self::CommonName,
        Self::Surname,
        Self::GivenName,
        Self::OrganizationName,
        Self::OrganizationIdentifier,
        Self::CountryName,
        Self::SerialNumber,
        Self::UniqueIdentifier,
    ];

    /// The name in the API.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::CommonName => "commonName",
            Self::Surname => "surname",
            Self::GivenName => "givenName",
            Self::OrganizationName => "organizationName",
            Self::OrganizationIdentifier => "organizationIdentifier",
            Self::CountryName => "countryName",
            Self::SerialNumber => "serialNumber",
            Self::UniqueIdentifier => "uniqueIdentifier",
        }
    }

    pub(super) fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::CommonName => "2.5.4.3",
            Self::Surname => "2.5.4.4",
            Self::GivenName => "2.5.4.42",
            Self::OrganizationName => "2.5.4.10",
            Self::OrganizationIdentifier => "2.5.4.97",
            Self::CountryName => "2.5.4.6",
            Self::SerialNumber => "2.5.4.5",
            Self::UniqueIdentifier => "2.5.4.45",
        })
    }
}

impl Attribute {
    /// # Errors
    /// `subject_malformed` for an empty value, one with control characters, or a country that is not two letters.
    pub(super) fn new(kind: AttributeKind, value: &str) -> Result<Self> {
        if value.trim().is_empty() || value.chars().any(char::is_control) {
            let message = format!("{} is empty, or holds control characters", kind.name());
            return Err(Error::new(Kind::SubjectMalformed, message));
        }
        let is_country = value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase());
        if kind == AttributeKind::CountryName && !is_country {
            return Err(Error::new(Kind::SubjectMalformed, "countryName is two capital letters (X.520): PL"));
        }
        Ok(Self { kind, value: value.to_owned() })
    }

    /// How the value is written: PrintableString for the country and the serial number, as X.520 asks, UTF8String for
    /// all others; the Ministry's C# client does the same.
    pub(super) fn tag(&self) -> Tag {
        let is_printable = |byte: u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte);
        match self.kind {
            AttributeKind::CountryName | AttributeKind::SerialNumber if self.value.bytes().all(is_printable) => {
                Tag::PrintableString
            }
            _ => Tag::Utf8String,
        }
    }
}

/// `commonName=Firma` or `2.5.4.3=Firma`.
impl FromStr for Attribute {
    type Err = Error;

    /// # Errors
    /// `subject_malformed`.
    fn from_str(text: &str) -> Result<Self> {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| Error::new(Kind::SubjectMalformed, "an attribute is written NAME=VALUE"))?;
        let kind = AttributeKind::ALL.into_iter().find(|kind| name == kind.name() || name == kind.oid().to_string());
        let kind = kind.ok_or_else(|| {
            let names = AttributeKind::ALL.map(AttributeKind::name).join(", ");
            Error::new(
                Kind::SubjectMalformed,
                format!("{name:?} is not an attribute; there are {names}, and their OIDs"),
            )
        })?;
        Self::new(kind, value)
    }
}

/// The value may be a person's.
impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({})", self.kind.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_name_and_by_number() {
        let attribute: Attribute = "2.5.4.97=VATPL-5265877635".parse().unwrap();
        assert_eq!(attribute, "organizationIdentifier=VATPL-5265877635".parse().unwrap());
        assert_eq!(attribute.tag(), Tag::Utf8String);
        assert_eq!("countryName=PL".parse::<Attribute>().unwrap().tag(), Tag::PrintableString);
        assert_eq!("serialNumber=NIP_1".parse::<Attribute>().unwrap().tag(), Tag::Utf8String);
        for wrong in [
            "commonName",
            "CN=Firma",
            "2.5.4.11=Firma",
            "commonName=",
            "commonName= ",
            "surname=a\nb",
            "countryName=Polska",
        ] {
            assert_eq!(wrong.parse::<Attribute>().unwrap_err().code(), "subject_malformed", "{wrong}");
        }
        assert!(!format!("{attribute:?}").contains("5265877635"));
    }
}
