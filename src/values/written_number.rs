use super::day::Day;
use super::nip::Nip;
use crate::error::{Error, Kind, Warning, WarningKind};

/// The first day of KSeF 2.0, whose numbers have no hyphen in the middle.
const KSEF_2_BEGINS: &str = "2026-02-01";

/// Which kind of number a text is, by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NumberForm {
    /// The number of an invoice: `5265877635-20250826-0100001AF629-AF` (`faktury/numer-ksef.md`).
    Invoice,
    /// The same in KSeF 1.0, with a hyphen more: `7781464139-20230721-80B510-9675F7-B5`. How its check sum is made was never
    /// published.
    InvoiceOfKsef1,
    /// A collective identifier (identyfikator zbiorczy, IZ), by which one payment names several invoices:
    /// `1111111111-IZ202607-65ED02180000-E7`.
    Collective,
    /// The reference number of a session, of an invoice as it was sent, of a request: `20250625-EE-319D7EE000-B67F415CDC-2C`.
    Reference,
}

impl NumberForm {
    const ALL: [Self; 4] = [Self::Invoice, Self::InvoiceOfKsef1, Self::Collective, Self::Reference];

    /// `0` is a digit, `X` a hexadecimal digit in capitals, `Y` a capital letter; all else is itself.
    const fn pattern(self) -> &'static str {
        match self {
            Self::Invoice => "0000000000-00000000-XXXXXXXXXXXX-XX",
            Self::InvoiceOfKsef1 => "0000000000-00000000-XXXXXX-XXXXXX-XX",
            Self::Collective => "0000000000-IZ000000-XXXXXXXXXXXX-XX",
            Self::Reference => "00000000-YY-XXXXXXXXXX-XXXXXXXXXX-XX",
        }
    }

    fn fits(self, text: &str) -> bool {
        let pattern = self.pattern();
        let is_of_class = |(pattern, byte): (u8, u8)| match pattern {
            b'0' => byte.is_ascii_digit(),
            b'X' => matches!(byte, b'0'..=b'9' | b'A'..=b'F'),
            b'Y' => byte.is_ascii_uppercase(),
            other => byte == other,
        };
        pattern.len() == text.len() && pattern.bytes().zip(text.bytes()).all(is_of_class)
    }

    /// The name in JSON: `invoice`, `invoice_of_ksef_1`, `collective`, `reference`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::InvoiceOfKsef1 => "invoice_of_ksef_1",
            Self::Collective => "collective",
            Self::Reference => "reference",
        }
    }

    /// What such a number is, in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Invoice => "a KSeF number: of one invoice that KSeF has taken",
            Self::InvoiceOfKsef1 => "a number of KSeF 1.0: of one invoice that KSeF took before 1 February 2026",
            Self::Collective => {
                "a collective identifier (identyfikator zbiorczy, IZ): several invoices of one seller, for a payment"
            }
            Self::Reference => {
                "a reference number: of something that was sent to KSeF or asked of it, not of an invoice in it"
            }
        }
    }
}

/// A number of KSeF as it is written: its form and its parts, right or wrong.
///
/// ```
/// use ksef_qr::values::{Day, NumberForm, WrittenNumber};
///
/// # fn main() -> ksef_qr::Result<()> {
/// let number = WrittenNumber::of("5265877635-20250826-0100001AF629-A0").unwrap();
/// assert_eq!((number.form(), number.nip(), number.day()), (NumberForm::Invoice, Some("5265877635"), Some("2025-08-26".parse()?)));
/// assert_eq!((number.check_sum(), number.expected_check_sum().as_deref()), ("A0", Some("AF")));
/// assert_eq!(number.faults("2026-06-30".parse()?)[0].code(), "ksef_number_checksum");
/// assert!(WrittenNumber::of("FV/2026/06/001").is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenNumber<'t> {
    text: &'t str,
    form: NumberForm,
}

impl<'t> WrittenNumber<'t> {
    /// The number that a text is, nothing around it; none if it has the form of none.
    pub fn of(text: &'t str) -> Option<Self> {
        let form = NumberForm::ALL.into_iter().find(|form| form.fits(text))?;
        Some(Self { text, form })
    }

    /// Which kind of number it is.
    pub fn form(&self) -> NumberForm {
        self.form
    }

    /// The seller's NIP, which all but a reference number begin with.
    pub fn nip(&self) -> Option<&'t str> {
        match self.form {
            NumberForm::Reference => None,
            _ => self.text.get(..10),
        }
    }

    /// The day on which KSeF took it up; none for a collective identifier, and where there is no such day.
    pub fn day(&self) -> Option<Day> {
        let digits = match self.form {
            NumberForm::Invoice | NumberForm::InvoiceOfKsef1 => self.text.get(11..19)?,
            NumberForm::Reference => self.text.get(..8)?,
            NumberForm::Collective => return None,
        };
        day_of(digits)
    }

    /// `2026-07`: the month of a collective identifier; none for the others, and where there is no such month.
    pub fn month(&self) -> Option<String> {
        let digits = match self.form {
            NumberForm::Collective => self.text.get(13..19)?,
            _ => return None,
        };
        day_of(&format!("{digits}01"))?;
        Some(format!("{}-{}", digits.get(..4)?, digits.get(4..)?))
    }

    /// The two letters of a reference number.
    pub fn letters(&self) -> Option<&'t str> {
        match self.form {
            NumberForm::Reference => self.text.get(9..11),
            _ => None,
        }
    }

    /// What the two letters of a reference number stand for, by the examples of the API's documentation (`open-api.json`);
    /// none where they show no such letters.
    pub fn reference_kind(&self) -> Option<&'static str> {
        Some(match self.letters()? {
            "AU" => "an authentication",
            "CR" => "a challenge, the first step of an authentication",
            "EC" => "a KSeF token, or a certificate",
            "EE" => "an invoice as it was sent in a session; its KSeF number is another",
            "EG" => "a change of permissions",
            "EH" => "an export of invoices, or an application for a certificate",
            "EU" => "a page of a UPO",
            "SB" => "a batch session",
            "SE" => "a session of KSeF 1.0",
            "SO" => "an interactive session",
            _ => return None,
        })
    }

    /// The technical part, without its hyphen.
    pub fn technical(&self) -> String {
        let start = match self.form {
            NumberForm::Reference => 12,
            _ => 20,
        };
        let end = self.text.len() - 3;
        self.text.get(start..end).unwrap_or_default().replace('-', "")
    }

    /// The last two characters.
    pub fn check_sum(&self) -> &'t str {
        self.text.get(self.text.len() - 2..).unwrap_or_default()
    }

    /// What the last two characters should be; none for a number of KSeF 1.0. That reference numbers have the same check sum
    /// is in no document; all that were seen have it.
    pub fn expected_check_sum(&self) -> Option<String> {
        let checked = self.text.get(..self.text.len() - 3)?;
        (self.form != NumberForm::InvoiceOfKsef1).then(|| format!("{:02X}", crc_8(checked.as_bytes())))
    }

    /// Why it cannot be right, `today`: `nip_malformed`, `ksef_number_malformed` (there is no such date; a number of KSeF 1.0 from
    /// the time after it), `ksef_number_in_future`, `ksef_number_checksum`.
    pub fn faults(&self, today: Day) -> Vec<Error> {
        let mut faults = Vec::new();
        faults.extend(self.nip().and_then(|nip| Nip::parse(nip).err()));
        let written = self.text.get(self.date_at()).unwrap_or_default();
        let first = self.first_day();
        match first {
            None => faults.push(Error::new(Kind::KsefNumberMalformed, format!("there is no such date as {written}"))),
            Some(day) if day > today => {
                let message = format!("it is dated {}, which is after today, {today}", self.date().unwrap_or_default());
                faults.push(Error::new(Kind::KsefNumberInFuture, message));
            }
            Some(day) if self.form == NumberForm::InvoiceOfKsef1 && !is_of_ksef_1(day) => {
                faults.push(self.too_late_for_ksef_1());
            }
            Some(_) => {}
        }
        if let Some(expected) = self.expected_check_sum().filter(|expected| expected != self.check_sum()) {
            faults.push(self.wrong_check_sum(&expected));
        }
        faults
    }

    /// What somebody should look at: `ksef_number_of_ksef_1`, `nip_checksum`.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.form == NumberForm::InvoiceOfKsef1 {
            let message =
                "it is a number of KSeF 1.0, whose check sum cannot be checked: compare it character by character";
            warnings.push(Warning::new(WarningKind::KsefNumberOfKsef1, message));
        }
        if let Some(nip) = self.nip().and_then(|nip| Nip::parse(nip).ok()).filter(|nip| !nip.has_valid_checksum()) {
            let message =
                format!("the check digit of the NIP {nip} is wrong, as it can be in the test environment alone");
            warnings.push(Warning::new(WarningKind::NipChecksum, message));
        }
        warnings
    }

    /// `2026-07-01`, or `2026-07`.
    pub fn date(&self) -> Option<String> {
        self.month().or_else(|| self.day().map(|day| day.to_string()))
    }

    pub(super) fn wrong_check_sum(&self, expected: &str) -> Error {
        let (text, written) = (self.text, self.check_sum());
        let old = match self.first_day() {
            Some(day) if self.form == NumberForm::Invoice && is_of_ksef_1(day) => {
                "; if it is of KSeF 1.0, write it with its second hyphen, 36 characters"
            }
            _ => "",
        };
        let message =
            format!("the check digits of {text} are {written}, and {expected} fits the rest of the number{old}");
        Error::new(Kind::KsefNumberChecksum, message)
    }

    pub(super) fn too_late_for_ksef_1(&self) -> Error {
        let message = format!(
            "{} has the form of KSeF 1.0 (36 characters), which gave no numbers from {KSEF_2_BEGINS} on",
            self.text
        );
        Error::new(Kind::KsefNumberMalformed, message)
    }

    fn date_at(&self) -> std::ops::Range<usize> {
        match self.form {
            NumberForm::Invoice | NumberForm::InvoiceOfKsef1 => 11..19,
            NumberForm::Collective => 13..19,
            NumberForm::Reference => 0..8,
        }
    }

    fn first_day(&self) -> Option<Day> {
        match self.month() {
            Some(month) => format!("{month}-01").parse().ok(),
            None => self.day(),
        }
    }
}

/// True for a day before KSeF 2.0.
pub(super) fn is_of_ksef_1(day: Day) -> bool {
    day.to_string().as_str() < KSEF_2_BEGINS
}

/// Of `YYYYMMDD`.
fn day_of(digits: &str) -> Option<Day> {
    format!("{}-{}-{}", digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?).parse().ok()
}

/// CRC-8, polynomial 0x07, initial value 0x00 (`faktury/numer-ksef.md`).
fn crc_8(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0, |crc, byte| (0..8).fold(crc ^ byte, |crc, _| crc << 1 ^ if crc & 0x80 != 0 { 0x07 } else { 0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str, today: &str) -> Vec<&'static str> {
        let number = WrittenNumber::of(text).unwrap_or_else(|| panic!("{text}"));
        number.faults(today.parse().unwrap()).iter().map(Error::code).collect()
    }

    #[test]
    fn numbers_that_are_right() {
        for (text, form) in [
            ("5265877635-20250826-0100001AF629-AF", NumberForm::Invoice),
            ("7781464139-20230721-80B510-9675F7-B5", NumberForm::InvoiceOfKsef1),
            ("1111111111-IZ202607-65ED02180000-E7", NumberForm::Collective),
            ("20250625-EE-319D7EE000-B67F415CDC-2C", NumberForm::Reference),
            // Of the public threads, where they are real.
            ("20251128-EU-3177B7D000-D514583832-06", NumberForm::Reference),
            ("20260806-EH-229E18A000-B8513A6D11-32", NumberForm::Reference),
        ] {
            assert_eq!(WrittenNumber::of(text).unwrap().form(), form, "{text}");
            assert_eq!(codes(text, "2026-11-26"), <[&str; 0]>::default(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_number() {
        for (text, expected) in [
            ("5265877635-20250826-0100001AF629-AE", vec!["ksef_number_checksum"]),
            ("1111111111-IZ202607-65ED02180000-E8", vec!["ksef_number_checksum"]),
            ("20250625-EE-319D7EE000-B67F415CDC-2D", vec!["ksef_number_checksum"]),
            ("5265877635-20251326-0100001AF629-AF", vec!["ksef_number_malformed", "ksef_number_checksum"]),
            ("1111111111-IZ202613-65ED02180000-E7", vec!["ksef_number_malformed", "ksef_number_checksum"]),
            ("0265877635-20250826-0100001AF629-AF", vec!["nip_malformed", "ksef_number_checksum"]),
            ("7781464139-20260721-80B510-9675F7-B5", vec!["ksef_number_malformed"]),
            ("7781464139-20990721-80B510-9675F7-B5", vec!["ksef_number_in_future"]),
        ] {
            assert_eq!(codes(text, "2026-11-26"), expected, "{text}");
        }
        assert_eq!(codes("1111111111-IZ202607-65ED02180000-E7", "2026-06-30"), ["ksef_number_in_future"]);
        assert_eq!(codes("1111111111-IZ202607-65ED02180000-E7", "2026-07-01"), <[&str; 0]>::default());
        assert_eq!(codes("20250625-EE-319D7EE000-B67F415CDC-2C", "2025-06-24"), ["ksef_number_in_future"]);
    }

    #[test]
    fn the_parts() {
        let number = WrittenNumber::of("7781464139-20230721-80B510-9675F7-B5").unwrap();
        assert_eq!((number.technical().as_str(), number.check_sum()), ("80B5109675F7", "B5"));
        assert_eq!(number.warnings()[0].code(), "ksef_number_of_ksef_1");
        let collective = WrittenNumber::of("1111111111-IZ202607-65ED02180000-E7").unwrap();
        assert_eq!((collective.date().as_deref(), collective.technical().as_str()), (Some("2026-07"), "65ED02180000"));
        let reference = WrittenNumber::of("20250625-EE-319D7EE000-B67F415CDC-2C").unwrap();
        assert_eq!((reference.technical().as_str(), reference.letters()), ("319D7EE000B67F415CDC", Some("EE")));
        assert!(reference.reference_kind().is_some() && reference.nip().is_none());
        for text in ["", "5265877635", "5265877635-20250826-0100001af629-AF", "zażółć-gęślą-jaźń-zażółć-gę"]
        {
            assert_eq!(WrittenNumber::of(text), None, "{text}");
        }
    }
}
