//! Where the codes of an invoice come from.

use std::fmt;

use crate::credential::Certificate;
use crate::error::{Error, Kind, Result, Warning};
use crate::invoice::Invoice;
use crate::link::Kod1;
use crate::manifest::{InvoiceLinks, KnownCodes, LabelledLink, Signature, SignedLink};
use crate::render::Label;
use crate::sign::{Algorithm, ContextSource, Issuer};
use crate::upo::{Receipt, Upo};
use crate::values::{CertificateSerial, ContextId, Environment, InvoiceHash, KsefNumber, Rules};

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
    /// The book of the run has them: with KOD II, or KOD I alone with the number that KSeF gave. An invoice that is not in it
    /// is refused.
    Booked {
        /// Which KSeF they lead to.
        environment: Environment,
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

    /// The context that was given for all of them, if one was.
    fn context(&self) -> Option<&ContextId>;

    /// How those with EC keys sign.
    fn ec_algorithm(&self) -> Algorithm;

    /// True if those with EC keys give the same signature each time.
    fn is_deterministic(&self) -> bool;

    /// Those that were asked for and could sign.
    fn opened(&self) -> Vec<&Issuer>;
}

impl CodeSource {
    pub(crate) fn environment(&self) -> Environment {
        match self {
            Self::Sign(issuer) => issuer.environment(),
            Self::SignEach(issuers) => issuers.environment(),
            Self::Link { environment, .. } | Self::Reuse { environment, .. } | Self::Booked { environment } => {
                *environment
            }
        }
    }

    /// True for KOD I and KOD II, false for KOD I alone; none if that differs from invoice to invoice.
    pub(crate) fn is_signing(&self) -> Option<bool> {
        match self {
            Self::Sign(_) | Self::SignEach(_) => Some(true),
            Self::Link { .. } => Some(false),
            Self::Reuse { .. } | Self::Booked { .. } => None,
        }
    }

    /// The certificate of that serial number, if this run signs with it.
    pub(crate) fn certificate(&self, serial: CertificateSerial) -> Option<&Certificate> {
        match self {
            Self::Sign(issuer) => Some(issuer.credential().certificate()).filter(|own| own.serial() == serial),
            Self::SignEach(issuers) => {
                let mut opened = issuers.opened().into_iter().map(|issuer| issuer.credential().certificate());
                opened.find(|own| own.serial() == serial)
            }
            Self::Link { .. } | Self::Reuse { .. } | Self::Booked { .. } => None,
        }
    }

    /// What makes a KOD II of an earlier run one that this would not make, in words.
    pub(crate) fn difference(&self, earlier: &Signature) -> Option<String> {
        let (context, own, is_deterministic) = match self {
            Self::Sign(issuer) => (issuer.context(), issuer.signer().algorithm(), issuer.signer().is_deterministic()),
            Self::SignEach(issuers) => (issuers.context(), issuers.ec_algorithm(), issuers.is_deterministic()),
            Self::Link { .. } | Self::Reuse { .. } | Self::Booked { .. } => return None,
        };
        let (found, source) = (&earlier.context.context, earlier.context.source);
        match context {
            Some(given) if given != found => {
                return Some(format!("it is signed in the context {found}, and this run signs in {given}"));
            }
            None if source == ContextSource::Given => {
                return Some(format!(
                    "it is signed in the context {found}, which was given, and this run is given none"
                ));
            }
            _ => {}
        }
        // The certificate may be another, and its key of another kind; an encoding is chosen for keys of one kind only.
        if own != earlier.algorithm && own != Algorithm::Ps256 && earlier.algorithm != Algorithm::Ps256 {
            return Some(format!("its signature is written as {}, and this run writes {own}", earlier.algorithm));
        }
        let words = |is_deterministic| if is_deterministic { "the same each time" } else { "another each time" };
        let (then, now) = (earlier.is_deterministic, is_deterministic);
        (then != now).then(|| format!("its signature is {}, and that of this run {}", words(then), words(now)))
    }

    /// True if this invoice gets KOD I and KOD II.
    ///
    /// # Errors
    /// Those of [`KnownCodes::of`]; `codes_missing` if the book has none, which is asked first.
    pub(crate) fn is_signing_of(&self, invoice: &Invoice) -> Result<bool> {
        match self {
            Self::Sign(_) | Self::SignEach(_) => Ok(true),
            Self::Link { .. } => Ok(false),
            Self::Reuse { environment, codes } => Ok(codes.of(invoice, *environment)?.kod2.is_some()),
            Self::Booked { .. } => Err(not_in_the_book()),
        }
    }

    /// What the UPO that was given confirms of a file.
    pub(crate) fn receipt(&self, hash: &InvoiceHash) -> Option<&Receipt> {
        match self {
            Self::Link { numbers: Numbers::Upo(upo), .. } => upo.receipt(hash),
            _ => None,
        }
    }

    /// The issuers that signed, as far as this run knows.
    pub(crate) fn issuers(&self) -> Vec<&Issuer> {
        match self {
            Self::Sign(issuer) => vec![issuer],
            Self::SignEach(issuers) => issuers.opened(),
            Self::Link { .. } | Self::Reuse { .. } | Self::Booked { .. } => Vec::new(),
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
            Self::Booked { .. } => Err(not_in_the_book()),
        }
    }
}

fn not_in_the_book() -> Error {
    Error::new(Kind::CodesMissing, "the book does not have this invoice")
}

fn signed(issuer: &Issuer, invoice: &Invoice) -> Result<(InvoiceLinks, Rules, Vec<Warning>)> {
    let signed = issuer.sign(invoice)?;
    let signature = Signature {
        context: signed.context,
        algorithm: signed.algorithm,
        serial: signed.serial,
        is_deterministic: signed.is_deterministic,
    };
    let link = LabelledLink { url: signed.kod2, label: Label::CERTYFIKAT };
    let kod1 = LabelledLink { url: signed.kod1, label: Label::OFFLINE };
    let links = InvoiceLinks { ksef_number: None, kod1, kod2: Some(SignedLink { link, signature }) };
    Ok((links, issuer.credential().allowed(), signed.warnings))
}

/// Where the KSeF numbers under the codes come from.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "a run has one")]
pub enum Numbers {
    /// There are none yet: `OFFLINE` stands under each code.
    #[default]
    None,
    /// The number of the one invoice there is.
    One(KsefNumber),
    /// Each invoice's is looked up by the digest of its file.
    Upo(Upo),
    /// What lies beside an invoice says it: the `_metadata.json` of an export package in its folder or archive, by the digest
    /// of its file; or else the file's name, if it is a number that can be this invoice's. `OFFLINE` where neither does.
    Beside,
    /// The table of pairs that the invoice comes from says it, in the column `ksef_number`.
    Table,
}

impl Numbers {
    /// The number of an invoice, if there are numbers.
    ///
    /// # Errors
    /// `ksef_number_of_another`, and those of [`Upo::number_of`].
    pub(crate) fn of(&self, invoice: &Invoice) -> Result<Option<&KsefNumber>> {
        let number = match self {
            // The run looks beside the invoice, once it is read.
            Self::None | Self::Beside | Self::Table => return Ok(None),
            Self::One(number) => number,
            Self::Upo(upo) => upo.number_of(invoice)?,
        };
        invoice.check_ksef_number(number)?;
        Ok(Some(number))
    }
}
