//! `ksef-qr print`.

use super::run::{self, document};
use crate::cli::exit::ExitStatus;
use crate::cli::settings::Print;

/// Draws invoices.
pub fn run(settings: Print) -> anyhow::Result<ExitStatus> {
    let drawing = document(settings.document, &settings.run);
    run::run(settings.sources, &settings.codes, settings.when.as_ref(), drawing, settings.run)
}
