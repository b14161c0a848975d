use std::fmt::Write;

use super::frames::Frames;
use super::layout::{Layout, Line};
use super::modules;
use super::{Code, Style};
use crate::font::DrawnFont;
use crate::pdf_objects::write::number;
use crate::pdf_objects::{Dict, Id, NewFile, NewObject, Object, link};

/// Draws symbols with their labels as PDF 1.7: one page of the picture's size, the code as rectangles, the label as text,
/// and the link where the code is clicked on.
pub(super) struct PdfWriter {
    style: Style,
    frames: Frames<PdfFrame>,
}

/// All but the modules and the link.
struct PdfFrame {
    /// Everything up to the link.
    file: NewFile,
    /// The numbers of the link and of the contents.
    link: Id,
    contents: Id,
    /// The contents up to the modules.
    before_modules: String,
    /// Where a click leads to the link: left, bottom, right, top.
    clickable: [f64; 4],
    trailer: Dict,
}

/// The length of the contents is written once they are: in as many characters as it can have.
const LENGTH: &[u8] = b"          ";

impl PdfWriter {
    /// Prepares for pictures of a style.
    pub(super) fn new(style: Style) -> Self {
        Self { style, frames: Frames::default() }
    }

    /// The bytes of the file.
    pub(super) fn write(&mut self, code: &Code) -> Vec<u8> {
        let (symbol, label) = (code.symbol(), code.label());
        let frame = self
            .frames
            .of(symbol.size(), label, || PdfFrame::new(&Layout::new(symbol.size(), label, self.style), self.style));
        let mut file = frame.file.clone();
        file.push(&NewObject::dict(frame.link, link(frame.clickable, code.link())));

        file.begin(frame.contents);
        file.bytes.extend_from_slice(b"<</Length ");
        let length_at = file.bytes.len();
        file.bytes.extend_from_slice(LENGTH);
        file.bytes.extend_from_slice(b">>stream\n");
        let start = file.bytes.len();
        file.bytes.extend_from_slice(frame.before_modules.as_bytes());
        modules::PDF.push(&mut file.bytes, symbol, 1024);
        file.bytes.extend_from_slice(modules::END.as_bytes());
        let length = (file.bytes.len() - start).to_string();
        for (place, digit) in file.bytes.iter_mut().skip(length_at).zip(length.bytes()) {
            *place = digit;
        }
        file.bytes.extend_from_slice(b"\nendstream");
        file.end();
        file.finish(&frame.trailer)
    }
}

impl PdfFrame {
    fn new(layout: &Layout<'_>, style: Style) -> Self {
        let points = |pixels: f64| pixels * 72.0 / f64::from(style.dpi());
        let [width, height, side, left, em, module] =
            [layout.width, layout.height, layout.code_side, layout.widening, layout.em, style.module_px()]
                .map(|pixels| points(f64::from(pixels)));
        let letters = DrawnFont::of(layout.lines.iter().map(|line| line.text));

        let mut file = NewFile::new();
        let [catalog, pages, page] = [(); 3].map(|()| file.reserve(1));
        let font = file.reserve(letters.count());
        let [link, contents] = [(); 2].map(|()| file.reserve(1));
        file.push(&NewObject::dict(
            catalog,
            Dict::default().with("Type", Object::name("Catalog")).with("Pages", pages),
        ));
        let kids = Dict::default().with("Type", Object::name("Pages")).with("Kids", vec![page.into()]).with("Count", 1);
        file.push(&NewObject::dict(pages, kids));
        let fonts = Dict::default().with("Font", Dict::default().with("F", font));
        let dict = Dict::default()
            .with("Type", Object::name("Page"))
            .with("Parent", pages)
            .with("MediaBox", Object::numbers(&[0.0, 0.0, width, height]))
            .with("Resources", fonts)
            .with("Annots", vec![link.into()])
            .with("Contents", contents);
        file.push(&NewObject::dict(page, dict));
        for object in letters.objects(font) {
            file.push(&object);
        }

        let mut content = format!("1 g 0 0 {} {} re f 0 g\nBT /F {} Tf", number(width), number(height), number(em));
        for &Line { text, x, baseline } in &layout.lines {
            // Writing to a string does not fail.
            let _ = write!(
                content,
                " 1 0 0 1 {} {} Tm ",
                number(points(x.into())),
                number(height - points(f64::from(baseline)))
            );
            letters.push_text(&mut content, text);
        }
        content.push_str(" ET\n");
        modules::begin(&mut content, module, [left, height]);
        Self {
            file,
            link,
            contents,
            before_modules: content,
            clickable: [left, height - side, left + side, height],
            trailer: Dict::default().with("Root", catalog),
        }
    }
}
