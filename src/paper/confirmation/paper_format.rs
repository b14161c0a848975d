use std::str::FromStr;

use crate::error::{Error, Kind, Result};

/// The paper of a confirmation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 148 × 210 mm.
    A5,
    /// A receipt: as long as what stands on it.
    Roll(Roll),
}

/// The width of a receipt roll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Roll {
    /// 80 mm, of which 72 mm are printed: 576 dots at 203 dpi.
    Mm80,
    /// 58 mm, of which 48 mm are printed: 384 dots at 203 dpi.
    Mm58,
}

impl Roll {
    /// What the print head reaches, in dots of 1/203 inch.
    pub(super) fn dots(self) -> usize {
        match self {
            Self::Mm80 => 576,
            Self::Mm58 => 384,
        }
    }

    /// In millimetres.
    pub(super) fn width(self) -> f64 {
        match self {
            Self::Mm80 => 80.0,
            Self::Mm58 => 58.0,
        }
    }
}

/// Who turns a link into a code, when the printer could do it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QrBy {
    /// This crate, dot by dot: what is printed is the same code as in every other format.
    #[default]
    Raster,
    /// The printer, by its own command: fewer bytes to send, a code of the printer's making.
    Printer,
}

/// `a4`, `a5`, `80mm`, `58mm`.
impl FromStr for Format {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "a4" => Ok(Self::A4),
            "a5" => Ok(Self::A5),
            "80mm" => Ok(Self::Roll(Roll::Mm80)),
            "58mm" => Ok(Self::Roll(Roll::Mm58)),
            _ => Err(refuse(text, "paper size", "a4, a5, 80mm, 58mm")),
        }
    }
}

/// `80mm`, `58mm`.
impl FromStr for Roll {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text.parse() {
            Ok(Format::Roll(roll)) => Ok(roll),
            _ => Err(refuse(text, "receipt roll", "80mm, 58mm")),
        }
    }
}

/// `raster`, `printer`.
impl FromStr for QrBy {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "raster" => Ok(Self::Raster),
            "printer" => Ok(Self::Printer),
            _ => Err(refuse(text, "way to draw codes", "raster, printer")),
        }
    }
}

fn refuse(text: &str, what: &str, names: &str) -> Error {
    Error::new(Kind::SettingMalformed, format!("{text:?} is not a {what}: {names}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(["a4", "a5"].map(str::parse), [Ok(Format::A4), Ok(Format::A5)]);
        assert_eq!(["80mm", "58mm"].map(str::parse), [Ok(Roll::Mm80), Ok(Roll::Mm58)]);
        assert_eq!("58mm".parse(), Ok(Format::Roll(Roll::Mm58)));
        assert_eq!(["raster", "printer"].map(str::parse), [Ok(QrBy::Raster), Ok(QrBy::Printer)]);
        assert_eq!("A3".parse::<Format>().unwrap_err().code(), "setting_malformed");
        assert_eq!("a4".parse::<Roll>().unwrap_err().code(), "setting_malformed");
        assert_eq!("me".parse::<QrBy>().unwrap_err().code(), "setting_malformed");
    }
}
