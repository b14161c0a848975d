use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind, Result};

/// The file format of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PictureFormat {
    /// 1-bit greyscale PNG with its resolution.
    #[default]
    Png,
    /// SVG in millimetres, the label as outlines.
    Svg,
    /// PDF of one page, the label as text, the code a link.
    Pdf,
}

impl PictureFormat {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Png, Self::Svg, Self::Pdf];

    /// The file name extension, which is also the name: `png`.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Pdf => "pdf",
        }
    }
}

impl PictureFormat {
    /// True if there is nothing to be gained by compressing it.
    pub(crate) fn is_compressed(self) -> bool {
        match self {
            Self::Png => true,
            Self::Svg | Self::Pdf => false,
        }
    }

    /// True for a file that begins as our pictures do, as far as its first bytes tell.
    pub(crate) fn is_begun(self, start: &[u8]) -> bool {
        match self {
            // No photograph has one bit a pixel.
            Self::Png => start.starts_with(b"\x89PNG\r\n\x1A\n") && start.get(24..26) == Some(&[1, 0]),
            Self::Svg => start.starts_with(b"<svg "),
            Self::Pdf => start.starts_with(b"%PDF-"),
        }
    }

    /// So many of its first bytes are enough to tell.
    pub(crate) const BEGINNING: u64 = 26;

    /// True for a file that was written to its end, as far as its last bytes tell.
    pub(crate) fn is_whole(self, bytes: &[u8]) -> bool {
        match self {
            Self::Png => bytes.starts_with(b"\x89PNG") && bytes.ends_with(b"IEND\xAE\x42\x60\x82"),
            Self::Svg => bytes.starts_with(b"<") && bytes.trim_ascii_end().ends_with(b"</svg>"),
            Self::Pdf => bytes.starts_with(b"%PDF-") && bytes.trim_ascii_end().ends_with(b"%%EOF"),
        }
    }
}

impl FromStr for PictureFormat {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|format| format.extension() == text).ok_or_else(|| {
            let names = Self::ALL.iter().map(|format| format.extension()).collect::<Vec<_>>().join(", ");
            Error::new(Kind::SettingMalformed, format!("{text:?} is not a picture format: {names}"))
        })
    }
}

impl fmt::Display for PictureFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for &format in PictureFormat::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert_eq!("bmp".parse::<PictureFormat>().unwrap_err().code(), "setting_malformed");
    }
}
