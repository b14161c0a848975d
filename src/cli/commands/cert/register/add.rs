use std::path::Path;

use anyhow::bail;
use ksef_qr::credential::{Certificate, KeyFile, PrivateKey, Purpose, check_pair};
use ksef_qr::pkcs11::TokenUri;
use ksef_qr::register::{Entry, KeyPlace, PasswordPlace, add};
use ksef_qr::values::Day;

use super::change::change;
use crate::cli::credential::key_file::{certificate, pkcs12_pair, read_key_file};
use crate::cli::credential::register_file::relative;
use crate::cli::credential::secret::Secret;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::SecretSource;
use crate::cli::settings::{AddedKey, RegisterAdd};
use crate::cli::words::failure;
use crate::cli::words::say::{say, tell};
use crate::cli::words::text::{ODD, printable};

/// Adds what the certificate says about itself and what the arguments say.
pub fn run(settings: &RegisterAdd) -> anyhow::Result<ExitStatus> {
    let register = &settings.register;
    let password = settings.password.as_ref().map(|place| written(place, register)).transpose()?;
    let (certificate, key) = match &settings.key {
        AddedKey::Pkcs12 { file, entry } => of_pkcs12(file, entry.as_ref(), settings)?,
        AddedKey::Files { cert, key } => of_files(cert, key, settings)?,
        AddedKey::Token { cert, uri } => on_token(cert, uri, register)?,
    };
    if let Some(day) = settings.use_from.filter(|&day| day > Day::of(certificate.not_after())) {
        bail!("--use-from {day}: the certificate ends before, on {}", Day::of(certificate.not_after()));
    }
    let mut entry = Entry::new(&settings.name, &certificate, key);
    entry.password = password;
    entry.password_kept.clone_from(&settings.password_kept);
    entry.backup.clone_from(&settings.backup);
    entry.system.clone_from(&settings.system);
    entry.responsible.clone_from(&settings.responsible);
    entry.replace_by = settings.replace_by;
    entry.use_from = settings.use_from;
    entry.signs_for.clone_from(&settings.signs_for);
    entry.note.clone_from(&settings.note);
    change(register, |text| add(text, &entry))?;
    report(&entry, settings);
    Ok(ExitStatus::Done)
}

fn of_files(cert: &Path, key: &Path, settings: &RegisterAdd) -> anyhow::Result<(Certificate, KeyPlace)> {
    let certificate = certificate(cert)?;
    let file = PrivateKey::read(&read_key_file(key)?).map_err(|error| error.about(key.to_string_lossy()))?;
    // Whether it is the certificate's key can be seen if it is open, or opened by a password that need not be typed.
    let private_key = match file {
        KeyFile::Open(private_key) => Some(private_key),
        KeyFile::Locked(locked) => password_at_hand(settings.password.as_ref(), key)?
            .map(|password| locked.open(password.bytes()).map_err(|error| error.about(key.to_string_lossy())))
            .transpose()?,
    };
    if let Some(private_key) = private_key {
        check_pair(&certificate, &private_key).map_err(|error| error.about(key.to_string_lossy()))?;
    }
    let register = &settings.register;
    Ok((certificate, KeyPlace::Files { cert: relative(cert, register)?, key: relative(key, register)? }))
}

/// A key's password from the place that the arguments name, if they name one that can be read here.
fn password_at_hand(place: Option<&PasswordPlace>, key: &Path) -> anyhow::Result<Option<Secret>> {
    let Some(place) = place else { return Ok(None) };
    match SecretSource::from(place.clone()).password_of(key) {
        // It is for the machine that signs, which need not be this one.
        Err(error) if !matches!(place, PasswordPlace::File(_)) => {
            tell!(
                "{ODD}warning{ODD:#}: whether the key belongs to the certificate was not checked: {}",
                failure::words(&error)
            );
            Ok(None)
        }
        found => found,
    }
}

fn of_pkcs12(file: &Path, entry: Option<&String>, settings: &RegisterAdd) -> anyhow::Result<(Certificate, KeyPlace)> {
    let password = settings.password.clone().map_or(SecretSource::VariableOrPrompt, SecretSource::from);
    let (certificate, _) = pkcs12_pair(file, entry.map(String::as_str), &password)?;
    Ok((certificate, KeyPlace::Pkcs12 { file: relative(file, &settings.register)?, entry: entry.cloned() }))
}

/// The token itself is not read: `cert register check --open` does that.
fn on_token(cert: &Path, uri: &str, register: &Path) -> anyhow::Result<(Certificate, KeyPlace)> {
    uri.parse::<TokenUri>()?;
    let certificate = certificate(cert)?;
    Ok((certificate, KeyPlace::Pkcs11 { uri: uri.to_owned(), cert: Some(relative(cert, register)?) }))
}

/// The place as the register writes it.
fn written(place: &PasswordPlace, register: &Path) -> anyhow::Result<PasswordPlace> {
    Ok(match place {
        PasswordPlace::File(file) => PasswordPlace::File(relative(file, register)?),
        place => place.clone(),
    })
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
