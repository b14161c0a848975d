//! Text to QR symbol (ISO/IEC 18004:2024): segments, codewords, placement, mask.
//!
//! All of it is ours: for the symbol of a KOD II error correction, placement and mask choice take 0.6, 1 and 1 to 2 µs, in the
//! `qrcode` crate 6, 11 and 1375; and what symbols of one version have in common takes a quarter of the instructions, which counts
//! where a process makes two. They are the same codewords, the same modules and the same choice as by that crate or by a plain
//! reading of the standard; the tests compare. This module knows nothing of pictures or links.
//!
//! ```
//! use ksef_qr::EccLevel;
//! use ksef_qr::qr::Symbol;
//!
//! # fn main() -> ksef_qr::Result<()> {
//! let symbol = Symbol::encode("https://qr.ksef.mf.gov.pl", EccLevel::M)?;
//! assert_eq!((symbol.version().number(), symbol.size()), (2, 25));
//! assert!(symbol.is_dark(0, 0), "the corner of the upper left finder pattern");
//! # Ok(())
//! # }
//! ```

mod blocks;
mod codewords;
mod data_bits;
mod ecc_level;
mod functions;
mod mask;
mod penalty;
mod placement;
mod reed_solomon;
mod segment;
mod symbol;
mod template;
#[cfg(test)]
mod tests;
mod version;

pub use ecc_level::EccLevel;
pub use mask::Mask;
pub use symbol::Symbol;
pub use version::Version;

/// The width of the quiet zone in modules (ISO/IEC 18004 6.3.8).
pub(crate) const QUIET_ZONE: usize = 4;
