//! Which of its two languages the page speaks: what was chosen, else what the browser asks for, else Polish.

/// The language of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Language {
    /// Polish.
    #[default]
    Polish,
    /// English.
    English,
}

impl Language {
    /// As HTML and HTTP name it: `pl`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Polish => "pl",
            Self::English => "en",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Polish => Self::English,
            Self::English => Self::Polish,
        }
    }

    /// By its tag, if it is one of the two: `en`, `en-GB`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default().trim();
        [Self::Polish, Self::English].into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The one that a browser likes better (`Accept-Language`), in the order of its weights.
    pub fn of_browser(accepted: &str) -> Option<Self> {
        let weight = |part: &str| {
            let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |text| text.parse::<f32>().ok());
            Some((Self::of_tag(tag)?, weight.filter(|weight| *weight > 0.0)?))
        };
        // A page asks for few; what comes after is not looked at.
        let ranked = accepted.split(',').take(20).filter_map(weight);
        // The first of several that weigh the same.
        ranked.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(language, _)| language)
    }
}

impl From<Language> for ksef_qr::paper::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::Polish => Self::Polish,
            Language::English => Self::English,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_of_what_a_browser_asks_for() {
        for (accepted, language) in [
            ("pl-PL,pl;q=0.9,en-US;q=0.8,en;q=0.7", Some(Language::Polish)),
            ("de,en;q=0.5,pl;q=0.4", Some(Language::English)),
            ("en;q=0.1, pl;q=0.2", Some(Language::Polish)),
            ("de", None),
            ("en;q=0", None),
            ("", None),
        ] {
            assert_eq!(Language::of_browser(accepted), language, "{accepted}");
        }
    }
}
