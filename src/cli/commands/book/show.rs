//! `ksef-qr book show`: all that happened to an invoice.

use ksef_qr::Environment;
use ksef_qr::book::{Entry, Event, Happening, SendBy};
use ksef_qr::deadline::Calendar;

use super::meant::meant;
use crate::cli::book::open_to_read;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::BookShow;
use crate::cli::words::failure::{self, ErrorLine};
use crate::cli::words::say::{say, translated, words};
use crate::cli::words::text::{BOLD, DIM, printable};

pub fn run(settings: &BookShow) -> anyhow::Result<ExitStatus> {
    let book = open_to_read(&settings.book, settings.now)?;
    let mut status = ExitStatus::Done;
    let mut is_first = true;
    for (input, found) in meant(&book, &settings.invoice)? {
        match found {
            Ok(entry) if settings.json => say!("{}", entry.to_json(book.environment(), true)),
            Ok(entry) => {
                if !std::mem::take(&mut is_first) {
                    say!();
                }
                show(&entry, book.environment());
            }
            Err(error) => {
                status = ExitStatus::SomeRefused;
                if settings.json {
                    say!("{}", ErrorLine::of_refusal(&error, &input).to_json());
                }
                failure::show(&error.into());
            }
        }
    }
    Ok(status)
}

fn show(entry: &Entry, environment: Environment) {
    let facts = &entry.facts;
    let state = entry.state().name().replace('_', " ");
    let state = translated(&state);
    say!("{BOLD}{}{BOLD:#}: {state}", printable(&facts.number));
    let kind = facts.kind.as_deref().map(|kind| format!(", {}", printable(kind))).unwrap_or_default();
    say!("  {}{kind}, issued on {} by {}", printable(&facts.form), facts.issue_date, facts.seller);
    match entry.due(&Calendar::default()).filter(|_| entry.corrects().is_none()) {
        Some(SendBy::Day(day)) => say!("  to be sent by {day} ({})", translated(day.weekday())),
        Some(SendBy::AtFirst(day)) => {
            say!("  to be sent by {day} ({}), as if issued by your own choice (offline24)", translated(day.weekday()));
        }
        _ => {}
    }
    say!("  digest {}", facts.hash.base64());
    say!("  KOD I  {}", facts.kod1(environment));
    if let Some(kod2) = entry.kod2() {
        say!("  KOD II {}", kod2.url);
    }
    for event in &entry.events {
        let at = jiff::Timestamp::try_from(event.at).map(|at| at.to_string()).unwrap_or_default();
        say!("  {at}  {} {DIM}({}){DIM:#}", printable(&in_words(event)), printable(&event.cause));
    }
}

fn in_words(event: &Event) -> String {
    match &event.what {
        Happening::Issued { kod2, mode, send_by, is_rehearsed } => {
            let codes = if kod2.is_some() { words!("issued, KOD I and KOD II") } else { "KOD I".to_owned() };
            let mode = mode.as_deref().map(|mode| words!(", mode {mode}")).unwrap_or_default();
            let by = send_by.map(|day| words!(", to be sent by {day}")).unwrap_or_default();
            let rehearsed = if *is_rehearsed { words!(", in a rehearsal") } else { String::new() };
            format!("{codes}{mode}{by}{rehearsed}")
        }
        Happening::Drawn { formats } => words!("drawn: {formats}"),
        Happening::HandedOver => words!("handed over"),
        Happening::Sent { reference: Some(reference) } => words!("sent, {reference}"),
        Happening::Sent { reference: None } => words!("sent"),
        Happening::Accepted { number, corrected_by: None } => words!("accepted as {number}"),
        Happening::Accepted { number, corrected_by: Some(by) } => {
            words!("accepted as {number}, by its technical correction {}", by.base64())
        }
        Happening::Refused { status: Some(status), reason } => words!("refused, {status}: {reason}"),
        Happening::Refused { status: None, reason } => words!("refused: {reason}"),
        Happening::Corrected { by } => words!("corrected technically by the file {}", by.base64()),
        Happening::Corrects { first } => words!("the technical correction of the file {}", first.base64()),
        Happening::CorrectionAnnulled { by } => {
            words!("its technical correction was annulled, the file {}", by.base64())
        }
        Happening::Mode { mode, send_by: Some(day) } => words!("issued in the mode {mode}, to be sent by {day}"),
        Happening::Mode { mode, send_by: None } => words!("issued in the mode {mode}"),
        Happening::Moved { is_not_sent: true, .. } => words!("not to be sent any more: a total failure"),
        Happening::Moved { send_by: Some(day), .. } => words!("to be sent by {day} now"),
        Happening::Moved { send_by: None, .. } => words!("to be sent when the failure has ended"),
        Happening::Annulled => words!("annulled"),
        other => translated(other.name()).into_owned(),
    }
}
