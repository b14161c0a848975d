//! `ksef-qr book mark`: what happened and no file says.

use ksef_qr::book::{Event, Recorded, Said};
use ksef_qr::deadline::Calendar;

use super::meant::meant;
use super::statement::Counts;
use crate::cli::book::open;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{BookMark, Marked};
use crate::cli::words::failure::{self, ErrorLine};
use crate::cli::words::say::say;

pub fn run(settings: &BookMark) -> anyhow::Result<ExitStatus> {
    let book = open(&settings.book, settings.now)?;
    let (mut counts, mut lacking, mut entries) = (Counts::default(), 0, Vec::new());
    for text in &settings.invoices {
        for (input, found) in meant(&book, text)? {
            match found {
                Ok(entry) => entries.push((input, entry)),
                Err(error) => {
                    lacking += 1;
                    if settings.json {
                        say!("{}", ErrorLine::of_refusal(&error, &input).to_json());
                    }
                    failure::show(&error.into());
                }
            }
        }
    }
    let mut events = Vec::with_capacity(entries.len());
    for (_, entry) in &entries {
        let what = match &settings.what {
            Marked::Same(what) => what.clone(),
            Marked::Mode(mode) => entry.in_mode(*mode, &Calendar::default())?,
        };
        events.push((entry.facts.hash, Event::new(what, settings.now, settings.cause.clone())));
    }
    let name = match &settings.what {
        Marked::Same(what) => what.name(),
        Marked::Mode(_) => "mode",
    };
    for ((input, entry), recorded) in entries.iter().zip(book.record(&events)?) {
        let said = Said { input, hash: &entry.facts.hash, number: Some(&entry.facts.number), event: name, what: None };
        counts.take(said, &recorded, settings.json);
        debug_assert!(recorded != Recorded::Unknown, "it was found");
    }
    if !settings.json && !counts.is_nothing() {
        say!("{}: {}", name.replace('_', " "), counts.in_words());
    }
    Ok(match (counts.is_nothing(), lacking + counts.contradictions) {
        (true, _) => ExitStatus::Nothing,
        (false, 0) => ExitStatus::Done,
        (false, _) => ExitStatus::SomeRefused,
    })
}
