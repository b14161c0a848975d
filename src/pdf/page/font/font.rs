use super::letter_widths::LetterWidths;
use super::to_unicode::ToUnicode;
use crate::error::{Kind, Result};
use crate::pdf::document::file::File;
use crate::pdf_objects::Dict;

/// A font, as far as it matters for where ink falls.
#[derive(Default)]
pub(in crate::pdf) struct Font {
    pub(in crate::pdf) widths: LetterWidths,
    characters: Option<ToUnicode>,
    /// It says nothing of its codes, and has no encoding of its own making: they are ASCII.
    is_plain: bool,
}

impl Font {
    pub(in crate::pdf) fn read(file: &File, font: &Dict) -> Result<Self> {
        /// In bytes unpacked.
        const LARGEST_MAP: usize = 4 << 20;
        let map = font.get("ToUnicode").map(|map| file.stream(map)).transpose()?.flatten();
        let map = match map.map(|map| file.decode(&map, LARGEST_MAP)).transpose() {
            Err(error) if error.kind() == Kind::PdfLimits => return Err(error),
            // A quote is not worth a refusal.
            map => map.ok().flatten(),
        };
        let has_own_codes = file.is(font, "Subtype", "Type0")? || file.is(font, "Subtype", "Type3")?;
        let is_plain = !has_own_codes && file.value(font, "Encoding")?.as_dict().is_none();
        let characters = map.map(|map| ToUnicode::read(&map));
        Ok(Self { widths: LetterWidths::read(file, font)?, characters, is_plain })
    }

    /// Adds the letters of a code to a text; false if nobody says what it draws.
    pub(in crate::pdf) fn add(&self, code: u16, text: &mut String) -> bool {
        if let Some(characters) = &self.characters {
            return characters.add(code, text);
        }
        let letter = u8::try_from(code).ok().filter(|code| self.is_plain && matches!(code, b' '..=b'~'));
        text.extend(letter.map(char::from));
        letter.is_some()
    }
}
