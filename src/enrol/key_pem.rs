//! A key as PEM: the private half encrypted as the portal keeps it, the public half as other tools read it.

use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::Encode as _;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::pem::{LineEnding, encode_string};
use pkcs8::pkcs5::pbes2::Parameters;

use crate::credential::PrivateKey;
use crate::error::{Error, Kind, Result};
use crate::sign::random;

/// How often the password is hashed: what OWASP advises for PBKDF2-HMAC-SHA-256, six times the portal's 100 000. Every
/// start of `sign` pays for it: 0.09 s of processor time instead of 0.02 (release build, a processor with SHA
/// instructions).
pub const ITERATIONS: u32 = 600_000;

/// Encrypts a key as the KSeF Taxpayer Application does: PEM `ENCRYPTED PRIVATE KEY`, PKCS#8 under PBES2, with
/// PBKDF2-HMAC-SHA-256 ([`ITERATIONS`] times, a salt of 16 bytes) and AES-256-CBC.
///
/// The password is taken as it is: whether the portal would take it, `check_password` says.
///
/// # Errors
/// `key_generation`, if the system gives no random numbers.
pub fn encrypted_pem(key: &PrivateKey, password: &[u8]) -> Result<String> {
    encrypted_pem_with(key, password, ITERATIONS)
}

fn encrypted_pem_with(key: &PrivateKey, password: &[u8], iterations: u32) -> Result<String> {
    let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(iterations, &random::<16>()?, random()?);
    let parameters = parameters.map_err(failed)?;
    let ciphertext = parameters.encrypt(password, key.pkcs8_der()).map_err(failed)?;
    let info = EncryptedPrivateKeyInfoRef {
        encryption_algorithm: parameters.into(),
        encrypted_data: OctetStringRef::new(&ciphertext).map_err(failed)?,
    };
    pem("ENCRYPTED PRIVATE KEY", &info.to_der().map_err(failed)?)
}

/// The public half of a key, PEM `PUBLIC KEY` (X.509 `SubjectPublicKeyInfo`).
///
/// # Errors
/// `key_unreadable`, which does not happen to a key that was read.
pub fn public_pem(key: &PrivateKey) -> Result<String> {
    pem("PUBLIC KEY", &key.public_key_der()?)
}

pub(super) fn pem(label: &str, der: &[u8]) -> Result<String> {
    encode_string(label, LineEnding::LF, der).map_err(failed)
}

/// The libraries' own words are left out: they could quote the key.
fn failed<E>(_: E) -> Error {
    Error::new(Kind::KeyGeneration, "the key could not be written down")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &[u8] = b"Throwaway-Key_2026";

    fn key() -> PrivateKey {
        PrivateKey::parse(include_bytes!("../../fixtures/keys/offline-ec.pkcs8.pem"), None).unwrap()
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let pem = encrypted_pem_with(&key(), PASSWORD, 2048).unwrap();
        assert!(PrivateKey::read(pem.as_bytes()).unwrap().is_locked());
        assert_eq!(PrivateKey::parse(pem.as_bytes(), Some(PASSWORD)).unwrap().pkcs8_der(), key().pkcs8_der());
        let wrong = PrivateKey::parse(pem.as_bytes(), Some(b"another")).unwrap_err();
        assert_eq!(wrong.code(), "password_wrong");
        // Salt and IV are new every time.
        assert_ne!(pem, encrypted_pem_with(&key(), PASSWORD, 2048).unwrap());
    }

    #[test]
    fn the_cost_is_the_portals_or_more() {
        let pem = encrypted_pem(&key(), PASSWORD).unwrap();
        let der = pkcs8::Document::from_pem(&pem).unwrap().1;
        let info = EncryptedPrivateKeyInfoRef::try_from(der.as_bytes()).unwrap();
        let parameters = info.encryption_algorithm.pbes2().unwrap();
        let kdf = parameters.kdf.pbkdf2().unwrap();
        assert!(kdf.iteration_count >= 100_000);
        assert_eq!(kdf.salt.as_ref().len(), 16);
        assert_eq!(parameters.encryption.key_size(), 32);
    }

    #[test]
    fn the_public_half_as_openssl_writes_it() {
        assert_eq!(public_pem(&key()).unwrap(), include_str!("../../fixtures/keys/offline-ec.public.pem"));
    }
}
