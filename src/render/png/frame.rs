use super::adler::Adler32;
use super::bit_writer::{BitWriter, Bits};
use super::deflate::Deflate;
use super::magnifier::Magnifier;
use super::patterns::Patterns;
use super::raster::{Raster, UNFILTERED, WHITE};
use crate::qr::Symbol;
use crate::render::layout::{Layout, QUIET};

/// The rows of a PNG but for the modules of its symbol: quiet zone and label, compressed. All codes of one size with
/// one label share it; only their modules are compressed anew.
pub(super) struct PngFrame {
    /// The beginning of the stream, and the quiet zone above the symbol.
    start: Stretch,
    /// What each row of the symbol begins with.
    row_start: Stretch,
    /// How many times eight modules follow, those of the quiet zone included.
    whole_patterns: usize,
    /// What each row ends with, from the next module on: if that is light, and if it is dark. Then the same row again, for
    /// all its pixels but the first.
    row_end: [Stretch; 2],
    row_height: u32,
    /// The quiet zone below the symbol, the label, and the end of the stream.
    end: Stretch,
}

/// A part of a zlib stream that may begin at any bit.
struct Stretch {
    pieces: Vec<Bits>,
    /// What the bytes it stands for add to the checksum; of a row's end, one row only.
    checksum: Adler32,
}

impl PngFrame {
    /// Compresses what is the same in all pictures of this layout, of a symbol of `size` modules.
    pub(super) fn new(
        size: usize,
        layout: &Layout<'_>,
        raster: &Raster,
        deflate: &Deflate,
        magnifier: &Magnifier,
    ) -> Self {
        let stretch = |write: &dyn Fn(&mut BitWriter), checksum| {
            let mut out = BitWriter::default();
            write(&mut out);
            Stretch { pieces: out.into_pieces(), checksum }
        };
        let stride = raster.stride;
        let modules = size + 2 * QUIET as usize;
        let module_px = layout.code_side as usize / modules;
        let margin = QUIET * module_px as u32;
        let quiet_zone = Adler32::of(raster.quiet()).repeated(margin);

        let start = |out: &mut BitWriter| {
            deflate.push_start(out, stride);
            deflate.push_rows(out, raster.quiet(), stride, margin);
        };
        let end = |out: &mut BitWriter| {
            deflate.push_rows(out, &raster.rows, stride, margin);
            deflate.push_end(out);
        };

        let mut beside = vec![WHITE; 1 + layout.widening as usize / 8];
        beside[0] = UNFILTERED;
        let whole_patterns = modules / 8;
        let rest = stride - beside.len() - whole_patterns * module_px;
        let row_end = [0, 1].map(|last_module| {
            // A symbol has four times any number and one modules, so that of these eight one at most is dark.
            let pixels = magnifier.pixels(last_module).iter().copied().chain(std::iter::repeat(WHITE));
            let bytes: Vec<u8> = pixels.take(rest).collect();
            let write = |out: &mut BitWriter| {
                deflate.push_literals(out, &bytes);
                deflate.push_copy(out, (module_px - 1) * stride, stride);
            };
            stretch(&write, Adler32::of(&bytes))
        });
        Self {
            start: stretch(&start, quiet_zone),
            row_start: stretch(&|out| deflate.push_literals(out, &beside), Adler32::of(&beside)),
            whole_patterns,
            row_end,
            row_height: module_px as u32,
            end: stretch(&end, quiet_zone.then(Adler32::of(raster.label()))),
        }
    }

    /// What is in `file` so far, and the zlib stream of a picture.
    pub(super) fn push_stream(&self, file: &[u8], symbol: &Symbol, patterns: &Patterns) -> Vec<u8> {
        let row_pieces = self.row_start.pieces.len() + self.row_end[0].pieces.len();
        let row_bits = row_pieces * Bits::MOST as usize + self.whole_patterns * patterns.most_bits();
        let pieces = self.start.pieces.len() + self.end.pieces.len();
        let mut out = BitWriter::after(file, pieces * Bits::MOST as usize + symbol.size() * row_bits);

        out.push_all(&self.start.pieces);
        let mut checksum = self.start.checksum;
        for y in 0..symbol.size() {
            out.push_all(&self.row_start.pieces);
            let mut row = self.row_start.checksum;
            let (mut left, mut rest) = (0, self.whole_patterns);
            for &word in symbol.row(y).iter().chain(&[0]) {
                let modules = (word << QUIET | left).to_le_bytes();
                for &modules in &modules[..rest.min(8)] {
                    patterns.push(&mut out, modules);
                    row = row.then(patterns.checksum(modules));
                }
                left = word >> (u64::BITS - QUIET);
                rest = rest.saturating_sub(8);
            }
            let last_module = symbol.is_dark(8 * self.whole_patterns - QUIET as usize, y);
            let row_end = &self.row_end[usize::from(last_module)];
            out.push_all(&row_end.pieces);
            checksum = checksum.then(row.then(row_end.checksum).repeated(self.row_height));
        }
        out.push_all(&self.end.pieces);
        let mut file = out.finish();
        file.extend(checksum.then(self.end.checksum).value().to_be_bytes());
        file
    }
}
