//! A confirmation as a PDF, for pages and for rolls.

use super::content::{Content, HeadedCode, Row};
use super::paper_format::{Format, Roll};
use crate::paper::canvas::{Canvas, Style};
use crate::paper::document::Document;
use crate::paper::language::Language;

/// What depends on the paper. Lengths are millimetres, sizes of letters points.
struct Paper {
    width: f64,
    /// None for a roll, which is cut where the text ends.
    height: Option<f64>,
    margin: f64,
    title: Style,
    text: Style,
    /// For what is not the matter itself: names of facts, remarks.
    small: Style,
    link: Style,
    /// Where the values of facts begin, if that is beside their names.
    values: Option<f64>,
    /// What modules are whole multiples of, and how many at most.
    dot: f64,
    most_dots: f64,
}

/// A dot of the usual printers of receipts and labels.
const DOT: f64 = 25.4 / 203.0;

/// Between two codes, and around what belongs together.
const GAP: f64 = 4.0;

impl Paper {
    fn of(format: Format) -> Self {
        let regular = |em| Style { bold: false, em };
        let bold = |em| Style { bold: true, em };
        let page = |width, height, margin, sizes: [f64; 4], values| Self {
            width,
            height: Some(height),
            margin,
            title: bold(sizes[0]),
            text: regular(sizes[1]),
            small: regular(sizes[2]),
            link: regular(sizes[3]),
            values: Some(values),
            // As large as there is room: sheets are printed at 300 dpi and more.
            dot: 0.01,
            most_dots: 70.0,
        };
        let roll = |roll: Roll, sizes: [f64; 4]| {
            let width = roll.width();
            // A whole number of dots, so that modules begin where dots do.
            let margin = ((width - roll.dots() as f64 * DOT) / 2.0 / DOT).floor() * DOT;
            Self { height: None, values: None, dot: DOT, most_dots: 4.0, ..page(width, 0.0, margin, sizes, 0.0) }
        };
        match format {
            Format::A4 => page(210.0, 297.0, 20.0, [17.0, 10.5, 8.5, 7.0], 52.0),
            Format::A5 => page(148.0, 210.0, 14.0, [14.0, 9.5, 8.0, 6.5], 44.0),
            Format::Roll(Roll::Mm80) => roll(Roll::Mm80, [13.0, 9.5, 7.5, 6.5]),
            Format::Roll(Roll::Mm58) => roll(Roll::Mm58, [12.0, 9.0, 7.0, 6.0]),
        }
    }

    fn inner(&self) -> f64 {
        self.width - 2.0 * self.margin
    }
}

/// Writes the file.
pub(super) fn write(content: &Content<'_>, title: &str, language: Language, format: Format) -> Vec<u8> {
    let (document, bytes) = Document::begin();
    let paper = Paper::of(format);
    let mut flow = Flow { document, bytes, canvas: Canvas::default(), y: paper.margin, paper };
    flow.text(content.title, flow.paper.title, Align::Middle);
    flow.gap(1.0);
    let note = Style { bold: true, em: flow.paper.text.em };
    flow.text(content.notes[0], note, Align::Middle);
    flow.text(content.notes[1], flow.paper.small, Align::Middle);
    flow.gap(GAP);
    flow.rows(&content.facts);
    flow.gap(GAP);
    flow.codes(&content.codes);
    flow.gap(GAP / 2.0);
    flow.rule();
    flow.text(content.to_download, Style { bold: true, em: flow.paper.text.em }, Align::Left);
    flow.gap(1.0);
    flow.rows(&content.needed);
    flow.gap(1.0);
    flow.text(content.mistakes, flow.paper.small, Align::Left);
    flow.gap(1.0);
    flow.rule();
    flow.finish(title, language)
}

/// The document, and how far it is written.
struct Flow {
    document: Document,
    bytes: Vec<u8>,
    canvas: Canvas,
    paper: Paper,
    y: f64,
}

#[derive(Clone, Copy, PartialEq)]
enum Align {
    Left,
    Middle,
}

impl Flow {
    /// A new page, if there is no room for `height` on this one.
    fn make_room(&mut self, height: f64) {
        if let Some(page) = self.paper.height
            && self.y + height > page - self.paper.margin
            && !self.canvas.is_empty()
        {
            let canvas = std::mem::take(&mut self.canvas);
            self.bytes.extend(self.document.page(self.paper.width, page, canvas));
            self.y = self.paper.margin;
        }
    }

    fn gap(&mut self, height: f64) {
        self.y += height;
    }

    fn rule(&mut self) {
        self.make_room(2.0);
        self.canvas.rule([self.paper.margin, self.y], self.paper.inner());
        self.y += 2.0;
    }

    /// A paragraph over the whole width.
    fn text(&mut self, text: &str, style: Style, align: Align) {
        let (x, room) = (self.paper.margin, self.paper.inner());
        for line in style.lines(text, room) {
            self.line(&line, style, align, x, room);
        }
    }

    /// A line, and the pen under it.
    fn line(&mut self, line: &str, style: Style, align: Align, x: f64, room: f64) {
        self.make_room(style.line_height());
        let shift = if align == Align::Middle { (room - style.width(line)) / 2.0 } else { 0.0 };
        self.canvas.text(&mut self.document.fonts, style, [x + shift.max(0.0), self.y + style.ascent()], line);
        self.y += style.line_height();
    }

    /// Names and values: beside each other on a page, under each other on a roll.
    fn rows(&mut self, rows: &[Row]) {
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
                    self.canvas.text(&mut self.document.fonts, small, [x, baseline], &name);
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
    fn codes(&mut self, codes: &[HeadedCode<'_>]) {
        let is_roll = self.paper.height.is_none();
        for codes in codes.chunks(if is_roll { 1 } else { 2 }) {
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

    /// Codes beside each other, each with its heading above and its label below; never parted by the end of a page.
    fn abreast(&mut self, codes: &[HeadedCode<'_>]) {
        let count = codes.len() as f64;
        let column = (self.paper.inner() - GAP * (count - 1.0)) / count;
        let heading = Style { bold: true, em: self.paper.small.em };
        let label = Style { bold: true, em: self.paper.text.em };
        let largest = codes.iter().map(|code| code.code.side() as f64).fold(1.0, f64::max);
        // One size of modules for all: they are scanned from one distance.
        let dots = (column / largest / self.paper.dot + 1e-9).floor().clamp(1.0, self.paper.most_dots);
        let module = dots * self.paper.dot;

        let headings: Vec<Vec<String>> = codes.iter().map(|code| heading.lines(code.heading, column)).collect();
        let labels: Vec<Vec<String>> =
            codes.iter().map(|code| label.lines(code.code.label().as_str(), column)).collect();
        let most = |lines: &[Vec<String>]| lines.iter().map(Vec::len).max().unwrap_or(0) as f64;
        let heading_height = most(&headings) * heading.line_height();
        let height = heading_height + largest * module + most(&labels) * label.line_height();
        self.make_room(height);

        let whole = |length: f64| (length / self.paper.dot).round() * self.paper.dot;
        let top = whole(self.y + heading_height + self.paper.dot);
        for ((code, place), (headings, labels)) in codes.iter().zip(0..).zip(headings.iter().zip(&labels)) {
            let left = self.paper.margin + f64::from(place) * (column + GAP);
            let side = code.code.side() as f64 * module;
            let mut middle = |canvas: &mut Canvas, style: Style, line: &str, y: f64| {
                let x = left + ((column - style.width(line)) / 2.0).max(0.0);
                canvas.text(&mut self.document.fonts, style, [x, y + style.ascent()], line);
            };
            for (line, number) in headings.iter().zip(0..) {
                middle(&mut self.canvas, heading, line, self.y + f64::from(number) * heading.line_height());
            }
            self.canvas.code(code.code, [whole(left + (column - side) / 2.0), top], module);
            for (line, number) in labels.iter().zip(0..) {
                middle(&mut self.canvas, label, line, top + side + f64::from(number) * label.line_height());
            }
        }
        self.y = top + largest * module + most(&labels) * label.line_height();
        self.gap(1.5);
    }

    fn finish(mut self, title: &str, language: Language) -> Vec<u8> {
        // A roll is cut at a whole dot.
        let height = self.paper.height.unwrap_or_else(|| ((self.y + self.paper.margin) / DOT).ceil() * DOT);
        self.bytes.extend(self.document.page(self.paper.width, height, self.canvas));
        self.bytes.extend(self.document.finish(title, language));
        self.bytes
    }
}
