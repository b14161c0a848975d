use super::bit_writer::{BitWriter, Bits};
use super::huffman::Huffman;

/// Makes zlib streams (RFC 1950 and 1951) of pictures: one block, in which everything is either a literal byte
/// or a copy of what stands one row above.
///
/// The code for the bytes is made once, from the bytes that rows of the given module size consist of.
pub(super) struct Deflate {
    code: Huffman,
    /// All streams begin alike, up to the distance code.
    start: Vec<Bits>,
}

/// Literals, the end of the block, and the 29 length symbols.
const SYMBOLS: usize = 286;
const END_OF_BLOCK: usize = 256;
const DISTANCE_SYMBOLS: usize = 30;

/// The lengths of a copy in bytes.
const SHORTEST_COPY: usize = 3;
const LONGEST_COPY: usize = 258;

impl Deflate {
    /// Makes the code for pictures whose rows consist of the bytes of `sample`, each as often as there.
    pub(super) fn new(sample: &[u8]) -> Self {
        // Labels bring other bytes, and every length may occur: those share less than a tenth of the
        // weight, at 6 pixels a module.
        let mut weights = [1; SYMBOLS];
        for &byte in sample {
            weights[usize::from(byte)] += 2;
        }
        let code = Huffman::for_weights(&weights);

        let mut start = BitWriter::default();
        // zlib: Deflate with a window of 32 kB, checked, no dictionary.
        start.push(Bits { bits: 0x0178, count: 16 });
        // The last block, with codes of its own.
        start.push(Bits { bits: 0b101, count: 3 });
        start.push(Bits { bits: SYMBOLS as u64 - 257, count: 5 });
        start.push(Bits { bits: DISTANCE_SYMBOLS as u64 - 1, count: 5 });
        push_code_length_code(&mut start);
        push_lengths(&mut start, code.lengths());
        Self { code, start: start.into_pieces() }
    }

    /// Writes what comes before the first byte of rows that are `stride` bytes long, four or more.
    pub(super) fn push_start(&self, out: &mut BitWriter, stride: usize) {
        out.push_all(&self.start);
        // One distance, one code word: it still has one bit (RFC 1951, 3.2.7).
        let mut lengths = [0; DISTANCE_SYMBOLS];
        lengths[distance_symbol(stride)] = 1;
        push_lengths(out, &lengths);
    }

    /// Writes what comes after the last byte.
    pub(super) fn push_end(&self, out: &mut BitWriter) {
        out.push(self.code.word(END_OF_BLOCK));
    }

    /// Writes bytes as themselves, four at once: [`LONGEST`](super::huffman::LONGEST) is such that they fit.
    pub(super) fn push_literals(&self, out: &mut BitWriter, bytes: &[u8]) {
        for four in bytes.chunks(4) {
            let words = four.iter().map(|&byte| self.code.word(usize::from(byte)));
            out.push(words.fold(Bits::default(), Bits::then));
        }
    }

    /// How many bits these bytes take as themselves.
    pub(super) fn bits_of(&self, bytes: &[u8]) -> usize {
        bytes.iter().map(|&byte| self.code.word(usize::from(byte)).count as usize).sum()
    }

    /// Writes `length` bytes that are as those one row of `stride` bytes above: none, or three or more. Pieces of
    /// up to 258 bytes, of which the last is not too short to be one.
    pub(super) fn push_copy(&self, out: &mut BitWriter, length: usize, stride: usize) {
        let mut rest = length;
        while rest > 0 {
            let length = if rest > LONGEST_COPY { LONGEST_COPY.min(rest - SHORTEST_COPY) } else { rest };
            let (symbol, extra) = length_symbol(length);
            out.push(self.code.word(symbol));
            out.push(extra);
            out.push(Bits { bits: 0, count: 1 });
            out.push(distance_extra(stride));
            rest -= length;
        }
    }

    /// Writes rows of `stride` bytes, the first of them `times` times: where they are as the row above as copies, which
    /// the first has none of. Eight bytes are compared at once: in a label the white between the letters is long.
    pub(super) fn push_rows(&self, out: &mut BitWriter, rows: &[u8], stride: usize, times: u32) {
        let mut rows = rows.chunks_exact(stride);
        let Some(mut above) = rows.next() else {
            return;
        };
        self.push_literals(out, above);
        let mut copied = (times as usize - 1) * stride;
        for row in rows {
            let (eights, rest) = row.as_chunks::<8>();
            let (eights_above, rest_above) = above.as_chunks::<8>();
            for (eight, eight_above) in eights.iter().zip(eights_above) {
                if eight == eight_above {
                    copied += eight.len();
                } else {
                    self.push_copy(out, copied, stride);
                    copied = 0;
                    self.push_literals(out, eight);
                }
            }
            // By itself so short a copy would not be worth its bits.
            if rest == rest_above && copied > 0 {
                copied += rest.len();
            } else {
                self.push_copy(out, copied, stride);
                copied = 0;
                self.push_literals(out, rest);
            }
            above = row;
        }
        self.push_copy(out, copied, stride);
    }
}

/// The symbol of a length of 3 to 258 bytes, and its extra bits (RFC 1951, 3.2.5).
fn length_symbol(length: usize) -> (usize, Bits) {
    if length == LONGEST_COPY {
        return (SYMBOLS - 1, Bits::default());
    }
    let above_least = length - SHORTEST_COPY;
    let count = above_least.max(4).ilog2() - 2;
    let symbol = 257 + 4 * count as usize + (above_least >> count);
    (symbol, lowest(above_least, count))
}

/// The symbol of a distance of 4 bytes or more: rows are no shorter.
fn distance_symbol(distance: usize) -> usize {
    let count = distance_extra(distance).count;
    2 * count as usize + ((distance - 1) >> count)
}

fn distance_extra(distance: usize) -> Bits {
    lowest(distance - 1, (distance - 1).ilog2() - 1)
}

fn lowest(number: usize, count: u32) -> Bits {
    Bits { bits: number as u64 & ((1 << count) - 1), count }
}

/// The code that code lengths are written in: of its 19 symbols the lengths 0 to 15, and "the last length 3 to
/// 6 times more". Lengths of 14 bits are rare, of 15 there are none: those get a bit more.
const CODE_LENGTH_LENGTHS: [u8; 19] = [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 4, 0, 0];
const REPEAT: usize = 16;

fn push_code_length_code(out: &mut BitWriter) {
    const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    out.push(Bits { bits: ORDER.len() as u64 - 4, count: 4 });
    for symbol in ORDER {
        out.push(Bits { bits: u64::from(CODE_LENGTH_LENGTHS[symbol]), count: 3 });
    }
}

/// Writes the lengths of a code (RFC 1951, 3.2.7).
fn push_lengths(out: &mut BitWriter, lengths: &[u8]) {
    let code = Huffman::from_lengths(CODE_LENGTH_LENGTHS.to_vec());
    for run in lengths.chunk_by(|a, b| a == b) {
        let length = code.word(usize::from(run[0]));
        out.push(length);
        for again in run[1..].chunks(6) {
            if again.len() < 3 {
                for _ in again {
                    out.push(length);
                }
            } else {
                out.push(code.word(REPEAT));
                out.push(Bits { bits: again.len() as u64 - 3, count: 2 });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_of_rfc_1951() {
        let lengths = [
            (3, 257, 0, 0),
            (10, 264, 0, 0),
            (11, 265, 0, 1),
            (12, 265, 1, 1),
            (18, 268, 1, 1),
            (19, 269, 0, 2),
            (130, 280, 15, 4),
            (131, 281, 0, 5),
            (257, 284, 30, 5),
            (258, 285, 0, 0),
        ];
        for (length, symbol, bits, count) in lengths {
            assert_eq!(length_symbol(length), (symbol, Bits { bits, count }), "{length}");
        }
        let distances = [(4, 3, 0, 0), (5, 4, 0, 1), (8, 5, 1, 1), (9, 6, 0, 2), (24577, 29, 0, 13)];
        for (distance, symbol, bits, count) in distances {
            let expected = (symbol, Bits { bits, count });
            assert_eq!((distance_symbol(distance), distance_extra(distance)), expected, "{distance}");
        }
    }
}
