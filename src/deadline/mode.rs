use crate::values::Day;

/// Why the invoice was issued outside of KSeF, and, of an outage, when it ended.
///
/// The end is `None` as long as the outage lasts: the deadline is then not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// The issuer's own choice (offline24).
    Offline24,
    /// KSeF was announced to be unavailable (niedostępność), for maintenance for instance.
    Unavailable {
        /// The day the unavailability ended.
        ended: Option<Day>,
    },
    /// KSeF was announced to have failed (awaria). Further failures are
    /// [`Failure`](super::Failure)s, given separately.
    Failure {
        /// The day this failure ended.
        ended: Option<Day>,
    },
    /// A total failure (awaria całkowita), announced by the mass media. The invoice is never sent, and has no
    /// codes.
    Total,
}

impl Mode {
    /// The name on the command line: `offline24`, `unavailable`, `failure` or `total`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Offline24 => "offline24",
            Self::Unavailable { .. } => "unavailable",
            Self::Failure { .. } => "failure",
            Self::Total => "total",
        }
    }

    /// The mode of this name; an outage is one of which no end is known.
    pub fn of_name(name: &str) -> Option<Self> {
        let all = [Self::Offline24, Self::Unavailable { ended: None }, Self::Failure { ended: None }, Self::Total];
        all.into_iter().find(|mode| mode.name() == name)
    }

    /// The article of the VAT Act: `106nda`.
    pub fn article(self) -> &'static str {
        match self {
            Self::Offline24 => "106nda",
            Self::Unavailable { .. } => "106nh",
            Self::Failure { .. } => "106nf",
            Self::Total => "106ng",
        }
    }
}
