//! Text, facts and codes under each other, for pages and for rolls.

use super::canvas::{Canvas, Fonts, Style};
use crate::render::Code;

/// What depends on the paper. Lengths are millimetres, sizes of letters points.
pub(super) struct Paper {
    pub(super) width: f64,
    /// None for a roll, which is cut where the text ends.
    pub(super) height: Option<f64>,
    pub(super) margin: f64,
    pub(super) title: Style,
    pub(super) text: Style,
    /// For what is not the matter itself: names of facts, remarks.
    pub(super) small: Style,
    pub(super) link: Style,
    /// Where the values of facts begin, if that is beside their names.
    pub(super) values: Option<f64>,
    /// What modules are whole multiples of, and how many at most.
    pub(super) dot: f64,
    pub(super) most_dots: f64,
    /// The side of every code without its quiet zone, if it is not as large as there is room.
    pub(super) side: Option<f64>,
    /// Codes beside each other.
    pub(super) abreast: usize,
}

/// Between two codes, and around what belongs together.
pub(super) const GAP: f64 = 4.0;

impl Paper {
    pub(super) fn inner(&self) -> f64 {
        self.width - 2.0 * self.margin
    }
}

/// What stands on one paper from its top to its end, and how far it is drawn.
pub(super) struct Flow {
    pub(super) fonts: Fonts,
    pages: Vec<FlowPage>,
    canvas: Canvas,
    paper: Paper,
    y: f64,
}

/// A page that was drawn to its end. Lengths are millimetres.
pub(super) struct FlowPage {
    pub(super) size: [f64; 2],
    pub(super) canvas: Canvas,
}

/// `Numer faktury: F/1/2026`
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// A code, and what stands above it.
pub(super) struct HeadedCode<'a> {
    pub(super) heading: &'static str,
    pub(super) code: &'a Code,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Align {
    Left,
    Middle,
}

impl Flow {
    pub(super) fn new(paper: Paper) -> Self {
        Self { fonts: Fonts::new(), pages: Vec::new(), canvas: Canvas::default(), y: paper.margin, paper }
    }

    pub(super) fn paper(&self) -> &Paper {
        &self.paper
    }

    /// A new page, if there is no room for `height` on this one.
    fn make_room(&mut self, height: f64) {
        if let Some(page) = self.paper.height
            && self.y + height > page - self.paper.margin
            && !self.canvas.is_empty()
        {
            let canvas = std::mem::take(&mut self.canvas);
            self.pages.push(FlowPage { size: [self.paper.width, page], canvas });
            self.y = self.paper.margin;
        }
    }

    pub(super) fn gap(&mut self, height: f64) {
        self.y += height;
    }

    pub(super) fn rule(&mut self) {
        self.make_room(2.0);
        self.canvas.rule([self.paper.margin, self.y], self.paper.inner());
        self.y += 2.0;
    }

    /// A paragraph over the whole width.
    pub(super) fn text(&mut self, text: &str, style: Style, align: Align) {
        let (x, room) = (self.paper.margin, self.paper.inner());
        for line in style.lines(text, room) {
            self.line(&line, style, align, x, room);
        }
    }

    /// A line, and the pen under it.
    fn line(&mut self, line: &str, style: Style, align: Align, x: f64, room: f64) {
        self.make_room(style.line_height());
        let shift = if align == Align::Middle { (room - style.width(line)) / 2.0 } else { 0.0 };
        self.canvas.text(&mut self.fonts, style, [x + shift.max(0.0), self.y + style.ascent()], line);
        self.y += style.line_height();
    }

    /// Names and values: beside each other on a page, under each other on a roll.
    pub(super) fn rows(&mut self, rows: &[Row]) {
        let (x, small, text) = (self.paper.margin, self.paper.small, self.paper.text);
        for row in rows {
            let Some(values) = self.paper.values else {
                self.make_room(small.line_height() + text.line_height());
                self.text(row.name, small, Align::Left);
                self.text(&row.value, text, Align::Left);
                self.gap(0.8);
                continue;
            };
            let mut names = small.lines(row.name, values - GAP).into_iter();
            for value in text.lines(&row.value, self.paper.inner() - values) {
                self.make_room(text.line_height());
                if let Some(name) = names.next() {
                    let baseline = self.y + text.ascent();
                    self.canvas.text(&mut self.fonts, small, [x, baseline], &name);
                }
                self.line(&value, text, Align::Left, x + values, self.paper.inner() - values);
            }
            for name in names {
                self.line(&name, small, Align::Left, x, values);
            }
            self.gap(0.8);
        }
    }

    /// The codes, and their links as text under them.
    pub(super) fn codes(&mut self, codes: &[HeadedCode<'_>]) {
        for codes in codes.chunks(self.paper.abreast) {
            self.abreast(codes);
            for code in codes {
                let style = self.paper.link;
                if codes.len() > 1 {
                    // KOD I, KOD II
                    let name = code.heading.split(" –").next().unwrap_or_default();
                    self.text(name, Style { bold: true, ..style }, Align::Left);
                }
                self.link(code.code.link(), style);
                self.gap(1.0);
            }
            self.gap(1.0);
        }
    }

    /// An address as text, each of its lines clickable.
    fn link(&mut self, url: &str, style: Style) {
        let (x, room) = (self.paper.margin, self.paper.inner());
        for line in style.lines(url, room) {
            self.make_room(style.line_height());
            self.canvas.link([x, self.y, x + style.width(&line), self.y + style.line_height()], url);
            self.line(&line, style, Align::Left, x, room);
        }
    }

    /// Codes beside each other, each with its heading above and its label right below; never parted by the end of a page. They stand
    /// on one line, and so do their labels.
    fn abreast(&mut self, codes: &[HeadedCode<'_>]) {
        let count = codes.len() as f64;
        let column = (self.paper.inner() - GAP * (count - 1.0)) / count;
        let heading = Style { bold: true, em: self.paper.small.em };
        let label = Style { bold: true, em: self.paper.text.em };
        let largest = codes.iter().map(|code| code.code.side() as f64).fold(1.0, f64::max);
        // One size of modules for all: they are scanned from one distance.
        let dots = (column / largest / self.paper.dot + 1e-9).floor().clamp(1.0, self.paper.most_dots);
        let module = dots * self.paper.dot;
        let fixed = self.paper.side;
        let module = |code: &Code| fixed.map_or(module, |side| side / code.symbol().size() as f64);
        let side = |code: &Code| code.side() as f64 * module(code);
        let highest = codes.iter().map(|code| side(code.code)).fold(0.0, f64::max);

        let headings: Vec<Vec<String>> = codes.iter().map(|code| heading.lines(code.heading, column)).collect();
        let labels: Vec<Vec<String>> =
            codes.iter().map(|code| label.lines(code.code.label().as_str(), column)).collect();
        let most = |lines: &[Vec<String>]| lines.iter().map(Vec::len).max().unwrap_or(0) as f64;
        let heading_height = most(&headings) * heading.line_height();
        let height = heading_height + highest + most(&labels) * label.line_height();
        self.make_room(height);

        let whole = |length: f64| (length / self.paper.dot).round() * self.paper.dot;
        let top = whole(self.y + heading_height + self.paper.dot);
        for ((code, place), (headings, labels)) in codes.iter().zip(0..).zip(headings.iter().zip(&labels)) {
            let left = self.paper.margin + f64::from(place) * (column + GAP);
            let side = side(code.code);
            let mut middle = |canvas: &mut Canvas, style: Style, line: &str, y: f64| {
                let x = left + ((column - style.width(line)) / 2.0).max(0.0);
                canvas.text(&mut self.fonts, style, [x, y + style.ascent()], line);
            };
            for (line, number) in headings.iter().zip(0..) {
                middle(&mut self.canvas, heading, line, self.y + f64::from(number) * heading.line_height());
            }
            let place = [whole(left + (column - side) / 2.0), top + whole(highest - side)];
            self.canvas.code(code.code, place, module(code.code));
            for (line, number) in labels.iter().zip(0..) {
                middle(&mut self.canvas, label, line, top + highest + f64::from(number) * label.line_height());
            }
        }
        self.y = top + highest + most(&labels) * label.line_height();
        self.gap(1.5);
    }

    /// The pages, and the fonts of their letters. Paper without a height is cut where the text ends.
    pub(super) fn finish(mut self) -> (Fonts, Vec<FlowPage>) {
        let dot = self.paper.dot;
        // A roll is cut at a whole dot.
        let height = self.paper.height.unwrap_or_else(|| ((self.y + self.paper.margin) / dot).ceil() * dot);
        self.pages.push(FlowPage { size: [self.paper.width, height], canvas: self.canvas });
        (self.fonts, self.pages)
    }
}
