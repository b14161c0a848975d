//! Searches of short texts, eight bytes at a time in one `u64`: where the next tag begins, where a name ends. Most texts in an
//! invoice are too short for vector instructions to pay.

use memchr::memchr;

/// One in each of eight bytes.
const EACH: u64 = u64::from_le_bytes([1; 8]);
const HIGHEST_BITS: u64 = 0x80 * EACH;

/// Where the first `<` from `from` on is. Most texts have fewer than 32 bytes; what is longer is left to memchr.
pub(super) fn find_tag(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(chunk) = eight_bytes_at(bytes, at).filter(|_| at < from + 32) {
        let zero_if_found = chunk ^ (EACH * u64::from(b'<'));
        // The highest bit of each byte that is zero, and perhaps of some above the first of them.
        let found = zero_if_found.wrapping_sub(EACH) & !zero_if_found & HIGHEST_BITS;
        if found != 0 {
            return Some(at + first_byte(found));
        }
        at += 8;
    }
    memchr(b'<', bytes.get(at..)?).map(|offset| at + offset)
}

/// Passes over elements that hold nothing but text, such as `<P_7>Nails</P_7>`, from the tag at `tag` on. Where the first tag
/// is that is not of such an element, or has a longer name than these: most names in the lines of an invoice fit in one
/// word with the `>` behind them, so that both tags are compared at once. Nothing is passed over without a tag behind it.
pub(super) fn after_short_elements(bytes: &[u8], mut tag: usize) -> usize {
    while let Some(after) = after_short_element(bytes, tag) {
        tag = after;
    }
    tag
}

fn after_short_element(bytes: &[u8], tag: usize) -> Option<usize> {
    let start = eight_bytes_at(bytes, tag + 1)?;
    let others = !plain_name_bytes(start) & HIGHEST_BITS;
    // None of eight: the name is longer.
    let length = first_byte(others);
    let first = start as u8;
    if others == 0 || !(first.is_ascii_alphabetic() || first == b'_') || (start >> (8 * length)) as u8 != b'>' {
        return None;
    }
    let end = find_tag(bytes, tag + 2 + length)?;
    let end_tag = eight_bytes_at(bytes, end + 2)?;
    // What stands behind the `>` of the two need not be the same.
    let differs = (start ^ end_tag) << (8 * (7 - length));
    if differs != 0 || bytes.get(end + 1) != Some(&b'/') {
        return None;
    }
    find_tag(bytes, end + 3 + length)
}

/// Where the name at `from` ends, if that is one of ASCII letters, digits, `_`, `-` and `.` without a prefix, as nearly
/// all names in invoices are; else `from`. Whether the name ends there, or goes on with something less plain, shows
/// in what follows.
pub(super) fn plain_name_end(bytes: &[u8], from: usize) -> usize {
    if !bytes.get(from).is_some_and(|&first| first.is_ascii_alphabetic() || first == b'_') {
        return from;
    }
    let mut at = from;
    while let Some(chunk) = eight_bytes_at(bytes, at) {
        let others = !plain_name_bytes(chunk) & HIGHEST_BITS;
        if others != 0 {
            return at + first_byte(others);
        }
        at += 8;
    }
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    at + bytes.get(at..).map_or(0, |rest| rest.iter().take_while(|&byte| is_plain(byte)).count())
}

/// The highest bit of each byte that may stand within a plain name; the other bits mean nothing.
fn plain_name_bytes(chunk: u64) -> u64 {
    // Seven bits a byte, so that no sum carries into the next byte.
    let low = chunk & !HIGHEST_BITS;
    let at_least = |bytes: u64, least: u8| bytes + EACH * (0x80 - u64::from(least));
    let is_not = |byte: u8| (low ^ (EACH * u64::from(byte))) + EACH * 0x7F;

    let lower_case = low | (EACH * 0x20);
    let letter = at_least(lower_case, b'a') & !at_least(lower_case, b'z' + 1);
    let digit_hyphen_dot = at_least(low, b'-') & !at_least(low, b'9' + 1) & is_not(b'/');
    (letter | digit_hyphen_dot | !is_not(b'_')) & !chunk
}

fn eight_bytes_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

fn first_byte(highest_bits: u64) -> usize {
    highest_bits.trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The slow twins.
    fn plain_find(bytes: &[u8], from: usize) -> Option<usize> {
        (from..bytes.len()).find(|&at| bytes[at] == b'<')
    }

    fn plain_after_elements(bytes: &[u8], tag: usize) -> usize {
        let after = |tag: usize| {
            let name = &bytes[tag + 1..plain_end(bytes, tag + 1)];
            let inside = [b"<", name, b">"].concat();
            let end = plain_find(bytes, tag + inside.len())?;
            let end_tag = [b"</", name, b">"].concat();
            let is_one = (1..8).contains(&name.len()) && bytes[tag..].starts_with(&inside);
            let next = plain_find(bytes, end + end_tag.len())?;
            // Eight bytes are read of each tag, and there are as many unless the text ends.
            let is_far_from_end = tag + 9 <= bytes.len() && end + 10 <= bytes.len();
            (is_one && is_far_from_end && bytes[end..].starts_with(&end_tag)).then_some(next)
        };
        after(tag).map_or(tag, |next| plain_after_elements(bytes, next))
    }

    fn plain_end(bytes: &[u8], from: usize) -> usize {
        let is_inner = |at: &usize| bytes[*at].is_ascii_alphanumeric() || b"_-.".contains(&bytes[*at]);
        match bytes.get(from) {
            Some(first) if first.is_ascii_alphabetic() || *first == b'_' => {
                from + (from..bytes.len()).take_while(is_inner).count()
            }
            _ => from,
        }
    }

    #[test]
    fn every_byte_at_every_place() {
        for around in *b"aZ09_-.;<=\x80\xFF\0" {
            for byte in 0..=u8::MAX {
                for place in 0..20 {
                    let mut bytes = [around; 20];
                    bytes[place] = byte;
                    for from in 0..21 {
                        assert_eq!(find_tag(&bytes, from), plain_find(&bytes, from), "{bytes:?} from {from}");
                        assert_eq!(plain_name_end(&bytes, from), plain_end(&bytes, from), "{bytes:?} from {from}");
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn as_the_slow_twins(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'<'), Just(b'a'), Just(b'=')], 0..100)) {
            for from in 0..=bytes.len() {
                prop_assert_eq!(find_tag(&bytes, from), plain_find(&bytes, from));
                prop_assert_eq!(plain_name_end(&bytes, from), plain_end(&bytes, from));
            }
        }

        #[test]
        fn short_elements_as_the_slow_twin(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "<a>", "</a>", "<P_7>", "</P_7>", "</P_8>", "<P_12_XII>", "</P_12_XII>", "<Wiersz1>", "</Wiersz1>",
                    "<Stawka>", "</Stawka>", "<a>1</a>", "<P_7>Gwoździe</P_7>", "<P_7>x</P_7>\n    ", "<1>x</1>", "<a/>",
                    "<a b=''>", "<", ">", "/", " ", "x", "text that is longer than thirty-two bytes, twice", "ł", "-", "_", ".",
                ]),
                0..30,
            ),
            cut in any::<prop::sample::Index>(),
        ) {
            let text = pieces.concat();
            let bytes = &text.as_bytes()[..cut.index(text.len() + 1)];
            for tag in (0..bytes.len()).filter(|&at| bytes[at] == b'<') {
                let expected = plain_after_elements(bytes, tag);
                prop_assert_eq!(after_short_elements(bytes, tag), expected, "{} from {}", text, tag);
            }
        }

        #[test]
        fn beyond_what_is_searched_eight_at_a_time(before in 0_usize..100, after in 0_usize..100) {
            let bytes = [&vec![b'=' ; before][..], b"<", &vec![b'<'; after]].concat();
            prop_assert_eq!(find_tag(&bytes, 0), Some(before));
        }
    }
}
