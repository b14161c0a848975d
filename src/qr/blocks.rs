use std::sync::OnceLock;

use super::reed_solomon::Divisor;
use super::{EccLevel, Version};

/// How many codewords for error correction each block has, by level and version (ISO/IEC 18004 table 9).
#[rustfmt::skip]
static CORRECTION_CODEWORDS: [[u8; 40]; 4] = [
    [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
    [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28],
    [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
    [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
];

/// How many blocks there are, by level and version (table 9).
#[rustfmt::skip]
static BLOCKS: [[u8; 40]; 4] = [
    [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25],
    [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49],
    [1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68],
    [1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81],
];

/// How a symbol's codewords are divided into blocks for error correction, and interleaved (ISO/IEC 18004 7.5.1,
/// 7.6 and table 9).
pub(super) struct Blocks {
    /// How many data codewords each block has.
    lengths: Box<[usize]>,
    divisor: &'static Divisor,
    /// The numbers of all codewords in the order of placement, where they are numbered block after block, first
    /// all data, then all error correction.
    interleaved: Box<[u16]>,
}

impl Blocks {
    /// The blocks of a version and level, worked out at their first use.
    pub(super) fn of(version: Version, level: EccLevel) -> &'static Self {
        static ALL: [[OnceLock<Blocks>; 4]; 40] = [const { [const { OnceLock::new() }; 4] }; 40];
        ALL[usize::from(version.number()) - 1][level as usize].get_or_init(|| Self::new(version, level))
    }

    fn new(version: Version, level: EccLevel) -> Self {
        let (blocks, correction_length) = blocks(version, level);
        let count = capacity(version, level) / 8;
        // The last blocks have one data codeword more than the first, as many of them as it takes.
        let (shorter, short) = (blocks - count % blocks, count / blocks);
        let data = (0..=short).flat_map(|place| {
            let having = if place < short { 0..blocks } else { shorter..blocks };
            having.map(move |block| block * short + block.saturating_sub(shorter) + place)
        });
        let corrections = (0..correction_length)
            .flat_map(|place| (0..blocks).map(move |block| count + block * correction_length + place));
        Self {
            lengths: (0..blocks).map(|block| short + usize::from(block >= shorter)).collect(),
            divisor: Divisor::of(correction_length),
            interleaved: data.chain(corrections).map(|number| number as u16).collect(),
        }
    }

    /// All codewords in the order of placement, given the data codewords.
    pub(super) fn interleave(&self, mut codewords: Vec<u8>) -> Vec<u8> {
        codewords.reserve_exact(self.interleaved.len() - codewords.len());
        let mut start = 0;
        for length in &self.lengths {
            let correction = self.divisor.correction(&codewords[start..start + length]);
            codewords.extend(correction);
            start += length;
        }
        self.interleaved.iter().map(|&number| codewords[usize::from(number)]).collect()
    }
}

/// How many blocks a symbol has, and how many codewords for error correction each of them.
fn blocks(version: Version, level: EccLevel) -> (usize, usize) {
    let (level, version) = (level as usize, usize::from(version.number()) - 1);
    (BLOCKS[level][version].into(), CORRECTION_CODEWORDS[level][version].into())
}

/// How many data bits a symbol holds, segment headers included (ISO/IEC 18004 table 7).
pub(super) fn capacity(version: Version, level: EccLevel) -> usize {
    let (blocks, correction_length) = blocks(version, level);
    8 * (version.codewords() - blocks * correction_length)
}

#[cfg(test)]
mod tests {
    use qrcode::bits::Bits;
    use qrcode::ec::construct_codewords;

    use super::*;
    use crate::qr::tests::Random;

    #[test]
    fn agrees_with_qrcode_in_every_version_and_level() {
        let mut random = Random::new(10);
        for number in 1..=40 {
            let version = Version::new(number).unwrap();
            for level in EccLevel::ALL {
                assert_eq!(capacity(version, level), Bits::new(version.into()).max_len(level.into()).unwrap());
                let data: Vec<u8> = (0..capacity(version, level) / 8).map(|_| random.below(256) as u8).collect();
                let (mut codewords, correction) = construct_codewords(&data, version.into(), level.into()).unwrap();
                codewords.extend(correction);
                assert!(Blocks::of(version, level).interleave(data) == codewords, "{version}-{level}");
            }
        }
    }

    /// ISO/IEC 18004 table 9: version 10-M has four blocks of 43 data codewords and one of 44, 26 for correction each.
    #[test]
    fn of_the_symbol_of_a_kod_ii() {
        let blocks = Blocks::of(Version::new(10).unwrap(), EccLevel::M);
        assert_eq!(*blocks.lengths, [43, 43, 43, 43, 44]);
        assert_eq!(blocks.interleaved.len(), 4 * 43 + 44 + 5 * 26);
        assert_eq!(blocks.interleaved[..6], [0, 43, 86, 129, 172, 1]);
    }
}
