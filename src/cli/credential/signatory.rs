//! The credential that signs: the certificate and the key that the settings name, opened and ready.

use std::path::Path;

use anyhow::bail;
#[cfg(feature = "pkcs11")]
use ksef_qr::pkcs11::Token;
use ksef_qr::pkcs11::TokenUri;
use ksef_qr::register::{Entry, KeyPlace};
use ksef_qr::sign::{deterministic_signer, signer};
use ksef_qr::{Conditions, Credential, Issuer};

use crate::cli::credential::key_file::{certificate, pkcs12_pair, private_key};
use crate::cli::settings::SecretSource;
use crate::cli::settings::Signature;

/// Opens the key of an entry, whose paths are seen from here. `password` comes before the one that the entry names.
pub fn issuer_of_entry(
    entry: &Entry,
    password: Option<SecretSource>,
    signature: Signature,
    conditions: &Conditions,
) -> anyhow::Result<Issuer> {
    if signature.deterministic && matches!(entry.key, KeyPlace::Pkcs11 { .. }) {
        bail!("{:?} is on a token, and a token's signatures differ each time: leave out --deterministic", entry.name);
    }
    let password = password.or_else(|| entry.password.clone().map(SecretSource::from));
    let password = password.unwrap_or(SecretSource::VariableOrPrompt);
    let issuer = issuer(&entry.key, &password, signature, conditions)?;
    entry.check(issuer.credential().certificate())?;
    Ok(issuer)
}

/// Reads certificate and key, and has the key ready to sign.
pub fn issuer(
    place: &KeyPlace,
    password: &SecretSource,
    signature: Signature,
    conditions: &Conditions,
) -> anyhow::Result<Issuer> {
    match place {
        KeyPlace::Files { cert, key } => {
            let certificate = certificate(cert)?;
            let private_key = private_key(key, password)?;
            // What is wrong with the pair is reported of the certificate, which has the dates and names in it.
            let credential = Credential::new(certificate, private_key, conditions)
                .map_err(|error| error.about(cert.to_string_lossy()))?;
            ready(credential, signature, key)
        }
        KeyPlace::Pkcs12 { file, entry } => {
            let (certificate, private_key) = pkcs12_pair(file, entry.as_deref(), password)?;
            let credential = Credential::new(certificate, private_key, conditions)
                .map_err(|error| error.about(file.to_string_lossy()))?;
            ready(credential, signature, file)
        }
        KeyPlace::Pkcs11 { uri, cert } => on_token(&uri.parse()?, cert.as_deref(), password, signature, conditions),
    }
}

/// A key on a token, in a build that reads them.
#[cfg(feature = "pkcs11")]
fn on_token(
    uri: &TokenUri,
    cert: Option<&Path>,
    pin: &SecretSource,
    signature: Signature,
    conditions: &Conditions,
) -> anyhow::Result<Issuer> {
    let token = Token::find(uri)?;
    let name = format!("token {:?}", token.label());
    let pin = match (token.asks_for_pin(), pin, uri.pin_source()) {
        (false, _, _) => None,
        (true, SecretSource::VariableOrPrompt, Some(file)) => SecretSource::File(file.to_owned()).pin_of(&name)?,
        (true, source, _) => source.pin_of(&name)?,
    };
    let key = token
        .key(pin.as_ref().map(crate::cli::credential::secret::Secret::bytes))
        .map_err(|error| error.about(&name))?;
    let (certificate, named) = match cert {
        Some(cert) => (certificate(cert)?, cert.to_string_lossy().into_owned()),
        None => (key.certificate().map_err(|error| error.about(&name))?, name),
    };
    let signer = key.signer(signature.encoding);
    Ok(Issuer::with_outside_key(certificate, signer, conditions).map_err(|error| error.about(named))?)
}

/// A key on a token, in a build that knows none.
#[cfg(not(feature = "pkcs11"))]
fn on_token(_: &TokenUri, _: Option<&Path>, _: &SecretSource, _: Signature, _: &Conditions) -> anyhow::Result<Issuer> {
    bail!("this build of ksef-qr reads no tokens: --pkcs11 needs one with the feature `pkcs11`")
}

/// `key` is the file to name, should the signing library refuse the key in it.
fn ready(credential: Credential, signature: Signature, key: &Path) -> anyhow::Result<Issuer> {
    let signer = if signature.deterministic { deterministic_signer } else { signer };
    let signer = signer(&credential, signature.encoding).map_err(|error| error.about(key.to_string_lossy()))?;
    Ok(Issuer::with_signer(credential, signer))
}
