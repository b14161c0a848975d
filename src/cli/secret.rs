//! The key's password: from a file, a variable or a prompt, never from an argument.

use std::fs;
use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use ksef_qr::register::PasswordPlace;
use zeroize::Zeroizing;

use super::interrupt::{stopped, while_asking};

pub const VARIABLE: &str = "KSEF_QR_KEY_PASSWORD";

/// No password is longer; a larger file is not one.
const LONGEST: u64 = 4096;

/// A password, wiped when dropped; `None` if there is none and no way to ask. An empty one is none.
pub fn password(file: Option<&Path>, key: &Path) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
    secret(file, &format!("Password of {}", key.display()))
}

/// The same for whatever else is kept secret: a token's PIN. `what` is what the prompt asks for.
pub fn secret(file: Option<&Path>, what: &str) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
    let found = find(file, what)?.filter(|secret| !secret.is_empty());
    if let (None, Some(file)) = (&found, file) {
        bail!("{}: the first line of the password file is empty", file.display());
    }
    Ok(found)
}

/// A key's password from the place that a register names, if it names one.
pub fn password_from(place: Option<&PasswordPlace>, key: &Path) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
    secret_from(place, &format!("Password of {}", key.display()))
}

/// The same for whatever else is kept secret.
pub fn secret_from(place: Option<&PasswordPlace>, what: &str) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
    match place {
        Some(PasswordPlace::File(file)) => secret(Some(file), what),
        Some(PasswordPlace::Variable(name)) => from_variable(name).map(Some),
        Some(PasswordPlace::Keyring { service, account }) => from_keyring(service, account).map(Some),
        None => secret(None, what),
    }
}

fn from_variable(name: &str) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let value = std::env::var_os(name)
        .with_context(|| format!("the register says that the password is in the variable {name}, which is not set"))?;
    let value = value.into_string().ok().with_context(|| format!("{name} is not valid UTF-8"))?;
    Ok(Zeroizing::new(value.into_bytes()))
}

#[cfg(feature = "keyring")]
fn from_keyring(service: &str, account: &str) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let secret = keyring::Entry::new(service, account).and_then(|entry| entry.get_secret());
    let secret = secret.with_context(|| format!("the keyring does not give the password of {service}, {account}"))?;
    Ok(Zeroizing::new(secret))
}

#[cfg(not(feature = "keyring"))]
fn from_keyring(service: &str, account: &str) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    bail!(
        "the register says that the password is in the keyring ({service}, {account}), and this build cannot read it: \
         give --password-file, or build with `cargo install ksef-qr --features keyring`"
    )
}

fn find(file: Option<&Path>, what: &str) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
    if let Some(file) = file {
        return from_file(file).map(Some);
    }
    if let Some(value) = std::env::var_os(VARIABLE) {
        let value = value.into_string().ok().with_context(|| format!("{VARIABLE} is not valid UTF-8"))?;
        return Ok(Some(Zeroizing::new(value.into_bytes())));
    }
    // A prompt needs both: a terminal to show it on, and one to type at.
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        return typed(&format!("{what}: ")).map(Some);
    }
    Ok(None)
}

/// What is typed at the terminal, unseen.
pub fn typed(prompt: &str) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let typed = while_asking(|| rpassword::prompt_password(prompt))?;
    if typed.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::Interrupted) {
        stopped();
    }
    Ok(Zeroizing::new(typed.context("the password could not be read")?.into_bytes()))
}

/// The first line, without its newline: editors add one, and no password holds one.
pub fn from_file(file: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let size =
        fs::metadata(file).with_context(|| format!("{}: the password file cannot be read", file.display()))?.len();
    if size > LONGEST {
        bail!("{}: a password file of {size} bytes? It holds one line, the password", file.display());
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize));
    let opened =
        fs::File::open(file).with_context(|| format!("{}: the password file cannot be read", file.display()))?;
    // Read into room that is there already: growing would leave copies behind that nobody wipes.
    std::io::Read::read_to_end(&mut std::io::Read::take(opened, LONGEST), &mut bytes)
        .with_context(|| format!("{}: the password file cannot be read", file.display()))?;
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
    Ok(bytes)
}
