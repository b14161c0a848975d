use qrcode::bits::Bits;
use qrcode::types::QrResult;

use super::blocks::{Blocks, capacity};
use super::segment::{Mode, Segmentation};
use super::version::VersionClass;
use super::{EccLevel, Version};
use crate::error::{Error, Kind, Result};

/// The most characters that any symbol holds: digits in version 40-L (ISO/IEC 18004 table 7).
const MOST_CHARACTERS: usize = 7089;

/// All codewords of a symbol in the order of placement: data blocks interleaved, then their error correction
/// (ISO/IEC 18004 7.6), in the smallest version that holds the text.
pub(super) struct Codewords {
    pub(super) version: Version,
    pub(super) bytes: Vec<u8>,
}

impl Codewords {
    /// Encodes a text.
    ///
    /// # Errors
    /// `link_too_long`, if no version holds the text at this level.
    pub(super) fn encode(text: &str, level: EccLevel) -> Result<Self> {
        smallest_fit(text, level)
            .and_then(|(version, segmentation)| {
                let bytes = pack(&segmentation, version, level).ok()?;
                Some(Self { version, bytes })
            })
            .ok_or_else(|| {
                let message = format!("{} bytes do not fit a QR code at level {level}", text.len());
                Error::new(Kind::LinkTooLong, message)
            })
    }
}

fn smallest_fit(text: &str, level: EccLevel) -> Option<(Version, Segmentation<'_>)> {
    // Beyond this nothing fits, and the segmentation's work stays bounded whatever comes in.
    if text.len() > MOST_CHARACTERS {
        return None;
    }
    VersionClass::ALL.into_iter().find_map(|class| {
        let segmentation = Segmentation::shortest(text.as_bytes(), class);
        let version = class.versions().find(|&version| segmentation.bits <= capacity(version, level))?;
        Some((version, segmentation))
    })
}

fn pack(segmentation: &Segmentation<'_>, version: Version, level: EccLevel) -> QrResult<Vec<u8>> {
    let mut bits = Bits::new(version.into());
    for segment in &segmentation.segments {
        match segment.mode {
            Mode::Numeric => bits.push_numeric_data(segment.bytes)?,
            Mode::Alphanumeric => bits.push_alphanumeric_data(segment.bytes)?,
            Mode::Byte => bits.push_byte_data(segment.bytes)?,
        }
    }
    bits.push_terminator(level.into())?;
    Ok(Blocks::of(version, level).interleave(bits.into_bytes()))
}
