use super::adler::Adler32;
use super::bit_writer::BitWriter;
use super::huffman::{CodeWord, Huffman};
use super::raster::Raster;

/// Makes zlib streams (RFC 1950 and 1951) of rasters: one block, in which everything is either a literal byte
/// or a copy of what stands one row above.
///
/// The code for the bytes is made once, from the bytes that rows of the given module size consist of.
pub(super) struct Deflate {
    code: Huffman,
    /// All streams begin alike, up to the distance code.
    start: BitWriter,
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
        start.push(0x0178, 16);
        // The last block, with codes of its own.
        start.push(0b101, 3);
        start.push(SYMBOLS as u64 - 257, 5);
        start.push(DISTANCE_SYMBOLS as u64 - 1, 5);
        push_code_length_code(&mut start);
        push_lengths(&mut start, code.lengths());
        Self { code, start }
    }

    /// Compresses all rows of a raster.
    pub(super) fn compress(&self, raster: &Raster) -> Vec<u8> {
        let mut stream = Stream::new(self, raster.stride());
        let mut checksum = Adler32::default();
        let mut above: &[u8] = &[];
        for (row, height) in raster.bands() {
            stream.push_row(row, above);
            stream.push_repetitions(height as usize - 1);
            checksum.push_repeated(row, height);
            above = row;
        }
        stream.finish(&checksum)
    }
}

struct Stream<'a> {
    out: BitWriter,
    code: &'a Huffman,
    stride: usize,
    /// How many bytes from here on are as those one row above, and not yet written.
    copied: usize,
}

impl<'a> Stream<'a> {
    fn new(deflate: &'a Deflate, stride: usize) -> Self {
        let mut out = deflate.start.clone();
        out.reserve(4096);
        // One distance, one code word: it has one bit all the same (RFC 1951, 3.2.7).
        let mut lengths = [0; DISTANCE_SYMBOLS];
        lengths[distance_symbol(stride)] = 1;
        push_lengths(&mut out, &lengths);
        Self { out, code: &deflate.code, stride, copied: 0 }
    }

    /// Appends a row, where it is as the row `above` as a copy. Eight bytes are compared at once: in a code
    /// fewer are seldom alike, in a label the white between the letters is long.
    fn push_row(&mut self, row: &[u8], above: &[u8]) {
        let (eights, rest) = row.as_chunks::<8>();
        let mut above = above.as_chunks::<8>().0.iter();
        for eight in eights {
            if above.next() == Some(eight) {
                self.copied += eight.len();
            } else {
                self.push_literals(eight);
            }
        }
        self.push_literals(rest);
    }

    /// Appends the last row again, `times` times.
    fn push_repetitions(&mut self, times: usize) {
        self.copied += times * self.stride;
    }

    fn push_literals(&mut self, bytes: &[u8]) {
        self.flush_copy();
        // Four code words a write: literals are what most of the time goes into.
        for four in bytes.chunks(4) {
            let (mut bits, mut count) = (0, 0);
            for &byte in four {
                let word = self.code.word(usize::from(byte));
                bits |= u64::from(word.bits) << count;
                count += u32::from(word.length);
            }
            self.out.push(bits, count);
        }
    }

    /// Writes what was to be copied: pieces of up to 258 bytes, of which the last is not too short to be one.
    fn flush_copy(&mut self) {
        while self.copied > 0 {
            let length = match self.copied {
                ..=LONGEST_COPY => self.copied,
                _ => LONGEST_COPY.min(self.copied - SHORTEST_COPY),
            };
            let (symbol, extra, extra_bits) = length_symbol(length);
            self.push_symbol(symbol);
            self.out.push(extra, extra_bits);
            let (extra, extra_bits) = distance_extra(self.stride);
            self.out.push(0, 1);
            self.out.push(extra, extra_bits);
            self.copied -= length;
        }
    }

    fn push_symbol(&mut self, symbol: usize) {
        push_word(&mut self.out, self.code.word(symbol));
    }

    fn finish(mut self, checksum: &Adler32) -> Vec<u8> {
        self.flush_copy();
        self.push_symbol(END_OF_BLOCK);
        let mut bytes = self.out.finish();
        bytes.extend(checksum.value().to_be_bytes());
        bytes
    }
}

/// The symbol of a length of 3 to 258 bytes, its extra bits and their number (RFC 1951, 3.2.5).
fn length_symbol(length: usize) -> (usize, u64, u32) {
    if length == LONGEST_COPY {
        return (SYMBOLS - 1, 0, 0);
    }
    let above_least = length - SHORTEST_COPY;
    let extra_bits = above_least.max(4).ilog2() - 2;
    let symbol = 257 + 4 * extra_bits as usize + (above_least >> extra_bits);
    (symbol, (above_least & ((1 << extra_bits) - 1)) as u64, extra_bits)
}

/// The symbol of a distance of 4 bytes or more: rows are no shorter.
fn distance_symbol(distance: usize) -> usize {
    let (_, extra_bits) = distance_extra(distance);
    2 * extra_bits as usize + ((distance - 1) >> extra_bits)
}

/// The extra bits of a distance and their number.
fn distance_extra(distance: usize) -> (u64, u32) {
    let extra_bits = (distance - 1).ilog2() - 1;
    (((distance - 1) & ((1 << extra_bits) - 1)) as u64, extra_bits)
}

/// The code that code lengths are written in: of its 19 symbols the lengths 0 to 15, and "the last length 3 to
/// 6 times more". Lengths of 14 bits are rare, of 15 there are none: those get a bit more.
const CODE_LENGTH_LENGTHS: [u8; 19] = [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 4, 0, 0];
const REPEAT: usize = 16;

fn push_code_length_code(out: &mut BitWriter) {
    const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    out.push(ORDER.len() as u64 - 4, 4);
    for symbol in ORDER {
        out.push(u64::from(CODE_LENGTH_LENGTHS[symbol]), 3);
    }
}

/// Writes the lengths of a code (RFC 1951, 3.2.7).
fn push_lengths(out: &mut BitWriter, lengths: &[u8]) {
    let code = Huffman::from_lengths(CODE_LENGTH_LENGTHS.to_vec());
    for run in lengths.chunk_by(|a, b| a == b) {
        let length = code.word(usize::from(run[0]));
        push_word(out, length);
        for again in run[1..].chunks(6) {
            if again.len() < 3 {
                for _ in again {
                    push_word(out, length);
                }
            } else {
                push_word(out, code.word(REPEAT));
                out.push(again.len() as u64 - 3, 2);
            }
        }
    }
}

fn push_word(out: &mut BitWriter, word: CodeWord) {
    out.push(u64::from(word.bits), u32::from(word.length));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_of_rfc_1951() {
        let lengths = [
            (3, (257, 0, 0)),
            (10, (264, 0, 0)),
            (11, (265, 0, 1)),
            (12, (265, 1, 1)),
            (18, (268, 1, 1)),
            (19, (269, 0, 2)),
            (130, (280, 15, 4)),
            (131, (281, 0, 5)),
            (257, (284, 30, 5)),
            (258, (285, 0, 0)),
        ];
        for (length, expected) in lengths {
            assert_eq!(length_symbol(length), expected, "{length}");
        }
        let distances = [(4, 3, (0, 0)), (5, 4, (0, 1)), (8, 5, (1, 1)), (9, 6, (0, 2)), (24577, 29, (0, 13))];
        for (distance, symbol, extra) in distances {
            assert_eq!((distance_symbol(distance), distance_extra(distance)), (symbol, extra), "{distance}");
        }
    }
}
