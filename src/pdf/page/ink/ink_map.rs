use crate::pdf::page::geometry::{Point, Rect};

/// Which parts of a page are printed on, in squares of a millimetre, or more on large pages. A square that is touched
/// counts as a whole.
#[derive(Clone, Debug)]
pub(in crate::pdf) struct InkMap {
    /// What is seen of the page, in its units.
    page: Rect,
    /// The side of a square.
    side: f64,
    millimetre: f64,
    columns: usize,
    rows: usize,
    /// Rows of bits, each in whole words.
    bits: Vec<u64>,
    /// Words that may still be written ([`EACH`] for each rectangle more).
    work: usize,
}

/// Each way.
const MOST_SQUARES: f64 = 400.0;

/// A page of three million drawings of a word each takes a third of it: a tenth of a second.
const MOST_WORK: usize = 50_000_000;

/// What a rectangle takes besides its words.
const EACH: usize = 4;

impl InkMap {
    /// Of a page on which a millimetre has `millimetre` units.
    pub(in crate::pdf) fn new(page: Rect, millimetre: f64) -> Self {
        let side = millimetre.max(page.width() / MOST_SQUARES).max(page.height() / MOST_SQUARES);
        let count = |length: f64| (length / side).ceil().clamp(1.0, MOST_SQUARES) as usize;
        let (columns, rows) = (count(page.width()), count(page.height()));
        Self { page, side, millimetre, columns, rows, bits: vec![0; columns.div_ceil(64) * rows], work: MOST_WORK }
    }

    /// Of the same page, and empty.
    pub(in crate::pdf) fn blank(&self) -> Self {
        Self { bits: vec![0; self.bits.len()], work: MOST_WORK, ..*self }
    }

    pub(in crate::pdf) fn is_blank(&self) -> bool {
        self.bits.iter().all(|&word| word == 0)
    }

    /// What is on either of the two maps of one page.
    pub(in crate::pdf) fn with(mut self, other: &Self) -> Self {
        self.bits.iter_mut().zip(&other.bits).for_each(|(word, other)| *word |= other);
        self
    }

    /// How many columns and rows a reader sees of a page that is turned so many times by 90 degrees.
    pub(in crate::pdf) fn seen_squares(&self, turns: u8) -> (usize, usize) {
        if turns.is_multiple_of(2) { (self.columns, self.rows) } else { (self.rows, self.columns) }
    }

    /// Of these pictures the squares that a drawing of the page shows dark, and those beside them. `dark` is by rows from above, as
    /// the reader sees the page. None if the pictures show nothing at all: then they may not have been drawn.
    pub(in crate::pdf) fn dark_parts(&self, turns: u8, dark: &[Vec<bool>]) -> Option<Self> {
        let (across, up) = self.seen_squares(turns);
        let is_dark = |column: usize, row: usize| {
            let (x, y) = match turns {
                0 => (column, row),
                1 => (row, self.columns - 1 - column),
                2 => (self.columns - 1 - column, self.rows - 1 - row),
                _ => (self.rows - 1 - row, column),
            };
            dark.get((up - 1).saturating_sub(y)).and_then(|row| row.get(x.min(across - 1))).copied().unwrap_or(true)
        };
        let words = self.columns.div_ceil(64);
        let mut parts = self.blank();
        for row in 0..self.rows {
            for column in 0..self.columns {
                let (place, bit) = (row * words + column / 64, 1_u64 << (column % 64));
                let (columns, rows) = (column.saturating_sub(1)..=(column + 1), row.saturating_sub(1)..=(row + 1));
                let mut near = rows.flat_map(|row| columns.clone().map(move |column| (column, row)));
                let is_near = || near.any(|(x, y)| x < self.columns && y < self.rows && is_dark(x, y));
                if self.bits.get(place).is_some_and(|word| word & bit != 0)
                    && { is_near }()
                    && let Some(word) = parts.bits.get_mut(place)
                {
                    *word |= bit;
                }
            }
        }
        (!parts.is_blank()).then_some(parts)
    }

    pub(in crate::pdf) fn page(&self) -> Rect {
        self.page
    }

    /// The side of a square, in the page's units.
    pub(in crate::pdf) fn side(&self) -> f64 {
        self.side
    }

    /// In the page's units.
    pub(in crate::pdf) fn millimetre(&self) -> f64 {
        self.millimetre
    }

    pub(in crate::pdf) fn mark(&mut self, drawn: &Rect) {
        if self.is_full() {
            return;
        }
        let seen = drawn.intersection(&self.page);
        // What has no height or no width, as lines have it, is drawn all the same.
        if !(seen.left <= seen.right && seen.bottom <= seen.top) {
            return;
        }
        let words = self.columns.div_ceil(64);
        let (columns, rows) = self.squares(&seen);
        self.work = self.work.saturating_sub(EACH + rows.len() * columns.len().div_ceil(64));
        if self.is_full() {
            self.bits.fill(u64::MAX);
            return;
        }
        for row in rows {
            let mut at = columns.start;
            while at < columns.end {
                let end = columns.end.min((at / 64 + 1) * 64);
                let mask = (u64::MAX >> (64 - (end - at))) << (at % 64);
                if let Some(word) = self.bits.get_mut(row * words + at / 64) {
                    *word |= mask;
                }
                at = end;
            }
        }
    }

    /// True once the page has cost too much: all of it counts as printed on.
    fn is_full(&self) -> bool {
        self.work == 0
    }

    /// A line within the page, in pieces where it is aslant.
    pub(in crate::pdf) fn mark_line(&mut self, from: Point, to: Point, half: f64) {
        if self.is_full() {
            return;
        }
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let pieces = (dx.abs().min(dy.abs()) / self.side).ceil().clamp(1.0, MOST_SQUARES);
        let at = |part: f64| (from.0 + dx * part / pieces, from.1 + dy * part / pieces);
        for piece in 0..pieces as u32 {
            let (begin, end) = (at(f64::from(piece)), at(f64::from(piece) + 1.0));
            self.mark(&Rect::new(begin, end).grown(half));
        }
    }

    /// How many squares are printed on, to the left of and below each corner of a square: any rectangle is then asked for
    /// at once.
    pub(in crate::pdf) fn free(&self) -> FreeRoom<'_> {
        let mut below = Vec::with_capacity((self.columns + 1) * (self.rows + 1));
        below.resize(self.columns + 1, 0_u32);
        let mut sums = vec![0_u32; self.columns];
        for words in self.bits.chunks_exact(self.columns.div_ceil(64)) {
            let bits = words.iter().flat_map(|word| (0..64).map(move |bit| (word >> bit & 1) as u32));
            let mut left = 0;
            below.push(0);
            below.extend(sums.iter_mut().zip(bits).map(|(sum, bit)| {
                left += bit;
                *sum += left;
                *sum
            }));
        }
        FreeRoom { map: self, below }
    }

    /// The squares that a rectangle within the page touches: columns and rows.
    fn squares(&self, rect: &Rect) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        /// Of a square: what is less is lost in rounding.
        const SLACK: f64 = 1e-6;
        let range = |from: f64, to: f64, count: usize| {
            let first = ((from / self.side + SLACK).floor().max(0.0) as usize).min(count - 1);
            let last = ((to / self.side - SLACK).ceil().max(0.0) as usize).min(count);
            first..last.max(first + 1)
        };
        let columns = range(rect.left - self.page.left, rect.right - self.page.left, self.columns);
        (columns, range(rect.bottom - self.page.bottom, rect.top - self.page.bottom, self.rows))
    }
}

/// A map that was finished.
pub(in crate::pdf) struct FreeRoom<'m> {
    map: &'m InkMap,
    below: Vec<u32>,
}

impl FreeRoom<'_> {
    /// True if nothing is printed in the rectangle.
    pub(in crate::pdf) fn has(&self, rect: &Rect) -> bool {
        let seen = rect.intersection(&self.map.page);
        if !(seen.left < seen.right && seen.bottom < seen.top) {
            return true;
        }
        let (columns, rows) = self.map.squares(&seen);
        let sum = |row: usize, column: usize| {
            self.below.get(row * (self.map.columns + 1) + column).copied().unwrap_or_default()
        };
        let ink = sum(rows.end, columns.end) + sum(rows.start, columns.start);
        ink == sum(rows.start, columns.end) + sum(rows.end, columns.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_that_are_touched_are_not_free() {
        let page = Rect::new((100.0, 50.0), (300.0, 350.0));
        let mut map = InkMap::new(page, 1.0);
        assert!(map.free().has(&page));
        map.mark(&Rect::new((150.5, 100.5), (250.0, 120.0)));
        map.mark(&Rect::new((0.0, 0.0), (99.0, 49.0)));
        let free = map.free();
        for (x, y, is_free) in
            [(149.0, 100.0, true), (150.0, 100.0, false), (249.0, 119.0, false), (250.0, 119.0, true)]
        {
            assert_eq!(free.has(&Rect::new((x, y), (x + 1.0, y + 1.0))), is_free, "{x} {y}");
        }
        assert!(free.has(&Rect::new((100.0, 121.0), (300.0, 350.0))) && !free.has(&page));
    }

    #[test]
    fn a_line_marks_what_it_crosses() {
        let page = Rect::new((0.0, 0.0), (200.0, 200.0));
        let mut map = InkMap::new(page, 1.0);
        map.mark_line((0.0, 0.0), (200.0, 200.0), 0.1);
        map.mark_line((0.0, 150.0), (200.0, 150.0), 0.0);
        let free = map.free();
        assert!(free.has(&Rect::new((100.0, 0.0), (200.0, 90.0))), "beside it");
        assert!(
            !free.has(&Rect::new((100.0, 90.0), (120.0, 110.0))) && !free.has(&Rect::new((0.0, 149.0), (9.0, 151.0)))
        );
    }

    /// What would take too long is taken for printed on.
    #[test]
    fn work_is_bounded() {
        let page = Rect::new((0.0, 0.0), (400.0, 400.0));
        let mut map = InkMap::new(page, 1.0);
        for _ in 0..MOST_WORK / 400 {
            map.mark(&Rect::new((0.0, 0.0), (1.0, 400.0)));
        }
        map.mark(&Rect::new((0.0, 0.0), (1.0, 1.0)));
        assert!(!map.free().has(&Rect::new((300.0, 300.0), (310.0, 310.0))));
    }
}
