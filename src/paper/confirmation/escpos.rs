//! A confirmation for receipt printers: ESC/POS, as in Epson's "ESC/POS Application Programming Guide".

use super::content::Content;
use super::cp852::cp852;
use super::dots::{Dots, module_dots, size_by_printer};
use super::paper_format::{QrBy, Roll};
use crate::font::lines;
use crate::paper::flow::HeadedCode;
use crate::qr::EccLevel;
use crate::render::Code;

/// A letter of font A is twelve dots wide.
const LETTER_DOTS: usize = 12;

/// `GS v 0` is sent in strips: some printers hold no more at a time.
const STRIP_ROWS: usize = 128;

/// Writes the bytes.
pub(super) fn write(content: &Content<'_>, roll: Roll, qr: QrBy) -> Vec<u8> {
    let mut receipt = Receipt { bytes: Vec::new(), roll };
    // As it was switched on; no Chinese characters, in whose printers bytes above 127 are pairs; code page 852.
    receipt.bytes.extend_from_slice(b"\x1b@\x1c.\x1bt\x12");
    receipt.align(true);
    receipt.bold(content.title);
    for note in content.notes {
        receipt.text(note);
    }
    receipt.feed();
    receipt.align(false);
    for row in &content.facts {
        receipt.text(&format!("{}:", row.name));
        receipt.bold(&row.value);
    }
    receipt.feed();
    for code in &content.codes {
        receipt.code(code, qr);
    }
    receipt.align(false);
    receipt.bold(content.to_download);
    for row in &content.needed {
        receipt.text(&format!("{}:", row.name));
        receipt.bold(&row.value);
    }
    receipt.text(content.mistakes);
    receipt.feed();
    // Feeds the paper to the cutter and cuts it, but for a corner that holds it.
    receipt.bytes.extend_from_slice(b"\x1dV\x42\x00");
    receipt.bytes
}

struct Receipt {
    bytes: Vec<u8>,
    roll: Roll,
}

/// A byte of the code page as a character that is no white space unless it is one there: its last eight bits are the byte.
fn as_letter(byte: u8) -> char {
    if byte.is_ascii() { char::from(byte) } else { char::from_u32(0xE000 + u32::from(byte)).unwrap_or('?') }
}

impl Receipt {
    fn text(&mut self, text: &str) {
        let columns = self.roll.dots() / LETTER_DOTS;
        // Broken as bytes: one character may become three.
        for paragraph in text.split('\n') {
            // Bytes above ASCII are letters here, and some of them white space as characters of the same number.
            let shown: String = cp852(paragraph).into_iter().map(as_letter).collect();
            for line in lines(&shown, columns as f32, |_| 1.0) {
                self.bytes.extend(line.chars().map(|letter| letter as u8));
                self.feed();
            }
        }
    }

    fn bold(&mut self, text: &str) {
        self.bytes.extend_from_slice(b"\x1bE\x01");
        self.text(text);
        self.bytes.extend_from_slice(b"\x1bE\x00");
    }

    fn feed(&mut self) {
        self.bytes.push(b'\n');
    }

    fn align(&mut self, in_the_middle: bool) {
        self.bytes.extend_from_slice(&[0x1b, b'a', u8::from(in_the_middle)]);
    }

    fn code(&mut self, HeadedCode { heading, code }: &HeadedCode<'_>, qr: QrBy) {
        self.align(true);
        self.bold(heading);
        match qr {
            QrBy::Raster => self.raster(code),
            QrBy::Printer => self.command(code),
        }
        self.bold(code.label().as_str());
        self.align(false);
        self.text(code.link());
        self.feed();
    }

    /// `GS v 0`, in the middle by white dots of our own: not every printer aligns graphics.
    fn raster(&mut self, code: &Code) {
        let room = self.roll.dots();
        let module = module_dots(code.symbol().size(), room);
        let dots = Dots::new(code.symbol(), module, room.saturating_sub(code.side() * module) / 2);
        for strip in dots.bytes.chunks(STRIP_ROWS * dots.bytes_a_row) {
            let (width, height) = (dots.bytes_a_row as u16, (strip.len() / dots.bytes_a_row) as u16);
            self.bytes.extend_from_slice(b"\x1dv0\x00");
            self.bytes.extend_from_slice(&width.to_le_bytes());
            self.bytes.extend_from_slice(&height.to_le_bytes());
            self.bytes.extend_from_slice(strip);
        }
    }

    /// `GS ( k` with the functions 165 (model 2), 167 (size of a module), 169 (error correction), 180 (data), 181 (print).
    fn command(&mut self, code: &Code) {
        let module = module_dots(size_by_printer(code), self.roll.dots()) as u8;
        let level = match code.symbol().level() {
            EccLevel::L => b'0',
            EccLevel::M => b'1',
            EccLevel::Q => b'2',
            EccLevel::H => b'3',
        };
        for function in [&[b'A', b'2', 0][..], &[b'C', module], &[b'E', level]] {
            self.function(function);
        }
        let mut data = vec![b'P', b'0'];
        data.extend_from_slice(code.link().as_bytes());
        self.function(&data);
        self.function(b"Q0");
    }

    fn function(&mut self, function: &[u8]) {
        // A link has some three thousand bytes at most, or there would be no symbol of it.
        let length = (function.len() + 1) as u16;
        self.bytes.extend_from_slice(b"\x1d(k");
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.push(b'1');
        self.bytes.extend_from_slice(function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In code page 852 á and ů have the numbers of white space in Unicode.
    #[test]
    fn letters_are_not_taken_for_spaces() {
        let mut receipt = Receipt { bytes: Vec::new(), roll: Roll::Mm80 };
        receipt.text("Dvořák  Tomášů Málaga");
        let expected = [&cp852("Dvořák Tomášů Málaga")[..], b"\n"].concat();
        assert_eq!(receipt.bytes, expected);
    }
}
