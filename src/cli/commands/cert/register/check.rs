use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use anyhow::bail;
use ksef_qr::register::{Entry, KeyPlace, PasswordPlace, Status, Succession};
use ksef_qr::values::Rules;
use ksef_qr::{Conditions, Environment};

use crate::cli::credential::key_file::{certificate, read_key_file};
use crate::cli::credential::register_file::RegisterFile;
use crate::cli::credential::secret::Secret;
use crate::cli::credential::signatory::issuer_of_entry;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{RegisterCheck, Signature};
use crate::cli::words::failure;
use crate::cli::words::say::{say, translated};
use crate::cli::words::text::{BAD, counted, printable};

/// Compares the register with what is there. Retired and revoked certificates may be gone, and their files, too.
pub fn run(settings: &RegisterCheck) -> anyhow::Result<ExitStatus> {
    let file = RegisterFile::read(&settings.register)?;
    let entries = file.register.entries();
    let mut found = 0;
    let mut problem = |entry: &Entry, message: String| {
        found += 1;
        say!("{BAD}{}{BAD:#}: {}", printable(&entry.name), printable(&translated(&message)));
    };
    let succession = file.register.succession();
    let mut serials = HashMap::new();
    for entry in entries {
        if let Some(first) = serials.insert((entry.facts.serial, &entry.facts.issuer), &entry.name) {
            problem(entry, format!("{first:?} is the same certificate, {}", entry.facts.serial));
        }
    }
    for entry in entries.iter().filter(|entry| entry.status == Status::Active) {
        let problems = in_place(entry, &file);
        if settings.open
            && problems.is_empty()
            && let Err(error) = opened(entry, &file, settings.now)
        {
            problem(entry, failure::words(&error));
        }
        for message in problems {
            problem(entry, message);
        }
        if let Some([last, first]) = gap(entry, &succession).map(|ends| ends.map(minute)) {
            problem(
                entry,
                format!("nothing signs between {last}, the end of the one before, and {first} (Polish time)"),
            );
        }
        if let Some(day) = entry.use_from.filter(|day| day.begins() > entry.facts.valid_to) {
            problem(entry, format!("it is to be used from {day}, and has ended by then"));
        }
    }
    let now = settings.now;
    if !entries.iter().any(|entry| entry.status == Status::Active && now <= entry.facts.valid_to) {
        found += 1;
        say!("{BAD}nothing signs{BAD:#}: no certificate of the register is active and valid");
    }
    if found > 0 {
        return Ok(ExitStatus::SomeRefused);
    }
    say!("{}, and nothing wrong with the register", counted(entries.len() as u64, "certificate"));
    Ok(ExitStatus::Done)
}

/// Are the files there, and does the certificate say what the entry says?
fn in_place(entry: &Entry, file: &RegisterFile) -> Vec<String> {
    let mut problems = Vec::new();
    let (cert, others) = match &entry.key {
        KeyPlace::Files { cert, key } => (Some(cert), vec![key]),
        KeyPlace::Pkcs12 { file, .. } => (None, vec![file]),
        KeyPlace::Pkcs11 { cert, .. } => (cert.as_ref(), vec![]),
    };
    if let Some(path) = cert {
        let path = file.located(path);
        let checked = certificate(&path).and_then(|found| Ok(entry.check(&found)?));
        problems.extend(checked.err().map(|error| failure::words(&error)));
    }
    for path in others {
        problems.extend(read_key_file(&file.located(path)).err().map(|error| failure::words(&error)));
    }
    if let Some(PasswordPlace::File(path)) = &entry.password {
        problems.extend(Secret::from_file(&file.located(path)).err().map(|error| failure::words(&error.into())));
    }
    problems
}

/// Is the key the certificate's, and does its password open it?
fn opened(entry: &Entry, file: &RegisterFile, now: SystemTime) -> anyhow::Result<()> {
    let Some(environment) = Environment::ALL.into_iter().find(|&environment| entry.facts.fits(environment)) else {
        bail!("it is not from a KSeF that is known");
    };
    let conditions = Conditions::new(environment, now).allowing(Rules::ALL);
    issuer_of_entry(&file.entry_from_here(entry), None, Signature::default(), &conditions).map(drop)
}

/// The moments between which nothing of this owner signs, if the entry is to take over from another that ends too early.
fn gap(entry: &Entry, succession: &Succession<'_>) -> Option<[SystemTime; 2]> {
    let valid_from = entry.facts.valid_from;
    let first = entry.use_from.map_or(valid_from, |day| day.begins().max(valid_from));
    let last = succession.end_of_the_one_before(entry)?;
    // The second behind the last is the next one's.
    (first > last + Duration::from_secs(1)).then_some([last, first])
}

/// `2026-08-01 02:00`, in Warsaw.
fn minute(time: SystemTime) -> String {
    let warsaw = jiff::tz::get!("Europe/Warsaw");
    let time = jiff::Timestamp::try_from(time).unwrap_or(jiff::Timestamp::MAX).to_zoned(warsaw);
    time.strftime("%Y-%m-%d %H:%M").to_string()
}
