use anstyle::{AnsiColor, Style};
use ksef_qr::register::{Entry, KeyPlace, PasswordPlace, add};
use ksef_qr::{Certificate, Day, PrivateKey, Purpose};

use super::change;
use crate::cli::args::{PasswordArgs, RegisterAddArgs};
use crate::cli::credential::read_credential;
use crate::cli::exit::ExitStatus;
use crate::cli::register_file::relative;
use crate::cli::report::printable;
use crate::cli::say::{say, tell};

const ODD: Style = AnsiColor::Yellow.on_default().bold();

/// Adds what the certificate says of itself and what the arguments say.
pub fn run(args: &RegisterAddArgs) -> anyhow::Result<ExitStatus> {
    let certificate =
        Certificate::parse(&read_credential(&args.cert)?).map_err(|error| error.about(args.cert.to_string_lossy()))?;
    let key = read_credential(&args.key)?;
    // What is no key at all shows without its password.
    match PrivateKey::parse(&key, None) {
        Err(error) if error.code() != "password_missing" => Err(error.about(args.key.to_string_lossy()))?,
        _ => {}
    }
    let place =
        KeyPlace::Files { cert: relative(&args.cert, &args.register)?, key: relative(&args.key, &args.register)? };
    let entry = Entry {
        password: password(&args.password, args)?,
        password_kept: args.password_kept.clone(),
        backup: args.backup.clone(),
        system: args.system.clone(),
        responsible: args.responsible.clone(),
        replace_by: args.replace_by,
        use_from: args.use_from,
        note: args.note.clone(),
        ..Entry::new(&args.name, &certificate, place)
    };
    change(&args.register, |text| add(text, &entry))?;
    tell_of(&entry, args);
    Ok(ExitStatus::Done)
}

fn password(password: &PasswordArgs, args: &RegisterAddArgs) -> anyhow::Result<Option<PasswordPlace>> {
    Ok(match password {
        PasswordArgs { password_file: Some(file), .. } => Some(PasswordPlace::File(relative(file, &args.register)?)),
        PasswordArgs { password_env: Some(name), .. } => Some(PasswordPlace::Variable(name.clone())),
        PasswordArgs { password_keyring: Some((service, account)), .. } => {
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
