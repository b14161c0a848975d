use std::fmt;
use std::str::FromStr;

use super::issue_date::IssueDate;
use super::nip::Nip;
use crate::error::{Error, Kind, Result};

/// The number KSeF gives to an invoice it has taken: `5265877635-20250826-0100001AF629-AF`.
///
/// 35 characters; numbers of KSeF 1.0 have a hyphen more, in the middle of the technical part. The last two
/// are a CRC-8 of the others and are checked here (`faktury/numer-ksef.md`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KsefNumber {
    text: String,
    seller: Nip,
}

impl KsefNumber {
    /// Reads a number, nothing around it.
    ///
    /// # Errors
    /// `ksef_number_malformed`; `ksef_number_checksum` if the shape is right and the check digits are not.
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = || Error::new(Kind::KsefNumberMalformed, format!("{text:?} is not a KSeF number"));
        let (seller, checksum) = shape(text.as_bytes()).ok_or_else(malformed)?;
        if checksum_of(text.as_bytes()) != checksum {
            let message = format!("the check digits of {text:?} do not fit the rest of the number");
            return Err(Error::new(Kind::KsefNumberChecksum, message));
        }
        Ok(Self { text: text.to_owned(), seller })
    }

    /// The number as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True if KSeF gave the number on `day` or later. It takes no invoice before its issue date
    /// (`faktury/weryfikacja-faktury.md`).
    pub fn is_of_or_after(&self, day: IssueDate) -> bool {
        self.text[11..19] >= *day.to_string().replace('-', "")
    }

    /// The seller's NIP, which the number begins with.
    pub fn seller(&self) -> Nip {
        self.seller
    }
}

/// The seller and the written checksum, if `text` has the shape of a number.
fn shape(text: &[u8]) -> Option<(Nip, u8)> {
    let technical = match text.len() {
        35 => "XXXXXXXXXXXX",
        36 => "XXXXXX-XXXXXX",
        _ => return None,
    };
    let pattern = format!("0000000000-00000000-{technical}-XX");
    let fits = pattern.bytes().zip(text).all(|(pattern, &byte)| match pattern {
        b'0' => byte.is_ascii_digit(),
        b'X' => matches!(byte, b'0'..=b'9' | b'A'..=b'F'),
        hyphen => byte == hyphen,
    });
    let (month, day) = (text.get(15..17)?, text.get(17..19)?);
    let date = (&b"01"[..]..=b"12").contains(&month) && (&b"01"[..]..=b"31").contains(&day);
    let digits = std::str::from_utf8(text.get(text.len() - 2..)?).ok()?;
    let checksum = u8::from_str_radix(digits, 16).ok()?;
    (fits && date).then_some((Nip::from_digits(text.get(..10)?)?, checksum))
}

/// CRC-8, polynomial 0x07, initial value 0x00, over the number without its checksum and the hyphen before
/// it. The extra hyphen of KSeF 1.0 does not count.
fn checksum_of(text: &[u8]) -> u8 {
    let hyphen_of_1_0 = if text.len() == 36 { 26 } else { usize::MAX };
    text[..text.len() - 3]
        .iter()
        .enumerate()
        .filter(|&(position, _)| position != hyphen_of_1_0)
        .fold(0, |crc, (_, byte)| (0..8).fold(crc ^ byte, |crc, _| crc << 1 ^ if crc & 0x80 != 0 { 0x07 } else { 0 }))
}

impl FromStr for KsefNumber {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for KsefNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for KsefNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KsefNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_ksef_1_0_with_its_extra_hyphen() {
        let number = KsefNumber::parse("5265877635-20250826-010000-1AF629-AF").unwrap();
        assert_eq!(number.as_str(), "5265877635-20250826-010000-1AF629-AF");
        assert_eq!(number.seller().as_str(), "5265877635");
    }

    #[test]
    fn every_single_mistyped_character_is_found() {
        let good = "5265877635-20250826-0100001AF629-AF";
        assert!(KsefNumber::parse(good).is_ok());
        for position in 0..good.len() {
            for other in "0123456789ABCDEFaf-".chars().filter(|&c| !good[position..].starts_with(c)) {
                let mut bad = good.to_owned();
                bad.replace_range(position..=position, other.encode_utf8(&mut [0; 4]));
                assert!(KsefNumber::parse(&bad).is_err(), "{bad}");
            }
        }
        for bad in [
            "",
            "5265877635-20250826-0100001AF629-A",
            " 5265877635-20250826-0100001AF629-AF",
            "5265877635-20251326-0100001AF629-AF",
        ] {
            assert_eq!(KsefNumber::parse(bad).unwrap_err().code(), "ksef_number_malformed", "{bad}");
        }
    }
}
