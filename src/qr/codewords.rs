use super::blocks::{Blocks, capacity};
use super::data_bits::DataBits;
use super::segment::Segmentation;
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
            .and_then(|fit| Some(Self { version: fit.version, bytes: fit.codewords(level)? }))
            .ok_or_else(|| {
                let message = format!("{} bytes do not fit a QR code at level {level}", text.len());
                Error::new(Kind::LinkTooLong, message)
            })
    }
}

/// A text that is cut for the smallest version that holds it.
struct Fit<'a> {
    version: Version,
    class: VersionClass,
    segmentation: Segmentation<'a>,
}

fn smallest_fit(text: &str, level: EccLevel) -> Option<Fit<'_>> {
    // Beyond this nothing fits, and the segmentation's work stays bounded whatever comes in.
    if text.len() > MOST_CHARACTERS {
        return None;
    }
    VersionClass::ALL.into_iter().find_map(|class| {
        let segmentation = Segmentation::shortest(text.as_bytes(), class);
        let version = class.versions().find(|&version| segmentation.bits <= capacity(version, level))?;
        Some(Fit { version, class, segmentation })
    })
}

impl Fit<'_> {
    fn codewords(&self, level: EccLevel) -> Option<Vec<u8>> {
        let capacity = capacity(self.version, level);
        let mut bits = DataBits::new(capacity);
        for segment in &self.segmentation.segments {
            bits.push_segment(segment, self.class);
        }
        Some(Blocks::of(self.version, level).interleave(bits.into_codewords(capacity)?))
    }
}
