//! `ksef-qr check`: findings, in words or as JSON.

mod report;

use ksef_qr::batch::Input;
use ksef_qr::check::{Checked, Checker, Duplicates};
use ksef_qr::scanner::Schemas;
use ksef_qr::values::IssueDate;

use self::report::Report;
use super::deadline::schedule;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::Check;

/// The most that KSeF takes: `faktury/weryfikacja-faktury.md`, 09.04.2026.
pub const LARGEST: u64 = 3_000_000;

/// Checks all inputs in their order.
pub fn run(settings: &Check) -> anyhow::Result<ExitStatus> {
    let today = IssueDate::today(settings.now);
    let mode = settings.when.as_ref().map(|when| when.mode.name());
    let checker = checker(settings, today)?;
    let mut report = Report::new(settings, today, mode);
    let mut duplicates = Duplicates::default();
    let mut bytes = Vec::new();
    for source in &settings.sources {
        let mut take = |input: Input| {
            let found = check(&checker, &mut duplicates, &input, &mut bytes);
            report.file(&input.name(), &found);
            // Nobody reads what follows.
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

fn checker(settings: &Check, today: IssueDate) -> anyhow::Result<Checker> {
    let mut checker = Checker::new(settings.environment, today);
    if let Some(when) = &settings.when {
        checker = checker.with_schedule(schedule(when)?);
    }
    if let Some(folder) = &settings.schemas {
        checker = checker.with_schemas(Schemas::of(folder, None)?);
    }
    Ok(checker)
}
