use super::encoding::{self, Letters};
use crate::error::Result;
use crate::pdf::document::file::File;
use crate::pdf::page::font::LetterWidths;
use crate::pdf::page::font::{ToUnicode, is_text};
use crate::pdf_objects::{Dict, Object};

/// A font, as far as it says which letters its codes draw, and how wide they are.
pub(super) struct Font {
    widths: LetterWidths,
    /// Two bytes a code.
    wide: bool,
    to_unicode: Option<ToUnicode>,
    meaning: Meaning,
    /// Of letters, and not of bullets and pictures.
    has_letters: bool,
}

/// What codes mean of which the font says nothing else.
enum Meaning {
    Unknown,
    /// They are UTF-16 (`UniGB-UTF16-H`).
    Utf16,
    Simple(Box<Letters>),
}

/// In bytes unpacked: of 65 535 glyphs, each on a line of its own.
const LARGEST_MAP: usize = 4 << 20;

/// In the names of fonts that draw no letters.
const SIGNS: [&[u8]; 6] = [b"ingding", b"ebding", b"Symbol", b"Dingbats", b"Awesome", b"Icon"];

impl Font {
    pub(super) fn read(file: &File, font: &Dict) -> Result<Self> {
        let wide = font.is("Subtype", "Type0");
        let map = font.get("ToUnicode").map(|map| file.stream(map)).transpose()?.flatten();
        let map = map.map(|map| file.decode(&map, LARGEST_MAP)).transpose()?;
        let meaning = if wide {
            match file.value(font, "Encoding")?.as_ref() {
                Object::Name(name) if name.starts_with(b"Uni") => Meaning::Utf16,
                _ => Meaning::Unknown,
            }
        } else {
            Meaning::Simple(Box::new(encoding::read(file, font)?))
        };
        let to_unicode = map.map(|map| ToUnicode::read(&map));
        let name = file.value(font, "BaseFont")?;
        let name = name.as_name().unwrap_or_default();
        let has_letters = !SIGNS.iter().any(|signs| memchr::memmem::find(name, signs).is_some());
        Ok(Self { widths: LetterWidths::read(file, font)?, wide, to_unicode, meaning, has_letters })
    }

    /// The codes of a string: each with its width in em, and whether it is the space that words are kept apart with.
    pub(super) fn codes<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = (u16, f64, bool)> + 'a {
        self.widths.letters(text)
    }

    /// Adds the letters of a code to a text. False if nobody knows what it draws: then it adds what it draws in many fonts, or
    /// nothing. That finds numbers, and says nothing of one that is not found.
    pub(super) fn add(&self, code: u16, text: &mut String) -> bool {
        if self.to_unicode.as_ref().is_some_and(|map| map.add(code, text)) {
            return true;
        }
        let letter = match &self.meaning {
            Meaning::Unknown => None,
            Meaning::Utf16 => char::from_u32(u32::from(code)).filter(|&letter| is_text(letter)),
            Meaning::Simple(letters) => letters.get(usize::from(code)).copied().flatten(),
        };
        let guess = || {
            // Latin-1, or the order of glyphs that most TrueType fonts keep, where the third is the space.
            let letter = u32::from(code) + if self.wide { 29 } else { 0 };
            char::from_u32(letter).filter(|letter| self.has_letters && matches!(letter, ' '..='~'))
        };
        text.extend(letter.or_else(guess));
        letter.is_some()
    }
}
