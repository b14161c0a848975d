use std::fmt;

use super::easter::{day_of_march, easter};
use crate::values::Day;

/// A Polish public holiday, by the Act of 18 January 1951 on non-working days (consolidated text Dz. U. 2025
/// item 296), art. 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
