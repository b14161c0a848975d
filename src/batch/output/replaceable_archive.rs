//! Which archives a run may replace.

use std::path::Path;

use crate::batch::document::is_own;
use crate::batch::input::{entries_of_kinds, every_name};
use crate::error::{Kind, Result};
use crate::manifest::DOCUMENT_ENDINGS;
use crate::render::PictureFormat;

/// In bytes; what is larger is not looked into, and not replaced.
const LARGEST: u64 = 100_000_000;

/// True for an archive that holds nothing but what this program makes, by the names and by what stands under them: anybody's
/// file may have such a name.
///
/// # Errors
/// `input_unreadable`, for one that cannot be looked into.
pub(super) fn is_of_codes(path: &Path) -> Result<bool> {
    let (mut count, mut are_ours) = (0, true);
    let read = every_name(path, &mut |name| {
        count += 1;
        are_ours &= is_name_of_result(name);
    });
    match read {
        Err(error) if matches!(error.kind(), Kind::InputUnreadable | Kind::FileInUse) => {
            Err(error.about(path.to_string_lossy()))
        }
        read => Ok(read.is_ok() && are_ours && holds_ours(path, count)),
    }
}

/// True for a name that a run gives to a picture or to a document: `f1.kod1.png`.
pub(super) fn is_name_of_result(name: &str) -> bool {
    let is_document = DOCUMENT_ENDINGS.iter().any(|(_, ending)| name.ends_with(ending));
    !name.contains('/') && (is_document || format_of_picture(name).is_some())
}

fn format_of_picture(name: &str) -> Option<PictureFormat> {
    let (name, extension) = name.rsplit_once('.')?;
    let is_code = [".kod1", ".kod2"].iter().any(|code| name.ends_with(code));
    PictureFormat::ALL.iter().copied().find(|format| is_code && format.extension() == extension)
}

/// True if each of so many files in an archive is ours.
fn holds_ours(archive: &Path, count: usize) -> bool {
    let endings = DOCUMENT_ENDINGS.iter().filter_map(|(_, ending)| ending.rsplit('.').next());
    let kinds: Vec<&str> = PictureFormat::ALL.iter().map(|format| format.extension()).chain(endings).collect();
    let entries = entries_of_kinds(archive, &kinds).unwrap_or_default();
    let is_ours = |name: &str, bytes: &[u8]| {
        // A stamped PDF has the name of the one that was given: `f1.invoice.pdf`.
        format_of_picture(name).is_some_and(|format| format.is_begun(bytes))
            || DOCUMENT_ENDINGS.iter().any(|(_, ending)| name.ends_with(ending) && is_own(ending, bytes))
    };
    entries.len() == count
        && entries.iter().all(|entry| entry.bytes(LARGEST).is_ok_and(|bytes| is_ours(entry.name(), &bytes)))
}
