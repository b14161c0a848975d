use super::layout::Layout;
use super::{Label, Style};
use crate::error::Result;
#[cfg(feature = "pdf")]
use crate::qr::QUIET_ZONE;
use crate::qr::{EccLevel, Symbol};

/// A code that is ready to be drawn: a link, the symbol that holds it, and the label under it.
///
/// It is the same for pictures, on PDFs that exist, on sheets and in confirmations. The symbol
/// is always that of the link.
///
/// ```
/// use ksef_qr::{Code, EccLevel, Label};
///
/// let code = Code::new("https://qr.ksef.mf.gov.pl/", Label::OFFLINE, EccLevel::M)?;
/// assert_eq!((code.link(), code.symbol().size()), ("https://qr.ksef.mf.gov.pl/", 25));
/// # Ok::<(), ksef_qr::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    link: String,
    symbol: Symbol,
    label: Label,
}

impl Code {
    /// Encodes a link.
    ///
    /// # Errors
    /// `link_too_long`, if no QR symbol holds it at this level.
    pub fn new(link: impl Into<String>, label: Label, level: EccLevel) -> Result<Self> {
        let link = link.into();
        Ok(Self { symbol: Symbol::encode(&link, level)?, link, label })
    }

    /// The link: what a scanner reads, and where a click leads.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// The symbol.
    pub fn symbol(&self) -> &Symbol {
        &self.symbol
    }

    /// What stands under the symbol: `OFFLINE` or the KSeF number under KOD I, `CERTYFIKAT` under KOD II.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// Width and height of its picture, in pixels.
    pub(crate) fn picture_size(&self, style: Style) -> (u32, u32) {
        let layout = Layout::new(self.symbol.size(), &self.label, style);
        (layout.width, layout.height)
    }

    /// The side in modules, with the quiet zone.
    #[cfg(feature = "pdf")]
    pub(crate) fn side(&self) -> usize {
        self.symbol.size() + 2 * QUIET_ZONE
    }
}
