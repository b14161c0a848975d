use std::fmt::Write;

use zeno::{Command, Vector};

use super::font::{Extent, Font, Glyph};
use super::objects::{Objects, hex};

/// The letters of one label as a Type 3 font (ISO 32000-1, 9.6.5): each is drawn by its outline, and is text all the
/// same, which readers find and copy. A font file of these letters would be larger than the rest of the picture.
pub(super) struct PdfFont {
    /// Code 1 is the first.
    glyphs: Vec<&'static Glyph>,
}

/// An em in the font's own units.
const EM: f32 = 1000.0;

impl PdfFont {
    /// The letters that occur in these lines.
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut glyphs: Vec<&'static Glyph> = Vec::new();
        for glyph in lines.flat_map(str::chars).filter_map(|character| Font::bundled().glyph(character)) {
            if !glyphs.iter().any(|known| known.character == glyph.character) {
                glyphs.push(glyph);
            }
        }
        Self { glyphs }
    }

    /// How many letters there are.
    pub(super) fn letters(&self) -> usize {
        self.glyphs.len()
    }

    /// A line as a string in hexadecimal.
    pub(super) fn push_text(&self, content: &mut String, line: &str) {
        content.push('<');
        for character in line.chars() {
            if let Some(place) = self.glyphs.iter().position(|glyph| glyph.character == character) {
                // A label has 64 characters at most.
                let code = (place + 1) as u8;
                content.extend([char::from(hex(code >> 4)), char::from(hex(code & 15))]);
            }
        }
        content.push('>');
    }

    /// Writes the font as the next object, and the drawing of each letter after it.
    pub(super) fn write(&self, objects: &mut Objects, number: usize) {
        let (mut widths, mut names, mut drawings) = (String::new(), String::new(), String::new());
        for (glyph, object) in self.glyphs.iter().zip(number + 1..) {
            // Writing to a string does not fail. The names are those that stand for a character of Unicode (Adobe Glyph
            // List Specification).
            let _ = write!(widths, " {}", whole(glyph.advance));
            let _ = write!(names, "/uni{:04X}", u32::from(glyph.character));
            let _ = write!(drawings, "/uni{:04X} {object} 0 R", u32::from(glyph.character));
        }
        let bounds = self.glyphs.iter().filter_map(|glyph| glyph.ink).reduce(Extent::and);
        objects.push(&format!(
            "<</Type/Font/Subtype/Type3/FontBBox[{}]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 1/LastChar {}/Widths[{}]\
             /Encoding<</Type/Encoding/Differences[1{names}]>>/CharProcs<<{drawings}>>/Resources<<>>>>",
            bounding(bounds),
            self.glyphs.len(),
            widths.trim_start(),
        ));
        for glyph in &self.glyphs {
            objects.push_stream(&drawing(glyph));
        }
    }
}

/// What draws a letter: its width and its box, then the outline, filled.
fn drawing(glyph: &Glyph) -> String {
    let mut drawing = format!("{} 0 {} d1", whole(glyph.advance), bounding(glyph.ink));
    let mut draw = |operator: &str, points: &[Vector]| {
        for point in points {
            let _ = write!(drawing, " {} {}", whole(point.x), whole(-point.y));
        }
        drawing.push(' ');
        drawing.push_str(operator);
    };
    let mut pen = Vector::ZERO;
    for command in &glyph.outline {
        match *command {
            Command::MoveTo(to) => draw("m", &[to]),
            Command::LineTo(to) => draw("l", &[to]),
            // A PDF has cubic curves only; this one is the same.
            Command::QuadTo(control, to) => {
                draw("c", &[pen + (control - pen) * (2.0 / 3.0), to + (control - to) * (2.0 / 3.0), to]);
            }
            Command::CurveTo(first, second, to) => draw("c", &[first, second, to]),
            Command::Close => draw("h", &[]),
        }
        pen = match *command {
            Command::MoveTo(to) | Command::LineTo(to) | Command::QuadTo(_, to) | Command::CurveTo(_, _, to) => to,
            Command::Close => pen,
        };
    }
    draw("f", &[]);
    drawing
}

/// Left, bottom, right, top.
fn bounding(ink: Option<Extent>) -> String {
    let Some(ink) = ink else { return "0 0 0 0".to_owned() };
    let outwards =
        [(ink.left * EM).floor(), (-ink.bottom * EM).floor(), (ink.right * EM).ceil(), (-ink.top * EM).ceil()];
    outwards.map(|length| (length as i32).to_string()).join(" ")
}

fn whole(length: f32) -> i32 {
    (length * EM).round() as i32
}
