use crate::error::Result;
use crate::invoice::Invoice;
use crate::upo::Upo;
use crate::values::KsefNumber;

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
    pub(super) fn of(&self, invoice: &Invoice) -> Result<Option<&KsefNumber>> {
        let number = match self {
            Self::None => return Ok(None),
            Self::One(number) => number,
            Self::Upo(upo) => upo.number_of(invoice)?,
        };
        invoice.check_ksef_number(number)?;
        Ok(Some(number))
    }
}
