//! Passwords and PINs: from a file, a variable, the keyring or a prompt, never from an argument.

use std::fmt;
use std::fs;
use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use ksef_qr::credential::check_password;
use ksef_qr::files::open_patiently;
use zeroize::Zeroizing;

use crate::cli::interrupt::{stopped, while_asking};
use crate::cli::settings::{SecretSource, VARIABLE};
use crate::cli::words::say::words;

/// No password is longer, in bytes; a larger file is not one.
const LONGEST: u64 = 4096;

/// A password or a PIN. Wiped when dropped, never printed.
pub struct Secret(Zeroizing<Vec<u8>>);

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
            Self::File(file) => {
                let secret = Secret::from_file(file)?;
                if secret.bytes().is_empty() {
                    bail!("{}: the first line of the password file is empty", file.display());
                }
                Ok(Some(secret))
            }
            Self::Variable(name) => {
                let secret = Secret::from_variable(name)?.with_context(|| {
                    format!("the register says that the password is in the variable {name}, which is not set")
                })?;
                Ok(Some(secret))
            }
            Self::Keyring { service, account } => Secret::from_keyring(service, account).map(Some),
            Self::VariableOrPrompt => {
                let secret = match Secret::from_variable(VARIABLE)? {
                    None if can_ask() => Some(Secret::typed(&format!("{prompt}: "))?),
                    found => found,
                };
                // An empty one is none.
                Ok(secret.filter(|secret| !secret.bytes().is_empty()))
            }
        }
    }
}

impl Secret {
    /// Without a line break.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes themselves, for somebody else to keep and to wipe.
    pub fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    /// The first line of a file, without its newline: editors add one, and no password holds one.
    pub fn from_file(file: &Path) -> anyhow::Result<Self> {
        let cannot = || format!("{}: the password file cannot be read", password_file(file));
        let size = fs::metadata(file).with_context(cannot)?.len();
        if size > LONGEST {
            bail!("{}: the password file has {size} bytes: it should hold one line, the password", file.display());
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize));
        let opened = open_patiently(file).with_context(cannot)?;
        // Read into room that is there already: growing would leave copies behind that nobody wipes.
        std::io::Read::read_to_end(&mut std::io::Read::take(opened, LONGEST), &mut bytes).with_context(cannot)?;
        if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
            bail!("{}: the password file is UTF-16: save it as UTF-8", file.display());
        }
        let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
        let end = if bytes[..end].ends_with(b"\r") { end - 1 } else { end };
        bytes.truncate(end);
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            // Notepad's byte order mark. What is left behind the end is wiped with the rest.
            bytes.drain(..3);
        }
        Ok(Self(bytes))
    }

    /// What a variable holds; `None` if it is not set.
    pub fn from_variable(name: &str) -> anyhow::Result<Option<Self>> {
        let Some(value) = std::env::var_os(name) else { return Ok(None) };
        let value = value.into_string().ok().with_context(|| format!("{name} is not valid UTF-8"))?;
        Ok(Some(Self::from(value)))
    }

    #[cfg(feature = "keyring")]
    fn from_keyring(service: &str, account: &str) -> anyhow::Result<Self> {
        let secret = keyring::Entry::new(service, account).and_then(|entry| entry.get_secret());
        let secret =
            secret.with_context(|| format!("the keyring does not give the password of {service}, {account}"))?;
        Ok(Self(Zeroizing::new(secret)))
    }

    #[cfg(not(feature = "keyring"))]
    fn from_keyring(service: &str, account: &str) -> anyhow::Result<Self> {
        bail!(
            "the register says that the password is in the keyring ({service}, {account}), and this build cannot read \
             it: give --password-file, or build with `cargo install ksef-qr --features keyring`"
        )
    }

    /// What is typed at the terminal, unseen.
    pub fn typed(prompt: &str) -> anyhow::Result<Self> {
        let typed = while_asking(|| rpassword::prompt_password(prompt))?;
        if typed.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::Interrupted) {
            stopped();
        }
        Ok(Self::from(typed.context("the password could not be read")?))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text.into_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([elided])")
    }
}

/// What people call the files of passwords.
pub const EXTENSIONS: [&str; 8] = ["txt", "password", "passwd", "pass", "pwd", "haslo", "hasło", "pin"];

/// The path of a password's file, to be told; nothing of it if it may be the password itself.
fn password_file(path: &Path) -> String {
    let is_in_a_folder = path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && folder.is_dir());
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let has_extension = extension.is_some_and(|extension| EXTENSIONS.contains(&&*extension));
    let is_password = path.file_name().is_some_and(|name| check_password(name.as_encoded_bytes()).is_ok());
    match path.exists() || has_extension || (is_in_a_folder && !is_password) {
        true => path.display().to_string(),
        false => "the file that was named (not repeated here: it may be the password itself)".to_owned(),
    }
}

/// True if somebody can be asked. A prompt needs two things: a terminal to show it on, and one to type at.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_missing_file_is_told_if_it_is_one() {
        let is_told = |name: &str| password_file(Path::new(name)) == name;
        assert!(["firm.password", "haslo.txt", "src/none", "src/none.key", "Cargo.toml"].into_iter().all(is_told));
        assert!(!["tajne", "Throwaway-Key_2026", "src/Throwaway-Key_2026", "a/b", "x.y"].into_iter().any(is_told));
    }

    #[test]
    fn the_first_line_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        for (bytes, secret) in [
            (&b"secret"[..], &b"secret"[..]),
            (b"secret\n", b"secret"),
            (b"secret\r\nand more\n", b"secret"),
            (b"\xEF\xBB\xBFsecret\n", b"secret"),
            (b" secret \n", b" secret "),
        ] {
            fs::write(&file, bytes).unwrap();
            let found = SecretSource::File(file.clone()).password_of(Path::new("a.key")).unwrap().unwrap();
            assert_eq!(found.bytes(), secret);
            assert_eq!(format!("{found:?}"), "Secret([elided])");
        }
        for bytes in [&b""[..], b"\nsecret\n", b"\xFF\xFEs\0", &[b's'; 5000]] {
            fs::write(&file, bytes).unwrap();
            let refused = SecretSource::File(file.clone()).password_of(Path::new("a.key")).unwrap_err();
            assert!(!format!("{refused:#}").contains("sss"), "{refused:#}");
        }
    }
}
