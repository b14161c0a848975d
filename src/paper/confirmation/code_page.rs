use super::content::{heading, rows};
use super::facts::ConfirmationFacts;
use super::words::Words;
use crate::paper::canvas::{MM_A_POINT, Style};
use crate::paper::flow::{Align, Flow, GAP, HeadedCode, Paper, Row};
use crate::paper::language::Language;
use crate::pdf::{Arrangement, NewPage, Size, Stamp};
use crate::render::Code;

/// The page that is added to an invoice's PDF where its own pages have no place for the codes: what it belongs to, and the
/// codes with their labels and links.
pub struct CodePage<'a> {
    title: &'static str,
    note: &'static str,
    facts: Vec<Row>,
    codes: Vec<HeadedCode<'a>>,
}

impl<'a> CodePage<'a> {
    /// Puts together what it says. The codes are KOD I and KOD II, or KOD I alone; they are told apart by their links.
    pub fn new(facts: &ConfirmationFacts<'_>, codes: &'a [Code], language: Language) -> Self {
        let words = Words::of(language);
        let codes = codes.iter().map(|code| HeadedCode { heading: heading(code, words), code });
        Self {
            title: words.code_page,
            note: words.belongs_to_invoice,
            facts: rows(facts, words, language),
            codes: codes.collect(),
        }
    }

    /// Draws it as large as the last page of the document (width and height in points), or larger where that takes it; the
    /// codes as large as `stamp` says, and beside each other if it says so and there is room.
    pub fn draw(&self, last: [f64; 2], stamp: &Stamp) -> NewPage {
        let [width, height] = last.map(|length| length * MM_A_POINT);
        let mut flow = Flow::new(self.paper(width, stamp));
        let [title, text, small] = [flow.paper().title, flow.paper().text, flow.paper().small];
        flow.text(self.title, title, Align::Middle);
        flow.gap(1.0);
        flow.text(self.note, Style { bold: false, ..small }, Align::Middle);
        flow.gap(GAP);
        flow.rows(&self.facts);
        flow.gap(text.line_height());
        flow.codes(&self.codes);
        let (fonts, pages) = flow.finish();
        // Paper without a height is one page.
        let mut page = NewPage { size: last, content: String::new(), fonts: Vec::new(), links: Vec::new() };
        for drawn in pages {
            let [width, height] = [drawn.size[0], drawn.size[1].max(height)];
            let (content, links) = drawn.canvas.finish(height);
            page.size = [width, height].map(|length| length / MM_A_POINT);
            page.content = content;
            page.links.extend(links.into_iter().map(|link| {
                let [left, top, right, bottom] = link.box_;
                ([left, height - bottom, right, height - top].map(|length| length / MM_A_POINT), link.url)
            }));
        }
        page.fonts = vec![("R", fonts.regular), ("B", fonts.bold)];
        page
    }

    /// For a page of this width, in millimetres.
    fn paper(&self, width: f64, stamp: &Stamp) -> Paper {
        /// A5.
        const LEAST_WIDTH: f64 = 148.0;
        /// From here on letters are as large as on A4.
        const WIDE: f64 = 190.0;
        let regular = |em| Style { bold: false, em };
        let (margin, sizes, values) =
            if width < WIDE { (14.0, [14.0, 9.5, 8.0, 6.5], 44.0) } else { (20.0, [17.0, 10.5, 8.5, 7.0], 52.0) };
        // With its quiet zone.
        let across = |code: &Code| match stamp.size {
            Size::ModuleMm(module) => code.side() as f64 * module,
            Size::SideMm(side) => code.side() as f64 * side / code.symbol().size() as f64,
        };
        let widest = self.codes.iter().map(|code| across(code.code)).fold(0.0, f64::max);
        let width = width.max(LEAST_WIDTH).max(widest + 2.0 * margin);
        let is_narrow = stamp.arrangement == Arrangement::Stacked || 2.0 * widest + GAP > width - 2.0 * margin;
        let (dot, side) = match stamp.size {
            Size::ModuleMm(module) => (module, None),
            Size::SideMm(side) => (0.01, Some(side)),
        };
        Paper {
            width,
            height: None,
            margin,
            title: Style { bold: true, em: sizes[0] },
            text: regular(sizes[1]),
            small: regular(sizes[2]),
            link: regular(sizes[3]),
            values: Some(values),
            dot,
            most_dots: 1.0,
            side,
            abreast: if is_narrow { 1 } else { 2 },
        }
    }
}
