use std::collections::BTreeMap;
use std::time::SystemTime;

use anstyle::Style;
use ksef_qr::Environment;
use ksef_qr::credential::{Owner, Purpose};
use ksef_qr::register::{Entry, KeyPlace, PasswordPlace, Register, Signing, SignsFor, Status, Wanted};
use ksef_qr::values::{Day, Nip};
use serde::Serialize;

use crate::cli::credential::register_file::RegisterFile;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{ListShape, RegisterList};
use crate::cli::words::say::{say, translated};
use crate::cli::words::text::{BOLD, DIM, GOOD, printable};

/// Shows all entries, in the order of the file.
pub fn run(settings: &RegisterList) -> anyhow::Result<ExitStatus> {
    let register = RegisterFile::read(&settings.register)?.register;
    let standings = Standings { register: &register, signing: register.signing(settings.now), now: settings.now };
    match settings.shape {
        ListShape::Json => register.entries().iter().for_each(|entry| say!("{}", to_json(entry, &standings))),
        _ if register.entries().is_empty() => say!("the register holds no certificate yet"),
        ListShape::Table => table(&standings),
        ListShape::Words => {
            for (index, entry) in register.entries().iter().enumerate() {
                if index > 0 {
                    say!();
                }
                words(entry, &standings);
            }
        }
    }
    Ok(ExitStatus::Done)
}

/// A line each, for a register of hundreds.
fn table(standings: &Standings<'_>) {
    const HEADS: [&str; 5] = ["NAME", "OWNER", "SERIAL NUMBER", "VALID TO", "STANDING"];
    let row = |entry: &Entry| {
        let facts = &entry.facts;
        let (signs, standing) = standings.of(entry);
        let last = Day::of(facts.valid_to).to_string();
        let cells =
            [entry.name.clone(), owner(entry), facts.serial.to_string(), last, translated(&standing).into_owned()];
        (signs, cells.map(|cell| printable(&cell).into_owned()))
    };
    let rows: Vec<_> = standings.register.entries().iter().map(row).collect();
    let width = |column: usize| {
        let widths = rows.iter().map(|(_, cells)| cells[column].chars().count());
        widths.chain([HEADS[column].len()]).max().unwrap_or_default()
    };
    let widths = [0, 1, 2, 3].map(width);
    let padded = |cells: &[String]| {
        cells.iter().zip(widths).fold(String::new(), |line, (cell, width)| line + &format!("{cell:<width$}  "))
    };
    let heads = HEADS.map(|head| translated(head).into_owned());
    say!("{DIM}{}{}{DIM:#}", padded(&heads[..4]), heads[4]);
    for (signs, cells) in &rows {
        let colour = if *signs { GOOD } else { Style::new() };
        say!("{}{colour}{}{colour:#}", padded(&cells[..4]), cells[4]);
    }
}

/// Which entries sign now.
struct Standings<'r> {
    register: &'r Register,
    signing: Signing<'r>,
    now: SystemTime,
}

impl Standings<'_> {
    /// True if `sign` picks it now, in words; else why not.
    fn of(&self, entry: &Entry) -> (bool, String) {
        // Whatever KSeF it is from: a register holds those of production and of the tests side by side.
        let environment = Environment::ALL.into_iter().find(|&environment| entry.facts.fits(environment));
        let Some(environment) = environment else { return (false, "not from a KSeF that is known".to_owned()) };
        if let Some(obstacle) = self.register.obstacle(entry, &Wanted::new(environment, self.now)) {
            return (false, obstacle.to_string());
        }
        match self.signing.newer(entry) {
            Some(newer) => (false, format!("may sign; {} is newer and does", newer.name)),
            None => (true, "signs".to_owned()),
        }
    }
}

fn words(entry: &Entry, standings: &Standings<'_>) {
    let facts = &entry.facts;
    let (signs, standing) = standings.of(entry);
    let colour = if signs { GOOD } else { Style::new() };
    say!("{BOLD}{}{BOLD:#}  {colour}{}{colour:#}", printable(&entry.name), translated(&printable(&standing)));
    let line = |what: &str, text: &str| say!("  {DIM}{:<12}{DIM:#} {}", translated(what), translated(&printable(text)));
    let some = |what: &str, text: Option<&String>| text.map_or((), |text| line(what, text));
    line("owner", &owner(entry));
    line("purpose", purpose(facts.purpose));
    line("serial", &facts.serial.to_string());
    line("issuer", facts.issuer.as_deref().unwrap_or("not named"));
    line("valid", &format!("{} to {} (Polish time)", Day::of(facts.valid_from), Day::of(facts.valid_to)));
    some("use from", entry.use_from.map(|day| day.to_string()).as_ref());
    some("signs for", signs_for(&entry.signs_for).as_ref());
    for (what, place) in places(&entry.key) {
        line(what, &place);
    }
    some("password", entry.password.as_ref().map(password).as_ref());
    some("kept", entry.password_kept.as_ref());
    some("backup", entry.backup.as_ref());
    some("system", entry.system.as_ref());
    some("responsible", entry.responsible.as_ref());
    some("replace by", entry.replace_by.map(|day| day.to_string()).as_ref());
    some("note", entry.note.as_ref());
}

fn signs_for(signs_for: &SignsFor) -> Option<String> {
    match signs_for {
        SignsFor::Listed(nips) => {
            let nips: Vec<&str> = nips.iter().map(Nip::as_str).collect();
            Some(format!("NIP {}", nips.join(", ")))
        }
        SignsFor::Any => Some("all who have none of their own here".to_owned()),
        SignsFor::Owner => None,
    }
}

/// The number and the name.
fn owner(entry: &Entry) -> String {
    match (entry.facts.owner, &entry.facts.owner_name) {
        (Owner::Nip(nip), Some(name)) => format!("NIP {nip}, {name}"),
        _ => entry.facts.owner_in_words(),
    }
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Offline => "offline (type 2)",
        Purpose::Authentication => "authentication (type 1)",
        Purpose::Unclear => "unclear",
    }
}

fn places(key: &KeyPlace) -> Vec<(&'static str, String)> {
    let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
    match key {
        KeyPlace::Files { cert, key } => vec![("cert", path(cert)), ("key", path(key))],
        KeyPlace::Pkcs12 { file, entry: None } => vec![("p12", path(file))],
        KeyPlace::Pkcs12 { file, entry: Some(entry) } => vec![("p12", path(file)), ("p12_entry", entry.clone())],
        KeyPlace::Pkcs11 { uri, cert } => {
            let cert = cert.as_deref().map(|cert| ("cert", path(cert)));
            [("pkcs11", uri.clone())].into_iter().chain(cert).collect()
        }
    }
}

fn password(place: &PasswordPlace) -> String {
    match place {
        PasswordPlace::File(file) => format!("in the file {}", file.display()),
        PasswordPlace::Variable(name) => format!("in the variable {name}"),
        PasswordPlace::Keyring { service, account } => format!("in the keyring: {service}, {account}"),
    }
}

/// An entry as JSON.
#[derive(Serialize)]
struct Listed<'e> {
    r#type: &'static str,
    name: &'e str,
    signs: bool,
    standing: String,
    owner_nip: Option<String>,
    owner_name: Option<&'e str>,
    purpose: &'static str,
    serial: String,
    issuer: Option<&'e str>,
    valid_from: String,
    valid_to: String,
    key: BTreeMap<&'static str, String>,
    password: Option<String>,
    password_kept: Option<&'e str>,
    backup: Option<&'e str>,
    system: Option<&'e str>,
    responsible: Option<&'e str>,
    replace_by: Option<String>,
    use_from: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signs_for: Vec<&'e str>,
    status: &'static str,
    status_since: Option<String>,
    status_reason: Option<String>,
    note: Option<&'e str>,
}

fn to_json(entry: &Entry, standings: &Standings<'_>) -> String {
    let facts = &entry.facts;
    let (signs, standing) = standings.of(entry);
    let time = |time: SystemTime| jiff::Timestamp::try_from(time).map(|time| time.to_string()).unwrap_or_default();
    let day = |day: Day| day.to_string();
    let owner_nip = match facts.owner {
        Owner::Nip(nip) => Some(nip.to_string()),
        _ => None,
    };
    let (status_since, status_reason) = match &entry.status {
        Status::Active => (None, None),
        Status::Retired { since, reason } => (Some(day(*since)), reason.clone()),
        Status::Revoked { since, reason } => (Some(day(*since)), Some(reason.to_string())),
    };
    let listed = Listed {
        r#type: "certificate",
        name: &entry.name,
        signs,
        standing,
        owner_nip,
        owner_name: facts.owner_name.as_deref(),
        purpose: match facts.purpose {
            Purpose::Offline => "offline",
            Purpose::Authentication => "authentication",
            Purpose::Unclear => "unclear",
        },
        serial: facts.serial.to_string(),
        issuer: facts.issuer.as_deref(),
        valid_from: time(facts.valid_from),
        valid_to: time(facts.valid_to),
        key: places(&entry.key).into_iter().collect(),
        password: entry.password.as_ref().map(password),
        password_kept: entry.password_kept.as_deref(),
        backup: entry.backup.as_deref(),
        system: entry.system.as_deref(),
        responsible: entry.responsible.as_deref(),
        replace_by: entry.replace_by.map(day),
        use_from: entry.use_from.map(day),
        signs_for: match &entry.signs_for {
            SignsFor::Owner => Vec::new(),
            SignsFor::Listed(nips) => nips.iter().map(Nip::as_str).collect(),
            SignsFor::Any => vec!["any"],
        },
        status: entry.status.name(),
        status_since,
        status_reason,
        note: entry.note.as_deref(),
    };
    serde_json::to_string(&listed).unwrap_or_default()
}
