//! Signatures that repeat (RFC 6979), by p256: for tests, and for anybody who wants the same link twice.

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;

use super::link_signer::{Algorithm, LinkSigner, SignatureEncoding, failed};
use crate::credential::{Credential, KeyKind};
use crate::error::{Error, Kind, Result};

/// The signer that gives the same signature for the same link every time (RFC 6979), for EC keys: p256, slower.
///
/// # Errors
/// `signer_unavailable` for an RSA key: RSASSA-PSS is randomised.
pub fn deterministic_signer(credential: &Credential, encoding: SignatureEncoding) -> Result<Box<dyn LinkSigner>> {
    if credential.certificate().key_kind() != KeyKind::EcP256 {
        return Err(Error::new(Kind::SignerUnavailable, "an RSA key makes no deterministic signatures"));
    }
    let key = SigningKey::from_pkcs8_der(credential.private_key().pkcs8_der()).map_err(|_| failed("the EC key"))?;
    Ok(Box::new(Deterministic { key, encoding }))
}

struct Deterministic {
    key: SigningKey,
    encoding: SignatureEncoding,
}

impl LinkSigner for Deterministic {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ecdsa(self.encoding)
    }

    fn is_deterministic(&self) -> bool {
        true
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>> {
        let signature: Signature = self.key.try_sign(text).map_err(|_| failed("to sign"))?;
        Ok(match self.encoding {
            SignatureEncoding::P1363 => signature.to_bytes().to_vec(),
            SignatureEncoding::Der => signature.to_der().as_bytes().to_vec(),
        })
    }
}
