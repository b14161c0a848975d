//! Passwords and PINs: from a file, a variable, the keyring or a prompt, never from an argument.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::Context as _;
pub use ksef_qr::key_files::{EXTENSIONS, Secret};

use crate::cli::interrupt::{stopped, while_asking};
use crate::cli::settings::{SecretSource, VARIABLE};
use crate::cli::words::say::words;

impl SecretSource {
    /// The password of a key's file; `None` if there is none and no way to ask.
    pub fn password_of(&self, file: &Path) -> anyhow::Result<Option<Secret>> {
        self.secret(&words!("Password of {}", file.display()))
    }

    /// The same for a token's PIN.
    #[cfg(feature = "pkcs11")]
    pub fn pin_of(&self, token: &str) -> anyhow::Result<Option<Secret>> {
        self.secret(&words!("PIN of the {token}"))
    }

    fn secret(&self, prompt: &str) -> anyhow::Result<Option<Secret>> {
        match self {
            Self::File(file) => Ok(Some(Secret::of_key(file)?)),
            Self::Variable(name) => {
                let secret = Secret::from_variable(name)?.with_context(|| {
                    format!("the register says that the password is in the variable {name}, which is not set")
                })?;
                Ok(Some(secret))
            }
            Self::Keyring { service, account } => from_keyring(service, account).map(Some),
            Self::VariableOrPrompt => {
                let secret = match Secret::from_variable(VARIABLE)? {
                    None if can_ask() => Some(asked(&format!("{prompt}: "))?),
                    found => found,
                };
                // An empty one is none.
                Ok(secret.filter(|secret| !secret.bytes().is_empty()))
            }
        }
    }
}

#[cfg(feature = "keyring")]
fn from_keyring(service: &str, account: &str) -> anyhow::Result<Secret> {
    let secret = keyring::Entry::new(service, account).and_then(|entry| entry.get_secret());
    let secret = secret.with_context(|| format!("the keyring does not give the password of {service}, {account}"))?;
    Ok(Secret::from(secret))
}

#[cfg(not(feature = "keyring"))]
fn from_keyring(service: &str, account: &str) -> anyhow::Result<Secret> {
    anyhow::bail!(
        "the register says that the password is in the keyring ({service}, {account}), and this build cannot read \
         it: give --password-file, or build with `cargo install ksef-qr --features keyring`"
    )
}

/// What is typed at the terminal, unseen.
pub fn asked(prompt: &str) -> anyhow::Result<Secret> {
    let typed = while_asking(|| rpassword::prompt_password(prompt))?;
    if typed.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::Interrupted) {
        stopped();
    }
    Ok(Secret::from(typed.context("the password could not be read")?))
}

/// True if somebody can be asked. A prompt needs two things: a terminal to show it on, and one to type at.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}
