use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind, Result};

/// The error correction level: how much of a symbol may be unreadable (ISO/IEC 18004 7.5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EccLevel {
    /// About 7 % of the codewords.
    L,
    /// About 15 %.
    #[default]
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

impl EccLevel {
    /// All of them, weakest first.
    pub const ALL: [Self; 4] = [Self::L, Self::M, Self::Q, Self::H];

    /// The name in the standard, one capital letter.
    pub fn name(self) -> &'static str {
        match self {
            Self::L => "L",
            Self::M => "M",
            Self::Q => "Q",
            Self::H => "H",
        }
    }
}

impl FromStr for EccLevel {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|level| level.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let message = format!("{text:?} is not an error correction level: l, m, q or h");
            Error::new(Kind::SettingMalformed, message)
        })
    }
}

impl fmt::Display for EccLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
impl From<EccLevel> for qrcode::EcLevel {
    fn from(level: EccLevel) -> Self {
        match level {
            EccLevel::L => Self::L,
            EccLevel::M => Self::M,
            EccLevel::Q => Self::Q,
            EccLevel::H => Self::H,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_either_case() {
        for level in EccLevel::ALL {
            assert_eq!(level.name().parse(), Ok(level));
            assert_eq!(level.name().to_lowercase().parse(), Ok(level));
        }
        assert_eq!("x".parse::<EccLevel>().unwrap_err().code(), "setting_malformed");
    }
}
