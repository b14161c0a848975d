use crate::error::{Error, Kind, Result};

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// All of them, in the order of the checklist.
    pub const ALL: [Self; 12] = [
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

/// What came of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It is right.
    Ok,
    /// It is wrong, and signing or the signatures would suffer.
    Fail,
    /// It works, and somebody should look at it.
    Warning,
    /// It could not be looked at: something is missing, or only KSeF knows.
    Unknown,
}

impl Answer {
    /// The name in JSON: `ok`, `fail`, `warning`, `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Warning => "warning",
            Self::Unknown => "unknown",
        }
    }
}

/// An item of the checklist, answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What was looked at.
    pub name: ItemName,
    /// What came of it.
    pub answer: Answer,
    /// What was found, in one line. Never a key, a password or a PESEL.
    pub reason: String,
    /// What is wrong: its [`code`](Error::code) and [`hint`](Error::hint). With every failure and warning.
    pub problem: Option<Error>,
}

impl Item {
    pub(super) fn ok(name: ItemName, reason: impl Into<String>) -> Self {
        Self { name, answer: Answer::Ok, reason: reason.into(), problem: None }
    }

    pub(super) fn unknown(name: ItemName, reason: impl Into<String>) -> Self {
        Self { name, answer: Answer::Unknown, reason: reason.into(), problem: None }
    }

    pub(super) fn fail(name: ItemName, kind: Kind, reason: impl Into<String>) -> Self {
        Self::failed(name, Error::new(kind, reason))
    }

    pub(super) fn warning(name: ItemName, kind: Kind, reason: impl Into<String>) -> Self {
        Self { answer: Answer::Warning, ..Self::fail(name, kind, reason) }
    }

    pub(super) fn failed(name: ItemName, problem: Error) -> Self {
        Self { name, answer: Answer::Fail, reason: problem.message().to_owned(), problem: Some(problem) }
    }

    /// OK with a reason, or failed with the error's.
    pub(super) fn of(name: ItemName, result: Result<()>, reason: String) -> Self {
        match result {
            Ok(()) => Self::ok(name, reason),
            Err(error) => Self::failed(name, error),
        }
    }

    /// Takes a warning for a failure.
    #[must_use]
    pub fn strictly(mut self) -> Self {
        if self.answer == Answer::Warning {
            self.answer = Answer::Fail;
        }
        self
    }
}
