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

/// More than any text that fits a symbol can cost, and far from overflow.
const IMPOSSIBLE: u32 = u32::MAX / 2;

impl Mode {
    const ALL: [Self; 3] = [Self::Numeric, Self::Alphanumeric, Self::Byte];

    /// What one byte of text costs in this mode, in sixths of a bit.
    fn cost(self, byte: u8) -> Option<u32> {
        match self {
            Self::Numeric => byte.is_ascii_digit().then_some(10 * SIXTHS / 3),
            Self::Alphanumeric => is_alphanumeric(byte).then_some(11 * SIXTHS / 2),
            Self::Byte => Some(8 * SIXTHS),
        }
    }

    /// What the mode indicator and the character count cost, in sixths of a bit (ISO/IEC 18004 table 3).
    fn header_cost(self, class: VersionClass) -> u32 {
        let count_bits = match (self, class) {
            (Self::Numeric, VersionClass::Small) => 10,
            (Self::Numeric, VersionClass::Medium) => 12,
            (Self::Numeric, VersionClass::Large) => 14,
            (Self::Alphanumeric, VersionClass::Small) => 9,
            (Self::Alphanumeric, VersionClass::Medium) => 11,
            (Self::Alphanumeric, VersionClass::Large) => 13,
            (Self::Byte, VersionClass::Small) => 8,
            (Self::Byte, VersionClass::Medium | VersionClass::Large) => 16,
        };
        (4 + count_bits) * SIXTHS
    }
}

fn is_alphanumeric(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b' ' | b'$' | b'%' | b'*' | b'+' | b'-' | b'.' | b'/' | b':')
}

/// A piece of the text, all in one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment<'a> {
    pub(super) mode: Mode,
    pub(super) bytes: &'a [u8],
}

/// A text cut into segments so that no other cut takes fewer bits in the given class of versions.
#[derive(Debug)]
pub(super) struct Segmentation<'a> {
    pub(super) segments: Vec<Segment<'a>>,
    /// The length of all segments with their headers, without terminator and padding.
    pub(super) bits: usize,
}

impl<'a> Segmentation<'a> {
    /// Finds the shortest segmentation by dynamic programming, after Project Nayuki's "Optimal text
    /// segmentation for QR Codes". `text` may have at most 7089 bytes, the most that any symbol holds.
    pub(super) fn shortest(text: &'a [u8], class: VersionClass) -> Self {
        let header = Mode::ALL.map(|mode| mode.header_cost(class));
        // The least cost of the text so far, with the header of a segment in each mode open at its end.
        let mut cost = header;
        // For each byte: the mode it is in, given the mode that is open after it.
        let mut mode_before = Vec::with_capacity(text.len());
        for &byte in text {
            for mode in Mode::ALL {
                let open = &mut cost[mode as usize];
                *open = mode.cost(byte).map_or(IMPOSSIBLE, |step| *open + step);
            }
            let (cheapest, closed) = cheapest_to_close(cost);
            mode_before.push(Mode::ALL.map(|mode| {
                let switched = closed + header[mode as usize];
                let stays = cost[mode as usize] <= switched;
                cost[mode as usize] = cost[mode as usize].min(switched);
                if stays { mode } else { cheapest }
            }));
        }

        let (last, total) = cheapest_to_close(cost);
        Self {
            segments: cut(text, &mode_before, last),
            bits: if text.is_empty() { 0 } else { (total / SIXTHS) as usize },
        }
    }
}

/// The mode whose segment is cheapest to end here, and the cost with its last bit completed.
fn cheapest_to_close(cost: [u32; 3]) -> (Mode, u32) {
    Mode::ALL
        .into_iter()
        .map(|mode| (mode, cost[mode as usize].next_multiple_of(SIXTHS)))
        .fold((Mode::Byte, IMPOSSIBLE), |best, next| if next.1 < best.1 { next } else { best })
}

/// Walks the decisions back from the `last` mode and cuts the text where the mode changes.
fn cut<'a>(text: &'a [u8], mode_before: &[[Mode; 3]], last: Mode) -> Vec<Segment<'a>> {
    let mut segments = Vec::new();
    let mut mode = last;
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
    segments
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
                fits.then(|| modes.chunk_by(|a, b| a == b).map(|run| bits(run[0], run.len(), class)).sum())
            })
            .min()
            .unwrap()
    }

    fn bits(mode: Mode, count: usize, class: VersionClass) -> usize {
        let header = (mode.header_cost(class) / SIXTHS) as usize;
        header
            + match mode {
                Mode::Numeric => count / 3 * 10 + [0, 4, 7][count % 3],
                Mode::Alphanumeric => count / 2 * 11 + count % 2 * 6,
                Mode::Byte => count * 8,
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
                assert_eq!(total, segments.iter().map(|s| bits(s.mode, s.bytes.len(), class)).sum::<usize>());
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
