//! `ksef-qr cert expiring`: what has to be replaced soon.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use ksef_qr::credential::KsefCertificate;
use ksef_qr::files::edit_file;
use ksef_qr::register::{Expiry, calendar};

use super::problem::problem;
use crate::cli::credential::key_file;
use crate::cli::credential::register_file::RegisterFile;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::SecretSource;
use crate::cli::settings::{CalendarPlace, Expiring};
use crate::cli::words::failure;
use crate::cli::words::say::{print, say, tell, translated, words};
use crate::cli::words::text::{BAD, DIM, ODD, counted, printable};

/// Says what is due. A certificate that could not be checked counts as the worst: it may be due as well.
pub fn run(settings: &Expiring) -> anyhow::Result<ExitStatus> {
    let (now, within) = (settings.now, settings.within_days);
    let mut expiries = match &settings.register {
        Some(path) => RegisterFile::read(path)?.register.expiries(),
        None => Vec::new(),
    };
    // Nothing is due of what is retired or revoked, and nothing signs either.
    let nothing_signs = settings.register.is_some() && expiries.is_empty();
    if nothing_signs {
        tell!("{BAD}nothing signs{BAD:#}: no certificate of the register is active");
    }
    let mut failed = false;
    for path in &settings.certificates {
        match certificates(path) {
            Ok(found) => expiries.extend(found),
            Err(error) => {
                failed = true;
                failure::show(&error);
                if settings.json {
                    say!("{}", problem(path, &error));
                }
            }
        }
    }
    expiries.sort_by_key(Expiry::deadline);
    let due: Vec<&Expiry> = expiries.iter().filter(|expiry| expiry.is_due(now, within)).collect();
    let on_stdout = matches!(settings.calendar, Some(CalendarPlace::Stdout));
    for expiry in &due {
        match settings.json {
            true => say!("{}", expiry.to_json(now, within)),
            false if on_stdout => {}
            false => words(expiry, now),
        }
    }
    let calendar = || calendar(&expiries, now, within, &|text| translated(text).into_owned());
    match &settings.calendar {
        // It would lack what could not be read, and take the place of one that has it.
        Some(CalendarPlace::Stdout) if failed => tell!("-: not written"),
        Some(CalendarPlace::File(path)) if failed => tell!("{}: not written", printable(&path.to_string_lossy())),
        Some(CalendarPlace::Stdout) => drop(print(calendar().as_bytes())?),
        Some(CalendarPlace::File(path)) => write(path, &calendar())?,
        None => {}
    }
    if due.is_empty() && !failed && !nothing_signs && !settings.quiet && !settings.json && !on_stdout {
        say!("nothing is due within {}", counted(within.into(), "day"));
    }
    Ok(match (failed, due.is_empty() && !nothing_signs) {
        (true, _) => ExitStatus::Nothing,
        (false, false) => ExitStatus::SomeRefused,
        (false, true) => ExitStatus::Done,
    })
}

/// All certificates of a file, each called by its serial number where there are several.
fn certificates(path: &Path) -> anyhow::Result<Vec<Expiry>> {
    let name = path.to_string_lossy();
    let found = key_file::certificates(path, &SecretSource::VariableOrPrompt)?;
    let expiry = |entry: &KsefCertificate| match &found[..] {
        [_] => Expiry::new(name.clone(), &entry.certificate),
        _ => Expiry::new(format!("{name} ({})", entry.certificate.serial()), &entry.certificate),
    };
    Ok(found.iter().map(expiry).collect())
}

fn words(expiry: &Expiry, now: SystemTime) {
    let (colour, left) = match (expiry.is_expired(now), expiry.days_left(now)) {
        (true, _) => (BAD, words!("expired")),
        (false, 0) => (BAD, words!("today")),
        (false, days @ ..0) => (BAD, words!("{} late", counted(days.unsigned_abs(), "day"))),
        (false, days) => (ODD, words!("in {}", counted(days.unsigned_abs(), "day"))),
    };
    say!("{colour}{}{colour:#}: replace by {} ({left})", printable(&expiry.name), expiry.deadline());
    let facts = &expiry.facts;
    let ends = if expiry.is_expired(now) { words!("ended") } else { words!("ends") };
    let owner = facts.owner_in_words();
    let owner = translated(&owner);
    say!("  {DIM}{}, serial number {}, {ends} on {}{DIM:#}", printable(&owner), facts.serial, expiry.last_day());
    for (what, text) in [("used by", &expiry.system), ("responsible", &expiry.responsible)] {
        if let Some(text) = text {
            say!("  {DIM}{}: {}{DIM:#}", translated(what), printable(text));
        }
    }
}

/// Replaces an earlier calendar of this program, and nothing else.
pub fn write(path: &Path, calendar: &str) -> anyhow::Result<()> {
    let is_ours = |bytes: &[u8]| bytes.windows(PRODUCT.len()).any(|part| part == PRODUCT);
    if path.exists() && !path.is_file() {
        bail!("{}: it is no regular file", path.display());
    }
    if path.exists() && !is_ours(&fs::read(path).with_context(|| format!("{}: it cannot be read", path.display()))?) {
        bail!("{}: it is there already, and is no calendar of this program", path.display());
    }
    Ok(edit_file(path, |_| Ok(calendar.as_bytes().to_vec()))?)
}

const PRODUCT: &[u8] = b"PRODID:-//ksef-qr//";
