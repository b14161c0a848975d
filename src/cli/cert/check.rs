//! `ksef-qr cert check`: the checklist of a certificate and its key, in words or as JSON.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anstyle::{AnsiColor, Style};
use ksef_qr::checklist::{Answer, Given, Item, KeyFile, checklist};
use ksef_qr::{Certificate, Error, PrivateKey};
use serde::Serialize;

use crate::cli::args::CertCheckArgs;
use crate::cli::credential::read_credential;
use crate::cli::exit::ExitStatus;
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
    let file = read_credential(&args.cert)?;
    let certificate = Certificate::parse(&file).map_err(|error| error.about(args.cert.to_string_lossy()))?;
    let key = args.key.as_deref().map(read_credential).transpose()?;
    // Nobody is asked for a password that is not needed.
    let password = match (&key, &args.key) {
        (Some(bytes), Some(path)) if PrivateKey::is_encrypted(bytes) => password(args.password_file.as_deref(), path)?,
        _ => None,
    };
    let mode = args.key.as_deref().and_then(mode);
    let items = checklist(&Given {
        certificate: &certificate,
        key: key.as_ref().map(|bytes| KeyFile { bytes, mode }),
        password: password.as_ref().map(|password| password.as_slice()),
        nip: args.nip,
        environment: args.env,
        now: args.now.unwrap_or_else(SystemTime::now),
        within_days: args.within,
    });
    let items: Vec<_> = items.into_iter().map(|item| if args.strict { item.strictly() } else { item }).collect();
    let failed = count(&items, Answer::Fail) > 0;
    if args.json {
        json(args, &certificate, &items, failed)
    } else {
        words(args, &certificate, &items)
    }
    Ok(if failed { ExitStatus::SomeRefused } else { ExitStatus::Done })
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

fn words(args: &CertCheckArgs, certificate: &Certificate, items: &[Item]) {
    let name = printable(&args.cert.to_string_lossy()).into_owned();
    say!("{BOLD}{name}{BOLD:#}  {DIM}{}{DIM:#}", certificate.serial());
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
            say!("           {DIM}{}{DIM:#}", problem.hint());
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
            hint: problem.map(Error::hint),
        }
    }
}

fn json(args: &CertCheckArgs, certificate: &Certificate, items: &[Item], failed: bool) {
    let line = Line {
        r#type: "checklist",
        result: if failed { "fail" } else { "ok" },
        file: args.cert.to_string_lossy().into_owned(),
        serial: certificate.serial().to_string(),
        items: items.iter().map(Entry::of).collect(),
    };
    say!("{}", serde_json::to_string(&line).unwrap_or_default());
}
