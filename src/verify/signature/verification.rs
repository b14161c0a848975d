//! The signature of KOD II, and why it does not verify.

use super::signed_messages::{self, Message, Verdict};
use super::{ecdsa, rsa_pss};
use crate::credential::{Certificate, KeyKind, PublicKey};
use crate::error::CheckCode;
use crate::verify::link::facts::LinkFacts;
use crate::verify::report::Check;

/// A certificate and the name of its file.
#[derive(Debug)]
pub(in crate::verify) struct CertificateFile {
    pub(in crate::verify) name: String,
    pub(in crate::verify) certificate: Certificate,
}

/// Checks the signature with the certificate that the link names; the others are tried to find the cause of a failure.
pub(super) fn check(link: &LinkFacts, named: &CertificateFile, all: &[CertificateFile], checks: &mut Vec<Check>) {
    let Some(signature) = &link.signature else {
        checks.push(Check::not_checked(CheckCode::Signature, "the link has no signature that can be read"));
        return;
    };
    let Some(messages) = signed_messages::of(link) else {
        checks.push(Check::not_checked(CheckCode::Signature, "what is signed cannot be read"));
        return;
    };
    let key = named.certificate.public_key();
    if let Some(check) = wrong_size(signature, key.kind()) {
        checks.push(check);
        return;
    }
    match verify(key, signature, &messages) {
        Some(Verdict::Good { how, encoding }) => {
            checks
                .push(Check::ok(CheckCode::Signature, format!("the signature is by {} and covers {how}", named.name)));
            checks.push(encoding);
        }
        Some(Verdict::Bad(cause)) => checks.push(cause),
        None => checks.push(unexplained(link, named, all)),
    }
}

/// True if the signature verifies, as KSeF asks, with the certificate's key.
pub(super) fn is_by(link: &LinkFacts, certificate: &Certificate) -> bool {
    let (Some(signature), Some(messages)) = (&link.signature, signed_messages::of(link)) else { return false };
    let usual = messages.get(..1).unwrap_or_default();
    matches!(verify(certificate.public_key(), signature, usual), Some(Verdict::Good { .. }))
}

fn verify(key: &PublicKey, signature: &[u8], messages: &[Message]) -> Option<Verdict> {
    match key {
        PublicKey::Ec(key) => ecdsa::verify(key, signature, messages),
        PublicKey::Rsa(key) => rsa_pss::verify(key, signature, messages),
    }
}

fn wrong_size(signature: &[u8], key: KeyKind) -> Option<Check> {
    let length = signature.len();
    let code = match key {
        KeyKind::EcP256 if length >= 256 => CheckCode::SignatureKeyKind,
        KeyKind::Rsa { .. } if length < 256 => CheckCode::SignatureKeyKind,
        KeyKind::Rsa { bits } if length != bits.div_ceil(8) as usize => CheckCode::SignatureLength,
        _ => return None,
    };
    Some(Check::fail(code, format!("the signature has {length} bytes, the certificate's key is {key}")))
}

fn unexplained(link: &LinkFacts, named: &CertificateFile, all: &[CertificateFile]) -> Check {
    let others = all.iter().filter(|file| file.certificate.public_key() != named.certificate.public_key());
    if let Some(other) = others.into_iter().find(|file| is_by(link, &file.certificate)) {
        let reason = format!(
            "the link names {} ({}), the signature is by {} ({})",
            named.name,
            named.certificate.serial(),
            other.name,
            other.certificate.serial()
        );
        return Check::fail(CheckCode::SignatureByOtherCertificate, reason);
    }
    let reason = format!("the signature is not by {}, or the link is not what was signed", named.name);
    Check::fail(CheckCode::SignatureInvalid, reason)
}
