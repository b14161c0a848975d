use std::fmt;

use crate::error::{Error, Kind, Result};

/// How an ECDSA signature is written (`kody-qr.md`). RSA signatures have one form only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureEncoding {
    /// IEEE P1363: `R‖S`, 64 bytes, the form KSeF names first.
    #[default]
    P1363,
    /// ASN.1 DER, about 71 bytes; KSeF accepts it as well.
    Der,
}

/// What a signature is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256, written as P1363.
    Es256P1363,
    /// The same, written as ASN.1 DER.
    Es256Der,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, a salt of 32 bytes.
    Ps256,
}

impl Algorithm {
    /// The name in the manifest: `ES256-P1363`, `ES256-DER`, `PS256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256P1363 => "ES256-P1363",
            Self::Es256Der => "ES256-DER",
            Self::Ps256 => "PS256",
        }
    }

    /// The algorithm of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Es256P1363, Self::Es256Der, Self::Ps256].into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// That of a P-256 key whose signatures are written so.
    pub fn ecdsa(encoding: SignatureEncoding) -> Self {
        match encoding {
            SignatureEncoding::P1363 => Self::Es256P1363,
            SignatureEncoding::Der => Self::Es256Der,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Anything that can sign the text of a KOD II: a key in memory, a key on a token.
///
/// The key behind it is prepared once; `sign` is called from many threads.
pub trait LinkSigner: Send + Sync {
    /// What the signatures are made with.
    fn algorithm(&self) -> Algorithm;

    /// True if signing the same text again gives the same signature.
    fn is_deterministic(&self) -> bool {
        false
    }

    /// Signs `text`: hashes it with SHA-256, exactly once, and returns the signature's bytes as
    /// [`algorithm`](Self::algorithm) says.
    ///
    /// # Errors
    /// `signing_failed`.
    fn sign(&self, text: &[u8]) -> Result<Vec<u8>>;
}

pub(super) fn failed(what: &str) -> Error {
    Error::new(Kind::SigningFailed, format!("the signing library refused {what}"))
}
