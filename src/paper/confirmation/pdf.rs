//! A confirmation as a PDF, for pages and for rolls.

use super::content::Content;
use super::paper_format::{Format, Roll};
use crate::paper::canvas::Style;
use crate::paper::document::Document;
use crate::paper::flow::{Align, Flow, FlowPage, GAP, Paper};
use crate::paper::language::Language;

/// A dot of the usual printers of receipts and labels.
const DOT: f64 = 25.4 / 203.0;

/// Writes the file.
pub(super) fn write(content: &Content<'_>, title: &str, language: Language, format: Format) -> Vec<u8> {
    let mut flow = Flow::new(paper(format));
    let [title_style, text, small] = [flow.paper().title, flow.paper().text, flow.paper().small];
    flow.text(content.title, title_style, Align::Middle);
    flow.gap(1.0);
    let note = Style { bold: true, em: text.em };
    flow.text(content.notes[0], note, Align::Middle);
    flow.text(content.notes[1], small, Align::Middle);
    flow.gap(GAP);
    flow.rows(&content.facts);
    flow.gap(GAP);
    flow.codes(&content.codes);
    flow.gap(GAP / 2.0);
    flow.rule();
    flow.text(content.to_download, Style { bold: true, em: text.em }, Align::Left);
    flow.gap(1.0);
    flow.rows(&content.needed);
    flow.gap(1.0);
    flow.text(content.mistakes, small, Align::Left);
    flow.gap(1.0);
    flow.rule();
    let (fonts, pages) = flow.finish();
    let (mut document, mut bytes) = Document::begin(fonts);
    for FlowPage { size: [width, height], canvas } in pages {
        bytes.extend(document.page(width, height, canvas));
    }
    bytes.extend(document.finish(title, language));
    bytes
}

fn paper(format: Format) -> Paper {
    let regular = |em| Style { bold: false, em };
    let bold = |em| Style { bold: true, em };
    let page = |width, height, margin, sizes: [f64; 4], values| Paper {
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
        side: None,
        abreast: 2,
    };
    let roll = |roll: Roll, sizes: [f64; 4]| {
        let width = roll.width();
        // A whole number of dots, so that modules begin where dots do.
        let margin = ((width - roll.dots() as f64 * DOT) / 2.0 / DOT).floor() * DOT;
        Paper {
            height: None,
            values: None,
            dot: DOT,
            most_dots: 4.0,
            abreast: 1,
            ..page(width, 0.0, margin, sizes, 0.0)
        }
    };
    match format {
        Format::A4 => page(210.0, 297.0, 20.0, [17.0, 10.5, 8.5, 7.0], 52.0),
        Format::A5 => page(148.0, 210.0, 14.0, [14.0, 9.5, 8.0, 6.5], 44.0),
        Format::Roll(Roll::Mm80) => roll(Roll::Mm80, [13.0, 9.5, 7.5, 6.5]),
        Format::Roll(Roll::Mm58) => roll(Roll::Mm58, [12.0, 9.0, 7.0, 6.0]),
    }
}
