use super::code_table::CodeTable;
use crate::pdf::document::lexer::{Lexer, Token};
use crate::pdf_objects::Object;

/// What a font says its codes mean (/ToUnicode; ISO 32000-1, 9.10.3). Codes of more than two bytes are left out: the fonts that
/// are read here have none.
#[derive(Debug, Default)]
pub(in crate::pdf) struct ToUnicode {
    single: CodeTable<Letters>,
    /// In the order of their first code.
    ranges: Vec<Range>,
    /// In UTF-16, one behind the other.
    units: Vec<u16>,
}

/// What a code means.
#[derive(Clone, Copy, Debug)]
enum Letters {
    /// A letter that may stand in a text, as nearly all do.
    One(char),
    Some(Units),
}

/// A part of the units.
#[derive(Clone, Copy, Debug)]
struct Units {
    start: u32,
    length: u8,
}

#[derive(Debug)]
struct Range {
    first: u16,
    last: u16,
    /// Of the first code; the last unit counts up.
    units: Units,
}

/// Codes that one font may explain; fonts have 65 535 glyphs at most.
const MOST_CODES: usize = 70_000;

/// UTF-16 units of one code: a ligature of some letters.
const MOST_UNITS: usize = 16;

impl ToUnicode {
    /// Reads the map, as far as it can be read.
    pub(in crate::pdf) fn read(text: &[u8]) -> Self {
        let mut map = Self::default();
        let mut lexer = Lexer::content(text);
        let mut values = Vec::new();
        while let Ok(Some(token)) = lexer.next_token() {
            match token {
                Token::Value(value) if values.len() < 3 * MOST_CODES => values.push(value),
                Token::Value(_) => break,
                Token::Word(b"endbfchar") => {
                    for pair in values.chunks_exact(2) {
                        if let [code, letters] = pair {
                            map.set(code, letters);
                        }
                    }
                    values.clear();
                }
                Token::Word(b"endbfrange") => {
                    for triple in values.chunks_exact(3) {
                        if let [first, last, letters] = triple {
                            map.set_range(first, last, letters);
                        }
                    }
                    values.clear();
                }
                Token::Word(_) => values.clear(),
            }
            if map.single.count() + map.ranges.len() > MOST_CODES {
                break;
            }
        }
        map.ranges.sort_by_key(|range| range.first);
        map
    }

    fn set(&mut self, code: &Object, letters: &Object) {
        if let Some(code) = code_of(code) {
            self.set_code(code, letters);
        }
    }

    fn set_code(&mut self, code: u32, letters: &Object) {
        let Ok(code) = u16::try_from(code) else { return };
        let Some(units) = self.add_units(letters) else { return };
        let letters = match self.of(units) {
            &[unit] => char::from_u32(unit.into()).filter(|&letter| is_text(letter)).map(Letters::One),
            _ => None,
        };
        self.single.set(code, letters.unwrap_or(Letters::Some(units)));
    }

    fn set_range(&mut self, first: &Object, last: &Object, letters: &Object) {
        let (Some(first), Some(last)) = (code_of(first), code_of(last)) else { return };
        if let Some(list) = letters.as_array() {
            for (code, letters) in (first..=last).zip(list) {
                self.set_code(code, letters);
            }
        } else if let Ok(first) = u16::try_from(first)
            && u32::from(first) <= last
            && let Some(units) = self.add_units(letters)
        {
            let last = u16::try_from(last).unwrap_or(u16::MAX);
            self.ranges.push(Range { first, last, units });
        }
    }

    fn add_units(&mut self, value: &Object) -> Option<Units> {
        let bytes = value.as_text()?;
        let start = self.units.len();
        match bytes {
            // One byte is written by some.
            [byte] => self.units.push(u16::from(*byte)),
            _ => {
                let pairs = bytes.as_chunks().0.iter().take(MOST_UNITS);
                self.units.extend(pairs.map(|&pair| u16::from_be_bytes(pair)));
            }
        }
        // Of a map of some megabytes.
        Some(Units { start: start as u32, length: (self.units.len() - start) as u8 })
    }

    fn of(&self, Units { start, length }: Units) -> &[u16] {
        let units = self.units.get(start as usize..).unwrap_or_default();
        units.get(..length.into()).unwrap_or_default()
    }

    /// Adds the letters of a code to a text. False if the map says nothing of it, or what no text has.
    pub(in crate::pdf) fn add(&self, code: u16, text: &mut String) -> bool {
        let (units, more) = match self.single.get(code) {
            Some(Letters::One(letter)) => {
                text.push(letter);
                return true;
            }
            Some(Letters::Some(units)) => (units, 0),
            None => {
                let behind = self.ranges.partition_point(|range| range.first <= code);
                let range = behind.checked_sub(1).and_then(|index| self.ranges.get(index));
                let Some(range) = range.filter(|range| code <= range.last) else { return false };
                (range.units, code - range.first)
            }
        };
        let Some((last, before)) = self.of(units).split_last() else { return false };
        let last = last.wrapping_add(more);
        let start = text.len();
        for letter in char::decode_utf16(before.iter().copied().chain([last])) {
            match letter {
                Ok(letter) if is_text(letter) => text.push(letter),
                _ => {
                    text.truncate(start);
                    return false;
                }
            }
        }
        true
    }
}

/// False for controls, letters of no meaning that all agree on, and the sign for what is unknown.
pub(in crate::pdf) fn is_text(letter: char) -> bool {
    let is_space = matches!(letter, '\t' | '\n' | '\r');
    let is_private = matches!(letter, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..);
    is_space || !(letter.is_control() || is_private || matches!(letter, '\u{FFF9}'..='\u{FFFF}'))
}

fn code_of(value: &Object) -> Option<u32> {
    let bytes = value.as_text().filter(|bytes| (1..=4).contains(&bytes.len()))?;
    Some(bytes.iter().fold(0, |code, &byte| code << 8 | u32::from(byte)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One more line of a map: first code, last code, letters.
    type Line = (u16, u16, Vec<u16>);

    /// The slow twin: the last line that names the code alone counts, else the range that begins latest.
    fn letters_of(singles: &[Line], ranges: &[Line], code: u16) -> Option<String> {
        let single = singles.iter().rev().find(|(first, ..)| *first == code);
        let range = || ranges.iter().filter(|(first, ..)| *first <= code).max_by_key(|(first, ..)| *first);
        let (first, last, units) = single.or_else(range)?;
        let mut units = units.clone();
        let unit = units.last_mut().filter(|_| code <= *last)?;
        *unit = unit.wrapping_add(code - first);
        String::from_utf16(&units).ok().filter(|text| text.chars().all(is_text))
    }

    fn line() -> impl Strategy<Value = Line> {
        let unit = prop_oneof![0_u16..0x180, 0xd7f0_u16..0xe010, 0xfff0..=0xffff_u16];
        let code = prop_oneof![0_u16..80, 0xff_u16..0x110, 0xfff0..=0xffff_u16];
        (code, 0_u16..20, proptest::collection::vec(unit, 0..4))
            .prop_map(|(first, more, units)| (first, first.saturating_add(more), units))
    }

    proptest! {
        #[test]
        fn means_what_a_plain_reading_of_the_map_says(
            singles in proptest::collection::vec(line(), 0..40),
            ranges in proptest::collection::vec(line(), 0..10),
        ) {
            let singles: Vec<Line> = singles.into_iter().map(|(code, _, units)| (code, code, units)).collect();
            let letters = |units: &[u16]| units.iter().map(|unit| format!("{unit:04x}")).collect::<Vec<_>>().concat();
            let mut text = "beginbfchar ".to_owned();
            text.extend(singles.iter().map(|(code, _, units)| format!("<{code:04x}> <{}> ", letters(units))));
            text += "endbfchar beginbfrange ";
            text.extend(ranges.iter().map(|(first, last, units)| format!("<{first:04x}> <{last:04x}> <{}> ", letters(units))));
            text += "endbfrange";
            let map = ToUnicode::read(text.as_bytes());
            for code in (0..0x180).chain(0xfff0..=u16::MAX) {
                let mut found = "before".to_owned();
                let is_known = map.add(code, &mut found);
                let expected = letters_of(&singles, &ranges, code);
                prop_assert_eq!(is_known, expected.is_some(), "{:#06x}", code);
                prop_assert_eq!(&found, &format!("before{}", expected.unwrap_or_default()));
            }
        }
    }

    #[test]
    fn codes_ranges_and_ligatures() {
        let map = ToUnicode::read(
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo << /Registry (Adobe) >> def
            1 begincodespacerange <0000> <FFFF> endcodespacerange
            2 beginbfchar <0003> <0020> <0024> <00660069> endbfchar
            3 beginbfrange <0010> <0019> <0030> <0020> <0022> [<0041> <0042> <0043>] <0030> <0030> <F8FF> endbfrange
            1 beginbfchar <0040> <D835DFCF> endbfchar endcmap",
        );
        let text = |codes: &[u16]| {
            let mut text = String::new();
            let known = codes.iter().filter(|&&code| map.add(code, &mut text)).count();
            (known, text)
        };
        assert_eq!(text(&[0x10, 0x12, 0x19, 3, 0x21, 0x24]), (6, "029 Bfi".to_owned()));
        assert_eq!(text(&[0x1a, 0x30, 0x99]), (0, String::new()));
        assert_eq!(text(&[0x40]), (1, "\u{1D7CF}".to_owned()));
        assert!(!ToUnicode::read(b"beginbfchar <00> <").add(0, &mut String::new()));
    }
}
