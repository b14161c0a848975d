/// The checksum of a zlib stream (RFC 1950, 2.2), of rows that repeat.
pub(super) struct Adler32 {
    sum: u64,
    sum_of_sums: u64,
}

const MODULUS: u64 = 65521;

impl Adler32 {
    /// Appends `row`, at most 64 kB, `times` times in a row. Costs one pass over the row, however often it
    /// repeats: after each byte the first sum goes up by the byte, and the second by the first.
    pub(super) fn push_repeated(&mut self, row: &[u8], times: u32) {
        let (length, times) = (row.len() as u64, u64::from(times));
        let row_sum: u64 = row.iter().map(|&byte| u64::from(byte)).sum();
        let row_sum_of_sums: u64 = (1..=length).rev().zip(row).map(|(left, &byte)| left * u64::from(byte)).sum();

        let pairs = times * times.saturating_sub(1) / 2;
        self.sum_of_sums += times * (length * self.sum % MODULUS + row_sum_of_sums % MODULUS)
            + pairs % MODULUS * (length * row_sum % MODULUS);
        self.sum += times * row_sum;
        self.sum %= MODULUS;
        self.sum_of_sums %= MODULUS;
    }

    /// The checksum so far.
    pub(super) fn value(&self) -> u32 {
        (self.sum_of_sums << 16 | self.sum) as u32
    }
}

impl Default for Adler32 {
    fn default() -> Self {
        Self { sum: 1, sum_of_sums: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(bytes: &[u8]) -> u32 {
        let (a, b) = bytes.iter().fold((1, 0), |(a, b), &byte| {
            let a = (a + u32::from(byte)) % 65521;
            (a, (b + a) % 65521)
        });
        b << 16 | a
    }

    #[test]
    fn known_and_repeated() {
        let mut adler = Adler32::default();
        adler.push_repeated(b"Wikipedia", 1);
        assert_eq!(adler.value(), 0x11E6_0398);
        for (row, times) in [(&b"abc"[..], 1), (&[0xFF; 1481], 1000), (b"", 5), (&[0x7F; 50], 0), (b"xyz", 70_000)] {
            let mut adler = Adler32::default();
            adler.push_repeated(b"start", 2);
            adler.push_repeated(row, times);
            let all = [b"startstart".to_vec(), row.repeat(times as usize)].concat();
            assert_eq!(adler.value(), plain(&all));
        }
    }
}
