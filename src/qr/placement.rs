use std::sync::OnceLock;

use qrcode::EcLevel;
use qrcode::canvas::{Canvas, Module};

use super::Version;

/// Where the bits of the codewords go (ISO/IEC 18004 7.7.3).
///
/// Kept the other way round: for each module, row by row, the bit it shows. Collecting a row's bits in a
/// register takes about 2 µs a symbol; writing bit after bit along the zigzag, as the `qrcode` crate does,
/// takes 11 µs.
pub(super) struct Placement {
    size: usize,
    /// Bits count from the lowest of the first codeword.
    bit_of: Box<[u16]>,
}

impl Placement {
    /// The placement of a version, worked out at its first use.
    pub(super) fn of(version: Version) -> &'static Self {
        static BY_VERSION: [OnceLock<Placement>; 40] = [const { OnceLock::new() }; 40];
        BY_VERSION[usize::from(version.number()) - 1].get_or_init(|| Self::new(version))
    }

    fn new(version: Version) -> Self {
        let size = version.size();
        // Not `qrcode::canvas::is_functional`: it forgets the version information (0.14.1). The level is of no
        // account: the format information has its modules reserved at any.
        let mut functions = Canvas::new(version.into(), EcLevel::L);
        functions.draw_all_functional_patterns();
        let places: Vec<usize> = zigzag(size)
            .filter(|&(x, y)| functions.get(x as i16, y as i16) == Module::Empty)
            .map(|(x, y)| y * size + x)
            .collect();
        // The modules left over after the last whole codeword, and all function modules, show the light byte
        // that `rows` puts after the codewords.
        let light = places.len() / 8 * 8;
        let mut bit_of = vec![light as u16; size * size].into_boxed_slice();
        for (bit, &place) in places.iter().enumerate().take(light) {
            // A codeword's highest bit comes first.
            bit_of[place] = (bit ^ 7) as u16;
        }
        Self { size, bit_of }
    }

    /// The rows of the symbol, 64 modules a word, each row beginning a word, with the codewords in place and
    /// all else light.
    pub(super) fn rows(&self, mut codewords: Vec<u8>) -> Vec<u64> {
        codewords.push(0);
        let dark = |&bit: &u16| u64::from(codewords[usize::from(bit >> 3)] >> (bit & 7) & 1);
        self.bit_of
            .chunks_exact(self.size)
            .flat_map(|row| row.chunks(64))
            .map(|word| word.iter().rev().fold(0, |bits, bit| bits << 1 | dark(bit)))
            .collect()
    }
}

/// All modules in the order of placement: columns in pairs from the right, up and down by turns, in a pair
/// the right one first. The vertical timing pattern is no part of a pair.
fn zigzag(size: usize) -> impl Iterator<Item = (usize, usize)> {
    const TIMING: usize = 6;
    let right_columns = (TIMING + 2..size).rev().step_by(2).chain([5, 3, 1]);
    right_columns.enumerate().flat_map(move |(pair, right)| {
        (0..size).flat_map(move |step| {
            let y = if pair % 2 == 0 { size - 1 - step } else { step };
            [(right, y), (right - 1, y)]
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ISO/IEC 18004 figure 19: the first codewords of version 2 go up the right edge, then down beside it.
    #[test]
    fn begins_at_the_lower_right() {
        let corner: Vec<_> = zigzag(25).take(3).collect();
        assert_eq!(corner, [(24, 24), (23, 24), (24, 23)]);
        assert_eq!(zigzag(25).nth(50), Some((22, 0)));
    }

    #[test]
    fn covers_all_but_the_timing_column_once() {
        for size in [21, 177] {
            let mut all: Vec<_> = zigzag(size).collect();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), size * (size - 1));
            assert!(all.iter().all(|&(x, _)| x != 6));
        }
    }
}
