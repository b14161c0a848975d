//! Keys in memory: what signs with them, and signatures verified as fast as they are made.

use super::link_signer::{Algorithm, LinkSigner, SignatureEncoding, failed};
use crate::credential::{Credential, KeyKind, PrivateKey, PublicKey};
use crate::crypto::{self, EcKey, EcdsaForm, RsaKey, Verifier};
use crate::error::{Error, Kind, Result};

/// The signer for a key in memory: aws-lc-rs, fast, constant-time, randomised.
///
/// # Errors
/// `signing_failed`, if the key is refused by the library.
pub fn signer(credential: &Credential, encoding: SignatureEncoding) -> Result<Box<dyn LinkSigner>> {
    let key = credential.private_key();
    match credential.certificate().key_kind() {
        KeyKind::EcP256 => {
            let form = match encoding {
                SignatureEncoding::P1363 => EcdsaForm::P1363,
                SignatureEncoding::Der => EcdsaForm::Der,
            };
            Ok(Box::new(Ecdsa { key: ec_key(key, form)?, algorithm: Algorithm::ecdsa(encoding) }))
        }
        KeyKind::Rsa { .. } => Ok(Box::new(RsaPss { key: rsa_key(key)? })),
    }
}

struct Ecdsa {
    key: EcKey,
    algorithm: Algorithm,
}

impl LinkSigner for Ecdsa {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>> {
        self.key.sign(text).map_err(|_| failed("to sign"))
    }
}

struct RsaPss {
    key: RsaKey,
}

impl LinkSigner for RsaPss {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Ps256
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>> {
        self.key.sign_pss(text).map_err(|_| failed("to sign"))
    }
}

fn ec_key(key: &PrivateKey, form: EcdsaForm) -> Result<EcKey> {
    EcKey::from_pkcs8(key.pkcs8_der(), form).map_err(|_| failed("the EC key"))
}

fn rsa_key(key: &PrivateKey) -> Result<RsaKey> {
    RsaKey::from_pkcs8(key.pkcs8_der()).map_err(|_| failed("the RSA key"))
}

/// Says of a signature that it is as KSeF asks, and says no more: why one is not, `verify` finds out with crates that let it look
/// inside.
pub(crate) struct QuickVerifier {
    /// One for each algorithm that the key can have.
    keys: Vec<(Algorithm, Verifier)>,
}

impl QuickVerifier {
    /// A key that the library does not take verifies nothing.
    pub(crate) fn new(key: &PublicKey) -> Self {
        let spki = key.to_spki().unwrap_or_default();
        let keys = match key {
            PublicKey::Ec(_) => vec![
                (Algorithm::Es256P1363, Verifier::ecdsa(&spki, EcdsaForm::P1363)),
                (Algorithm::Es256Der, Verifier::ecdsa(&spki, EcdsaForm::Der)),
            ],
            PublicKey::Rsa(_) => vec![(Algorithm::Ps256, Verifier::rsa_pss(&spki))],
        };
        Self { keys: keys.into_iter().filter_map(|(name, key)| Some((name, key.ok()?))).collect() }
    }

    /// The algorithm that `signature` is of this text by this key in.
    pub(crate) fn verify(&self, text: &[u8], signature: &[u8]) -> Option<Algorithm> {
        self.keys.iter().find(|(_, key)| key.verifies(text, signature)).map(|(name, _)| *name)
    }
}

/// Signs a certificate request: ECDSA with SHA-256, written as DER (RFC 3279), or RSASSA-PKCS1-v1_5 with SHA-256.
/// KSeF takes both (`certyfikaty-KSeF.md`, section 3).
pub(crate) fn request_signature(key: &PrivateKey, body: &[u8]) -> Result<Vec<u8>> {
    let signature = match key.kind() {
        KeyKind::EcP256 => ec_key(key, EcdsaForm::Der)?.sign(body),
        KeyKind::Rsa { .. } => rsa_key(key)?.sign_pkcs1(body),
    };
    signature.map_err(|_| failed("to sign"))
}

/// Random bytes, fit for secrets.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    crypto::random().map_err(|_| no_key())
}

pub(super) fn no_key() -> Error {
    Error::new(Kind::KeyGeneration, "no key could be made")
}
