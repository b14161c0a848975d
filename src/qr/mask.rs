use std::fmt;

use crate::error::{Error, Kind, Result};

/// The data mask of a symbol, 0 to 7 (ISO/IEC 18004 table 10).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mask(u8);

impl Mask {
    /// All of them.
    pub const ALL: [Self; 8] = [Self(0), Self(1), Self(2), Self(3), Self(4), Self(5), Self(6), Self(7)];

    /// Takes a number from 0 to 7.
    ///
    /// # Errors
    /// `setting_malformed`.
    pub fn new(number: u8) -> Result<Self> {
        if number < 8 {
            Ok(Self(number))
        } else {
            Err(Error::new(Kind::SettingMalformed, format!("{number} is not a QR mask: 0 to 7")))
        }
    }

    /// The number, 0 to 7: the mask pattern reference of the standard.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask({self})")
    }
}
