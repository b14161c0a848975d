//! `ksef-qr cert`: certificates by themselves, before and beside signing.

mod check;
mod expiring;
mod problem;
mod register;
mod show;

use crate::cli::exit::ExitStatus;
use crate::cli::settings::Cert;
use crate::cli::words::say::said;

pub use expiring::write as write_calendar;

/// Runs the subcommand.
pub fn run(settings: &Cert) -> anyhow::Result<ExitStatus> {
    match settings {
        Cert::Show(settings) => said(show::run(settings)),
        Cert::Check(settings) => check::run(settings).and_then(said),
        Cert::Register(settings) => register::run(settings),
        Cert::Expiring(settings) => expiring::run(settings).and_then(said),
    }
}
