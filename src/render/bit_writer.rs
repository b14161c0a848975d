/// Writes bits into bytes, the lowest bit first, as Deflate has it (RFC 1951, 3.1.1).
#[derive(Clone, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits not yet in `bytes`, fewer than eight.
    pending: u64,
    count: u32,
}

impl BitWriter {
    /// Makes room for `bytes` more.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Appends the lowest `count` bits of `bits`, at most 56; the others must be clear.
    pub(super) fn push(&mut self, bits: u64, count: u32) {
        self.pending |= bits << self.count;
        self.count += count;
        // Eight bytes go out and those not full are taken back: no branch that hangs on the data.
        let full = self.count / 8;
        let length = self.bytes.len() + full as usize;
        self.bytes.extend_from_slice(&self.pending.to_le_bytes());
        self.bytes.truncate(length);
        self.pending >>= 8 * full;
        self.count %= 8;
    }

    /// The bytes, the last filled up with clear bits.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let fill = (8 - self.count) % 8;
        self.push(0, fill);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowest_bit_first() {
        let mut writer = BitWriter::default();
        writer.push(0b101, 3);
        writer.push((1 << 56) - 1, 56);
        writer.push(0, 0);
        writer.push(0, 1);
        writer.push(0b11, 2);
        assert_eq!(writer.finish(), [0xFD, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0b0011_0111]);
        assert!(BitWriter::default().finish().is_empty());
    }
}
