//! Why a link's digest is not that of the invoice's file: what the file may have been when it was hashed. These are the
//! commonest reasons why a code and its invoice disagree.

use super::canonical;
use crate::error::CheckCode;
use crate::values::InvoiceHash;

/// Why a digest is not that of the file.
#[derive(Debug)]
pub(super) struct Cause {
    pub(super) code: CheckCode,
    /// What the digest is of: `the same text with ...`.
    pub(super) what: String,
}

/// Larger files are not tried in other forms: it would take seconds.
const LARGEST: usize = 8_000_000;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Looks for the form of `file` that has the digest `hash`, the likely ones first.
pub(super) fn find(file: &[u8], hash: &InvoiceHash) -> Option<Cause> {
    Search { is_it: |bytes: &[u8]| InvoiceHash::of(bytes) == *hash }.through(file)
}

/// The digests of all forms of a file in which [`find`] looks for one.
pub(super) fn each(file: &[u8], mut take: impl FnMut(InvoiceHash)) {
    let take = |bytes: &[u8]| {
        take(InvoiceHash::of(bytes));
        false
    };
    Search { is_it: take }.through(file);
}

/// A look at all forms of a file, until one is the one.
struct Search<F> {
    is_it: F,
}

impl<F: FnMut(&[u8]) -> bool> Search<F> {
    fn through(&mut self, file: &[u8]) -> Option<Cause> {
        if file.len() > LARGEST {
            return None;
        }
        let bare = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file);
        let has_mark = bare.len() != file.len();
        self.as_bytes(bare, has_mark).or_else(|| self.as_text(bare)).or_else(|| self.digests(file))
    }

    fn is(&mut self, bytes: &[u8]) -> bool {
        (self.is_it)(bytes)
    }

    /// The same characters in UTF-8: byte order mark, newlines, the file's end.
    fn as_bytes(&mut self, bare: &[u8], has_mark: bool) -> Option<Cause> {
        for newlines in [Newlines::AsIs, Newlines::Lf, Newlines::CrLf, Newlines::Cr] {
            let text = with_newlines(bare, newlines);
            for end in [End::AsIs, End::Bare, End::Newline] {
                let text = with_end(&text, end, newlines);
                for mark in [has_mark, !has_mark] {
                    let found = match mark {
                        true => self.is(&[BYTE_ORDER_MARK, &text].concat()),
                        false => self.is(&text),
                    };
                    if found {
                        return Some(cause(newlines, end, (mark != has_mark).then_some(mark)));
                    }
                }
            }
        }
        None
    }

    /// The same document in another encoding, or written again.
    fn as_text(&mut self, bare: &[u8]) -> Option<Cause> {
        let text = std::str::from_utf8(bare).ok()?;
        let found = |code, what: &str| Some(Cause { code, what: what.to_owned() });
        for newlines in [Newlines::AsIs, Newlines::Lf, Newlines::CrLf] {
            let bytes = with_newlines(bare, newlines);
            let text = std::str::from_utf8(&bytes).unwrap_or(text);
            for (name, encoded) in encodings(text) {
                if encoded.is_some_and(|encoded| self.is(&encoded)) {
                    return found(CheckCode::DigestEncoding, &format!("the same text in {name}"));
                }
            }
            for (code, name, rewritten) in rewritings(text) {
                if self.is(rewritten.as_bytes()) {
                    return found(code, &format!("the same document {name}"));
                }
            }
        }
        for with_comments in [false, true] {
            if canonical::form(text, with_comments).is_some_and(|form| self.is(form.as_bytes())) {
                return found(CheckCode::DigestCanonicalised, "its canonical form (C14N)");
            }
        }
        None
    }

    /// Digests of something else than the file.
    fn digests(&mut self, file: &[u8]) -> Option<Cause> {
        use base64::Engine as _;
        let once = InvoiceHash::of(file);
        let found = |code, what: &str| Some(Cause { code, what: what.to_owned() });
        if self.is(once.as_bytes()) || self.is(once.base64().as_bytes()) || self.is(hexadecimal(&once).as_bytes()) {
            return found(CheckCode::DigestTwice, "its digest: SHA-256 was applied twice");
        }
        if self.is(base64::engine::general_purpose::STANDARD.encode(file).as_bytes()) {
            return found(CheckCode::DigestOfBase64, "its Base64 text");
        }
        None
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Newlines {
    AsIs,
    Lf,
    CrLf,
    Cr,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    AsIs,
    Bare,
    Newline,
}

fn cause(newlines: Newlines, end: End, mark: Option<bool>) -> Cause {
    let mut differences = Vec::new();
    let mut code = None;
    match newlines {
        Newlines::AsIs => {}
        Newlines::Lf => differences.push("LF newlines"),
        Newlines::CrLf => differences.push("CR LF newlines"),
        Newlines::Cr => differences.push("CR newlines"),
    }
    if newlines != Newlines::AsIs {
        code = Some(CheckCode::DigestNewlines);
    }
    if let Some(mark) = mark {
        differences.push(if mark { "a byte order mark in front" } else { "no byte order mark in front" });
        code = code.or(Some(CheckCode::DigestBom));
    }
    match end {
        End::AsIs => {}
        End::Bare => differences.push("no newline at the end"),
        End::Newline => differences.push("a newline at the end"),
    }
    let what = format!("the same text with {}", differences.join(" and "));
    Cause { code: code.unwrap_or(CheckCode::DigestFinalNewline), what }
}

fn with_newlines(text: &[u8], newlines: Newlines) -> Vec<u8> {
    let newline: &[u8] = match newlines {
        Newlines::AsIs => return text.to_vec(),
        Newlines::Lf => b"\n",
        Newlines::CrLf => b"\r\n",
        Newlines::Cr => b"\r",
    };
    let mut out = Vec::with_capacity(text.len() + text.len() / 16);
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' => {
                bytes.next_if_eq(&b'\n');
                out.extend_from_slice(newline);
            }
            b'\n' => out.extend_from_slice(newline),
            other => out.push(other),
        }
    }
    out
}

fn with_end(text: &[u8], end: End, newlines: Newlines) -> Vec<u8> {
    match end {
        End::AsIs => text.to_vec(),
        End::Bare => text.trim_ascii_end().to_vec(),
        End::Newline => {
            let has_crlf = text.windows(2).any(|pair| pair == b"\r\n");
            let newline: &[u8] = match newlines {
                Newlines::Cr => b"\r",
                Newlines::CrLf => b"\r\n",
                Newlines::AsIs if has_crlf => b"\r\n",
                _ => b"\n",
            };
            [text.trim_ascii_end(), newline].concat()
        }
    }
}

/// The text in the encodings of Windows and of old systems; none where a character has no place in one.
fn encodings(text: &str) -> [(&'static str, Option<Vec<u8>>); 6] {
    let wide = |mark: bool, bytes: fn(u16) -> [u8; 2]| {
        let mark = mark.then_some(0xFEFF);
        Some(mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect())
    };
    [
        ("UTF-16 (little-endian)", wide(false, u16::to_le_bytes)),
        ("UTF-16 (little-endian) with a byte order mark", wide(true, u16::to_le_bytes)),
        ("UTF-16 (big-endian)", wide(false, u16::to_be_bytes)),
        ("UTF-16 (big-endian) with a byte order mark", wide(true, u16::to_be_bytes)),
        ("windows-1250", narrow(text, WINDOWS_1250)),
        ("ISO 8859-2", narrow(text, ISO_8859_2)),
    ]
}

/// Polish letters, and what else invoices hold of 8-bit signs, with their bytes.
const WINDOWS_1250: &str = "ą\u{B9}ć\u{E6}ę\u{EA}ł\u{B3}ń\u{F1}ó\u{F3}ś\u{9C}ź\u{9F}ż\u{BF}Ą\u{A5}Ć\u{C6}Ę\u{CA}Ł\u{A3}Ń\u{D1}Ó\u{D3}Ś\u{8C}Ź\u{8F}Ż\u{AF}\
    –\u{96}—\u{97}„\u{84}”\u{94}“\u{93}’\u{92}…\u{85}€\u{80}§\u{A7}°\u{B0}\u{A0}\u{A0}×\u{D7}ü\u{FC}ö\u{F6}ä\u{E4}é\u{E9}";
const ISO_8859_2: &str = "ą\u{B1}ć\u{E6}ę\u{EA}ł\u{B3}ń\u{F1}ó\u{F3}ś\u{B6}ź\u{BC}ż\u{BF}Ą\u{A1}Ć\u{C6}Ę\u{CA}Ł\u{A3}Ń\u{D1}Ó\u{D3}Ś\u{A6}Ź\u{AC}Ż\u{AF}\
    §\u{A7}°\u{B0}\u{A0}\u{A0}×\u{D7}ü\u{FC}ö\u{F6}ä\u{E4}é\u{E9}";

fn narrow(text: &str, table: &str) -> Option<Vec<u8>> {
    if text.is_ascii() {
        return None;
    }
    let signs: Vec<char> = table.chars().collect();
    let byte = |sign: char| match sign.is_ascii() {
        true => Some(sign as u8),
        false => {
            signs.chunks(2).find(|pair| pair.first() == Some(&sign)).and_then(|pair| u8::try_from(*pair.get(1)?).ok())
        }
    };
    text.chars().map(byte).collect()
}

/// The document as another program might write it again.
fn rewritings(text: &str) -> Vec<(CheckCode, &'static str, String)> {
    let mut found = Vec::new();
    let (declaration, body) = match text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((declaration, body)) => (declaration, body),
        None => ("", text),
    };
    let mut add = |code, name, text: String| found.push((code, name, text));
    let declared = CheckCode::DigestDeclaration;
    if !declaration.is_empty() {
        add(declared, "without its first line (<?xml …?>)", body.trim_start().to_owned());
        add(declared, "without its declaration (<?xml …?>)", body.to_owned());
    }
    for (name, other) in [
        ("with encoding=\"utf-8\" in its first line", " version=\"1.0\" encoding=\"utf-8\""),
        ("with encoding=\"UTF-8\" in its first line", " version=\"1.0\" encoding=\"UTF-8\""),
        ("with encoding=\"utf-16\" in its first line", " version=\"1.0\" encoding=\"utf-16\""),
        ("with standalone=\"no\" in its first line", " version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\""),
        ("with standalone=\"yes\" in its first line", " version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\""),
        ("with apostrophes in its first line", " version='1.0' encoding='UTF-8'"),
        ("without an encoding in its first line", " version=\"1.0\""),
    ] {
        for between in [None, Some(""), Some("\n"), Some("\r\n")] {
            let body = between.map_or(body.to_owned(), |between| format!("{between}{}", body.trim_start()));
            add(declared, name, format!("<?xml{other}?>{body}"));
        }
    }
    let written = CheckCode::DigestReserialised;
    add(written, "with <a /> where it has <a/>", text.replace(" />", "/>").replace("/>", " />"));
    add(written, "with <a/> where it has <a />", text.replace(" />", "/>"));
    add(written, "without the white space between its tags", without_space_between_tags(text));
    found
}

fn without_space_between_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, piece) in text.split('>').enumerate() {
        if index > 0 {
            out.push('>');
        }
        // What stands before the next tag counts only if it holds more than white space.
        match piece.find('<') {
            Some(at) if piece.get(..at).is_some_and(|space| space.trim_ascii().is_empty()) => {
                out.push_str(piece.get(at..).unwrap_or_default());
            }
            None if piece.trim_ascii().is_empty() => {}
            _ => out.push_str(piece),
        }
    }
    out
}

fn hexadecimal(hash: &InvoiceHash) -> String {
    use std::fmt::Write as _;
    hash.as_bytes().iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}
