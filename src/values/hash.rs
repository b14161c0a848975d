use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::base64url::push_base64url;
use crate::error::{Error, Kind, Result};

/// The SHA-256 digest of an invoice file's exact bytes.
///
/// Links carry it as Base64URL without padding, the API and the UPO as Base64 with padding (`kody-qr.md`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvoiceHash([u8; 32]);

impl InvoiceHash {
    /// Hashes a file as it is: every byte counts, a byte order mark and the kind of newlines too.
    pub fn of(invoice: &[u8]) -> Self {
        Self(Sha256::digest(invoice).into())
    }

    /// Takes a digest computed elsewhere.
    pub fn from_bytes(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// Reads the 43 characters that a link carries.
    ///
    /// # Errors
    /// `hash_malformed`, for another length, another alphabet, padding, and the three spellings of the last
    /// character that decode to the same bytes but are not canonical (RFC 4648, section 3.5).
    pub fn from_base64url(text: &str) -> Result<Self> {
        let mut digest = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut digest) {
            Ok(32) => Ok(Self(digest)),
            _ => Err(Error::new(Kind::HashMalformed, format!("{text:?} is not a SHA-256 digest in Base64URL"))),
        }
    }

    /// Reads the 44 characters that the API and the UPO carry.
    ///
    /// # Errors
    /// `hash_malformed`, as [`from_base64url`](Self::from_base64url).
    pub fn from_base64(text: &str) -> Result<Self> {
        let mut digest = [0; 32];
        match STANDARD.decode_slice(text, &mut digest) {
            Ok(32) => Ok(Self(digest)),
            _ => Err(Error::new(Kind::HashMalformed, format!("{text:?} is not a SHA-256 digest in Base64"))),
        }
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 43 characters, `A-Za-z0-9-_`, as in a link.
    pub fn base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// 44 characters, as in the API and the UPO.
    pub fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    pub(crate) fn push_base64url(&self, out: &mut String) {
        push_base64url(&self.0, out);
    }
}

impl fmt::Debug for InvoiceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvoiceHash({})", self.base64url())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_and_back() {
        let hash = InvoiceHash::of(b"<root>test</root>");
        assert_eq!(hash.base64(), "qrs2gCLXnTUy6++AHwHuDxFuCj0BYUGRGtBuGnJwN+c=");
        assert_eq!(hash.base64url(), "qrs2gCLXnTUy6--AHwHuDxFuCj0BYUGRGtBuGnJwN-c");
        assert_eq!(InvoiceHash::from_base64url(&hash.base64url()), Ok(hash));
        assert_eq!(InvoiceHash::from_base64(&hash.base64()), Ok(hash));
    }

    #[test]
    fn only_the_canonical_spelling() {
        let good = "qrs2gCLXnTUy6--AHwHuDxFuCj0BYUGRGtBuGnJwN-c";
        assert!(InvoiceHash::from_base64url(good).is_ok());
        for bad in [
            "qrs2gCLXnTUy6--AHwHuDxFuCj0BYUGRGtBuGnJwN-d", // same bytes, other trailing bits
            "qrs2gCLXnTUy6--AHwHuDxFuCj0BYUGRGtBuGnJwN-c=", // padding left in
            "qrs2gCLXnTUy6++AHwHuDxFuCj0BYUGRGtBuGnJwN+c", // the other alphabet
            "qrs2gCLXnTUy6--AHwHuDxFuCj0BYUGRGtBuGnJwN-",  // short
            "qrs2gCLXnTUy6--AHwHuDxFuCj0BYUGRGtBuGnJwN-cA", // long
            "",
        ] {
            assert_eq!(InvoiceHash::from_base64url(bad).unwrap_err().code(), "hash_malformed", "{bad}");
        }
    }
}
