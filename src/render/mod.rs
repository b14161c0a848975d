//! Symbol and label to picture bytes: 1-bit PNG, SVG and PDF.
//!
//! [`Layout`](layout::Layout) alone decides where everything goes; each format draws what it says. This module
//! knows nothing of files and invoices, and of a link only that a PDF leads to it.

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
mod objects;
mod patterns;
mod pdf;
mod pdf_font;
mod png;
mod png_frame;
mod raster;
mod renderer;
mod runs;
mod style;
mod svg;
mod svg_modules;
#[cfg(test)]
mod tests;

pub use format::PictureFormat;
pub use label::Label;
pub use renderer::Renderer;
pub use style::Style;
