use std::sync::OnceLock;

use qrcode::bits::Bits;
use qrcode::ec::construct_codewords;

use super::reed_solomon::Divisor;
use super::{EccLevel, Version};

/// How a symbol's codewords are divided into blocks for error correction, and interleaved (ISO/IEC 18004 7.5.1,
/// 7.6 and table 9).
///
/// The `qrcode` crate holds the table but does not publish it: it is read off the order in which the crate
/// interleaves codewords that are their own numbers.
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
        let count = capacity(version, level) / 8;
        // An error means a version outside of 1 to 40.
        let interleave = |data: Vec<u8>| construct_codewords(&data, version.into(), level.into()).unwrap_or_default();
        let (low, correction) = interleave((0..count).map(|number| number as u8).collect());
        let (high, _) = interleave((0..count).map(|number| (number >> 8) as u8).collect());
        let data: Vec<usize> =
            low.iter().zip(high).map(|(&low, high)| usize::from(u16::from_be_bytes([high, low]))).collect();

        // The first round takes the first codeword of each block, the second begins with the codeword after the
        // very first.
        let blocks = data.iter().position(|&number| number == 1).unwrap_or(1);
        let ends = data[1..blocks].iter().chain([&count]);
        let lengths = data[..blocks].iter().zip(ends).map(|(start, end)| end - start).collect();
        let correction_length = correction.len() / blocks;
        let corrections = (0..correction_length)
            .flat_map(|place| (0..blocks).map(move |block| count + block * correction_length + place));
        let interleaved = data.iter().copied().chain(corrections).map(|number| number as u16).collect();
        Self { lengths, divisor: Divisor::of(correction_length), interleaved }
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

/// How many data bits a symbol holds, segment headers included (ISO/IEC 18004 table 7).
pub(super) fn capacity(version: Version, level: EccLevel) -> usize {
    // An error means a version outside of 1 to 40: no such thing holds anything.
    Bits::new(version.into()).max_len(level.into()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qr::tests::Random;

    #[test]
    fn agrees_with_qrcode_in_every_version_and_level() {
        let mut random = Random::new(10);
        for number in 1..=40 {
            let version = Version::new(number).unwrap();
            for level in EccLevel::ALL {
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
