use super::calendar::{Calendar, known};
use super::failure::Failure;
use super::mode::Mode;
use super::step::{Since, Step};
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::values::{Day, IssueDate};

/// The day by which KSeF must have the invoice, and how it was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    due: Due,
    steps: Vec<Step>,
    warnings: Vec<Warning>,
}

/// When an invoice is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// By the end of this day.
    By(Day),
    /// Not known before the outage has ended.
    Open {
        /// How many working days there will be from then: 1 or 7.
        working_days: u32,
    },
    /// Never: a total failure.
    Never,
}

/// The first day on which issuers, the largest of them, had to use KSeF; the articles of the modes are in force
/// since then.
const OBLIGATORY: (i32, i32, i32) = (2026, 2, 1);

impl Deadline {
    /// Counts the deadline of an invoice of that mode and issue date (`P_1`). `failures` are the failures of
    /// KSeF that came later, in any order; those that do not bear on this invoice change nothing, so that one
    /// list serves a whole batch. The [module](super) says how they count.
    ///
    /// # Errors
    /// `outage_ended_too_early` if the outage that the invoice was issued in ended before the issue date;
    /// `announcement_missing` if a failure's announcement decides and is not given; `date_out_of_range` for
    /// days, given or counted, outside of [`Calendar::YEARS`].
    pub fn of(mode: Mode, issued: IssueDate, failures: &[Failure], calendar: &Calendar) -> Result<Self> {
        let issued = known(issued.into())?;
        let mut deadline = Self { due: Due::Never, steps: Vec::new(), warnings: Vec::new() };
        if issued.parts() < OBLIGATORY {
            let message = format!("issued on {issued}, before KSeF became obligatory on 2026-02-01");
            deadline.warnings.push(Warning::new(WarningKind::IssuedBeforeKsef, message));
        }
        let (since, from) = match mode {
            Mode::Offline24 => (Since::Issue, Some(issued)),
            Mode::Unavailable { ended } => (Since::Unavailability, ended),
            Mode::Failure { ended } => (Since::Failure { announced: None }, ended),
            Mode::Total => return Ok(deadline),
        };
        let Some(from) = from else {
            deadline.due = Due::Open { working_days: since.working_days() };
            return Ok(deadline);
        };
        if from < issued {
            let message = format!("the outage ended on {from}, before the invoice was issued on {issued}");
            return Err(Error::new(Kind::OutageEndedTooEarly, message));
        }
        let first = Step::count(since, known(from)?, calendar)?;
        deadline.due = Due::By(first.send_by);
        deadline.steps.push(first);
        deadline.move_by(failures, issued, calendar)?;
        Ok(deadline)
    }

    /// When to send.
    pub fn due(&self) -> Due {
        self.due
    }

    /// The last day for sending; `None` if there is none, or none yet.
    pub fn send_by(&self) -> Option<Day> {
        match self.due {
            Due::By(day) => Some(day),
            Due::Open { .. } | Due::Never => None,
        }
    }

    /// The counts that led there, the last of them deciding. None if there was nothing to count from.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What somebody should look at: `issued_before_ksef`, `failure_not_counted`.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn move_by(&mut self, failures: &[Failure], issued: Day, calendar: &Calendar) -> Result<()> {
        let mut failures = failures.to_vec();
        failures.sort_by_key(|failure| failure.known_from());
        for failure in failures {
            let Due::By(running) = self.due else { return Ok(()) };
            match bearing(failure, issued, running)? {
                Bearing::Lasts => self.due = Due::Open { working_days: 7 },
                Bearing::Moves(ended) => {
                    let since = Since::Failure { announced: failure.announced() };
                    let step = Step::count(since, ended, calendar)?;
                    if step.send_by > running {
                        self.due = Due::By(step.send_by);
                        self.steps.push(step);
                    } else {
                        self.set_aside(failure, &format!("the deadline is {running} without it"));
                    }
                }
                Bearing::None(reason) => self.set_aside(failure, &reason),
            }
        }
        Ok(())
    }

    fn set_aside(&mut self, failure: Failure, reason: &str) {
        let message = format!("the failure {failure} does not count: {reason}");
        self.warnings.push(Warning::new(WarningKind::FailureNotCounted, message));
    }
}

/// What a failure does to a running deadline.
enum Bearing {
    /// It moves the deadline, counted from its end.
    Moves(Day),
    /// It will, once it has ended.
    Lasts,
    /// Nothing, and why.
    None(String),
}

fn bearing(failure: Failure, issued: Day, running: Day) -> Result<Bearing> {
    for day in [failure.announced(), failure.ended()].into_iter().flatten() {
        known(day)?;
    }
    let reason = match (failure.announced(), failure.ended()) {
        (Some(announced), _) if announced < issued => format!(
            "it was announced before the invoice was issued on {issued} (issued while it lasted, the invoice is of \
             mode failure)"
        ),
        (Some(announced), _) if announced > running => {
            format!("it was announced after the deadline of {running} had passed")
        }
        (None, Some(ended)) if ended < issued => format!("it ended before the invoice was issued on {issued}"),
        (None, Some(ended)) if ended > running => {
            let message =
                format!("the failure that ended on {ended} counts only if it was announced by {running}, the deadline");
            return Err(Error::new(Kind::AnnouncementMissing, message));
        }
        (_, Some(ended)) => return Ok(Bearing::Moves(ended)),
        (_, None) => return Ok(Bearing::Lasts),
    };
    Ok(Bearing::None(reason))
}
