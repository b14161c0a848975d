use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::ObjectHandle;
use p256::ecdsa::Signature;
use sha2::{Digest as _, Sha256};

use super::fault::fault;
use super::sessions::Sessions;
use crate::error::{Error, Kind, Result};
use crate::sign::{Algorithm, LinkSigner, SignatureEncoding};

/// How the token signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// `CKM_ECDSA`, over our digest.
    Ecdsa,
    /// `CKM_RSA_PKCS_PSS`, over our digest.
    RsaPss,
    /// `CKM_SHA256_RSA_PKCS_PSS`, over the text, for tokens that insist on computing the digest.
    Sha256RsaPss,
}

/// Signs by a key that stays where it is.
pub(super) struct TokenSigner {
    pub(super) sessions: Sessions,
    pub(super) key: ObjectHandle,
    pub(super) method: Method,
    pub(super) encoding: SignatureEncoding,
}

impl LinkSigner for TokenSigner {
    fn algorithm(&self) -> Algorithm {
        match self.method {
            Method::Ecdsa => Algorithm::ecdsa(self.encoding),
            Method::RsaPss | Method::Sha256RsaPss => Algorithm::Ps256,
        }
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>> {
        let digest = Sha256::digest(text);
        let (mechanism, message) = match self.method {
            Method::Ecdsa => (Mechanism::Ecdsa, &digest[..]),
            Method::RsaPss => (Mechanism::RsaPkcsPss(PSS), &digest[..]),
            Method::Sha256RsaPss => (Mechanism::Sha256RsaPkcsPss(PSS), text),
        };
        let signature = self
            .sessions
            .with(|session| session.sign(&mechanism, self.key, message).map_err(|error| fault("signing", error)))?;
        match self.method {
            Method::Ecdsa => self.encode(signature),
            Method::RsaPss | Method::Sha256RsaPss => Ok(signature),
        }
    }
}

impl TokenSigner {
    /// PKCS#11 has `R‖S`, as long as the curve's order.
    fn encode(&self, signature: Vec<u8>) -> Result<Vec<u8>> {
        let parsed = Signature::from_slice(&signature).map_err(|_| {
            Error::new(Kind::TokenKeyUnsupported, "the token's signature is not one of an EC P-256 key")
        })?;
        Ok(match self.encoding {
            SignatureEncoding::P1363 => signature,
            SignatureEncoding::Der => parsed.to_der().as_bytes().to_vec(),
        })
    }
}

/// As KSeF asks: SHA-256, MGF1 with SHA-256, a salt of 32 bytes.
const PSS: PkcsPssParams = PkcsPssParams {
    hash_alg: MechanismType::SHA256,
    mgf: PkcsMgfType::MGF1_SHA256,
    s_len: cryptoki::types::Ulong::new(32),
};
