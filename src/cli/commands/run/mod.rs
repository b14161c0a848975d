//! A run over many invoices or PDFs, as `sign`, `link`, `stamp` and `confirm` have it: made of settings, started,
//! watched, reported.

mod batch;
pub mod progress;
mod report;

use ksef_qr::batch::{Drawing, Source};

pub use batch::{batch, document, pictures};

use crate::cli::exit::ExitStatus;
use crate::cli::interrupt::{self, INTERRUPT};
use crate::cli::settings::{Codes, Run, When};
use report::Report;

/// Makes what `drawing` says, of the invoices of `sources`.
pub fn run(
    sources: Vec<Source>,
    codes: &Codes,
    when: Option<&When>,
    drawing: Drawing,
    run: Run,
) -> anyhow::Result<ExitStatus> {
    let (quiet, shows_progress) = (run.quiet, run.shows_progress);
    let batch = batch(sources, codes, when, drawing, run)?;
    interrupt::batch()?;
    let mut report = Report::new(&batch, progress::bar(&batch, shows_progress), quiet);
    match batch.run(&INTERRUPT, &mut report) {
        Ok(summary) => Ok(report.finish(&summary)),
        Err(error) => {
            report.stopped();
            Err(error.into())
        }
    }
}
