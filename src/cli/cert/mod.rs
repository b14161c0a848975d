//! `ksef-qr cert`: certificates by themselves, before and beside signing.

mod show;

use super::args::{CertArgs, CertCommand};
use super::exit::ExitStatus;

/// Runs the subcommand.
pub fn run(args: &CertArgs) -> anyhow::Result<ExitStatus> {
    match &args.command {
        CertCommand::Show(args) => Ok(show::run(args)),
    }
}
