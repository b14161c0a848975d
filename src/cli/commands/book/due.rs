//! `ksef-qr book due`: what must be sent to KSeF, and by when.

use std::path::Path;
use std::time::SystemTime;

use ksef_qr::book::{Book, Entry, Filter, SendBy, SendingDays, State};
use ksef_qr::deadline::Calendar;
use ksef_qr::values::Day;
use serde::Serialize;

use crate::cli::book::open;
use crate::cli::commands::cert::write_calendar;
use crate::cli::commands::deadline::calendar;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{BookDue, CalendarPlace};
use crate::cli::words::say::{print, say, tell, translated, words};
use crate::cli::words::text::{BAD, DIM, ODD, counted, printable};

/// An open invoice.
pub struct Due {
    pub entry: Entry,
    pub send_by: SendBy,
    /// From today; negative if it is overdue, none while the outage lasts.
    pub days_left: Option<i64>,
}

/// Gives each open invoice of the book, in no order of days.
pub fn due(
    book: &Book,
    filter: &mut Filter,
    non_working_days: Option<&Path>,
    now: SystemTime,
    each: &mut dyn FnMut(Due) -> ksef_qr::Result<()>,
) -> anyhow::Result<()> {
    let calendar = match non_working_days {
        Some(file) => calendar(file)?,
        None => Calendar::default(),
    };
    let today = Day::of(now);
    filter.is_open = true;
    Ok(book.each(filter, &mut |entry| {
        if let Some(send_by) = entry.due(&calendar) {
            let days_left = send_by.day().map(|day| today.days_until(day));
            each(Due { entry, send_by, days_left })?;
        }
        Ok(true)
    })?)
}

pub fn run(settings: &BookDue) -> anyhow::Result<ExitStatus> {
    let book = open(&settings.book, settings.now)?;
    let within = settings.within_days.map_or(-1, i64::from);
    let (mut found, mut days, mut open_count) = (Vec::new(), SendingDays::default(), 0_u64);
    let mut filter = Filter::default();
    filter.seller = settings.seller;
    let non_working_days = settings.non_working_days.as_deref();
    due(&book, &mut filter, non_working_days, settings.now, &mut |due| {
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
            true => say!("{}", to_json(due)),
            false if on_stdout => {}
            false => words(due),
        }
    }
    match &settings.calendar {
        Some(CalendarPlace::Stdout) => drop(print(days.to_calendar(settings.now).as_bytes())?),
        Some(CalendarPlace::File(path)) => write_calendar(path, &days.to_calendar(settings.now))?,
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
        if is_assumed(due.send_by) { words!(", as if issued by your own choice (offline24)") } else { String::new() };
    say!("{colour}{}{colour:#}: send by {day} ({left})", printable(&facts.number));
    say!("  {DIM}seller {}, issued on {}{note}{assumed}{DIM:#}", facts.seller, facts.issue_date);
}

fn is_assumed(send_by: SendBy) -> bool {
    matches!(send_by, SendBy::AtFirst(_))
}

/// An invoice that is due, as JSON. A contract: fields are added, never changed or removed.
#[derive(Serialize)]
struct Line<'d> {
    r#type: &'static str,
    /// `overdue`, `today` or `later`.
    when: &'static str,
    send_by: Option<String>,
    weekday: Option<&'static str>,
    days_left: Option<i64>,
    assumed: bool,
    state: &'static str,
    refusal: Option<&'d str>,
    mode: Option<&'d str>,
    seller_nip: &'d str,
    kind: Option<&'d str>,
    invoice_number: &'d str,
    issue_date: String,
    hash_base64: String,
}

fn to_json(due: &Due) -> String {
    let facts = &due.entry.facts;
    let state = due.entry.state();
    let line = Line {
        r#type: "due",
        when: match due.days_left.unwrap_or_default() {
            ..0 => "overdue",
            0 => "today",
            _ => "later",
        },
        send_by: due.send_by.day().map(|day| day.to_string()),
        weekday: due.send_by.day().map(Day::weekday),
        days_left: due.days_left,
        assumed: is_assumed(due.send_by),
        state: state.name(),
        refusal: if let State::Refused(reason) = &state { Some(reason) } else { None },
        mode: due.entry.mode(),
        seller_nip: facts.seller.as_str(),
        kind: facts.kind.as_deref(),
        invoice_number: &facts.number,
        issue_date: facts.issue_date.to_string(),
        hash_base64: facts.hash.base64(),
    };
    // Nothing in this structure can fail to serialise.
    serde_json::to_string(&line).unwrap_or_default()
}
