use super::calendar::{Calendar, Skipped};
use crate::error::Result;
use crate::values::Day;

/// One count of working days. The first comes from the mode, each further one from a failure that moved the
/// deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What the count starts from.
    pub since: Since,
    /// The day that is counted from, itself not counted.
    pub from: Day,
    /// How many working days are counted: 1 or 7.
    pub working_days: u32,
    /// The last of them: send by the end of this day.
    pub send_by: Day,
    /// The days between that are no working days, in order.
    pub skipped: Vec<Skipped>,
}

/// What a count starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// The issue of the invoice.
    Issue,
    /// The end of the unavailability that it was issued in.
    Unavailability,
    /// The end of a failure.
    Failure {
        /// The day the failure was announced, where it was given.
        announced: Option<Day>,
    },
}

impl Since {
    /// The stable code: `issued`, `unavailability_ended` or `failure_ended`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Issue => "issued",
            Self::Unavailability => "unavailability_ended",
            Self::Failure { .. } => "failure_ended",
        }
    }

    /// How many working days the law gives.
    pub(super) fn working_days(self) -> u32 {
        match self {
            Self::Issue | Self::Unavailability => 1,
            Self::Failure { .. } => 7,
        }
    }
}

impl Step {
    pub(super) fn count(since: Since, from: Day, calendar: &Calendar) -> Result<Self> {
        let working_days = since.working_days();
        let (send_by, skipped) = calendar.working_day_after(from, working_days)?;
        Ok(Self { since, from, working_days, send_by, skipped })
    }
}
