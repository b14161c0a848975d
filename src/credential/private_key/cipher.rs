//! The block ciphers that keep keys closed, in CBC mode.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _};

#[derive(Clone, Copy)]
pub(super) enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    DesEde3,
}

impl Cipher {
    /// In bytes.
    pub(super) fn key_len(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 | Self::DesEde3 => 24,
            Self::Aes256 => 32,
        }
    }

    /// In bytes; an IV has as many.
    pub(super) fn block_len(self) -> usize {
        match self {
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
            Self::DesEde3 => 8,
        }
    }

    /// Decrypts in place; returns the length without the padding, or nothing if there is none, as after a wrong key.
    pub(super) fn decrypt(self, key: &[u8], iv: &[u8], buffer: &mut [u8]) -> Option<usize> {
        match self {
            Self::Aes128 => decrypt_cbc::<aes::Aes128>(key, iv, buffer),
            Self::Aes192 => decrypt_cbc::<aes::Aes192>(key, iv, buffer),
            Self::Aes256 => decrypt_cbc::<aes::Aes256>(key, iv, buffer),
            Self::DesEde3 => decrypt_cbc::<des::TdesEde3>(key, iv, buffer),
        }
    }
}

fn decrypt_cbc<C: BlockCipherDecrypt + KeyInit>(key: &[u8], iv: &[u8], buffer: &mut [u8]) -> Option<usize> {
    let plain = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?.decrypt_padded::<Pkcs7>(buffer).ok()?;
    Some(plain.len())
}
