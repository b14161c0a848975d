//! Where the codes of an invoice come from.

use std::fmt;

use crate::error::{Result, Warning};
use crate::invoice::Invoice;
use crate::link::Kod1;
use crate::manifest::{InvoiceLinks, KnownCodes, LabelledLink, Signature, SignedLink};
use crate::render::Label;
use crate::sign::Issuer;
use crate::upo::Upo;
use crate::values::{Environment, KsefNumber, Rules};

/// Where the codes of each invoice come from.
#[derive(Debug)]
#[non_exhaustive]
pub enum CodeSource {
    /// KOD I and KOD II are made and signed now: offline invoices.
    Sign(Issuer),
    /// The same, and each invoice has its own issuer: a register of certificates.
    SignEach(Box<dyn Issuers>),
    /// KOD I alone is made.
    Link {
        /// Which KSeF.
        environment: Environment,
        /// What stands under the code.
        numbers: Numbers,
    },
    /// Earlier runs made them.
    Reuse {
        /// Which KSeF they lead to.
        environment: Environment,
        /// The codes.
        codes: KnownCodes,
    },
}

/// Issuers, of which each invoice has its own.
pub trait Issuers: fmt::Debug + Send + Sync {
    /// The KSeF that all of them are for.
    fn environment(&self) -> Environment;

    /// The one that signs this invoice. Asked from many threads for every invoice: a look-up. A key that is locked is opened
    /// when it is first needed, once; if that fails, its invoices are refused, and the others go on.
    ///
    /// # Errors
    /// If there is none, or it cannot sign. The invoice is refused.
    fn of(&self, invoice: &Invoice) -> Result<&Issuer>;

    /// Those that were asked for and could sign.
    fn opened(&self) -> Vec<&Issuer>;
}

impl CodeSource {
    pub(crate) fn environment(&self) -> Environment {
        match self {
            Self::Sign(issuer) => issuer.environment(),
            Self::SignEach(issuers) => issuers.environment(),
            Self::Link { environment, .. } | Self::Reuse { environment, .. } => *environment,
        }
    }

    /// True for KOD I and KOD II, false for KOD I alone; none if that differs from invoice to invoice.
    pub(crate) fn is_signing(&self) -> Option<bool> {
        match self {
            Self::Sign(_) | Self::SignEach(_) => Some(true),
            Self::Link { .. } => Some(false),
            Self::Reuse { .. } => None,
        }
    }

    /// True if this invoice gets KOD I and KOD II.
    ///
    /// # Errors
    /// Those of [`KnownCodes::of`].
    pub(crate) fn is_signing_of(&self, invoice: &Invoice) -> Result<bool> {
        match self {
            Self::Sign(_) | Self::SignEach(_) => Ok(true),
            Self::Link { .. } => Ok(false),
            Self::Reuse { environment, codes } => Ok(codes.of(invoice, *environment)?.kod2.is_some()),
        }
    }

    /// The issuers that signed, as far as this run knows.
    pub(crate) fn issuers(&self) -> Vec<&Issuer> {
        match self {
            Self::Sign(issuer) => vec![issuer],
            Self::SignEach(issuers) => issuers.opened(),
            Self::Link { .. } | Self::Reuse { .. } => Vec::new(),
        }
    }

    /// The links of an invoice, the rules that were overridden for what signs them, and what somebody should look at.
    ///
    /// # Errors
    /// Those of the signer, of [`Issuers::of`], of [`Numbers::of`] and of [`KnownCodes::of`].
    pub(crate) fn links_of(&self, invoice: &Invoice) -> Result<(InvoiceLinks, Rules, Vec<Warning>)> {
        match self {
            Self::Sign(issuer) => signed(issuer, invoice),
            Self::SignEach(issuers) => signed(issuers.of(invoice)?, invoice),
            Self::Link { environment, numbers } => {
                let number = numbers.of(invoice)?;
                let url = Kod1::of(invoice, *environment).to_string();
                let kod1 = LabelledLink { url, label: number.map_or(Label::OFFLINE, Label::from) };
                Ok((InvoiceLinks { ksef_number: number.cloned(), kod1, kod2: None }, Rules::NONE, Vec::new()))
            }
            Self::Reuse { environment, codes } => {
                Ok((codes.of(invoice, *environment)?.clone(), Rules::NONE, Vec::new()))
            }
        }
    }
}

fn signed(issuer: &Issuer, invoice: &Invoice) -> Result<(InvoiceLinks, Rules, Vec<Warning>)> {
    let signed = issuer.sign(invoice)?;
    let signature = Signature { context: signed.context, algorithm: signed.algorithm, serial: signed.serial };
    let link = LabelledLink { url: signed.kod2, label: Label::CERTYFIKAT };
    let kod1 = LabelledLink { url: signed.kod1, label: Label::OFFLINE };
    let links = InvoiceLinks { ksef_number: None, kod1, kod2: Some(SignedLink { link, signature }) };
    Ok((links, issuer.credential().allowed(), signed.warnings))
}

/// Where the KSeF numbers under the codes come from.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Numbers {
    /// There are none yet: `OFFLINE` stands under each code.
    #[default]
    None,
    /// The number of the one invoice there is.
    One(KsefNumber),
    /// Each invoice's is looked up by the digest of its file.
    Upo(Upo),
}

impl Numbers {
    /// The number of an invoice, if there are numbers.
    ///
    /// # Errors
    /// `ksef_number_of_another`, and those of [`Upo::number_of`].
    pub(crate) fn of(&self, invoice: &Invoice) -> Result<Option<&KsefNumber>> {
        let number = match self {
            Self::None => return Ok(None),
            Self::One(number) => number,
            Self::Upo(upo) => upo.number_of(invoice)?,
        };
        invoice.check_ksef_number(number)?;
        Ok(Some(number))
    }
}
