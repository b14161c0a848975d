//! A controlled test of a key that cannot be looked at: what it signs, the certificate must verify.

use p256::ecdsa::signature::Verifier as _;
use rsa::pss;
use sha2::Sha256;

use super::{Algorithm, LinkSigner};
use crate::credential::{Certificate, PublicKey};
use crate::error::{Error, Kind, Result};

/// Has the signer sign something, and verifies it by other libraries than those that sign.
///
/// # Errors
/// `key_mismatch`; those of the signer.
pub(super) fn run(signer: &dyn LinkSigner, certificate: &Certificate) -> Result<()> {
    let signature = signer.sign(TEXT)?;
    if is_verified(certificate.public_key(), signer.algorithm(), &signature) {
        return Ok(());
    }
    let message = format!("the private key does not belong to the certificate {}", certificate.serial());
    Err(Error::new(Kind::KeyMismatch, message))
}

/// No link, so that nobody can use the signature for anything.
const TEXT: &[u8] = b"ksef-qr: does this key belong to that certificate?";

fn is_verified(key: &PublicKey, algorithm: Algorithm, signature: &[u8]) -> bool {
    match (key, algorithm) {
        (PublicKey::Ec(key), Algorithm::Es256P1363) => {
            p256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| key.verify(TEXT, &signature).is_ok())
        }
        (PublicKey::Ec(key), Algorithm::Es256Der) => {
            p256::ecdsa::Signature::from_der(signature).is_ok_and(|signature| key.verify(TEXT, &signature).is_ok())
        }
        (PublicKey::Rsa(key), Algorithm::Ps256) => {
            // The salt that it expects is as long as the digest, 32 bytes.
            let key = pss::VerifyingKey::<Sha256>::new(key.clone());
            pss::Signature::try_from(signature).is_ok_and(|signature| key.verify(TEXT, &signature).is_ok())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::{Conditions, Credential};
    use crate::sign::{Issuer, SignatureEncoding, signer};
    use crate::values::{Environment, Rules};
    use std::time::{Duration, SystemTime};

    const EC: &[u8] = include_bytes!("../../fixtures/keys/offline-ec.crt");
    const EC_KEY: &[u8] = include_bytes!("../../fixtures/keys/offline-ec.pkcs8.pem");
    const RSA: &[u8] = include_bytes!("../../fixtures/keys/offline-rsa.crt");
    const RSA_KEY: &[u8] = include_bytes!("../../fixtures/keys/offline-rsa.pkcs8.pem");
    const AUTHENTICATION: &[u8] = include_bytes!("../../fixtures/keys/authentication-ec.crt");
    const EXPIRED: &[u8] = include_bytes!("../../fixtures/keys/expired-ec.crt");

    /// A signer in memory stands in for one outside.
    fn outside(certificate: &[u8], (own, key): (&[u8], &[u8]), encoding: SignatureEncoding) -> &'static str {
        let conditions = Conditions {
            environment: Environment::Test,
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(1_781_524_800),
            allow: Rules::NONE,
        };
        let signer = signer(&Credential::from_bytes(own, key, None, &conditions).unwrap(), encoding).unwrap();
        let certificate = Certificate::parse(certificate).unwrap();
        Issuer::with_outside_key(certificate, signer, &conditions).map_or_else(|error| error.code(), |_| "ok")
    }

    #[test]
    fn checked_as_strictly_as_a_key_in_memory() {
        use SignatureEncoding::{Der, P1363};
        for (certificate, key, encoding, expected) in [
            (EC, (EC, EC_KEY), P1363, "ok"),
            (EC, (EC, EC_KEY), Der, "ok"),
            (RSA, (RSA, RSA_KEY), P1363, "ok"),
            (EC, (RSA, RSA_KEY), P1363, "key_mismatch"),
            (RSA, (EC, EC_KEY), P1363, "key_mismatch"),
            (AUTHENTICATION, (EC, EC_KEY), P1363, "key_mismatch"),
            (EXPIRED, (EC, EC_KEY), P1363, "certificate_expired"),
        ] {
            assert_eq!(outside(certificate, key, encoding), expected);
        }
    }
}
