use std::fmt::Write;

use super::label_font;
use super::outline::{Extent, Glyph, Segment};
use crate::pdf_objects::{Dict, Id, NewObject, Object, write};

/// The letters of one label as a Type 3 font (ISO 32000-1, 9.6.5): each is drawn by its outline, and is text all the
/// same, which readers find and copy. A font file of these letters would be larger than the rest of the picture.
pub(crate) struct DrawnFont {
    /// Code 1 is the first.
    glyphs: Vec<&'static Glyph>,
}

/// An em in the font's own units.
const EM: f32 = 1000.0;

impl DrawnFont {
    /// The letters that occur in these lines.
    pub(crate) fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut glyphs: Vec<&'static Glyph> = Vec::new();
        for glyph in lines.flat_map(str::chars).filter_map(label_font::glyph) {
            if !glyphs.iter().any(|known| known.character == glyph.character) {
                glyphs.push(glyph);
            }
        }
        Self { glyphs }
    }

    /// How many objects the font takes: itself, and one for each letter.
    pub(crate) fn count(&self) -> u32 {
        1 + self.glyphs.len() as u32
    }

    /// Writes a line as the operand and the operator that show it.
    pub(crate) fn push_text(&self, content: &mut String, line: &str) {
        // A label has 64 characters at most.
        let codes = line.chars().filter_map(|character| {
            let place = self.glyphs.iter().position(|glyph| glyph.character == character)?;
            Some((place + 1) as u8)
        });
        write::show(content, codes);
    }

    /// The font under `first`, which pages name, and the drawing of each letter under the numbers after it.
    pub(crate) fn objects(&self, first: Id) -> Vec<NewObject> {
        let (mut names, mut drawings) = (vec![Object::Integer(1)], Dict::default());
        let mut objects = Vec::with_capacity(1 + self.glyphs.len());
        for (glyph, number) in self.glyphs.iter().zip(1..) {
            // The names are those that stand for a character of Unicode (Adobe Glyph List Specification).
            let name = format!("uni{:04X}", u32::from(glyph.character));
            names.push(Object::name(&name));
            drawings.set(&name, first.after(number));
            objects.push(NewObject::stream(first.after(number), Dict::default(), drawing(glyph).into_bytes()));
        }
        let bounds = self.glyphs.iter().filter_map(|glyph| glyph.ink()).reduce(Extent::and);
        let widths = self.glyphs.iter().map(|glyph| Object::Integer(whole(glyph.advance()))).collect::<Vec<_>>();
        let font = Dict::default()
            .with("Type", Object::name("Font"))
            .with("Subtype", Object::name("Type3"))
            .with("FontBBox", bounding(bounds).map(Object::Integer).to_vec())
            .with("FontMatrix", Object::numbers(&[0.001, 0.0, 0.0, 0.001, 0.0, 0.0]))
            .with("FirstChar", 1)
            .with("LastChar", self.glyphs.len() as i64)
            .with("Widths", widths)
            .with("Encoding", Dict::default().with("Type", Object::name("Encoding")).with("Differences", names))
            .with("CharProcs", drawings)
            .with("Resources", Dict::default());
        objects.insert(0, NewObject::dict(first, font));
        objects
    }
}

/// What draws a letter: its width and its box, then the outline, filled.
fn drawing(glyph: &Glyph) -> String {
    let [left, bottom, right, top] = bounding(glyph.ink());
    let mut drawing = format!("{} 0 {left} {bottom} {right} {top} d1", whole(glyph.advance()));
    let mut draw = |operator: &str, points: &[[f32; 2]]| {
        for [x, y] in points {
            // Writing to a string does not fail.
            let _ = write!(drawing, " {} {}", whole(*x), whole(-y));
        }
        drawing.push(' ');
        drawing.push_str(operator);
    };
    let mut pen = [0.0; 2];
    for segment in glyph.outline() {
        match segment {
            Segment::Move(to) => draw("m", &[to]),
            Segment::Line(to) => draw("l", &[to]),
            // A PDF has cubic curves only; this one is the same.
            Segment::Curve(control, to) => draw("c", &[towards(pen, control), towards(to, control), to]),
            Segment::Close => draw("h", &[]),
        }
        if let Segment::Move(to) | Segment::Line(to) | Segment::Curve(_, to) = segment {
            pen = to;
        }
    }
    draw("f", &[]);
    drawing
}

/// Two thirds of the way.
fn towards(from: [f32; 2], to: [f32; 2]) -> [f32; 2] {
    [0, 1].map(|axis| from[axis] + (to[axis] - from[axis]) * (2.0 / 3.0))
}

/// Left, bottom, right, top.
fn bounding(ink: Option<Extent>) -> [i64; 4] {
    let Some(ink) = ink else { return [0; 4] };
    [(ink.left * EM).floor(), (-ink.bottom * EM).floor(), (ink.right * EM).ceil(), (-ink.top * EM).ceil()]
        .map(|length| length as i64)
}

fn whole(length: f32) -> i64 {
    (length * EM).round() as i64
}
