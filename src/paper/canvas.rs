use std::fmt::Write;

use super::CodeOnPaper;
use crate::qr::{QUIET_ZONE, Symbol};
use crate::typeface::{EmbeddedFont, Typeface};

/// The two fonts of a document.
pub(super) struct Fonts {
    pub(super) regular: EmbeddedFont,
    pub(super) bold: EmbeddedFont,
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
        let typeface = self.typeface();
        let room = (room / (self.em * MM_A_POINT)) as f32;
        super::lines::lines(text, room, |character| typeface.width(character.encode_utf8(&mut [0; 4])))
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
            "BT /{name} {} Tf {} {} Td <",
            number(style.em),
            number(x / MM_A_POINT),
            number(-baseline / MM_A_POINT)
        );
        for byte in font.encode(text) {
            let _ = write!(self.content, "{byte:02x}");
        }
        self.content.push_str("> Tj ET\n");
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
    pub(super) fn code(&mut self, code: &CodeOnPaper<'_>, [x, y]: [f64; 2], module: f64) {
        let side = code.side() * module;
        let scale = number(module / MM_A_POINT);
        let _ = writeln!(
            self.content,
            "q {scale} 0 0 -{scale} {} {} cm",
            number((x + QUIET_ZONE as f64 * module) / MM_A_POINT),
            number(-(y + QUIET_ZONE as f64 * module) / MM_A_POINT)
        );
        push_rectangles(&mut self.content, code.symbol);
        // One path: where rectangles meet there is no seam.
        self.content.push_str("f Q\n");
        self.links.push(Clickable { box_: [x, y, x + side, y + side], url: code.url.to_owned() });
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

/// A rectangle for each run of dark modules, those that lie on one another as one.
fn push_rectangles(content: &mut String, symbol: &Symbol) {
    for y in 0..symbol.size() {
        let mut x = 0;
        while x < symbol.size() {
            let length = run(symbol, x, y);
            if length == 0 {
                x += 1;
                continue;
            }
            let same = |y: usize| run(symbol, x, y) == length && (x == 0 || !symbol.is_dark(x - 1, y));
            if y == 0 || !same(y - 1) {
                let height = (y..symbol.size()).take_while(|&y| same(y)).count();
                let _ = writeln!(content, "{x} {y} {length} {height} re");
            }
            x += length;
        }
    }
}

/// How many modules from here on are dark.
fn run(symbol: &Symbol, x: usize, y: usize) -> usize {
    (x..symbol.size()).take_while(|&x| symbol.is_dark(x, y)).count()
}

/// A number in millionths at most, without an exponent.
pub(super) fn number(number: f64) -> String {
    ((number * 1e6).round() / 1e6).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qr::EccLevel;

    #[test]
    fn rectangles_cover_each_dark_module_once() {
        for length in [1, 90, 300, 1500] {
            let symbol = Symbol::encode(&"x".repeat(length), EccLevel::M).unwrap();
            let mut content = String::new();
            push_rectangles(&mut content, &symbol);
            let mut drawn = vec![vec![false; symbol.size()]; symbol.size()];
            let mut runs = 0;
            for line in content.lines() {
                let numbers: Vec<usize> =
                    line.strip_suffix(" re").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
                let [x, y, width, height] = numbers[..] else { panic!("{line}") };
                runs += height;
                for row in &mut drawn[y..y + height] {
                    for dark in &mut row[x..x + width] {
                        assert!(!std::mem::replace(dark, true), "drawn twice");
                    }
                }
            }
            for (y, row) in drawn.iter().enumerate() {
                assert!(row.iter().enumerate().all(|(x, &dark)| dark == symbol.is_dark(x, y)), "row {y}");
            }
            assert!(content.lines().count() < runs, "some were joined");
        }
    }
}
