use crate::qr::QUIET_ZONE;

/// A word of modules under each of the eight masks: module `x` is bit `x`, set if it is dark.
///
/// Loops over the eight become vector instructions of whatever width the machine has, two words at a time on any
/// x86-64 and ARM64.
pub(in crate::qr) type ByMask = [u64; 8];

/// 64 columns of a symbol, under all eight masks at once.
///
/// A larger symbol is cut into strips that overlap, so that what a place has to know about its neighbours, four
/// modules before it and ten after it, is in the same word, and no bit need be carried from word to word.
pub(in crate::qr) struct Strip {
    /// All rows between [`QUIET_ZONE`] light ones above and as many below.
    rows: Vec<ByMask>,
    /// The places that no other strip scores.
    pub(super) own: u64,
    /// The modules that have one to their right in the symbol.
    pub(super) across: u64,
}

impl Strip {
    /// How far a place sees to its left and to its right.
    const BEFORE: usize = 4;
    const AFTER: usize = 10;
    /// From one strip to the next.
    const STEP: usize = 64 - Self::BEFORE - Self::AFTER;

    /// How many strips it takes to cover a symbol: one up to version 11, so for any KOD II with an EC signature.
    pub(in crate::qr) fn count(size: usize) -> usize {
        1 + size.saturating_sub(64).div_ceil(Self::STEP)
    }

    /// The columns of strip `number` in a row of 64 modules a word.
    pub(in crate::qr) fn columns(row: &[u64], number: usize) -> u64 {
        let (word, shift) = (number * Self::STEP / 64, number * Self::STEP % 64);
        let here = row.get(word).map_or(0, |here| here >> shift);
        // In two steps, because a shift by 64 does nothing.
        here | row.get(word + 1).map_or(0, |next| next << 1 << (63 - shift))
    }

    /// Strip `number` of a symbol of the given size: its unmasked data, 64 modules a word, each row beginning a word,
    /// under what the eight masks lay over these columns.
    pub(in crate::qr) fn new(number: usize, size: usize, data: &[u64], overlay: &[ByMask]) -> Self {
        let mut rows = vec![[0; 8]; QUIET_ZONE + size + QUIET_ZONE];
        let data = data.chunks_exact(size.div_ceil(64));
        for ((row, data), overlay) in rows[QUIET_ZONE..].iter_mut().zip(data).zip(overlay) {
            let columns = Self::columns(data, number);
            for (row, overlay) in row.iter_mut().zip(overlay) {
                *row = columns ^ overlay;
            }
        }
        let width = size - number * Self::STEP;
        let end = if width <= 64 { width } else { 64 - Self::AFTER };
        let start = if number == 0 { 0 } else { Self::BEFORE };
        Self { rows, own: first(end) & !first(start), across: first(width - 1) }
    }

    /// The rows of the symbol.
    pub(super) fn symbol(&self) -> &[u64] {
        self.rows[QUIET_ZONE..self.rows.len() - QUIET_ZONE].as_flattened()
    }

    /// The rows of the symbol and of the quiet zone above and below.
    pub(super) fn with_quiet_zone(&self) -> &[u64] {
        self.rows.as_flattened()
    }
}

/// The first `count` modules dark.
fn first(count: usize) -> u64 {
    if count < 64 { (1 << count) - 1 } else { u64::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Strip {
        /// A strip that is drawn row by row, `#` for dark, the same under every mask.
        pub(in crate::qr) fn drawn(rows: &[&str]) -> Self {
            let width = rows[0].len();
            let row = |text: &&str| [text.bytes().rev().fold(0, |bits, b| bits << 1 | u64::from(b == b'#')); 8];
            let quiet = [[0; 8]; QUIET_ZONE];
            let rows: Vec<ByMask> = quiet.into_iter().chain(rows.iter().map(row)).chain(quiet).collect();
            Self { rows, own: first(width), across: first(width - 1) }
        }
    }

    #[test]
    fn every_place_is_scored_by_one_strip_that_sees_what_it_must() {
        for size in (21..=177usize).step_by(4) {
            let data = vec![0; size * size.div_ceil(64)];
            let mut columns = Vec::new();
            for number in 0..Strip::count(size) {
                let start = number * Strip::STEP;
                let strip = Strip::new(number, size, &data, &[]);
                for bit in (0..64).filter(|bit| strip.own >> bit & 1 == 1) {
                    assert!(number == 0 || bit >= Strip::BEFORE);
                    assert!(start + 64 >= size || bit + Strip::AFTER < 64);
                    assert_eq!(strip.across >> bit & 1 == 1, start + bit < size - 1);
                    columns.push(start + bit);
                }
                assert_eq!(strip.symbol().len(), 8 * size);
            }
            assert_eq!(columns, (0..size).collect::<Vec<usize>>());
        }
    }

    #[test]
    fn columns_cross_the_words() {
        for column in 0..192 {
            let mut row = [0; 3];
            row[column / 64] = 1 << (column % 64);
            for number in 0..4 {
                let place = column.checked_sub(number * Strip::STEP).filter(|&place| place < 64);
                assert_eq!(Strip::columns(&row, number), place.map_or(0, |place| 1 << place));
            }
        }
    }

    #[test]
    fn the_overlay_of_each_mask_is_laid_over_the_data() {
        let overlay: Vec<ByMask> = (0..69).map(|y| std::array::from_fn(|mask| mask as u64 * 1000 + y)).collect();
        let data: Vec<u64> = (0..2 * 69).map(|word| word << 40 | word).collect();
        let strip = Strip::new(1, 69, &data, &overlay);
        for y in 0..69 {
            let columns = Strip::columns(&data[2 * y..2 * y + 2], 1);
            assert_eq!(strip.symbol()[8 * y..8 * y + 8], overlay[y].map(|overlay| columns ^ overlay));
        }
        assert_eq!(strip.with_quiet_zone()[..32], [0; 32]);
        assert_eq!(strip.with_quiet_zone()[8 * (4 + 69)..], [0; 32]);
    }
}
