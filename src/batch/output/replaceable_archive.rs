//! Which archives a run may replace.

use std::path::Path;

use crate::batch::document::is_stamped;
use crate::batch::input::{entries, every_name};
use crate::error::{Kind, Result};
use crate::manifest::DOCUMENT_ENDINGS;
use crate::render::PictureFormat;

/// True for an archive that holds nothing but what this program makes, by its names. Under a PDF's own name a PDF that was
/// given could stand as well, so the first of those are looked into.
///
/// # Errors
/// `input_unreadable`, for one that cannot be looked into.
pub(super) fn is_of_codes(path: &Path) -> Result<bool> {
    let (mut are_ours, mut are_pdfs) = (true, false);
    let read = every_name(path, &mut |name| {
        let is_code = [".kod1.", ".kod2."].iter().any(|code| name.contains(code))
            && PictureFormat::ALL.iter().any(|format| name.ends_with(format.extension()));
        let ending = DOCUMENT_ENDINGS.iter().rev().find(|(_, ending)| name.ends_with(ending));
        match ending {
            _ if is_code => {}
            Some((_, ".pdf")) => are_pdfs = true,
            Some(_) => {}
            None => are_ours = false,
        }
    });
    match read {
        Err(error) if matches!(error.kind(), Kind::InputUnreadable | Kind::FileInUse) => {
            Err(error.about(path.to_string_lossy()))
        }
        read => Ok(read.is_ok() && are_ours && (!are_pdfs || are_stamped(path))),
    }
}

/// True if the first PDFs of an archive carry codes of ours.
fn are_stamped(archive: &Path) -> bool {
    /// In bytes; what is larger is not looked into, and not replaced.
    const LARGEST: u64 = 100_000_000;
    let entries = entries(archive, "pdf").unwrap_or_default();
    let stamped = entries.iter().take(10).map(|entry| {
        let is_own_name = entry.name().contains(".kod") || entry.name().ends_with(".confirmation.pdf");
        is_own_name || entry.bytes(LARGEST).is_ok_and(|pdf| is_stamped(&pdf))
    });
    !entries.is_empty() && stamped.into_iter().all(|is_stamped| is_stamped)
}
