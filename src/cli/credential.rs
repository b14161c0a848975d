//! The credential that signs, from the files that the arguments name.

use std::path::Path;

use ksef_qr::{
    Certificate, Conditions, Credential, Issuer, PrivateKey, SignatureEncoding, deterministic_signer, signer,
};
use zeroize::Zeroizing;

use super::args::{CredentialArgs, Encoding};
use super::config::read;
use super::password::password;

/// No key and no certificate is larger, a chain included.
const LARGEST_CREDENTIAL: u64 = 1_000_000;

/// Reads certificate and key, and has the key ready to sign.
pub fn issuer(args: &CredentialArgs, conditions: &Conditions) -> anyhow::Result<Issuer> {
    let certificate = read_credential(&args.cert)?;
    let certificate = Certificate::parse(&certificate).map_err(|error| error.about(args.cert.to_string_lossy()))?;
    let key_name = args.key.to_string_lossy();
    let key = read_credential(&args.key)?;
    // Nobody is asked for a password that is not needed.
    let password = match PrivateKey::is_encrypted(&key) {
        true => password(args.password_file.as_deref(), &args.key)?,
        false => None,
    };
    let key = PrivateKey::parse(&key, password.as_ref().map(|password| password.as_slice()))
        .map_err(|error| error.about(key_name.as_ref()))?;
    let credential = Credential::new(certificate, key, conditions).map_err(|error| {
        // What is wrong with both is told of the certificate, which has the dates and names in it.
        error.about(args.cert.to_string_lossy())
    })?;
    let encoding = match args.signature_encoding {
        Encoding::P1363 => SignatureEncoding::P1363,
        Encoding::Der => SignatureEncoding::Der,
    };
    let signer =
        if args.deterministic { deterministic_signer(&credential, encoding) } else { signer(&credential, encoding) };
    Ok(Issuer::with_signer(credential, signer.map_err(|error| error.about(key_name.as_ref()))?))
}

/// A key, or what belongs to one.
pub fn read_credential(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    // Room for the largest from the start: growing would leave copies of a key behind that nobody wipes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST_CREDENTIAL as usize + 1));
    read(path, LARGEST_CREDENTIAL, &mut bytes)?;
    Ok(bytes)
}
