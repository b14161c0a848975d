use std::iter;
use std::sync::OnceLock;

use super::Version;

/// The modules of a version that show no data: finder, alignment and timing patterns, version and format information
/// (ISO/IEC 18004 6.3 and 7.10).
///
/// In rows of 64 modules a word, each row beginning a word.
pub(super) struct Functions {
    size: usize,
    /// Set where there is one.
    reserved: Box<[u64]>,
    /// Set where it is dark. Those of the format information, which depends on level and mask, are light.
    dark: Box<[u64]>,
}

impl Functions {
    /// Those of a version, drawn at their first use.
    pub(super) fn of(version: Version) -> &'static Self {
        static BY_VERSION: [OnceLock<Functions>; 40] = [const { OnceLock::new() }; 40];
        BY_VERSION[usize::from(version.number()) - 1].get_or_init(|| Self::new(version))
    }

    fn new(version: Version) -> Self {
        let size = version.size();
        let nothing: Box<[u64]> = vec![0; size * size.div_ceil(64)].into();
        let mut functions = Self { size, reserved: nothing.clone(), dark: nothing };
        functions.draw_timing();
        functions.draw_finders();
        functions.draw_alignment(version);
        functions.draw_version_information(version);
        functions
    }

    fn draw(&mut self, x: usize, y: usize, is_dark: bool) {
        let (word, bit) = (y * self.size.div_ceil(64) + x / 64, 1 << (x % 64));
        self.reserved[word] |= bit;
        if is_dark {
            self.dark[word] |= bit;
        } else {
            self.dark[word] &= !bit;
        }
    }

    fn draw_timing(&mut self) {
        for place in 0..self.size {
            self.draw(place, 6, place.is_multiple_of(2));
            self.draw(6, place, place.is_multiple_of(2));
        }
    }

    /// The three finder patterns with their separators, and what is beside them for the format information.
    fn draw_finders(&mut self) {
        let far = self.size - 1;
        for place in 0..9 {
            self.draw(place, 8, false);
            self.draw(8, place, false);
        }
        for place in 0..8 {
            self.draw(far - place, 8, false);
            // One of these belongs to no information, and is dark.
            self.draw(8, far - place, place == 7);
        }
        self.draw(6, 8, true);
        self.draw(8, 6, true);
        for (x, y) in (0..8_usize).flat_map(|y| (0..8_usize).map(move |x| (x, y))) {
            let from_centre = x.abs_diff(3).max(y.abs_diff(3));
            let is_dark = from_centre != 2 && from_centre != 4;
            for (x, y) in [(x, y), (far - x, y), (x, far - y)] {
                self.draw(x, y, is_dark);
            }
        }
    }

    fn draw_alignment(&mut self, version: Version) {
        let centres = || alignment_centres(version);
        let last = self.size - 7;
        for (x, y) in centres().flat_map(|y| centres().map(move |x| (x, y))) {
            // Those would be in the finder patterns.
            if [(6, 6), (6, last), (last, 6)].contains(&(x, y)) {
                continue;
            }
            for (down, right) in (0..5_usize).flat_map(|down| (0..5_usize).map(move |right| (down, right))) {
                let is_dark = right.abs_diff(2).max(down.abs_diff(2)) != 1;
                self.draw(x + right - 2, y + down - 2, is_dark);
            }
        }
    }

    fn draw_version_information(&mut self, version: Version) {
        if version.number() < 7 {
            return;
        }
        let information = version_information(version);
        for bit in 0..18 {
            let (along, across) = (bit / 3, self.size - 11 + bit % 3);
            let is_dark = information >> bit & 1 == 1;
            self.draw(along, across, is_dark);
            self.draw(across, along, is_dark);
        }
    }

    /// How many modules show data, or nothing.
    pub(super) fn data_modules(&self) -> usize {
        self.size * self.size - self.reserved.iter().map(|word| word.count_ones() as usize).sum::<usize>()
    }

    /// True for a module that shows data, or nothing.
    pub(super) fn is_data(&self, x: usize, y: usize) -> bool {
        self.reserved[y * self.size.div_ceil(64) + x / 64] >> (x % 64) & 1 == 0
    }

    /// Row by row, the modules that show no data.
    pub(super) fn reserved(&self) -> &[u64] {
        &self.reserved
    }

    /// Row by row, those of them that are dark.
    pub(super) fn dark(&self) -> &[u64] {
        &self.dark
    }
}

/// The columns, and the rows, in which alignment patterns have their centres (annex E): equally far apart, by an even number
/// of modules, but for the first two.
fn alignment_centres(version: Version) -> impl Iterator<Item = usize> {
    let number = usize::from(version.number());
    let (last, count) = (version.size() - 7, if number == 1 { 0 } else { number / 7 + 2 });
    let steps = count.saturating_sub(1);
    // As few modules as reach, but in version 32.
    let step = if number == 32 { 26 } else { 2 * (last - 6).div_ceil(2 * steps.max(1)) };
    iter::once(6).take(count).chain((0..steps).rev().map(move |back| last - back * step))
}

/// The version in 18 bits that allow for errors (7.10 and annex D).
fn version_information(version: Version) -> u32 {
    let data = u32::from(version.number());
    let remainder = (0..12).fold(data, |remainder, _| (remainder << 1) ^ ((remainder >> 11) * 0b1_1111_0010_0101));
    data << 12 | remainder
}

#[cfg(test)]
mod tests {
    use qrcode::canvas::{Canvas, Module};

    use super::*;

    /// The `qrcode` crate is the slow twin. Its `is_functional` is not asked: it forgets the version information (0.14.1).
    #[test]
    fn shows_what_qrcode_draws_in_every_version() {
        for number in 1..=40 {
            let version = Version::new(number).unwrap();
            // The level does not matter: the format information has its modules reserved at any.
            let mut canvas = Canvas::new(version.into(), qrcode::EcLevel::L);
            canvas.draw_all_functional_patterns();
            let functions = Functions::of(version);
            let words = version.size().div_ceil(64);
            let mut data = 0;
            for (x, y) in (0..version.size()).flat_map(|y| (0..version.size()).map(move |x| (x, y))) {
                let module = canvas.get(x as i16, y as i16);
                let is_dark = functions.dark[y * words + x / 64] >> (x % 64) & 1 == 1;
                assert_eq!(functions.is_data(x, y), module == Module::Empty, "{version}: {x}, {y}");
                assert_eq!(is_dark, module.is_dark(), "{version}: {x}, {y}");
                data += usize::from(module == Module::Empty);
            }
            assert_eq!(functions.data_modules(), data, "{version}");
        }
    }

    /// ISO/IEC 18004 annex D: version 7 is 000111 110010 010100.
    #[test]
    fn version_information_of_the_standard() {
        assert_eq!(version_information(Version::new(7).unwrap()), 0b00_0111_1100_1001_0100);
    }

    /// ISO/IEC 18004 table E.1.
    #[test]
    fn alignment_centres_of_the_standard() {
        for (number, expected) in [
            (1, &[][..]),
            (2, &[6, 18]),
            (10, &[6, 28, 50]),
            (32, &[6, 34, 60, 86, 112, 138]),
            (36, &[6, 24, 50, 76, 102, 128, 154]),
            (40, &[6, 30, 58, 86, 114, 142, 170]),
        ] {
            let centres: Vec<usize> = alignment_centres(Version::new(number).unwrap()).collect();
            assert_eq!(centres, expected, "{number}");
        }
    }
}
