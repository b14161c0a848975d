use std::fmt;

/// A rule, as it is read here, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    code: &'static str,
    text: &'static str,
    source: &'static str,
}

impl Reason {
    pub(super) const fn new(code: &'static str, text: &'static str, source: &'static str) -> Self {
        Self { code, text, source }
    }

    /// The stable code, snake case: `buyer_receives_in_ksef`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The rule in one sentence, without a full stop.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// The article, or the section of the Ministry's text: `VAT Act, art. 106nda ust. 3`.
    pub fn source(&self) -> &'static str {
        self.source
    }
}

/// `a rule (its source)`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.text, self.source)
    }
}
