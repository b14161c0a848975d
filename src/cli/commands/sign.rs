//! `ksef-qr sign`, and `ksef-qr link`, which is the same without a signature.

use super::run::{self, pictures};
use crate::cli::exit::ExitStatus;
use crate::cli::settings::Sign;

/// Makes codes and draws them.
pub fn run(settings: Sign) -> anyhow::Result<ExitStatus> {
    let drawing = pictures(settings.pictures, &settings.run);
    run::run(settings.sources, &settings.codes, settings.when.as_ref(), drawing, settings.run)
}
