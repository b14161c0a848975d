use crate::error::Result;
use crate::found::{Contents, Found, Origin};
use crate::pdf::{is_pdf, pdf};
use crate::picture::picture;
use crate::svg::{is_svg, svg};

/// Everything in a file that is a PDF, PNG, JPEG or SVG, by what its first bytes say.
///
/// # Errors
/// `picture_unreadable`, `pdf_unreadable`, `no_code_found`.
pub fn file(bytes: &[u8]) -> Result<Contents> {
    if is_pdf(bytes) {
        return pdf(bytes);
    }
    let codes = if is_svg(bytes) { svg(bytes)? } else { picture(bytes)? };
    let found = |text| Found { text, origin: Origin::Code, place: None, over: Vec::new(), opens: false };
    Ok(Contents { texts: codes.into_iter().map(found).collect(), unread: None })
}
