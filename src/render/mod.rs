//! Symbol and label to picture bytes: 1-bit PNG and SVG.
//!
//! [`Layout`](layout::Layout) alone decides where everything goes; each format draws what it says. This module
//! knows nothing of links, files or invoices.

mod adler;
mod bit_writer;
mod deflate;
mod font;
mod format;
mod glyph_cache;
mod huffman;
mod label;
mod layout;
mod magnifier;
mod png;
mod raster;
mod renderer;
mod style;
mod svg;
#[cfg(test)]
mod tests;

pub use format::PictureFormat;
pub use label::Label;
pub use renderer::Renderer;
pub use style::Style;
