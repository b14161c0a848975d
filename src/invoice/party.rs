use std::fmt;

use crate::values::{ContextId, Nip};

/// Who an invoice is for, by the identifier it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Buyer {
    /// A Polish NIP.
    Nip(Nip),
    /// A VAT number of another EU country, its two letters in front.
    EuVat(String),
    /// Another identifier (`NrID`, in PEF any other VAT registration).
    Other(String),
    /// None: a consumer (`BrakID`).
    Unidentified,
}

impl Buyer {
    /// The Polish NIP, if there is one.
    pub fn nip(&self) -> Option<Nip> {
        match self {
            Self::Nip(nip) => Some(*nip),
            _ => None,
        }
    }
}

/// `Nip:5251469286`, `EuVat:DE999999999`, `Other:...`; empty if there is none.
impl fmt::Display for Buyer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nip(nip) => write!(f, "Nip:{nip}"),
            Self::EuVat(number) => write!(f, "EuVat:{number}"),
            Self::Other(id) => write!(f, "Other:{id}"),
            Self::Unidentified => Ok(()),
        }
    }
}

/// Somebody else whom an invoice names (`Podmiot3`), as far as it matters who issues it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ThirdParty {
    /// Its NIP, if that is how it is named.
    pub nip: Option<Nip>,
    /// Its internal identifier (`IDWew`), if that is how it is named: a unit without a NIP of its own.
    pub internal_id: Option<ContextId>,
    /// Its part in the invoice (`Rola`), by the number that the schemas give it.
    pub role: Option<u8>,
}

impl ThirdParty {
    /// True for a unit that issues the invoice in a context of its own: of a local government (7), of a VAT group (9).
    pub fn is_issuing_unit(&self) -> bool {
        matches!(self.role, Some(7 | 9))
    }

    /// True if it issues the invoice in the name of who would have to (5): an accounting office.
    pub fn is_agent(&self) -> bool {
        self.role == Some(5)
    }
}

/// Somebody named in an invoice by a NIP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Party {
    /// `Podmiot1`.
    Seller,
    /// `Podmiot2`.
    Buyer,
    /// `Podmiot3`.
    Third,
    /// `Podmiot3` by an internal identifier (`IDWew`), which begins with a NIP.
    ThirdUnit,
    /// `PodmiotUpowazniony`: a bailiff, an enforcement authority, a tax representative.
    Authorised,
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seller => "seller",
            Self::Buyer => "buyer",
            Self::Third | Self::ThirdUnit => "third party",
            Self::Authorised => "authorised party",
        })
    }
}

/// `IDWew`: a NIP, a hyphen, and five digits that the taxpayer chose; the last of them is a check digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InternalId<'t> {
    pub(super) text: &'t str,
    pub(super) nip: Nip,
    /// By the rule of the Ministry's clients; whether KSeF looks at it is not known.
    pub(super) has_valid_check_digit: bool,
}

impl<'t> InternalId<'t> {
    /// None for what is no such identifier, which the schema refuses.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let id = ContextId::new("InternalId", text).ok()?;
        Some(Self { text, nip: id.taxpayer()?, has_valid_check_digit: id.has_valid_check_digit() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_digit_of_an_internal_identifier() {
        let fits = |text| InternalId::of(text).map(|id| id.has_valid_check_digit);
        // The published clients' own example, and the documents', which does not fit.
        assert_eq!(fits("6824515772-12343"), Some(true));
        assert_eq!(fits("5265877635-12345"), Some(false));
        for none in ["", "5265877635", "5265877635-1234", "5265877635-123456", "526587763-12345", "5265877635-1234५"]
        {
            assert_eq!(fits(none), None, "{none}");
        }
    }
}
