use std::fmt::Write;

use crate::font::{EmbeddedFont, Typeface};
use crate::pdf_objects::write::number;
use crate::render::{Code, modules};

/// The two fonts of a document.
pub(super) struct Fonts {
    pub(super) regular: EmbeddedFont,
    pub(super) bold: EmbeddedFont,
}

impl Fonts {
    pub(super) fn new() -> Self {
        Self { regular: EmbeddedFont::new(Typeface::regular()), bold: EmbeddedFont::new(Typeface::bold()) }
    }
}

/// Which of them, and how large.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) bold: bool,
    /// In points.
    pub(super) em: f64,
}

impl Style {
    pub(super) fn typeface(self) -> &'static Typeface {
        if self.bold { Typeface::bold() } else { Typeface::regular() }
    }

    /// From one baseline to the next, in millimetres.
    pub(super) fn line_height(self) -> f64 {
        // A little more than what letters take, for accents over capitals.
        let typeface = self.typeface();
        1.04 * f64::from(typeface.ascent() + typeface.descent()) * self.em * MM_A_POINT
    }

    /// From the top of a line to its baseline, in millimetres.
    pub(super) fn ascent(self) -> f64 {
        f64::from(self.typeface().ascent()) * self.em * MM_A_POINT
    }

    /// The width of a text in millimetres.
    pub(super) fn width(self, text: &str) -> f64 {
        f64::from(self.typeface().width(text)) * self.em * MM_A_POINT
    }

    /// Breaks a text into lines of `room` millimetres.
    pub(super) fn lines(self, text: &str, room: f64) -> Vec<String> {
        self.typeface().lines(text, (room / (self.em * MM_A_POINT)) as f32)
    }
}

pub(super) const MM_A_POINT: f64 = 25.4 / 72.0;

/// What is drawn on one page. All lengths are millimetres, from the page's upper left corner; how long the page is need
/// not be known yet.
#[derive(Default)]
pub(super) struct Canvas {
    content: String,
    links: Vec<Clickable>,
}

/// Where a click leads to an address: left, top, right, bottom.
pub(super) struct Clickable {
    pub(super) box_: [f64; 4],
    pub(super) url: String,
}

impl Canvas {
    pub(super) fn is_empty(&self) -> bool {
        self.content.is_empty()
    }

    /// A line of text, its baseline at `baseline`.
    pub(super) fn text(&mut self, fonts: &mut Fonts, style: Style, [x, baseline]: [f64; 2], text: &str) {
        let (name, font) = if style.bold { ("B", &mut fonts.bold) } else { ("R", &mut fonts.regular) };
        // Writing to a string does not fail.
        let _ = write!(
            self.content,
            "BT /{name} {} Tf {} {} Td ",
            number(style.em),
            number(x / MM_A_POINT),
            number(-baseline / MM_A_POINT)
        );
        font.push_text(&mut self.content, text);
        self.content.push_str(" ET\n");
    }

    /// A thin line from one side to the other.
    pub(super) fn rule(&mut self, [x, y]: [f64; 2], width: f64) {
        self.rectangle([x, y, width, 0.2]);
    }

    fn rectangle(&mut self, [x, y, width, height]: [f64; 4]) {
        let [x, y, width, height] = [x, -y - height, width, height].map(|length| number(length / MM_A_POINT));
        let _ = writeln!(self.content, "{x} {y} {width} {height} re f");
    }

    /// A code with its quiet zone, whose corner is at `x`, `y`, and whose modules have sides of `module`. A click on it
    /// leads to its link.
    pub(super) fn code(&mut self, code: &Code, [x, y]: [f64; 2], module: f64) {
        let side = code.side() as f64 * module;
        modules::begin(&mut self.content, module / MM_A_POINT, [x / MM_A_POINT, -y / MM_A_POINT]);
        modules::PDF.push_str(&mut self.content, code.symbol(), 1024);
        self.content.push_str(modules::END);
        self.content.push('\n');
        self.links.push(Clickable { box_: [x, y, x + side, y + side], url: code.link().to_owned() });
    }

    /// A text that was drawn here, and leads somewhere when it is clicked on.
    pub(super) fn link(&mut self, box_: [f64; 4], url: &str) {
        self.links.push(Clickable { box_, url: url.to_owned() });
    }

    /// The contents of a page of this height, and its links.
    pub(super) fn finish(self, height: f64) -> (String, Vec<Clickable>) {
        (format!("1 0 0 1 0 {} cm\n{}", number(height / MM_A_POINT), self.content), self.links)
    }
}
