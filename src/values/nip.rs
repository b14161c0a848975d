use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind, Result};

/// A Polish tax identification number: ten digits, as the schemas' type `TNrNIP` allows them
/// (`[1-9]((\d[1-9])|([1-9]\d))\d{7}`).
///
/// The check digit is not part of the type: the test environment accepts numbers with a wrong one. See
/// [`has_valid_checksum`](Nip::has_valid_checksum).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nip([u8; 10]);

impl Nip {
    /// Reads ten digits, nothing around or between them.
    ///
    /// # Errors
    /// `nip_malformed`.
    pub fn parse(text: &str) -> Result<Self> {
        Self::from_digits(text.as_bytes())
            .ok_or_else(|| Error::new(Kind::NipMalformed, format!("{text:?} is not a NIP of ten digits")))
    }

    pub(crate) fn from_digits(text: &[u8]) -> Option<Self> {
        let digits: [u8; 10] = text.try_into().ok()?;
        let shape = digits.iter().all(u8::is_ascii_digit) && digits[0] != b'0' && digits[1..3] != *b"00";
        shape.then_some(Self(digits))
    }

    /// The ten digits.
    pub fn as_str(&self) -> &str {
        // Digits only, by construction; the empty string could only follow a bug here and would match nothing.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// True if the last digit fits the others (weights 6 5 7 2 3 4 5 6 7, modulo 11). Production KSeF refuses
    /// an invoice where it does not (`faktury/weryfikacja-faktury.md`).
    pub fn has_valid_checksum(&self) -> bool {
        const WEIGHTS: [u32; 9] = [6, 5, 7, 2, 3, 4, 5, 6, 7];
        let sum: u32 = WEIGHTS.iter().zip(self.0).map(|(weight, digit)| weight * u32::from(digit - b'0')).sum();
        sum % 11 == u32::from(self.0[9] - b'0')
    }
}

/// Reads a NIP as people write it: `526-587-76-35`, `526 587 76 35`, `PL 5265877635`, `NIP: 5265877635`. Of invoices and
/// links [`parse`](Nip::parse) alone is right.
///
/// Errors are `nip_malformed`.
impl FromStr for Nip {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let upper = text.trim().to_uppercase();
        let bare = upper.strip_prefix("NIP").map_or(&*upper, |rest| rest.trim_start_matches([':', ' ', '\u{A0}']));
        let bare = bare.strip_prefix("PL").unwrap_or(bare);
        // Word processors make dashes and spaces of their own.
        let between = |c: &char| matches!(c, ' ' | '-' | '\u{A0}' | '\u{202F}' | '\u{2010}'..='\u{2014}' | '\u{2212}');
        let digits: String = bare.chars().filter(|c| !between(c)).collect();
        Self::from_digits(digits.as_bytes()).ok_or_else(|| {
            let message = format!("{text:?} is not a NIP of ten digits, such as 5265877635 or 526-587-76-35");
            Error::new(Kind::NipMalformed, message)
        })
    }
}

impl fmt::Display for Nip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Nip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nip({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape() {
        for good in ["5265877635", "1111111111", "1012345678", "1102345678"] {
            assert_eq!(Nip::parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "",
            "526587763",
            "52658776355",
            "0265877635",
            "1002345678",
            "526-587-76-35",
            "526587763a",
            "PL52658776",
            "५२६५८७७६३५",
        ] {
            assert_eq!(Nip::parse(bad).unwrap_err().code(), "nip_malformed", "{bad}");
        }
    }

    #[test]
    fn as_people_write_it() {
        for text in [
            "5265877635",
            "526-587-76-35",
            "526-58-77-635",
            "526 587 76 35",
            "PL5265877635",
            "PL 526-587-76-35",
            "pl 5265877635",
            "NIP 5265877635",
            "nip: PL 526 587 76 35",
            "526\u{2011}587\u{2013}76\u{2212}35",
            " 5265877635\n",
        ] {
            assert_eq!(text.parse::<Nip>().unwrap().to_string(), "5265877635", "{text}");
        }
        for text in [
            "",
            "PL",
            "NIP",
            "526587763",
            "52658776355",
            "DE5265877635",
            "5265877635 PL",
            "526.587.76.35",
            "0265877635",
        ] {
            assert_eq!(text.parse::<Nip>().unwrap_err().code(), "nip_malformed", "{text}");
        }
    }

    #[test]
    fn checksum() {
        assert!(Nip::parse("5265877635").unwrap().has_valid_checksum());
        assert!(Nip::parse("1111111111").unwrap().has_valid_checksum());
        assert!(!Nip::parse("5265877636").unwrap().has_valid_checksum());
        // The weighted sum gives ten here, which no digit can be.
        assert!((0..10).all(|d| !Nip::parse(&format!("123456789{d}")).unwrap().has_valid_checksum()));
    }
}
