use super::data::roboto::GLYPHS;
use super::lines::lines;

/// A bundled font: a part of Roboto, Apache-2.0 (`files/README.md`). Latin with its extensions, Greek, Cyrillic.
pub(crate) struct Typeface {
    /// What the font calls itself.
    pub(super) name: &'static str,
    /// The font file.
    pub(super) file: &'static [u8],
    /// The thickness of its stems in thousandths of an em, as a PDF wants to know.
    pub(super) stem: i16,
    /// In which column of the glyphs its advances are.
    column: usize,
    /// The font file's own advances, four bytes a glyph, the first two of which count (OpenType 1.9.1, `hmtx`).
    own_advances: &'static [u8],
    pub(super) metrics: Metrics,
}

/// What one character looks like.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    pub(super) character: char,
    /// Its number in the font file.
    pub(super) id: u16,
    /// How far the pen moves on, in thousandths of an em. A PDF says it in these, so texts are measured in them.
    pub(super) advance: u16,
}

/// In thousandths of an em, upwards from the baseline.
pub(super) struct Metrics {
    pub(super) ascent: i16,
    pub(super) descent: i16,
    pub(super) cap_height: i16,
    /// Left, bottom, right and top of the box that holds every glyph.
    pub(super) bounds: [i16; 4],
}

const REGULAR_FILE: &[u8] = include_bytes!("files/Roboto-Regular.subset.ttf");
const BOLD_FILE: &[u8] = include_bytes!("files/Roboto-Bold.subset.ttf");

/// What the font files count in.
const UNITS_AN_EM: f32 = 2048.0;

static REGULAR: Typeface = Typeface {
    name: "Roboto-Regular",
    file: REGULAR_FILE,
    stem: 86,
    column: 0,
    own_advances: table(REGULAR_FILE, *b"hmtx"),
    metrics: Metrics { ascent: 928, descent: -244, cap_height: 711, bounds: [-891, -271, 2045, 1056] },
};

static BOLD: Typeface = Typeface {
    name: "Roboto-Bold",
    file: BOLD_FILE,
    stem: 150,
    column: 1,
    own_advances: table(BOLD_FILE, *b"hmtx"),
    metrics: Metrics { ascent: 928, descent: -244, cap_height: 711, bounds: [-913, -271, 2061, 1056] },
};

/// Latin, with the Polish letters: found without a search, for each letter of a page is looked up several times.
const FIRST: usize = 0x180;

/// The place of each of them among the glyphs, and of one that is not there.
static PLACES: [u16; FIRST] = {
    let mut places = [MISSING; FIRST];
    let mut place = 0;
    while place < GLYPHS.len() {
        if (GLYPHS[place].0 as usize) < FIRST {
            places[GLYPHS[place].0 as usize] = place as u16;
        }
        place += 1;
    }
    places
};
const MISSING: u16 = u16::MAX;

/// What stands for a character that the font lacks.
const REPLACEMENT: char = '\u{fffd}';

impl Typeface {
    /// Roboto Regular.
    pub(crate) fn regular() -> &'static Self {
        &REGULAR
    }

    /// Roboto Bold.
    pub(crate) fn bold() -> &'static Self {
        &BOLD
    }

    /// The width of a line in em.
    pub(crate) fn width(&self, text: &str) -> f32 {
        self.glyphs(text).map(|glyph| u32::from(glyph.advance)).sum::<u32>() as f32 / 1000.0
    }

    /// Breaks a text into lines of `room` em ([`lines`]).
    pub(crate) fn lines(&self, text: &str, room: f32) -> Vec<String> {
        lines(text, room, |character| self.width(character.encode_utf8(&mut [0; 4])))
    }

    /// How far letters rise above the baseline, in em: room for capitals with accents.
    pub(crate) fn ascent(&self) -> f32 {
        f32::from(self.metrics.ascent) / 1000.0
    }

    /// How far letters reach below the baseline, in em, as a positive number.
    pub(crate) fn descent(&self) -> f32 {
        f32::from(-self.metrics.descent) / 1000.0
    }

    /// What a line is written with. White space of any kind is a space, characters without a look of their own are
    /// left out, and for a character that the font lacks there is the replacement.
    pub(super) fn glyphs<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Glyph> + 'a {
        text.chars().filter(|&character| !is_invisible(character)).filter_map(|character| {
            let shown = if character.is_whitespace() { ' ' } else { character };
            self.glyph(shown).or_else(|| self.glyph(REPLACEMENT))
        })
    }

    /// The same for a document of another writer: the character that a glyph stands for, its number in the font file, and how far
    /// the pen moves on, in em, exactly as the font says it: were it rounded, every letter would be moved by itself. What is for private use means nothing outside of the font that it was written in.
    pub(crate) fn set<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (char, u16, f32)> + 'a {
        text.chars().filter(|&character| !is_invisible(character)).filter_map(|character| {
            let shown = if character.is_whitespace() { ' ' } else { character };
            let glyph = self.glyph(shown).or_else(|| self.glyph(REPLACEMENT))?;
            let is_private = matches!(shown, '\u{e000}'..='\u{f8ff}' | '\u{fffe}' | '\u{ffff}' | '\u{f0000}'..);
            let meant = if is_private || shown.is_control() { REPLACEMENT } else { shown };
            Some((meant, glyph.id, self.own_advance(glyph)))
        })
    }

    /// In em.
    fn own_advance(&self, glyph: Glyph) -> f32 {
        let advance = self.own_advances.get(4 * usize::from(glyph.id)..).and_then(|rest| rest.first_chunk());
        advance.map_or(f32::from(glyph.advance) / 1000.0, |units| f32::from(u16::from_be_bytes(*units)) / UNITS_AN_EM)
    }

    /// What of a text the font lacks.
    pub(crate) fn lacks<'a>(&'a self, text: &'a str) -> impl Iterator<Item = char> + 'a {
        let is_lacking = |c: &char| !is_invisible(*c) && !c.is_whitespace() && self.glyph(*c).is_none();
        text.chars().filter(is_lacking)
    }

    /// The font file.
    pub(crate) fn file(&self) -> &'static [u8] {
        self.file
    }

    /// A character, if the font has it.
    pub(super) fn glyph(&self, character: char) -> Option<Glyph> {
        let place = match PLACES.get(character as usize) {
            Some(&MISSING) => return None,
            Some(place) => usize::from(*place),
            None => GLYPHS.binary_search_by_key(&character, |(known, ..)| *known).ok()?,
        };
        let (character, id, advances) = GLYPHS.get(place)?;
        Some(Glyph { character: *character, id: *id, advance: *advances.get(self.column)? })
    }
}

/// A table of a font file, empty if it has none (OpenType 1.9.1, "Organization of an OpenType Font").
const fn table(file: &'static [u8], tag: [u8; 4]) -> &'static [u8] {
    const fn number(file: &[u8], at: usize, bytes: usize) -> usize {
        let (mut value, mut place) = (0, 0);
        while place < bytes {
            value = value << 8 | file[at + place] as usize;
            place += 1;
        }
        value
    }
    let mut entry = 12;
    while entry < 12 + 16 * number(file, 4, 2) {
        let is_it = file[entry] == tag[0] && file[entry + 1] == tag[1] && file[entry + 2] == tag[2];
        if is_it && file[entry + 3] == tag[3] {
            let (_, from) = file.split_at(number(file, entry + 8, 4));
            return from.split_at(number(file, entry + 12, 4)).0;
        }
        entry += 16;
    }
    &[]
}

/// Soft hyphens, joiners, marks of direction and variation, a byte order mark: nothing is drawn for them.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
