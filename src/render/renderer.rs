use super::glyph_cache::GlyphCache;
use super::layout::Layout;
use super::magnifier::Magnifier;
use super::png::PngWriter;
use super::raster::Raster;
use super::{Label, PictureFormat, Style, svg};
use crate::qr::Symbol;

/// Makes pictures of codes in one style. A worker has its own and keeps it: what pictures have in common is
/// prepared once.
///
/// ```
/// use ksef_qr::{EccLevel, Label, PictureFormat, Renderer, Style, Symbol};
///
/// let symbol = Symbol::encode("https://qr.ksef.mf.gov.pl/", EccLevel::M)?;
/// let mut renderer = Renderer::new(Style::default());
/// let png = renderer.render(PictureFormat::Png, &symbol, &Label::OFFLINE);
/// assert!(png.starts_with(b"\x89PNG"));
/// # Ok::<(), ksef_qr::Error>(())
/// ```
pub struct Renderer {
    style: Style,
    magnifier: Magnifier,
    png: PngWriter,
    glyphs: GlyphCache,
}

impl Renderer {
    /// Prepares a style, in some 50 µs.
    pub fn new(style: Style) -> Self {
        let magnifier = Magnifier::new(style.module_px());
        Self { style, png: PngWriter::new(style, magnifier.all()), magnifier, glyphs: GlyphCache::default() }
    }

    /// The style.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Draws a symbol with its quiet zone, and the label under it, as the bytes of a file.
    pub fn render(&mut self, format: PictureFormat, symbol: &Symbol, label: &Label) -> Vec<u8> {
        match format {
            PictureFormat::Png => self.png(symbol, label),
            PictureFormat::Svg => self.svg(symbol, label).into_bytes(),
        }
    }

    /// Draws a 1-bit greyscale PNG.
    pub fn png(&mut self, symbol: &Symbol, label: &Label) -> Vec<u8> {
        let layout = Layout::new(symbol.size(), label, self.style);
        let raster = Raster::draw(symbol, &layout, &self.magnifier, &mut self.glyphs);
        self.png.write(&raster, layout.width, layout.height)
    }

    /// Draws an SVG, measured in millimetres.
    pub fn svg(&self, symbol: &Symbol, label: &Label) -> String {
        let layout = Layout::new(symbol.size(), label, self.style);
        svg::svg(symbol, label, &layout, self.style)
    }
}
