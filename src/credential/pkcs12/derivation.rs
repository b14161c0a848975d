//! PKCS#12's own key derivation (RFC 7292, appendix B.2), from before PBKDF2.

use sha2::Digest;
use sha2::digest::common::BlockSizeUser;
use zeroize::Zeroizing;

use super::budget::Budget;
use crate::error::Result;

/// What is derived: the same password and salt give each something else.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// Derives `length` bytes from a password in UTF-16.
///
/// # Errors
/// `p12_encryption_unsupported`, if that exceeds the budget.
pub(super) fn derive<D: Digest + BlockSizeUser>(
    password: &[u8],
    salt: &[u8],
    rounds: u32,
    purpose: Purpose,
    length: usize,
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>> {
    let (block, digest) = (<D as BlockSizeUser>::block_size(), <D as Digest>::output_size());
    let turns = length.div_ceil(digest);
    let [salt, password] = [salt, password].map(|bytes| (bytes, bytes.len().next_multiple_of(block)));
    let mut input = Zeroizing::new(Vec::with_capacity(salt.1 + password.1));
    for (bytes, length) in [salt, password] {
        // Repeated up to a whole number of blocks; of nothing there are none.
        input.extend(bytes.iter().copied().cycle().take(length));
    }
    // The salt is hashed once a turn, and a large one costs something, too.
    budget.spend(turns as u64 * (u64::from(rounds) + (input.len() / block) as u64))?;
    let purpose = vec![purpose as u8; block];
    let mut key = Zeroizing::new(Vec::with_capacity(turns * digest));
    for _ in 0..turns {
        let mut hash = D::new().chain_update(&purpose).chain_update(&*input).finalize();
        for _ in 1..rounds {
            hash = D::digest(&hash);
        }
        key.extend_from_slice(&hash);
        let addend = Zeroizing::new(hash.iter().copied().cycle().take(block).collect::<Vec<_>>());
        input.chunks_exact_mut(block).for_each(|chunk| add(chunk, &addend));
        zeroize::Zeroize::zeroize(&mut hash[..]);
    }
    key.truncate(length);
    Ok(key)
}

/// Adds `addend` + 1, as numbers with the high byte first; what does not fit is dropped.
fn add(number: &mut [u8], addend: &[u8]) {
    let mut carry = 1;
    for (digit, addend) in number.iter_mut().zip(addend).rev() {
        carry += u16::from(*digit) + u16::from(*addend);
        *digit = carry as u8;
        carry >>= 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha1::Sha1;
    use sha2::Sha256;

    fn sha1(salt: &[u8], rounds: u32, purpose: Purpose, length: usize) -> String {
        let smeg = [0, 0x73, 0, 0x6D, 0, 0x65, 0, 0x67, 0, 0];
        let key = derive::<Sha1>(&smeg, salt, rounds, purpose, length, &mut Budget::new()).unwrap();
        key.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02X}"))
    }

    /// The vectors that OpenSSL and Bouncy Castle test with.
    #[test]
    fn known_answers() {
        let salt = [0x0A, 0x58, 0xCF, 0x64, 0x53, 0x0D, 0x82, 0x3F];
        assert_eq!(sha1(&salt, 1, Purpose::Key, 24), "8AAAE6297B6CB04642AB5B077851284EB7128F1A2A7FBCA3");
        assert_eq!(sha1(&salt, 1, Purpose::Iv, 8), "79993DFE048D3B76");
        let salt = [0x3D, 0x83, 0xC0, 0xE4, 0x54, 0x6A, 0xC1, 0x40];
        assert_eq!(sha1(&salt, 1, Purpose::Mac, 20), "8D967D88F6CAA9D714800AB3D48051D63F73A312");
    }

    #[test]
    fn cost_is_bounded_before_anything_is_derived() {
        let asked = |rounds, salt: &[u8]| derive::<Sha256>(b"", salt, rounds, Purpose::Mac, 32, &mut Budget::new());
        assert_eq!(asked(u32::MAX, &[1]).unwrap_err().code(), "p12_encryption_unsupported");
        assert!(asked(2, &vec![1; 1_000_000]).is_ok());
    }

    #[test]
    fn carries() {
        let mut number = [0, 0xFF, 0xFF];
        add(&mut number, &[0, 0, 0]);
        assert_eq!(number, [1, 0, 0]);
        let mut number = [0xFF; 3];
        add(&mut number, &[0xFF; 3]);
        assert_eq!(number, [0xFF; 3]);
    }
}
