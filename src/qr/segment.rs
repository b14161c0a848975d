use std::ops::Range;

use super::version::VersionClass;

/// How the characters of a segment are packed (ISO/IEC 18004 7.4.4 to 7.4.6). Kanji and ECI are left out: a
/// link is ASCII, and other text goes as the bytes of its UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// `0-9`: three digits in 10 bits, two in 7, one in 4.
    Numeric,
    /// `0-9A-Z $%*+-./:`: two characters in 11 bits, one in 6.
    Alphanumeric,
    /// Anything, 8 bits a byte.
    Byte,
}

/// Costs are counted in sixths of a bit: then a digit costs exactly 20 and an alphanumeric character 33.
const SIXTHS: u32 = 6;
const DIGIT: u32 = 10 * SIXTHS / 3;
const ALPHANUMERIC: u32 = 11 * SIXTHS / 2;
const BYTE: u32 = 8 * SIXTHS;

/// More than any text that fits a symbol can cost, and far from overflow.
const IMPOSSIBLE: u32 = u32::MAX / 2;

impl Mode {
    const ALL: [Self; 3] = [Self::Numeric, Self::Alphanumeric, Self::Byte];

    /// The mode indicator, of four bits (ISO/IEC 18004 table 2).
    pub(super) fn indicator(self) -> u32 {
        match self {
            Self::Numeric => 1,
            Self::Alphanumeric => 2,
            Self::Byte => 4,
        }
    }

    /// In how many bits the characters are counted (ISO/IEC 18004 table 3).
    pub(super) fn count_bits(self, class: VersionClass) -> u32 {
        match (self, class) {
            (Self::Numeric, VersionClass::Small) => 10,
            (Self::Numeric, VersionClass::Medium) => 12,
            (Self::Numeric, VersionClass::Large) => 14,
            (Self::Alphanumeric, VersionClass::Small) => 9,
            (Self::Alphanumeric, VersionClass::Medium) => 11,
            (Self::Alphanumeric, VersionClass::Large) => 13,
            (Self::Byte, VersionClass::Small) => 8,
            (Self::Byte, VersionClass::Medium | VersionClass::Large) => 16,
        }
    }

    /// What the mode indicator and the character count cost, in sixths of a bit.
    fn header_cost(self, class: VersionClass) -> u32 {
        (4 + self.count_bits(class)) * SIXTHS
    }
}

/// By how much a byte of text can cost less than in byte mode, in sixths of a bit: nothing if it fits no other mode.
fn saving(byte: u8) -> u32 {
    static SAVINGS: [u8; 256] = {
        let mut savings = [0; 256];
        let alphanumeric = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        let mut place = 0;
        while place < alphanumeric.len() {
            let cost = if alphanumeric[place].is_ascii_digit() { DIGIT } else { ALPHANUMERIC };
            savings[alphanumeric[place] as usize] = (BYTE - cost) as u8;
            place += 1;
        }
        savings
    };
    u32::from(SAVINGS[usize::from(byte)])
}

fn is_alphanumeric(byte: u8) -> bool {
    saving(byte) > 0
}

/// A piece of the text, all in one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment<'a> {
    pub(super) mode: Mode,
    pub(super) bytes: &'a [u8],
}

/// A text cut into segments so that no other cut takes fewer bits in the given class of versions.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Segmentation<'a> {
    pub(super) segments: Vec<Segment<'a>>,
    /// The length of all segments with their headers, without terminator and padding.
    pub(super) bits: usize,
}

impl<'a> Segmentation<'a> {
    /// Finds the shortest segmentation by dynamic programming, after Project Nayuki's "Optimal text
    /// segmentation for QR Codes". `text` may have at most 7089 bytes, the most that any symbol holds.
    ///
    /// Most bytes of a link fit no mode but [`Mode::Byte`], or stand among such in stretches that cannot pay for a
    /// header: only the other stretches are searched. For a KOD II, in two classes of versions, that takes 0.9 µs
    /// instead of 3.
    pub(super) fn shortest(text: &'a [u8], class: VersionClass) -> Self {
        let mut search = Search::new(text, class);
        let leading = text.iter().position(|&byte| !is_alphanumeric(byte)).unwrap_or(text.len());
        let trailing = text.iter().rposition(|&byte| !is_alphanumeric(byte)).map_or(leading, |last| last + 1);

        search.stretch(0..leading);
        let worthwhile = search.least_worthwhile_saving();
        let mut place = leading;
        let mut saved = 0;
        while place < trailing {
            let saving = saving(text[place]);
            // No branch that depends on the byte: in base64url it would be guessed wrong every other time.
            saved = if saving > 0 { saved + saving } else { 0 };
            place += 1;
            if saved >= worthwhile {
                let before = text[..place].iter().rev().take_while(|&&byte| is_alphanumeric(byte)).count();
                let after = text[place..].iter().take_while(|&&byte| is_alphanumeric(byte)).count();
                search.stretch(place - before..place + after);
                place += after;
                saved = 0;
            }
        }
        search.stretch(trailing..text.len());
        search.finish()
    }
}

/// The search from the front of a text to its end.
struct Search<'a> {
    text: &'a [u8],
    /// What a new segment costs in each mode.
    header: [u32; 3],
    /// The least cost of the text so far, with the header of a segment in each mode open at its end.
    cost: [u32; 3],
    /// How much of the text is in `segments`, though the last of them may still grow.
    settled: usize,
    segments: Vec<Segment<'a>>,
    /// For each byte of a stretch: the mode it is in, given the mode of the byte after it.
    mode_before: Vec<[Mode; 3]>,
}

impl<'a> Search<'a> {
    fn new(text: &'a [u8], class: VersionClass) -> Self {
        let header = Mode::ALL.map(|mode| mode.header_cost(class));
        Self { text, header, cost: header, settled: 0, segments: Vec::with_capacity(8), mode_before: Vec::new() }
    }

    /// A stretch amid bytes needs at least two headers to be anything else, its own and that of the bytes after it.
    /// If all its characters together save less, it stays as it is.
    fn least_worthwhile_saving(&self) -> u32 {
        let [numeric, alphanumeric, byte] = self.header;
        numeric.min(alphanumeric) + byte
    }

    /// Searches the cuts of a stretch of alphanumeric characters, which no such character precedes or follows. What
    /// is between the last stretch and this one are bytes.
    fn stretch(&mut self, stretch: Range<usize>) {
        self.bytes_up_to(stretch.start);
        let mut cost = self.cost;
        self.mode_before.clear();
        self.mode_before.reserve(stretch.len());
        for &byte in &self.text[stretch.clone()] {
            cost[0] = if byte.is_ascii_digit() { cost[0] + DIGIT } else { IMPOSSIBLE };
            cost[1] += ALPHANUMERIC;
            cost[2] += BYTE;
            let (cheapest, closed) = cheapest_to_close(cost);
            let mut before = [Mode::Numeric; 3];
            for mode in Mode::ALL {
                let switched = closed + self.header[mode as usize];
                let open = cost[mode as usize];
                before[mode as usize] = if open <= switched { mode } else { cheapest };
                cost[mode as usize] = open.min(switched);
            }
            self.mode_before.push(before);
        }
        self.cost = cost;

        // Back from the mode of what follows, leaving each byte's own mode in all three places.
        let mut mode = if stretch.end == self.text.len() { cheapest_to_close(cost).0 } else { Mode::Byte };
        for before in self.mode_before.iter_mut().rev() {
            mode = before[mode as usize];
            *before = [mode; 3];
        }
        let modes = std::mem::take(&mut self.mode_before);
        for run in modes.chunk_by(|a, b| a == b) {
            self.push(run[0][0], run.len());
        }
        self.mode_before = modes;
    }

    /// Takes all bytes before `end` as they are. The last of them fits no other mode.
    fn bytes_up_to(&mut self, end: usize) {
        let count = end - self.settled;
        if count > 0 {
            let closed = self.cost[Mode::Byte as usize] + 8 * SIXTHS * count as u32;
            self.cost = self.header.map(|header| closed + header);
            self.cost[Mode::Byte as usize] = closed;
            self.push(Mode::Byte, count);
        }
    }

    fn push(&mut self, mode: Mode, count: usize) {
        let end = self.settled + count;
        match self.segments.last_mut() {
            Some(last) if last.mode == mode => last.bytes = &self.text[self.settled - last.bytes.len()..end],
            _ => self.segments.push(Segment { mode, bytes: &self.text[self.settled..end] }),
        }
        self.settled = end;
    }

    fn finish(self) -> Segmentation<'a> {
        let total = cheapest_to_close(self.cost).1;
        let bits = if self.text.is_empty() { 0 } else { (total / SIXTHS) as usize };
        Segmentation { segments: self.segments, bits }
    }
}

/// The mode whose segment is cheapest to end here, and the cost with its last bit completed.
fn cheapest_to_close(cost: [u32; 3]) -> (Mode, u32) {
    let mut cheapest = (Mode::Numeric, cost[0].next_multiple_of(SIXTHS));
    for (mode, closed) in [(Mode::Alphanumeric, cost[1] + SIXTHS / 2 * (cost[1] % 2)), (Mode::Byte, cost[2])] {
        if closed < cheapest.1 {
            cheapest = (mode, closed);
        }
    }
    cheapest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qr::tests::Random;

    fn shape(text: &str, class: VersionClass) -> Vec<(Mode, &str)> {
        Segmentation::shortest(text.as_bytes(), class)
            .segments
            .iter()
            .map(|segment| (segment.mode, std::str::from_utf8(segment.bytes).unwrap()))
            .collect()
    }

    /// Every assignment of a mode to each byte, each run of one mode a segment: the slow twin.
    fn least_bits(text: &[u8], class: VersionClass) -> usize {
        (0..3usize.pow(text.len() as u32))
            .filter_map(|number| {
                let modes: Vec<Mode> =
                    (0..text.len()).map(|place| Mode::ALL[number / 3usize.pow(place as u32) % 3]).collect();
                let fits = modes.iter().zip(text).all(|(mode, &byte)| mode.cost(byte).is_some());
                fits.then(|| modes.chunk_by(|a, b| a == b).map(|run| run[0].bits(run.len(), class)).sum())
            })
            .min()
            .unwrap()
    }

    impl Mode {
        /// What one byte of text costs in this mode, in sixths of a bit.
        fn cost(self, byte: u8) -> Option<u32> {
            let alphanumeric =
                matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b' ' | b'$' | b'%' | b'*' | b'+' | b'-'..=b'/' | b':');
            match self {
                Self::Numeric => byte.is_ascii_digit().then_some(10 * SIXTHS / 3),
                Self::Alphanumeric => alphanumeric.then_some(11 * SIXTHS / 2),
                Self::Byte => Some(8 * SIXTHS),
            }
        }
    }

    fn plain_cheapest_to_close(cost: [u32; 3]) -> (Mode, u32) {
        Mode::ALL
            .into_iter()
            .map(|mode| (mode, cost[mode as usize].next_multiple_of(SIXTHS)))
            .fold((Mode::Byte, IMPOSSIBLE), |best, next| if next.1 < best.1 { next } else { best })
    }

    /// The search over every byte of the text, whatever it is: the slow twin.
    fn plain_shortest(text: &[u8], class: VersionClass) -> Segmentation<'_> {
        let header = Mode::ALL.map(|mode| mode.header_cost(class));
        let mut cost = header;
        let mut mode_before = Vec::new();
        for &byte in text {
            for mode in Mode::ALL {
                let open = &mut cost[mode as usize];
                *open = mode.cost(byte).map_or(IMPOSSIBLE, |step| *open + step);
            }
            let (cheapest, closed) = plain_cheapest_to_close(cost);
            mode_before.push(Mode::ALL.map(|mode| {
                let switched = closed + header[mode as usize];
                let stays = cost[mode as usize] <= switched;
                cost[mode as usize] = cost[mode as usize].min(switched);
                if stays { mode } else { cheapest }
            }));
        }

        let (mut mode, total) = plain_cheapest_to_close(cost);
        let mut segments = Vec::new();
        let mut end = text.len();
        for (start, before) in (1..text.len()).zip(mode_before).rev() {
            let previous = before[mode as usize];
            if previous != mode {
                segments.push(Segment { mode, bytes: &text[start..end] });
                (mode, end) = (previous, start);
            }
        }
        if end > 0 {
            segments.push(Segment { mode, bytes: &text[..end] });
        }
        segments.reverse();
        Segmentation { segments, bits: if text.is_empty() { 0 } else { (total / SIXTHS) as usize } }
    }

    /// Stretches of every length from nothing to far beyond what pays, at both ends and amid bytes.
    #[test]
    fn agrees_with_the_plain_twin() {
        let mut random = Random::new(8);
        for round in 0..20_000 {
            let longest = [6, 12, 25][round % 3];
            let mut text = Vec::new();
            for _ in 0..random.below(9) {
                let alphabet: &[u8] = [&b"0123456789"[..], b"7A", b"A", b"az_~", b"7Az", b"zzz7A/"][random.below(6)];
                text.extend((0..random.below(longest)).map(|_| alphabet[random.below(alphabet.len())]));
            }
            for class in VersionClass::ALL {
                let (fast, plain) = (Segmentation::shortest(&text, class), plain_shortest(&text, class));
                assert_eq!(fast, plain, "{:?} {class:?}", String::from_utf8_lossy(&text));
            }
        }
    }

    impl Mode {
        /// What a segment takes.
        pub(in crate::qr) fn bits(self, count: usize, class: VersionClass) -> usize {
            let header = (self.header_cost(class) / SIXTHS) as usize;
            header
                + match self {
                    Self::Numeric => count / 3 * 10 + [0, 4, 7][count % 3],
                    Self::Alphanumeric => count / 2 * 11 + count % 2 * 6,
                    Self::Byte => count * 8,
                }
        }
    }

    #[test]
    fn no_cut_of_a_short_text_is_shorter() {
        let mut random = Random::new(2);
        for round in 0..300 {
            // Runs of one kind, or nothing would ever be worth a header of its own.
            let mut text = Vec::new();
            while text.len() < 2 + round % 6 {
                let byte = b"7A-z"[random.below(4)];
                text.extend(std::iter::repeat_n(byte, 1 + random.below(4)));
            }
            text.truncate(8);
            for class in VersionClass::ALL {
                assert_eq!(Segmentation::shortest(&text, class).bits, least_bits(&text, class), "{text:?}");
            }
        }
    }

    #[test]
    fn bits_are_those_of_the_segments() {
        let mut random = Random::new(3);
        for _ in 0..300 {
            let mut text = Vec::new();
            for _ in 0..random.below(12) {
                let byte = b"59AZ:/az~"[random.below(9)];
                text.extend(std::iter::repeat_n(byte, 1 + random.below(30)));
            }
            for class in VersionClass::ALL {
                let Segmentation { segments, bits: total } = Segmentation::shortest(&text, class);
                assert_eq!(total, segments.iter().map(|s| s.mode.bits(s.bytes.len(), class)).sum::<usize>());
                assert_eq!(segments.iter().flat_map(|s| s.bytes).copied().collect::<Vec<u8>>(), text);
            }
        }
    }

    #[test]
    fn of_a_link() {
        let link = "https://qr.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/abc";
        let expected = [
            (Mode::Byte, "https://qr.ksef.mf.gov.pl/invoice/"),
            (Mode::Numeric, "5265877635"),
            (Mode::Byte, "/15-06-2026/abc"),
        ];
        assert_eq!(shape(link, VersionClass::Small)[..2], expected[..2]);
        assert_eq!(shape("", VersionClass::Small), []);
        assert_eq!(shape("zażółć", VersionClass::Large), [(Mode::Byte, "zażółć")]);
    }
}
