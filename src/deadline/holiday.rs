use std::fmt;

use crate::values::Day;

/// A Polish public holiday, by the Act of 18 January 1951 on non-working days (consolidated text Dz. U. 2025
/// item 296), art. 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Holiday {
    /// 1 January.
    NewYear,
    /// 6 January, since 2011 (Dz. U. 2010 no. 224 item 1459).
    Epiphany,
    /// The first day of Easter.
    EasterSunday,
    /// The second day of Easter.
    EasterMonday,
    /// 1 May, the State Holiday.
    StateHoliday,
    /// 3 May, the National Holiday of the Third of May.
    ThirdOfMay,
    /// The first day of Pentecost, 49 days after Easter Sunday.
    WhitSunday,
    /// The Thursday 60 days after Easter Sunday.
    CorpusChristi,
    /// 15 August, the Assumption of the Blessed Virgin Mary.
    Assumption,
    /// 1 November.
    AllSaints,
    /// 11 November, the National Independence Day.
    IndependenceDay,
    /// 12 November 2018 and no other day (Dz. U. 2018 item 2117).
    IndependenceCentenary,
    /// 24 December, since 2025 (Dz. U. 2024 item 1965).
    ChristmasEve,
    /// 25 December.
    ChristmasDay,
    /// 26 December.
    SecondDayOfChristmas,
}

impl Holiday {
    /// The holiday of that day; the law since 2011.
    pub(super) fn on(day: Day) -> Option<Self> {
        let (year, month, day) = day.parts();
        match (month, day) {
            (1, 1) => Some(Self::NewYear),
            (1, 6) => Some(Self::Epiphany),
            (5, 1) => Some(Self::StateHoliday),
            (5, 3) => Some(Self::ThirdOfMay),
            (8, 15) => Some(Self::Assumption),
            (11, 1) => Some(Self::AllSaints),
            (11, 11) => Some(Self::IndependenceDay),
            (11, 12) if year == 2018 => Some(Self::IndependenceCentenary),
            (12, 24) if year >= 2025 => Some(Self::ChristmasEve),
            (12, 25) => Some(Self::ChristmasDay),
            (12, 26) => Some(Self::SecondDayOfChristmas),
            _ => match day_of_march(month, day)? - easter(year) {
                0 => Some(Self::EasterSunday),
                1 => Some(Self::EasterMonday),
                49 => Some(Self::WhitSunday),
                60 => Some(Self::CorpusChristi),
                _ => None,
            },
        }
    }

    /// The English name: `Corpus Christi`.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewYear => "New Year",
            Self::Epiphany => "Epiphany",
            Self::EasterSunday => "Easter Sunday",
            Self::EasterMonday => "Easter Monday",
            Self::StateHoliday => "State Holiday",
            Self::ThirdOfMay => "National Holiday of the Third of May",
            Self::WhitSunday => "Whit Sunday",
            Self::CorpusChristi => "Corpus Christi",
            Self::Assumption => "Assumption",
            Self::AllSaints => "All Saints",
            Self::IndependenceDay => "National Independence Day",
            Self::IndependenceCentenary => "centenary of independence",
            Self::ChristmasEve => "Christmas Eve",
            Self::ChristmasDay => "Christmas Day",
            Self::SecondDayOfChristmas => "second day of Christmas",
        }
    }
}

impl fmt::Display for Holiday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Easter Sunday of a Gregorian year (1583 and later) as a day of March: 22 to 56, where 32 is 1 April.
///
/// Meeus, Jones and Butcher: no exceptions to remember, unlike Gauss, who is the twin in the tests.
#[expect(clippy::many_single_char_names, reason = "the names of the published algorithm")]
fn easter(year: i32) -> i32 {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    h + l - 7 * m + 22
}

/// A day of March to June as a day of March; none in other months, where no movable feast is.
fn day_of_march(month: i32, day: i32) -> Option<i32> {
    let before = match month {
        3 => 0,
        4 => 31,
        5 => 61,
        6 => 92,
        _ => return None,
    };
    Some(before + day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gauss's rule with both of its exceptions.
    #[expect(clippy::many_single_char_names, reason = "the names of the published algorithm")]
    fn gauss(year: i32) -> i32 {
        let (a, b, c) = (year % 19, year % 4, year % 7);
        let k = year / 100;
        let (p, q) = ((13 + 8 * k) / 25, k / 4);
        let (m, n) = ((15 - p + k - q) % 30, (4 + k - q) % 7);
        let d = (19 * a + m) % 30;
        let e = (2 * b + 4 * c + 6 * d + n) % 7;
        match (d, e) {
            (29, 6) => 50,
            (28, 6) if (11 * m + 11) % 30 < 19 => 49,
            _ => 22 + d + e,
        }
    }

    #[test]
    fn as_gauss_has_it_in_every_year() {
        for year in 1583..=9999 {
            assert_eq!(easter(year), gauss(year), "{year}");
        }
    }

    #[test]
    fn the_bounds_are_reached() {
        assert_eq!(easter(2285), 22, "22 March 2285");
        assert_eq!(easter(2038), 56, "25 April 2038");
    }
}
