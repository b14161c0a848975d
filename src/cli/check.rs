//! `ksef-qr check`: from arguments to findings, told in words or as JSON.

mod report;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use ksef_qr::Error;
use ksef_qr::batch::Input;
use ksef_qr::check::{Checked, Checker, Duplicates, SchemaValidator, Violation};
use ksef_qr::deadline::Schedule;
use ksef_qr::invoice::Form;
use ksef_qr::values::IssueDate;

use self::report::Report;
use super::args::CheckArgs;
use super::config;
use super::deadline::schedule;
use super::exit::ExitStatus;
use super::scanner::{Failure, Scanner};

/// The most that KSeF takes: `faktury/weryfikacja-faktury.md`, 09.04.2026.
pub const LARGEST: u64 = 3_000_000;

/// Checks all inputs in their order.
pub fn run(args: CheckArgs) -> anyhow::Result<ExitStatus> {
    let today = IssueDate::today(args.now.unwrap_or_else(SystemTime::now));
    let schedule = match args.mode {
        Some(mode) => Some(schedule(mode, &args.outage)?),
        None if args.outage.is_given() => bail!("--ended, --failure and --non-working-days need --mode"),
        None => None,
    };
    let mode = schedule.as_ref().map(|schedule| schedule.mode.name());
    let checker = checker(&args, today, schedule)?;
    let mut report = Report::new(&args, today, mode);
    let mut duplicates = Duplicates::default();
    let mut bytes = Vec::new();
    for source in config::sources(args.input)? {
        let mut take = |input: Input| {
            let found = check(&checker, &mut duplicates, &input, &mut bytes);
            report.file(&input.name(), &found);
            // Nobody is told what follows.
            report.is_read()
        };
        source.each(&mut take, &|| true);
    }
    report.into_status()
}

fn check(checker: &Checker, duplicates: &mut Duplicates, input: &Input, bytes: &mut Vec<u8>) -> Checked {
    match input.read(bytes, LARGEST) {
        Ok(()) => {
            let mut found = checker.check(bytes);
            duplicates.check(&input.name(), bytes, &mut found);
            found
        }
        Err(error) => error.into(),
    }
}

fn checker(args: &CheckArgs, today: IssueDate, schedule: Option<Schedule>) -> anyhow::Result<Checker> {
    let mut checker = Checker::new(args.env, today);
    if let Some(schedule) = schedule {
        checker = checker.with_schedule(schedule);
    }
    if let Some(folder) = &args.xsd {
        checker = checker.with_schemas(schemas(folder)?);
    }
    Ok(checker)
}

/// The Ministry's schemas, in the process that validates.
struct Schemas(Mutex<Scanner>);

impl SchemaValidator for Schemas {
    fn validate(&self, form: Form, text: &str) -> ksef_qr::Result<Vec<Violation>> {
        let mut scanner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let violations = scanner.validate(form, text).map_err(|failure| match failure {
            Failure::Ended => Error::of_code("schema_violation", "the program that validates failed on this file"),
            other => to_error(other),
        })?;
        Ok(violations.into_iter().map(|one| Violation::new(one.message, one.offset)).collect())
    }
}

fn to_error(failure: Failure) -> Error {
    match failure {
        Failure::Missing(error) => error,
        Failure::Refused { code, message } => Error::of_code(&code, message),
        Failure::Ended => Error::of_code("schema_unusable", "the program that validates failed on the schemas"),
        Failure::TimedOut => Error::of_code("schema_unusable", "validating takes too long"),
    }
}

/// All the Ministry's schemas have 4 MB.
const LARGEST_SCHEMAS: u64 = 50_000_000;

fn schemas(folder: &Path) -> anyhow::Result<Schemas> {
    let mut files = Vec::new();
    let mut size = 0;
    for entry in walkdir::WalkDir::new(folder) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => match error.io_error() {
                Some(error) => bail!("{}: the folder cannot be read: {error}", folder.display()),
                None => bail!("{}: the folder cannot be read: {error}", folder.display()),
            },
        };
        let is_schema = entry.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xsd"));
        if !is_schema || !entry.file_type().is_file() {
            continue;
        }
        let cannot = || format!("{}: it cannot be read", entry.path().display());
        size += entry.metadata().with_context(cannot)?.len();
        if size > LARGEST_SCHEMAS {
            bail!("{}: schemas of more than {LARGEST_SCHEMAS} bytes are not read", folder.display());
        }
        let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        files.push((parts.join("/"), std::fs::read(entry.path()).with_context(cannot)?));
    }
    let mut scanner = Scanner::default();
    scanner.take_schemas(&files).map_err(|failure| match failure {
        // Which folder it is has nothing to do with it.
        Failure::Missing(error) => error,
        other => to_error(other).about(folder.to_string_lossy()),
    })?;
    Ok(Schemas(Mutex::new(scanner)))
}
