//! The signing backend, what else needs a secret (new keys, random numbers), and signatures verified as fast as they are made. No
//! other file names aws-lc-rs.
//!
//! Chosen for what it does: constant time (the `rsa` crate's private operation leaks timing,
//! RUSTSEC-2023-0071), and speed (ECDSA P-256 in 16 µs where p256 takes 79, RSA-2048-PSS in 232 µs where rsa
//! takes 1600).

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING,
    EcdsaKeyPair, ParsedPublicKey, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, VerificationAlgorithm,
};

use super::link_signer::{Algorithm, LinkSigner, SignatureEncoding, failed};
use crate::credential::{Credential, KeyKind, PrivateKey, PublicKey};
use crate::error::{Error, Kind, Result};

/// The signer for a key in memory: aws-lc-rs, fast, constant-time, randomised.
///
/// # Errors
/// `signing_failed`, if the key is refused by the library.
pub fn signer(credential: &Credential, encoding: SignatureEncoding) -> Result<Box<dyn LinkSigner>> {
    let pkcs8 = credential.private_key().pkcs8_der();
    match credential.certificate().key_kind() {
        KeyKind::EcP256 => {
            let algorithm = match encoding {
                SignatureEncoding::P1363 => &ECDSA_P256_SHA256_FIXED_SIGNING,
                SignatureEncoding::Der => &ECDSA_P256_SHA256_ASN1_SIGNING,
            };
            let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8).map_err(|_| failed("the EC key"))?;
            Ok(Box::new(Ecdsa { key, algorithm: Algorithm::ecdsa(encoding), random: SystemRandom::new() }))
        }
        KeyKind::Rsa { .. } => {
            let key = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| failed("the RSA key"))?;
            Ok(Box::new(RsaPss { key, random: SystemRandom::new() }))
        }
    }
}

struct Ecdsa {
    key: EcdsaKeyPair,
    algorithm: Algorithm,
    random: SystemRandom,
}

impl LinkSigner for Ecdsa {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>> {
        let signature = self.key.sign(&self.random, text).map_err(|_| failed("to sign"))?;
        Ok(signature.as_ref().to_vec())
    }
}

struct RsaPss {
    key: RsaKeyPair,
    random: SystemRandom,
}

impl LinkSigner for RsaPss {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Ps256
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        // The salt is as long as the digest, 32 bytes, as KSeF asks.
        self.key.sign(&RSA_PSS_SHA256, &self.random, text, &mut signature).map_err(|_| failed("to sign"))?;
        Ok(signature)
    }
}

/// Says of a signature that it is as KSeF asks, and says no more: why one is not, `verify` finds out with crates that let it look
/// inside.
pub(crate) struct QuickVerifier {
    /// One for each algorithm that the key can have.
    keys: Vec<(Algorithm, ParsedPublicKey)>,
}

impl QuickVerifier {
    /// A key that the library does not take verifies nothing.
    pub(crate) fn new(key: &PublicKey) -> Self {
        let algorithms: &[(Algorithm, &'static dyn VerificationAlgorithm)] = match key {
            PublicKey::Ec(_) => {
                &[(Algorithm::Es256P1363, &ECDSA_P256_SHA256_FIXED), (Algorithm::Es256Der, &ECDSA_P256_SHA256_ASN1)]
            }
            // The salt that it expects is as long as the digest, 32 bytes.
            PublicKey::Rsa(_) => &[(Algorithm::Ps256, &RSA_PSS_2048_8192_SHA256)],
        };
        let spki = key.to_spki().unwrap_or_default();
        let parsed = |(name, algorithm): &(Algorithm, &'static dyn VerificationAlgorithm)| {
            Some((*name, ParsedPublicKey::new(*algorithm, &spki).ok()?))
        };
        Self { keys: algorithms.iter().filter_map(parsed).collect() }
    }

    /// The algorithm that `signature` is of this text by this key in.
    pub(crate) fn verify(&self, text: &[u8], signature: &[u8]) -> Option<Algorithm> {
        self.keys.iter().find(|(_, key)| key.verify_sig(text, signature).is_ok()).map(|(name, _)| *name)
    }
}

/// A new key on P-256.
pub(super) fn new_ec_key() -> Result<PrivateKey> {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(|_| no_key())?;
    PrivateKey::parse(key.to_pkcs8v1().map_err(|_| no_key())?.as_ref(), None)
}

/// A new RSA key of 2048 bits.
pub(super) fn new_rsa_key() -> Result<PrivateKey> {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| no_key())?;
    PrivateKey::parse(key.as_der().map_err(|_| no_key())?.as_ref(), None)
}

/// Signs a certificate request: ECDSA with SHA-256, written as DER (RFC 3279), or RSASSA-PKCS1-v1_5 with SHA-256.
/// KSeF takes both (`certyfikaty-KSeF.md`, section 3).
pub(crate) fn request_signature(key: &PrivateKey, body: &[u8]) -> Result<Vec<u8>> {
    let random = SystemRandom::new();
    match key.kind() {
        KeyKind::EcP256 => {
            let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.pkcs8_der());
            let signature =
                key.map_err(|_| failed("the EC key"))?.sign(&random, body).map_err(|_| failed("to sign"))?;
            Ok(signature.as_ref().to_vec())
        }
        KeyKind::Rsa { .. } => {
            let key = RsaKeyPair::from_pkcs8(key.pkcs8_der()).map_err(|_| failed("the RSA key"))?;
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &random, body, &mut signature).map_err(|_| failed("to sign"))?;
            Ok(signature)
        }
    }
}

/// Random bytes, fit for secrets.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| no_key())?;
    Ok(bytes)
}

fn no_key() -> Error {
    Error::new(Kind::KeyGeneration, "no key could be made")
}
