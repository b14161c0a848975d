use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind, Result};

/// A rule that the user may override knowingly (`--allow RULE`). What was overridden is recorded beside the
/// invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// No byte order mark.
    Bom,
    /// No processing instruction.
    ProcessingInstruction,
    /// No character that XML 1.0 discourages.
    Characters,
    /// At most 1 000 000 bytes, or 3 000 000 with an attachment.
    Size,
    /// The certificate is a type 2 (Offline) one.
    CertificatePurpose,
    /// The certificate is valid now.
    CertificateDates,
    /// No other file was issued with the same seller, kind and number.
    IssuedNumber,
}

impl Rule {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Bom,
        Self::ProcessingInstruction,
        Self::Characters,
        Self::Size,
        Self::CertificatePurpose,
        Self::CertificateDates,
        Self::IssuedNumber,
    ];

    /// The name on the command line and in the manifest: `certificate-purpose`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bom => "bom",
            Self::ProcessingInstruction => "processing-instruction",
            Self::Characters => "characters",
            Self::Size => "size",
            Self::CertificatePurpose => "certificate-purpose",
            Self::CertificateDates => "certificate-dates",
            Self::IssuedNumber => "issued-number",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl FromStr for Rule {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == text).ok_or_else(|| {
            let names = Self::ALL.iter().map(|rule| rule.name()).collect::<Vec<_>>().join(", ");
            Error::new(Kind::SettingMalformed, format!("{text:?} is not a rule that can be overridden: {names}"))
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of [`Rule`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules(u8);

impl Rules {
    /// No rule: nothing is overridden.
    pub const NONE: Self = Self(0);

    /// Every rule of [`Rule::ALL`].
    pub const ALL: Self = Self((1 << Rule::ALL.len()) - 1);

    /// Adds a rule.
    pub fn insert(&mut self, rule: Rule) {
        self.0 |= rule.bit();
    }

    /// True if the rule is in the set.
    pub fn contains(self, rule: Rule) -> bool {
        self.0 & rule.bit() != 0
    }

    /// The rules of either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The rules of the set, in the order of [`Rule::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Rule> {
        Rule::ALL.iter().copied().filter(move |&rule| self.contains(rule))
    }
}

impl FromIterator<Rule> for Rules {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        rules.into_iter().fold(Self::NONE, |mut set, rule| {
            set.insert(rule);
            set
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: Rules = [Rule::Size, Rule::Bom].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Rule::Bom, Rule::Size]);
        assert!(!set.contains(Rule::CertificateDates));
        for &rule in Rule::ALL {
            assert_eq!(rule.name().parse(), Ok(rule));
        }
        assert_eq!(Rules::ALL.iter().collect::<Vec<_>>(), Rule::ALL);
        assert!("everything".parse::<Rule>().is_err());
    }
}
