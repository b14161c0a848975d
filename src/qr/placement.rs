use std::sync::OnceLock;

use super::Version;
use super::functions::Functions;

/// Where the bits of the codewords go (ISO/IEC 18004 7.7.3).
///
/// Kept the other way round: for each two modules side by side, row by row, the bits they show. Collecting a row's
/// bits in a register, two by two, takes about 1 µs for the symbol of a KOD II; one by one takes 2 µs, and
/// writing bit after bit along the zigzag, as the `qrcode` crate does, 11 µs.
pub(super) struct Placement {
    size: usize,
    /// For each row and each pair of columns, from the left: the number of the bit that the right module shows. The
    /// left one shows the next. Bits count from the highest of the first codeword. Modules that show none of them
    /// point to those beyond the last, which are light.
    ///
    /// Four pairs at a time: first the three to the left of the timing column and none, then the others.
    bit_of: Box<[[u16; 4]]>,
    /// Modules that show a bit while their neighbour in the pair shows none.
    singles: Box<[Single]>,
}

struct Single {
    word: u16,
    shift: u8,
    bit: u16,
}

impl Placement {
    /// The placement of a version, worked out at its first use.
    pub(super) fn of(version: Version) -> &'static Self {
        static BY_VERSION: [OnceLock<Placement>; 40] = [const { OnceLock::new() }; 40];
        BY_VERSION[usize::from(version.number()) - 1].get_or_init(|| Self::new(version))
    }

    fn new(version: Version) -> Self {
        let size = version.size();
        let functions = Functions::of(version);
        let light = (functions.data_modules() / 8 * 8) as u16;
        let (fours, words) = (Self::fours_in_row(size), size.div_ceil(64));
        let mut bit_of = vec![[light; 4]; size * fours].into_boxed_slice();
        let mut singles = Vec::new();
        let mut bit = 0;
        for (pair, right) in right_columns(size).enumerate() {
            for step in 0..size {
                let y = if pair % 2 == 0 { size - 1 - step } else { step };
                let shown = [right, right - 1].map(|x| functions.is_data(x, y));
                if shown == [false; 2] || bit >= light {
                    continue;
                }
                if shown == [true; 2] {
                    // Columns 1, 3 and 5 are right ones, then from 8 on every other.
                    bit_of[y * fours + right / 8][right / 2 % 4] = bit;
                    bit += 2;
                } else {
                    let x = if shown[0] { right } else { right - 1 };
                    singles.push(Single { word: (y * words + x / 64) as u16, shift: (x % 64) as u8, bit });
                    bit += 1;
                }
            }
        }
        Self { size, bit_of, singles: singles.into() }
    }

    fn fours_in_row(size: usize) -> usize {
        1 + ((size - TIMING - 1) / 2).div_ceil(4)
    }

    /// The rows of the symbol, 64 modules a word, each row beginning a word, with the codewords in place and
    /// all else light.
    pub(super) fn rows(&self, codewords: &[u8]) -> Vec<u64> {
        let pairs = pairs_of_bits(codewords);
        let shown = |fours: &[[u16; 4]]| {
            fours.iter().rev().fold(0, |shown, four| {
                let [a, b, c, d] = four.map(|bit| u64::from(pairs[usize::from(bit)]));
                shown << 8 | d << 6 | c << 4 | b << 2 | a
            })
        };
        let words = self.size.div_ceil(64);
        let mut rows = vec![0; words * self.size];
        for (row, fours) in rows.chunks_exact_mut(words).zip(self.bit_of.chunks_exact(Self::fours_in_row(self.size))) {
            // The first four begin at column 0, the others at column 7, behind the timing pattern.
            let (left, right) = fours.split_at(1);
            let mut carried = shown(left);
            let mut right = right.chunks(8);
            for word in row {
                let shown = right.next().map_or(0, shown);
                *word = carried | shown << (TIMING + 1);
                carried = shown >> (64 - (TIMING + 1));
            }
        }
        for single in &self.singles {
            rows[usize::from(single.word)] |= u64::from(pairs[usize::from(single.bit)] >> 1) << single.shift;
        }
        rows
    }
}

/// For each bit of the codewords, and for one after the last, that bit and below it the next one.
fn pairs_of_bits(codewords: &[u8]) -> Vec<u8> {
    let mut pairs = vec![0; 8 * (codewords.len() + 1)];
    let mut next = 0;
    for (pairs, &codeword) in pairs.as_chunks_mut().0.iter_mut().zip(codewords).rev() {
        let spread = SPREAD[usize::from(codeword)];
        *pairs = (spread << 1 | spread >> 8 | next << 56).to_le_bytes();
        next = spread & 1;
    }
    pairs
}

/// The bits of a codeword as bytes, the highest one first.
static SPREAD: [u64; 256] = {
    let mut table = [0; 256];
    let mut codeword = 0;
    while codeword < 256 {
        let mut bit = 0;
        while bit < 8 {
            table[codeword] |= (codeword as u64 >> bit & 1) << (56 - 8 * bit);
            bit += 1;
        }
        codeword += 1;
    }
    table
};

/// The column of the vertical timing pattern, which is not part of a pair.
const TIMING: usize = 6;

/// The right columns of the pairs in the order of placement, which goes up and down them by turns, in a pair the right module
/// first. The vertical timing pattern is not part of a pair.
fn right_columns(size: usize) -> impl Iterator<Item = usize> {
    (TIMING + 2..size).rev().step_by(2).chain([5, 3, 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qr::tests::Random;

    /// The slow twin: all modules along the zigzag, one by one.
    fn zigzag(size: usize) -> impl Iterator<Item = (usize, usize)> {
        right_columns(size).enumerate().flat_map(move |(pair, right)| {
            (0..size).flat_map(move |step| {
                let y = if pair % 2 == 0 { size - 1 - step } else { step };
                [(right, y), (right - 1, y)]
            })
        })
    }

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

    #[test]
    fn bits_go_along_the_zigzag_in_every_version() {
        let mut random = Random::new(5);
        for number in 1..=40 {
            let version = Version::new(number).unwrap();
            let (size, functions) = (version.size(), Functions::of(version));
            let codewords: Vec<u8> = (0..version.codewords()).map(|_| random.below(256) as u8).collect();
            let mut plain = vec![0; size * size.div_ceil(64)];
            let bits = codewords.iter().flat_map(|codeword| (0..8).rev().map(move |bit| codeword >> bit & 1));
            for ((x, y), bit) in zigzag(size).filter(|&(x, y)| functions.is_data(x, y)).zip(bits) {
                plain[y * size.div_ceil(64) + x / 64] |= u64::from(bit) << (x % 64);
            }
            assert!(Placement::of(version).rows(&codewords) == plain, "{version}");
        }
    }

    #[test]
    fn each_bit_with_the_next() {
        let pairs = pairs_of_bits(&[0b1011_0001, 0b1000_0000]);
        assert_eq!(pairs[..8], [0b10, 0b01, 0b11, 0b10, 0b00, 0b00, 0b01, 0b11]);
        assert_eq!(pairs[8..], [0b10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
}
