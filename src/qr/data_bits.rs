use super::segment::{Mode, Segment};
use super::version::VersionClass;

/// The data bits of a symbol, the highest bit of a codeword first (ISO/IEC 18004 7.4).
///
/// Four codewords go out at once. The `qrcode` crate writes number by number of at most 16 bits into its bytes, which takes 1 µs
/// longer for both codes of an invoice.
pub(super) struct DataBits {
    bytes: Vec<u8>,
    /// Bits not yet in `bytes`, the last one lowest.
    pending: u64,
    /// How many, fewer than 32.
    count: u32,
}

impl DataBits {
    /// For `capacity` bits, whole codewords.
    pub(super) fn new(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity / 8), pending: 0, count: 0 }
    }

    /// Adds a number of at most 32 bits.
    fn push(&mut self, number: u32, bits: u32) {
        self.pending = self.pending << bits | u64::from(number);
        self.count += bits;
        if self.count >= 32 {
            self.count -= 32;
            self.bytes.extend_from_slice(&((self.pending >> self.count) as u32).to_be_bytes());
        }
    }

    /// Adds a segment: its mode, how many characters it has, and these. They are such as the mode has.
    pub(super) fn push_segment(&mut self, segment: &Segment<'_>, class: VersionClass) {
        let Segment { mode, bytes } = *segment;
        self.push(mode.indicator(), 4);
        self.push(bytes.len() as u32, mode.count_bits(class));
        match mode {
            Mode::Numeric => {
                for digits in bytes.chunks(3) {
                    let number = digits.iter().fold(0, |number, digit| 10 * number + u32::from(digit & 0x0F));
                    self.push(number, 1 + 3 * digits.len() as u32);
                }
            }
            Mode::Alphanumeric => {
                let (pairs, last) = bytes.as_chunks();
                for [first, second] in pairs {
                    self.push(45 * alphanumeric_value(*first) + alphanumeric_value(*second), 11);
                }
                for last in last {
                    self.push(alphanumeric_value(*last), 6);
                }
            }
            Mode::Byte => {
                let (fours, rest) = bytes.as_chunks();
                for four in fours {
                    self.push(u32::from_be_bytes(*four), 32);
                }
                for byte in rest {
                    self.push(u32::from(*byte), 8);
                }
            }
        }
    }

    /// The codewords: what there is, a terminator of up to four light bits, and what fills the rest of `capacity` bits
    /// (7.4.9 and 7.4.10). None if there is more than that.
    pub(super) fn into_codewords(mut self, capacity: usize) -> Option<Vec<u8>> {
        let left = capacity.checked_sub(8 * self.bytes.len() + self.count as usize)?;
        self.push(0, left.min(4) as u32);
        let to_whole = (8 - self.count % 8) % 8;
        self.push(0, to_whole);
        let whole = self.pending << ((64 - self.count) % 64);
        self.bytes.extend_from_slice(&whole.to_be_bytes()[..self.count as usize / 8]);
        let padding = [0xEC, 0x11].into_iter().cycle();
        self.bytes.extend(padding.take(capacity / 8 - self.bytes.len()));
        Some(self.bytes)
    }
}

/// The number of a character of the alphanumeric mode (table 5).
fn alphanumeric_value(byte: u8) -> u32 {
    let value = match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'Z' => byte - b'A' + 10,
        b' ' => 36,
        b'$' => 37,
        b'%' => 38,
        b'*' => 39,
        b'+' => 40,
        b'-' => 41,
        b'.' => 42,
        b'/' => 43,
        _ => 44,
    };
    u32::from(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qr::blocks::capacity;
    use crate::qr::tests::Random;
    use crate::qr::{EccLevel, Version};

    /// The same by the `qrcode` crate; none if the segments do not fit.
    fn by_qrcode(segments: &[Segment<'_>], version: Version, level: EccLevel) -> Option<Vec<u8>> {
        let mut bits = qrcode::bits::Bits::new(version.into());
        for segment in segments {
            match segment.mode {
                Mode::Numeric => bits.push_numeric_data(segment.bytes),
                Mode::Alphanumeric => bits.push_alphanumeric_data(segment.bytes),
                Mode::Byte => bits.push_byte_data(segment.bytes),
            }
            .ok()?;
        }
        bits.push_terminator(level.into()).ok()?;
        Some(bits.into_bytes())
    }

    #[test]
    fn as_the_qrcode_crate_writes_them() {
        const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        let mut random = Random::new(21);
        let mut fitted = 0;
        for round in 0..4_000 {
            let number = 1 + random.below(if round % 4 == 0 { 40 } else { 12 }) as u8;
            let version = Version::new(number).unwrap();
            let class =
                VersionClass::ALL.into_iter().find(|class| class.versions().any(|other| other == version)).unwrap();
            let level = [EccLevel::L, EccLevel::M, EccLevel::Q, EccLevel::H][random.below(4)];
            let capacity = capacity(version, level);
            let texts: Vec<(Mode, Vec<u8>)> = (0..=random.below(4))
                .map(|_| {
                    let length = random.below(1 + capacity / 8);
                    match random.below(3) {
                        0 => (Mode::Numeric, (0..length).map(|_| b'0' + random.below(10) as u8).collect()),
                        1 => (Mode::Alphanumeric, (0..length).map(|_| ALPHANUMERIC[random.below(45)]).collect()),
                        _ => (Mode::Byte, (0..length).map(|_| random.below(256) as u8).collect()),
                    }
                })
                .collect();
            let segments: Vec<Segment<'_>> = texts.iter().map(|(mode, bytes)| Segment { mode: *mode, bytes }).collect();
            // A count that does not fit its bits never comes: the symbol has no room for so many.
            let bits: usize = segments.iter().map(|segment| segment.mode.bits(segment.bytes.len(), class)).sum();
            if bits > capacity {
                continue;
            }
            let mut ours = DataBits::new(capacity);
            for segment in &segments {
                ours.push_segment(segment, class);
            }
            assert_eq!(
                ours.into_codewords(capacity),
                by_qrcode(&segments, version, level),
                "{version}-{level} {segments:?}"
            );
            fitted += 1;
        }
        assert!(fitted > 500, "{fitted}");
    }

    /// From no bit that is left to many.
    #[test]
    fn the_terminator_and_the_filling_at_every_length() {
        let version = Version::new(1).unwrap();
        let capacity = capacity(version, EccLevel::L);
        for digits in 0..=41 {
            let bytes = vec![b'7'; digits];
            let segment = Segment { mode: Mode::Numeric, bytes: &bytes };
            let mut ours = DataBits::new(capacity);
            ours.push_segment(&segment, VersionClass::Small);
            assert_eq!(ours.into_codewords(capacity), by_qrcode(&[segment], version, EccLevel::L), "{digits}");
        }
        let bytes = [b'x'; 18];
        let mut full = DataBits::new(capacity);
        full.push_segment(&Segment { mode: Mode::Byte, bytes: &bytes }, VersionClass::Small);
        assert_eq!(full.into_codewords(capacity), None);
    }
}
