//! The signature of KOD II, and why it does not verify.

use sha2::{Digest as _, Sha256};

use super::certificates::CertificateFile;
use super::check::Check;
use super::codes::Code;
use super::messages::{self, Message, Signed};
use super::parts::Parts;
use super::{ecdsa, rsa_pss};
use crate::credential::{Certificate, KeyKind, PublicKey};

/// Checks the signature with the certificate that the link names; the others are tried to find the cause of a failure.
pub(super) fn check(parts: &Parts, named: &CertificateFile, all: &[CertificateFile], checks: &mut Vec<Check>) {
    let Some(signature) = &parts.signature else {
        checks.push(Check::not_checked(Code::Signature, "the link has no signature that can be read"));
        return;
    };
    let Some(messages) = messages::of(parts) else {
        checks.push(Check::not_checked(Code::Signature, "what is signed cannot be made out"));
        return;
    };
    let key = named.certificate.public_key();
    if let Some(check) = wrong_size(signature, key.kind()) {
        checks.push(check);
        return;
    }
    match verify(key, signature, &messages) {
        Some(Verdict::Good { how, encoding }) => {
            checks.push(Check::ok(Code::Signature, format!("the signature is by {} and covers {how}", named.name)));
            checks.push(encoding);
        }
        Some(Verdict::Bad(cause)) => checks.push(cause),
        None => checks.push(unexplained(parts, named, all)),
    }
}

/// True if the signature verifies, as KSeF asks, with the certificate's key.
pub(super) fn is_by(parts: &Parts, certificate: &Certificate) -> bool {
    let (Some(signature), Some(messages)) = (&parts.signature, messages::of(parts)) else { return false };
    let usual = messages.get(..1).unwrap_or_default();
    matches!(verify(certificate.public_key(), signature, usual), Some(Verdict::Good { .. }))
}

/// What came of a signature that can be accounted for.
pub(super) enum Verdict {
    /// It is as KSeF asks.
    Good {
        /// What it covers, in words.
        how: &'static str,
        /// The check that says how it is written.
        encoding: Check,
    },
    /// It was made with this key, but not as KSeF asks.
    Bad(Check),
}

fn verify(key: &PublicKey, signature: &[u8], messages: &[Message]) -> Option<Verdict> {
    match key {
        PublicKey::Ec(key) => ecdsa::verify(key, signature, messages),
        PublicKey::Rsa(key) => rsa_pss::verify(key, signature, messages),
    }
}

/// The digest that a signature over the message covers.
pub(super) fn sha256(message: &Message) -> [u8; 32] {
    match &message.signed {
        Signed::Text(bytes) => Sha256::digest(bytes).into(),
        Signed::Digest(digest) => *digest,
    }
}

fn wrong_size(signature: &[u8], key: KeyKind) -> Option<Check> {
    let length = signature.len();
    let code = match key {
        KeyKind::EcP256 if length >= 256 => Code::SignatureKeyKind,
        KeyKind::Rsa { .. } if length < 256 => Code::SignatureKeyKind,
        KeyKind::Rsa { bits } if length != bits.div_ceil(8) as usize => Code::SignatureLength,
        _ => return None,
    };
    Some(Check::fail(code, format!("the signature has {length} bytes, the certificate's key is {key}")))
}

fn unexplained(parts: &Parts, named: &CertificateFile, all: &[CertificateFile]) -> Check {
    let others = all.iter().filter(|file| file.certificate.public_key() != named.certificate.public_key());
    if let Some(other) = others.into_iter().find(|file| is_by(parts, &file.certificate)) {
        let reason = format!(
            "the link names {} ({}), the signature is by {} ({})",
            named.name,
            named.certificate.serial(),
            other.name,
            other.certificate.serial()
        );
        return Check::fail(Code::SignatureByOtherCertificate, reason);
    }
    let reason = format!("the signature is not by {}, or the link is not what was signed", named.name);
    Check::fail(Code::SignatureInvalid, reason)
}
