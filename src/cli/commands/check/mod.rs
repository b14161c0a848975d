//! `ksef-qr check`: findings, in words or as JSON.

mod report;

use ksef_qr::batch::Input;
use ksef_qr::check::{Checked, Checker, Duplicates};
use ksef_qr::scanner::Schemas;
use ksef_qr::values::IssueDate;

use self::report::Report;
use super::deadline::schedule;
use crate::cli::exit::ExitStatus;
use crate::cli::in_order::InOrder;
use crate::cli::settings::Check;

/// The most that KSeF takes: `faktury/weryfikacja-faktury.md`, 09.04.2026.
pub const LARGEST: u64 = 3_000_000;

/// So many files a thread takes at a time: one takes as long as to hand over a few.
const TOGETHER: usize = 16;

/// Checks all inputs, on several threads, and tells of them in their order.
pub fn run(settings: &Check) -> anyhow::Result<ExitStatus> {
    let today = IssueDate::today(settings.now);
    let mode = settings.when.as_ref().map(|when| when.mode.name());
    let checker = checker(settings, today)?;
    let mut report = Report::new(settings, today, mode);
    let mut duplicates = Duplicates::default();
    let how = InOrder { jobs: settings.jobs, together: TOGETHER };
    let feed = |each: &mut dyn FnMut(Input) -> bool| {
        // Where nobody reads what follows, no more is checked.
        _ = settings.sources.iter().all(|source| source.each(each, &|| true));
    };
    how.run(
        feed,
        || (),
        |(), input| CheckedFile::of(&checker, &input),
        |file| {
            let CheckedFile { name, mut found, bytes } = file;
            duplicates.check(&name, &bytes, &mut found);
            report.file(&name, &found);
            report.is_read()
        },
    );
    report.into_status()
}

struct CheckedFile {
    name: String,
    found: Checked,
    /// In which the number of an invoice that was given twice is looked for.
    bytes: Vec<u8>,
}

impl CheckedFile {
    fn of(checker: &Checker, input: &Input) -> Self {
        let mut bytes = Vec::new();
        let found = match input.read(&mut bytes, LARGEST) {
            Ok(()) => checker.check(&bytes),
            Err(error) => error.into(),
        };
        Self { name: input.name(), found, bytes }
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
