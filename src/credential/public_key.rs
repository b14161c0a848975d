use std::fmt;
use std::ops::RangeInclusive;

use p256::ecdsa::VerifyingKey;
use pkcs8::der::Decode as _;
use pkcs8::der::oid::db::rfc5912;
use pkcs8::spki::{EncodePublicKey as _, SubjectPublicKeyInfoRef};
use rsa::PublicKey as RsaPublicKey;
use rsa::pkcs1::{RsaPublicKeyRef, UintRef};
use rsa::traits::PublicKeyParts as _;

use super::format::algorithm;
use crate::error::{Error, Kind, Result};

/// A kind of key that KSeF takes (`certyfikaty-KSeF.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Elliptic curve P-256: what the Taxpayer Application issues.
    EcP256,
    /// RSA with 2048 bits or more.
    Rsa {
        /// Length of the modulus, in bits.
        bits: u32,
    },
}

/// `EC P-256`, `RSA 2048`.
impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EcP256 => f.write_str("EC P-256"),
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
        }
    }
}

/// What signatures are verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    Ec(VerifyingKey),
    Rsa(RsaPublicKey),
}

impl PublicKey {
    /// Reads a certificate's `SubjectPublicKeyInfo`, DER.
    ///
    /// # Errors
    /// `certificate_key_unsupported`, naming what was found; `certificate_unreadable` for no key at all.
    pub(super) fn from_spki(der: &[u8]) -> Result<Self> {
        let damaged = || Error::new(Kind::CertificateUnreadable, "the certificate's public key is damaged");
        let spki = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| damaged())?;
        let key = spki.subject_public_key.raw_bytes();
        match (spki.algorithm.oid, spki.algorithm.parameters_oid()) {
            (rfc5912::ID_EC_PUBLIC_KEY, Ok(rfc5912::SECP_256_R_1)) => {
                VerifyingKey::from_sec1_bytes(key).map(Self::Ec).map_err(|_| damaged())
            }
            (rfc5912::RSA_ENCRYPTION, _) => {
                let key = RsaPublicKeyRef::from_der(key).map_err(|_| damaged())?;
                check_rsa_size(&key.modulus).map_err(|found| unsupported(&found))?;
                RsaPublicKey::try_from(key).map(Self::Rsa).map_err(|_| damaged())
            }
            _ => Err(unsupported(&algorithm::describe(&spki.algorithm))),
        }
    }

    /// X.509 `SubjectPublicKeyInfo`, DER.
    pub(crate) fn to_spki(&self) -> Result<Vec<u8>> {
        let encoded = match self {
            Self::Ec(key) => key.to_public_key_der(),
            Self::Rsa(key) => key.to_public_key_der(),
        };
        let encoded =
            encoded.map_err(|_| Error::new(Kind::KeyUnreadable, "the key's public half cannot be written"))?;
        Ok(encoded.into_vec())
    }

    pub(crate) fn kind(&self) -> KeyKind {
        match self {
            Self::Ec(_) => KeyKind::EcP256,
            Self::Rsa(key) => KeyKind::Rsa { bits: key.n().bit_width_vartime() },
        }
    }
}

/// Refuses an RSA key that KSeF does not take, saying what to call it.
pub(super) fn check_rsa_size(modulus: &UintRef<'_>) -> std::result::Result<(), String> {
    // KSeF sets the lower bound. Beyond the upper one no key exists and every operation takes seconds.
    const TAKEN: RangeInclusive<u32> = 2048..=8192;

    // DER has no zero bytes in front, so only the first byte's zero bits do not count.
    let bytes = modulus.as_bytes();
    let unused = bytes.first().map_or(0, |first| first.leading_zeros());
    let bits = u32::try_from(bytes.len() * 8).unwrap_or(u32::MAX) - unused;
    if TAKEN.contains(&bits) { Ok(()) } else { Err(format!("RSA {bits}")) }
}

fn unsupported(found: &str) -> Error {
    let message = format!("the certificate's key is {found}");
    Error::new(Kind::CertificateKeyUnsupported, message)
}
