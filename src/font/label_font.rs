//! The label font: a part of Roboto Condensed Medium, Apache-2.0 (`files/README.md`).

use super::data::label::GLYPHS;
use super::outline::{Extent, Glyph};

/// The font has no character from here on: Latin Extended-A, with the Polish letters, is its last block.
const CHARACTERS: usize = 0x180;

/// The place of each character among the glyphs, and of one that is not there.
const PLACES: [u8; CHARACTERS] = {
    let mut places = [MISSING; CHARACTERS];
    let mut place = 0;
    while place < GLYPHS.len() {
        places[GLYPHS[place].character as usize] = place as u8;
        place += 1;
    }
    places
};
const MISSING: u8 = u8::MAX;

/// The glyph of a character, if the font has it.
pub(crate) fn glyph(character: char) -> Option<&'static Glyph> {
    // Nothing stands at the place of a character that is missing.
    GLYPHS.get(usize::from(*PLACES.get(character as usize)?))
}

/// The glyphs of a line with the pen's position at each, in em. Characters that the font lacks take no space.
pub(crate) fn line(text: &str) -> impl Iterator<Item = (f32, &'static Glyph)> {
    text.chars().filter_map(glyph).scan(0.0, |pen, glyph| {
        let here = *pen;
        *pen += glyph.advance();
        Some((here, glyph))
    })
}

/// The box around the ink of a line; nothing for a line without ink.
pub(crate) fn extent(text: &str) -> Extent {
    line(text)
        .filter_map(|(pen, glyph)| Some(glyph.ink()?.moved_right(pen)))
        .reduce(Extent::and)
        .unwrap_or(Extent::NOTHING)
}
