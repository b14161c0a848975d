use super::glyph_cache::GlyphCache;
use super::glyph_pixels::GlyphPixels;
use crate::render::layout::Layout;

pub(super) const WHITE: u8 = 0xFF;

/// The filter byte that begins each row of a PNG: the row is stored as it is.
pub(super) const UNFILTERED: u8 = 0;

/// What is below the symbol, one bit a pixel: a row of the quiet zone, which stands for all of it, and the label.
///
/// A row is as PNG stores it: the filter byte, then eight pixels a byte, the highest bit the leftmost, set for
/// white.
pub(super) struct Raster {
    pub(super) stride: usize,
    pub(super) rows: Vec<u8>,
}

impl Raster {
    pub(super) fn draw(layout: &Layout<'_>, glyphs: &mut GlyphCache) -> Self {
        let stride = 1 + (layout.width as usize).div_ceil(8);
        let label_height = (layout.height - layout.code_side) as usize;
        let mut rows = vec![WHITE; (1 + label_height) * stride];
        rows.iter_mut().step_by(stride).for_each(|filter| *filter = UNFILTERED);
        for line in &layout.lines {
            let baseline = line.baseline as i32 - layout.code_side as i32;
            glyphs.draw_line(line.text, line.x, layout.em, |x, glyph| {
                darken(&mut rows[stride..], stride, x + glyph.left, baseline + glyph.top, glyph);
            });
        }
        Self { stride, rows }
    }

    /// The row of the quiet zone.
    pub(super) fn quiet(&self) -> &[u8] {
        &self.rows[..self.stride]
    }

    /// The rows of the label.
    pub(super) fn label(&self) -> &[u8] {
        &self.rows[self.stride..]
    }
}

/// Darkens the pixels of a glyph whose upper left corner is at `x`, `y`. The layout leaves room for all of them; what
/// would be outside is left out.
fn darken(rows: &mut [u8], stride: usize, x: i32, y: i32, glyph: &GlyphPixels) {
    let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
        return;
    };
    let shift = x % 8;
    let rows = rows.chunks_exact_mut(stride).skip(y);
    for (row, pixels) in rows.zip(glyph.bytes.chunks(glyph.stride.max(1))) {
        let mut spill = 0;
        let bytes = row.iter_mut().skip(1 + x / 8);
        for (byte, pixels) in bytes.zip(pixels.iter().chain(&[0])) {
            *byte &= !(spill | pixels >> shift);
            spill = ((u16::from(*pixels) << 8) >> shift) as u8;
        }
    }
}
