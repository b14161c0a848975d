//! `ksef-qr cert check`: the audit of a certificate and its key, in words or as JSON.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use ksef_qr::audit::{Audit, Item, KeyOnDisk};
use ksef_qr::credential::{Certificate, Pkcs12, PrivateKey};
use ksef_qr::report::Outcome;
use serde::Serialize;
use zeroize::Zeroizing;

use super::problem::problem;
use crate::cli::credential::key_file::{certificate, open, read_key_file};
use crate::cli::credential::secret::Secret;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::SecretSource;
use crate::cli::settings::{CertCheck, Checked};
use crate::cli::words::failure;
use crate::cli::words::hints;
use crate::cli::words::say::{say, translated, words};
use crate::cli::words::text::{BAD, BOLD, DIM, GOOD, ODD, counted, printable};

/// Answers every item and shows it.
pub fn run(settings: &CertCheck) -> anyhow::Result<ExitStatus> {
    let (set, name) = match &settings.checked {
        Checked::Pkcs12 { file, entry } => (of_pkcs12(file, entry.as_deref(), &settings.password), file),
        Checked::Files { cert, key } => (of_files(cert, key.as_deref(), &settings.password), cert),
    };
    let set = match set {
        Ok(set) => set,
        // Without a certificate there is no list, and a program has to know that, too.
        Err(error) if settings.json => {
            failure::show(&error);
            say!("{}", problem(name, &error));
            return Ok(ExitStatus::Nothing);
        }
        Err(error) => return Err(error),
    };
    let is_pkcs12 = matches!(settings.checked, Checked::Pkcs12 { .. });
    let mut audit = Audit::of(&set.certificate, settings.environment, settings.now)
        .with_replacement_days(settings.within_days.into());
    if let Some((path, bytes)) = &set.key {
        let key = if is_pkcs12 { KeyOnDisk::pkcs12(bytes) } else { KeyOnDisk::new(bytes) };
        audit = audit.with_key(key.with_mode(mode(path)));
    }
    if let Some(password) = &set.password {
        audit = audit.with_password(password.bytes());
    }
    if let Some(nip) = settings.nip {
        audit = audit.with_nip(nip);
    }
    let items = audit.items().into_iter().map(|item| if settings.strict { item.strictly() } else { item });
    let items: Vec<_> = items.collect();
    let failed = count(&items, "fail") > 0;
    if settings.json {
        json(set.name, &set.certificate, &items, failed);
    } else {
        words(set.name, &set.certificate, &items);
    }
    Ok(if failed { ExitStatus::SomeRefused } else { ExitStatus::Done })
}

/// What is looked at.
struct Set<'a> {
    /// The file of the certificate.
    name: &'a Path,
    certificate: Certificate,
    /// The key's file, and what is in it.
    key: Option<(&'a Path, Zeroizing<Vec<u8>>)>,
    password: Option<Secret>,
}

/// `--cert`, and `--key` if there is one.
fn of_files<'a>(cert: &'a Path, key: Option<&'a Path>, password: &SecretSource) -> anyhow::Result<Set<'a>> {
    let certificate = certificate(cert)?;
    // A key that is not there is an item of the list.
    let key = key.and_then(|path| match read_key_file(path) {
        Ok(bytes) => Some((path, bytes)),
        Err(error) => {
            failure::show(&error);
            None
        }
    });
    // Nobody is asked for a password that is not needed.
    let password = match &key {
        Some((path, bytes)) if PrivateKey::read(bytes).is_ok_and(|key| key.is_locked()) => {
            password.password_of(path)?
        }
        _ => None,
    };
    Ok(Set { name: cert, certificate, key, password })
}

/// `--p12`. If it stays closed, so does the certificate in it, and there is nothing to look at.
fn of_pkcs12<'a>(name: &'a Path, entry: Option<&str>, password: &SecretSource) -> anyhow::Result<Set<'a>> {
    let file = read_key_file(name)?;
    let (opened, password) = open(name, Pkcs12::read(&file), password)?;
    let (certificate, _) = opened.pair(entry).map_err(|error| error.about(name.to_string_lossy()))?;
    Ok(Set { name, certificate, key: Some((name, file)), password })
}

/// The permission bits of a file, where there are such.
fn mode(file: &Path) -> Option<u32> {
    #[cfg(unix)]
    return fs::metadata(file).ok().map(|metadata| std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()));
    #[cfg(not(unix))]
    return fs::metadata(file).ok().and(None);
}

/// An outcome as this command calls it.
fn answer(item: &Item) -> &'static str {
    match item.outcome() {
        Outcome::Ok => "ok",
        Outcome::Fail => "fail",
        Outcome::Warning => "warning",
        _ => "unknown",
    }
}

/// What came of the item, with the option that could say more.
fn reason(item: &Item) -> Cow<'_, str> {
    let message = item.finding().message();
    hints::of_item(item).map_or(message.into(), |option| format!("{message} ({option})").into())
}

/// The same in the language of the user.
fn said(item: &Item) -> String {
    let message = translated(item.finding().message());
    hints::of_item(item).map_or_else(|| message.to_string(), |option| format!("{message} ({option})"))
}

/// True if the item has a problem, with a code and a hint of its own.
fn has_problem(item: &Item) -> bool {
    matches!(item.outcome(), Outcome::Fail | Outcome::Warning)
}

fn count(items: &[Item], wanted: &str) -> usize {
    items.iter().filter(|item| answer(item) == wanted).count()
}

fn words(name: &Path, certificate: &Certificate, items: &[Item]) {
    say!("{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}", printable(&name.to_string_lossy()), certificate.serial());
    for item in items {
        let (style, word) = match item.outcome() {
            Outcome::Ok => (GOOD, words!("OK")),
            Outcome::Fail => (BAD, words!("FAIL")),
            Outcome::Warning => (ODD, words!("WARNING")),
            _ => (DIM, words!("unknown")),
        };
        let finding = item.finding();
        let code = if has_problem(item) { format!(" {DIM}[{}]{DIM:#}", finding.code()) } else { String::new() };
        say!("  {style}{word:<7}{style:#}  {}: {}{code}", translated(item.name().words()), printable(&said(item)));
        if has_problem(item) {
            say!("           {DIM}{}{DIM:#}", translated(hints::of_finding(finding)));
        }
    }
    say!();
    let [ok, fail, warning, unknown] = ["ok", "fail", "warning", "unknown"].map(|wanted| count(items, wanted));
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
    reason: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

impl<'a> Entry<'a> {
    fn of(item: &'a Item) -> Self {
        let finding = item.finding();
        let problem = has_problem(item);
        Self {
            name: item.name().name(),
            answer: answer(item),
            reason: reason(item),
            code: problem.then(|| finding.code()),
            hint: problem.then(|| hints::of_finding(finding)),
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
