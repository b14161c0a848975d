use super::glyph_names;
use crate::error::Result;
use crate::pdf::document::file::File;
use crate::pdf::document::lexer::{Lexer, Token};
use crate::pdf_objects::{Dict, Object};

/// Which letter each code of a simple font draws (ISO 32000-1, 9.6.6).
pub(super) type Letters = [Option<char>; 256];

const NOTHING: Letters = [None; 256];

/// Reads what the font says of its codes, or what is agreed on where it says nothing.
pub(super) fn read(file: &File, font: &Dict) -> Result<Letters> {
    let encoding = file.value(font, "Encoding")?.into_owned();
    let (base, differences) = match &encoding {
        Object::Name(name) => (base(name), Vec::new()),
        Object::Dict(dict) => {
            let name = file.value(dict, "BaseEncoding")?;
            (name.as_name().and_then(base), file.items(dict, "Differences")?)
        }
        _ => (None, Vec::new()),
    };
    let mut letters = match base {
        Some(base) => base,
        None => own(file, font)?,
    };
    let mut code = 0;
    for item in differences.iter().take(1024) {
        let item = file.resolve(item)?;
        if let Some(number) = item.integer() {
            code = number;
        } else if let Some(name) = item.as_name() {
            if let Some(place) = usize::try_from(code).ok().and_then(|code| letters.get_mut(code)) {
                *place = glyph_names::letter(name);
            }
            code = code.saturating_add(1);
        }
    }
    Ok(letters)
}

/// What a font draws that names no encoding: that of its program, or the standard one.
fn own(file: &File, font: &Dict) -> Result<Letters> {
    /// In the flags of a font: its letters are not those of the Latin alphabet (ISO 32000-1, table 123).
    const SYMBOLIC: i64 = 4;
    let descriptor = file.dict_in(font, "FontDescriptor")?.unwrap_or_default();
    if let Some(program) = descriptor.get("FontFile") {
        return Ok(of_type_1(file, program)?.unwrap_or(NOTHING));
    }
    let name = file.value(font, "BaseFont")?;
    let has_signs = name.as_name().is_some_and(|name| name.ends_with(b"Symbol") || name.ends_with(b"ZapfDingbats"));
    let is_embedded = descriptor.get("FontFile2").is_some() || descriptor.get("FontFile3").is_some();
    let is_symbolic = file.value(&descriptor, "Flags")?.integer().unwrap_or_default() & SYMBOLIC != 0;
    let unknown = font.is("Subtype", "Type3") || has_signs || is_embedded && is_symbolic;
    Ok(if unknown { NOTHING } else { half(STANDARD, true) })
}

/// The encoding in the clear text at the beginning of a Type 1 font: `dup 65 /A put`.
fn of_type_1(file: &File, program: &Object) -> Result<Option<Letters>> {
    /// In bytes unpacked.
    const LARGEST: usize = 1 << 20;
    let Some(stream) = file.stream(program)? else { return Ok(None) };
    let Ok(program) = file.decode(&stream, LARGEST) else { return Ok(None) };
    let end = memchr::memmem::find(&program, b"eexec").unwrap_or(program.len());
    let clear = program.get(..end).unwrap_or_default();
    let Some(start) = memchr::memmem::find(clear, b"/Encoding") else { return Ok(None) };
    let encoding = clear.get(start..).unwrap_or_default();
    // `/Encoding StandardEncoding def`, or an array that a loop fills first.
    let entries = memchr::memmem::find(encoding, b"dup").unwrap_or(encoding.len());
    if memchr::memmem::find(encoding.get(..entries).unwrap_or_default(), b"StandardEncoding").is_some() {
        return Ok(Some(half(STANDARD, true)));
    }
    let mut lexer = Lexer::content(encoding.get(entries..).unwrap_or_default());
    let (mut letters, mut code, mut name) = (NOTHING, None, None);
    while let Ok(Some(token)) = lexer.next_token() {
        match token {
            Token::Value(Object::Name(value)) => name = Some(value),
            Token::Value(value) => code = value.integer(),
            Token::Word(b"put") => {
                let code = code.take().and_then(|code| usize::try_from(code).ok());
                if let (Some(place), Some(name)) = (code.and_then(|code| letters.get_mut(code)), name.take()) {
                    *place = glyph_names::letter(&name);
                }
            }
            Token::Word(b"def" | b"readonly") => break,
            Token::Word(_) => {}
        }
    }
    Ok(Some(letters))
}

fn base(name: &[u8]) -> Option<Letters> {
    match name {
        b"WinAnsiEncoding" => Some(half(WIN_ANSI, false)),
        b"MacRomanEncoding" => Some(half(MAC_ROMAN, false)),
        b"StandardEncoding" => Some(half(STANDARD, true)),
        _ => None,
    }
}

/// ASCII, and these for the other half.
fn half(upper: &str, is_standard: bool) -> Letters {
    let mut letters = NOTHING;
    let lower = (32..127_u8).map(char::from);
    for (place, letter) in letters.iter_mut().skip(32).zip(lower) {
        *place = Some(match letter {
            '\'' if is_standard => '’',
            '`' if is_standard => '‘',
            letter => letter,
        });
    }
    for (place, letter) in letters.iter_mut().skip(128).zip(upper.chars()) {
        *place = Some(letter).filter(|&letter| letter != '\u{FFFD}');
    }
    letters
}

// From 128 on (ISO 32000-1, annex D). Spaces and hyphens that are others than the usual stand as these.

#[rustfmt::skip]
const WIN_ANSI: &str = "\
€•‚ƒ„…†‡ˆ‰Š‹Œ•Ž••‘’“”•–—˜™š›œ•žŸ ¡¢£¤¥¦§¨©ª«¬-®¯°±²³´µ¶·¸¹º»¼½¾¿\
ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";

#[rustfmt::skip]
const MAC_ROMAN: &str = "\
ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨�ÆØ�±��¥µ�����ªº�æø\
¿¡¬�ƒ��«»… ÀÃÕŒœ–—“”‘’÷�ÿŸ⁄¤‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ�ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

#[rustfmt::skip]
const STANDARD: &str = "\
���������������������������������¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ�–†‡·�¶•‚„”»…‰�¿\
�`´ˆ˜¯˘˙¨�˚¸�˝˛ˇ—����������������Æ�ª����ŁØŒº�����æ���ı��łøœß����";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_half_is_whole() {
        for upper in [WIN_ANSI, MAC_ROMAN, STANDARD] {
            assert_eq!(upper.chars().count(), 128);
        }
        let at = |letters: Letters, code: usize| letters[code];
        assert_eq!(at(half(WIN_ANSI, false), 0x96), Some('–'));
        assert_eq!(at(half(WIN_ANSI, false), 0xd3), Some('Ó'));
        assert_eq!(at(half(MAC_ROMAN, false), 0xd0), Some('–'));
        assert_eq!(at(half(STANDARD, true), 0xe8), Some('Ł'));
        assert_eq!(at(half(STANDARD, true), 0xb1), Some('–'));
        assert_eq!(at(half(STANDARD, true), 0x80), None);
    }
}
