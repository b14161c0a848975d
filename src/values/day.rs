use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use jiff::civil::{Date, Weekday};

use super::issue_date::IssueDate;
use crate::error::{Error, Result};

/// A day of the calendar, between 0001-01-01 and 9999-12-31: what deadlines are counted in.
///
/// ```
/// use ksef_qr::values::{Day, IssueDate};
///
/// # fn main() -> ksef_qr::Result<()> {
/// let day: Day = "2025-07-12".parse()?;
/// assert_eq!((day.to_string().as_str(), day.weekday()), ("2025-07-12", "Saturday"));
/// assert_eq!(Day::from(IssueDate::parse("2025-07-12")?), day);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// The day that a moment falls on in Warsaw, where KSeF is. Moments after the year 9999 are on its last day: in a
    /// certificate they stand for "no end" (RFC 5280, section 4.1.2.5).
    pub fn of(time: SystemTime) -> Self {
        let warsaw = jiff::tz::get!("Europe/Warsaw");
        jiff::Timestamp::try_from(time).map_or(Self(Date::MAX), |time| Self(time.to_zoned(warsaw).date()))
    }

    /// The day's first moment in Warsaw.
    pub fn begins(self) -> SystemTime {
        let warsaw = jiff::tz::get!("Europe/Warsaw");
        self.0.to_zoned(warsaw).map_or(SystemTime::UNIX_EPOCH, |midnight| midnight.timestamp().into())
    }

    /// How many days later `other` is; negative if it is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        other.0.duration_since(self.0).as_hours() / 24
    }

    /// So many days earlier, or 0001-01-01.
    #[must_use]
    pub fn minus(self, days: u32) -> Self {
        let earlier = self.0.checked_sub(jiff::Span::new().days(i64::from(days.min(3_000_000))));
        Self(earlier.ok().filter(|day| day.year() > 0).unwrap_or(jiff::civil::date(1, 1, 1)))
    }

    /// The English name of the day of the week: `Monday`.
    pub fn weekday(self) -> &'static str {
        match self.0.weekday() {
            Weekday::Monday => "Monday",
            Weekday::Tuesday => "Tuesday",
            Weekday::Wednesday => "Wednesday",
            Weekday::Thursday => "Thursday",
            Weekday::Friday => "Friday",
            Weekday::Saturday => "Saturday",
            Weekday::Sunday => "Sunday",
        }
    }

    pub(crate) fn is_saturday(self) -> bool {
        self.0.weekday() == Weekday::Saturday
    }

    pub(crate) fn is_sunday(self) -> bool {
        self.0.weekday() == Weekday::Sunday
    }

    /// Year, month from 1, day from 1.
    pub(crate) fn parts(self) -> (i32, i32, i32) {
        (self.0.year().into(), self.0.month().into(), self.0.day().into())
    }

    /// The day after; none after 9999-12-31.
    pub(crate) fn tomorrow(self) -> Option<Self> {
        self.0.tomorrow().ok().map(Self)
    }
}

impl From<IssueDate> for Day {
    fn from(date: IssueDate) -> Self {
        Self(date.civil())
    }
}

/// Reads a day as people write it, as [`IssueDate`] does: `2026-11-26`, `26.11.2026`. Anything else is `date_malformed`.
impl FromStr for Day {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.parse::<IssueDate>().map(Self::from)
    }
}

/// `YYYY-MM-DD`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Day({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_of_a_week() {
        let mut day: Day = "2026-02-26".parse().unwrap();
        let names: Vec<_> = std::iter::repeat_with(|| {
            let name = day.weekday();
            day = day.tomorrow().unwrap();
            name
        })
        .take(7)
        .collect();
        assert_eq!(names, ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]);
        assert_eq!(day.to_string(), "2026-03-05", "over the end of February");
    }

    #[test]
    fn the_last_day_has_no_tomorrow() {
        assert_eq!("9999-12-31".parse::<Day>().unwrap().tomorrow(), None);
        assert_eq!("31.12.2026".parse::<Day>(), "2026-12-31".parse());
        assert_eq!("12/31/2026".parse::<Day>().unwrap_err().code(), "date_malformed");
    }
}
