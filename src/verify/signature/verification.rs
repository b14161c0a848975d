//! The signature of KOD II, and why it does not verify.

use std::collections::HashMap;
use std::fmt;

use super::signed_messages::{self, Message, Signed, Verdict};
use super::{ecdsa, rsa_pss};
use crate::credential::{Certificate, KeyKind, Owner, PublicKey};
use crate::error::CheckCode;
use crate::sign::{Algorithm, QuickVerifier};
use crate::values::{CertificateSerial, ContextId};
use crate::verify::link::facts::LinkFacts;
use crate::verify::report::Check;

/// A certificate and the name of its file.
pub(in crate::verify) struct CertificateFile {
    pub(in crate::verify) name: String,
    pub(in crate::verify) certificate: Certificate,
    quick: QuickVerifier,
}

impl CertificateFile {
    pub(in crate::verify) fn new(name: String, certificate: Certificate) -> Self {
        Self { quick: QuickVerifier::new(certificate.public_key()), name, certificate }
    }

    /// The verdict on a signature that is as it should be; nothing on any other.
    fn verify_quickly(&self, signature: &[u8], right: &[Message]) -> Option<Verdict> {
        right.iter().find_map(|message| {
            let Signed::Text(text) = &message.signed else { return None };
            let encoding = match self.quick.verify(text, signature)? {
                Algorithm::Es256P1363 => ecdsa::written_as_p1363(),
                Algorithm::Es256Der => ecdsa::written_as_der(),
                Algorithm::Ps256 => rsa_pss::written_as_pss(),
            };
            Some(Verdict::Good { how: message.what, encoding })
        })
    }

    /// The verdict on any signature by the key: whether it is as it should be, and what is wrong where it is not.
    fn verify(&self, signature: &[u8], messages: &[Message]) -> Option<Verdict> {
        match self.certificate.public_key() {
            PublicKey::Ec(key) => ecdsa::verify(key, signature, messages),
            PublicKey::Rsa(key) => rsa_pss::verify(key, signature, messages),
        }
    }
}

impl fmt::Debug for CertificateFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateFile")
            .field("name", &self.name)
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// So many certificates are tried with one link, each for the time that a signature takes: lists of links are long, and so may
/// be those of certificates.
const MOST_TRIED: usize = 32;

/// The certificates at hand, each once.
#[derive(Debug, Default)]
pub(in crate::verify) struct CertificateFiles {
    files: Vec<CertificateFile>,
    by_serial: HashMap<CertificateSerial, Vec<usize>>,
}

impl CertificateFiles {
    /// One that is there already keeps its first name.
    pub(in crate::verify) fn add(&mut self, file: CertificateFile) {
        let certificate = &file.certificate;
        let same_serial = self.by_serial.entry(certificate.serial()).or_default();
        let is_same =
            |place: &usize| self.files.get(*place).is_some_and(|one| one.certificate.der() == certificate.der());
        if !same_serial.iter().any(is_same) {
            same_serial.push(self.files.len());
            self.files.push(file);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub(super) fn serials(&self) -> impl ExactSizeIterator<Item = CertificateSerial> {
        self.files.iter().map(|file| file.certificate.serial())
    }

    /// During a replacement two certificates are in use; a certificate of test may have the number of another.
    pub(super) fn of_serial(&self, serial: CertificateSerial) -> Vec<&CertificateFile> {
        let places = self.by_serial.get(&serial).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.files.get(*place)).collect()
    }

    /// The first whose key made the signature of the link, of those that are tried: the certificates of the link's context first.
    pub(super) fn signer(
        &self,
        link: &LinkFacts,
        is_asked: impl Fn(&CertificateFile) -> bool,
    ) -> Option<&CertificateFile> {
        let context = link.context.as_ref().and_then(ContextId::taxpayer);
        let is_of_context =
            |file: &&CertificateFile| context.is_some_and(|nip| file.certificate.owner() == Owner::Nip(nip));
        let (own, others) =
            (self.files.iter().filter(is_of_context), self.files.iter().filter(|file| !is_of_context(file)));
        signer_among(link, own.chain(others).filter(|file| is_asked(file)))
    }
}

/// The first of these whose key made the signature of the link, as KSeF asks; no more than some are tried.
pub(super) fn signer_among<'f>(
    link: &LinkFacts,
    files: impl Iterator<Item = &'f CertificateFile>,
) -> Option<&'f CertificateFile> {
    let (signature, right) = (link.signature.as_ref()?, signed_messages::right(link)?);
    let right = right.get(..1).unwrap_or_default();
    files.take(MOST_TRIED).find(|file| file.verify_quickly(signature, right).is_some())
}

/// Checks the signature with the certificate that the link names; the others are tried to find the cause of a failure.
pub(super) fn check(link: &LinkFacts, named: &CertificateFile, all: &CertificateFiles, checks: &mut Vec<Check>) {
    let Some(signature) = &link.signature else {
        checks.push(Check::not_checked(CheckCode::Signature, "the link has no signature that can be read"));
        return;
    };
    let Some(right) = signed_messages::right(link) else {
        checks.push(Check::not_checked(CheckCode::Signature, "what is signed cannot be read"));
        return;
    };
    if let Some(check) = wrong_size(signature, named.certificate.public_key().kind()) {
        checks.push(check);
        return;
    }
    let explained = || named.verify(signature, &[right.clone(), signed_messages::wrong(link)].concat());
    match named.verify_quickly(signature, &right).or_else(explained) {
        Some(Verdict::Good { how, encoding }) => {
            checks
                .push(Check::ok(CheckCode::Signature, format!("the signature is by {} and covers {how}", named.name)));
            checks.push(encoding);
        }
        Some(Verdict::Bad(cause)) => checks.push(cause),
        None => checks.push(unexplained(link, named, all)),
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

fn unexplained(link: &LinkFacts, named: &CertificateFile, all: &CertificateFiles) -> Check {
    let has_another_key = |file: &CertificateFile| file.certificate.public_key() != named.certificate.public_key();
    if let Some(other) = all.signer(link, has_another_key) {
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
