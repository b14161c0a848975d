use crate::error::{Error, Kind, Result};

/// How many hashes the key derivations of one file may still cost.
///
/// The file names its rounds, so a hostile one could ask for hours. Today's exports take 2 000 to 600 000 rounds, and
/// OpenSSL derives three keys, each with that many.
pub(super) struct Budget {
    left: u64,
}

/// 600 000 rounds of PBKDF2 (two hashes each) for the certificates and again for the key, and as many for the MAC. Of
/// SHA-512, the slowest, that is a second or so.
const HASHES: u64 = 3_000_000;

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: HASHES }
    }

    /// Call before the hashes are computed.
    ///
    /// # Errors
    /// `p12_encryption_unsupported`, if too much is asked for.
    pub(super) fn spend(&mut self, hashes: u64) -> Result<()> {
        self.left = self.left.checked_sub(hashes).ok_or_else(|| {
            Error::new(Kind::P12EncryptionUnsupported, "the PKCS#12 file asks for a key derivation of excessive cost")
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_is_gone() {
        let mut budget = Budget::new();
        assert_eq!(budget.spend(2_999_999), Ok(()));
        assert_eq!(budget.spend(2).unwrap_err().code(), "p12_encryption_unsupported");
        assert_eq!(budget.spend(1), Ok(()));
        assert!(budget.spend(1).is_err());
    }
}
