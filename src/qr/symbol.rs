use std::fmt;

use super::codewords::Codewords;
use super::penalty::{Strip, penalties};
use super::placement::Placement;
use super::template::Template;
use super::{EccLevel, Mask, Version};
use crate::error::Result;

/// A QR symbol (ISO/IEC 18004:2024), without its quiet zone.
///
/// ```
/// use ksef_qr::qr::Symbol;
/// use ksef_qr::EccLevel;
///
/// let symbol = Symbol::encode("https://qr.ksef.mf.gov.pl/", EccLevel::M)?;
/// assert_eq!(symbol.size(), 25);
/// assert!(symbol.is_dark(0, 0) && !symbol.is_dark(1, 1));
/// # Ok::<(), ksef_qr::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Symbol {
    version: Version,
    level: EccLevel,
    mask: Mask,
    rows: Vec<u64>,
}

impl Symbol {
    /// Encodes a text in the smallest version that holds it, cut into numeric, alphanumeric and byte segments
    /// so that it takes the fewest bits, under the mask that the standard chooses.
    ///
    /// # Errors
    /// `link_too_long`, if the text does not fit version 40 at this level.
    pub fn encode(text: &str, level: EccLevel) -> Result<Self> {
        let Codewords { version, bytes } = Codewords::encode(text, level)?;
        let template = Template::of(version, level);
        let mut rows = Placement::of(version).rows(&bytes);
        let mask = best_mask(&rows, template, version.size());
        for (row, overlay) in rows.iter_mut().zip(template.rows(mask)) {
            *row ^= overlay;
        }
        Ok(Self { version, level, mask, rows })
    }

    /// The version, and with it the size.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The error correction level.
    pub fn level(&self) -> EccLevel {
        self.level
    }

    /// The mask.
    pub fn mask(&self) -> Mask {
        self.mask
    }

    /// The side in modules, without the quiet zone.
    pub fn size(&self) -> usize {
        self.version.size()
    }

    /// True if the module in column `x`, from the left, and row `y`, from the top, is dark. Everything outside
    /// of the symbol is light.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.size() && self.row(y).get(x / 64).is_some_and(|word| word >> (x % 64) & 1 == 1)
    }

    /// The modules of row `y`, from the top: module `x` is bit `x % 64` (bit 0 is the lowest) of word `x / 64`,
    /// set if it is dark. Bits beyond the last module are clear. A row outside of the symbol is empty.
    pub fn row(&self, y: usize) -> &[u64] {
        if y >= self.size() {
            return &[];
        }
        let words = self.size().div_ceil(64);
        &self.rows[y * words..(y + 1) * words]
    }
}

/// The mask whose symbol has the lowest penalty, the lowest of them on a tie (ISO/IEC 18004 7.8.3).
///
/// `data` are the unmasked data modules; `size` is the symbol's side in modules.
fn best_mask(data: &[u64], template: &Template, size: usize) -> Mask {
    let strips = (0..Strip::count(size)).map(|number| Strip::new(number, size, data, template.strip(number)));
    let scores = penalties(strips, size);
    Mask::ALL.into_iter().min_by_key(|mask| scores[usize::from(mask.number())]).unwrap_or(Mask::ALL[0])
}

impl fmt::Debug for Symbol {
    /// Version, level and mask only: the modules spell out a signed link.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, level, mask, .. } = self;
        write!(f, "Symbol({version}-{level}, mask {mask})")
    }
}
