use super::announcements::Announcements;
use super::calendar::{Calendar, Skipped, known};
use super::failure::Failure;
use super::mode::Mode;
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::values::{Day, IssueDate};

/// The day by which KSeF must have the invoice, and how it was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    due: Due,
    steps: Vec<Step>,
    /// The day on which a total failure was announced that ended the duty to send.
    total_failure: Option<Day>,
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
    /// Never: the invoice is of a total failure, or one was announced while its deadline ran.
    Never,
}

/// One count of working days. The first comes from the mode, each further one from a failure that moved the
/// deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// What the count starts from.
    pub since: Since,
    /// The day that is counted from, itself not counted.
    pub from: Day,
    /// How many working days are counted: 1 or 7.
    pub working_days: u32,
    /// The last of them: send by the end of this day.
    pub send_by: Day,
    /// The days between that are not working days, in order.
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

/// Why a batch of invoices was issued outside of KSeF: from that the deadline of each follows.
///
/// ```
/// use ksef_qr::values::IssueDate;
/// use ksef_qr::deadline::{Mode, Schedule};
///
/// # fn main() -> ksef_qr::Result<()> {
/// let schedule = Schedule::new(Mode::Offline24).with_failures(["2025-07-09..2025-07-12".parse()?]);
/// let deadline = schedule.deadline(IssueDate::parse("2025-07-08")?)?;
/// assert_eq!(deadline.send_by(), Some("2025-07-22".parse()?));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Schedule {
    /// The mode they were issued in.
    pub mode: Mode,
    /// The failures that came later.
    pub failures: Vec<Failure>,
    /// The working days.
    pub calendar: Calendar,
    /// What the Ministry announced, if that is at hand.
    pub announcements: Option<Announcements>,
}

impl Schedule {
    /// For invoices issued in that mode, if no failure came later.
    pub fn new(mode: Mode) -> Self {
        Self { mode, failures: Vec::new(), calendar: Calendar::default(), announcements: None }
    }

    /// Adds failures of KSeF that came later, in any order.
    #[must_use]
    pub fn with_failures(mut self, failures: impl IntoIterator<Item = Failure>) -> Self {
        self.failures.extend(failures);
        self
    }

    /// Takes other working days than those of the law.
    #[must_use]
    pub fn with_calendar(self, calendar: Calendar) -> Self {
        Self { calendar, ..self }
    }

    /// Takes failures, total ones too, from what the Ministry announced; and the end of the outage in which an invoice was
    /// issued, where the mode does not say it.
    #[must_use]
    pub fn with_announcements(self, announcements: Announcements) -> Self {
        Self { announcements: Some(announcements), ..self }
    }

    /// The deadline of an invoice.
    ///
    /// # Errors
    /// Those of [`Deadline::of`].
    pub fn deadline(&self, issued: IssueDate) -> Result<Deadline> {
        let Some(announcements) = &self.announcements else {
            return Deadline::of(self.mode, issued, &self.failures, &self.calendar);
        };
        let day = known(issued.into())?;
        let given = self.failures.iter().map(|failure| (*failure, true));
        // What concerns another invoice of the batch is no reason to warn of it here.
        let announced = announcements.failures().iter().map(|failure| (*failure, false));
        let mode = announcements.mode_on(self.mode, day);
        let its_own = |failure: Failure| mode == Mode::Failure { ended: failure.ended() } && failure.lasts_on(day);
        let contradiction = announcements.contradiction(self.mode, day);
        // An outage of which the announcements know nothing has no end in them either; whether what came months later came
        // while the deadline ran cannot be said.
        let is_unknown = contradiction.is_some()
            && matches!(mode, Mode::Failure { ended: None } | Mode::Unavailable { ended: None });
        let announced = announced.filter(|(failure, _)| !is_unknown && !its_own(*failure));
        let failures = given.chain(announced).collect();
        let mut deadline = Deadline::count(mode, issued, failures, &self.calendar)?;
        if let Some(message) = contradiction {
            deadline.warnings.push(Warning::new(WarningKind::OutageNotAnnounced, message));
        }
        Ok(deadline)
    }
}

/// The first day on which issuers (the largest ones) had to use KSeF; the articles of the modes have been in force since
/// then.
const OBLIGATORY: (i32, i32, i32) = (2026, 2, 1);

impl Deadline {
    /// Counts the deadline of an invoice of that mode and issue date (`P_1`). `failures` are the failures of
    /// KSeF that came later, in any order; those that do not concern this invoice change nothing, so that one
    /// list serves a whole batch. The [module](super) says how they count.
    ///
    /// # Errors
    /// `outage_ended_too_early` if the outage that the invoice was issued in ended before the issue date;
    /// `announcement_missing` if a failure's announcement decides and is not given; `date_out_of_range` for
    /// days, given or counted, outside of [`Calendar::YEARS`].
    pub fn of(mode: Mode, issued: IssueDate, failures: &[Failure], calendar: &Calendar) -> Result<Self> {
        Self::count(mode, issued, failures.iter().map(|failure| (*failure, true)).collect(), calendar)
    }

    /// Each failure with whether somebody gave it for these invoices, and wants to hear if it does not count.
    fn count(mode: Mode, issued: IssueDate, failures: Vec<(Failure, bool)>, calendar: &Calendar) -> Result<Self> {
        let issued = known(issued.into())?;
        let mut deadline = Self { due: Due::Never, steps: Vec::new(), total_failure: None, warnings: Vec::new() };
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
            deadline.move_by(failures, issued, calendar)?;
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

    /// The day on which a total failure was announced that ended the duty to send; none if there was no such, or if the
    /// invoice was issued in one.
    pub fn total_failure(&self) -> Option<Day> {
        self.total_failure
    }

    /// The counts that led there, the last of them deciding. None if there was nothing to count from.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What somebody should look at: `issued_before_ksef`, `failure_not_counted`.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn move_by(&mut self, mut failures: Vec<(Failure, bool)>, issued: Day, calendar: &Calendar) -> Result<()> {
        failures.sort_by_key(|(failure, _)| failure.known_from());
        for (failure, is_given) in failures {
            let running = match self.due {
                Due::By(running) => Some(running),
                Due::Open { .. } => None,
                Due::Never => return Ok(()),
            };
            // While the last day is not known, none can pass; and no other failure makes it known.
            if running.is_none() && !failure.is_total() {
                continue;
            }
            match effect(failure, issued, running)? {
                Effect::Ends(announced) => {
                    self.due = Due::Never;
                    self.total_failure = Some(announced);
                }
                Effect::Lasts => self.due = Due::Open { working_days: 7 },
                Effect::Moves(ended) => {
                    let since = Since::Failure { announced: failure.announced() };
                    let step = Step::count(since, ended, calendar)?;
                    if running.is_none_or(|running| step.send_by > running) {
                        self.due = Due::By(step.send_by);
                        self.steps.push(step);
                    } else if let Some(running) = running.filter(|_| is_given) {
                        self.leave_out(failure, &format!("the deadline is {running} without it"));
                    }
                }
                Effect::None(reason) if is_given => self.leave_out(failure, &reason),
                Effect::None(_) => {}
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, failure: Failure, reason: &str) {
        let total = if failure.is_total() { "total " } else { "" };
        let message = format!("the {total}failure {failure} does not count: {reason}");
        self.warnings.push(Warning::new(WarningKind::FailureNotCounted, message));
    }
}

/// What a failure does to a running deadline.
enum Effect {
    /// It moves the deadline, counted from its end.
    Moves(Day),
    /// It will, once it has ended.
    Lasts,
    /// The duty to send ends with the announcement.
    Ends(Day),
    /// Nothing, and why.
    None(String),
}

/// `running` is the last day for sending, where it is known.
fn effect(failure: Failure, issued: Day, running: Option<Day>) -> Result<Effect> {
    for day in [failure.announced(), failure.ended()].into_iter().flatten() {
        known(day)?;
    }
    let mode = if failure.is_total() { Mode::Total } else { Mode::Failure { ended: None } };
    let reason = match (failure.announced(), failure.ended(), running) {
        (Some(announced), ..) if announced < issued => format!(
            "it was announced before the invoice was issued on {issued} (issued while it lasted, the invoice is of \
             mode {})",
            mode.name()
        ),
        (Some(announced), _, Some(running)) if announced > running => {
            format!("it was announced after the deadline of {running} had passed")
        }
        (Some(announced), ..) if failure.is_total() => return Ok(Effect::Ends(announced)),
        (_, Some(ended), _) if ended < issued => format!("it ended before the invoice was issued on {issued}"),
        (None, Some(ended), Some(running)) if ended > running => {
            let message =
                format!("the failure that ended on {ended} counts only if it was announced by {running}, the deadline");
            return Err(Error::new(Kind::AnnouncementMissing, message));
        }
        (_, Some(ended), _) => return Ok(Effect::Moves(ended)),
        (_, None, _) => return Ok(Effect::Lasts),
    };
    Ok(Effect::None(reason))
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
    fn working_days(self) -> u32 {
        match self {
            Self::Issue | Self::Unavailability => 1,
            Self::Failure { .. } => 7,
        }
    }
}

impl Step {
    fn count(since: Since, from: Day, calendar: &Calendar) -> Result<Self> {
        let working_days = since.working_days();
        let (send_by, skipped) = calendar.working_day_after(from, working_days)?;
        Ok(Self { since, from, working_days, send_by, skipped })
    }
}
