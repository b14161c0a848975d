use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind, Result};
use crate::values::Day;

/// Whether a certificate of a register may still be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It may.
    Active,
    /// No longer used by its owner, though KSeF may still take it.
    Retired {
        /// The day.
        since: Day,
        /// Why, in words.
        reason: Option<String>,
    },
    /// Revoked in KSeF.
    Revoked {
        /// The day.
        since: Day,
        /// As it was stated to KSeF.
        reason: RevocationReason,
    },
}

impl Status {
    /// The name in the register: `active`, `retired`, `revoked`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retired { .. } => "retired",
            Self::Revoked { .. } => "revoked",
        }
    }
}

/// `active`, `retired on 2026-06-30 (no longer needed)`, `revoked on 2026-06-30 (KeyCompromise)`.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Active => Ok(()),
            Self::Retired { since, reason: None } => write!(f, " on {since}"),
            Self::Retired { since, reason: Some(reason) } => write!(f, " on {since} ({reason})"),
            Self::Revoked { since, reason } => write!(f, " on {since} ({reason})"),
        }
    }
}

/// Why a certificate was revoked, in the words of KSeF's API (`/certificates/{serial}/revoke`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// No reason given.
    Unspecified,
    /// Another certificate has taken its place.
    Superseded,
    /// Somebody else may have the private key.
    KeyCompromise,
}

impl RevocationReason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Unspecified, Self::Superseded, Self::KeyCompromise];

    /// The API's name: `KeyCompromise`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "Unspecified",
            Self::Superseded => "Superseded",
            Self::KeyCompromise => "KeyCompromise",
        }
    }
}

/// Reads the API's names, in any capitals.
impl FromStr for RevocationReason {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|reason| reason.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::new(Kind::SettingMalformed, format!("{text:?} is not a reason for revocation: {names}"))
        })
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
