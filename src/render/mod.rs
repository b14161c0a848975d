//! Codes to picture bytes: 1-bit PNG, SVG and PDF.
//!
//! A [`Code`] is a link, its symbol and its label. `Layout` alone decides where everything in a picture
//! goes; each format draws what it says. This module knows nothing of files and invoices, and of a link only that a PDF
//! leads to it.

mod code;
mod format;
mod frames;
mod label;
pub(crate) mod layout;
pub(crate) mod modules;
mod pdf;
mod png;
mod renderer;
mod style;
mod svg;
#[cfg(test)]
mod tests;

pub use code::Code;
pub use format::PictureFormat;
pub use label::Label;
pub use renderer::Renderer;
pub use style::Style;
