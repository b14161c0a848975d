use crate::error::{Error, Kind, Result};
use crate::report::{Finding, Outcome, Topic};

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ItemName {
    /// Issued by the KSeF that it is to be used in.
    Environment,
    /// Issued to the right owner.
    Owner,
    /// For signing links (type 2), not for logging in.
    Purpose,
    /// Valid now.
    Dates,
    /// There is a private key, and it can be read.
    KeyPresent,
    /// The key is the certificate's.
    KeyMatches,
    /// The password opens the key.
    PasswordWorks,
    /// The password is one that the portal would take.
    PasswordPolicy,
    /// Only the key's owner may read its file.
    KeyPermissions,
    /// There is time to replace the certificate before it ends.
    ExpiryPlanned,
    /// A link was signed with the key and verified with the certificate.
    ControlledTest,
    /// Not revoked and not blocked.
    Revocation,
}

impl ItemName {
    /// All of them, in the order of the audit.
    pub const ALL: &[Self] = &[
        Self::Environment,
        Self::Owner,
        Self::Purpose,
        Self::Dates,
        Self::KeyPresent,
        Self::KeyMatches,
        Self::PasswordWorks,
        Self::PasswordPolicy,
        Self::KeyPermissions,
        Self::ExpiryPlanned,
        Self::ControlledTest,
        Self::Revocation,
    ];

    /// The name in JSON, snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Owner => "owner",
            Self::Purpose => "purpose",
            Self::Dates => "dates",
            Self::KeyPresent => "key_present",
            Self::KeyMatches => "key_matches",
            Self::PasswordWorks => "password_works",
            Self::PasswordPolicy => "password_policy",
            Self::KeyPermissions => "key_permissions",
            Self::ExpiryPlanned => "expiry_planned",
            Self::ControlledTest => "controlled_test",
            Self::Revocation => "revocation",
        }
    }

    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Environment => "issuer",
            Self::Owner => "owner",
            Self::Purpose => "purpose",
            Self::Dates => "validity",
            Self::KeyPresent => "private key",
            Self::KeyMatches => "key and certificate",
            Self::PasswordWorks => "password",
            Self::PasswordPolicy => "password's strength",
            Self::KeyPermissions => "key file",
            Self::ExpiryPlanned => "replacement",
            Self::ControlledTest => "controlled test",
            Self::Revocation => "revocation",
        }
    }
}

impl Topic for ItemName {
    fn code(self) -> &'static str {
        self.name()
    }

    /// What is wrong has a topic of its own.
    fn hint(self) -> &'static str {
        ""
    }
}

/// A question, and the finding that answers it.
///
/// The questions are always the same, so that it can be seen that each was asked: unlike a check's, an item's name stays
/// what it is when the answer is bad. The finding's [`code`](Finding::code) is the name if all is well, else that of the
/// problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    name: ItemName,
    finding: Finding,
}

impl Item {
    pub(super) fn ok(name: ItemName, message: impl Into<String>) -> Self {
        Self { name, finding: Finding::ok(name, message) }
    }

    pub(super) fn only_ksef(name: ItemName, message: impl Into<String>) -> Self {
        Self { name, finding: Finding::only_ksef(name, message) }
    }

    pub(super) fn not_checked(name: ItemName, message: impl Into<String>) -> Self {
        Self { name, finding: Finding::not_checked(name, message) }
    }

    pub(super) fn fail(name: ItemName, kind: Kind, message: impl Into<String>) -> Self {
        Self { name, finding: Finding::fail(kind, message) }
    }

    pub(super) fn warning(name: ItemName, kind: Kind, message: impl Into<String>) -> Self {
        Self { name, finding: Finding::warning(kind, message) }
    }

    pub(super) fn failed(name: ItemName, error: Error) -> Self {
        Self { name, finding: error.into() }
    }

    /// OK with a message, or failed with the error's.
    pub(super) fn of(name: ItemName, result: Result<()>, message: String) -> Self {
        match result {
            Ok(()) => Self::ok(name, message),
            Err(error) => Self::failed(name, error),
        }
    }

    /// What was looked at.
    pub fn name(&self) -> ItemName {
        self.name
    }

    /// What came of it.
    pub fn finding(&self) -> &Finding {
        &self.finding
    }

    /// The same as [`finding().outcome()`](Finding::outcome).
    pub fn outcome(&self) -> Outcome {
        self.finding.outcome()
    }

    /// Takes a warning for a failure.
    #[must_use]
    pub fn strictly(self) -> Self {
        match self.outcome() {
            Outcome::Warning => Self { finding: self.finding.with_outcome(Outcome::Fail), ..self },
            _ => self,
        }
    }
}
