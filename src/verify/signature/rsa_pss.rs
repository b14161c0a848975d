//! RSASSA-PSS (RFC 8017, section 9.1.2), read so that a wrong parameter shows itself instead of failing.
//!
//! The public-key operation gives the encoded message; salt and hashes can be seen in it.

use rsa::hazmat::rsa_encrypt;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, PublicKey as RsaPublicKey};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::signed_messages::{Message, Signed, Verdict};
use crate::error::CheckCode;
use crate::verify::report::Check;

/// The hash functions that signatures are made with by mistake, and the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha1,
    Sha384,
    Sha512,
}

impl Hash {
    const ALL: [Self; 4] = [Self::Sha256, Self::Sha1, Self::Sha384, Self::Sha512];

    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha1 => "SHA-1",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha1 => 20,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// DER of `AlgorithmIdentifier` and the digest's header, as PKCS#1 v1.5 puts it before the digest.
    fn pkcs1_prefix(self) -> Vec<u8> {
        let oid: &[u8] = match self {
            Self::Sha1 => &[0x2B, 0x0E, 0x03, 0x02, 0x1A],
            Self::Sha256 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
            Self::Sha384 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02],
            Self::Sha512 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03],
        };
        let (oid_length, digest_length) = (oid.len() as u8, self.length() as u8);
        let whole = [0x30, oid_length + digest_length + 8, 0x30, oid_length + 4, 0x06, oid_length];
        [&whole[..], oid, &[0x05, 0x00, 0x04, digest_length]].concat()
    }
}

/// Finds which of the messages the signature covers.
pub(super) fn verify(key: &RsaPublicKey, signature: &[u8], messages: &[Message]) -> Option<Verdict> {
    let encoded = open(key, signature)?;
    if let Some(verdict) = pkcs1(&encoded, messages) {
        return Some(verdict);
    }
    let bits = key.n().bit_width_vartime() - 1;
    for hash in Hash::ALL {
        for mask in Hash::ALL {
            let Some(found) = Pss::read(&encoded, bits, hash, mask) else { continue };
            if let Some(message) = messages.iter().find(|message| found.covers(message)) {
                return Some(found.verdict(message));
            }
        }
    }
    None
}

/// Undoes the signature: the encoded message, as long as the modulus.
fn open(key: &RsaPublicKey, signature: &[u8]) -> Option<Vec<u8>> {
    let modulus = key.n();
    let number = BoxedUint::from_be_slice(signature, modulus.bits_precision()).ok()?;
    if number >= **modulus {
        return None;
    }
    let opened = rsa_encrypt(key, &number).ok()?.to_be_bytes();
    // The precision may be a few bytes more than the modulus has.
    opened.get(opened.len().checked_sub(key.size())?..).map(<[u8]>::to_vec)
}

fn pkcs1(encoded: &[u8], messages: &[Message]) -> Option<Verdict> {
    let rest = encoded.strip_prefix(&[0, 1])?;
    let end = rest.iter().position(|&byte| byte != 0xFF).filter(|&end| end >= 8)?;
    let info = rest.get(end..)?.strip_prefix(&[0])?;
    let hash = Hash::ALL.into_iter().find(|hash| info.starts_with(&hash.pkcs1_prefix()))?;
    let digest = info.get(hash.pkcs1_prefix().len()..)?;
    let message = messages.iter().find(|message| digest_of(message, hash).is_some_and(|of| of == digest))?;
    let reason = format!("the signature is RSASSA-PKCS1-v1_5 with {} and covers {}", hash.name(), message.what);
    Some(Verdict::Bad(Check::fail(CheckCode::SignaturePkcs1, reason)))
}

fn digest_of(message: &Message, hash: Hash) -> Option<Vec<u8>> {
    match (&message.signed, hash) {
        (_, Hash::Sha256) => Some(message.sha256().to_vec()),
        (Signed::Text(text), _) => Some(hash.digest(text)),
        (Signed::Digest(_), _) => None,
    }
}

/// An encoded message taken apart.
struct Pss {
    hash: Hash,
    mask: Hash,
    salt: Vec<u8>,
    /// `H` of the RFC: what the digest of message and salt must be.
    expected: Vec<u8>,
}

impl Pss {
    /// Takes the message apart as if it was made with these hash functions. Most wrong guesses are found out here.
    fn read(encoded: &[u8], bits: u32, hash: Hash, mask: Hash) -> Option<Self> {
        let length = bits.div_ceil(8) as usize;
        let start = encoded.len().checked_sub(length)?;
        let (zeros, encoded) = encoded.split_at_checked(start)?;
        let encoded = encoded.strip_suffix(&[0xBC])?;
        if zeros.iter().any(|&byte| byte != 0) {
            return None;
        }
        let (masked, expected) = encoded.split_at_checked(encoded.len().checked_sub(hash.length())?)?;
        let mut block: Vec<u8> = masked.iter().zip(mgf1(expected, masked.len(), mask)).map(|(a, b)| a ^ b).collect();
        let unused = (8 * length as u32).checked_sub(bits)?;
        // Bits that no number below the modulus needs must be zero: step 6 of the RFC.
        if masked.first()?.leading_zeros() < unused {
            return None;
        }
        if let Some(first) = block.first_mut() {
            *first &= 0xFF_u8.checked_shr(unused)?;
        }
        let one = block.iter().position(|&byte| byte != 0)?;
        let salt = block.get(one..)?.strip_prefix(&[1])?.to_vec();
        Some(Self { hash, mask, salt, expected: expected.to_vec() })
    }

    fn covers(&self, message: &Message) -> bool {
        digest_of(message, self.hash)
            .is_some_and(|digest| self.hash.digest(&[&[0; 8][..], &digest, &self.salt].concat()) == self.expected)
    }

    fn verdict(&self, message: &Message) -> Verdict {
        let bad = |code, reason| Verdict::Bad(Check::fail(code, reason));
        let (hash, mask, salt) = (self.hash.name(), self.mask.name(), self.salt.len());
        if let Some(code) = message.code {
            return bad(code, format!("the signature covers {}", message.what));
        }
        if self.hash != Hash::Sha256 {
            let reason =
                format!("the signature is RSASSA-PSS with {hash}, MGF1 with {mask} and a salt of {salt} bytes");
            return bad(CheckCode::SignatureHashAlgorithm, reason);
        }
        if self.mask != Hash::Sha256 {
            return bad(
                CheckCode::SignatureMgf,
                format!("the signature is RSASSA-PSS with SHA-256, but MGF1 with {mask}"),
            );
        }
        if salt != 32 {
            return bad(CheckCode::SignatureSalt, format!("the salt has {salt} bytes, not 32"));
        }
        Verdict::Good { how: message.what, encoding: written_as_pss() }
    }
}

pub(super) fn written_as_pss() -> Check {
    Check::ok(CheckCode::SignatureEncoding, "the signature is RSASSA-PSS with SHA-256 and a salt of 32 bytes")
}

/// MGF1 (RFC 8017, appendix B.2.1).
fn mgf1(seed: &[u8], length: usize, hash: Hash) -> Vec<u8> {
    let mut mask = Vec::with_capacity(length + hash.length());
    let mut counter: u32 = 0;
    while mask.len() < length {
        mask.extend(hash.digest(&[seed, &counter.to_be_bytes()].concat()));
        counter += 1;
    }
    mask.truncate(length);
    mask
}
