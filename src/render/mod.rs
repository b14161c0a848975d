//! Symbol and label to picture bytes: 1-bit PNG and SVG.
//!
//! [`Layout`](layout::Layout) alone decides where everything goes; each format draws what it says. This module
//! knows nothing of links, files or invoices.

mod adler;
mod bit_writer;
mod deflate;
mod font;
mod format;
mod frames;
mod glyph_cache;
mod huffman;
mod label;
mod layout;
mod magnifier;
mod patterns;
mod png;
mod png_frame;
mod raster;
mod renderer;
mod style;
mod svg;
mod svg_modules;
#[cfg(test)]
mod tests;

pub use format::PictureFormat;
pub use label::Label;
pub use renderer::Renderer;
pub use style::Style;
