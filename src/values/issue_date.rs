use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::SystemTime;

use jiff::civil::Date;

use crate::error::{Error, Kind, Result};

/// An invoice's issue date, a day between 0001-01-01 and 9999-12-31.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssueDate(Date);

impl IssueDate {
    /// Reads `YYYY-MM-DD`, the form of the invoices.
    ///
    /// # Errors
    /// `date_malformed`, also for a day that does not exist (2026-02-30), a time zone and white space.
    pub fn parse(text: &str) -> Result<Self> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else {
            return Err(malformed(text));
        };
        Self::from_digits([y1, y2, y3, y4], [m1, m2], [d1, d2]).ok_or_else(|| malformed(text))
    }

    /// Reads `DD-MM-YYYY`, the form of the links.
    ///
    /// # Errors
    /// `date_malformed`, as [`parse`](Self::parse).
    pub fn parse_day_first(text: &str) -> Result<Self> {
        let [d1, d2, b'-', m1, m2, b'-', y1, y2, y3, y4] = *text.as_bytes() else {
            return Err(malformed(text));
        };
        Self::from_digits([y1, y2, y3, y4], [m1, m2], [d1, d2]).ok_or_else(|| malformed(text))
    }

    /// The day that `now` falls on in Warsaw, where KSeF is.
    pub fn today(now: SystemTime) -> Self {
        let warsaw = jiff::tz::get!("Europe/Warsaw");
        // A clock beyond the year 9999 is not a clock; the earliest day makes every issue date a future one,
        // which is reported, not hidden.
        jiff::Timestamp::try_from(now).map_or(Self(Date::MIN), |now| Self(now.to_zoned(warsaw).date()))
    }

    /// The date that is meant where month and day changed places; none if there is no such day, or no other.
    pub(crate) fn with_day_and_month_swapped(self) -> Option<Self> {
        Date::new(self.0.year(), self.0.day(), self.0.month()).ok().map(Self).filter(|other| *other != self)
    }

    fn from_digits(year: [u8; 4], month: [u8; 2], day: [u8; 2]) -> Option<Self> {
        let year = i16::try_from(number(&year)?).ok().filter(|&year| year > 0)?;
        let month = i8::try_from(number(&month)?).ok()?;
        let day = i8::try_from(number(&day)?).ok()?;
        Date::new(year, month, day).ok().map(Self)
    }

    pub(super) fn civil(self) -> Date {
        self.0
    }

    /// Year, month and day.
    #[cfg(feature = "pdf")]
    pub(crate) fn numbers(self) -> (u16, u8, u8) {
        (self.0.year().unsigned_abs(), self.0.month().unsigned_abs(), self.0.day().unsigned_abs())
    }

    /// `DD-MM-YYYY`, zeros in front, as a link carries it.
    pub(crate) fn push_day_first(self, out: &mut String) {
        let (day, month, year) =
            (self.0.day().unsigned_abs(), self.0.month().unsigned_abs(), self.0.year().unsigned_abs());
        let digit = |value: u16| char::from(b'0' + (value % 10) as u8);
        let pair = |out: &mut String, value: u16| out.extend([digit(value / 10), digit(value)]);
        pair(out, day.into());
        out.push('-');
        pair(out, month.into());
        out.push('-');
        pair(out, year / 100);
        pair(out, year % 100);
    }
}

fn malformed(text: &str) -> Error {
    Error::new(Kind::DateMalformed, format!("{text:?} is not a date"))
}

fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |value, &digit| digit.is_ascii_digit().then(|| value * 10 + u16::from(digit - b'0')))
}

/// Reads a day as people write it: `2026-11-26`, `26.11.2026` (also `1.6.2026`, and `26.11.2026 r.`), or `26-11-2026` as in
/// the links. What could be two days is refused: `01/02/2026` is the first of February here and the second of January
/// elsewhere.
///
/// Errors are `date_malformed`.
impl FromStr for IssueDate {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refuse = |why: &str| Error::new(Kind::DateMalformed, format!("{text:?} is not a date: {why}"));
        let day = text.trim();
        let day = day.strip_suffix("r.").or_else(|| day.strip_suffix('r')).unwrap_or(day).trim_end();
        let separator = day.chars().find(|c| !c.is_ascii_digit()).filter(|c| ['-', '.', '/'].contains(c));
        let groups: Vec<&str> = separator.map(|separator| day.split(separator).collect()).unwrap_or_default();
        let is_number = |group: &&str, lengths: RangeInclusive<usize>| {
            lengths.contains(&group.len()) && group.bytes().all(|b| b.is_ascii_digit())
        };
        let (year, month, day) = match groups[..] {
            [year, month, day] if is_number(&year, 4..=4) => (year, month, day),
            [one, other, year] if is_number(&year, 4..=4) && separator == Some('/') => {
                // Even where one of them is no month: what is taken on one day must not be refused on another.
                let (one, other) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
                let meant = format!("which of {one} and {other} is the month? Write 2026-11-26 or 26.11.2026");
                return Err(refuse(&meant));
            }
            [day, month, year] if is_number(&year, 4..=4) => (year, month, day),
            _ => return Err(refuse("write 2026-11-26 or 26.11.2026")),
        };
        if ![month, day].iter().all(|group| is_number(group, 1..=2)) {
            return Err(refuse("write 2026-11-26 or 26.11.2026"));
        }
        Self::parse(&format!("{year}-{month:0>2}-{day:0>2}")).map_err(|_| refuse("there is no such day"))
    }
}

/// `YYYY-MM-DD`.
impl fmt::Display for IssueDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for IssueDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssueDate({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn both_orders() {
        let date = IssueDate::parse("2026-02-01").unwrap();
        assert_eq!(date.to_string(), "2026-02-01");
        let mut link = String::new();
        date.push_day_first(&mut link);
        assert_eq!(link, "01-02-2026");
        assert_eq!(IssueDate::parse_day_first(&link), Ok(date));
        assert!(IssueDate::parse("2028-02-29").is_ok());
    }

    #[test]
    fn days_that_do_not_exist_and_other_forms() {
        for bad in [
            "2026-02-30",
            "2026-13-01",
            "2026-00-10",
            "2026-06-31",
            "0000-01-01",
            "15.06.2026",
            "2026-6-1",
            "2026-06-15Z",
            " 2026-06-15",
            "2026-06-15+02:00",
            "+026-06-15",
            "",
        ] {
            assert_eq!(IssueDate::parse(bad).unwrap_err().code(), "date_malformed", "{bad}");
        }
        assert!(IssueDate::parse_day_first("2026-02-01").is_err());
        assert!(IssueDate::parse_day_first("1-2-2026").is_err());
    }

    #[test]
    fn as_people_write_them() {
        for (text, day) in [
            ("2026-11-26", "2026-11-26"),
            ("26.11.2026", "2026-11-26"),
            ("26.11.2026 r.", "2026-11-26"),
            ("26.11.2026r.", "2026-11-26"),
            ("1.6.2026", "2026-06-01"),
            ("01.02.2026", "2026-02-01"),
            ("01-02-2026", "2026-02-01"),
            ("2026.11.26", "2026-11-26"),
            ("2026/02/01", "2026-02-01"),
            (" 2026-6-1\n", "2026-06-01"),
        ] {
            assert_eq!(text.parse::<IssueDate>().unwrap().to_string(), day, "{text}");
        }
        for (text, why) in [
            ("01/02/2026", "which of 1 and 2 is the month"),
            ("26/11/2026", "which of 26 and 11 is the month"),
            ("30.02.2026", "there is no such day"),
            ("2026-13-01", "there is no such day"),
            ("31.12.0000", "there is no such day"),
            ("26.11.26", "write 2026-11-26 or 26.11.2026"),
            ("26-11.2026", "write"),
            ("26.11.2026.", "write"),
            ("26 listopada 2026", "write"),
            ("20261126", "write"),
            ("+1.6.2026", "write"),
            ("001.6.2026", "write"),
            ("2026-06-15T12:00", "write"),
            ("\u{662}026-06-15", "write"),
            ("soon", "write"),
            ("r.", "write"),
            ("", "write"),
        ] {
            let error = text.parse::<IssueDate>().unwrap_err();
            assert_eq!(error.code(), "date_malformed", "{text}");
            assert!(error.message().contains(why), "{error}");
        }
    }

    #[test]
    fn today_is_warsaw_s() {
        // 2026-06-15T22:30:00Z is half past midnight of the 16th in Warsaw.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_781_562_600);
        assert_eq!(IssueDate::today(now).to_string(), "2026-06-16");
    }
}
