//! Where tags begin in a text, all of them at once, in the widest words that the processor has.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x64};

use super::characters::Character;

const BLOCK: usize = 64;

/// What is found in one look over a text.
#[derive(Debug, PartialEq)]
pub(super) struct TagStarts {
    /// Where each `<` stands. Takes four bytes for each.
    pub(super) starts: Vec<u32>,
    /// Where the first `&` or `]` stands; the text's end, if there is none.
    pub(super) odd: usize,
}

/// Looks over a text; none if it has a character that is forbidden or discouraged, or 4 GiB and more.
pub(super) fn tag_starts(text: &str) -> Option<TagStarts> {
    tag_starts_at(Level::new(), text)
}

fn tag_starts_at(level: Level, text: &str) -> Option<TagStarts> {
    u32::try_from(text.len()).ok()?;
    dispatch!(level, simd => in_blocks(simd, text))
}

#[inline(always)]
fn in_blocks<S: Simd>(simd: S, text: &str) -> Option<TagStarts> {
    let (blocks, rest) = text.as_bytes().as_chunks();
    // Invoices have a tag in some 14 bytes.
    let mut found = TagStarts { starts: Vec::with_capacity(text.len() / 12), odd: text.len() };
    for (number, block) in blocks.iter().enumerate() {
        in_block(simd, text, number * BLOCK, block, &mut found)?;
    }
    let mut last = [b' '; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    in_block(simd, text, blocks.len() * BLOCK, &last, &mut found)?;
    Some(found)
}

#[inline(always)]
fn in_block<S: Simd>(simd: S, text: &str, offset: usize, block: &[u8; BLOCK], found: &mut TagStarts) -> Option<()> {
    let bytes = u8x64::from_slice(simd, block);
    // What `characters` suspects, and what most invoices have none of: tabs, carriage returns, `&` and `]`.
    let low_or_high = (bytes + 0x11).simd_lt(0x31) & !bytes.simd_eq(b'\n');
    let odd = bytes.simd_eq(b'&') | bytes.simd_eq(b']');
    let perhaps = low_or_high | bytes.simd_eq(0x7F) | bytes.simd_eq(0xC2) | odd;
    if perhaps.any_true() {
        if odd.any_true() && found.odd == text.len() {
            found.odd = offset + odd.to_bitmask().trailing_zeros() as usize;
        }
        let suspects = perhaps & !(bytes.simd_eq(b'\t') | bytes.simd_eq(b'\r') | odd);
        are_good(text, offset, suspects.to_bitmask())?;
    }
    let starts = &mut found.starts;
    let tags = bytes.simd_eq(b'<');
    let end = starts.len() + tags.to_bitmask().count_ones() as usize;
    // Where a block is one register, its places are gathered by one instruction; elsewhere that would take many.
    if S::u8s::LEN == BLOCK {
        let places = std::array::from_fn::<u8, BLOCK, _>(|place| place as u8);
        let gathered: [u8; BLOCK] = u8x64::from_slice(simd, &places).compress(tags).into();
        for some in gathered.as_chunks::<16>().0 {
            starts.extend_from_slice(&some.map(|place| offset as u32 + u32::from(place)));
            if starts.len() >= end {
                break;
            }
        }
    } else {
        gather(tags.to_bitmask(), offset, end, starts);
    }
    starts.truncate(end);
    Some(())
}

/// Appends the places of the ones, and perhaps more, until `starts` is at least `end` long. Eight without a look at how many there
/// are: to guess that takes the processor longer. Not inlined, for the compiler makes vector instructions of it that are slower.
#[inline(never)]
fn gather(mut tags: u64, offset: usize, end: usize, starts: &mut Vec<u32>) {
    while starts.len() < end {
        starts.extend_from_slice(&std::array::from_fn::<u32, 8, _>(|_| {
            let start = offset as u32 + tags.trailing_zeros();
            tags &= tags.wrapping_sub(1);
            start
        }));
    }
}

/// Looks closely at the suspects of a block.
fn are_good(text: &str, offset: usize, mut suspects: u64) -> Option<()> {
    while suspects != 0 {
        // A suspect is never a continuation byte, so a character starts here.
        let c = text.get(offset + suspects.trailing_zeros() as usize..)?.chars().next()?;
        if Character::of(c) != Character::Good {
            return None;
        }
        suspects &= suspects - 1;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The slow twin.
    fn plain_starts(text: &str) -> Option<TagStarts> {
        let is_good = text.chars().all(|c| Character::of(c) == Character::Good);
        is_good.then(|| TagStarts {
            starts: text.match_indices('<').map(|(at, _)| at as u32).collect(),
            odd: text.find(['&', ']']).unwrap_or(text.len()),
        })
    }

    fn check(text: &str) {
        let widest = Level::new();
        let mut levels = vec![Level::baseline(), widest];
        #[cfg(target_arch = "x86_64")]
        levels.extend(widest.as_avx2().map(Simd::level));
        for level in levels {
            assert_eq!(tag_starts_at(level, text), plain_starts(text), "{level:?} {text:?}");
        }
    }

    #[test]
    fn every_character_at_every_offset_of_a_block() {
        let last_of_planes =
            ['\u{FFFE}', '\u{FFFF}', '\u{1FFFD}', '\u{1FFFE}', '\u{2FFFF}', '\u{10FFFD}', '\u{10FFFE}'];
        let others =
            ['ł', '€', '😀', '\u{100}', '\u{FDCF}', '\u{FDD0}', '\u{FDEF}', '\u{FDF0}', '\u{F000}', '\u{E000}'];
        for c in ('\0'..='\u{C0}').chain(last_of_planes).chain(others) {
            for before in (0..66).chain(126..130) {
                check(&format!("{}{c}<x>", "x".repeat(before)));
            }
        }
    }

    #[test]
    fn the_first_reference_or_bracket_at_every_place() {
        for odd in ['&', ']'] {
            for place in 0..200 {
                check(&format!("{}{odd}{}&]<x>", "x".repeat(place), "x".repeat(200 - place)));
                check(&format!("{}{odd}", "\tł²".repeat(place)));
            }
        }
    }

    #[test]
    fn any_number_in_a_block() {
        for length in 0..200 {
            check(&"<".repeat(length));
            check(&"x<".repeat(length));
            check(&"ł<a>\r\n\t".repeat(length));
        }
    }

    proptest! {
        #[test]
        fn as_the_slow_twin(text in "([<<<a-c/> łż€²\r\n\t]{0,300}[&\\]]?[^<]?){0,3}") {
            check(&text);
        }
    }
}
