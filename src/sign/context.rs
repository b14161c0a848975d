use crate::credential::Owner;
use crate::error::{Error, Kind, Result};
use crate::invoice::{Form, Invoice};
use crate::values::{ContextId, Nip};

/// The context that a KOD II names, and why this one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContextChoice {
    /// The context.
    pub context: ContextId,
    /// Where it comes from.
    pub source: ContextSource,
}

/// Why a context was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContextSource {
    /// The caller gave it.
    Given,
    /// The certificate belongs to the seller.
    Certificate,
    /// The certificate belongs to the buyer, who issues this invoice: self-billing, VAT RR.
    CertificateOfBuyer,
    /// The certificate belongs to somebody else (a person, an accountant); an ordinary invoice is issued in
    /// the seller's context.
    Seller,
}

impl ContextSource {
    /// The name in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Certificate => "certificate",
            Self::CertificateOfBuyer => "certificate_of_buyer",
            Self::Seller => "seller",
        }
    }

    /// The source of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let all = [Self::Given, Self::Certificate, Self::CertificateOfBuyer, Self::Seller];
        all.into_iter().find(|source| source.name() == name)
    }

    /// The same in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Given => "as given",
            Self::Certificate => "the certificate is the seller's",
            Self::CertificateOfBuyer => "the certificate is the buyer's, who issues this invoice",
            Self::Seller => "the seller's, for whom the certificate's owner issues it",
        }
    }
}

impl ContextChoice {
    /// Chooses the context for an invoice signed with a certificate of `owner`.
    ///
    /// # Errors
    /// `context_unclear`, if the buyer issues the invoice and the certificate is neither's, or if the certificate is
    /// the authorised party's.
    pub fn of(invoice: &Invoice, owner: Owner, given: Option<&ContextId>) -> Result<Self> {
        if let Some(context) = given {
            return Ok(Self { context: context.clone(), source: ContextSource::Given });
        }
        let issued_by_buyer = invoice.is_self_billed() || invoice.form() == Form::FaRr1;
        let owner = match owner {
            Owner::Nip(nip) => Some(nip),
            _ => None,
        };
        let chosen = |nip: Nip, source| Ok(Self { context: ContextId::nip(nip), source });
        match owner {
            Some(nip) if nip == invoice.seller() => chosen(nip, ContextSource::Certificate),
            Some(nip) if issued_by_buyer && invoice.buyer().nip() == Some(nip) => {
                chosen(nip, ContextSource::CertificateOfBuyer)
            }
            Some(nip) if invoice.authorised() == Some(nip) => {
                let message =
                    "the certificate is the authorised party's (PodmiotUpowazniony), who may issue in either context";
                Err(Error::new(Kind::ContextUnclear, message))
            }
            _ if !issued_by_buyer => chosen(invoice.seller(), ContextSource::Seller),
            _ => {
                let what = if invoice.form() == Form::FaRr1 { "a VAT RR invoice" } else { "a self-billed invoice" };
                let message = format!("this is {what}, and the certificate is neither the seller's nor the buyer's");
                Err(Error::new(Kind::ContextUnclear, message))
            }
        }
    }
}
