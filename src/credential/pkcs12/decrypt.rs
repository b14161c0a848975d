use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, InnerIvInit as _, KeyInit};
use pkcs8::der::Reader as _;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{ObjectIdentifier, der};
use rc2::Rc2;
use sha1::Sha1;
use zeroize::Zeroizing;

use super::asn1::damaged;
use super::budget::Budget;
use super::derivation::{Purpose, derive};
use super::password::Password;
use crate::credential::format::algorithm;
use crate::credential::private_key::pbes2::Pbes2Lock;
use crate::error::{Error, Kind, Result};

/// Decrypts certificates or a key: PBES2 (RFC 8018) or, in old files, PKCS#12's own encryption (RFC 7292, appendix C).
/// Nothing, if the password is wrong.
///
/// # Errors
/// `p12_encryption_unsupported` for other schemes, and for a key derivation of excessive cost; `p12_unreadable` for damage.
pub(super) fn decrypt(
    scheme: AlgorithmIdentifierRef<'_>,
    ciphertext: &[u8],
    password: &Password,
    budget: &mut Budget,
) -> Result<Option<Zeroizing<Vec<u8>>>> {
    if let Some(cipher) = OldCipher::of(scheme.oid) {
        return cipher.decrypt(scheme, ciphertext, password, budget);
    }
    let lock = Pbes2Lock::new(scheme, ciphertext).map_err(|error| match error.kind() {
        Kind::KeyUnreadable => damaged(),
        _ => unsupported(scheme.oid),
    })?;
    budget.spend(lock.hashes())?;
    Ok(lock.open(&password.utf8))
}

/// The block ciphers that PKCS#12 used before PBES2. RC4 is one of the standard's too, and no exporter's default ever
/// was.
#[derive(Clone, Copy)]
enum OldCipher {
    TripleDes,
    DoubleDes,
    Rc2 { bits: usize },
}

impl OldCipher {
    fn of(oid: ObjectIdentifier) -> Option<Self> {
        match oid.to_string().strip_prefix("1.2.840.113549.1.12.1.")? {
            "3" => Some(Self::TripleDes),
            "4" => Some(Self::DoubleDes),
            "5" => Some(Self::Rc2 { bits: 128 }),
            "6" => Some(Self::Rc2 { bits: 40 }),
            _ => None,
        }
    }

    /// In bytes.
    fn key_len(self) -> usize {
        match self {
            Self::TripleDes => 24,
            Self::DoubleDes => 16,
            Self::Rc2 { bits } => bits / 8,
        }
    }

    fn decrypt(
        self,
        scheme: AlgorithmIdentifierRef<'_>,
        ciphertext: &[u8],
        password: &Password,
        budget: &mut Budget,
    ) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let parameters = scheme.parameters.ok_or_else(damaged)?;
        let (salt, rounds): (&OctetStringRef, u32) = parameters
            .sequence(|reader| Ok::<_, der::Error>((reader.decode()?, reader.decode()?)))
            .map_err(|_| damaged())?;
        if rounds == 0 || ciphertext.is_empty() || !ciphertext.len().is_multiple_of(BLOCK) {
            return Err(damaged());
        }
        let mut derived =
            |purpose, length| derive::<Sha1>(&password.utf16, salt.as_bytes(), rounds, purpose, length, budget);
        let key = derived(Purpose::Key, self.key_len())?;
        let iv = derived(Purpose::Iv, BLOCK)?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let length = match self {
            Self::TripleDes => des::TdesEde3::new_from_slice(&key).ok().and_then(|c| decrypt_cbc(c, &iv, &mut buffer)),
            Self::DoubleDes => des::TdesEde2::new_from_slice(&key).ok().and_then(|c| decrypt_cbc(c, &iv, &mut buffer)),
            Self::Rc2 { bits } => decrypt_cbc(Rc2::new_with_eff_key_len(&key, bits), &iv, &mut buffer),
        };
        Ok(length.map(|length| {
            buffer.truncate(length);
            buffer
        }))
    }
}

/// Of all these ciphers, in bytes.
const BLOCK: usize = 8;

/// Decrypts in place; returns the length without the padding.
fn decrypt_cbc<C: BlockCipherDecrypt>(cipher: C, iv: &[u8], buffer: &mut [u8]) -> Option<usize> {
    let plain = cbc::Decryptor::inner_iv_slice_init(cipher, iv).ok()?.decrypt_padded::<Pkcs7>(buffer).ok()?;
    Some(plain.len())
}

fn unsupported(oid: ObjectIdentifier) -> Error {
    let message = format!("the PKCS#12 file is encrypted with {}, which is not supported", algorithm::name(oid));
    Error::new(Kind::P12EncryptionUnsupported, message)
}
