use std::collections::HashMap;

use crate::pdf::document::lexer::{Lexer, Token};
use crate::pdf_objects::Object;

/// What a font says its codes mean (/ToUnicode; ISO 32000-1, 9.10.3).
#[derive(Debug, Default)]
pub(in crate::pdf) struct ToUnicode {
    single: HashMap<u32, Box<[u16]>>,
    /// In the order of their first code.
    ranges: Vec<Range>,
}

#[derive(Debug)]
struct Range {
    first: u32,
    last: u32,
    /// Of the first code; the last unit counts up.
    units: Box<[u16]>,
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
            if map.single.len() + map.ranges.len() > MOST_CODES {
                break;
            }
        }
        map.ranges.sort_by_key(|range| range.first);
        map
    }

    fn set(&mut self, code: &Object, letters: &Object) {
        if let (Some(code), Some(units)) = (code_of(code), units(letters)) {
            self.single.insert(code, units);
        }
    }

    fn set_range(&mut self, first: &Object, last: &Object, letters: &Object) {
        let (Some(first), Some(last)) = (code_of(first), code_of(last)) else { return };
        if let Some(list) = letters.as_array() {
            for (code, letters) in (first..=last).zip(list) {
                if let Some(units) = units(letters) {
                    self.single.insert(code, units);
                }
            }
        } else if let Some(units) = units(letters).filter(|_| first <= last) {
            self.ranges.push(Range { first, last, units });
        }
    }

    /// Adds the letters of a code to a text. False if the map says nothing of it, or what no text has.
    pub(in crate::pdf) fn add(&self, code: u32, text: &mut String) -> bool {
        let (units, more) = if let Some(units) = self.single.get(&code) {
            (units, 0)
        } else {
            let behind = self.ranges.partition_point(|range| range.first <= code);
            let range = behind.checked_sub(1).and_then(|index| self.ranges.get(index));
            let Some(range) = range.filter(|range| code <= range.last) else { return false };
            (&range.units, code - range.first)
        };
        let Some((last, before)) = units.split_last() else { return false };
        let last = last.wrapping_add(more as u16);
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

fn units(value: &Object) -> Option<Box<[u16]>> {
    let bytes = value.as_text()?;
    // One byte is written by some.
    if let [byte] = bytes {
        return Some([u16::from(*byte)].into());
    }
    let units = bytes.chunks_exact(2).take(MOST_UNITS);
    Some(units.map(|pair| pair.iter().fold(0, |unit, &byte| unit << 8 | u16::from(byte))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ranges_and_ligatures() {
        let map = ToUnicode::read(
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo << /Registry (Adobe) >> def
            1 begincodespacerange <0000> <FFFF> endcodespacerange
            2 beginbfchar <0003> <0020> <0024> <00660069> endbfchar
            3 beginbfrange <0010> <0019> <0030> <0020> <0022> [<0041> <0042> <0043>] <0030> <0030> <F8FF> endbfrange
            1 beginbfchar <0040> <D835DFCF> endbfchar endcmap",
        );
        let text = |codes: &[u32]| {
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
