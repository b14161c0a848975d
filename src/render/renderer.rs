use super::pdf::PdfWriter;
use super::png::PngWriter;
use super::svg::SvgWriter;
use super::{Code, PictureFormat, Style};

/// Makes pictures of codes in one style. A worker has its own and keeps it: what pictures have in common is
/// prepared once.
///
/// ```
/// use ksef_qr::{Code, EccLevel, Label, PictureFormat, Renderer, Style};
///
/// let code = Code::new("https://qr.ksef.mf.gov.pl/", Label::OFFLINE, EccLevel::M)?;
/// let mut renderer = Renderer::new(Style::default());
/// let png = renderer.render(PictureFormat::Png, &code);
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
    /// Prepares a style; what takes time is prepared with the first picture.
    pub fn new(style: Style) -> Self {
        Self { style, png: PngWriter::new(style), svg: SvgWriter::new(style), pdf: PdfWriter::new(style) }
    }

    /// The style.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Draws a code with its quiet zone, and the label under it, as the bytes of a file.
    pub fn render(&mut self, format: PictureFormat, code: &Code) -> Vec<u8> {
        match format {
            PictureFormat::Png => self.png(code),
            PictureFormat::Svg => self.svg(code).into_bytes(),
            PictureFormat::Pdf => self.pdf(code),
        }
    }

    /// Draws a 1-bit greyscale PNG.
    pub fn png(&mut self, code: &Code) -> Vec<u8> {
        self.png.write(code)
    }

    /// Draws an SVG, measured in millimetres.
    pub fn svg(&mut self, code: &Code) -> String {
        self.svg.write(code)
    }

    /// Draws a PDF 1.7 of one page, which is as large as the picture. The code is drawn in rectangles, the label is text,
    /// and a click on the code leads to its link. There is no date in it: the same code gives the same bytes.
    pub fn pdf(&mut self, code: &Code) -> Vec<u8> {
        self.pdf.write(code)
    }
}
