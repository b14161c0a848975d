//! The way over elements that are of no interest, in the widest words that the processor has.

use fearless_simd::prelude::*;
use fearless_simd::u8x32;

/// What can be passed over at once: elements that hold nothing but text, and the text behind each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Passage<'t> {
    /// Where all tags begin, from the next one on.
    pub(super) tags: &'t [u32],
    /// Where the tag of the innermost element begins, if elements of its name that follow it directly can be passed over as it
    /// can, with their beginnings and ends and the text before each.
    pub(super) innermost: Option<u32>,
    /// No text is passed over that ends behind this.
    pub(super) limit: usize,
}

impl Passage<'_> {
    /// Passes over elements such as `<P_7>Nails</P_7>`: their names are plain (`plain_name`), both tags are compared at once. Ends at
    /// the first tag that is not of such an element. Nothing is passed over without a tag behind it.
    #[inline(always)]
    pub(super) fn pass<S: Simd>(mut self, simd: S, bytes: &[u8]) -> Self {
        while let [first, second, next, ..] = *self.tags
            && next as usize <= self.limit
        {
            let (one, two) = (first as usize + 1, second as usize + 1);
            if bytes.get(one) == Some(&b'/') {
                // The innermost element ends, and one of its name begins.
                let Some(innermost) = self.innermost else { break };
                let begins_with = |one| plain_twins_length(simd, bytes, one, two).is_some();
                if !(begins_with(innermost as usize + 1) && begins_with(one + 1)) {
                    break;
                }
                self.innermost = Some(second);
            } else if leaf_name_length(simd, bytes, first as usize, second as usize).is_none() {
                break;
            }
            self.tags = &self.tags[2..];
        }
        self
    }
}

/// How long the name is, if a tag and the next are the beginning and the end of an element, and hold the same plain name of less than
/// 32 bytes and nothing else.
#[inline(always)]
pub(super) fn leaf_name_length<S: Simd>(simd: S, bytes: &[u8], tag: usize, next: usize) -> Option<usize> {
    let is_end = bytes.get(next + 1) == Some(&b'/');
    if is_end { plain_twins_length(simd, bytes, tag + 1, next + 2) } else { None }
}

/// How long the name is, if the same plain name of less than 32 bytes stands in both places, and `>` behind it.
#[inline(always)]
fn plain_twins_length<S: Simd>(simd: S, bytes: &[u8], one: usize, other: usize) -> Option<usize> {
    let (one, other) = (bytes.get(one..one + 32)?, bytes.get(other..other + 32)?);
    let (one, other) = (u8x32::from_slice(simd, one), u8x32::from_slice(simd, other));
    let first = ((one | 0x20) - b'a').simd_lt(26) | one.simd_eq(b'_');
    let digit_hyphen_dot = (one - b'-').simd_lt(b'9' + 1 - b'-') & !one.simd_eq(b'/');
    let others = !(first | digit_hyphen_dot).to_bitmask();
    // The first byte that is none of the name's, and all before it.
    let behind = others & others.wrapping_neg();
    let name_and_behind = behind | (behind - 1);
    let alike = one.simd_eq(other).to_bitmask();
    let closes = one.simd_eq(b'>').to_bitmask();
    let are_twins = first.to_bitmask() & 1 != 0 && behind & closes != 0 && !alike & name_and_behind == 0;
    are_twins.then_some(behind.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::super::tag_starts::tag_starts;
    use super::*;
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    /// The slow twin.
    fn plain_pass<'t>(mut passage: Passage<'t>, bytes: &[u8]) -> Passage<'t> {
        // A plain name of less than 32 bytes; as many are read of each, and there are as many unless the text ends.
        let name = |at: u32| {
            let read = bytes.get(at as usize..at as usize + 32)?;
            let name = &read[..read.iter().position(|&byte| byte == b'>')?];
            let is_plain = name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte));
            (is_plain && name.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_'))
                .then_some(name)
        };
        let is_end = |tag: u32| bytes[tag as usize + 1..].starts_with(b"/");
        while let [first, second, next, ..] = *passage.tags {
            let is_passed = next as usize <= passage.limit
                && match passage.innermost {
                    _ if !is_end(first) => {
                        is_end(second) && name(first + 1).is_some() && name(first + 1) == name(second + 2)
                    }
                    Some(innermost) => {
                        let names = [name(innermost + 1), name(first + 2), name(second + 1)];
                        names[0].is_some() && names == [names[0]; 3]
                    }
                    None => false,
                };
            if !is_passed {
                break;
            }
            if is_end(first) {
                passage.innermost = Some(second);
            }
            passage.tags = &passage.tags[2..];
        }
        passage
    }

    fn pass_at<'t>(level: Level, passage: Passage<'t>, bytes: &[u8]) -> Passage<'t> {
        dispatch!(level, simd => passage.pass(simd, bytes))
    }

    fn levels() -> Vec<Level> {
        let widest = Level::new();
        let mut levels = vec![Level::baseline(), widest];
        #[cfg(target_arch = "x86_64")]
        levels.extend(widest.as_avx2().map(Simd::level));
        levels
    }

    /// Passes from every tag on, within every element of the text or none, at every width.
    fn check(text: &str, limits: &[usize]) {
        let bytes = text.as_bytes();
        let starts = tag_starts(text).unwrap().starts;
        for from in 0..starts.len() {
            let tags = &starts[from..];
            let before = starts[..from].iter().rev().take(3).map(|&start| Some(start));
            for innermost in before.chain([None]) {
                for &limit in limits {
                    let passage = Passage { tags, innermost, limit };
                    let expected = plain_pass(passage, bytes);
                    for level in levels() {
                        let passed = pass_at(level, passage, bytes);
                        assert_eq!(passed, expected, "{level:?} {text} from {from} to {limit}");
                    }
                }
            }
        }
    }

    const LINES: &str = "<L><P_7>Gwoździe</P_7>\n  <P_12_XII>23</P_12_XII><e></e></L>\n<L><P_7>x</P_7></L>\n<L><_-.9Z></_-.9Z></L>\
        <a>and no tag is within thirty-two bytes of the end</a>";

    #[test]
    fn lines_are_passed_over_to_the_end() {
        let tags = tag_starts(LINES).unwrap().starts;
        let passage = Passage { tags: &tags[1..], innermost: Some(0), limit: LINES.len() };
        assert_eq!(pass_at(Level::new(), passage, LINES.as_bytes()).tags.len(), 3);
        let passage = Passage { innermost: None, ..passage };
        assert_eq!(pass_at(Level::new(), passage, LINES.as_bytes()).tags.len(), tags.len() - 7);
    }

    #[test]
    fn every_byte_at_every_place() {
        for place in 0..LINES.len() {
            for &byte in b"<>/a`{AZ@[019:_-.,^ =" {
                let mut bytes = LINES.as_bytes().to_vec();
                bytes[place] = byte;
                if let Ok(text) = std::str::from_utf8(&bytes)
                    && tag_starts(text).is_some()
                {
                    check(text, &[text.len()]);
                }
            }
        }
    }

    #[test]
    fn every_length_of_a_name() {
        for length in 1..40 {
            let name = "n".repeat(length);
            check(&format!("<{name}><{name}>1</{name}></{name}><{name}>2</{name}>").repeat(2), &[1000]);
        }
    }

    #[test]
    fn every_byte_in_a_name() {
        for byte in (0x20..0x7F).filter(|&byte| byte != b'<') {
            for name in ["?x", "x?", "x?x"].map(|name| name.replace('?', &char::from(byte).to_string())) {
                check(&format!("<x><{name}>1</{name}>{}</x>", "<y></y>".repeat(10)), &[1000]);
            }
        }
    }

    proptest! {
        #[test]
        fn as_the_slow_twin(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "<a>", "</a>", "<P_7>", "</P_7>", "</P_8>", "<P_12_XII>", "</P_12_XII>", "<FaWiersz>", "</FaWiersz>",
                    "</FaWiersz>\n<FaWiersz>", "<a>1</a>", "<P_7>Gwoździe</P_7>", "<P_7>x</P_7>\n    ", "<1>x</1>", "<a/>",
                    "<a b=''>", "<", ">", "/", " ", "x", "text that is longer than thirty-two bytes, twice", "ł", "-", "_", ".",
                    "<NameOfThirtyOneBytesIfItIsCounted>", "</NameOfThirtyOneBytesIfItIsCounted>",
                ]),
                0..30,
            ),
            limit in any::<prop::sample::Index>(),
        ) {
            let text = pieces.concat();
            check(&text, &[text.len(), limit.index(text.len() + 1)]);
        }
    }
}
