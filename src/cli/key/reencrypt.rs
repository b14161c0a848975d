//! `ksef-qr key password`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use ksef_qr::PrivateKey;
use ksef_qr::enrol::encrypted_pem;
use ksef_qr::files::write_secret_file;

use super::new_password::NewPassword;
use super::open;
use crate::cli::args::KeyPasswordArgs;
use crate::cli::credential::read_credential;
use crate::cli::exit::ExitStatus;
use crate::cli::report::printable;
use crate::cli::say::say;

const VARIABLE: &str = "KSEF_QR_NEW_KEY_PASSWORD";

/// Writes the same key under another password.
pub fn run(args: &KeyPasswordArgs) -> anyhow::Result<ExitStatus> {
    // A link's target is replaced, not the link.
    let own = || fs::canonicalize(&args.key).with_context(|| format!("{}: it cannot be read", args.key.display()));
    let target = args.out.clone().map_or_else(own, Ok)?;
    let source = NewPassword {
        file: args.new_password_file.as_deref(),
        generate: args.generate_password_file.as_deref(),
        variable: VARIABLE,
        key: &target,
    };
    if args.in_place {
        check_alone(&args.key)?;
    } else {
        source.check_free(None)?;
    }
    let key = open(&args.key, args.password_file.as_deref())?;
    let password = source.get()?;
    let write = || Ok(write_secret_file(&target, encrypted_pem(&key, &password)?.as_bytes(), args.in_place)?);
    source.or_forget(write())?;
    let shown = args.out.as_ref().unwrap_or(&args.key);
    say!("{}: the {} key under its new password", printable(&shown.to_string_lossy()), key.kind());
    Ok(ExitStatus::Done)
}

/// Refuses to replace a file that holds more than the key: the rest would be gone.
fn check_alone(path: &Path) -> anyhow::Result<()> {
    if PrivateKey::is_alone(&read_credential(path)?) {
        return Ok(());
    }
    bail!(
        "{}: the file holds more than this key, a certificate or another key, which --in-place would remove: write the \
         key to a file of its own with --out",
        path.display()
    )
}
