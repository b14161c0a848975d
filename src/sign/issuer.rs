use std::fmt;

use super::{Algorithm, ContextChoice, LinkSigner, SignatureEncoding, signer, trial};
use crate::credential::{Certificate, Conditions, Credential, PublicCredential};
use crate::error::Result;
use crate::invoice::Invoice;
use crate::link::{Kod1, UnsignedKod2};
use crate::values::{CertificateSerial, ContextId, Environment};

/// Who issues invoices: a credential, the environment it is for, and a signer with the key prepared.
///
/// One is enough for a whole run; threads share it by reference.
pub struct Issuer {
    credential: PublicCredential,
    context: Option<ContextId>,
    signer: Box<dyn LinkSigner>,
}

/// Both links of an offline invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedLinks {
    /// KOD I, which leads to the invoice.
    pub kod1: String,
    /// KOD II, which proves who issued it.
    pub kod2: String,
    /// The context that KOD II names, and why.
    pub context: ContextChoice,
    /// How KOD II is signed.
    pub algorithm: Algorithm,
    /// The certificate that KOD II names.
    pub serial: CertificateSerial,
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
        Self { credential: credential.into_public(), context: None, signer }
    }

    /// Takes a signer whose key is elsewhere, on a token or in an HSM. The certificate is checked as
    /// [`Credential::new`] checks it; that the key is the certificate's shows in a signature on a text of no meaning,
    /// which the certificate verifies.
    ///
    /// # Errors
    /// Those of [`Credential::new`], `key_mismatch` if the signature is not the certificate's, and those of the signer.
    pub fn with_outside_key(
        certificate: Certificate,
        signer: Box<dyn LinkSigner>,
        conditions: &Conditions,
    ) -> Result<Self> {
        let check_pair = |certificate: &Certificate| trial::run(&*signer, certificate);
        let credential = PublicCredential::of_pair(certificate, conditions, check_pair)?;
        Ok(Self { credential, context: None, signer })
    }

    /// Names one context for all invoices, instead of choosing it for each.
    #[must_use]
    pub fn in_context(mut self, context: ContextId) -> Self {
        self.context = Some(context);
        self
    }

    /// The credential that signs, without its key.
    pub fn credential(&self) -> &PublicCredential {
        &self.credential
    }

    /// The environment that the links lead to.
    pub fn environment(&self) -> Environment {
        self.credential.environment()
    }

    /// Builds and signs both links of an invoice. Its warnings are [`Invoice::review`]'s to tell.
    ///
    /// # Errors
    /// `form_not_accepted` and `nip_checksum`, where the environment refuses the invoice; `context_unclear`;
    /// `signing_failed`.
    pub fn sign(&self, invoice: &Invoice) -> Result<SignedLinks> {
        invoice.check_environment(self.environment())?;
        let certificate = self.credential.certificate();
        let context = ContextChoice::of(invoice, certificate.owner(), self.context.as_ref())?;
        let serial = certificate.serial();
        let unsigned = UnsignedKod2 {
            environment: self.environment(),
            context: context.context.clone(),
            seller: invoice.seller(),
            serial,
            hash: *invoice.hash(),
        };
        Ok(SignedLinks {
            kod1: Kod1::of(invoice, self.environment()).to_string(),
            kod2: unsigned.sign_with(|text| self.signer.sign(text))?,
            context,
            algorithm: self.signer.algorithm(),
            serial,
        })
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("credential", &self.credential)
            .field("context", &self.context)
            .field("algorithm", &self.signer.algorithm())
            .field("signer", &format_args!("[secret key elided]"))
            .finish()
    }
}
