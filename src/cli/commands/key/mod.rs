//! `ksef-qr key`: private keys, from their making to the request for a certificate.

mod csr;
mod new;
mod new_password;
mod password;

use ksef_qr::enrol::public_pem;

use crate::cli::credential::key_file::key_of_any_file;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{Key, KeyPublic};
use crate::cli::words::say::print;

/// Runs the subcommand.
pub fn run(settings: &Key) -> anyhow::Result<ExitStatus> {
    match settings {
        Key::New(settings) => new::run(settings),
        Key::Csr(settings) => csr::run(settings),
        Key::Password(settings) => password::run(settings),
        Key::Public(settings) => public(settings),
    }
}

fn public(settings: &KeyPublic) -> anyhow::Result<ExitStatus> {
    let key = key_of_any_file(&settings.key, &settings.password)?;
    print(public_pem(&key)?.as_bytes())
}
