use aes::{Aes128, Aes256};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit, KeyIvInit as _,
};
use md5::{Digest as _, Md5};
use sha2::Sha256;

use crate::pdf_objects::Id;

/// In bytes: of AES, and so of its initialisation vector.
const BLOCK: usize = 16;

/// How a string or a stream is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cipher {
    /// Not at all.
    Identity,
    Rc4,
    /// `AESV2`.
    Aes128,
    /// `AESV3`.
    Aes256,
}

impl Cipher {
    /// Decrypts what belongs to an object. None if it cannot be what a writer encrypted.
    pub(super) fn decrypt(self, file_key: &[u8], id: Id, data: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Identity => Some(data.to_vec()),
            Self::Rc4 => Some(rc4(&object_key(file_key, id, b""), data)),
            Self::Aes128 => decrypt_cbc::<Aes128>(&object_key(file_key, id, b"sAlT"), data),
            Self::Aes256 => decrypt_cbc::<Aes256>(file_key, data),
        }
    }

    /// Encrypts what belongs to an object; the same gives the same.
    pub(super) fn encrypt(self, file_key: &[u8], id: Id, data: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Identity => Some(data.to_vec()),
            Self::Rc4 => Some(rc4(&object_key(file_key, id, b""), data)),
            Self::Aes128 => {
                encrypt_cbc::<Aes128>(&object_key(file_key, id, b"sAlT"), &vector(file_key, id, data), data)
            }
            Self::Aes256 => encrypt_cbc::<Aes256>(file_key, &vector(file_key, id, data), data),
        }
    }
}

/// Algorithm 1: the key of one object. `salt` is what AES adds.
fn object_key(file_key: &[u8], id: Id, salt: &[u8]) -> Vec<u8> {
    let mut hash = Md5::new();
    hash.update(file_key);
    hash.update(&id.number.to_le_bytes()[..3]);
    hash.update(id.generation.to_le_bytes());
    hash.update(salt);
    let length = (file_key.len() + 5).min(16);
    hash.finalize()[..length].to_vec()
}

/// An initialisation vector that nobody without the key can foretell, and that is the same for the same data.
fn vector(file_key: &[u8], id: Id, data: &[u8]) -> [u8; BLOCK] {
    let mut hash = Sha256::new();
    hash.update(file_key);
    hash.update(id.number.to_be_bytes());
    hash.update(data);
    let mut vector = [0; BLOCK];
    vector.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    vector
}

/// The vector stands before the data.
fn decrypt_cbc<C: BlockCipherDecrypt + KeyInit>(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let (vector, encrypted) = data.split_at_checked(BLOCK)?;
    // Some writers leave out the padding where there is nothing to pad.
    if encrypted.is_empty() {
        return Some(Vec::new());
    }
    let decryptor = cbc::Decryptor::<C>::new_from_slices(key, vector).ok()?;
    let mut buffer = encrypted.to_vec();
    let length = decryptor.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

fn encrypt_cbc<C: BlockCipherEncrypt + KeyInit>(key: &[u8], vector: &[u8; BLOCK], data: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = [data, &[0; BLOCK]].concat();
    let encryptor = cbc::Encryptor::<C>::new_from_slices(key, vector).ok()?;
    let encrypted = encryptor.encrypt_padded::<Pkcs7>(&mut buffer, data.len()).ok()?;
    Some([vector, encrypted].concat())
}

/// RC4 with a key of at least one byte; the same function encrypts and decrypts.
pub(super) fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state: [u8; 256] = std::array::from_fn(|index| index as u8);
    let mut other = 0_u8;
    for (index, &byte) in (0..256).zip(key.iter().cycle()) {
        other = other.wrapping_add(state[index]).wrapping_add(byte);
        state.swap(index, usize::from(other));
    }
    let (mut index, mut other) = (0_u8, 0_u8);
    let mut next = || {
        index = index.wrapping_add(1);
        other = other.wrapping_add(state[usize::from(index)]);
        state.swap(usize::from(index), usize::from(other));
        let sum = state[usize::from(index)].wrapping_add(state[usize::from(other)]);
        state[usize::from(sum)]
    };
    data.iter().map(|byte| byte ^ next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6229, the first 16 bytes of each key stream.
    #[test]
    fn rc4_of_rfc_6229() {
        let vectors: [(&[u8], u128); 3] = [
            (&[1, 2, 3, 4, 5], 0xb239_6305_f03d_c027_ccc3_524a_0a11_18a8),
            (&[1, 2, 3, 4, 5, 6, 7], 0x293f_02d4_7f37_c9b6_33f2_af52_85fe_b46b),
            (&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], 0x9ac7_cc9a_609d_1ef7_b293_2899_cde4_1b97),
        ];
        for (key, stream) in vectors {
            assert_eq!(rc4(key, &[0; 16]), stream.to_be_bytes(), "{key:?}");
        }
    }

    #[test]
    fn what_is_encrypted_is_decrypted() {
        let id = Id { number: 70_000, generation: 3 };
        for (cipher, key) in
            [(Cipher::Identity, 5), (Cipher::Rc4, 5), (Cipher::Rc4, 16), (Cipher::Aes128, 16), (Cipher::Aes256, 32)]
        {
            for length in [0, 1, 15, 16, 17, 1000] {
                let data: Vec<u8> = (0..length).map(|at| at as u8).collect();
                let encrypted = cipher.encrypt(&vec![7; key], id, &data).unwrap();
                assert_eq!(cipher.decrypt(&vec![7; key], id, &encrypted).unwrap(), data, "{cipher:?} {length}");
                assert_eq!(cipher.encrypt(&vec![7; key], id, &data).unwrap(), encrypted, "no chance in it");
            }
        }
    }

    #[test]
    fn what_nobody_encrypted_is_refused() {
        let id = Id { number: 1, generation: 0 };
        for length in [1, 15, 17, 31, 33] {
            assert_eq!(Cipher::Aes256.decrypt(&[7; 32], id, &vec![0; length]), None, "{length}");
        }
        assert_eq!(Cipher::Aes128.decrypt(&[7; 16], id, &[0; 16]), Some(Vec::new()));
        assert_eq!(Cipher::Aes128.decrypt(&[7; 16], id, &[0; 32]), None, "padding");
        assert_eq!(Cipher::Aes256.decrypt(&[7; 16], id, &[0; 32]), None, "a key of another length");
    }
}
