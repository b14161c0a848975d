//! `ksef-qr cert register`: the register is read, shown, changed and checked.

mod add;
mod candidate;
mod change;
mod check;
mod fill;
mod folder;
mod list;
mod table;

use crate::cli::exit::ExitStatus;
use crate::cli::settings::Register;
use crate::cli::words::say::said;

/// Runs the subcommand.
pub fn run(settings: &Register) -> anyhow::Result<ExitStatus> {
    match settings {
        Register::Add(settings) => add::run(settings),
        Register::Fill(settings) => fill::run(settings),
        Register::List(settings) => list::run(settings).and_then(said),
        Register::Check(settings) => check::run(settings).and_then(said),
        Register::SetStatus(settings) => change::set_status(settings),
    }
}
