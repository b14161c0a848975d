//! What to do about a PDF that is damaged, where that depends on the damage and on what was done about it.

use crate::error::{Error, Kind};

/// Where a page's content is damaged: codes on a page of their own need nothing of it.
pub const DAMAGED_CONTENT: &str =
    "Have the codes put on a page of their own, or the PDF repaired; or export the PDF again.";

/// The same where the PDF was repaired: what pages hold stays as it is.
pub const DAMAGED_CONTENT_REPAIRED: &str =
    "Have the codes put on a page of their own, or export the PDF again: a repair leaves what pages hold as it is.";

/// Where what repairs others did not help.
pub const NOT_REPAIRED: &str = "Export the PDF again, or print it to a PDF from a program that shows it.";

/// An error from reading what is on a page, or is to be drawn on it.
pub(super) fn of_content(error: Error) -> Error {
    if error.kind() == Kind::PdfDamaged { error.with_hint(DAMAGED_CONTENT) } else { error }
}

/// True of an error that does not concern codes on a page of their own.
pub(crate) fn is_of_content(error: &Error) -> bool {
    error.hint() == DAMAGED_CONTENT
}

/// An error of a PDF that was to be repaired, for what is on its pages alone or not: it is not said again what was done.
pub(crate) fn after_repair(error: Error, for_content: bool) -> Error {
    match error.kind() {
        Kind::PdfDamaged if for_content || is_of_content(&error) => error.with_hint(DAMAGED_CONTENT_REPAIRED),
        Kind::PdfDamaged => error.with_hint(NOT_REPAIRED),
        _ => error,
    }
}
