use std::fmt;
use std::sync::Arc;

use p256::ecdsa::signature::Verifier as _;
use rsa::pss;
use sha2::Sha256;

use super::context::{ContextChoice, IssuingFor};
use super::in_memory::signer;
use super::link_signer::{Algorithm, LinkSigner, SignatureEncoding};
use crate::credential::{Certificate, Conditions, Credential, PublicCredential, PublicKey};
use crate::error::{Error, Kind, Result, Warning};
use crate::invoice::Invoice;
use crate::link::{Kod1, UnsignedKod2};
use crate::values::{CertificateSerial, ContextId, Environment};

/// Who issues invoices: a credential, the environment it is for, and a signer with the key prepared.
///
/// One is enough for a whole run; threads share it by reference. A clone shares the key.
#[derive(Clone)]
pub struct Issuer {
    credential: PublicCredential,
    issuing: IssuingFor,
    signer: Arc<dyn LinkSigner>,
}

/// Both links of an offline invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedLinks {
    /// KOD I, which leads to the invoice.
    pub kod1: String,
    /// KOD II, which proves who issued it.
    pub kod2: String,
    /// The context that KOD II names, and why.
    pub context: ContextChoice,
    /// What somebody should look at: the certificate was not valid on the issue date, the context is a doubtful one.
    pub warnings: Vec<Warning>,
    /// How KOD II is signed.
    pub algorithm: Algorithm,
    /// The certificate that KOD II names.
    pub serial: CertificateSerial,
    /// True if signing the same link again gives the same signature.
    pub is_deterministic: bool,
}

impl Issuer {
    /// Prepares the key of a credential: P1363 signatures, context chosen for each invoice.
    ///
    /// # Errors
    /// `signing_failed`, if the signing library refuses the key.
    pub fn new(credential: Credential) -> Result<Self> {
        let signer = signer(&credential, SignatureEncoding::default())?;
        Ok(Self::with_signer(credential, signer))
    }

    /// Takes another signer for the same key: another encoding, deterministic signatures. The credential's own copy of
    /// the key is wiped.
    pub fn with_signer(credential: Credential, signer: Box<dyn LinkSigner>) -> Self {
        Self { credential: credential.into_public(), issuing: IssuingFor::Itself, signer: signer.into() }
    }

    /// Takes a signer whose key is elsewhere, on a token or in an HSM. The certificate is checked as
    /// [`Credential::new`] checks it; that the key is the certificate's is seen in a signature on a meaningless text,
    /// which the certificate verifies.
    ///
    /// # Errors
    /// Those of [`Credential::new`], `key_mismatch` if the signature is not the certificate's, and those of the signer.
    pub fn with_outside_key(
        certificate: Certificate,
        signer: Box<dyn LinkSigner>,
        conditions: &Conditions,
    ) -> Result<Self> {
        let check_pair = |certificate: &Certificate| check_by_trial(&*signer, certificate);
        let credential = PublicCredential::of_pair(certificate, conditions, check_pair)?;
        Ok(Self { credential, issuing: IssuingFor::Itself, signer: signer.into() })
    }

    /// Names one context for all invoices, instead of choosing it for each.
    #[must_use]
    pub fn in_context(mut self, context: ContextId) -> Self {
        self.issuing = IssuingFor::Context(context);
        self
    }

    /// Says that the certificate's owner issues invoices for others too, who gave it the right to (`InvoiceWrite`): an
    /// accounting office. Each invoice is signed in the context of its issuer. A context that was named stays.
    #[must_use]
    pub fn on_behalf(mut self) -> Self {
        if self.issuing == IssuingFor::Itself {
            self.issuing = IssuingFor::Others;
        }
        self
    }

    /// The credential that signs, without its key.
    pub fn credential(&self) -> &PublicCredential {
        &self.credential
    }

    /// The context that was named for all invoices, if one was.
    pub fn context(&self) -> Option<&ContextId> {
        match &self.issuing {
            IssuingFor::Context(context) => Some(context),
            IssuingFor::Itself | IssuingFor::Others => None,
        }
    }

    /// The context that KOD II of this invoice would name.
    ///
    /// # Errors
    /// Those of [`ContextChoice::of`].
    pub fn context_of(&self, invoice: &Invoice) -> Result<ContextChoice> {
        Ok(ContextChoice::of(invoice, self.credential.certificate().owner(), &self.issuing)?.0)
    }

    /// What signs.
    pub fn signer(&self) -> &dyn LinkSigner {
        &*self.signer
    }

    /// The environment that the links lead to.
    pub fn environment(&self) -> Environment {
        self.credential.environment()
    }

    /// Builds and signs both links of an invoice. [`Invoice::review`] has its warnings.
    ///
    /// # Errors
    /// `form_not_accepted` and `nip_checksum`, where the environment refuses the invoice or the context; those of
    /// [`ContextChoice::of`]; `signing_failed`.
    pub fn sign(&self, invoice: &Invoice) -> Result<SignedLinks> {
        invoice.check_environment(self.environment())?;
        let certificate = self.credential.certificate();
        let (choice, mut warnings) = ContextChoice::of(invoice, certificate.owner(), &self.issuing)?;
        self.check_nip_of(&choice.context)?;
        warnings.extend(certificate.check_issue_date(invoice.issue_date()));
        let serial = certificate.serial();
        let unsigned = UnsignedKod2 {
            environment: self.environment(),
            context: choice.context,
            seller: invoice.seller(),
            serial,
            hash: *invoice.hash(),
        };
        Ok(SignedLinks {
            kod1: Kod1::of(invoice, self.environment()).link(),
            kod2: unsigned.sign_with(|text| self.signer.sign(text))?,
            context: ContextChoice { context: unsigned.context, source: choice.source },
            warnings,
            algorithm: self.signer.algorithm(),
            serial,
            is_deterministic: self.signer.is_deterministic(),
        })
    }
}

impl Issuer {
    /// The parties' NIPs are checked with the invoice; a given context may name anybody.
    fn check_nip_of(&self, context: &ContextId) -> Result<()> {
        match context.taxpayer() {
            Some(nip) if self.environment() == Environment::Prod && !nip.has_valid_checksum() => {
                Err(Error::new(Kind::NipChecksum, format!("the check digit of the context's NIP {nip} is wrong")))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("credential", &self.credential)
            .field("issuing", &self.issuing)
            .field("algorithm", &self.signer.algorithm())
            .field("signer", &format_args!("[secret key elided]"))
            .finish()
    }
}

/// Tests a key that cannot be looked at: what it signs, the certificate must verify, by other libraries than those that
/// sign.
///
/// # Errors
/// `key_mismatch`; those of the signer.
fn check_by_trial(signer: &dyn LinkSigner, certificate: &Certificate) -> Result<()> {
    let signature = signer.sign(TRIAL_TEXT)?;
    if is_verified(certificate.public_key(), signer.algorithm(), TRIAL_TEXT, &signature) {
        return Ok(());
    }
    let message = format!("the private key does not belong to the certificate {}", certificate.serial());
    Err(Error::new(Kind::KeyMismatch, message))
}

/// No link, so that nobody can use the signature for anything.
const TRIAL_TEXT: &[u8] = b"ksef-qr: does this key belong to that certificate?";

/// True if `signature` is one of `text` by this key.
pub(crate) fn is_verified(key: &PublicKey, algorithm: Algorithm, text: &[u8], signature: &[u8]) -> bool {
    match (key, algorithm) {
        (PublicKey::Ec(key), Algorithm::Es256P1363) => {
            p256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| key.verify(text, &signature).is_ok())
        }
        (PublicKey::Ec(key), Algorithm::Es256Der) => {
            p256::ecdsa::Signature::from_der(signature).is_ok_and(|signature| key.verify(text, &signature).is_ok())
        }
        (PublicKey::Rsa(key), Algorithm::Ps256) => {
            // The salt that it expects is as long as the digest, 32 bytes.
            let key = pss::VerifyingKey::<Sha256>::new(key.clone());
            pss::Signature::try_from(signature).is_ok_and(|signature| key.verify(text, &signature).is_ok())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Credential;
    use std::time::{Duration, SystemTime};

    const EC: &[u8] = include_bytes!("../../fixtures/keys/offline-ec.crt");
    const EC_KEY: &[u8] = include_bytes!("../../fixtures/keys/offline-ec.pkcs8.pem");
    const RSA: &[u8] = include_bytes!("../../fixtures/keys/offline-rsa.crt");
    const RSA_KEY: &[u8] = include_bytes!("../../fixtures/keys/offline-rsa.pkcs8.pem");
    const AUTHENTICATION: &[u8] = include_bytes!("../../fixtures/keys/authentication-ec.crt");
    const EXPIRED: &[u8] = include_bytes!("../../fixtures/keys/expired-ec.crt");

    /// A signer in memory stands in for one outside.
    fn outside(certificate: &[u8], (own, key): (&[u8], &[u8]), encoding: SignatureEncoding) -> &'static str {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_781_524_800);
        let conditions = Conditions::new(Environment::Test, now);
        let signer = signer(&Credential::from_bytes(own, key, None, &conditions).unwrap(), encoding).unwrap();
        let certificate = Certificate::parse(certificate).unwrap();
        Issuer::with_outside_key(certificate, signer, &conditions).map_or_else(|error| error.code(), |_| "ok")
    }

    #[test]
    fn checked_as_strictly_as_a_key_in_memory() {
        use SignatureEncoding::{Der, P1363};
        for (certificate, key, encoding, expected) in [
            (EC, (EC, EC_KEY), P1363, "ok"),
            (EC, (EC, EC_KEY), Der, "ok"),
            (RSA, (RSA, RSA_KEY), P1363, "ok"),
            (EC, (RSA, RSA_KEY), P1363, "key_mismatch"),
            (RSA, (EC, EC_KEY), P1363, "key_mismatch"),
            (AUTHENTICATION, (EC, EC_KEY), P1363, "key_mismatch"),
            (EXPIRED, (EC, EC_KEY), P1363, "certificate_expired"),
        ] {
            assert_eq!(outside(certificate, key, encoding), expected);
        }
    }
}
