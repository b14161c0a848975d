//! 1-bit PNG: what pictures of one size and label have in common is compressed once, and only modules anew.

mod adler;
mod bit_writer;
mod deflate;
mod frame;
mod glyph_cache;
mod glyph_pixels;
mod huffman;
#[rustfmt::skip]
mod letters;
mod magnifier;
mod patterns;
mod raster;
mod writer;

#[cfg(test)]
pub(super) use glyph_cache::GlyphCache;
pub(super) use writer::PngWriter;
