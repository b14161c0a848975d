use crate::error::{Error, Kind, Result};
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
        check_number(number, invoice)?;
        Ok(Some(number))
    }
}

/// A number begins with its seller's NIP, and is not older than its invoice.
fn check_number(number: &KsefNumber, invoice: &Invoice) -> Result<()> {
    let message = if number.seller() != invoice.seller() {
        format!("the KSeF number is of the seller {}, the invoice of {}", number.seller(), invoice.seller())
    } else if !number.is_of_or_after(invoice.issue_date()) {
        format!("the KSeF number was given before the invoice's issue date, {}", invoice.issue_date())
    } else {
        return Ok(());
    };
    Err(Error::new(Kind::KsefNumberOfAnother, message))
}
