//! A password that is to be set: from a file, a variable or a prompt, or made up; never from an argument.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use ksef_qr::credential::check_password;
use ksef_qr::enrol::generate_password;
use ksef_qr::files::{remove_secret_file, write_secret_file};
use zeroize::Zeroizing;

use crate::cli::credential::secret::{Secret, asked, can_ask};
use crate::cli::settings::NewPassword;
use crate::cli::words::say::words;

/// The password for the key file `key`, one that the portal would take.
pub fn password(source: &NewPassword, key: &Path) -> anyhow::Result<Secret> {
    let (password, from) = match source {
        NewPassword::Generated(file) => return generated(file),
        NewPassword::File(file) => (Secret::from_file(file)?, file.to_string_lossy().into_owned()),
        NewPassword::VariableOrPrompt(variable) => match Secret::from_variable(variable)? {
            Some(password) => (password, (*variable).to_owned()),
            None => (typed(key, variable)?, "the new password".to_owned()),
        },
    };
    check_password(password.bytes()).map_err(|error| error.about(from))?;
    Ok(password)
}

/// Makes one up and writes it to a file.
fn generated(file: &Path) -> anyhow::Result<Secret> {
    let password = generate_password()?;
    let mut line = Zeroizing::new(Vec::with_capacity(password.len() + 1));
    line.extend_from_slice(password.as_bytes());
    line.push(b'\n');
    write_secret_file(file, &line, false)?;
    Ok(Secret::from(password.to_string()))
}

/// Asks for one, twice.
fn typed(key: &Path, variable: &str) -> anyhow::Result<Secret> {
    if !can_ask() {
        bail!(
            "there is no password for {}: give it in a file, in {variable}, or at a terminal, or have one generated with \
             --generate-password-file",
            key.display()
        );
    }
    let password = asked(&words!("New password of {}: ", key.display()))?;
    check_password(password.bytes())?;
    if password.bytes() != asked(&words!("The same again: "))?.bytes() {
        bail!("the two passwords differ; nothing was written");
    }
    Ok(password)
}

/// Refuses to go on if a file that is to be made exists already, or would be made twice. What appears after this check
/// is refused when it would be overwritten.
pub fn check_free<'f>(files: impl IntoIterator<Item = &'f PathBuf>) -> anyhow::Result<()> {
    let mut places = Vec::new();
    for file in files {
        if file.symlink_metadata().is_ok() {
            bail!("{}: it exists, and nothing is overwritten: choose another name", file.display());
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = fs::canonicalize(folder).ok().filter(|folder| folder.is_dir());
        let folder = folder.with_context(|| format!("{}: there is no such folder", file.display()))?;
        let place = folder.join(file.file_name().unwrap_or_default());
        if places.contains(&place) {
            bail!("{}: two files cannot have the same name", file.display());
        }
        places.push(place);
    }
    Ok(())
}

/// Removes a password that was made up, if there is no key for it after all.
pub fn or_forget<T>(source: &NewPassword, made: anyhow::Result<T>) -> anyhow::Result<T> {
    if let (Err(_), Some(file)) = (&made, source.generated()) {
        remove_secret_file(file);
    }
    made
}
