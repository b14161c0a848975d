use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use super::holiday::Holiday;
use crate::error::{Error, Kind, Result};
use crate::values::Day;

/// Which days are working days: all but Saturdays, Sundays, the Polish public holidays and the days that the
/// caller adds.
///
/// A Saturday is not a public holiday, but a term does not end on one either (Tax Ordinance Act, art. 12 § 5).
///
/// ```
/// use ksef_qr::deadline::{Calendar, DayOff, Holiday};
///
/// # fn main() -> ksef_qr::Result<()> {
/// let calendar = Calendar::parse("# by regulation\n2026-05-04  # the Monday after 3 May\n")?;
/// assert_eq!(calendar.day_off("2026-05-04".parse()?)?, Some(DayOff::Given));
/// assert_eq!(calendar.day_off("2026-06-04".parse()?)?, Some(DayOff::Holiday(Holiday::CorpusChristi)));
/// assert_eq!(calendar.day_off("2026-06-05".parse()?)?, None);
/// assert_eq!(Calendar::default().day_off("2026-05-04".parse()?)?, None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    given: BTreeSet<Day>,
}

/// Why a day is not a working day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DayOff {
    /// A Saturday that is not a public holiday.
    Saturday,
    /// A Sunday that is not a public holiday.
    Sunday,
    /// A public holiday, whatever the day of the week.
    Holiday(Holiday),
    /// Added by the caller to an ordinary day.
    Given,
}

/// A day that is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// The day.
    pub day: Day,
    /// Why it is not counted.
    pub reason: DayOff,
}

impl Calendar {
    /// The years whose holidays are known. Earlier ones had others; later ones may have others.
    pub const YEARS: RangeInclusive<i32> = 2011..=2099;

    /// Reads days to add to those of the law: one a line, as [`Day`] reads it, and comments after `#`. The Prime
    /// Minister may declare such days in an epidemic (art. 1a of the Act of 18 January 1951), and a law at any
    /// time, as it did with 12 November 2018. A day may stand twice, or be a Sunday.
    ///
    /// # Errors
    /// `non_working_days_malformed` with the number of the line: not a day, or not within
    /// [`YEARS`](Self::YEARS).
    pub fn parse(text: &str) -> Result<Self> {
        let mut given = BTreeSet::new();
        for (line, number) in text.strip_prefix('\u{FEFF}').unwrap_or(text).lines().zip(1..) {
            let day = line.split('#').next().unwrap_or_default().trim();
            if day.is_empty() {
                continue;
            }
            let day = day.parse().and_then(known).map_err(|error: Error| {
                let message = format!("line {number}: {}", error.message());
                Error::new(Kind::NonWorkingDaysMalformed, message).caused_by(error)
            })?;
            given.insert(day);
        }
        Ok(Self { given })
    }

    /// Why `day` is not a working day; `None` if it is one.
    ///
    /// # Errors
    /// `date_out_of_range` outside of [`YEARS`](Self::YEARS).
    pub fn day_off(&self, day: Day) -> Result<Option<DayOff>> {
        let day = known(day)?;
        Ok(match Holiday::on(day) {
            Some(holiday) => Some(DayOff::Holiday(holiday)),
            None if day.is_saturday() => Some(DayOff::Saturday),
            None if day.is_sunday() => Some(DayOff::Sunday),
            None => self.given.contains(&day).then_some(DayOff::Given),
        })
    }

    /// The `count`th working day after `day`, and the days skipped on the way. `day` itself is not counted: the
    /// day of the event that starts a term never is (Tax Ordinance Act, art. 12 § 1).
    pub(super) fn working_day_after(&self, mut day: Day, count: u32) -> Result<(Day, Vec<Skipped>)> {
        let mut skipped = Vec::new();
        let mut left = count;
        while left > 0 {
            day = day.tomorrow().ok_or_else(|| out_of_range(day))?;
            match self.day_off(day)? {
                None => left -= 1,
                Some(reason) => skipped.push(Skipped { day, reason }),
            }
        }
        Ok((day, skipped))
    }
}

/// The day, if its holidays are known.
pub(super) fn known(day: Day) -> Result<Day> {
    if Calendar::YEARS.contains(&day.parts().0) { Ok(day) } else { Err(out_of_range(day)) }
}

fn out_of_range(day: Day) -> Error {
    let (first, last) = (Calendar::YEARS.start(), Calendar::YEARS.end());
    Error::new(Kind::DateOutOfRange, format!("{day} is not within the years {first} to {last}"))
}

impl DayOff {
    /// The stable code: `saturday`, `sunday`, `public_holiday` or `given`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
            Self::Holiday(_) => "public_holiday",
            Self::Given => "given",
        }
    }
}

impl fmt::Display for DayOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Saturday => f.write_str("Saturday"),
            Self::Sunday => f.write_str("Sunday"),
            Self::Holiday(holiday) => holiday.fmt(f),
            Self::Given => f.write_str("given as non-working"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> (&'static str, String) {
        let error = Calendar::parse(text).unwrap_err();
        (error.code(), error.message().to_owned())
    }

    #[test]
    fn files_of_all_systems() {
        let days = |text| Calendar::parse(text).unwrap().given.len();
        assert_eq!(days(""), 0);
        assert_eq!(days("\u{FEFF}2026-05-04\r\n\r\n  2026-05-05\t# twice\r\n2026-05-05"), 2);
        assert_eq!(days("# 2026-05-04\n"), 0);
    }

    #[test]
    fn a_refusal_names_the_line() {
        let code = "non_working_days_malformed";
        assert_eq!(
            refusal("2026-05-04\n\n4 May"),
            (code, "line 3: \"4 May\" is not a date: write 2026-11-26 or 26.11.2026".into())
        );
        assert_eq!(refusal("2026-02-30"), (code, "line 1: \"2026-02-30\" is not a date: there is no such day".into()));
        assert_eq!(refusal("2026-05-04 2026-05-05").0, code);
        assert_eq!(refusal("#\n2206-05-04"), (code, "line 2: 2206-05-04 is not within the years 2011 to 2099".into()));
    }

    #[test]
    fn a_calendar_without_a_working_day_ends() {
        let first = "2098-01-01".parse().ok();
        let days = std::iter::successors(first, |day: &Day| day.tomorrow().filter(|day| known(*day).is_ok()));
        let every_day = days.map(|day| day.to_string()).collect::<Vec<_>>().join("\n");
        let calendar = Calendar::parse(&every_day).unwrap();
        let error = calendar.working_day_after("2097-12-30".parse().unwrap(), 2).unwrap_err();
        assert_eq!(error.code(), "date_out_of_range");
    }
}
