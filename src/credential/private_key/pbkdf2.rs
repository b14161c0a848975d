//! PBKDF2 (RFC 8018, section 5.2) with HMAC-SHA-256, as the portal derives its keys.
//!
//! Its 100 000 rounds are most of what a process costs that signs one invoice. Each is two blocks of SHA-256, one after the other,
//! and here it is nothing else: what pads the blocks is written once. The crate `pbkdf2`, which makes a MAC of each round, takes
//! 1.35 times as long; the blocks alone take 0.85.

use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// In bytes: of SHA-256's blocks.
const BLOCK: usize = 64;

/// In bytes: of SHA-256's digests, and so of what is derived.
const DIGEST: usize = 32;

/// The state that SHA-256 begins with (FIPS 180-4, section 5.3.3).
const START: [u32; 8] =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];

/// The first 32 bytes that PBKDF2 derives; a shorter key is their beginning. Without rounds it makes one all the same.
pub(super) fn pbkdf2(password: &[u8], salt: &[u8], rounds: u32) -> Zeroizing<[u8; DIGEST]> {
    let mut key = Zeroizing::new([0; BLOCK]);
    if password.len() > BLOCK {
        key[..DIGEST].copy_from_slice(&*digest(&[password]));
    } else {
        key[..password.len()].copy_from_slice(password);
    }
    // Of HMAC (RFC 2104): before what is hashed, and before its digest.
    let pads = [0x36, 0x5C].map(|pad| Zeroizing::new(key.map(|byte| byte ^ pad)));
    let first = digest(&[&*pads[1], &*digest(&[&*pads[0], salt, &1_u32.to_be_bytes()])]);

    let after_pads = pads.map(|pad| {
        let mut state = Zeroizing::new(START);
        compress256(&mut state, std::slice::from_ref(&*pad));
        state
    });
    // A digest behind a pad, and what ends a text of that length.
    let mut block = Zeroizing::new([0; BLOCK]);
    block[..DIGEST].copy_from_slice(&*first);
    block[DIGEST] = 0x80;
    block[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK + DIGEST) as u64).to_be_bytes());
    let mut state = Zeroizing::new(START);
    let mut derived = first;
    for _ in 1..rounds {
        for after_pad in &after_pads {
            *state = **after_pad;
            compress256(&mut state, std::slice::from_ref(&*block));
            for (bytes, word) in block.as_chunks_mut().0.iter_mut().zip(*state) {
                *bytes = word.to_be_bytes();
            }
        }
        for (derived, byte) in derived.iter_mut().zip(*block) {
            *derived ^= byte;
        }
    }
    derived
}

fn digest(parts: &[&[u8]]) -> Zeroizing<[u8; DIGEST]> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    Zeroizing::new(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7914, section 11: the beginning of what is derived there.
    #[test]
    fn known_answers() {
        assert_eq!(pbkdf2(b"passwd", b"salt", 1)[..8], [0x55, 0xAC, 0x04, 0x6E, 0x56, 0xE3, 0x08, 0x9F]);
        assert_eq!(pbkdf2(b"Password", b"NaCl", 80_000)[..8], [0x4D, 0xDC, 0xD8, 0xF6, 0x0B, 0x98, 0xBE, 0x21]);
    }

    /// The crate `pbkdf2` is the slow twin: passwords and salts around the length of a block, and a changed bit of each.
    #[test]
    fn agrees_with_the_crate() {
        let slow = |password: &[u8], salt: &[u8], rounds| {
            let mut derived = [0; DIGEST];
            pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut derived);
            derived
        };
        let text: Vec<u8> = (0..300_u32).map(|number| ((number * number) >> 3) as u8).collect();
        let lengths = [0, 1, 8, 18, 31, 32, 33, 55, 56, 63, 64, 65, 119, 120, 128, 129, 200];
        for (password_len, salt_len) in lengths.iter().flat_map(|&one| lengths.map(|other| (one, other))) {
            let (mut password, mut salt) = (text[..password_len].to_vec(), text[7..7 + salt_len].to_vec());
            for rounds in [0, 1, 2, 3, 17] {
                assert_eq!(*pbkdf2(&password, &salt, rounds), slow(&password, &salt, rounds));
            }
            let before = pbkdf2(&password, &salt, 3);
            for changed in [&mut password, &mut salt] {
                if let Some(last) = changed.last_mut() {
                    *last ^= 0x10;
                }
            }
            let after = pbkdf2(&password, &salt, 3);
            assert_eq!(*after, slow(&password, &salt, 3));
            assert!(password.is_empty() && salt.is_empty() || before != after);
        }
    }
}
