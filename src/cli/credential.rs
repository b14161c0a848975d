//! The credential that signs, from what the arguments name.

use std::path::Path;

use anyhow::bail;
use ksef_qr::{
    Certificate, Conditions, Credential, Issuer, Pkcs12, PrivateKey, SignatureEncoding, deterministic_signer, signer,
};
use zeroize::Zeroizing;

use super::args::{CredentialArgs, Encoding};
use super::config::read;
use super::password::password;

/// No key and no certificate is larger, a chain included.
const LARGEST_CREDENTIAL: u64 = 1_000_000;

/// Reads certificate and key, and has the key ready to sign.
pub fn issuer(args: &CredentialArgs, conditions: &Conditions) -> anyhow::Result<Issuer> {
    match args {
        CredentialArgs { cert: Some(cert), key: Some(key), .. } => with_key(args, cert, key, conditions),
        CredentialArgs { p12: Some(p12), .. } => with_pkcs12(args, p12, conditions),
        CredentialArgs { cert: Some(_), .. } => {
            bail!("--cert FILE is the certificate, and signing needs its key, too: --key FILE")
        }
        _ => bail!("signing needs a certificate and its private key: --cert FILE --key FILE, or --p12 FILE"),
    }
}

/// `--cert` and `--key`.
fn with_key(args: &CredentialArgs, cert: &Path, key: &Path, conditions: &Conditions) -> anyhow::Result<Issuer> {
    let certificate = read_credential(cert)?;
    let certificate = Certificate::parse(&certificate).map_err(|error| error.about(cert.to_string_lossy()))?;
    let file = read_credential(key)?;
    // Nobody is asked for a password that is not needed.
    let password = match PrivateKey::is_encrypted(&file) {
        true => password(args.password_file.as_deref(), key)?,
        false => None,
    };
    let private_key = PrivateKey::parse(&file, password.as_ref().map(|password| password.as_slice()))
        .map_err(|error| error.about(key.to_string_lossy()))?;
    let credential = Credential::new(certificate, private_key, conditions).map_err(|error| {
        // What is wrong with both is told of the certificate, which has the dates and names in it.
        error.about(cert.to_string_lossy())
    })?;
    ready(args, credential, key)
}

/// `--p12`.
fn with_pkcs12(args: &CredentialArgs, path: &Path, conditions: &Conditions) -> anyhow::Result<Issuer> {
    let file = read_credential(path)?;
    let opened = match Pkcs12::open(&file, None) {
        // Nobody is asked for a password that is not needed; whether it is shows when none is tried.
        Err(error) if error.code() == "password_missing" => match password(args.password_file.as_deref(), path)? {
            Some(password) => Pkcs12::open(&file, Some(&password)),
            None => Err(error),
        },
        opened => opened,
    };
    let credential = opened
        .and_then(|opened| opened.pair(args.p12_entry.as_deref()))
        .and_then(|(certificate, key)| Credential::new(certificate, key, conditions))
        .map_err(|error| error.about(path.to_string_lossy()))?;
    ready(args, credential, path)
}

/// `key` is the file to name, should the signing library refuse the key in it.
fn ready(args: &CredentialArgs, credential: Credential, key: &Path) -> anyhow::Result<Issuer> {
    let encoding = match args.signature_encoding {
        Encoding::P1363 => SignatureEncoding::P1363,
        Encoding::Der => SignatureEncoding::Der,
    };
    let signer =
        if args.deterministic { deterministic_signer(&credential, encoding) } else { signer(&credential, encoding) };
    Ok(Issuer::with_signer(credential, signer.map_err(|error| error.about(key.to_string_lossy()))?))
}

/// A key, or what belongs to one.
pub fn read_credential(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    // Room for the largest from the start: growing would leave copies of a key behind that nobody wipes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST_CREDENTIAL as usize + 1));
    read(path, LARGEST_CREDENTIAL, &mut bytes)?;
    Ok(bytes)
}
