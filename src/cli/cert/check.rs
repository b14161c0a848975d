//! `ksef-qr cert check`: the checklist of a certificate and its key, in words or as JSON.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anstyle::{AnsiColor, Style};
use anyhow::Context as _;
use ksef_qr::checklist::{Answer, Given, Item, KeyFile, checklist};
use ksef_qr::{Certificate, Error, Pkcs12, PrivateKey};
use serde::Serialize;
use zeroize::Zeroizing;

use super::show::problem;
use crate::cli::args::CertCheckArgs;
use crate::cli::credential::read_credential;
use crate::cli::exit::ExitStatus;
use crate::cli::failure;
use crate::cli::hints;
use crate::cli::password::password;
use crate::cli::report::{counted, printable};
use crate::cli::say::say;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default().bold();

/// Answers every item and tells it.
pub fn run(args: &CertCheckArgs) -> anyhow::Result<ExitStatus> {
    let set = match &args.p12 {
        Some(p12) => of_pkcs12(args, p12),
        None => of_files(args),
    };
    let set = set.inspect_err(|error| {
        // Without a certificate there is no list, and a program is told so all the same.
        if let (true, Some(file)) = (args.json, args.p12.as_ref().or(args.cert.as_ref())) {
            say!("{}", problem(file, error));
        }
    })?;
    let items = checklist(&Given {
        certificate: &set.certificate,
        key: set.key.as_ref().map(|(path, bytes)| KeyFile { bytes, is_pkcs12: args.p12.is_some(), mode: mode(path) }),
        password: set.password.as_ref().map(|password| password.as_slice()),
        nip: args.nip,
        environment: args.env,
        now: args.now.unwrap_or_else(SystemTime::now),
        within_days: args.within.into(),
    });
    let items: Vec<_> = items.into_iter().map(|item| if args.strict { item.strictly() } else { item }).collect();
    let failed = count(&items, Answer::Fail) > 0;
    if args.json {
        json(set.name, &set.certificate, &items, failed);
    } else {
        words(set.name, &set.certificate, &items);
    }
    Ok(if failed { ExitStatus::SomeRefused } else { ExitStatus::Done })
}

/// What is to be looked over.
struct Set<'a> {
    /// The file of the certificate.
    name: &'a Path,
    certificate: Certificate,
    /// The key's file, and what is in it.
    key: Option<(&'a Path, Secret)>,
    password: Option<Secret>,
}

type Secret = Zeroizing<Vec<u8>>;

/// `--cert`, and `--key` if there is one.
fn of_files(args: &CertCheckArgs) -> anyhow::Result<Set<'_>> {
    let name = args.cert.as_deref().context("--cert names the certificate")?;
    let certificate =
        Certificate::parse(&read_credential(name)?).map_err(|error| error.about(name.to_string_lossy()))?;
    // A key that is not there is what the list is to say.
    let key = args.key.as_deref().and_then(|path| match read_credential(path) {
        Ok(bytes) => Some((path, bytes)),
        Err(error) => {
            failure::show(&error);
            None
        }
    });
    // Nobody is asked for a password that is not needed.
    let password = match &key {
        Some((path, bytes)) if PrivateKey::is_encrypted(bytes) => password(args.password_file.as_deref(), path)?,
        _ => None,
    };
    Ok(Set { name, certificate, key, password })
}

/// `--p12`. What keeps it closed keeps the certificate in it, too, so that there is nothing to look over.
fn of_pkcs12<'a>(args: &CertCheckArgs, name: &'a Path) -> anyhow::Result<Set<'a>> {
    let file = read_credential(name)?;
    let mut secret = None;
    let mut opened = Pkcs12::open(&file, None);
    if opened.as_ref().is_err_and(|error| error.code() == "password_missing") {
        secret = password(args.password_file.as_deref(), name)?;
        opened = Pkcs12::open(&file, secret.as_ref().map(|password| password.as_slice()));
    }
    let pair = opened.and_then(|opened| opened.pair(args.p12_entry.as_deref()));
    let (certificate, _) = pair.map_err(|error| error.about(name.to_string_lossy()))?;
    Ok(Set { name, certificate, key: Some((name, file)), password: secret })
}

/// The permission bits of a file, where there are such.
fn mode(file: &Path) -> Option<u32> {
    #[cfg(unix)]
    return fs::metadata(file).ok().map(|metadata| std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()));
    #[cfg(not(unix))]
    return fs::metadata(file).ok().and(None);
}

fn count(items: &[Item], answer: Answer) -> usize {
    items.iter().filter(|item| item.answer == answer).count()
}

fn words(name: &Path, certificate: &Certificate, items: &[Item]) {
    say!("{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}", printable(&name.to_string_lossy()), certificate.serial());
    for item in items {
        let (style, word) = match item.answer {
            Answer::Ok => (GOOD, "OK"),
            Answer::Fail => (BAD, "FAIL"),
            Answer::Warning => (ODD, "WARNING"),
            Answer::Unknown => (DIM, "unknown"),
        };
        let code = item.problem.as_ref().map_or(String::new(), |problem| format!(" {DIM}[{}]{DIM:#}", problem.code()));
        say!("  {style}{word:<7}{style:#}  {}: {}{code}", item.name.words(), printable(&item.reason));
        if let Some(problem) = &item.problem {
            say!("           {DIM}{}{DIM:#}", hints::of(problem));
        }
    }
    say!();
    let [ok, fail, warning, unknown] =
        [Answer::Ok, Answer::Fail, Answer::Warning, Answer::Unknown].map(|answer| count(items, answer));
    let colour = if fail > 0 { BAD } else { GOOD };
    say!("{colour}{fail} failed{colour:#}, {}, {ok} OK, {unknown} unknown", counted(warning as u64, "warning"));
}

#[derive(Serialize)]
struct Line<'a> {
    r#type: &'static str,
    result: &'static str,
    file: String,
    serial: String,
    items: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'static str,
    answer: &'static str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

impl<'a> Entry<'a> {
    fn of(item: &'a Item) -> Self {
        let problem = item.problem.as_ref();
        Self {
            name: item.name.name(),
            answer: item.answer.name(),
            reason: &item.reason,
            code: problem.map(Error::code),
            hint: problem.map(hints::of),
        }
    }
}

fn json(name: &Path, certificate: &Certificate, items: &[Item], failed: bool) {
    let line = Line {
        r#type: "checklist",
        result: if failed { "fail" } else { "ok" },
        file: name.to_string_lossy().into_owned(),
        serial: certificate.serial().to_string(),
        items: items.iter().map(Entry::of).collect(),
    };
    say!("{}", serde_json::to_string(&line).unwrap_or_default());
}
