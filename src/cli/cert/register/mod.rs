//! `ksef-qr cert register`: the register is read, shown, changed and checked.

mod add;
mod check;
mod list;

use std::path::Path;

use anyhow::{Context as _, bail};
use ksef_qr::Day;
use ksef_qr::batch::edit_file;
use ksef_qr::register::{Register, Status, set_status};

use crate::cli::args::{RegisterCommand, SinceArgs};
use crate::cli::exit::ExitStatus;
use crate::cli::report::printable;
use crate::cli::say::say;

/// Runs the subcommand.
pub fn run(command: &RegisterCommand) -> anyhow::Result<ExitStatus> {
    match command {
        RegisterCommand::Add(args) => add::run(args),
        RegisterCommand::List(args) => list::run(args),
        RegisterCommand::Check(args) => check::run(args),
        RegisterCommand::Retire(args) => {
            let status = Status::Retired { since: since(&args.since)?, reason: args.reason.clone() };
            put_away(&args.register, &args.name, &status)
        }
        RegisterCommand::Revoke(args) => {
            let status = Status::Revoked { since: since(&args.since)?, reason: args.reason };
            put_away(&args.register, &args.name, &status)
        }
    }
}

fn since(args: &SinceArgs) -> anyhow::Result<Day> {
    let today = Day::of(args.clock.now());
    match args.since {
        // It would be put away now, whatever the day says.
        Some(day) if day > today => bail!("--since {day} is still to come: put it away on that day"),
        day => Ok(day.unwrap_or(today)),
    }
}

fn put_away(path: &Path, name: &str, status: &Status) -> anyhow::Result<ExitStatus> {
    // A register is made by adding to it; a name mistyped here is no reason to make one.
    std::fs::metadata(path).with_context(|| format!("{}: it cannot be read", path.display()))?;
    change(path, |text| set_status(text, name, status))?;
    say!("{}: {}", printable(name), printable(&status.to_string()));
    Ok(ExitStatus::Done)
}

fn change(path: &Path, change: impl FnOnce(&str) -> ksef_qr::Result<String>) -> anyhow::Result<()> {
    let changed = edit_file(path, |bytes| Ok(change(Register::text(bytes)?)?.into_bytes()));
    Ok(changed.map_err(|error| error.about(path.to_string_lossy()))?)
}
