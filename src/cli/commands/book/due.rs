//! `ksef-qr book due`: what must be sent to KSeF, and by when.

use std::path::Path;
use std::time::SystemTime;

use ksef_qr::book::{Book, Due, Filter, SendingDays, State};
use ksef_qr::deadline::Calendar;
use ksef_qr::values::Day;

use crate::cli::book::open_to_read;
use crate::cli::commands::cert::write_calendar;
use crate::cli::commands::deadline::calendar;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{BookDue, CalendarPlace};
use crate::cli::words::say::{print, say, tell, translated, words};
use crate::cli::words::text::{BAD, DIM, ODD, counted, printable};

/// Gives each open invoice of the book, in no order of days.
pub fn due(
    book: &Book,
    filter: &Filter,
    non_working_days: Option<&Path>,
    now: SystemTime,
    each: &mut dyn FnMut(Due) -> ksef_qr::Result<()>,
) -> anyhow::Result<()> {
    let calendar = match non_working_days {
        Some(file) => calendar(file)?,
        None => Calendar::default(),
    };
    Ok(book.each_due(filter, &calendar, Day::of(now), &mut |due| each(due).map(|()| true))?)
}

pub fn run(settings: &BookDue) -> anyhow::Result<ExitStatus> {
    let book = open_to_read(&settings.book, settings.now)?;
    let within = settings.within_days.map_or(-1, i64::from);
    let (mut found, mut days, mut open_count) = (Vec::new(), SendingDays::default(), 0_u64);
    let mut filter = Filter::default();
    filter.seller = settings.seller;
    let non_working_days = settings.non_working_days.as_deref();
    due(&book, &filter, non_working_days, settings.now, &mut |due| {
        open_count += u64::from(due.days_left.is_none());
        if let Some(day) = due.send_by.day()
            && due.days_left.is_some_and(|left| left <= within)
        {
            days.add(day, due.entry.facts.seller, &due.entry.facts.number);
            found.push(due);
        }
        Ok(())
    })?;
    found.sort_by_key(|due| due.days_left);
    let on_stdout = matches!(settings.calendar, Some(CalendarPlace::Stdout));
    for due in &found {
        match settings.json {
            true => say!("{}", due.to_json()),
            false if on_stdout => {}
            false => words(due),
        }
    }
    let in_words = |text: &str| translated(text).into_owned();
    match &settings.calendar {
        Some(CalendarPlace::Stdout) => drop(print(days.to_calendar(settings.now, &in_words).as_bytes())?),
        Some(CalendarPlace::File(path)) => write_calendar(path, &days.to_calendar(settings.now, &in_words))?,
        None => {}
    }
    if !settings.quiet && !settings.json && !on_stdout {
        if found.is_empty() {
            say!("{}", nothing(settings.within_days));
        }
        if open_count > 0 {
            match open_count {
                1 => tell!("1 invoice waits for the end of an outage"),
                _ => tell!("{} wait for the end of an outage", counted(open_count, "invoice")),
            }
        }
    }
    Ok(if found.is_empty() { ExitStatus::Done } else { ExitStatus::SomeRefused })
}

fn nothing(within_days: Option<u32>) -> String {
    match within_days {
        None => words!("nothing is overdue"),
        Some(0) => words!("nothing is due today"),
        Some(days) => words!("nothing is due within {}", counted(days.into(), "day")),
    }
}

fn words(due: &Due) {
    let (colour, left) = match due.days_left.unwrap_or_default() {
        0 => (BAD, words!("today")),
        days @ ..0 => (BAD, words!("{} late", counted(days.unsigned_abs(), "day"))),
        days => (ODD, words!("in {}", counted(days.unsigned_abs(), "day"))),
    };
    let day = due.send_by.day().map(|day| format!("{day} ({})", translated(day.weekday()))).unwrap_or_default();
    let facts = &due.entry.facts;
    let state = due.entry.state();
    let note = match &state {
        State::Refused(reason) => words!(", refused: {}", printable(reason)),
        State::Sent => words!(", sent, without a number so far"),
        State::Corrected(_) => words!(", its technical correction is to be sent"),
        _ => String::new(),
    };
    let assumed =
        if due.is_assumed() { words!(", as if issued by your own choice (offline24)") } else { String::new() };
    say!("{colour}{}{colour:#}: send by {day} ({left})", printable(&facts.number));
    say!("  {DIM}seller {}, issued on {}{note}{assumed}{DIM:#}", facts.seller, facts.issue_date);
}
