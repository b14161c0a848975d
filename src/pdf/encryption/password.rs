//! The standard security handler: what a password opens. The algorithms are numbered as in ISO 32000-2, 7.6.4.

use aes::cipher::{BlockCipherDecrypt as _, KeyInit as _};
use aes::{Aes128, Aes256};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use md5::{Digest as _, Md5};
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::cipher::rc4;
use crate::pdf_objects::{Dict, Object};

/// What short passwords are filled up with (algorithm 2, step a).
const PADDING: [u8; 32] = [
    0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08, 0x2E, 0x2E, 0x00,
    0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
];

/// The bit of `/P` that allows changes of the document's contents (table 22: bit 4).
const MODIFY: u32 = 1 << 3;

/// What came of a password.
pub(super) enum Attempt {
    Opened(Opened),
    /// It is neither the owner's nor the user's.
    Wrong,
    /// It is one of them, and the dictionary contradicts itself.
    Contradicted,
}

/// What a password opened.
pub(super) struct Opened {
    /// The key of the file.
    pub(super) key: Zeroizing<Vec<u8>>,
    /// True if it was the owner's password, or the author allows changes.
    pub(super) may_change: bool,
}

/// An encryption dictionary of the standard handler, its values of the lengths that they must have.
pub(super) struct Passwords<'d> {
    pub(super) version: i64,
    revision: i64,
    /// The length of the file's key in bytes.
    key_length: usize,
    owner: &'d [u8],
    user: &'d [u8],
    /// `/P`, of which the upper half is of no use.
    permissions: u32,
    pub(super) encrypts_metadata: bool,
    /// The first half of the file's identifier; may be empty.
    id: &'d [u8],
    /// From revision 5 on.
    sealed: Option<Sealed<'d>>,
}

/// What newer revisions keep the file's key in.
struct Sealed<'d> {
    owner_key: [u8; 32],
    user_key: [u8; 32],
    permissions: &'d [u8; 16],
}

impl<'d> Passwords<'d> {
    /// Takes the dictionary, its references followed; nothing if it is not of the standard handler, of a version that is
    /// not known, or damaged.
    pub(super) fn of(encrypt: &'d Dict, id: &'d [u8]) -> Option<Self> {
        let integer = |key| encrypt.get(key).and_then(Object::integer);
        let text = |key| encrypt.get(key).and_then(Object::as_text);
        if !encrypt.is("Filter", "Standard") {
            return None;
        }
        let (version, revision) = (integer("V")?, integer("R")?);
        let bits = match encrypt.get("Length") {
            Some(length) => Some(length.integer()?),
            None => None,
        };
        let bits = match (version, bits) {
            (1, None | Some(40)) | (2, None) => 40,
            (2, Some(bits)) if (40..=128).contains(&bits) && bits % 8 == 0 => bits,
            (4, None | Some(128)) => 128,
            (5, None | Some(256)) => 256,
            _ => return None,
        };
        // Revision 2 has keys of 40 bits, whatever is said of their length.
        let key_length = if revision == 2 { 5 } else { usize::try_from(bits / 8).ok()? };
        let encrypts_metadata = match encrypt.get("EncryptMetadata") {
            Some(Object::Bool(value)) => *value,
            Some(_) => return None,
            None => true,
        };
        let (owner, user) = (text("O")?, text("U")?);
        let (owner, user, sealed) = match (version, revision) {
            (1 | 2 | 4, 2..=4) if owner.len() == 32 && user.len() == 32 => (owner, user, None),
            (5, 5 | 6) => {
                let sealed = Sealed {
                    owner_key: text("OE")?.try_into().ok()?,
                    user_key: text("UE")?.try_into().ok()?,
                    permissions: text("Perms")?.try_into().ok()?,
                };
                // Some writers fill them up with zeros, to 127.
                let of_48 = |value: &'d [u8]| value.get(..48).filter(|_| value.len() <= 128);
                (of_48(owner)?, of_48(user)?, Some(sealed))
            }
            _ => return None,
        };
        let permissions = integer("P")? as u32;
        Some(Self { version, revision, key_length, owner, user, permissions, encrypts_metadata, id, sealed })
    }

    /// Tries a password as the owner's and as the user's.
    pub(super) fn open(&self, password: &[u8]) -> Attempt {
        match &self.sealed {
            None => self.open_by_md5(password).map_or(Attempt::Wrong, Attempt::Opened),
            Some(sealed) => self.open_by_sha2(sealed, &password[..password.len().min(127)]),
        }
    }

    fn may_change(&self) -> bool {
        self.permissions & MODIFY != 0
    }

    fn open_by_md5(&self, password: &[u8]) -> Option<Opened> {
        // Algorithm 7: the owner's password decrypts the user's.
        let padded = Zeroizing::new(self.user_password(password));
        if let Some(key) = self.key_of_user(&padded) {
            return Some(Opened { key, may_change: true });
        }
        let key = self.key_of_user(password)?;
        Some(Opened { key, may_change: self.may_change() })
    }

    /// Algorithm 7, steps a to c.
    fn user_password(&self, owner_password: &[u8]) -> Vec<u8> {
        let mut hash = Md5::digest(padded(owner_password).as_slice());
        if self.revision >= 3 {
            for _ in 0..50 {
                hash = Md5::digest(hash);
            }
        }
        let key = &hash[..self.key_length];
        match self.revision {
            2 => rc4(key, self.owner),
            _ => (0..20).rev().fold(self.owner.to_vec(), |data, round| rc4(&mixed(key, round), &data)),
        }
    }

    /// Algorithm 6: the file's key, if this is the user's password.
    fn key_of_user(&self, password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let key = self.file_key(password);
        let is_right = match self.revision {
            2 => rc4(&key, &PADDING) == self.user,
            _ => {
                let mut hash = Md5::new();
                hash.update(PADDING);
                hash.update(self.id);
                let expected = (0..20).fold(hash.finalize().to_vec(), |data, round| rc4(&mixed(&key, round), &data));
                // The other half of the value is arbitrary.
                self.user.starts_with(&expected)
            }
        };
        is_right.then_some(key)
    }

    /// Algorithm 2.
    fn file_key(&self, password: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut hash = Md5::new();
        hash.update(padded(password).as_slice());
        hash.update(self.owner);
        hash.update(self.permissions.to_le_bytes());
        hash.update(self.id);
        if self.revision >= 4 && !self.encrypts_metadata {
            hash.update([0xFF; 4]);
        }
        let mut hash = hash.finalize();
        if self.revision >= 3 {
            for _ in 0..50 {
                hash = Md5::digest(&hash[..self.key_length]);
            }
        }
        Zeroizing::new(hash[..self.key_length].to_vec())
    }

    /// Algorithm 2.A.
    fn open_by_sha2(&self, sealed: &Sealed<'_>, password: &[u8]) -> Attempt {
        let opened = |key: Option<Zeroizing<Vec<u8>>>, may_change| match key {
            Some(key) => Attempt::Opened(Opened { key, may_change }),
            None => Attempt::Contradicted,
        };
        let (hash, salts) = self.owner.split_at(32);
        if *self.hash(password, &salts[..8], self.user) == hash {
            let key = self.hash(password, &salts[8..], self.user);
            return opened(decrypt_key(&key, &sealed.owner_key), true);
        }
        let (hash, salts) = self.user.split_at(32);
        if *self.hash(password, &salts[..8], b"") == hash {
            let key = self.hash(password, &salts[8..], b"");
            let key = decrypt_key(&key, &sealed.user_key).filter(|key| self.permissions_agree(sealed, key));
            return opened(key, self.may_change());
        }
        Attempt::Wrong
    }

    /// Algorithm 13: `/P` can be changed by anybody, and its encrypted twin by nobody without the key. With the owner's
    /// password nothing depends on either.
    fn permissions_agree(&self, sealed: &Sealed<'_>, key: &[u8]) -> bool {
        let Ok(cipher) = Aes256::new_from_slice(key) else { return false };
        let mut block = (*sealed.permissions).into();
        cipher.decrypt_block(&mut block);
        let metadata = if self.encrypts_metadata { b'T' } else { b'F' };
        block[..3] == self.permissions.to_le_bytes()[..3] && block[8] == metadata && block[9..12] == *b"adb"
    }

    /// Algorithm 2.B; in revision 5 its first step alone. `user` is the user's value where the owner's password is tried.
    fn hash(&self, password: &[u8], salt: &[u8], user: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut key = Zeroizing::new(
            Sha256::new().chain_update(password).chain_update(salt).chain_update(user).finalize().to_vec(),
        );
        if self.revision == 5 {
            return key;
        }
        // The last byte of a round is 255 at most, so that there are no more than 288 rounds.
        for round in 1_u32.. {
            // With room for all of it from the start: growing would leave copies of the password behind.
            let length = 64 * (password.len() + key.len() + user.len());
            let mut repeated = Zeroizing::new(Vec::with_capacity(length));
            for part in [password, &key, user].into_iter().cycle().take(3 * 64) {
                repeated.extend_from_slice(part);
            }
            // Sixty-four of anything is a multiple of a block, and the key has 32 bytes or more.
            let Ok(encryptor) = cbc::Encryptor::<Aes128>::new_from_slices(&key[..16], &key[16..32]) else { break };
            let Ok(encrypted) = encryptor.encrypt_padded::<NoPadding>(&mut repeated, length) else { break };
            // The first sixteen bytes as a number, of which 256 leaves 1 when divided by 3.
            let remainder = encrypted.iter().take(16).map(|&byte| u32::from(byte)).sum::<u32>() % 3;
            *key = match remainder {
                0 => Sha256::digest(encrypted).to_vec(),
                1 => Sha384::digest(encrypted).to_vec(),
                _ => Sha512::digest(encrypted).to_vec(),
            };
            let last = encrypted.last().copied().map_or(0, u32::from);
            if round >= 64 && last + 32 <= round {
                break;
            }
        }
        key.truncate(32);
        key
    }
}

/// The first 32 bytes, filled up.
fn padded(password: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(password.iter().chain(&PADDING).take(32).copied().collect())
}

/// The key of a round: each byte with the round's number.
fn mixed(key: &[u8], round: u8) -> Vec<u8> {
    key.iter().map(|byte| byte ^ round).collect()
}

fn decrypt_key(key: &[u8], sealed: &[u8; 32]) -> Option<Zeroizing<Vec<u8>>> {
    let decryptor = cbc::Decryptor::<Aes256>::new_from_slices(key, &[0; 16]).ok()?;
    let mut key = Zeroizing::new(sealed.to_vec());
    decryptor.decrypt_padded::<NoPadding>(&mut key).ok()?;
    Some(key)
}
