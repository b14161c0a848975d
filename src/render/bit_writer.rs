/// Writes bits into bytes, the lowest bit first, as Deflate has it (RFC 1951, 3.1.1).
#[derive(Clone, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits not yet in `bytes`, fewer than 32.
    pending: u64,
    count: u32,
}

impl BitWriter {
    /// Appends the lowest `count` bits, at most 32, of `bits`; the others must be clear.
    pub(super) fn push(&mut self, bits: u32, count: u32) {
        self.pending |= u64::from(bits) << self.count;
        self.count += count;
        if self.count >= 32 {
            self.bytes.extend_from_slice(&(self.pending as u32).to_le_bytes());
            self.pending >>= 32;
            self.count -= 32;
        }
    }

    /// The bytes, the last filled up with clear bits.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let rest = self.count.div_ceil(8) as usize;
        self.bytes.extend_from_slice(&self.pending.to_le_bytes()[..rest]);
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
        writer.push(0xFFFF_FFFF, 32);
        writer.push(0, 0);
        writer.push(0b0, 1);
        assert_eq!(writer.finish(), [0xFD, 0xFF, 0xFF, 0xFF, 0x07]);
        assert!(BitWriter::default().finish().is_empty());
    }
}
