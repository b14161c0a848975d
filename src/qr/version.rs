use std::fmt;

use crate::error::{Error, Kind, Result};

/// The version of a QR symbol, 1 to 40: its size, in steps of four modules (ISO/IEC 18004 5.3.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

impl Version {
    /// Takes a number from 1 to 40.
    ///
    /// # Errors
    /// `setting_malformed`.
    pub fn new(number: u8) -> Result<Self> {
        if (1..=40).contains(&number) {
            Ok(Self(number))
        } else {
            Err(Error::new(Kind::SettingMalformed, format!("{number} is not a QR version: 1 to 40")))
        }
    }

    /// The number, 1 to 40.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The side of the symbol in modules, 21 to 177, without the quiet zone.
    pub fn size(self) -> usize {
        17 + 4 * usize::from(self.0)
    }

    /// How many codewords the symbol has room for, those of error correction included (ISO/IEC 18004 table 1).
    pub(super) fn codewords(self) -> usize {
        let size = self.size();
        // Three finder patterns with their separators, two timing patterns, format information.
        let mut modules = size * size - 3 * 64 - 2 * (size - 16) - 31;
        if self.0 >= 2 {
            // Those between finder patterns lie upon the timing patterns.
            let across = usize::from(self.0) / 7 + 2;
            modules -= 25 * (across * across - 3) - 2 * 5 * (across - 2);
        }
        if self.0 >= 7 {
            modules -= 2 * 18;
        }
        modules / 8
    }
}

/// The three groups of versions whose segment headers are equally long (ISO/IEC 18004 table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VersionClass {
    /// Versions 1 to 9.
    Small,
    /// Versions 10 to 26.
    Medium,
    /// Versions 27 to 40.
    Large,
}

impl VersionClass {
    pub(super) const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    /// The versions of the class, smallest first.
    pub(super) fn versions(self) -> impl Iterator<Item = Version> {
        match self {
            Self::Small => 1..=9,
            Self::Medium => 10..=26,
            Self::Large => 27..=40,
        }
        .map(Version)
    }
}

#[cfg(test)]
impl From<Version> for qrcode::Version {
    fn from(version: Version) -> Self {
        Self::Normal(i16::from(version.0))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_and_size() {
        assert_eq!(Version::new(1).unwrap().size(), 21);
        assert_eq!(Version::new(40).unwrap().size(), 177);
        for bad in [0, 41, 255] {
            assert_eq!(Version::new(bad).unwrap_err().code(), "setting_malformed");
        }
    }

    #[test]
    fn the_classes_hold_every_version_once() {
        let all: Vec<u8> = VersionClass::ALL.iter().flat_map(|class| class.versions()).map(Version::number).collect();
        assert_eq!(all, (1..=40).collect::<Vec<u8>>());
    }
}
