//! `ksef-qr key`: private keys, from their making to the request for a certificate.

mod csr;
mod new;
mod new_password;
mod reencrypt;

use std::path::Path;

use ksef_qr::PrivateKey;
use ksef_qr::enrol::public_pem;

use super::args::{KeyArgs, KeyCommand, KeyPublicArgs};
use super::credential::read_credential;
use super::exit::ExitStatus;
use super::password::password;
use super::print;

/// Runs the subcommand.
pub fn run(args: &KeyArgs) -> anyhow::Result<ExitStatus> {
    match &args.command {
        KeyCommand::New(args) => new::run(args),
        KeyCommand::Csr(args) => csr::run(args),
        KeyCommand::Password(args) => reencrypt::run(args),
        KeyCommand::Public(args) => public(args),
    }
}

fn public(args: &KeyPublicArgs) -> anyhow::Result<ExitStatus> {
    let key = open(&args.key, args.password_file.as_deref())?;
    print(public_pem(&key)?.as_bytes())
}

/// Reads a private key, with its password if it has one.
fn open(path: &Path, password_file: Option<&Path>) -> anyhow::Result<PrivateKey> {
    let file = read_credential(path)?;
    let password = match PrivateKey::is_encrypted(&file) {
        true => password(password_file, path)?,
        false => None,
    };
    let key = PrivateKey::parse(&file, password.as_ref().map(|password| password.as_slice()));
    Ok(key.map_err(|error| error.about(path.to_string_lossy()))?)
}
