use std::path::Path;

use anstyle::{AnsiColor, Style};
use anyhow::bail;
use ksef_qr::pkcs11::TokenUri;
use ksef_qr::register::{Entry, KeyPlace, PasswordPlace, add};
use ksef_qr::{Certificate, Day, PrivateKey, Purpose, check_pair};

use super::change;
use crate::cli::args::{PasswordArgs, RegisterAddArgs};
use crate::cli::credential::{pkcs12_pair, read_credential};
use crate::cli::exit::ExitStatus;
use crate::cli::failure;
use crate::cli::password::password_from;
use crate::cli::register_file::relative;
use crate::cli::report::printable;
use crate::cli::say::{say, tell};

const ODD: Style = AnsiColor::Yellow.on_default().bold();

/// Adds what the certificate says of itself and what the arguments say.
pub fn run(args: &RegisterAddArgs) -> anyhow::Result<ExitStatus> {
    let password = password(&args.password, args)?;
    let (certificate, key) = match args {
        RegisterAddArgs { p12: Some(file), .. } => of_pkcs12(file, args, password.as_ref())?,
        RegisterAddArgs { cert: Some(cert), key: Some(key), .. } => of_files(cert, key, args, password.as_ref())?,
        RegisterAddArgs { cert: Some(cert), pkcs11: Some(uri), .. } => on_token(cert, uri, args)?,
        _ => bail!("give --cert FILE --key FILE, or --p12 FILE"),
    };
    if let Some(day) = args.use_from.filter(|&day| day > Day::of(certificate.not_after())) {
        bail!("--use-from {day}: the certificate ends before, on {}", Day::of(certificate.not_after()));
    }
    let entry = Entry {
        password,
        password_kept: args.password_kept.clone(),
        backup: args.backup.clone(),
        system: args.system.clone(),
        responsible: args.responsible.clone(),
        replace_by: args.replace_by,
        use_from: args.use_from,
        note: args.note.clone(),
        ..Entry::new(&args.name, &certificate, key)
    };
    change(&args.register, |text| add(text, &entry))?;
    tell_of(&entry, args);
    Ok(ExitStatus::Done)
}

fn of_files(
    cert: &Path,
    key: &Path,
    args: &RegisterAddArgs,
    place: Option<&PasswordPlace>,
) -> anyhow::Result<(Certificate, KeyPlace)> {
    let certificate =
        Certificate::parse(&read_credential(cert)?).map_err(|error| error.about(cert.to_string_lossy()))?;
    let bytes = read_credential(key)?;
    // Whether it is the certificate's shows without a password, or with one that need not be typed.
    let password = match place {
        Some(place) if PrivateKey::is_encrypted(&bytes) => match password_from(Some(&here(place, args)), key) {
            // It is for the machine that signs, which need not be this one.
            Err(error) if !matches!(place, PasswordPlace::File(_)) => {
                tell!(
                    "{ODD}warning{ODD:#}: whether the key belongs to the certificate was not checked: {}",
                    failure::words(&error)
                );
                None
            }
            found => found?,
        },
        _ => None,
    };
    match PrivateKey::parse(&bytes, password.as_ref().map(|password| password.as_slice())) {
        Ok(private_key) => {
            check_pair(&certificate, &private_key).map_err(|error| error.about(key.to_string_lossy()))?;
        }
        Err(error) if error.code() == "password_missing" && password.is_none() => {}
        Err(error) => return Err(error.about(key.to_string_lossy()).into()),
    }
    let place = KeyPlace::Files { cert: relative(cert, &args.register)?, key: relative(key, &args.register)? };
    Ok((certificate, place))
}

fn of_pkcs12(
    file: &Path,
    args: &RegisterAddArgs,
    place: Option<&PasswordPlace>,
) -> anyhow::Result<(Certificate, KeyPlace)> {
    let entry = args.p12_entry.as_deref();
    let place = place.map(|place| here(place, args));
    let (certificate, _) = pkcs12_pair(file, entry, || password_from(place.as_ref(), file))?;
    Ok((certificate, KeyPlace::Pkcs12 { file: relative(file, &args.register)?, entry: args.p12_entry.clone() }))
}

/// The token itself is not asked: `cert register check --open` does that.
fn on_token(cert: &Path, uri: &str, args: &RegisterAddArgs) -> anyhow::Result<(Certificate, KeyPlace)> {
    uri.parse::<TokenUri>()?;
    let certificate =
        Certificate::parse(&read_credential(cert)?).map_err(|error| error.about(cert.to_string_lossy()))?;
    Ok((certificate, KeyPlace::Pkcs11 { uri: uri.to_owned(), cert: Some(relative(cert, &args.register)?) }))
}

/// The password's file from where the program runs, as it was given.
fn here(place: &PasswordPlace, args: &RegisterAddArgs) -> PasswordPlace {
    match (place, &args.password.file) {
        (PasswordPlace::File(_), Some(file)) => PasswordPlace::File(file.clone()),
        (place, _) => place.clone(),
    }
}

fn password(password: &PasswordArgs, args: &RegisterAddArgs) -> anyhow::Result<Option<PasswordPlace>> {
    Ok(match password {
        PasswordArgs { file: Some(file), .. } => Some(PasswordPlace::File(relative(file, &args.register)?)),
        PasswordArgs { variable: Some(name), .. } => Some(PasswordPlace::Variable(name.clone())),
        PasswordArgs { keyring: Some((service, account)), .. } => {
            Some(PasswordPlace::Keyring { service: service.clone(), account: account.clone() })
        }
        _ => None,
    })
}

fn tell_of(entry: &Entry, args: &RegisterAddArgs) {
    let facts = &entry.facts;
    say!("{}: added to {}", printable(&entry.name), printable(&args.register.to_string_lossy()));
    say!("  {}, serial number {}", printable(&facts.owner_in_words()), facts.serial);
    let (first, last) = (Day::of(facts.valid_from), Day::of(facts.valid_to));
    say!("  valid from {first} to {last}");
    if let Some(day) = entry.use_from.filter(|&day| day > first) {
        say!("  signs from {day} on");
    }
    let passed_over = match facts.purpose {
        Purpose::Offline if args.clock.now() <= facts.valid_to => return,
        Purpose::Offline => "it has expired",
        _ => "it is no type 2 (Offline) certificate",
    };
    tell!("{ODD}warning{ODD:#}: sign does not pick it: {passed_over}");
}
