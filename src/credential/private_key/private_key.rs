use std::fmt;

use p256::ecdsa::VerifyingKey;
use p256::elliptic_curve::sec1::{Sec1Point, ToSec1Point as _};
use p256::{NistP256, SecretKey};
use pkcs8::der::asn1::{AnyRef, ContextSpecific, OctetStringRef};
use pkcs8::der::oid::db::rfc5912;
use pkcs8::der::{self, Decode as _, Reader as _, SliceReader, TagNumber};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{EncodePrivateKey as _, PrivateKeyInfoRef, SecretDocument};
use rsa::PrivateKey as RsaPrivateKey;
use rsa::pkcs1::RsaPrivateKeyRef;
use sec1::EcPrivateKey;
use zeroize::Zeroizing;

use super::legacy_pem::LegacyLock;
use super::pbes2::Pbes2Lock;
use crate::credential::format::object::{KeyForm, Object};
use crate::credential::format::{algorithm, pem};
use crate::credential::open_or_locked::{KeyFile, Locked};
use crate::credential::public_key::{KeyKind, PublicKey, check_rsa_size};
use crate::crypto;
use crate::error::{Error, Kind, Result};

/// A private key, decrypted and found sound. Wiped from memory when dropped, and never printed.
pub struct PrivateKey {
    pkcs8: SecretDocument,
    public: PublicKey,
}

impl PrivateKey {
    /// Reads a private key: PKCS#8 (in the clear or under PBES2), SEC1, PKCS#1 or OpenSSL's encrypted PEM, as PEM (the
    /// first key of the file, whatever stands around it), DER or bare Base64. It is open, or locked by its password.
    ///
    /// `file` is not wiped here: it is the caller's.
    ///
    /// # Errors
    /// `key_encryption_unsupported` for PBES1, other ciphers and excessive costs of key derivation;
    /// `key_type_unsupported` unless it is EC P-256 or RSA with 2048 to 8192 bits, which shows of a locked one once it
    /// is opened; `key_is_certificate`, `key_is_request`, `key_is_public`, `key_is_token` and `key_is_pkcs12` for
    /// those; `key_unreadable` for everything else, saying what it looks like.
    pub fn read(file: &[u8]) -> Result<KeyFile<Self>> {
        let locked = |lock: Locked<Self>| Ok(KeyFile::Locked(lock));
        let given = |kind, what| Err(Error::new(kind, format!("{what} was given as the key")));
        match Object::find(file, Object::is_private_key) {
            Object::Key(form, der) => Self::from_der(form, &der).map(KeyFile::Open),
            Object::EncryptedKey(der) => {
                let lock = Pbes2Lock::read(&der)?;
                locked(Locked::new(ENCRYPTED, move |password| Self::from_decrypted(lock.open(password))))
            }
            Object::LegacyKey { dek_info, ciphertext } => {
                let lock = LegacyLock::read(&dek_info, ciphertext)?;
                locked(Locked::new(ENCRYPTED, move |password| Self::from_decrypted(lock.open(password))))
            }
            Object::Certificate(_) => given(Kind::KeyIsCertificate, "a certificate"),
            Object::Request => given(Kind::KeyIsRequest, "a certificate request"),
            Object::PublicKey => given(Kind::KeyIsPublic, "a public key"),
            Object::Pkcs12(_) => given(Kind::KeyIsPkcs12, "a PKCS#12 file"),
            Object::Token => given(Kind::KeyIsToken, "a KSeF token"),
            Object::Unknown(looks) => Err(Error::new(Kind::KeyUnreadable, format!("not a private key: {looks}"))),
        }
    }

    /// Reads the file and opens it, if it is locked, with the password, which is without a line break.
    ///
    /// # Errors
    /// Those of [`read`](Self::read); `password_missing`; `password_wrong`.
    pub fn parse(file: &[u8], password: Option<&[u8]>) -> Result<Self> {
        Self::read(file)?.open(password)
    }

    /// True if the file holds one object, so that nothing is lost when the key is written anew: no certificate beside
    /// the key, no second key, and no PKCS#12 file. The parameters that OpenSSL writes before an EC key are in the key as well.
    pub fn is_alone(file: &[u8]) -> bool {
        pem::blocks(file).filter(|block| block.label != "EC PARAMETERS").count() <= 1
            && !Object::find(file, Object::is_private_key).is_pkcs12()
    }

    /// The kind of key.
    pub fn kind(&self) -> KeyKind {
        self.public.kind()
    }

    /// Its public half as X.509 `SubjectPublicKeyInfo`, DER.
    ///
    /// # Errors
    /// `key_unreadable`, if it cannot be written down, which does not happen to a key that was read.
    pub fn public_key_der(&self) -> Result<Vec<u8>> {
        self.public.to_spki()
    }

    /// The key in the form that every signing library reads: PKCS#8 version 1, DER, an EC key with its public key.
    pub(crate) fn pkcs8_der(&self) -> &[u8] {
        self.pkcs8.as_bytes()
    }

    pub(crate) fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// What a password opened. A wrong one may pass unnoticed until here, where it gave no key.
    fn from_decrypted(plain: Option<Zeroizing<Vec<u8>>>) -> Result<Self> {
        match plain.and_then(Object::from_der) {
            Some(Object::Key(form, der)) => Self::from_der(form, &der),
            _ => Err(Error::new(Kind::PasswordWrong, "the password does not open the key")),
        }
    }

    fn from_der(form: KeyForm, der: &[u8]) -> Result<Self> {
        match form {
            KeyForm::Pkcs8 => Self::from_pkcs8(der),
            KeyForm::Sec1 => Self::from_sec1(der),
            KeyForm::Pkcs1 => Self::from_pkcs1(der),
        }
    }

    /// A key in the clear, PKCS#8 DER.
    pub(in crate::credential) fn from_pkcs8(der: &[u8]) -> Result<Self> {
        let info = PrivateKeyInfoRef::from_der(der).map_err(damaged)?;
        match (info.algorithm.oid, info.algorithm.parameters_oid()) {
            (rfc5912::ID_EC_PUBLIC_KEY, Ok(rfc5912::SECP_256_R_1)) => Self::from_ec(info.private_key.as_bytes()),
            (rfc5912::RSA_ENCRYPTION, _) => Self::from_pkcs1(info.private_key.as_bytes()),
            _ => Err(unsupported(&algorithm::describe(&info.algorithm))),
        }
    }

    fn from_sec1(der: &[u8]) -> Result<Self> {
        let parameters = sec1_parameters(der).map_err(damaged)?;
        let algorithm = AlgorithmIdentifierRef { oid: rfc5912::ID_EC_PUBLIC_KEY, parameters };
        // Without a curve the length of the number decides: KSeF's curve is the likely one.
        if parameters.is_none() || algorithm.parameters_oid() == Ok(rfc5912::SECP_256_R_1) {
            Self::from_ec(der)
        } else {
            Err(unsupported(&algorithm::describe(&algorithm)))
        }
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self> {
        let key = RsaPrivateKeyRef::from_der(der).map_err(damaged)?;
        check_rsa_size(&key.modulus).map_err(|found| unsupported(&found))?;
        // Checks that the numbers belong together. Signing is another library's work (RUSTSEC-2023-0071).
        let key = RsaPrivateKey::try_from(key).map_err(damaged)?;
        Ok(Self { pkcs8: key.to_pkcs8_der().map_err(damaged)?, public: PublicKey::Rsa(key.to_public_key()) })
    }

    /// An `ECPrivateKey` on P-256. Its public key is worked out once, by the library that signs: p256 takes seven times as long,
    /// and its own functions do so to compare it, to write it and to give it.
    fn from_ec(der: &[u8]) -> Result<Self> {
        let ec = EcPrivateKey::from_der(der).map_err(damaged)?;
        if ec.parameters.is_some_and(|curve| curve.named_curve() != Some(rfc5912::SECP_256_R_1)) {
            return Err(damaged(()));
        }
        let secret = SecretKey::from_slice(ec.private_key).map_err(damaged)?;
        let secret = Zeroizing::new(<[u8; 32]>::from(secret.to_bytes()));
        let public = crypto::ec_public_key(&secret).map_err(damaged)?;
        let public = p256::PublicKey::from_sec1_bytes(&public).map_err(damaged)?;
        if let Some(given) = ec.public_key {
            let given = Sec1Point::<NistP256>::from_bytes(given).map_err(damaged)?;
            if given != public.to_sec1_point(given.is_compressed()) {
                return Err(damaged(()));
            }
        }
        let pkcs8 =
            Zeroizing::new([PKCS8_EC, &*secret, PKCS8_EC_PUBLIC, public.to_sec1_point(false).as_bytes()].concat());
        let pkcs8 = SecretDocument::try_from(&pkcs8[..]).map_err(damaged)?;
        Ok(Self { pkcs8, public: PublicKey::Ec(VerifyingKey::from(public)) })
    }
}

/// What stands in PKCS#8 before the secret number of a key on P-256, which has 32 bytes: version 0, the curve, an `ECPrivateKey`
/// of version 1.
const PKCS8_EC: &[u8] = b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\
    \x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07\x04\x6D\x30\x6B\x02\x01\x01\x04\x20";

/// What stands between that and the public key, a point of 65 bytes: `[1]`, a bit string.
const PKCS8_EC_PUBLIC: &[u8] = b"\xA1\x44\x03\x42\x00";

const ENCRYPTED: &str = "the key is encrypted";

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey([secret key elided])")
    }
}

/// The curve of an `ECPrivateKey` (RFC 5915), if it says one.
fn sec1_parameters(der: &[u8]) -> der::Result<Option<AnyRef<'_>>> {
    SliceReader::new(der)?.sequence(|reader| {
        u8::decode(reader)?;
        <&OctetStringRef>::decode(reader)?;
        let parameters = ContextSpecific::decode_explicit(reader, TagNumber(0))?;
        while !reader.is_finished() {
            AnyRef::decode(reader)?;
        }
        Ok(parameters.map(|parameters| parameters.value))
    })
}

/// The library's own words are left out: they could quote the key.
fn damaged<E>(_: E) -> Error {
    Error::new(Kind::KeyUnreadable, "the private key is damaged")
}

fn unsupported(found: &str) -> Error {
    Error::new(Kind::KeyTypeUnsupported, format!("the private key is {found}"))
}

#[cfg(test)]
mod tests {
    use pkcs8::EncodePrivateKey as _;
    use pkcs8::der::Encode as _;

    use super::*;

    const SEC1: &[u8] = include_bytes!("../../../fixtures/keys/offline-ec.sec1.der");
    const PKCS8: &[u8] = include_bytes!("../../../fixtures/keys/offline-ec.pkcs8.der");

    #[test]
    fn a_bare_number_becomes_a_complete_key() {
        // SEQUENCE { 1, the 32 bytes }: neither curve nor public key.
        let bare = [&[0x30, 0x25], &SEC1[2..39]].concat();
        assert_eq!(PrivateKey::parse(&bare, None).unwrap().pkcs8_der(), PKCS8);
    }

    /// p256 is the slow twin: with and without a curve and a public key, whole or compressed, with changed bytes.
    #[test]
    fn takes_and_writes_ec_keys_as_p256_does() {
        let slow = |der: &[u8]| {
            let key = SecretKey::from_sec1_der(der).ok()?;
            let public = PublicKey::Ec(VerifyingKey::from(key.public_key()));
            Some((key.to_pkcs8_der().unwrap().as_bytes().to_vec(), public))
        };
        let fast = |der: &[u8]| {
            let key = PrivateKey::from_ec(der).ok()?;
            Some((key.pkcs8_der().to_vec(), key.public))
        };
        let small = [&[0; 31][..], &[7]].concat();
        let large = [0xFF; 32];
        let middle: Vec<u8> = (1..=32).collect();
        let public = SecretKey::from_slice(&middle).unwrap().public_key();
        let (whole, compressed) = (public.to_sec1_point(false), public.to_sec1_point(true));
        let mut taken = 0;
        let mut compare = |der: &[u8]| {
            let key = fast(der);
            taken += usize::from(key.is_some());
            assert!(key == slow(der), "{der:02X?}");
        };
        for private_key in [&middle[..], &small, &middle[..31], &middle[..8], &large] {
            for public_key in [None, Some(whole.as_bytes()), Some(compressed.as_bytes())] {
                for curve in [None, Some(rfc5912::SECP_256_R_1), Some(rfc5912::SECP_384_R_1)] {
                    let parameters = curve.map(sec1::EcParameters::NamedCurve);
                    compare(&EcPrivateKey { private_key, parameters, public_key }.to_der().unwrap());
                }
            }
        }
        for place in (0..SEC1.len()).step_by(3) {
            let mut changed = SEC1.to_vec();
            changed[place] ^= 1 << (place % 8);
            compare(&changed);
        }
        assert!(taken > 5, "{taken}");
    }

    #[test]
    fn a_public_part_of_another_key_is_found() {
        let mut key = PKCS8.to_vec();
        let other = include_bytes!("../../../fixtures/keys/other-ec.pkcs8.pem");
        let other = PrivateKey::parse(other, None).unwrap();
        let secret = 36..68;
        key[secret.clone()].copy_from_slice(&other.pkcs8_der()[secret]);
        assert_eq!(PrivateKey::parse(&key, None).unwrap_err().code(), "key_unreadable");
    }

    #[test]
    fn rsa_numbers_that_do_not_belong_together() {
        let mut key = include_bytes!("../../../fixtures/keys/offline-rsa.pkcs1.der").to_vec();
        // The last byte of d, just before the first prime's header.
        let position = key.windows(4).position(|window| window == [0x02, 0x81, 0x81, 0x00]).unwrap();
        key[position - 1] ^= 2;
        assert_eq!(PrivateKey::parse(&key, None).unwrap_err().code(), "key_unreadable");
    }

    #[test]
    fn sec1_on_other_curves() {
        // SEQUENCE { 1, one byte, [0] the curve }: an OID; a SEQUENCE that describes it.
        let (p384, explicit) = ([0xA0, 7, 6, 5, 0x2B, 0x81, 4, 0, 0x22], [0xA0, 7, 0x30, 5, 2, 1, 1, 5, 0]);
        for (curve, expected) in [(p384, "EC on secp384r1"), (explicit, "EC on a curve without a name")] {
            let key = [&[0x30, 15, 2, 1, 1, 4, 1, 9], &curve[..]].concat();
            let error = PrivateKey::parse(&key, None).unwrap_err();
            assert_eq!(error.code(), "key_type_unsupported");
            assert_eq!(error.message(), format!("the private key is {expected}"));
        }
    }

    #[test]
    fn every_form_gives_the_same_key() {
        for file in [
            &include_bytes!("../../../fixtures/keys/offline-ec.pkcs8.pem")[..],
            include_bytes!("../../../fixtures/keys/offline-ec.fast.key"),
            include_bytes!("../../../fixtures/keys/offline-ec.sec1-params.pem"),
            include_bytes!("../../../fixtures/keys/offline-ec.legacy-des3.pem"),
            SEC1,
        ] {
            let key = PrivateKey::parse(file, Some(b"Throwaway-Key_2026")).unwrap();
            assert_eq!(key.pkcs8_der(), PKCS8);
            assert_eq!(format!("{key:?}"), "PrivateKey([secret key elided])");
        }
    }

    /// From an environment file, from JSON, from JSON in JSON.
    #[test]
    fn line_breaks_that_are_two_characters() {
        for file in [
            &include_bytes!("../../../fixtures/keys/offline-ec.pkcs8.pem")[..],
            include_bytes!("../../../fixtures/keys/offline-ec.fast.key"),
            include_bytes!("../../../fixtures/keys/offline-ec.sec1-params.pem"),
            include_bytes!("../../../fixtures/keys/offline-ec.legacy-des3.pem"),
        ] {
            let text = String::from_utf8(file.to_vec()).unwrap();
            let json = serde_json::to_string(&text).unwrap().replace('/', "\\/").replace('+', "\\u002B");
            let twice = serde_json::to_string(&json).unwrap();
            let crlf = text.replace('\n', "\\r\\n");
            for escaped in [format!("KSEF_KEY=\"{}\"", text.replace('\n', "\\n")), json, twice, crlf] {
                let key = PrivateKey::parse(escaped.as_bytes(), Some(b"Throwaway-Key_2026")).unwrap();
                assert_eq!(key.pkcs8_der(), PKCS8, "{escaped}");
                assert!(PrivateKey::is_alone(escaped.as_bytes()) || text.contains("PARAMETERS"));
            }
        }
    }

    #[test]
    fn rsa_comes_out_as_openssl_writes_it() {
        let key = PrivateKey::parse(include_bytes!("../../../fixtures/keys/offline-rsa.pkcs1.pem"), None).unwrap();
        assert_eq!(key.pkcs8_der(), include_bytes!("../../../fixtures/keys/offline-rsa.pkcs8.der"));
    }
}
