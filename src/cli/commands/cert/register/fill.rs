//! `ksef-qr cert register add` of a folder or a table: hundreds of certificates in one step.

use std::collections::HashSet;
use std::env;
use std::path::Path;

use anyhow::Context as _;
use ksef_qr::credential::Purpose;
use ksef_qr::register::{Entry, Facts, Register, add_all};
use ksef_qr::values::CertificateSerial;

use super::candidate::Candidate;
use super::change::change;
use super::{folder, table};
use crate::cli::credential::key_file::certificate;
use crate::cli::credential::register_file::RegisterFile;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{AddedKey, FilledFrom, RegisterFill, SecretSource, VARIABLE};
use crate::cli::words::failure;
use crate::cli::words::say::{say, tell, translated, words};
use crate::cli::words::text::{ODD, counted, printable};

/// What was found: certificates with their keys, and what is wrong with the rest.
#[derive(Default)]
struct Filling {
    entries: Vec<Entry>,
    problems: Vec<anyhow::Error>,
    /// In the register already.
    known: usize,
    /// Found already, in another file.
    twice: usize,
    /// Whose keys are locked, and were not opened.
    unopened: usize,
}

/// Adds what is not in the register yet. Nothing is written before all of it was looked at, and then in one step.
pub fn run(settings: &RegisterFill) -> anyhow::Result<ExitStatus> {
    let RegisterFill { register, from, notes, now: _ } = settings;
    let (candidates, problems) = match from {
        FilledFrom::Folder(folder) => folder::candidates(folder, notes)?,
        FilledFrom::Table(file) => table::candidates(file, notes)?,
    };
    let mut filling = Filling { problems, ..Filling::default() };
    let before = match register.exists() {
        true => RegisterFile::read(register)?.register,
        false => Register::default(),
    };
    let before: HashSet<_> = before.entries().iter().map(|entry| certificate_of(&entry.facts)).collect();
    let mut found = HashSet::new();
    for (place, candidate) in candidates {
        match open(&candidate, register, &before) {
            Ok(None) => filling.known += 1,
            Ok(Some((entry, _))) if !found.insert(certificate_of(&entry.facts)) => filling.twice += 1,
            Ok(Some((entry, was_opened))) => {
                filling.unopened += usize::from(!was_opened);
                filling.entries.push(entry);
            }
            Err(error) => filling.problems.push(match place {
                Some(place) => error.context(place),
                None => error,
            }),
        }
    }
    let Filling { entries, problems, mut known, twice, unopened } = filling;
    let mut added = Vec::new();
    if !entries.is_empty() {
        change(register, |text| {
            let before = Register::parse(text)?;
            let certificates: HashSet<_> = before.entries().iter().map(|entry| certificate_of(&entry.facts)).collect();
            let mut names: HashSet<_> = before.entries().iter().map(|entry| entry.name.clone()).collect();
            for mut entry in entries {
                // Somebody else has added it since.
                if certificates.contains(&certificate_of(&entry.facts)) {
                    known += 1;
                    continue;
                }
                if !names.insert(entry.name.clone()) {
                    entry.name = format!("{} {}", entry.name, entry.facts.serial);
                    names.insert(entry.name.clone());
                }
                added.push(entry);
            }
            add_all(text, &added)
        })?;
    }
    for entry in &added {
        let owner = entry.facts.owner_in_words();
        say!("{}: added, {}, serial number {}", printable(&entry.name), printable(&owner), entry.facts.serial);
    }
    for problem in &problems {
        failure::show(problem);
    }
    if unopened > 0 {
        let keys = counted(unopened as u64, "key");
        tell!(
            "{ODD}warning{ODD:#}: {keys} not opened, because no password was given: cert register check --open tries them"
        );
    }
    let passed_over =
        added.iter().filter(|entry| entry.facts.purpose != Purpose::Offline || settings.now > entry.facts.valid_to);
    match passed_over.count() {
        0 => {}
        count => tell!("{ODD}warning{ODD:#}: sign does not pick {count} of them: not of type 2 (Offline), or expired"),
    }
    let counts = [
        (added.len(), "added"),
        (known, "in the register already"),
        (twice, "found twice"),
        (problems.len(), "not added"),
    ];
    let counts: Vec<_> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| words!("{count} {what}", what = translated(what)))
        .collect();
    say!("{}: {}", printable(&register.to_string_lossy()), counts.join(", "));
    Ok(match (problems.is_empty(), added.len() + known) {
        (true, _) => ExitStatus::Done,
        (false, 0) => ExitStatus::Nothing,
        (false, _) => ExitStatus::SomeRefused,
    })
}

/// The entry; none if the certificate is in the register already.
fn open(
    candidate: &Candidate,
    register: &Path,
    certificates: &HashSet<(CertificateSerial, Option<String>)>,
) -> anyhow::Result<Option<(Entry, bool)>> {
    // Whoever runs this again does not wait for keys that are known.
    if let AddedKey::Files { cert, .. } | AddedKey::Token { cert, .. } = &candidate.key
        && certificates.contains(&certificate_of(&Facts::of(&certificate(cert)?)))
    {
        return Ok(None);
    }
    // Nobody is asked two hundred times.
    let variable = env::var_os(VARIABLE).map(|_| SecretSource::VariableOrPrompt);
    let (certificate, was_opened) = candidate.open(variable.as_ref())?;
    let entry = candidate.entry(&certificate, register)?;
    let is_known = certificates.contains(&certificate_of(&entry.facts));
    // What is wrong with one entry must not keep the others out.
    add_all("", std::slice::from_ref(&entry)).with_context(|| format!("the entry {:?}", entry.name))?;
    Ok((!is_known).then_some((entry, was_opened)))
}

/// What tells a certificate from all others.
fn certificate_of(facts: &Facts) -> (CertificateSerial, Option<String>) {
    (facts.serial, facts.issuer.clone())
}
