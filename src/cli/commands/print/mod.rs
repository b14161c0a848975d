//! `ksef-qr print`.

mod look_file;

use super::run::{self, document};
use crate::cli::exit::ExitStatus;
use crate::cli::settings::Print;

/// Draws invoices.
pub fn run(mut settings: Print) -> anyhow::Result<ExitStatus> {
    if let Some(file) = &settings.look {
        settings.document.look = look_file::read_look(file)?;
    }
    let drawing = document(settings.document, &settings.run);
    run::run(settings.sources, &settings.codes, settings.when.as_ref(), drawing, settings.run)
}
