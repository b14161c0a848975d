use std::fmt::Write;

use super::frames::Frames;
use super::layout::{Layout, Line, QUIET};
use super::objects::{Objects, push_uri};
use super::pdf_font::PdfFont;
use super::runs::{Runs, parts};
use super::{Label, Style};
use crate::qr::Symbol;

/// Draws symbols with their labels as PDF 1.7: one page of the picture's size, the code as rectangles, the label as text,
/// and the link where the code is clicked on.
pub(super) struct PdfWriter {
    style: Style,
    frames: Frames<PdfFrame>,
}

/// All but the modules and the link.
struct PdfFrame {
    /// Everything up to the contents.
    objects: Objects,
    /// The contents up to the modules.
    before_modules: String,
    /// Where a click leads to the link: left, bottom, right, top.
    clickable: String,
}

/// Closes the path of the modules, all in one: where rectangles meet there is no seam.
const AFTER_MODULES: &[u8] = b"f Q";

/// The length of the contents is written once they are: in as many characters as it can have.
const LENGTH: &[u8] = b"          ";

/// The objects of the frame have fixed numbers; the contents and the link come last.
const FONT: usize = 4;

impl PdfWriter {
    /// Prepares for pictures of a style.
    pub(super) fn new(style: Style) -> Self {
        Self { style, frames: Frames::default() }
    }

    /// The bytes of the file.
    pub(super) fn write(&mut self, symbol: &Symbol, label: &Label, link: &str) -> Vec<u8> {
        let frame = self
            .frames
            .of(symbol.size(), label, || PdfFrame::new(&Layout::new(symbol.size(), label, self.style), self.style));
        let mut objects = frame.objects.clone();

        // The link before the contents, so that the numbers of both are known to the page.
        objects.begin();
        objects.bytes.extend_from_slice(b"<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[");
        objects.bytes.extend_from_slice(frame.clickable.as_bytes());
        objects.bytes.extend_from_slice(b"]/A<</S/URI/URI");
        push_uri(&mut objects.bytes, link);
        objects.bytes.extend_from_slice(b">>>>");
        objects.end();

        objects.begin();
        objects.bytes.extend_from_slice(b"<</Length ");
        let length_at = objects.bytes.len();
        objects.bytes.extend_from_slice(LENGTH);
        objects.bytes.extend_from_slice(b">>stream\n");
        let start = objects.bytes.len();
        objects.bytes.extend_from_slice(frame.before_modules.as_bytes());
        RUNS.push(&mut objects.bytes, symbol, 1024);
        objects.bytes.extend_from_slice(AFTER_MODULES);
        let length = (objects.bytes.len() - start).to_string();
        for (place, digit) in objects.bytes.iter_mut().skip(length_at).zip(length.bytes()) {
            *place = digit;
        }
        objects.bytes.extend_from_slice(b"\nendstream");
        objects.end();
        objects.finish()
    }
}

/// `{x} {y} {run} 1 re`
static RUNS: Runs = Runs {
    columns: parts(b"", QUIET as usize, b"", b" "),
    rows: parts(b"", QUIET as usize, b"", b" "),
    lengths: parts(b"", 0, b"", b" 1 re\n"),
};

impl PdfFrame {
    fn new(layout: &Layout<'_>, style: Style) -> Self {
        let points = |pixels: f64| pixels * 72.0 / f64::from(style.dpi());
        let [width, height, side, left, em, module] =
            [layout.width, layout.height, layout.code_side, layout.widening, layout.em, style.module_px()]
                .map(|pixels| points(f64::from(pixels)));
        let font = PdfFont::of(layout.lines.iter().map(|line| line.text));

        let mut objects = Objects::new();
        objects.push("<</Type/Catalog/Pages 2 0 R>>");
        objects.push("<</Type/Pages/Kids[3 0 R]/Count 1>>");
        let link = FONT + 1 + font.letters();
        objects.push(&format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {} {}]/Resources<</Font<</F {FONT} 0 R>>>>/Annots[{link} 0 R]\
             /Contents {} 0 R>>",
            number(width),
            number(height),
            link + 1,
        ));
        font.write(&mut objects, FONT);

        let mut content = format!("1 g 0 0 {} {} re f 0 g\nBT /F {} Tf", number(width), number(height), number(em));
        for &Line { text, x, baseline } in &layout.lines {
            // Writing to a string does not fail.
            let _ = write!(
                content,
                " 1 0 0 1 {} {} Tm ",
                number(points(x.into())),
                number(height - points(f64::from(baseline)))
            );
            font.push_text(&mut content, text);
            content.push_str(" Tj");
        }
        // The modules from above, one a unit, as the other formats count them.
        let scale = number(module);
        let _ = write!(content, " ET\nq {scale} 0 0 -{scale} {} {} cm\n", number(left), number(height));
        let clickable = [left, height - side, left + side, height].map(number).join(" ");
        Self { objects, before_modules: content, clickable }
    }
}

/// A number in millionths at most, without an exponent.
fn number(number: f64) -> String {
    ((number * 1e6).round() / 1e6).to_string()
}
