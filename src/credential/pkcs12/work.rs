use crate::error::{Error, Kind, Result};

/// What may be spent on one file, in hashes.
///
/// The file names the rounds, so that a hostile one could ask for hours. Today's exports take 2 000 to 600 000 rounds,
/// and OpenSSL asks three times for them.
pub(super) struct Work {
    left: u64,
}

/// 600 000 rounds of PBKDF2 (two hashes each) for certificates and key, and the MAC: half a second of work or so.
const HASHES: u64 = 5_000_000;

impl Work {
    pub(super) fn new() -> Self {
        Self { left: HASHES }
    }

    /// Call before the work is done.
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
