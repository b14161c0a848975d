//! The bundled fonts: texts measured, broken into lines, outlined, and embedded in PDFs.
//!
//! Codes have labels in [`label_font`], whose outlines are drawn as pixels and paths. Documents are set in [`Typeface`], of
//! which a PDF holds the letters that it uses. It knows fonts, and what a PDF keeps them in; it knows no page and no code.
//!
//! What is in `data/` is generated from the font files by `tests/library/font_data.rs`, which fails where it is stale.

mod data;
mod drawn;
#[cfg(feature = "pdf")]
mod embedded;
mod fit;
pub(crate) mod label_font;
#[cfg(feature = "pdf")]
mod lines;
mod outline;
#[cfg(test)]
mod tests;
#[cfg(feature = "pdf")]
mod typeface;

pub(crate) use drawn::DrawnFont;
#[cfg(feature = "pdf")]
pub(crate) use embedded::EmbeddedFont;
pub(crate) use fit::fit;
#[cfg(feature = "pdf")]
pub(crate) use lines::lines;
pub(crate) use outline::{Glyph, Segment};
#[cfg(feature = "pdf")]
pub(crate) use typeface::Typeface;
