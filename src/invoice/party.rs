use std::fmt;

use crate::values::Nip;

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
    /// Weights 1 3 1 3 … over the fourteen digits before it, modulo 10. So the Ministry's clients have it
    /// (`IdentifierValidators` in C#, `IdentifierGeneratorUtils` in Java); no document says it, and whether KSeF looks at it
    /// is not known.
    pub(super) has_valid_check_digit: bool,
}

impl<'t> InternalId<'t> {
    /// None for what is no such identifier, which the schema refuses.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let (nip, unit) = text.split_once('-')?;
        let nip = Nip::from_digits(nip.as_bytes())?;
        let digits: Vec<u32> = nip.as_str().chars().chain(unit.chars()).filter_map(|sign| sign.to_digit(10)).collect();
        let (check, others) = digits.split_last().filter(|_| digits.len() == 15 && unit.len() == 5)?;
        let sum: u32 = others.iter().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
        Some(Self { text, nip, has_valid_check_digit: sum % 10 == *check })
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
