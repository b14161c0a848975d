use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::cipher::Cipher;
use crate::error::{Error, Kind, Result};

/// A private key under OpenSSL's own PEM encryption (`Proc-Type: 4,ENCRYPTED`), which `openssl rsa` and `openssl ec`
/// write to this day. Its encryption is known: only the password is missing.
pub(super) struct LegacyLock {
    cipher: Cipher,
    iv: Vec<u8>,
    ciphertext: Zeroizing<Vec<u8>>,
}

impl LegacyLock {
    /// Takes the value of the header `DEK-Info` and the decoded body.
    ///
    /// # Errors
    /// `key_encryption_unsupported` for another cipher; `key_unreadable` if the parts do not fit the cipher.
    pub(super) fn read(dek_info: &str, ciphertext: Zeroizing<Vec<u8>>) -> Result<Self> {
        let (name, iv) = dek_info.split_once(',').unwrap_or((dek_info, ""));
        let cipher = cipher_named(name).ok_or_else(|| {
            let message = format!("the key is encrypted with {name:?}, which is not supported");
            Error::new(Kind::KeyEncryptionUnsupported, message)
        })?;
        let block = cipher.block_len();
        let whole = !ciphertext.is_empty() && ciphertext.len().is_multiple_of(block);
        let iv = bytes_from_hex(iv)
            .filter(|iv| iv.len() == block && whole)
            .ok_or_else(|| Error::new(Kind::KeyUnreadable, "the encrypted key is damaged or cut short"))?;
        Ok(Self { cipher, iv, ciphertext })
    }

    /// The key in the clear, or nothing if the password is wrong. A wrong one passes now and then, about once in 256,
    /// and gives garbage.
    pub(super) fn open(&self, password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let key = derive(password, &self.iv[..SALT_LEN], self.cipher.key_len());
        let mut buffer = self.ciphertext.clone();
        let length = self.cipher.decrypt(&key, &self.iv, &mut buffer)?;
        buffer.truncate(length);
        Some(buffer)
    }
}

/// The salt is the beginning of the IV, which has 8 bytes or 16.
const SALT_LEN: usize = 8;

/// Length of an MD5 digest, in bytes.
const DIGEST_LEN: usize = 16;

/// `EVP_BytesToKey` with MD5 and one round: as weak as it looks, and the only way these files can be read.
fn derive(password: &[u8], salt: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    // Whole digests, cut at the end; allocated at once so that no part is left behind when the buffer grows.
    let mut key = Zeroizing::new(Vec::with_capacity(length.next_multiple_of(DIGEST_LEN)));
    while key.len() < length {
        let previous = key.len().saturating_sub(DIGEST_LEN);
        let digest = Md5::new().chain_update(&key[previous..]).chain_update(password).chain_update(salt);
        key.extend_from_slice(&*Zeroizing::new(<[u8; DIGEST_LEN]>::from(digest.finalize())));
    }
    key.truncate(length);
    key
}

/// The cipher that `DEK-Info` names.
fn cipher_named(name: &str) -> Option<Cipher> {
    match name.trim() {
        "AES-128-CBC" => Some(Cipher::Aes128),
        "AES-192-CBC" => Some(Cipher::Aes192),
        "AES-256-CBC" => Some(Cipher::Aes256),
        "DES-EDE3-CBC" => Some(Cipher::DesEde3),
        _ => None,
    }
}

fn bytes_from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.trim().as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect();
    if rest.is_empty() { bytes } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derives_as_openssl_does() {
        // openssl enc -aes-256-cbc -md md5 -S 0001020304050607 -k abc -P
        let key = derive(b"abc", &[0, 1, 2, 3, 4, 5, 6, 7], 32);
        assert_eq!(
            bytes_from_hex("FDA1A00C919258BE1904D5D0686CBABEAEE6534E1414A01B1B7693C66D38FF35").as_deref(),
            Some(&key[..])
        );
    }

    #[test]
    fn ciphers_and_damage() {
        let code = |dek_info: &str, ciphertext: &[u8]| {
            LegacyLock::read(dek_info, Zeroizing::new(ciphertext.to_vec())).err().map(|e| e.code())
        };
        let iv = "000102030405060708090A0B0C0D0E0F";
        assert_eq!(code(&format!("AES-128-CBC,{iv}"), &[0; 32]), None);
        assert_eq!(code(&format!("AES-128-CBC,{iv}"), &[0; 31]), Some("key_unreadable"));
        assert_eq!(code(&format!("AES-128-CBC,{iv}"), &[]), Some("key_unreadable"));
        assert_eq!(code("AES-128-CBC,0001", &[0; 32]), Some("key_unreadable"));
        assert_eq!(code("AES-128-CBC,00010203040506070809/A0B0C0D0E0F", &[0; 32]), Some("key_unreadable"));
        assert_eq!(code("DES-CBC,0001020304050607", &[0; 32]), Some("key_encryption_unsupported"));
        assert_eq!(code("", &[]), Some("key_encryption_unsupported"));
    }
}
