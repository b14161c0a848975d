use std::path::PathBuf;

use ksef_qr::register::PasswordPlace;

/// The variable that is looked at where nothing else is named.
pub const VARIABLE: &str = "KSEF_QR_KEY_PASSWORD";

/// Where a secret comes from.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// The first line of a file.
    File(PathBuf),
    /// A variable that the register names.
    Variable(String),
    /// The operating system's keyring.
    Keyring { service: String, account: String },
    /// The variable [`VARIABLE`], or else a prompt on the terminal.
    VariableOrPrompt,
}

impl SecretSource {
    /// `--password-file`, or what is looked at without it.
    pub fn file_or_prompt(file: Option<PathBuf>) -> Self {
        file.map_or(Self::VariableOrPrompt, Self::File)
    }
}

impl From<PasswordPlace> for SecretSource {
    fn from(place: PasswordPlace) -> Self {
        match place {
            PasswordPlace::File(file) => Self::File(file),
            PasswordPlace::Variable(name) => Self::Variable(name),
            PasswordPlace::Keyring { service, account } => Self::Keyring { service, account },
        }
    }
}
