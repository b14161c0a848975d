use super::lexer::{Lexer, hex, is_space};
use crate::error::Result;

/// Strings (ISO 32000-1, 7.3.4).
impl Lexer<'_> {
    /// `(text)`
    pub(super) fn literal(&mut self) -> Result<Box<[u8]>> {
        self.at += 1;
        let (mut text, mut open) = (Vec::new(), 1_u32);
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
    pub(super) fn hexadecimal(&mut self) -> Result<Box<[u8]>> {
        self.at += 1;
        let (mut text, mut high) = (Vec::new(), None);
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
