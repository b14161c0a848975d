use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode as _, ErrorKind, Reader as _, SliceReader};
use pkcs8::pkcs5::pbes2::{EncryptionScheme, Kdf, PBES2_OID, Parameters, Pbkdf2Prf, ScryptParams};
use pkcs8::pkcs5::scrypt;
use pkcs8::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::pbkdf2::pbkdf2;
use crate::credential::format::algorithm;
use crate::error::{Error, Kind, Result};

/// An encrypted PKCS#8 key whose encryption, PBES2 (RFC 8018), is known, and whose key derivation costs no more than it should: only the password is missing.
///
/// The KSeF portal uses PBKDF2 with HMAC-SHA-256 and AES-256-CBC (`certyfikaty-KSeF.md`).
pub(in crate::credential) struct Pbes2Lock {
    parameters: Parameters,
    ciphertext: Vec<u8>,
}

impl Pbes2Lock {
    /// Reads an `EncryptedPrivateKeyInfo`, DER.
    ///
    /// # Errors
    /// `key_encryption_unsupported` for PBES1 and other schemes, and for a key derivation so expensive that only somebody
    /// who means harm would ask for it; `key_unreadable` if the structure is damaged.
    pub(super) fn read(der: &[u8]) -> Result<Self> {
        let (scheme, ciphertext) = parts(der).map_err(|_| damaged())?;
        Self::new(scheme, ciphertext)
    }

    /// Takes the scheme and what was encrypted by it.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(in crate::credential) fn new(scheme: AlgorithmIdentifierRef<'_>, ciphertext: &[u8]) -> Result<Self> {
        if scheme.oid != PBES2_OID {
            return Err(unsupported(&algorithm::name(scheme.oid)));
        }
        let parameters = scheme.parameters.ok_or_else(damaged)?;
        let (kdf, cipher) = parameters.sequence(pair).map_err(|_| damaged())?;
        let parameters = Parameters { kdf: read_kdf(kdf)?, encryption: read_cipher(cipher)? };
        let key_fits =
            parameters.kdf.key_length().is_none_or(|length| usize::from(length) == parameters.encryption.key_size());
        let block = match parameters.encryption {
            EncryptionScheme::DesEde3Cbc { .. } => 8,
            _ => 16,
        };
        if !key_fits || ciphertext.is_empty() || !ciphertext.len().is_multiple_of(block) {
            return Err(damaged());
        }
        Ok(Self { parameters, ciphertext: ciphertext.to_vec() })
    }

    /// What it costs to derive the key, in hashes, roughly.
    pub(in crate::credential) fn hashes(&self) -> u64 {
        match &self.parameters.kdf {
            Kdf::Pbkdf2(params) => {
                // Hashes shorter than a key of AES-256 are needed twice; each round takes two.
                let blocks =
                    if matches!(params.prf, Pbkdf2Prf::HmacWithSha1 | Pbkdf2Prf::HmacWithSha224) { 2 } else { 1 };
                2 * blocks * u64::from(params.iteration_count)
            }
            Kdf::Scrypt(params) => [params.cost_parameter, params.block_size.into(), params.parallelization.into()]
                .into_iter()
                .fold(4, u64::saturating_mul),
            _ => u64::MAX,
        }
    }

    /// The key in the clear, or nothing if the password is wrong. A wrong one passes now and then, about once in 256,
    /// and gives garbage.
    ///
    /// The key in the clear is wiped when dropped. The key derived from the password is too, if it is by HMAC-SHA-256: pkcs5 0.8
    /// keeps others to itself.
    pub(in crate::credential) fn open(&self, password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut buffer = Zeroizing::new(self.ciphertext.clone());
        let length = match (&self.parameters.kdf, cipher(&self.parameters.encryption)) {
            (Kdf::Pbkdf2(params), Some((cipher, iv))) if params.prf == Pbkdf2Prf::HmacWithSha256 => {
                let key = pbkdf2(password, params.salt.as_ref(), params.iteration_count);
                cipher.decrypt(key.get(..cipher.key_len())?, iv, &mut buffer)?
            }
            _ => self.parameters.decrypt_in_place(password, &mut buffer).ok()?.len(),
        };
        buffer.truncate(length);
        Some(buffer)
    }
}

/// The cipher and its IV, but for those that are not CBC.
fn cipher(scheme: &EncryptionScheme) -> Option<(Cipher, &[u8])> {
    match scheme {
        EncryptionScheme::Aes128Cbc { iv } => Some((Cipher::Aes128, iv)),
        EncryptionScheme::Aes192Cbc { iv } => Some((Cipher::Aes192, iv)),
        EncryptionScheme::Aes256Cbc { iv } => Some((Cipher::Aes256, iv)),
        EncryptionScheme::DesEde3Cbc { iv } => Some((Cipher::DesEde3, iv)),
        _ => None,
    }
}

/// Iterations of PBKDF2: what RFC 8018 calls appropriate for especially critical keys, some seconds of work.
const MAX_ITERATIONS: u32 = 10_000_000;

/// Memory of scrypt, in bytes; OpenSSL asks for 16 MiB.
const MAX_SCRYPT_MEMORY: u128 = 256 << 20;

/// How often scrypt may go through that memory; OpenSSL asks for once.
const MAX_SCRYPT_PASSES: u16 = 16;

fn read_kdf(algorithm: AlgorithmIdentifierRef<'_>) -> Result<Kdf> {
    let kdf = Kdf::try_from(algorithm).map_err(|error| match error.kind() {
        ErrorKind::OidUnknown { oid } => unsupported(&algorithm::name(oid)),
        _ => damaged(),
    })?;
    match &kdf {
        Kdf::Pbkdf2(params) if params.iteration_count > MAX_ITERATIONS => Err(unsupported("PBKDF2 of excessive cost")),
        Kdf::Scrypt(params) if !is_affordable(params) => Err(unsupported("scrypt of excessive or impossible cost")),
        Kdf::Pbkdf2(_) | Kdf::Scrypt(_) => Ok(kdf),
        // A derivation that a later pkcs5 may know, at a cost that nobody has bounded here.
        _ => Err(unsupported(&algorithm::name(kdf.oid()))),
    }
}

fn is_affordable(params: &ScryptParams) -> bool {
    let memory = 128 * u128::from(params.cost_parameter) * u128::from(params.block_size);
    // The conversion panics for a cost of 0, so that is asked first.
    params.cost_parameter > 1
        && memory <= MAX_SCRYPT_MEMORY
        && params.parallelization <= MAX_SCRYPT_PASSES
        && scrypt::Params::try_from(params).is_ok()
}

fn read_cipher(algorithm: AlgorithmIdentifierRef<'_>) -> Result<EncryptionScheme> {
    // pkcs5 0.8.1 takes the first eight bytes of a 3DES IV without looking how many there are.
    let iv = algorithm.parameters.and_then(|iv| iv.decode_as::<&OctetStringRef>().ok());
    if iv.is_none_or(|iv| iv.as_bytes().len() < 8) {
        return Err(unsupported(&algorithm::name(algorithm.oid)));
    }
    match EncryptionScheme::try_from(algorithm) {
        // RFC 5084 writes the parameters of GCM otherwise than pkcs5 reads them: no such key exists.
        Ok(EncryptionScheme::Aes128Gcm { .. } | EncryptionScheme::Aes256Gcm { .. }) | Err(_) => {
            Err(unsupported(&algorithm::name(algorithm.oid)))
        }
        Ok(cipher) => Ok(cipher),
    }
}

/// Taken apart by hand: read as a whole, an unknown scheme and a damaged file would look alike, and parameters would be
/// trusted before they were looked at.
fn parts(der: &[u8]) -> pkcs8::der::Result<(AlgorithmIdentifierRef<'_>, &[u8])> {
    let mut reader = SliceReader::new(der)?;
    let (scheme, ciphertext) = reader.sequence(|reader| {
        let scheme = AlgorithmIdentifierRef::decode(reader)?;
        Ok::<_, pkcs8::der::Error>((scheme, <&OctetStringRef>::decode(reader)?))
    })?;
    reader.finish()?;
    Ok((scheme, ciphertext.as_bytes()))
}

fn pair<'a>(
    reader: &mut SliceReader<'a>,
) -> pkcs8::der::Result<(AlgorithmIdentifierRef<'a>, AlgorithmIdentifierRef<'a>)> {
    Ok((reader.decode()?, reader.decode()?))
}

fn unsupported(scheme: &str) -> Error {
    let message = format!("the key is encrypted with {scheme}, which is not supported");
    Error::new(Kind::KeyEncryptionUnsupported, message)
}

fn damaged() -> Error {
    Error::new(Kind::KeyUnreadable, "the encrypted key is damaged or cut short")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pkcs8::EncryptedPrivateKeyInfoRef;
    use pkcs8::der::Encode as _;
    use pkcs8::der::{Tag, asn1::AnyRef};
    use pkcs8::pkcs5;
    use pkcs8::pkcs5::pbes2::{AES_256_CBC_OID, Pbkdf2Params};

    fn read(kdf: impl Into<Kdf>, ciphertext: &[u8]) -> Result<()> {
        let parameters = Parameters { kdf: kdf.into(), encryption: EncryptionScheme::Aes256Cbc { iv: [0; 16] } };
        let key = EncryptedPrivateKeyInfoRef {
            encryption_algorithm: pkcs5::EncryptionScheme::Pbes2(parameters),
            encrypted_data: OctetStringRef::new(ciphertext).unwrap(),
        };
        Pbes2Lock::read(&key.to_der().unwrap()).map(|_| ())
    }

    #[test]
    fn pbkdf2_up_to_ten_million_rounds() {
        let rounds = |rounds| read(Pbkdf2Params::hmac_sha256(rounds, &[0; 16]).unwrap(), &[0; 32]);
        assert_eq!(rounds(10_000_000), Ok(()));
        let error = rounds(10_000_001).unwrap_err();
        assert_eq!(error.code(), "key_encryption_unsupported");
        assert!(error.message().contains("PBKDF2 of excessive cost"), "{error}");
    }

    #[test]
    fn scrypt_up_to_256_mebibytes() {
        let scrypt = |cost_parameter, block_size, parallelization| {
            let salt = [0; 16][..].try_into().unwrap();
            let params = ScryptParams { salt, cost_parameter, block_size, parallelization, key_length: None };
            read(params, &[0; 32])
        };
        assert_eq!(scrypt(1 << 14, 8, 1), Ok(()));
        assert_eq!(scrypt(1 << 18, 8, 16), Ok(()));
        for (n, r, p) in [
            (1 << 19, 8, 1),
            (u64::MAX, u16::MAX, 1),
            (1 << 14, 8, 17),
            (0, 8, 1),
            (1, 8, 1),
            (3, 8, 1),
            (1 << 14, 0, 1),
            (1 << 14, 8, 0),
        ] {
            assert_eq!(scrypt(n, r, p).unwrap_err().code(), "key_encryption_unsupported", "{n} {r} {p}");
        }
    }

    /// pkcs5 is the slow twin: what it encrypts is opened, and a changed byte, a wrong password or a number of rounds too many give
    /// what it gives.
    #[test]
    fn opens_what_pkcs5_opens() {
        let plain: Vec<u8> = (0..138).collect();
        let ciphers = [
            EncryptionScheme::Aes128Cbc { iv: [1; 16] },
            EncryptionScheme::Aes192Cbc { iv: [2; 16] },
            EncryptionScheme::Aes256Cbc { iv: [3; 16] },
            EncryptionScheme::DesEde3Cbc { iv: [4; 8] },
        ];
        for encryption in ciphers {
            for prf in [Pbkdf2Prf::HmacWithSha1, Pbkdf2Prf::HmacWithSha256, Pbkdf2Prf::HmacWithSha512] {
                let mut kdf = Pbkdf2Params::hmac_sha256(7, b"some salt").unwrap();
                kdf.prf = prf;
                let parameters = Parameters { kdf: kdf.into(), encryption };
                let ciphertext = parameters.encrypt(b"password", &plain).unwrap();
                let lock =
                    |ciphertext: &[u8]| Pbes2Lock { parameters: parameters.clone(), ciphertext: ciphertext.to_vec() };
                assert_eq!(lock(&ciphertext).open(b"password").as_deref(), Some(&plain));
                let mut opened = 0;
                for place in 0..ciphertext.len() {
                    let mut changed = ciphertext.clone();
                    changed[place] ^= 1 << (place % 8);
                    for password in [&b"password"[..], b"Password"] {
                        let slow = parameters.decrypt(password, &changed).ok();
                        opened += usize::from(slow.is_some());
                        assert_eq!(lock(&changed).open(password).as_deref(), slow.as_ref(), "{prf:?} {place}");
                    }
                }
                assert!(opened > 0);
            }
        }
    }

    #[test]
    fn data_that_no_cipher_wrote() {
        for length in [0, 1, 15, 17] {
            let kdf = Pbkdf2Params::hmac_sha256(1, &[0; 16]).unwrap();
            assert_eq!(read(kdf, &vec![0; length]).unwrap_err().code(), "key_unreadable", "{length}");
        }
    }

    #[test]
    fn an_iv_too_short_does_not_panic() {
        for oid in [pkcs5::pbes2::DES_EDE3_CBC_OID, AES_256_CBC_OID] {
            let parameters = Some(AnyRef::new(Tag::OctetString, &[0; 7]).unwrap());
            assert!(read_cipher(AlgorithmIdentifierRef { oid, parameters }).is_err());
        }
    }
}
