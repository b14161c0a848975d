//! Where a plain name ends, eight bytes at a time in one `u64`: most names are too short for vector instructions to pay.

/// One in each of eight bytes.
const EACH: u64 = u64::from_le_bytes([1; 8]);
const HIGHEST_BITS: u64 = 0x80 * EACH;

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

    /// The slow twin.
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
                        assert_eq!(plain_name_end(&bytes, from), plain_end(&bytes, from), "{bytes:?} from {from}");
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn as_the_slow_twin(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'<'), Just(b'a'), Just(b'=')], 0..100)) {
            for from in 0..=bytes.len() {
                prop_assert_eq!(plain_name_end(&bytes, from), plain_end(&bytes, from));
            }
        }
    }
}
