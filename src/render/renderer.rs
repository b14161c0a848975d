use super::pdf::PdfWriter;
use super::png::PngWriter;
use super::svg::SvgWriter;
use super::{Label, PictureFormat, Style};
use crate::qr::Symbol;

/// Makes pictures of codes in one style. A worker has its own and keeps it: what pictures have in common is
/// prepared once.
///
/// ```
/// use ksef_qr::{EccLevel, Label, PictureFormat, Renderer, Style, Symbol};
///
/// let link = "https://qr.ksef.mf.gov.pl/";
/// let symbol = Symbol::encode(link, EccLevel::M)?;
/// let mut renderer = Renderer::new(Style::default());
/// let png = renderer.render(PictureFormat::Png, &symbol, &Label::OFFLINE, link);
/// assert!(png.starts_with(b"\x89PNG"));
/// # Ok::<(), ksef_qr::Error>(())
/// ```
pub struct Renderer {
    style: Style,
    png: PngWriter,
    svg: SvgWriter,
    pdf: PdfWriter,
}

impl Renderer {
    /// Prepares a style, in some 50 µs.
    pub fn new(style: Style) -> Self {
        Self { style, png: PngWriter::new(style), svg: SvgWriter::new(style), pdf: PdfWriter::new(style) }
    }

    /// The style.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Draws a symbol with its quiet zone, and the label under it, as the bytes of a file. `link` is what the symbol
    /// holds, for the format that can be clicked on.
    pub fn render(&mut self, format: PictureFormat, symbol: &Symbol, label: &Label, link: &str) -> Vec<u8> {
        match format {
            PictureFormat::Png => self.png(symbol, label),
            PictureFormat::Svg => self.svg(symbol, label).into_bytes(),
            PictureFormat::Pdf => self.pdf(symbol, label, link),
        }
    }

    /// Draws a 1-bit greyscale PNG.
    pub fn png(&mut self, symbol: &Symbol, label: &Label) -> Vec<u8> {
        self.png.write(symbol, label)
    }

    /// Draws an SVG, measured in millimetres.
    pub fn svg(&mut self, symbol: &Symbol, label: &Label) -> String {
        self.svg.write(symbol, label)
    }

    /// Draws a PDF 1.7 of one page, which is as large as the picture. The code is drawn in rectangles, the label is text,
    /// and a click on the code leads to `link`. There is no date in it: the same code gives the same bytes.
    pub fn pdf(&mut self, symbol: &Symbol, label: &Label, link: &str) -> Vec<u8> {
        self.pdf.write(symbol, label, link)
    }
}
