//! ECDSA on P-256: both encodings, one broken one, and what was signed by mistake.

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use sha1::Sha1;
use sha2::{Digest as _, Sha384, Sha512};

use super::signed_messages::{Message, Signed, Verdict};
use crate::error::CheckCode;
use crate::verify::report::Check;

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    P1363,
    Der,
    /// Nearly DER: numbers with zeros too many or too few.
    BrokenDer,
}

/// Finds which of the messages the signature covers.
pub(super) fn verify(key: &VerifyingKey, signature: &[u8], messages: &[Message]) -> Option<Verdict> {
    let readings = readings(signature);
    if readings.is_empty() {
        let reason = format!("the {} bytes of the signature are neither R and S nor DER", signature.len());
        return Some(Verdict::Bad(Check::fail(CheckCode::SignatureDer, reason)));
    }
    for message in messages {
        let digest = message.sha256();
        for (encoding, signature) in &readings {
            if key.verify_prehash(&digest, signature).is_ok() {
                return Some(verdict(*encoding, message));
            }
        }
    }
    let (_, signature) = readings.first()?;
    let usual = messages.first()?;
    other_hash(key, signature, usual)
}

fn verdict(encoding: Encoding, message: &Message) -> Verdict {
    let encoding = match (message.code, encoding) {
        (Some(code), _) => {
            let reason = format!("the signature covers {}", message.what);
            return Verdict::Bad(Check::fail(code, reason));
        }
        (None, Encoding::P1363) => written_as_p1363(),
        (None, Encoding::Der) => written_as_der(),
        (None, Encoding::BrokenDer) => Check::fail(
            CheckCode::SignatureDer,
            "the signature is ASN.1, but not DER: R or S has zeros too many or too few",
        ),
    };
    Verdict::Good { how: message.what, encoding }
}

pub(super) fn written_as_p1363() -> Check {
    Check::ok(CheckCode::SignatureEncoding, "the signature is written as R‖S, 64 bytes (P1363)")
}

pub(super) fn written_as_der() -> Check {
    Check::ok(CheckCode::SignatureEncoding, "the signature is written as ASN.1 DER, which KSeF takes")
}

fn readings(signature: &[u8]) -> Vec<(Encoding, Signature)> {
    let mut readings = Vec::new();
    if let Ok(signature) = Signature::from_slice(signature) {
        readings.push((Encoding::P1363, signature));
    }
    if let Ok(signature) = Signature::from_der(signature) {
        readings.push((Encoding::Der, signature));
    } else if let Some(signature) = lenient_der(signature) {
        readings.push((Encoding::BrokenDer, signature));
    }
    readings
}

/// `30 length 02 length R 02 length S`, whatever zeros R and S begin with, whatever follows.
fn lenient_der(bytes: &[u8]) -> Option<Signature> {
    let [0x30, _, rest @ ..] = bytes else { return None };
    let (r, rest) = integer(rest)?;
    let (s, _) = integer(rest)?;
    Signature::from_scalars(r, s).ok()
}

fn integer(bytes: &[u8]) -> Option<([u8; 32], &[u8])> {
    let [0x02, length, rest @ ..] = bytes else { return None };
    let (number, rest) = rest.split_at_checked(usize::from(*length))?;
    let significant = number.iter().position(|&byte| byte != 0)?;
    let significant = number.get(significant..)?;
    let mut padded = [0; 32];
    let start = padded.len().checked_sub(significant.len())?;
    padded.get_mut(start..)?.copy_from_slice(significant);
    Some((padded, rest))
}

/// The right text under another hash.
fn other_hash(key: &VerifyingKey, signature: &Signature, usual: &Message) -> Option<Verdict> {
    let Signed::Text(text) = &usual.signed else { return None };
    let is_by = |digest: &[u8]| key.verify_prehash(digest, signature).is_ok();
    let name = if is_by(&Sha384::digest(text)) {
        "SHA-384"
    } else if is_by(&Sha512::digest(text)) {
        "SHA-512"
    } else if is_by(&Sha1::digest(text)) {
        "SHA-1"
    } else {
        return None;
    };
    Some(Verdict::Bad(Check::fail(CheckCode::SignatureHashAlgorithm, format!("the text was hashed with {name}"))))
}
