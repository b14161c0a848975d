//! `ksef-qr key password`.

use std::fs;

use anyhow::Context as _;
use ksef_qr::batch::write_secret_file;
use ksef_qr::enrol::encrypted_pem;

use super::new_password::NewPassword;
use super::open;
use crate::cli::args::KeyPasswordArgs;
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
    if !args.in_place {
        source.check_free(None)?;
    }
    let key = open(&args.key, args.password_file.as_deref())?;
    let password = source.get()?;
    write_secret_file(&target, encrypted_pem(&key, &password)?.as_bytes(), args.in_place)?;
    let shown = args.out.as_ref().unwrap_or(&args.key);
    say!("{}: the {} key under its new password", printable(&shown.to_string_lossy()), key.kind());
    Ok(ExitStatus::Done)
}
