//! Which archives a run may replace.

use std::path::Path;

use rawzip::{MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ZipArchive};

use crate::batch::document::is_stamped;
use crate::batch::input::entries;
use crate::error::{Kind, Result};
use crate::files::open_regular;
use crate::manifest::DOCUMENT_ENDINGS;
use crate::render::PictureFormat;

/// True for an archive that holds nothing but what this program makes, by its names. Under a PDF's own name a PDF that was
/// given could stand as well, so the first of those are looked into.
///
/// # Errors
/// `input_unreadable`, for one that cannot be looked into.
pub(super) fn is_of_codes(path: &Path) -> Result<bool> {
    // Only a regular file: a FIFO would be waited for.
    let file = match open_regular(path) {
        Ok(file) => file,
        Err(error) if error.kind() == Kind::InputNotRegular => return Ok(false),
        Err(error) => return Err(error.about(path.to_string_lossy())),
    };
    let list = || -> std::result::Result<bool, rawzip::Error> {
        let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let zip = ZipArchive::from_file(file, &mut buffer)?;
        let mut records = zip.entries(&mut buffer);
        let mut are_pdfs = false;
        while let Some(record) = records.next_entry()? {
            let name = record.file_path().as_bytes();
            let is_code = [&b".kod1."[..], b".kod2."].iter().any(|code| memchr::memmem::find(name, code).is_some())
                && PictureFormat::ALL.iter().any(|format| name.ends_with(format.extension().as_bytes()));
            let ending = DOCUMENT_ENDINGS.iter().rev().find(|(_, ending)| name.ends_with(ending.as_bytes()));
            match ending {
                _ if is_code => {}
                Some((_, ".pdf")) => are_pdfs = true,
                Some(_) => {}
                None => return Ok(false),
            }
        }
        Ok(!are_pdfs || are_stamped(path))
    };
    Ok(list().unwrap_or(false))
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
