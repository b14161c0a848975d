//! `ksef-qr cert`: certificates by themselves, before and beside signing.

mod check;
mod expiring;
mod register;
mod show;

use super::args::{CertArgs, CertCommand};
use super::exit::ExitStatus;

/// Runs the subcommand.
pub fn run(args: &CertArgs) -> anyhow::Result<ExitStatus> {
    match &args.command {
        CertCommand::Check(args) => check::run(args),
        CertCommand::Show(args) => Ok(show::run(args)),
        CertCommand::Register(args) => register::run(&args.command),
        CertCommand::Expiring(args) => expiring::run(args),
    }
}
