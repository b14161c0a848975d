//! The typeface of documents: the letters that a PDF uses, measured and embedded.
//!
//! It knows fonts and the objects that a PDF keeps them in; it knows no page and no code.

mod deflated;
mod embedded_font;
#[cfg(test)]
mod tests;
mod to_unicode;
#[allow(clippy::module_inception)]
mod typeface;

pub(crate) use deflated::deflated;
pub(crate) use embedded_font::EmbeddedFont;
pub(crate) use typeface::Typeface;
