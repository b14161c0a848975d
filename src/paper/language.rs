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

    /// `2205.39` is `2 205,39` in Polish, and `2 205.39` in English. Nothing is rounded, and what is no number is left as it stands.
    pub(super) fn figure(self, value: &str) -> String {
        self.with_decimals(value, 0)
    }

    /// The same of an amount, which has two decimals at least: `2205.4` is `2 205,40`.
    pub(super) fn money(self, value: &str) -> String {
        self.with_decimals(value, 2)
    }

    fn with_decimals(self, value: &str, least: usize) -> String {
        let (sign, digits) = value.strip_prefix('-').map_or(("", value), |digits| ("-", digits));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(decimals) || digits.ends_with('.') {
            return value.to_owned();
        }
        let mut text = sign.to_owned();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(NO_BREAK);
            }
            text.push(digit);
        }
        if !decimals.is_empty() || least > 0 {
            text.push(if self == Self::English { '.' } else { ',' });
            text.push_str(decimals);
            text.extend((decimals.len()..least).map(|_| '0'));
        }
        text
    }
}

/// A space at which no line ends.
pub(super) const NO_BREAK: char = '\u{a0}';

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
