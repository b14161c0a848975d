//! The text of a file that may be in any encoding in which an invoice was ever written by mistake.

use std::borrow::Cow;

/// In what a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
    Windows1250,
    Iso8859_2,
    /// Some bytes are letters of no encoding that is known; U+FFFD stands for them.
    Unknown,
}

impl Encoding {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 => "UTF-16",
            Self::Windows1250 => "windows-1250",
            Self::Iso8859_2 => "ISO-8859-2",
            Self::Unknown => "no encoding that is known",
        }
    }
}

/// The text, without its byte order mark.
#[derive(Debug)]
pub(super) struct Decoded<'b> {
    pub(super) text: Cow<'b, str>,
    pub(super) encoding: Encoding,
    /// True if a byte order mark stood in front.
    pub(super) has_mark: bool,
}

/// Reads the bytes of a file. What they are is told by the mark, by the bytes themselves, then by the declaration: in this
/// order, because a declaration is what is wrong most often.
pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    if let Some((unit, has_mark)) = utf16(bytes) {
        let (units, _) = bytes.as_chunks::<2>();
        let units = units.iter().skip(usize::from(has_mark)).map(|pair| unit(*pair));
        let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        return Decoded { text: Cow::Owned(text), encoding: Encoding::Utf16, has_mark };
    }
    let rest = bytes.strip_prefix(b"\xEF\xBB\xBF");
    let (bytes, has_mark) = (rest.unwrap_or(bytes), rest.is_some());
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded { text: Cow::Borrowed(text), encoding: Encoding::Utf8, has_mark };
    }
    let (text, encoding) = match declared(bytes) {
        Some(encoding @ Encoding::Windows1250) => (narrow(bytes, WINDOWS_1250), encoding),
        Some(encoding @ Encoding::Iso8859_2) => (narrow(bytes, ISO_8859_2), encoding),
        _ => (String::from_utf8_lossy(bytes).into_owned(), Encoding::Unknown),
    };
    Decoded { text: Cow::Owned(text), encoding, has_mark }
}

/// How two bytes make a unit of UTF-16.
type Unit = fn([u8; 2]) -> u16;

/// How UTF-16 stands in the file, and whether there is a mark before it.
fn utf16(bytes: &[u8]) -> Option<(Unit, bool)> {
    Some(match bytes {
        [0xFF, 0xFE, ..] => (u16::from_le_bytes, true),
        [0xFE, 0xFF, ..] => (u16::from_be_bytes, true),
        [b'<', 0, ..] => (u16::from_le_bytes, false),
        [0, b'<', ..] => (u16::from_be_bytes, false),
        _ => return None,
    })
}

/// What the XML declaration says.
fn declared(bytes: &[u8]) -> Option<Encoding> {
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let declaration = &declaration[..declaration.len().min(200)];
    let end = declaration.windows(2).position(|pair| pair == b"?>")?;
    let declaration = declaration[..end].to_ascii_lowercase();
    let says = |name: &str| declaration.windows(name.len()).any(|part| part == name.as_bytes());
    match () {
        () if says("windows-1250") || says("cp1250") => Some(Encoding::Windows1250),
        () if says("iso-8859-2") || says("latin2") => Some(Encoding::Iso8859_2),
        () => None,
    }
}

/// Text whose UTF-8 was taken for another encoding, as a program writes it that mistakes it: `Å»Ã³Å‚w` for `Żółw`.
pub(super) fn mistaken(text: &str) -> [String; 2] {
    [WINDOWS_1250, WINDOWS_1252].map(|table| narrow(text.as_bytes(), table))
}

fn narrow(bytes: &[u8], table: &str) -> String {
    let table: Vec<char> = table.chars().collect();
    let of = |&byte: &u8| match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(index) => table.get(usize::from(index)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    bytes.iter().map(of).collect()
}

/// The characters of the bytes from 0x80 on; where there is none, the control of that number, as browsers have it.
const WINDOWS_1250: &str = "€\u{81}‚\u{83}„…†‡\u{88}‰Š‹ŚŤŽŹ\u{90}‘’“”•–—\u{98}™š›śťžź\u{A0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{AD}®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľżŔ\
ÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙";

/// The same of ISO 8859-2.
const ISO_8859_2: &str = "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8A}\u{8B}\u{8C}\u{8D}\u{8E}\u{8F}\
\u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9A}\u{9B}\u{9C}\u{9D}\u{9E}\u{9F}\
\u{A0}Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u{AD}ŽŻ°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řů\
úűüýţ˙";

/// The same of Windows-1252, in which no invoice is written, and for which UTF-8 is taken.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²³´µ¶·¸¹º»¼½¾¿À\
ÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> (String, Encoding, bool) {
        let Decoded { text, encoding, has_mark } = decode(bytes);
        (text.into_owned(), encoding, has_mark)
    }

    #[test]
    fn polish_letters_in_every_encoding() {
        let letters = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ";
        assert_eq!([WINDOWS_1250, ISO_8859_2, WINDOWS_1252].map(|table| table.chars().count()), [128; 3]);
        let windows = b"<?xml version='1.0' encoding='Windows-1250'?>\xB9\xE6\xEA\xB3\xF1\xF3\x9C\x9F\xBF\xA5\xC6\xCA\xA3\xD1\xD3\x8C\x8F\xAF";
        let (text, encoding, _) = of(windows);
        assert!(text.ends_with(letters) && encoding == Encoding::Windows1250, "{text}");
        let iso = b"<?xml version='1.0' encoding='ISO-8859-2'?>\xB1\xE6\xEA\xB3\xF1\xF3\xB6\xBC\xBF\xA1\xC6\xCA\xA3\xD1\xD3\xA6\xAC\xAF";
        let (text, encoding, _) = of(iso);
        assert!(text.ends_with(letters) && encoding == Encoding::Iso8859_2, "{text}");
        let with_mark =
            |unit: fn(u16) -> [u8; 2]| -> Vec<u8> { "\u{FEFF}<ą/>".encode_utf16().flat_map(unit).collect() };
        assert_eq!(of(&with_mark(u16::to_le_bytes)), ("<ą/>".to_owned(), Encoding::Utf16, true));
        assert_eq!(of(&with_mark(u16::to_be_bytes)[2..]), ("<ą/>".to_owned(), Encoding::Utf16, false));
        assert_eq!(of(b"\xEF\xBB\xBF<a/>"), ("<a/>".to_owned(), Encoding::Utf8, true));
        assert_eq!(of(b"<a>\xB3</a>").1, Encoding::Unknown);
        // The bytes are believed, not the declaration.
        assert_eq!(of("<?xml version='1.0' encoding='windows-1250'?><ą/>".as_bytes()).1, Encoding::Utf8);
        assert_eq!(of(b"").1, Encoding::Utf8);
    }

    #[test]
    fn letters_that_were_encoded_twice() {
        assert_eq!(mistaken("Łódź"), ["Ĺ\u{81}ĂłdĹş", "Å\u{81}Ã³dÅº"]);
    }
}
