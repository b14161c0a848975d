use super::adler::Adler32;
use super::bit_writer::{BitWriter, Bits};
use super::deflate::Deflate;
use super::magnifier::Magnifier;

/// Eight modules as a piece of a zlib stream: the code words of their pixels are looked up once a renderer and not
/// once a byte. A row of a KOD II takes 8 writes, where byte by byte it takes 48.
pub(super) struct Patterns {
    /// Equally many for each pattern, one if modules are not large.
    pieces: Vec<Bits>,
    pieces_each: usize,
    checksums: Vec<Adler32>,
}

impl Patterns {
    pub(super) fn new(deflate: &Deflate, magnifier: &Magnifier) -> Self {
        let most_bits = (0..=u8::MAX).map(|modules| deflate.bits_of(magnifier.pixels(modules))).max();
        let pieces_each = most_bits.unwrap_or_default().div_ceil(Bits::MOST as usize);
        let mut pieces = Vec::with_capacity(256 * pieces_each);
        let mut out = BitWriter::default();
        for modules in 0..=u8::MAX {
            deflate.push_literals(&mut out, magnifier.pixels(modules));
            out.take_pieces(&mut pieces);
            pieces.resize((usize::from(modules) + 1) * pieces_each, Bits::default());
        }
        let checksums = (0..=u8::MAX).map(|modules| Adler32::of(magnifier.pixels(modules))).collect();
        Self { pieces, pieces_each, checksums }
    }

    /// Writes the pixels of eight modules, the lowest bit the leftmost and set if dark.
    #[inline(always)]
    pub(super) fn push(&self, out: &mut BitWriter, modules: u8) {
        let start = usize::from(modules) * self.pieces_each;
        out.push_all(&self.pieces[start..start + self.pieces_each]);
    }

    pub(super) fn checksum(&self, modules: u8) -> Adler32 {
        self.checksums[usize::from(modules)]
    }

    /// How many bits eight modules take at most.
    pub(super) fn most_bits(&self) -> usize {
        self.pieces_each * Bits::MOST as usize
    }
}
