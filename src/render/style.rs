use std::ops::RangeInclusive;

use crate::error::{Error, Kind, Result};

/// How large a picture is drawn and printed.
///
/// The default is 6 pixels a module at 300 dpi: 0.508 mm a module, 33 mm for the code of a KOD II with its
/// quiet zone. No legal minimum is published (Podręcznik KSeF 2.0, part II).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    module_px: u32,
    dpi: u32,
}

impl Style {
    /// The side of a module in pixels.
    pub const MODULE_PX: RangeInclusive<u32> = 1..=64;

    /// The resolution in dots per inch.
    pub const DPI: RangeInclusive<u32> = 50..=2400;

    /// Takes the side of a module in pixels ([`MODULE_PX`](Self::MODULE_PX)) and the resolution in dots per inch
    /// ([`DPI`](Self::DPI)).
    ///
    /// # Errors
    /// `setting_malformed`.
    pub fn new(module_px: u32, dpi: u32) -> Result<Self> {
        if !Self::MODULE_PX.contains(&module_px) {
            let message = format!("a module of {module_px} pixels: give 1 to 64");
            return Err(Error::new(Kind::SettingMalformed, message));
        }
        if !Self::DPI.contains(&dpi) {
            let message = format!("a resolution of {dpi} dpi: give 50 to 2400");
            return Err(Error::new(Kind::SettingMalformed, message));
        }
        Ok(Self { module_px, dpi })
    }

    /// The side of a module in pixels.
    pub fn module_px(&self) -> u32 {
        self.module_px
    }

    /// The resolution in dots per inch.
    pub fn dpi(&self) -> u32 {
        self.dpi
    }

    /// The length of `pixels` in print, in millimetres.
    pub(super) fn millimetres(self, pixels: u32) -> f64 {
        f64::from(pixels) * 25.4 / f64::from(self.dpi)
    }

    /// The length of `points` (1/72 inch) in pixels.
    pub(super) fn pixels(self, points: f64) -> f64 {
        points * f64::from(self.dpi) / 72.0
    }
}

impl Default for Style {
    fn default() -> Self {
        Self { module_px: 6, dpi: 300 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (module_px, dpi) in [(1, 50), (64, 2400), (6, 300)] {
            assert!(Style::new(module_px, dpi).is_ok());
        }
        for (module_px, dpi) in [(0, 300), (65, 300), (6, 49), (6, 2401)] {
            assert_eq!(Style::new(module_px, dpi).unwrap_err().code(), "setting_malformed");
        }
        assert_eq!(Style::default(), Style::new(6, 300).unwrap());
        assert!((Style::default().millimetres(6) - 0.508).abs() < 1e-9);
    }
}
