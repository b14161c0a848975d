//! `ksef-qr stamp`.

use std::sync::Arc;

use ksef_qr::batch::Stamping;
use ksef_qr::scanner::PageInk;

use super::run::{self, document};
use crate::cli::credential::secret::Secret;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::Stamp;

/// Puts codes on PDFs.
pub fn run(settings: Stamp) -> anyhow::Result<ExitStatus> {
    let password = settings.pdf_password_file.as_deref().map(Secret::from_file).transpose()?;
    let stamping = Stamping::new(settings.place).repairing(settings.repair).on_mismatch(settings.mismatch);
    let stamping = stamping.with_password(password.map(Secret::into_bytes)).seen_by(Arc::new(PageInk::default()));
    let drawing = document(stamping, &settings.run);
    run::run(settings.sources, &settings.codes, settings.when.as_ref(), drawing, settings.run)
}
