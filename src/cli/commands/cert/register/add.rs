use ksef_qr::credential::Purpose;
use ksef_qr::register::{Entry, add};
use ksef_qr::values::Day;

use super::candidate::Candidate;
use super::change::change;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{RegisterAdd, SecretSource};
use crate::cli::words::say::{say, tell};
use crate::cli::words::text::{ODD, printable};

/// Adds what the certificate says about itself and what the arguments say.
pub fn run(settings: &RegisterAdd) -> anyhow::Result<ExitStatus> {
    let RegisterAdd { register, name, key, notes, .. } = settings;
    let candidate = Candidate { name: name.clone(), key: key.clone(), notes: notes.clone() };
    let (certificate, _) = candidate.open(Some(&SecretSource::VariableOrPrompt))?;
    let entry = candidate.entry(&certificate, register)?;
    change(register, |text| add(text, &entry))?;
    report(&entry, settings);
    Ok(ExitStatus::Done)
}

fn report(entry: &Entry, settings: &RegisterAdd) {
    let facts = &entry.facts;
    say!("{}: added to {}", printable(&entry.name), printable(&settings.register.to_string_lossy()));
    say!("  {}, serial number {}", printable(&facts.owner_in_words()), facts.serial);
    let (first, last) = (Day::of(facts.valid_from), Day::of(facts.valid_to));
    say!("  valid from {first} to {last}");
    if let Some(day) = entry.use_from.filter(|&day| day > first) {
        say!("  signs from {day} on");
    }
    let passed_over = match facts.purpose {
        Purpose::Offline if settings.now <= facts.valid_to => return,
        Purpose::Offline => "it has expired",
        _ => "it is no type 2 (Offline) certificate",
    };
    tell!("{ODD}warning{ODD:#}: sign does not pick it: {passed_over}");
}
