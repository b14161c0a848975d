use std::path::PathBuf;

/// Where to find the password of a key. Never the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordPlace {
    /// The first line of a file, relative to the register's folder.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// The operating system's keyring.
    Keyring {
        /// The service, such as `ksef-qr`.
        service: String,
        /// The account, such as the certificate's name.
        account: String,
    },
}

impl PasswordPlace {
    /// True for what a shell takes as the name of a variable.
    pub(super) fn is_variable(name: &str) -> bool {
        let mut characters = name.chars();
        characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && characters.all(|other| other.is_ascii_alphanumeric() || other == '_')
    }
}
