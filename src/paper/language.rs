use std::str::FromStr;

use crate::error::{Error, Kind, Result};

/// The language of a confirmation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// Polish.
    #[default]
    Polish,
    /// English. The names of the codes stay as the law has them.
    English,
}

impl Language {
    /// As HTTP, XML and PDF name it: `pl`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Polish => "pl",
            Self::English => "en",
        }
    }
}

/// `pl`, `en`.
impl FromStr for Language {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let mut known = [Self::Polish, Self::English].into_iter();
        known.find(|language| language.tag() == text).ok_or_else(|| {
            Error::new(Kind::SettingMalformed, format!("{text:?} is not a language of confirmations: pl, en"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(["pl", "en"].map(str::parse), [Ok(Language::Polish), Ok(Language::English)]);
        assert_eq!("de".parse::<Language>().unwrap_err().code(), "setting_malformed");
    }
}
