use hmac::{KeyInit as _, Mac as _, SimpleHmac};
use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::der::oid::db::rfc5912;
use pkcs8::der::{self, Decode as _, Reader as _, SliceReader};
use pkcs8::pkcs5::pbes2::{Kdf, Pbkdf2Params, Pbkdf2Prf};
use pkcs8::spki::AlgorithmIdentifierRef;
use sha1::Sha1;
use sha2::digest::common::BlockSizeUser;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::asn1::damaged;
use super::budget::Budget;
use super::derivation::{Purpose, derive};
use super::password::Password;
use crate::credential::format::algorithm;
use crate::error::{Error, Kind, Result};

/// The MAC over the whole contents (`MacData`), which tells the right password and an unchanged file.
pub(super) struct Mac<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    value: &'a [u8],
    salt: &'a [u8],
    rounds: u32,
}

impl<'a> Mac<'a> {
    pub(super) fn read(mac: AnyRef<'a>) -> der::Result<Self> {
        mac.sequence(|reader| {
            let (algorithm, value) = reader.sequence(|reader| {
                let algorithm = AlgorithmIdentifierRef::decode(reader)?;
                Ok::<_, der::Error>((algorithm, <&OctetStringRef>::decode(reader)?))
            })?;
            let salt = <&OctetStringRef>::decode(reader)?;
            let rounds = if reader.is_finished() { 1 } else { u32::decode(reader)? };
            Ok(Self { algorithm, value: value.as_bytes(), salt: salt.as_bytes(), rounds })
        })
    }

    /// True if the password and the contents are the ones that the MAC was made of.
    ///
    /// # Errors
    /// `p12_encryption_unsupported` for other algorithms, and for a key derivation of excessive cost; `p12_unreadable` for damage.
    pub(super) fn verify(&self, contents: &[u8], password: &Password, budget: &mut Budget) -> Result<bool> {
        match self.algorithm.oid {
            PBMAC1 => self.verify_pbmac1(contents, password, budget),
            rfc5912::ID_SHA_1 => self.verify_with::<Sha1>(contents, password, budget),
            rfc5912::ID_SHA_224 => self.verify_with::<Sha224>(contents, password, budget),
            rfc5912::ID_SHA_256 => self.verify_with::<Sha256>(contents, password, budget),
            rfc5912::ID_SHA_384 => self.verify_with::<Sha384>(contents, password, budget),
            rfc5912::ID_SHA_512 => self.verify_with::<Sha512>(contents, password, budget),
            other => Err(unsupported(other)),
        }
    }

    fn verify_with<D: Digest + BlockSizeUser>(
        &self,
        contents: &[u8],
        password: &Password,
        budget: &mut Budget,
    ) -> Result<bool> {
        if self.rounds == 0 || self.algorithm.parameters.is_some_and(|parameters| !parameters.is_null()) {
            return Err(damaged());
        }
        let length = <D as Digest>::output_size();
        let key = derive::<D>(&password.utf16, self.salt, self.rounds, Purpose::Mac, length, budget)?;
        Ok(self.is_made_by::<D>(&key, contents))
    }

    /// RFC 9579: the key comes from PBKDF2, and the older fields for salt and rounds mean nothing.
    fn verify_pbmac1(&self, contents: &[u8], password: &Password, budget: &mut Budget) -> Result<bool> {
        let parameters = self.algorithm.parameters.ok_or_else(damaged)?;
        let (kdf, hmac) = parameters
            .sequence(|reader: &mut SliceReader<'a>| {
                let kdf = AlgorithmIdentifierRef::decode(reader)?;
                Ok::<_, der::Error>((kdf, AlgorithmIdentifierRef::decode(reader)?))
            })
            .map_err(|_| damaged())?;
        let Ok(Kdf::Pbkdf2(params)) = Kdf::try_from(kdf) else { return Err(unsupported(kdf.oid)) };
        // The library names the HMACs after their use within PBKDF2.
        let hmac = Pbkdf2Prf::try_from(hmac).map_err(|_| unsupported(hmac.oid))?;
        // The RFC demands a length, and forbids short ones.
        let length = params.key_length.filter(|length| (20..=64).contains(length)).ok_or_else(damaged)?;
        // Two hashes a round, and a block of the key for each 20 bytes at least.
        budget.spend(2 * u64::from(params.iteration_count) * u64::from(length.div_ceil(20)))?;
        let key = pbkdf2(&params, &password.utf8, usize::from(length))?;
        Ok(match hmac {
            Pbkdf2Prf::HmacWithSha1 => self.is_made_by::<Sha1>(&key, contents),
            Pbkdf2Prf::HmacWithSha224 => self.is_made_by::<Sha224>(&key, contents),
            Pbkdf2Prf::HmacWithSha256 => self.is_made_by::<Sha256>(&key, contents),
            Pbkdf2Prf::HmacWithSha384 => self.is_made_by::<Sha384>(&key, contents),
            Pbkdf2Prf::HmacWithSha512 => self.is_made_by::<Sha512>(&key, contents),
            other => return Err(unsupported(other.oid())),
        })
    }

    /// Compares in constant time.
    fn is_made_by<D: Digest + BlockSizeUser>(&self, key: &[u8], contents: &[u8]) -> bool {
        SimpleHmac::<D>::new_from_slice(key)
            .is_ok_and(|hmac| hmac.chain_update(contents).verify_slice(self.value).is_ok())
    }
}

const PBMAC1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14");

fn pbkdf2(params: &Pbkdf2Params, password: &[u8], length: usize) -> Result<Zeroizing<Vec<u8>>> {
    let derive = match params.prf {
        Pbkdf2Prf::HmacWithSha1 => pbkdf2::pbkdf2_hmac::<Sha1>,
        Pbkdf2Prf::HmacWithSha224 => pbkdf2::pbkdf2_hmac::<Sha224>,
        Pbkdf2Prf::HmacWithSha256 => pbkdf2::pbkdf2_hmac::<Sha256>,
        Pbkdf2Prf::HmacWithSha384 => pbkdf2::pbkdf2_hmac::<Sha384>,
        Pbkdf2Prf::HmacWithSha512 => pbkdf2::pbkdf2_hmac::<Sha512>,
        other => return Err(unsupported(other.oid())),
    };
    let mut key = Zeroizing::new(vec![0; length]);
    derive(password, params.salt.as_bytes(), params.iteration_count, &mut key);
    Ok(key)
}

fn unsupported(oid: ObjectIdentifier) -> Error {
    let message = format!("the PKCS#12 file's MAC is made with {}, which is not supported", algorithm::name(oid));
    Error::new(Kind::P12EncryptionUnsupported, message)
}
