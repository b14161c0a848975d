//! Where the codes of an invoice come from.
//!
//! A certificate for each invoice, chosen from a register, would be one more way here.

use crate::error::Result;
use crate::invoice::Invoice;
use crate::manifest::KnownCodes;
use crate::sign::Issuer;
use crate::upo::Upo;
use crate::values::{Environment, KsefNumber};

/// Where the codes of each invoice come from.
#[derive(Debug)]
#[non_exhaustive]
pub enum CodeSource {
    /// KOD I and KOD II are made and signed now: offline invoices.
    Sign(Issuer),
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

impl CodeSource {
    pub(crate) fn environment(&self) -> Environment {
        match self {
            Self::Sign(issuer) => issuer.environment(),
            Self::Link { environment, .. } | Self::Reuse { environment, .. } => *environment,
        }
    }

    /// True for KOD I and KOD II, false for KOD I alone; none if that differs from invoice to invoice.
    pub(crate) fn is_signing(&self) -> Option<bool> {
        match self {
            Self::Sign(_) => Some(true),
            Self::Link { .. } => Some(false),
            Self::Reuse { .. } => None,
        }
    }
}

/// Where the KSeF numbers under the codes come from.
#[derive(Clone, Debug, Default)]
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
