//! Text as people save it: UTF-8, or what Windows makes of it. PowerShell's `>` writes UTF-16, and Notepad puts a byte order
//! mark in front. Lists, tables and manifests are read either way; invoices are not, because KSeF takes neither.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::read::open_regular;
use crate::error::Result;

/// Opens a regular file of text.
///
/// # Errors
/// `input_not_regular`, `input_unreadable`.
pub fn open_text(path: &Path) -> Result<Decoded<File>> {
    open_regular(path).map(Decoded::new)
}

/// The text in UTF-8, without a byte order mark.
pub fn decoded(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.starts_with(b"\xFF\xFE") && !bytes.starts_with(b"\xFE\xFF") && !bytes.starts_with(UTF_8) {
        return bytes;
    }
    let mut text = Vec::with_capacity(bytes.len());
    // Reading from memory does not fail.
    _ = Decoded::new(&*bytes).read_to_end(&mut text);
    text
}

const UTF_8: &[u8] = b"\xEF\xBB\xBF";

/// In bytes: what is turned at once.
const PART: usize = 1 << 13;

/// A reader of text, which gives UTF-8 whatever its byte order mark says, and leaves the mark out. Text without a mark is given
/// as it is; halves of characters become U+FFFD.
#[derive(Debug)]
pub struct Decoded<R> {
    from: R,
    encoding: Encoding,
    /// What was read and not turned yet: of UTF-16 half a character, two bytes and one more at most.
    raw: Vec<u8>,
    /// What is to be given, from `at` on.
    text: Vec<u8>,
    at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// The first bytes are to come.
    Unknown,
    Utf8,
    Utf16 {
        is_big_endian: bool,
    },
}

impl<R: Read> Decoded<R> {
    /// From its first byte on.
    pub fn new(from: R) -> Self {
        Self { from, encoding: Encoding::Unknown, raw: Vec::new(), text: Vec::new(), at: 0 }
    }

    /// Reads as few bytes as tell: whoever writes a list may wait for an answer to its first line.
    fn begin(&mut self) -> io::Result<()> {
        while self.raw.len() < UTF_8.len() {
            let is_mark = UTF_8.starts_with(&self.raw)
                || b"\xFF\xFE".starts_with(&self.raw)
                || b"\xFE\xFF".starts_with(&self.raw);
            let mut byte = [0];
            if !is_mark || self.raw.len() == 2 && !UTF_8.starts_with(&self.raw) || read(&mut self.from, &mut byte)? == 0
            {
                break;
            }
            self.raw.extend_from_slice(&byte);
        }
        self.encoding = match &*self.raw {
            UTF_8 => Encoding::Utf8,
            b"\xFF\xFE" => Encoding::Utf16 { is_big_endian: false },
            b"\xFE\xFF" => Encoding::Utf16 { is_big_endian: true },
            _ => {
                self.text.append(&mut self.raw);
                Encoding::Utf8
            }
        };
        self.raw.clear();
        Ok(())
    }

    /// Turns the next part of the text; at its end there is none.
    fn turn(&mut self, is_big_endian: bool) -> io::Result<()> {
        let unit = if is_big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
        let mut part = [0; PART];
        loop {
            let length = read(&mut self.from, &mut part)?;
            self.raw.extend_from_slice(part.get(..length).unwrap_or_default());
            let units: Vec<u16> = self.raw.as_chunks().0.iter().map(|&pair| unit(pair)).collect();
            // The first half of a pair waits for the second.
            let is_open = length > 0 && units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit));
            let whole = units.len() - usize::from(is_open);
            let characters = char::decode_utf16(units.into_iter().take(whole));
            let text: String = characters.map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            self.raw.drain(..2 * whole);
            self.text.extend_from_slice(text.as_bytes());
            if length == 0 && !self.raw.is_empty() {
                self.raw.clear();
                self.text.extend_from_slice("\u{FFFD}".as_bytes());
            }
            if length == 0 || !self.text.is_empty() {
                return Ok(());
            }
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.encoding == Encoding::Unknown {
            self.begin()?;
        }
        if self.at == self.text.len() {
            self.text.clear();
            self.at = 0;
            match self.encoding {
                Encoding::Utf16 { is_big_endian } => self.turn(is_big_endian)?,
                _ => return self.from.read(buffer),
            }
        }
        let left = self.text.get(self.at..).unwrap_or_default();
        let length = left.len().min(buffer.len());
        buffer.iter_mut().zip(left).for_each(|(place, byte)| *place = *byte);
        self.at += length;
        Ok(length)
    }
}

/// Reads what there is; nothing at the end only.
fn read(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Slow<'s>(&'s [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((&first, rest)) = self.0.split_first() else { return Ok(0) };
            self.0 = rest;
            buffer[0] = first;
            Ok(1)
        }
    }

    fn read_slowly(bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        Decoded::new(Slow(bytes)).read_to_end(&mut text).unwrap();
        text
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(unit).collect()
    }

    #[test]
    fn windows_texts_are_utf_8() {
        let long = "zażółć 🧾\r\n".repeat(3000);
        for text in ["", "a", "ab", "abc", "\u{FEFE}", "ż", "🧾", "in/f1.xml\r\n", &long] {
            for bytes in [
                text.as_bytes().to_vec(),
                [UTF_8, text.as_bytes()].concat(),
                utf16(text, u16::to_le_bytes),
                utf16(text, u16::to_be_bytes),
            ] {
                assert!(decoded(bytes.clone()) == text.as_bytes(), "{text:.20}");
                assert!(read_slowly(&bytes) == text.as_bytes(), "{text:.20}");
            }
        }
    }

    #[test]
    fn what_has_no_mark_stays_as_it_is_and_halves_are_no_panic() {
        for bytes in [&b"\xFF"[..], b"\xEF\xBB", b"\xEF\xBBx", b"\xFE", b"\xB3\xFF\xFE", b"\xFFa", b"\xEFa"] {
            assert_eq!(read_slowly(bytes), bytes);
            assert_eq!(decoded(bytes.to_vec()), bytes);
        }
        assert_eq!(decoded(b"\xFF\xFEa\0b".to_vec()), "a\u{FFFD}".as_bytes());
        assert_eq!(decoded(b"\xFF\xFE\x00\xD8a\0".to_vec()), "\u{FFFD}a".as_bytes());
        assert_eq!(decoded(b"\xFF\xFE\x00\xD8".to_vec()), "\u{FFFD}".as_bytes());
    }

    /// Whoever writes a list by hand gets each line's answer at once.
    #[test]
    fn no_more_is_read_than_is_needed() {
        let mut from = Decoded::new(&b"a\nb"[..]);
        let mut line = [0; 1];
        assert_eq!(from.read(&mut line).unwrap(), 1);
        assert_eq!(from.from, b"\nb");
    }
}
