//! `ksef-qr deadline`: a date, in words or as JSON.

use std::fmt::{self, Write as _};
use std::io::{self, Read as _};
use std::path::Path;

use ksef_qr::Error;
use ksef_qr::deadline::{Announcements, Calendar, DayOff, Deadline, Due, Mode, Schedule, Since, Skipped, Step};
use ksef_qr::error::ErrorKind;
use ksef_qr::files::open_patiently;
use ksef_qr::values::Day;

use crate::cli::exit::ExitStatus;
use crate::cli::read::unreadable;
use crate::cli::settings::{self, When};
use crate::cli::words::say::tell;
use crate::cli::words::say::{print, translated, words};
use crate::cli::words::text::{BOLD, DIM, ODD};

/// A file of all days of a century, with comments, is smaller.
const LARGEST: u64 = 4_000_000;

/// A message has half a kilobyte.
const LARGEST_ANNOUNCEMENTS: u64 = 10_000_000;

/// Counts the deadline and prints it.
pub fn run(settings: &settings::Deadline) -> anyhow::Result<ExitStatus> {
    let schedule = schedule(&settings.when)?;
    let (mode, issued) = (schedule.mode, settings.issued);
    let deadline = schedule.deadline(issued)?;
    let answer = match settings.json {
        true => deadline.to_json(mode, issued.into()) + "\n",
        false => in_words(mode, issued.into(), &deadline)?,
    };
    // The answer is all there is: one that got lost is a failure, unlike a line about work that was done.
    print(answer.as_bytes())
}

/// The mode with the further failures and the calendar, which is read.
pub fn schedule(when: &When) -> anyhow::Result<Schedule> {
    let calendar = match &when.non_working_days {
        Some(file) => calendar(file)?,
        None => Calendar::default(),
    };
    let schedule = Schedule::new(when.mode).with_failures(when.failures.iter().copied()).with_calendar(calendar);
    Ok(match &when.announcements {
        Some(file) => schedule.with_announcements(announcements(file)?),
        None => schedule,
    })
}

/// Reads the saved answer of Latarnia.
pub fn announcements(path: &Path) -> ksef_qr::Result<Announcements> {
    let about = |error: Error| error.about(path.to_string_lossy());
    let unreadable = |error: io::Error| {
        let (kind, message) = match error.kind() {
            io::ErrorKind::NotFound => (ErrorKind::FileMissing, "there is no such file".to_owned()),
            _ => (ErrorKind::FileUnreadable, format!("it cannot be read: {error}")),
        };
        about(Error::new(kind, message))
    };
    let mut bytes = Vec::new();
    let file = open_patiently(path).map_err(unreadable)?;
    file.take(LARGEST_ANNOUNCEMENTS + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST_ANNOUNCEMENTS {
        let message = format!("more than {LARGEST_ANNOUNCEMENTS} bytes are no answer of Latarnia");
        return Err(about(Error::new(ErrorKind::AnnouncementsMalformed, message)));
    }
    Announcements::parse(&bytes).map_err(about)
}

/// Reads a file of days that are no working days.
pub fn calendar(path: &Path) -> anyhow::Result<Calendar> {
    let cannot = |error| unreadable(path, error);
    let mut text = String::new();
    let file = open_patiently(path).map_err(cannot)?;
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(cannot)?;
    if text.len() as u64 > LARGEST {
        let message = format!("more than {LARGEST} bytes are no list of days");
        return Err(Error::new(ErrorKind::FileUnreadable, message).about(path.to_string_lossy()).into());
    }
    Calendar::parse(&text).map_err(|error| Error::about(error, path.to_string_lossy()).into())
}

fn in_words(mode: Mode, issued: Day, deadline: &Deadline) -> Result<String, fmt::Error> {
    for warning in deadline.warnings() {
        tell!("{ODD}warning{ODD:#}: {}", translated(warning.message()));
    }
    let ended = deadline.total_failure().map(|day| {
        let day = named(day);
        words!(
            ": a total failure was announced on {day}, while the deadline ran; the duty to send the invoice has ended"
        )
    });
    let (answer, why) = match deadline.due() {
        Due::By(day) => (named(day), String::new()),
        Due::Open { working_days: 1 } => {
            (words!("not known yet"), words!(": the next working day after the unavailability ends"))
        }
        Due::Open { .. } => (words!("not known yet"), words!(": 7 working days after the failure ends")),
        Due::Never if ended.is_some() => (words!("never"), ended.unwrap_or_default()),
        Due::Never => {
            (words!("never"), words!(": invoices of a total failure are not sent to KSeF, and carry no codes"))
        }
    };
    let mut words = String::new();
    writeln!(words, "{}", words!("{BOLD}{answer}{BOLD:#}{why}"))?;
    let (name, article) = (translated(mode.name()), mode.article());
    writeln!(words, "{}", words!("  issued {}, mode {name} {DIM}(VAT Act, art. {article}){DIM:#}", named(issued)))?;
    for step in deadline.steps() {
        writeln!(words, "  {}: {}", named(step.send_by), reason(step))?;
        for skipped in &step.skipped {
            writeln!(words, "{}", words!("    {DIM}skipped {}{DIM:#}", off(*skipped)))?;
        }
    }
    Ok(words)
}

fn reason(step: &Step) -> String {
    match step.since {
        Since::Issue => words!("the next working day after the issue date"),
        Since::Unavailability => {
            words!("the next working day after the unavailability ended on {}", named(step.from))
        }
        Since::Failure { announced } => {
            let announced = announced.map(|day| words!(" announced on {}", named(day))).unwrap_or_default();
            words!("{} working days after the failure{announced} ended on {}", step.working_days, named(step.from))
        }
    }
}

/// `2025-07-22 (Tuesday)`.
fn named(day: Day) -> String {
    format!("{day} ({})", translated(day.weekday()))
}

/// `2026-06-04 (Thursday): Corpus Christi`, and a weekend without the same word twice.
fn off(skipped: Skipped) -> String {
    match skipped.reason {
        DayOff::Saturday | DayOff::Sunday => named(skipped.day),
        _ => format!("{}: {}", named(skipped.day), translated(&skipped.reason.to_string())),
    }
}
