//! The credential that signs, from what the arguments name.

use std::path::Path;

use anyhow::bail;
#[cfg(feature = "pkcs11")]
use ksef_qr::pkcs11::Token;
use ksef_qr::pkcs11::TokenUri;
use ksef_qr::register::PasswordPlace;
use ksef_qr::{
    Certificate, Conditions, Credential, Issuer, Pkcs12, PrivateKey, SignatureEncoding, deterministic_signer, signer,
};
use zeroize::Zeroizing;

use super::args::{CredentialArgs, Encoding};
use super::config::read;
use super::password::password_from;
#[cfg(feature = "pkcs11")]
use super::password::secret_from;
use super::register_file::choose;

/// No key and no certificate is larger, a chain included.
const LARGEST_CREDENTIAL: u64 = 1_000_000;

/// Reads certificate and key, and has the key ready to sign.
pub fn issuer(args: &CredentialArgs, conditions: &Conditions) -> anyhow::Result<Issuer> {
    if args.credentials.is_some() {
        return issuer(&choose(args.clone(), conditions, None)?, conditions);
    }
    let issuer = match args {
        CredentialArgs { cert: Some(cert), key: Some(key), .. } => with_key(args, cert, key, conditions),
        CredentialArgs { p12: Some(p12), .. } => with_pkcs12(args, p12, conditions),
        CredentialArgs { pkcs11: Some(uri), .. } => with_token(args, &uri.parse()?, conditions),
        CredentialArgs { cert: Some(_), .. } => {
            bail!(
                "--cert names the certificate; signing needs its private key, too: --key FILE. If the .crt is all there is, the key was lost: apply for a new certificate"
            )
        }
        _ => bail!(
            "signing needs a certificate and its private key: --cert FILE --key FILE, --p12 FILE, or --credentials FILE"
        ),
    }?;
    if let Some(entry) = &args.chosen {
        entry.check(issuer.credential().certificate())?;
    }
    Ok(issuer)
}

/// `--cert` and `--key`.
fn with_key(args: &CredentialArgs, cert: &Path, key: &Path, conditions: &Conditions) -> anyhow::Result<Issuer> {
    let certificate = read_certificate(cert)?;
    let file = read_credential(key)?;
    // Nobody is asked for a password that is not needed.
    let password = match PrivateKey::is_encrypted(&file) {
        true => password_of(args, key)?,
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
    let (certificate, key) = pkcs12_pair(path, args.p12_entry.as_deref(), || password_of(args, path))?;
    let credential =
        Credential::new(certificate, key, conditions).map_err(|error| error.about(path.to_string_lossy()))?;
    ready(args, credential, path)
}

/// The key of a PKCS#12 file and its certificate. Nobody is asked for a password that is not needed; whether it is shows
/// when none is tried.
pub fn pkcs12_pair(
    path: &Path,
    entry: Option<&str>,
    password: impl FnOnce() -> anyhow::Result<Option<Zeroizing<Vec<u8>>>>,
) -> anyhow::Result<(Certificate, PrivateKey)> {
    let file = read_credential(path)?;
    let opened = match Pkcs12::open(&file, None) {
        Err(error) if error.code() == "password_missing" => match password()? {
            Some(password) => Pkcs12::open(&file, Some(&password)),
            None => Err(error),
        },
        opened => opened,
    };
    Ok(opened.and_then(|opened| opened.pair(entry)).map_err(|error| error.about(path.to_string_lossy()))?)
}

/// From where the arguments say, else from where the register says.
fn password_of(args: &CredentialArgs, key: &Path) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
    password_from(place_of(args).as_ref(), key)
}

fn place_of(args: &CredentialArgs) -> Option<PasswordPlace> {
    let chosen = args.chosen.as_ref().and_then(|entry| entry.password.clone());
    args.password_file.clone().map(PasswordPlace::File).or(chosen)
}

/// `--pkcs11`.
#[cfg(feature = "pkcs11")]
fn with_token(args: &CredentialArgs, uri: &TokenUri, conditions: &Conditions) -> anyhow::Result<Issuer> {
    let token = Token::find(uri)?;
    let name = format!("token {:?}", token.label());
    let pin = match token.asks_for_pin() {
        true => {
            let place = place_of(args).or_else(|| uri.pin_source().map(|file| PasswordPlace::File(file.to_owned())));
            secret_from(place.as_ref(), &format!("PIN of the {name}"))?
        }
        false => None,
    };
    let key = token.key(pin.as_ref().map(|pin| pin.as_slice())).map_err(|error| error.about(&name))?;
    let (certificate, named) = match &args.cert {
        Some(cert) => (read_certificate(cert)?, cert.to_string_lossy().into_owned()),
        None => (key.certificate().map_err(|error| error.about(&name))?, name),
    };
    let signer = key.signer(encoding(args));
    Ok(Issuer::with_outside_key(certificate, signer, conditions).map_err(|error| error.about(named))?)
}

/// `--pkcs11`, in a build that knows no tokens.
#[cfg(not(feature = "pkcs11"))]
fn with_token(_: &CredentialArgs, _: &TokenUri, _: &Conditions) -> anyhow::Result<Issuer> {
    bail!(
        "this build of ksef-qr reads no tokens: --pkcs11 needs one made with `cargo install ksef-qr --features pkcs11`"
    )
}

/// `key` is the file to name, should the signing library refuse the key in it.
fn ready(args: &CredentialArgs, credential: Credential, key: &Path) -> anyhow::Result<Issuer> {
    let signer = if args.deterministic { deterministic_signer } else { signer };
    let signer = signer(&credential, encoding(args)).map_err(|error| error.about(key.to_string_lossy()))?;
    Ok(Issuer::with_signer(credential, signer))
}

fn encoding(args: &CredentialArgs) -> SignatureEncoding {
    match args.signature_encoding {
        Encoding::P1363 => SignatureEncoding::P1363,
        Encoding::Der => SignatureEncoding::Der,
    }
}

fn read_certificate(path: &Path) -> anyhow::Result<Certificate> {
    let certificate = read_credential(path)?;
    Ok(Certificate::parse(&certificate).map_err(|error| error.about(path.to_string_lossy()))?)
}

/// A key, or what belongs to one.
pub fn read_credential(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    // Room for the largest from the start: growing would leave copies of a key behind that nobody wipes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST_CREDENTIAL as usize + 1));
    read(path, LARGEST_CREDENTIAL, &mut bytes)?;
    Ok(bytes)
}
