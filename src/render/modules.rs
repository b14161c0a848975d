use crate::qr::Symbol;

/// Writes a rectangle for each run of dark modules in a row, put together from the texts for its numbers, which are made
/// beforehand.
pub(super) struct Runs {
    /// For the column of the symbol that a run begins in, the row, and the length of the run; in this order.
    pub(super) columns: [Part; SIDE],
    pub(super) rows: [Part; SIDE],
    pub(super) lengths: [Part; SIDE],
}

impl Runs {
    /// Appends the rectangles of a symbol, and makes room for `after` bytes more.
    pub(super) fn push(&self, bytes: &mut Vec<u8>, symbol: &Symbol, after: usize) {
        // A quarter of a symbol's modules begin a run, as in noise.
        bytes.reserve(symbol.size() * symbol.size() / 4 * 16 + after);
        for (y, row_text) in self.rows.iter().enumerate().take(symbol.size()) {
            let row = symbol.row(y);
            let mut x = 0;
            while let Some(start) = next(row, x, 0) {
                let end = next(row, start, u64::MAX).unwrap_or(symbol.size());
                for part in [&self.columns[start], row_text, &self.lengths[end - start]] {
                    part.push_to(bytes);
                }
                x = end;
            }
        }
    }
}

/// The first module from `from` on that is dark, or light if `flip` has all bits.
fn next(row: &[u64], from: usize, flip: u64) -> Option<usize> {
    let mut place = from / 64;
    let mut word = (row.get(place)? ^ flip) >> (from % 64) << (from % 64);
    while word == 0 {
        place += 1;
        word = row.get(place)? ^ flip;
    }
    Some(64 * place + word.trailing_zeros() as usize)
}

/// One more than the largest symbol has modules in a row.
const SIDE: usize = 178;

/// A part of a rectangle's text.
#[derive(Clone, Copy)]
pub(super) struct Part {
    bytes: [u8; 16],
    length: usize,
}

impl Part {
    /// Always sixteen bytes, of which some are taken back: the length differs each time, and would cost a branch
    /// that is often mistaken.
    fn push_to(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len() + self.length;
        bytes.extend_from_slice(&self.bytes);
        bytes.truncate(length);
    }

    const fn and(mut self, text: &[u8]) -> Self {
        let mut place = 0;
        while place < text.len() {
            self.bytes[self.length] = text[place];
            self.length += 1;
            place += 1;
        }
        self
    }

    const fn and_number(self, number: usize) -> Self {
        let part = if number < 10 { self } else { self.and_number(number / 10) };
        part.and(&[b'0' + (number % 10) as u8])
    }
}

/// For each number: `before`, the number more by `shift`, and if there is a `between` that and the number again; `after`.
pub(super) const fn parts(before: &[u8], shift: usize, between: &[u8], after: &[u8]) -> [Part; SIDE] {
    let mut parts = [Part { bytes: [0; 16], length: 0 }; SIDE];
    let mut number = 0;
    while number < SIDE {
        let part = parts[number].and(before).and_number(number + shift);
        let part = if between.is_empty() { part } else { part.and(between).and_number(number + shift) };
        parts[number] = part.and(after);
        number += 1;
    }
    parts
}
