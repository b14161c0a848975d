/// The checksum of a zlib stream (RFC 1950, 2.2), of rows that repeat.
pub(super) struct Adler32 {
    sum: u64,
    sum_of_sums: u64,
}

const MODULUS: u64 = 65521;

impl Adler32 {
    /// Appends `row`, at most 4096 bytes, `times` times in a row. Costs one pass over the row, however often it
    /// repeats: after each byte the first sum goes up by the byte, and the second by the first.
    pub(super) fn push_repeated(&mut self, row: &[u8], times: u32) {
        let (length, times) = (row.len() as u64, u64::from(times));
        let (row_sum, row_sum_of_sums) = sums(row);

        let pairs = times * times.saturating_sub(1) / 2;
        self.sum_of_sums +=
            times * (length * self.sum % MODULUS + row_sum_of_sums) + pairs % MODULUS * (length * row_sum % MODULUS);
        self.sum += times * row_sum;
        self.sum %= MODULUS;
        self.sum_of_sums %= MODULUS;
    }

    /// The checksum so far.
    pub(super) fn value(&self) -> u32 {
        (self.sum_of_sums << 16 | self.sum) as u32
    }
}

/// The sum of all bytes, and of the sums after each byte: below 2^32 for up to 4096 bytes.
fn sums(row: &[u8]) -> (u64, u64) {
    let (mut sum, mut sum_of_sums) = (0u32, 0u32);
    let (sixteens, rest) = row.as_chunks::<16>();
    for bytes in sixteens {
        // Products of 16 bits that are summed up in 32: compilers have an instruction for that.
        let weighted: i32 = (0..16).map(|place| i32::from(i16::from(bytes[place])) * (16 - place as i32)).sum();
        sum_of_sums += 16 * sum + weighted as u32;
        sum += bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>();
    }
    for &byte in rest {
        sum += u32::from(byte);
        sum_of_sums += sum;
    }
    (u64::from(sum), u64::from(sum_of_sums))
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
