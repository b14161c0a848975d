//! `ksef-qr confirm`.

use super::run::{self, document};
use crate::cli::exit::ExitStatus;
use crate::cli::settings::Confirm;

/// Makes confirmations.
pub fn run(settings: Confirm) -> anyhow::Result<ExitStatus> {
    let drawing = document(settings.document, &settings.run);
    run::run(settings.sources, &settings.codes, settings.when.as_ref(), drawing, settings.run)
}
