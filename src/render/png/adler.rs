/// What a run of bytes adds to the checksum of a zlib stream (RFC 1950, 2.2). Runs are joined and repeated without
/// their bytes, so that a row is gone through once, however often it occurs.
///
/// Nothing is reduced before the end: `sum_of_sums` stays below 2^64 for 380 MB, and the largest picture has some 20.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Adler32 {
    length: u64,
    sum: u64,
    /// Of the sums after each byte.
    sum_of_sums: u64,
}

const MODULUS: u64 = 65521;

impl Adler32 {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let (sixteens, rest) = bytes.as_chunks::<16>();
        let sixteens = sixteens.iter().fold(Self::default(), |run, bytes| run.then(Self::of_sixteen(bytes)));
        rest.iter().fold(sixteens, |run, &byte| {
            let byte = u64::from(byte);
            run.then(Self { length: 1, sum: byte, sum_of_sums: byte })
        })
    }

    fn of_sixteen(bytes: &[u8; 16]) -> Self {
        // Products of 16 bits that are summed up in 32: compilers have an instruction for that.
        let weighted: i32 = (0..16).map(|place| i32::from(i16::from(bytes[place])) * (16 - place as i32)).sum();
        let sum: u32 = bytes.iter().map(|&byte| u32::from(byte)).sum();
        Self { length: 16, sum: sum.into(), sum_of_sums: weighted as u64 }
    }

    /// This run and another after it: each sum in the other goes up by the sum of this one.
    #[must_use]
    pub(super) fn then(self, next: Self) -> Self {
        Self {
            length: self.length + next.length,
            sum: self.sum + next.sum,
            sum_of_sums: self.sum_of_sums + next.sum_of_sums + next.length * self.sum,
        }
    }

    /// This run, repeated one after another.
    #[must_use]
    pub(super) fn repeated(self, times: u32) -> Self {
        let times = u64::from(times);
        let pairs = times * times.saturating_sub(1) / 2;
        Self {
            length: times * self.length,
            sum: times * self.sum,
            sum_of_sums: times * self.sum_of_sums + pairs * self.length * self.sum,
        }
    }

    /// The checksum, if nothing else comes. The first sum starts at 1, which each byte adds to the second.
    pub(super) fn value(self) -> u32 {
        let (first, second) = ((1 + self.sum) % MODULUS, (self.length + self.sum_of_sums) % MODULUS);
        (second << 16 | first) as u32
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
        assert_eq!(Adler32::of(b"Wikipedia").value(), 0x11E6_0398);
        for (row, times) in [(&b"abc"[..], 1), (&[0xFF; 1481], 1000), (b"", 5), (&[0x7F; 50], 0), (b"xyz", 70_000)] {
            let run =
                Adler32::of(b"start").repeated(2).then(Adler32::of(row).repeated(times)).then(Adler32::of(b"end"));
            let all = [b"startstart".to_vec(), row.repeat(times as usize), b"end".to_vec()].concat();
            assert_eq!(run.value(), plain(&all));
            assert_eq!(run, Adler32::of(&all));
        }
    }

    #[test]
    fn the_largest_picture_does_not_overflow() {
        // 185 modules of 64 pixels, and as much again for a label.
        let row = Adler32::of(&[0xFF; 2 * 1481]);
        assert!(row.repeated(2 * 185 * 64).sum_of_sums < u64::MAX / 16);
    }
}
