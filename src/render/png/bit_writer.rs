use std::mem;

/// A few bits, the lowest the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    /// All bits beyond the last are clear.
    pub(super) bits: u64,
    /// At most [`MOST`](Bits::MOST).
    pub(super) count: u32,
}

impl Bits {
    /// With up to seven bits that wait, they fill a word.
    pub(super) const MOST: u32 = 56;

    /// These bits and others after them.
    #[must_use]
    pub(super) fn then(self, next: Self) -> Self {
        Self { bits: self.bits | next.bits << self.count, count: self.count + next.count }
    }
}

/// Writes bits into bytes, the lowest bit first, as Deflate has it (RFC 1951, 3.1.1).
#[derive(Clone, Default)]
pub(super) struct BitWriter {
    /// What is written, and room for more.
    bytes: Vec<u8>,
    /// How many bytes are written.
    length: usize,
    /// Bits not yet in `bytes`, fewer than eight.
    pending: u64,
    count: u32,
}

impl BitWriter {
    /// The bytes of a whole piece.
    const WHOLE: usize = Bits::MOST as usize / 8;

    /// Writes on after whole bytes; there is room for `bits` more.
    pub(super) fn after(bytes: &[u8], bits: usize) -> Self {
        // Eight bytes are written each time, of which fewer are kept.
        let mut all = vec![0; bytes.len() + bits / 8 + 16];
        all[..bytes.len()].copy_from_slice(bytes);
        Self { bytes: all, length: bytes.len(), ..Self::default() }
    }

    /// All of it stays in registers where it is inlined, if no pointer to the writer is given away: appending to a vector took half as
    /// long again.
    #[inline(always)]
    pub(super) fn push(&mut self, Bits { bits, count }: Bits) {
        self.pending |= bits << self.count;
        self.count += count;
        // Eight bytes go out and those not full are written once more: no branch that hangs on the data.
        let end = self.length + 8;
        if end > self.bytes.len() {
            self.bytes = grown(mem::take(&mut self.bytes));
        }
        self.bytes[self.length..end].copy_from_slice(&self.pending.to_le_bytes());
        let full = self.count / 8;
        self.length += full as usize;
        self.pending >>= 8 * full;
        self.count %= 8;
    }

    #[inline(always)]
    pub(super) fn push_all(&mut self, pieces: &[Bits]) {
        for &piece in pieces {
            self.push(piece);
        }
    }

    /// What was written, in as few pieces as can be: for writing it again, at whatever bit.
    pub(super) fn into_pieces(mut self) -> Vec<Bits> {
        let mut pieces = Vec::with_capacity(self.length / Self::WHOLE + 1);
        self.take_pieces(&mut pieces);
        pieces
    }

    /// The same after other pieces; nothing remains written.
    pub(super) fn take_pieces(&mut self, pieces: &mut Vec<Bits>) {
        let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        let (wholes, rest) = self.bytes[..self.length].as_chunks::<{ Self::WHOLE }>();
        pieces.extend(wholes.iter().map(|whole| Bits { bits: word(whole), count: Bits::MOST }));
        let rest = Bits { bits: word(rest), count: 8 * rest.len() as u32 };
        let last = rest.then(Bits { bits: self.pending, count: self.count });
        pieces.extend((last.count > 0).then_some(last));
        (self.length, self.pending, self.count) = (0, 0, 0);
    }

    /// The bytes, the last filled up with clear bits.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let fill = (8 - self.count) % 8;
        self.push(Bits { bits: 0, count: fill });
        self.bytes.truncate(self.length);
        self.bytes
    }
}

/// The same bytes with room for as many more.
#[cold]
fn grown(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(2 * bytes.len() + 64, 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowest_bit_first() {
        let mut writer = BitWriter::default();
        for (bits, count) in [(0b101, 3), ((1 << 56) - 1, 56), (0, 0), (0, 1), (0b11, 2)] {
            writer.push(Bits { bits, count });
        }
        assert_eq!(writer.finish(), [0xFD, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0b0011_0111]);
        assert!(BitWriter::default().finish().is_empty());
    }

    #[test]
    fn pieces_are_the_same_bits_again() {
        for length in 0..200 {
            let mut written = BitWriter::default();
            for place in 0..length {
                written.push(Bits { bits: place * place / 7 % 2, count: 1 });
            }
            let pieces = written.clone().into_pieces();
            assert_eq!(pieces.len() as u64, length.div_ceil(56), "{length}");
            let mut again = BitWriter::default();
            again.push_all(&pieces);
            assert_eq!((again.count, again.finish()), (written.count, written.finish()));
        }
    }
}
