use std::fmt;
use std::str::FromStr;

use super::day::Day;
use super::issue_date::IssueDate;
use super::nip::Nip;
use super::written_number::{NumberForm, WrittenNumber, is_of_ksef_1};
use crate::error::{Error, Kind, Result, Warning, WarningKind};

/// The number KSeF gives to an invoice it has taken: `5265877635-20250826-0100001AF629-AF`.
///
/// 35 characters, of which the last two are a CRC-8 of the others and are checked here (`faktury/numer-ksef.md`). Numbers of
/// KSeF 1.0 have a hyphen more, in the middle of the technical part, and another check sum, which was never published: of
/// them the form alone is checked, and that they are from before 1 February 2026.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KsefNumber {
    text: String,
    seller: Nip,
    day: Day,
}

impl KsefNumber {
    /// Reads a number, nothing around it.
    ///
    /// # Errors
    /// `ksef_number_malformed`; `ksef_number_checksum` if the shape is right and the check digits are not;
    /// `ksef_number_is_collective` and `ksef_number_is_reference` for other numbers that KSeF gives.
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = || Error::new(Kind::KsefNumberMalformed, format!("{text:?} is not a KSeF number"));
        let written = WrittenNumber::of(text).ok_or_else(malformed)?;
        match written.form() {
            NumberForm::Invoice | NumberForm::InvoiceOfKsef1 => {}
            NumberForm::Collective => {
                let message =
                    format!("{text:?} is a collective identifier (IZ) of several invoices, not a KSeF number");
                return Err(Error::new(Kind::KsefNumberIsCollective, message));
            }
            NumberForm::Reference => {
                let kind = written.reference_kind().map_or_else(String::new, |kind| format!(" ({kind})"));
                let message = format!("{text:?} is a reference number{kind}, not a KSeF number");
                return Err(Error::new(Kind::KsefNumberIsReference, message));
            }
        }
        let seller = written.nip().and_then(|nip| Nip::parse(nip).ok()).ok_or_else(malformed)?;
        let day = written.day().ok_or_else(malformed)?;
        match written.expected_check_sum() {
            Some(expected) if expected != written.check_sum() => Err(written.wrong_check_sum(&expected)),
            None if !is_of_ksef_1(day) => Err(written.too_late_for_ksef_1()),
            _ => Ok(Self { text: text.to_owned(), seller, day }),
        }
    }

    /// The number as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True if KSeF gave the number on `day` or later. It takes no invoice before its issue date
    /// (`faktury/weryfikacja-faktury.md`).
    pub fn is_of_or_after(&self, day: IssueDate) -> bool {
        self.day >= Day::from(day)
    }

    /// The seller's NIP, which the number begins with.
    pub fn seller(&self) -> Nip {
        self.seller
    }

    /// The day on which KSeF took the invoice up.
    pub fn day(&self) -> Day {
        self.day
    }

    /// Whether KSeF can have given the number by `today`.
    ///
    /// # Errors
    /// `ksef_number_in_future`.
    pub fn check_given_by(&self, today: Day) -> Result<()> {
        match self.day <= today {
            true => Ok(()),
            false => {
                let message = format!("the KSeF number {self} is dated {}, which is after today, {today}", self.day);
                Err(Error::new(Kind::KsefNumberInFuture, message))
            }
        }
    }

    /// What somebody should look at: `ksef_number_of_ksef_1`.
    pub fn warning(&self) -> Option<Warning> {
        // The form alone has 36 characters.
        (self.text.len() == 36).then(|| {
            let message = format!("{self} is a number of KSeF 1.0, whose check sum cannot be checked");
            Warning::new(WarningKind::KsefNumberOfKsef1, message)
        })
    }
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
        // Of a public thread (client-csharp, issue 26): another check sum, which nobody published.
        let number = KsefNumber::parse("7781464139-20230721-80B510-9675F7-B5").unwrap();
        assert_eq!(number.warning().unwrap().code(), "ksef_number_of_ksef_1");
        assert_eq!(KsefNumber::parse("5265877635-20250826-0100001AF629-AF").unwrap().warning(), None);
        for (text, code) in [
            ("7781464139-20260131-80B510-9675F7-B5", None),
            ("7781464139-20260201-80B510-9675F7-B5", Some("ksef_number_malformed")),
            ("7781464139-20230721-80B5109675F7-B5", Some("ksef_number_checksum")),
        ] {
            assert_eq!(KsefNumber::parse(text).err().map(|error| error.code()), code, "{text}");
        }
    }

    #[test]
    fn other_numbers_are_named_as_what_they_are() {
        for (text, code) in [
            ("1111111111-IZ202607-65ED02180000-E7", "ksef_number_is_collective"),
            ("20250625-EE-319D7EE000-B67F415CDC-2C", "ksef_number_is_reference"),
            ("20250625-SO-2C3E6C8000-B675CF5D68-07", "ksef_number_is_reference"),
        ] {
            assert_eq!(KsefNumber::parse(text).unwrap_err().code(), code, "{text}");
        }
    }

    #[test]
    fn no_number_comes_from_the_future() {
        let number = KsefNumber::parse("5265877635-20250826-0100001AF629-AF").unwrap();
        assert_eq!(number.check_given_by("2025-08-26".parse().unwrap()), Ok(()));
        let error = number.check_given_by("2025-08-25".parse().unwrap()).unwrap_err();
        assert_eq!(error.code(), "ksef_number_in_future");
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
