use std::fmt::Write;

use super::layout::QUIET;
use crate::pdf_objects::write::number;
use crate::qr::Symbol;

/// `M{x} {y}h{run}v1h-{run}z`, as parts of an SVG path.
pub(crate) static SVG: Runs = Runs {
    columns: parts(b"M", QUIET as usize, b"", b""),
    rows: parts(b" ", QUIET as usize, b"", b""),
    lengths: parts(b"h", 0, b"v1h-", b"z"),
};

/// `{x} {y} {run} 1 re`, as parts of a path in the content of a PDF. The origin is the corner of the quiet zone.
pub(crate) static PDF: Runs = Runs {
    columns: parts(b"", QUIET as usize, b"", b" "),
    rows: parts(b"", QUIET as usize, b"", b" "),
    lengths: parts(b"", 0, b"", b" 1 re\n"),
};

/// Begins a code in the content of a PDF: modules are counted from the upper left corner of its quiet zone, which is at
/// `corner`, downwards, and `module` points long.
pub(crate) fn begin(content: &mut String, module: f64, corner: [f64; 2]) {
    let [x, y] = corner.map(number);
    // Writing to a string does not fail.
    let _ = writeln!(content, "q {module} 0 0 -{module} {x} {y} cm", module = number(module));
}

/// Ends a code in the content of a PDF: all modules are one path, so that where rectangles meet there is no seam.
pub(crate) const END: &str = "f Q";

/// Writes a rectangle for each run of dark modules in a row, put together from the texts for its numbers, which are made
/// beforehand.
pub(crate) struct Runs {
    /// For the column of the symbol that a run begins in, the row, and the length of the run; in this order.
    columns: [Part; SIDE],
    rows: [Part; SIDE],
    lengths: [Part; SIDE],
}

impl Runs {
    /// Appends the rectangles of a symbol, and makes room for `after` bytes more.
    pub(crate) fn push(&self, bytes: &mut Vec<u8>, symbol: &Symbol, after: usize) {
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

    /// The same for a text.
    pub(crate) fn push_str(&self, text: &mut String, symbol: &Symbol, after: usize) {
        let mut bytes = Vec::new();
        self.push(&mut bytes, symbol, 0);
        text.reserve(bytes.len() + after);
        // It is ASCII.
        text.push_str(std::str::from_utf8(&bytes).unwrap_or_default());
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
struct Part {
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
const fn parts(before: &[u8], shift: usize, between: &[u8], after: &[u8]) -> [Part; SIDE] {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qr::EccLevel;

    #[test]
    fn rectangles_cover_each_dark_module_once() {
        for length in [1, 40, 90, 200, 300, 700] {
            let symbol = Symbol::encode(&"Zażółć gęślą jaźń? ".repeat(length / 10 + 1), EccLevel::M).unwrap();
            let mut content = String::new();
            PDF.push_str(&mut content, &symbol, 0);
            let mut drawn = vec![vec![false; symbol.size()]; symbol.size()];
            for line in content.lines() {
                let numbers: Vec<usize> =
                    line.strip_suffix(" re").unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
                let [x, y, run, 1] = numbers[..] else { panic!("{line}") };
                for dark in &mut drawn[y - QUIET as usize][x - QUIET as usize..][..run] {
                    assert!(!std::mem::replace(dark, true), "drawn twice");
                }
            }
            for (y, row) in drawn.iter().enumerate() {
                assert!(row.iter().enumerate().all(|(x, &dark)| dark == symbol.is_dark(x, y)), "row {y}");
            }
        }
    }
}
