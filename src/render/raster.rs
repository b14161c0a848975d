use super::glyph_cache::{GlyphCache, GlyphPixels};
use super::layout::{Layout, QUIET};
use super::magnifier::Magnifier;
use crate::qr::Symbol;

const WHITE: u8 = 0xFF;

/// The filter byte that begins each row of a PNG: the row is stored as it is.
const UNFILTERED: u8 = 0;

/// A picture of one bit a pixel, in bands of equal rows.
///
/// A row is as PNG stores it: the filter byte, then eight pixels a byte, the highest bit the leftmost, set for
/// white. A module row is one band, so that the compressor sees it once and not `module_px` times.
pub(super) struct Raster {
    stride: usize,
    /// One row of each band.
    rows: Vec<u8>,
    /// How often each band's row occurs, one after another.
    heights: Vec<u32>,
}

impl Raster {
    /// Draws a symbol and its label.
    pub(super) fn draw(symbol: &Symbol, layout: &Layout<'_>, magnifier: &Magnifier, glyphs: &mut GlyphCache) -> Self {
        let stride = 1 + (layout.width as usize).div_ceil(8);
        let label_height = layout.height - layout.code_side;
        let bands = symbol.size() + 2 + label_height as usize;
        let mut raster = Self { stride, rows: Vec::with_capacity(bands * stride), heights: Vec::with_capacity(bands) };
        raster.push_code(symbol, layout, magnifier);
        let label_start = raster.rows.len();
        for _ in 0..label_height {
            raster.push_white(1);
        }
        let label = &mut raster.rows[label_start..];
        for line in &layout.lines {
            let baseline = line.baseline as i32 - layout.code_side as i32;
            glyphs.draw_line(line.text, line.x, layout.em, |x, glyph| {
                darken(label, stride, x + glyph.left, baseline + glyph.top, glyph);
            });
        }
        raster
    }

    /// The length of a row in bytes, filter byte included.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// Each band's row and how often it occurs.
    pub(super) fn bands(&self) -> impl Iterator<Item = (&[u8], u32)> {
        self.rows.chunks_exact(self.stride).zip(self.heights.iter().copied())
    }

    fn push_code(&mut self, symbol: &Symbol, layout: &Layout<'_>, magnifier: &Magnifier) {
        let module_px = layout.code_side / (symbol.size() as u32 + 2 * QUIET);
        self.push_white(QUIET * module_px);
        for y in 0..symbol.size() {
            self.rows.push(UNFILTERED);
            self.rows.extend(std::iter::repeat_n(WHITE, layout.widening as usize / 8));
            // Eight modules at a time, of which the quiet zone on the left is the first four; the last four of
            // version 11 are in the byte after its only word.
            let mut left = 0;
            let words = symbol.row(y).iter();
            for modules in words.flat_map(|word| word.to_le_bytes()).chain([0]) {
                self.rows.extend_from_slice(magnifier.pixels(modules << QUIET | left));
                left = modules >> QUIET;
            }
            self.finish_row(module_px);
        }
        self.push_white(QUIET * module_px);
    }

    fn push_white(&mut self, height: u32) {
        self.rows.push(UNFILTERED);
        self.finish_row(height);
    }

    /// Cuts or fills the last row to its length. What is cut off is white, as all beyond the symbol's last module.
    fn finish_row(&mut self, height: u32) {
        self.heights.push(height);
        self.rows.resize(self.heights.len() * self.stride, WHITE);
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
