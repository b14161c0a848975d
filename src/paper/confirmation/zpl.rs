//! A confirmation for label printers: ZPL II, as in Zebra's "Programming Guide".

use std::fmt::Write;
use std::ops::RangeInclusive;

use super::content::Content;
use super::dots::{Dots, module_dots, size_by_printer};
use super::paper_format::QrBy;
use crate::error::{Error, Kind, Result};
use crate::paper::canvas::{MM_A_POINT, Style};
use crate::paper::flow::HeadedCode;
use crate::qr::{EccLevel, QUIET_ZONE};
use crate::render::Code;

/// How wide a label may be.
pub(super) const WIDTH_MM: RangeInclusive<u32> = 40..=104;

/// At 203 dpi.
const DOTS_A_MM: f64 = 203.0 / 25.4;

/// White to the left and right, in dots.
const MARGIN: usize = 16;

/// The printer draws its own codes (`^BQ`) this much lower than the command says, in dots.
const OWN_CODE_SHIFT: usize = 10;

/// Heights of letters, in dots.
const TITLE: usize = 34;
const TEXT: usize = 26;
const SMALL: usize = 20;

/// Writes the label.
pub(super) fn write(content: &Content<'_>, width_mm: u32, qr: QrBy) -> Result<String> {
    if !WIDTH_MM.contains(&width_mm) {
        let message = format!("a label {width_mm} mm wide: give 40 to 104");
        return Err(Error::new(Kind::SettingMalformed, message));
    }
    let mut label = LabelText { body: String::new(), width: (f64::from(width_mm) * DOTS_A_MM) as usize, y: MARGIN };
    label.text(content.title, TITLE);
    for note in content.notes {
        label.text(note, TEXT);
    }
    label.y += TEXT / 2;
    for row in &content.facts {
        label.text(row.name, SMALL);
        label.text(&row.value, TEXT);
    }
    for code in &content.codes {
        label.y += TEXT / 2;
        label.code(code, qr);
    }
    label.y += TEXT / 2;
    label.text(content.to_download, TEXT);
    for row in &content.needed {
        label.text(row.name, SMALL);
        label.text(&row.value, TEXT);
    }
    label.text(content.mistakes, SMALL);
    // UTF-8; the width and length; the label's own origin, whatever an earlier one has set.
    let LabelText { body, width, y } = label;
    Ok(format!("^XA\n^CI28\n^PW{width}\n^LL{}\n^LH0,0\n{body}^XZ\n", y + MARGIN))
}

struct LabelText {
    body: String,
    width: usize,
    y: usize,
}

impl LabelText {
    /// Lines of the printer's scalable font. It is narrower than ours, by which they are broken.
    fn text(&mut self, text: &str, height: usize) {
        // The em that a letter of this height has.
        let style = Style { bold: false, em: height as f64 / DOTS_A_MM / MM_A_POINT };
        let room = (self.width - 2 * MARGIN) as f64 / DOTS_A_MM;
        for line in style.lines(text, room) {
            // Writing to a string does not fail.
            let _ = write!(self.body, "^FO{MARGIN},{}^A0N,{height},{height}^FH_^FD", self.y);
            push_escaped(&mut self.body, &line);
            self.body.push_str("^FS\n");
            self.y += height + height / 5;
        }
    }

    fn code(&mut self, HeadedCode { heading, code }: &HeadedCode<'_>, qr: QrBy) {
        self.text(heading, SMALL);
        match qr {
            QrBy::Raster => self.raster(code),
            QrBy::Printer => self.command(code),
        }
        self.text(code.label().as_str(), TEXT);
        self.text(code.link(), SMALL);
    }

    /// `^GFA`: dots in hexadecimal.
    fn raster(&mut self, code: &Code) {
        let module = module_dots(code.symbol().size(), self.width);
        let side = code.side() * module;
        let dots = Dots::new(code.symbol(), module, 0);
        let (x, count) = ((self.width.saturating_sub(side)) / 2, dots.bytes.len());
        let _ = write!(self.body, "^FO{x},{}^GFA,{count},{count},{},", self.y, dots.bytes_a_row);
        for byte in dots.bytes {
            let _ = write!(self.body, "{byte:02X}");
        }
        self.body.push_str("^FS\n");
        self.y += side;
    }

    /// `^BQ`, model 2. In the data stand the error correction, `A` for data that the printer segments itself, a comma.
    fn command(&mut self, code: &Code) {
        let modules = size_by_printer(code);
        let module = module_dots(modules, self.width);
        let (side, margin) = ((modules + 2 * QUIET_ZONE) * module, QUIET_ZONE * module);
        let x = (self.width.saturating_sub(side)) / 2 + margin;
        let y = self.y + margin.saturating_sub(OWN_CODE_SHIFT);
        let letter = match code.symbol().level() {
            EccLevel::L => 'L',
            EccLevel::M => 'M',
            EccLevel::Q => 'Q',
            EccLevel::H => 'H',
        };
        let _ = write!(self.body, "^FO{x},{y}^BQN,2,{module}^FH_^FD{letter}A,");
        push_escaped(&mut self.body, code.link());
        self.body.push_str("^FS\n");
        self.y += side;
    }
}

/// Text as the data of a field: what would be a command, and the sign that escapes it, in hexadecimal (`^FH_`).
fn push_escaped(body: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '^' | '~' | '_' => _ = write!(body, "_{:02X}", u32::from(character)),
            _ if character.is_control() => body.push('?'),
            // Lines are broken by now, and not every printer's font has it.
            '\u{a0}' => body.push(' '),
            _ => body.push(character),
        }
    }
}
