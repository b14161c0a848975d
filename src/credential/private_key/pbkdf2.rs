//! PBKDF2 (RFC 8018, section 5.2) with HMAC-SHA-256, as the portal derives its keys.
//!
//! Its 100 000 rounds are most of what a process costs that signs one invoice. Each is two blocks of SHA-256, one after the other,
//! and here it is nothing else: what pads the blocks is written once. The crate `pbkdf2`, which makes a MAC of each round, takes
//! 1.35 times as long, aws-lc 1.2 to 1.3 times. Where the processor's instructions for SHA-256 may be called, all of it stays in
//! registers, and takes 0.8; the blocks alone, if none waited for the one before, take 0.75.

use fearless_simd::Level;
use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

#[cfg(target_arch = "x86_64")]
use super::pbkdf2_in_registers::rounds_in_registers;

/// In bytes: of SHA-256's blocks.
const BLOCK: usize = 64;

/// In bytes: of SHA-256's digests, and so of what is derived.
const DIGEST: usize = 32;

/// The state that SHA-256 begins with (FIPS 180-4, section 5.3.3).
const START: [u32; 8] =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];

/// The first 32 bytes that PBKDF2 derives; a shorter key is their beginning. Without rounds it makes one all the same.
pub(super) fn pbkdf2(password: &[u8], salt: &[u8], rounds: u32) -> Zeroizing<[u8; DIGEST]> {
    // Without optimisation the instructions take longest: each of them is a call.
    let level = if cfg!(debug_assertions) { Level::baseline() } else { Level::new() };
    pbkdf2_at(level, password, salt, rounds)
}

fn pbkdf2_at(level: Level, password: &[u8], salt: &[u8], rounds: u32) -> Zeroizing<[u8; DIGEST]> {
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
    #[cfg(target_arch = "x86_64")]
    if let Some(avx512) = level.as_avx512() {
        return rounds_in_registers(avx512, &after_pads, &first, rounds);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = level;
    rounds_by_blocks(&after_pads, first, rounds)
}

/// The rounds after the first, whose digest is given, and whose two hashes begin with these states.
fn rounds_by_blocks(
    after_pads: &[Zeroizing<[u32; 8]>; 2],
    first: Zeroizing<[u8; DIGEST]>,
    rounds: u32,
) -> Zeroizing<[u8; DIGEST]> {
    // A digest behind a pad, and what ends a text of that length.
    let mut block = Zeroizing::new([0; BLOCK]);
    block[..DIGEST].copy_from_slice(&*first);
    block[DIGEST] = 0x80;
    block[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK + DIGEST) as u64).to_be_bytes());
    let mut state = Zeroizing::new(START);
    let mut derived = first;
    for _ in 1..rounds {
        for after_pad in after_pads {
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

    /// The crate `pbkdf2` is the slow twin, with and without the processor's own instructions: passwords and salts around the length
    /// of a block, and a changed bit of each.
    #[test]
    fn agrees_with_the_crate() {
        for level in [Level::baseline(), Level::new()] {
            agrees_at(level);
        }
    }

    fn agrees_at(level: Level) {
        let pbkdf2 = |password: &[u8], salt: &[u8], rounds| pbkdf2_at(level, password, salt, rounds);
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
