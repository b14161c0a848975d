use std::path::Path;

use anyhow::Context as _;
use ksef_qr::files::edit_file;
use ksef_qr::register::{self, Register};

use crate::cli::exit::ExitStatus;
use crate::cli::settings::RegisterStatus;
use crate::cli::words::say::{say, translated};
use crate::cli::words::text::printable;

/// Retires a certificate, or notes that it was revoked.
pub fn set_status(settings: &RegisterStatus) -> anyhow::Result<ExitStatus> {
    let RegisterStatus { register: path, name, status } = settings;
    // A register is made by adding to it; a mistyped name is no reason to make one.
    std::fs::metadata(path).with_context(|| format!("{}: it cannot be read", path.display()))?;
    change(path, |text| register::set_status(text, name, status))?;
    say!("{}: {}", printable(name), printable(&translated(&status.to_string())));
    Ok(ExitStatus::Done)
}

/// Changes the text of a register's file. The file is made if there is none.
pub fn change(path: &Path, change: impl FnOnce(&str) -> ksef_qr::Result<String>) -> anyhow::Result<()> {
    let changed = edit_file(path, |bytes| Ok(change(Register::text(bytes)?)?.into_bytes()));
    Ok(changed.map_err(|error| error.about(path.to_string_lossy()))?)
}
