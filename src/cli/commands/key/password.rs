//! `ksef-qr key password`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use ksef_qr::credential::PrivateKey;
use ksef_qr::enrol::encrypted_pem;
use ksef_qr::files::write_secret_file;

use super::new_password::{check_free, or_forget, password};
use crate::cli::credential::key_file::{key_of_any_file, read_key_file};
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{KeyPassword, KeyTarget};
use crate::cli::words::say::say;
use crate::cli::words::text::printable;

/// Writes the same key under another password.
pub fn run(settings: &KeyPassword) -> anyhow::Result<ExitStatus> {
    let KeyPassword { key: path, new_password: source, .. } = settings;
    let (target, shown, in_place) = match &settings.target {
        KeyTarget::New(out) => {
            check_free([Some(out), source.generated()].into_iter().flatten())?;
            (out.clone(), out, false)
        }
        KeyTarget::InPlace => {
            // A link's target is replaced, not the link.
            let own = fs::canonicalize(path).with_context(|| format!("{}: it cannot be read", path.display()))?;
            check_alone(path)?;
            (own, path, true)
        }
    };
    let key = key_of_any_file(path, &settings.password)?;
    let password = password(source, &target)?;
    let write = || Ok(write_secret_file(&target, encrypted_pem(&key, password.bytes())?.as_bytes(), in_place)?);
    or_forget(source, write())?;
    say!("{}: the {} key under its new password", printable(&shown.to_string_lossy()), key.kind());
    Ok(ExitStatus::Done)
}

/// Refuses to replace a file that holds more than the key: the rest would be gone.
fn check_alone(path: &Path) -> anyhow::Result<()> {
    if PrivateKey::is_alone(&read_key_file(path)?) {
        return Ok(());
    }
    bail!(
        "{}: the file holds more than this key, a certificate or another key, which --in-place would remove: write the \
         key to a file of its own with --out",
        path.display()
    )
}
