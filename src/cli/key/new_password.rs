//! A password that is to be set: from a file, a variable or a prompt, or invented; never from an argument.

use std::fs;
use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use ksef_qr::enrol::generate_password;
use ksef_qr::files::{remove_secret_file, write_secret_file};
use ksef_qr::{Error, check_password};
use zeroize::Zeroizing;

use crate::cli::password::{from_file, typed};

/// Where a new password comes from.
pub struct NewPassword<'a> {
    /// A file that holds it.
    pub file: Option<&'a Path>,
    /// A file to keep an invented one in.
    pub generate: Option<&'a Path>,
    /// The variable that may hold it.
    pub variable: &'static str,
    /// The key file that it is for.
    pub key: &'a Path,
}

impl NewPassword<'_> {
    /// Refuses to go on if a file that is to be made is there already, or would be made twice. What comes between this
    /// look and the writing is refused by the writing.
    pub fn check_free(&self, another: Option<&Path>) -> anyhow::Result<()> {
        let mut places = Vec::new();
        for file in [Some(self.key), self.generate, another].into_iter().flatten() {
            if file.symlink_metadata().is_ok() {
                bail!("{}: it exists, and nothing is overwritten: choose another name", file.display());
            }
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let folder = fs::canonicalize(folder).ok().filter(|folder| folder.is_dir());
            let folder = folder.with_context(|| format!("{}: there is no such folder", file.display()))?;
            let place = folder.join(file.file_name().unwrap_or_default());
            if places.contains(&place) {
                bail!("{}: two files cannot have one name", file.display());
            }
            places.push(place);
        }
        Ok(())
    }

    /// Removes a password that was invented, if there is no key for it after all.
    pub fn or_forget<T>(&self, made: anyhow::Result<T>) -> anyhow::Result<T> {
        if let (Err(_), Some(file)) = (&made, self.generate) {
            remove_secret_file(file);
        }
        made
    }

    /// The password, one that the portal would take.
    pub fn get(&self) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        if let Some(file) = self.generate {
            let password = generate_password()?;
            let mut line = Zeroizing::new(Vec::with_capacity(password.len() + 1));
            line.extend_from_slice(password.as_bytes());
            line.push(b'\n');
            write_secret_file(file, &line, false)?;
            return Ok(Zeroizing::new(password.as_bytes().to_vec()));
        }
        let (password, from) = self.given()?;
        check_password(&password).map_err(|error: Error| error.about(from))?;
        Ok(password)
    }

    fn given(&self) -> anyhow::Result<(Zeroizing<Vec<u8>>, String)> {
        if let Some(file) = self.file {
            return Ok((from_file(file)?, file.to_string_lossy().into_owned()));
        }
        if let Some(value) = std::env::var_os(self.variable) {
            let value = value.into_string().ok().with_context(|| format!("{} is not valid UTF-8", self.variable))?;
            return Ok((Zeroizing::new(value.into_bytes()), self.variable.to_owned()));
        }
        if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            bail!(
                "there is no password for {}: give it in a file, in {}, or at a terminal, or have one invented with \
                 --generate-password-file",
                self.key.display(),
                self.variable
            );
        }
        let password = typed(&format!("New password of {}: ", self.key.display()))?;
        check_password(&password)?;
        if *password != *typed("The same again: ")? {
            bail!("the two passwords differ; nothing was written");
        }
        Ok((password, "the new password".to_owned()))
    }
}
