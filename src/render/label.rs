use std::borrow::Cow;
use std::fmt;

use crate::error::{Error, Kind, Result};
use crate::font::label_font;
use crate::values::KsefNumber;

/// The text under a code.
///
/// Under KOD I stands the KSeF number if it is known, and [`OFFLINE`](Label::OFFLINE) if not; under KOD II
/// [`CERTYFIKAT`](Label::CERTYFIKAT) (`kody-qr.md`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label(Cow<'static, str>);

impl Label {
    /// Under KOD I of an invoice that has no KSeF number yet.
    pub const OFFLINE: Self = Self(Cow::Borrowed("OFFLINE"));

    /// Under KOD II.
    pub const CERTYFIKAT: Self = Self(Cow::Borrowed("CERTYFIKAT"));

    /// The longest label, in characters.
    pub const MAX_CHARS: usize = 64;

    /// Takes any text of 1 to 64 characters that the label font has: Latin letters, Polish ones included,
    /// digits, space and common punctuation. It begins and ends with something visible.
    ///
    /// # Errors
    /// `setting_malformed`.
    pub fn new(text: &str) -> Result<Self> {
        let refuse = |why: &str| Err(Error::new(Kind::SettingMalformed, format!("the label {text:?} {why}")));
        if text.is_empty() || text.trim() != text {
            return refuse("is empty, or begins or ends with a space");
        }
        if text.chars().count() > Self::MAX_CHARS {
            return refuse("has more than 64 characters");
        }
        if let Some(missing) = text.chars().find(|&c| label_font::glyph(c).is_none()) {
            return refuse(&format!("has the character {missing:?}, which the label font lacks"));
        }
        Ok(Self(Cow::Owned(text.to_owned())))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&KsefNumber> for Label {
    fn from(number: &KsefNumber) -> Self {
        Self(Cow::Owned(number.as_str().to_owned()))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_font_has_is_accepted() {
        for good in [
            "OFFLINE",
            "CERTYFIKAT",
            "A B",
            "ZAŻÓŁĆ GĘŚLĄ JAŹŃ",
            "5265877635-20250826-0100001AF629-AF",
            &"x".repeat(64),
        ] {
            assert_eq!(Label::new(good).unwrap().as_str(), good);
        }
        for bad in ["", " ", "A ", " A", "A\nB", "快", "A\u{0}", &"x".repeat(65)] {
            assert_eq!(Label::new(bad).unwrap_err().code(), "setting_malformed", "{bad:?}");
        }
    }

    #[test]
    fn the_constants_are_labels_too() {
        for label in [Label::OFFLINE, Label::CERTYFIKAT] {
            assert_eq!(Label::new(label.as_str()), Ok(label));
        }
    }
}
