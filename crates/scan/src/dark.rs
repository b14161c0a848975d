//! Which pixels are dark against their surroundings: what rxing's `HybridBinarizer` says, bit for bit, in a third of its time.
//! It goes through a picture row by row, and not square by square.

use image::GrayImage;
use rxing::common::{BitArray, BitMatrix};

/// The picture is divided into squares of so many pixels a side, the last of which may lie over those before.
const SIDE: usize = 8;

/// A square is told by five by five of them.
const AROUND: usize = 5;

/// Squares whose levels are no further apart are light or dark as a whole.
const FLAT: u8 = 24;

/// None for a picture of less than five squares, either way.
pub(crate) fn dark(picture: &GrayImage) -> Option<BitMatrix> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if width < AROUND * SIDE || height < AROUND * SIDE {
        return None;
    }
    let squares = Squares { columns: width.div_ceil(SIDE), rows: height.div_ceil(SIDE), width, height };
    let thresholds = squares.thresholds(&squares.averages(picture.as_raw()));
    squares.darker(picture.as_raw(), &thresholds)
}

struct Squares {
    columns: usize,
    rows: usize,
    /// In pixels, as that of the picture.
    width: usize,
    height: usize,
}

impl Squares {
    /// The pixel in which the square of a column begins.
    fn left(&self, column: usize) -> usize {
        (column * SIDE).min(self.width - SIDE)
    }

    fn top(&self, row: usize) -> usize {
        (row * SIDE).min(self.height - SIDE)
    }

    /// The pixels of a row of squares, from above.
    fn pixels<'l>(&self, levels: &'l [u8], row: usize) -> impl Iterator<Item = &'l [u8]> {
        levels.chunks_exact(self.width).skip(self.top(row)).take(SIDE)
    }

    /// For each square the level between light and dark. Of one that is light or dark as a whole it is that of the squares before
    /// it, if it is darker than those, and else a level that none of it comes below.
    fn averages(&self, levels: &[u8]) -> Vec<u8> {
        let mut averages: Vec<u8> = Vec::with_capacity(self.columns * self.rows);
        for row in 0..self.rows {
            // Of the eight pixels below each other.
            let (mut sums, mut least, mut most) = (vec![0; self.width], vec![u8::MAX; self.width], vec![0; self.width]);
            for pixels in self.pixels(levels, row) {
                for (((&level, sum), least), most) in pixels.iter().zip(&mut sums).zip(&mut least).zip(&mut most) {
                    *sum += u16::from(level);
                    *least = level.min(*least);
                    *most = level.max(*most);
                }
            }
            for column in 0..self.columns {
                let of_square = self.left(column)..self.left(column) + SIDE;
                let sum: u16 = sums[of_square.clone()].iter().sum();
                let least = least[of_square.clone()].iter().fold(u8::MAX, |least, &level| level.min(least));
                let most = most[of_square].iter().fold(0, |most, &level| level.max(most));
                let average = if most - least > FLAT {
                    sum / (SIDE * SIDE) as u16
                } else {
                    let before = |back: usize| u16::from(averages[averages.len() - back]);
                    let before = match row > 0 && column > 0 {
                        true => (before(self.columns) + 2 * before(1) + before(self.columns + 1)) / 4,
                        false => 0,
                    };
                    if u16::from(least) < before { before } else { u16::from(least / 2) }
                };
                averages.push(average as u8);
            }
        }
        averages
    }

    /// For each square the mean of those around it; at the edges, of those around the nearest that has two on each side.
    fn thresholds(&self, averages: &[u8]) -> Vec<u8> {
        let first = |at: usize, count: usize| at.clamp(AROUND / 2, count - 1 - AROUND / 2) - AROUND / 2;
        let mut thresholds = Vec::with_capacity(averages.len());
        for row in 0..self.rows {
            let rows = averages.chunks_exact(self.columns).skip(first(row, self.rows)).take(AROUND);
            let mut sums = vec![0; self.columns];
            for averages in rows {
                averages.iter().zip(&mut sums).for_each(|(&average, sum)| *sum += u16::from(average));
            }
            let around = |column| sums[first(column, self.columns)..][..AROUND].iter().sum::<u16>();
            thresholds.extend((0..self.columns).map(|column| (around(column) / (AROUND * AROUND) as u16) as u8));
        }
        thresholds
    }

    /// The pixels that are not above the threshold of their square; where two lie over each other, of either.
    fn darker(&self, levels: &[u8], thresholds: &[u8]) -> Option<BitMatrix> {
        /// Eight bytes that are 0 or 1, multiplied by it, are eight bits in the highest byte, the first of them the lowest.
        const GATHER: u64 = 0x0102_0408_1020_4080;
        const WORD: usize = size_of::<usize>();
        // One byte more than there are squares: the last of them may begin within a byte.
        let stride = (self.columns + 1).next_multiple_of(WORD);
        let mut dark = vec![0_u8; stride * self.height];
        for (row, thresholds) in thresholds.chunks_exact(self.columns).enumerate() {
            let bits = dark.chunks_exact_mut(stride).skip(self.top(row));
            for (pixels, bits) in self.pixels(levels, row).zip(bits) {
                for (column, &threshold) in thresholds.iter().enumerate() {
                    let left = self.left(column);
                    let square = pixels[left..].first_chunk::<SIDE>()?;
                    let mut is_dark = [0; SIDE];
                    for (is_dark, level) in is_dark.iter_mut().zip(square) {
                        *is_dark = u8::from(*level <= threshold);
                    }
                    let eight = (u64::from_le_bytes(is_dark).wrapping_mul(GATHER) >> 56) << (left % SIDE);
                    bits[left / SIDE] |= eight as u8;
                    bits[left / SIDE + 1] |= (eight >> SIDE) as u8;
                }
            }
        }
        let mut matrix = BitMatrix::new(self.width as u32, self.height as u32).ok()?;
        let mut line = BitArray::with_size(self.width);
        let words = self.width.div_ceil(usize::BITS as usize);
        for (y, bits) in (0..).zip(dark.chunks_exact(stride)) {
            for (at, word) in bits.as_chunks::<WORD>().0.iter().take(words).enumerate() {
                line.setBulk(at * usize::BITS as usize, usize::from_le_bytes(*word));
            }
            matrix.setRow(y, &line);
        }
        Some(matrix)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rxing::common::HybridBinarizer;
    use rxing::{Binarizer as _, Luma8LuminanceSource};

    use super::*;

    fn by_rxing(picture: &GrayImage) -> BitMatrix {
        let source = Luma8LuminanceSource::new(picture.as_raw().clone(), picture.width(), picture.height()).unwrap();
        HybridBinarizer::new(source).get_black_matrix().unwrap().clone()
    }

    proptest! {
        /// Noise, steps and slopes of any contrast, of any size.
        #[test]
        fn it_is_what_rxing_says(
            (width, height) in (40_u32..150, 40_u32..150), seed: u64, cell in 1_u32..40, noise in 0_u32..256,
            (across, down) in (0_u32..4, 0_u32..4), ground in 0_u32..256,
        ) {
            let random = |x: u32, y: u32| (u64::from(x * 7919 + y * 104_729).wrapping_mul(seed | 1) >> 40) as u32 % 256;
            let picture = GrayImage::from_fn(width, height, |x, y| {
                let level = ground + x * across + y * down + random(x / cell, y / cell) * noise / 256;
                image::Luma([level.min(255) as u8])
            });
            prop_assert_eq!(dark(&picture).unwrap(), by_rxing(&picture));
        }
    }

    #[test]
    fn small_pictures_are_left_to_rxing() {
        assert!(dark(&GrayImage::new(39, 90)).is_none() && dark(&GrayImage::new(90, 39)).is_none());
        for level in [0, 12, 255] {
            let flat = GrayImage::from_pixel(40, 41, image::Luma([level]));
            assert_eq!(dark(&flat).unwrap(), by_rxing(&flat));
        }
    }
}
