use std::sync::OnceLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, MetadataProvider};
use zeno::{Command, Vector};

/// The label font: a part of Roboto Condensed Medium, Apache-2.0 (`font/README.md`).
///
/// All lengths are in em, `y` downwards, the origin on the baseline at the pen.
pub(super) struct Font {
    /// By character.
    glyphs: Vec<Option<Glyph>>,
}

/// The font has no character from here on: Latin Extended-A, with the Polish letters, is its last block.
const CHARACTERS: usize = 0x180;

/// What one character looks like.
pub(super) struct Glyph {
    pub(super) character: char,
    /// How far the pen moves on.
    pub(super) advance: f32,
    /// The box around the outline, none for a space.
    pub(super) ink: Option<Extent>,
    /// The outline, to be filled by the non-zero rule.
    pub(super) outline: Vec<Command>,
}

/// A box around ink, in em from the pen's first position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Extent {
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) top: f32,
    pub(super) bottom: f32,
}

impl Font {
    /// The bundled font, read at its first use.
    pub(super) fn bundled() -> &'static Self {
        static BUNDLED: OnceLock<Font> = OnceLock::new();
        BUNDLED.get_or_init(|| Self::read(include_bytes!("font/RobotoCondensed-Medium.subset.ttf")))
    }

    /// Reads every glyph of a font file. From a file that is none comes a font without glyphs, which refuses
    /// every label: the bundled file is one, a test says so.
    fn read(file: &[u8]) -> Self {
        let Ok(font) = FontRef::new(file) else {
            return Self { glyphs: Vec::new() };
        };
        let size = Size::new(1.0);
        let metrics = font.glyph_metrics(size, LocationRef::default());
        let outlines = font.outline_glyphs();
        let glyph = |code, id| {
            let mut pen = Pen::default();
            let settings = DrawSettings::unhinted(size, LocationRef::default());
            outlines.get(id)?.draw(settings, &mut pen).ok()?;
            Some(Glyph {
                character: char::from_u32(code)?,
                advance: metrics.advance_width(id)?,
                ink: Extent::around(&pen.outline),
                outline: pen.outline,
            })
        };
        let mut glyphs: Vec<Option<Glyph>> = (0..CHARACTERS).map(|_| None).collect();
        for (code, id) in font.charmap().mappings() {
            if let Some(slot) = glyphs.get_mut(code as usize) {
                *slot = glyph(code, id);
            }
        }
        Self { glyphs }
    }

    /// The glyph of a character, if the font has it.
    pub(super) fn glyph(&self, character: char) -> Option<&Glyph> {
        self.glyphs.get(character as usize)?.as_ref()
    }

    /// The glyphs of a line with the pen's position at each. Characters that the font lacks take no space.
    pub(super) fn line<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (f32, &'a Glyph)> {
        text.chars().filter_map(|c| self.glyph(c)).scan(0.0, |pen, glyph| {
            let here = *pen;
            *pen += glyph.advance;
            Some((here, glyph))
        })
    }

    /// The box around the ink of a line; nothing for a line without ink.
    pub(super) fn extent(&self, text: &str) -> Extent {
        self.line(text)
            .filter_map(|(pen, glyph)| Some(glyph.ink?.moved_right(pen)))
            .reduce(Extent::and)
            .unwrap_or(Extent::NOTHING)
    }
}

impl Extent {
    const NOTHING: Self = Self { left: 0.0, right: 0.0, top: 0.0, bottom: 0.0 };

    pub(super) fn width(self) -> f32 {
        self.right - self.left
    }

    /// The box around all points, control points included: never too small.
    fn around(outline: &[Command]) -> Option<Self> {
        let points = outline.iter().flat_map(|command| match *command {
            Command::MoveTo(to) | Command::LineTo(to) => vec![to],
            Command::QuadTo(control, to) => vec![control, to],
            Command::CurveTo(control, second_control, to) => vec![control, second_control, to],
            Command::Close => vec![],
        });
        points.map(|point| Self { left: point.x, right: point.x, top: point.y, bottom: point.y }).reduce(Self::and)
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            right: self.right.max(other.right),
            top: self.top.min(other.top),
            bottom: self.bottom.max(other.bottom),
        }
    }

    fn moved_right(self, by: f32) -> Self {
        Self { left: self.left + by, right: self.right + by, ..self }
    }
}

/// Collects an outline and turns its `y` axis down.
#[derive(Default)]
struct Pen {
    outline: Vec<Command>,
}

fn point(x: f32, y: f32) -> Vector {
    Vector::new(x, -y)
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.outline.push(Command::MoveTo(point(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.outline.push(Command::LineTo(point(x, y)));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.outline.push(Command::QuadTo(point(cx, cy), point(x, y)));
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let command = Command::CurveTo(point(cx0, cy0), point(cx1, cy1), point(x, y));
        self.outline.push(command);
    }

    fn close(&mut self) {
        self.outline.push(Command::Close);
    }
}
