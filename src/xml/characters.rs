//! Which characters XML 1.0 forbids, which it discourages, which are white space and which make names.

use std::borrow::Cow;

use fearless_simd::{Level, dispatch};

/// What a character is to an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Character {
    Good,
    /// Well-formed, and refused by KSeF: XML 1.0, section 2.2, note ("authors are encouraged to avoid").
    Discouraged,
    /// Not a `Char` of XML 1.0, section 2.2.
    Forbidden,
}

impl Character {
    pub(super) fn of(c: char) -> Self {
        match u32::from(c) {
            0x09 | 0x0A | 0x0D => Self::Good,
            0x00..0x20 | 0xFFFE | 0xFFFF => Self::Forbidden,
            0x7F..=0x84 | 0x86..=0x9F | 0xFDD0..=0xFDEF => Self::Discouraged,
            // The last two code points of every plane above the first.
            code if code & 0xFFFE == 0xFFFE => Self::Discouraged,
            _ => Self::Good,
        }
    }
}

/// The first forbidden and the first discouraged character, each with its offset in bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) forbidden: Option<(usize, char)>,
    pub(crate) discouraged: Option<(usize, char)>,
}

/// Looks through a whole text, up to the first forbidden character.
pub(crate) fn scan(text: &str) -> Scan {
    let mut found = Scan::default();
    let mut from = 0;
    while let Some(at) = next_suspect(text.as_bytes(), from) {
        // A suspect is never a continuation byte, so a character starts here.
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else {
            break;
        };
        match Character::of(c) {
            Character::Good => {}
            Character::Discouraged => _ = found.discouraged.get_or_insert((at, c)),
            Character::Forbidden => {
                found.forbidden = Some((at, c));
                break;
            }
        }
        from = at + c.len_utf8();
    }
    found
}

/// True for the bytes that start all characters in question, and few others: the controls, and the lead
/// bytes of U+0080..U+00BF, U+F000..U+FFFF and of everything above. Polish letters start with none of them.
#[expect(clippy::needless_bitwise_bool, reason = "without branches, so that the compiler can use vectors")]
#[inline(always)]
fn is_suspect(byte: u8) -> bool {
    // Turned so that the highest bytes and the controls lie next to each other: one comparison for both.
    let turned = byte.wrapping_add(0x11);
    (turned < 0x31) & (byte != b'\n') & (byte != b'\r') & (byte != b'\t') | (byte == 0x7F) | (byte == 0xC2)
}

/// Whole blocks are judged without a branch, which the compiler turns into vector instructions, of the widest that the processor
/// has: at most 1.1 µs for 10 kB, where looking byte by byte takes 13.
fn next_suspect(bytes: &[u8], from: usize) -> Option<usize> {
    next_suspect_at(Level::new(), bytes, from)
}

fn next_suspect_at(level: Level, bytes: &[u8], from: usize) -> Option<usize> {
    dispatch!(level, _ => next_suspect_in_blocks(bytes, from))
}

#[inline(always)]
fn next_suspect_in_blocks(bytes: &[u8], from: usize) -> Option<usize> {
    const BLOCK: usize = 64;
    let mut start = from;
    while let Some(block) = bytes.get(start..start + BLOCK) {
        if block.iter().fold(false, |any, &byte| any | is_suspect(byte)) {
            break;
        }
        start += BLOCK;
    }
    bytes.get(start..)?.iter().position(|&byte| is_suspect(byte)).map(|offset| start + offset)
}

/// True for white space as XML 1.0 knows it (section 2.3, `S`).
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// White space as `xsd:token` has it: none at the ends, single spaces between.
pub(crate) fn collapse(text: &str) -> Cow<'_, str> {
    if is_collapsed(text) {
        return Cow::Borrowed(text);
    }
    let words = text.split(|c: char| u8::try_from(c).is_ok_and(is_space)).filter(|word| !word.is_empty());
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}

fn is_collapsed(text: &str) -> bool {
    let mut after_space = true;
    for byte in text.bytes() {
        match byte {
            b'!'.. => after_space = false,
            b' ' if after_space => return false,
            b' ' => after_space = true,
            _ if is_space(byte) => return false,
            _ => after_space = false,
        }
    }
    text.is_empty() || !after_space
}

/// True for a `NCName` of Namespaces in XML 1.0: a name without a colon.
pub(super) fn is_ncname(text: &str) -> bool {
    // Names in invoices are ASCII; the tables are for the others.
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    match text.as_bytes() {
        [] => false,
        [first, rest @ ..] if (first.is_ascii_alphabetic() || *first == b'_') && rest.iter().all(|&b| plain(b)) => true,
        _ => text.chars().enumerate().all(|(at, c)| is_name_start(c) || at > 0 && is_name_inner(c)),
    }
}

/// `NameStartChar` of XML 1.0, section 2.3, without the colon.
fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// What `NameChar` adds to `NameStartChar`.
fn is_name_inner(c: char) -> bool {
    matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slow twin: every character, one by one.
    fn plain_scan(text: &str) -> Scan {
        let first = |kind| text.char_indices().find(|&(_, c)| Character::of(c) == kind);
        let forbidden = first(Character::Forbidden);
        let end = forbidden.map_or(text.len(), |(at, _)| at);
        Scan { forbidden, discouraged: first(Character::Discouraged).filter(|&(at, _)| at < end) }
    }

    #[test]
    fn every_character_at_every_offset_of_a_block() {
        let edges = [
            '\u{7E}',
            '\u{7F}',
            '\u{84}',
            '\u{85}',
            '\u{86}',
            '\u{9F}',
            '\u{A0}',
            '\u{FDCF}',
            '\u{FDD0}',
            '\u{FDEF}',
            '\u{FDF0}',
            '\u{FFFD}',
            '\u{FFFE}',
            '\u{FFFF}',
            '\u{1FFFD}',
            '\u{1FFFE}',
            '\u{2FFFF}',
            '\u{10FFFD}',
            '\u{10FFFE}',
            '\0',
            '\u{1}',
            '\t',
            '\n',
            '\r',
            '\u{1F}',
            'ł',
            '€',
            '😀',
        ];
        for c in edges {
            for before in 0..130 {
                let text = format!("{}{c}{}", "ę".repeat(before / 2), "x".repeat(before));
                assert_eq!(scan(&text), plain_scan(&text), "{c:?} after {before}");
            }
        }
    }

    /// What is compiled for each width of vectors finds the same.
    #[test]
    fn every_width_finds_the_same() {
        let widest = Level::new();
        let mut levels = vec![Level::baseline(), widest];
        #[cfg(target_arch = "x86_64")]
        levels.extend(widest.as_avx2().map(fearless_simd::Simd::level));
        for suspect in [0x00, 0x1F, 0x7F, 0xC2, 0xEF, 0xFF] {
            for place in 0..200 {
                let mut bytes = vec![b'x'; 200];
                bytes[place] = suspect;
                for &level in &levels {
                    for from in [0, 1, 63, 64, 65, 199, 200] {
                        let expected = (place >= from).then_some(place);
                        assert_eq!(next_suspect_at(level, &bytes, from), expected, "{level:?} {suspect} from {from}");
                    }
                }
            }
        }
    }

    #[test]
    fn suspects() {
        let plain = |byte: u8| matches!(byte, 0x7F | 0xC2 | 0xEF..) || byte < 0x20 && !b"\n\r\t".contains(&byte);
        assert!((0..=u8::MAX).all(|byte| is_suspect(byte) == plain(byte)));
    }

    #[test]
    fn kinds() {
        let discouraged =
            (0..=0x0010_FFFF).filter_map(char::from_u32).filter(|&c| Character::of(c) == Character::Discouraged);
        // 6 + 26 controls, 32 of the Arabic block, the last two of 16 planes: weryfikacja-faktury.md lists the same.
        assert_eq!(discouraged.count(), 6 + 26 + 32 + 32);
        assert_eq!(Character::of('\u{85}'), Character::Good);
        assert_eq!(Character::of('\u{FFFE}'), Character::Forbidden);
    }

    #[test]
    fn names() {
        for good in ["Faktura", "P_1", "_a", "zażółć", "cac-pl", "a.b"] {
            assert!(is_ncname(good), "{good}");
        }
        for bad in ["", "1a", "-a", ".a", "a:b", "a b", "a<b", "a/", "\u{B7}a", "a\u{D7}"] {
            assert!(!is_ncname(bad), "{bad}");
        }
    }

    #[test]
    fn white_space_is_collapsed() {
        for (text, collapsed) in [
            ("", ""),
            (" ", ""),
            ("a", "a"),
            ("a b", "a b"),
            ("ą b ę", "ą b ę"),
            (" a", "a"),
            ("a ", "a"),
            ("a  b", "a b"),
            ("a\tb", "a b"),
            ("\r\n a \n b\r", "a b"),
            // Not white space to XML.
            ("a\u{A0} b", "a\u{A0} b"),
        ] {
            assert_eq!(collapse(text), collapsed, "{text:?}");
            assert_eq!(matches!(collapse(text), Cow::Borrowed(_)), text == collapsed, "{text:?}");
        }
    }
}
