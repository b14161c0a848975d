use std::sync::OnceLock;

use super::functions::Functions;
use super::penalty::{ByMask, Strip};
use super::{EccLevel, Mask, Version};

/// What a symbol shows apart from its data: for each of the eight masks the finder, alignment and timing
/// patterns, version and format information, and on the data modules the mask's own pattern.
///
/// The finished symbol is the exclusive or of this and the data.
pub(super) struct Template {
    by_mask: [Box<[u64]>; 8],
    /// The same once more, strip by strip and row by row.
    strips: Box<[Box<[ByMask]>]>,
}

impl Template {
    /// The template of a version and level, drawn at its first use.
    pub(super) fn of(version: Version, level: EccLevel) -> &'static Self {
        static ALL: [[OnceLock<Template>; 4]; 40] = [const { [const { OnceLock::new() }; 4] }; 40];
        ALL[usize::from(version.number()) - 1][level as usize].get_or_init(|| Self::new(version, level))
    }

    fn new(version: Version, level: EccLevel) -> Self {
        let (functions, size) = (Functions::of(version), version.size());
        let by_mask = Mask::ALL.map(|mask| rows(functions, size, level, mask));
        let strips = (0..Strip::count(size)).map(|number| strip(&by_mask, number, size)).collect();
        Self { by_mask, strips }
    }

    /// The rows under a mask, 64 modules a word, each row beginning a word.
    pub(super) fn rows(&self, mask: Mask) -> &[u64] {
        &self.by_mask[usize::from(mask.number())]
    }

    /// The rows of a strip under all masks.
    pub(super) fn strip(&self, number: usize) -> &[ByMask] {
        &self.strips[number]
    }
}

fn strip(by_mask: &[Box<[u64]>; 8], number: usize, size: usize) -> Box<[ByMask]> {
    let words = size.div_ceil(64);
    let row = |y: usize| by_mask.each_ref().map(|rows| Strip::columns(&rows[y * words..(y + 1) * words], number));
    (0..size).map(row).collect()
}

fn rows(functions: &Functions, size: usize, level: EccLevel, mask: Mask) -> Box<[u64]> {
    let words = size.div_ceil(64);
    let mut rows: Box<[u64]> = functions.dark().into();
    let rows_reserved = rows.chunks_exact_mut(words).zip(functions.reserved().chunks_exact(words));
    for (y, (row, reserved)) in rows_reserved.enumerate() {
        for (number, (word, reserved)) in row.iter_mut().zip(reserved).enumerate() {
            let start = 64 * number;
            let within = u64::MAX >> (64 - (size - start).min(64));
            *word |= pattern(mask, start, y) & !reserved & within;
        }
    }
    let information = format_information(level, mask);
    let mut show = |x: usize, y: usize, bit: u32| {
        rows[y * words + x / 64] |= u64::from(information >> bit & 1) << (x % 64);
    };
    // Twice, the lowest bit first: around the upper left finder pattern, and beside the two others (figure 25).
    for (bit, place) in (0..).zip([0, 1, 2, 3, 4, 5, 7, 8]) {
        show(8, place, bit);
        show(size - 1 - bit as usize, 8, bit);
    }
    for (bit, place) in (8..).zip([7, 5, 4, 3, 2, 1, 0]) {
        show(place, 8, bit);
        show(8, size + bit as usize - 15, bit);
    }
    rows
}

/// What a mask lays over the 64 columns from `start` in row `y`, a dark module being a bit that is set (table 10).
fn pattern(mask: Mask, start: usize, y: usize) -> u64 {
    /// In every row each of the patterns begins anew after so many columns, and in every column after so many rows.
    const COLUMNS: usize = 6;
    const ROWS: usize = 12;
    static BY_MASK: [[u128; ROWS]; 8] = {
        let mut by_mask = [[0; ROWS]; 8];
        let mut place = 0;
        while place < 8 * ROWS * 128 {
            let (mask, y, x) = (place / 128 / ROWS, place / 128 % ROWS, place % 128);
            by_mask[mask][y] |= (is_dark(mask, x, y) as u128) << x;
            place += 1;
        }
        by_mask
    };
    (BY_MASK[usize::from(mask.number())][y % ROWS] >> (start % COLUMNS)) as u64
}

const fn is_dark(mask: usize, x: usize, y: usize) -> bool {
    match mask {
        0 => (x + y).is_multiple_of(2),
        1 => y.is_multiple_of(2),
        2 => x.is_multiple_of(3),
        3 => (x + y).is_multiple_of(3),
        4 => (y / 2 + x / 3).is_multiple_of(2),
        5 => x * y % 2 + x * y % 3 == 0,
        6 => (x * y % 2 + x * y % 3).is_multiple_of(2),
        _ => ((x + y) % 2 + x * y % 3).is_multiple_of(2),
    }
}

/// Level and mask in 15 bits that allow for errors (ISO/IEC 18004 7.9.1 and annex C).
fn format_information(level: EccLevel, mask: Mask) -> u32 {
    // In the standard's order M is 0, and L is 1; H is 2, and Q is 3.
    let data = (level as u32 ^ 1) << 3 | u32::from(mask.number());
    let remainder = (0..10).fold(data, |remainder, _| (remainder << 1) ^ ((remainder >> 9) * 0b101_0011_0111));
    (data << 10 | remainder) ^ 0b101_0100_0001_0010
}

#[cfg(test)]
mod tests {
    use qrcode::canvas::{Canvas, MaskPattern};

    use super::*;

    /// The `qrcode` crate is the slow twin: it asks of each module under each mask what it shows.
    #[test]
    fn shows_what_qrcode_draws_in_every_version_and_level() {
        for number in 1..=40 {
            let version = Version::new(number).unwrap();
            for level in EccLevel::ALL {
                let template = Template::of(version, level);
                let mut functions = Canvas::new(version.into(), level.into());
                functions.draw_all_functional_patterns();
                for (mask, pattern) in Mask::ALL.into_iter().zip([
                    MaskPattern::Checkerboard,
                    MaskPattern::HorizontalLines,
                    MaskPattern::VerticalLines,
                    MaskPattern::DiagonalLines,
                    MaskPattern::LargeCheckerboard,
                    MaskPattern::Fields,
                    MaskPattern::Diamonds,
                    MaskPattern::Meadow,
                ]) {
                    let mut canvas = functions.clone();
                    canvas.apply_mask(pattern);
                    assert!(*template.rows(mask) == drawn(&canvas, version.size()), "{version}-{level}, mask {mask}");
                }
            }
        }
    }

    fn drawn(canvas: &Canvas, size: usize) -> Vec<u64> {
        let dark = |x: usize, y: usize| canvas.get(x as i16, y as i16).is_dark();
        let word = |y: usize, start: usize| {
            (start..size.min(start + 64)).fold(0, |word, x| word | u64::from(dark(x, y)) << (x - start))
        };
        (0..size).flat_map(|y| (0..size).step_by(64).map(move |start| word(y, start))).collect()
    }
}
