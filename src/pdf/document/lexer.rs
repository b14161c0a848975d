use std::borrow::Cow;

use crate::error::{Error, Kind, Result};
use crate::pdf_objects::{Dict, Id, Object};

/// Arrays within dictionaries within arrays. Real documents stay under twenty.
const DEEPEST: u32 = 64;

/// The values of one object, or of one operand, together. A page tree without levels has some hundred thousand.
const MOST_VALUES: u32 = 300_000;

/// Reads values and keywords (ISO 32000-1, 7.2 and 7.3) from bytes.
pub(in crate::pdf) struct Lexer<'a> {
    pub(in crate::pdf) data: &'a [u8],
    pub(in crate::pdf) at: usize,
    /// In files `1 0 R` is a reference; in content it is two numbers and a word.
    references: bool,
    left: u32,
    /// Where one part of content joins the next, by a line feed that is not in the file.
    joins: Vec<usize>,
    /// True if a comment ended there: for some readers it goes on.
    is_torn: bool,
}

/// A value or a word.
#[derive(Debug, PartialEq)]
pub(in crate::pdf) enum Token<'a> {
    Value(Object),
    Word(&'a [u8]),
}

impl<'a> Lexer<'a> {
    /// For the objects of a file, from `at` on.
    pub(in crate::pdf) fn new(data: &'a [u8], at: usize) -> Self {
        Self { data, at, references: true, left: MOST_VALUES, joins: Vec::new(), is_torn: false }
    }

    /// For the operands and operators of a content stream, to be read by [`next_token`](Self::next_token). The caller bounds their
    /// number.
    pub(in crate::pdf) fn content(data: &'a [u8]) -> Self {
        Self { references: false, ..Self::new(data, 0) }
    }

    /// The same for content of parts, which are joined at these places.
    pub(in crate::pdf) fn parts(data: &'a [u8], joins: Vec<usize>) -> Self {
        Self { joins, ..Self::content(data) }
    }

    pub(in crate::pdf) fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    pub(in crate::pdf) fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Passes over white space and comments.
    pub(in crate::pdf) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let rest = self.data.get(self.at..).unwrap_or_default();
                self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                self.is_torn |= self.joins.binary_search(&self.at).is_ok();
            } else if is_space(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// Takes a word if it is the next thing.
    pub(in crate::pdf) fn word(&mut self, word: &str) -> bool {
        self.skip_space();
        let rest = self.data.get(self.at..).unwrap_or_default();
        let ends = rest.get(word.len()).is_none_or(|&next| !is_regular(next));
        let found = rest.starts_with(word.as_bytes()) && ends;
        if found {
            self.at += word.len();
        }
        found
    }

    /// The next value of a file.
    pub(in crate::pdf) fn object(&mut self) -> Result<Object> {
        match self.token(0)? {
            Some(Token::Value(value)) => Ok(value),
            Some(Token::Word(_)) => Err(self.damaged("a value was expected")),
            None => Err(self.damaged("the file ends within an object")),
        }
    }

    /// The next value or word; `None` at the end.
    pub(in crate::pdf) fn next_token(&mut self) -> Result<Option<Token<'a>>> {
        self.left = MOST_VALUES;
        let token = self.token(0)?;
        if self.is_torn {
            return Err(self.damaged("a part of the content ends within a comment"));
        }
        Ok(token)
    }

    /// A whole number without a sign.
    pub(in crate::pdf) fn unsigned(&mut self) -> Option<u64> {
        self.skip_space();
        let start = self.at;
        let mut value = 0_u64;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            self.at += 1;
        }
        (self.at > start).then_some(value)
    }

    /// `7 0 obj`, or `7 0 R` for another word.
    pub(in crate::pdf) fn id(&mut self, word: &str) -> Option<Id> {
        let start = self.at;
        let id = (|| {
            let number = u32::try_from(self.unsigned()?).ok()?;
            let generation = u16::try_from(self.unsigned()?).ok()?;
            self.word(word).then_some(Id { number, generation })
        })();
        if id.is_none() {
            self.at = start;
        }
        id
    }

    fn token(&mut self, depth: u32) -> Result<Option<Token<'a>>> {
        self.skip_space();
        let Some(byte) = self.peek() else { return Ok(None) };
        self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| Error::new(Kind::PdfLimits, format!("an object holds more than {MOST_VALUES} values")))?;
        let value = match byte {
            b'/' => {
                self.at += 1;
                Object::Name(self.name()?)
            }
            b'(' => Object::Text(self.literal()?),
            b'<' if self.data.get(self.at + 1) == Some(&b'<') => Object::Dict(self.dictionary(depth)?),
            b'<' => Object::Text(self.hexadecimal()?),
            b'[' => Object::Array(self.array(depth)?),
            b'0'..=b'9' if self.references => match self.id("R") {
                Some(id) => Object::Reference(id),
                None => self.number()?,
            },
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.number()?,
            _ if is_regular(byte) => {
                let start = self.at;
                while self.peek().is_some_and(is_regular) {
                    self.at += 1;
                }
                match self.data.get(start..self.at).unwrap_or_default() {
                    b"null" => Object::Null,
                    b"true" => Object::Bool(true),
                    b"false" => Object::Bool(false),
                    word => return Ok(Some(Token::Word(word))),
                }
            }
            _ => return Err(self.damaged("a delimiter stands alone")),
        };
        Ok(Some(Token::Value(value)))
    }

    fn number(&mut self) -> Result<Object> {
        let start = self.at;
        let (mut whole, mut scale, mut real, mut negative) = (0.0_f64, 1.0_f64, false, false);
        while let Some(byte) = self.peek() {
            match byte {
                b'0'..=b'9' => {
                    whole = whole * 10.0 + f64::from(byte - b'0');
                    scale *= if real { 10.0 } else { 1.0 };
                }
                b'.' if !real => real = true,
                // `--5` is written by some and read as -5 by all.
                b'-' if self.at == start || self.data.get(self.at - 1) == Some(&b'-') => negative = true,
                b'+' if self.at == start => {}
                _ => break,
            }
            self.at += 1;
        }
        if self.peek().is_some_and(is_regular) {
            return Err(self.damaged("a number is malformed"));
        }
        let value = if negative { -whole } else { whole } / scale;
        // Beyond it readers differ (ISO 32000-1, annex C), and draw nothing of what comes after.
        if value.abs() > f64::from(f32::MAX) || self.at - start > 64 {
            return Err(self.damaged("a number is too large"));
        }
        Ok(if real || value.abs() >= 9e15 { Object::Real(value) } else { Object::Integer(value as i64) })
    }

    fn name(&mut self) -> Result<Box<[u8]>> {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|&byte| !is_regular(byte) || byte == b'#').unwrap_or(rest.len());
        let (plain, after) = rest.split_at(end);
        self.at += end;
        let mut name: Cow<'_, [u8]> = plain.into();
        if after.first() == Some(&b'#') {
            let name = name.to_mut();
            while let Some(byte) = self.peek().filter(|&byte| is_regular(byte)) {
                let digits = self.data.get(self.at + 1..self.at + 3).filter(|_| byte == b'#');
                let pair = digits.and_then(|digits| Some((hex(*digits.first()?)?, hex(*digits.get(1)?)?)));
                name.push(pair.map_or(byte, |(high, low)| high << 4 | low));
                self.at += if pair.is_some() { 3 } else { 1 };
            }
        }
        // Some readers end a word there.
        if !self.references && memchr::memchr2(0x80, 0xff, &name).is_some() {
            return Err(self.damaged("a name is malformed"));
        }
        Ok(name.into())
    }

    fn deeper(depth: u32) -> Result<u32> {
        if depth == DEEPEST {
            return Err(Error::new(Kind::PdfLimits, format!("values are nested more than {DEEPEST} deep")));
        }
        Ok(depth + 1)
    }

    fn array(&mut self, depth: u32) -> Result<Vec<Object>> {
        let depth = Self::deeper(depth)?;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_space();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(items);
            }
            let Some(Token::Value(value)) = self.token(depth)? else {
                return Err(self.damaged("an array is malformed"));
            };
            items.push(value);
        }
    }

    fn dictionary(&mut self, depth: u32) -> Result<Dict> {
        let depth = Self::deeper(depth)?;
        self.at += 2;
        let mut dict = Dict::default();
        loop {
            self.skip_space();
            match self.next() {
                Some(b'>') if self.next() == Some(b'>') => return Ok(dict),
                Some(b'/') => {}
                _ => return Err(self.damaged("a dictionary is malformed")),
            }
            let key = self.name()?;
            let Some(Token::Value(value)) = self.token(depth)? else {
                return Err(self.damaged("a dictionary is malformed"));
            };
            dict.0.push((key, value));
        }
    }

    pub(in crate::pdf) fn damaged(&self, why: &str) -> Error {
        Error::new(Kind::PdfDamaged, format!("at byte {}: {why}", self.at))
    }
}

/// Strings (ISO 32000-1, 7.3.4).
impl Lexer<'_> {
    /// `(text)`
    fn literal(&mut self) -> Result<Box<[u8]>> {
        self.at += 1;
        let rest = self.data.get(self.at..).unwrap_or_default();
        let special = |byte: &u8| matches!(byte, b'(' | b')' | b'\\' | b'\r');
        let (plain, after) = rest.split_at(rest.iter().position(special).unwrap_or(rest.len()));
        self.at += plain.len();
        if after.first() == Some(&b')') {
            self.at += 1;
            return Ok(plain.into());
        }
        let (mut text, mut open) = (plain.to_vec(), 1_u32);
        loop {
            match self.next() {
                None => return Err(self.damaged("a string does not end")),
                Some(b'(') => {
                    open += 1;
                    text.push(b'(');
                }
                Some(b')') => {
                    open -= 1;
                    if open == 0 {
                        return Ok(text.into());
                    }
                    text.push(b')');
                }
                Some(b'\\') => self.escape(&mut text),
                Some(b'\r') => {
                    self.at += usize::from(self.peek() == Some(b'\n'));
                    text.push(b'\n');
                }
                Some(byte) => text.push(byte),
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) {
        match self.next() {
            Some(b'n') => text.push(b'\n'),
            Some(b'r') => text.push(b'\r'),
            Some(b't') => text.push(b'\t'),
            Some(b'b') => text.push(8),
            Some(b'f') => text.push(12),
            Some(b'\r') => self.at += usize::from(self.peek() == Some(b'\n')),
            Some(first @ b'0'..=b'7') => {
                let mut code = u32::from(first - b'0');
                for _ in 0..2 {
                    if let Some(digit @ b'0'..=b'7') = self.peek() {
                        code = code * 8 + u32::from(digit - b'0');
                        self.at += 1;
                    }
                }
                text.push(code as u8);
            }
            Some(b'\n') | None => {}
            Some(other) => text.push(other),
        }
    }

    /// `<74657874>`
    fn hexadecimal(&mut self) -> Result<Box<[u8]>> {
        /// Where its end is looked for, to make room for it: longer ones grow.
        const NEAR: usize = 256;
        self.at += 1;
        let rest = self.data.get(self.at..).unwrap_or_default();
        let near = rest.get(..NEAR).unwrap_or(rest);
        let length = memchr::memchr(b'>', near).unwrap_or(near.len()).div_ceil(2);
        let (mut text, mut high) = (Vec::with_capacity(length), None);
        loop {
            match self.next() {
                Some(b'>') => break,
                Some(byte) if is_space(byte) => {}
                byte => {
                    let Some(digit) = byte.and_then(hex) else { return Err(self.damaged("a string is malformed")) };
                    match high.take() {
                        None => high = Some(digit << 4),
                        Some(high) => text.push(high | digit),
                    }
                }
            }
        }
        text.extend(high);
        Ok(text.into())
    }
}

pub(in crate::pdf) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

pub(in crate::pdf) fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pdf_objects::write;

    /// What a text holds up to its end or its fault, and where that is.
    fn tokens(text: &[u8], before: usize) -> (Vec<String>, String, usize) {
        let mut lexer = Lexer::content(text);
        let mut found = Vec::new();
        loop {
            match lexer.next_token() {
                Ok(Some(token)) => found.push(format!("{token:?}")),
                Ok(None) => return (found, String::new(), lexer.at - before),
                Err(error) => {
                    let message = error.message().split_once(": ").map(|(_, why)| why.to_owned());
                    return (found, message.unwrap_or_default(), lexer.at - before);
                }
            }
        }
    }

    proptest! {
        /// The slow twin of each fast way: an escape that means nothing, or only what it stands for, leads there.
        #[test]
        fn escapes_that_mean_nothing_change_nothing(text in "[ab#4)(\\\\\r\n /<>%]{0,30}") {
            for (plain, escaped) in [("(", "(\\\n"), ("/n", "/#6e")] {
                let read = |start: &str| tokens(format!("{start}{text}").as_bytes(), start.len());
                prop_assert_eq!(read(plain), read(escaped));
            }
        }

        #[test]
        fn bytes_in_hexadecimal(bytes in proptest::collection::vec(any::<u8>(), 0..600), spaces in any::<bool>()) {
            let between = if spaces { " " } else { "" };
            let text = bytes.iter().map(|byte| format!("{byte:02x}{between}")).collect::<Vec<_>>().concat();
            let read = Lexer::new(format!("<{text}>").as_bytes(), 0).object().unwrap();
            prop_assert_eq!(read, Object::text(&bytes));
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let dict = Dict::default()
            .with("A b#/", Object::text(b"(\\) "))
            .with("B", Object::text(b"\r\n\0\xff"))
            .with("C", vec![Object::Null, Object::Bool(true), (-5_i64).into(), 0.1.into(), (-1e-7).into(), 1e20.into()])
            .with("D", Object::Reference(Id { number: 12, generation: 3 }))
            .with("E", Dict::default());
        let value = Object::Dict(dict);
        let mut text = Vec::new();
        write::object(&mut text, &value);
        assert_eq!(Lexer::new(&text, 0).object().unwrap(), value, "{}", String::from_utf8_lossy(&text));
    }
}
