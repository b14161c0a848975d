//! Pictures and PDFs to the texts of the QR codes in them.
//!
//! Bytes come in, texts go out: nothing here opens a file, and nothing is said of what the texts mean (see
//! [`verify`](crate::verify)). Sizes and pages are bounded, because the bytes may be anybody's; who reads anybody's
//! PDFs should do so in a process of its own, as the command does (see [`pdf()`]).

mod pdf;
mod picture;
mod svg;

pub use pdf::pdf;
pub use picture::picture;

use crate::error::Result;

/// A text that was found, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What the code or the link holds.
    pub text: String,
    /// Which of the two it is.
    pub origin: Origin,
    /// Where in the file: `page 2`; none in a picture.
    pub place: Option<String>,
}

/// What a text was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A QR code.
    Code,
    /// A link annotation of a PDF: what a reader clicks on.
    Link,
}

/// Everything in a file that is a PDF, PNG, JPEG or SVG, by what its first bytes say.
///
/// # Errors
/// `picture_unreadable`, `pdf_unreadable`, `no_code_found`.
pub fn file(bytes: &[u8]) -> Result<Vec<Found>> {
    if is_pdf(bytes) {
        return pdf(bytes);
    }
    let codes = if svg::is_svg(bytes) { svg::svg(bytes)? } else { picture(bytes)? };
    Ok(codes.into_iter().map(|text| Found { text, origin: Origin::Code, place: None }).collect())
}

/// True if the first bytes say that the file is a PDF.
pub fn is_pdf(bytes: &[u8]) -> bool {
    // Some programs put a few bytes before the header; readers look for it in the first thousand.
    let start = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    start.windows(5).any(|window| window == b"%PDF-")
}
