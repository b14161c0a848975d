use crate::deadline::Mode;
use crate::invoice::{Buyer, Form, Invoice};
use crate::values::{IssueDate, KsefNumber, Nip};

/// What a confirmation says of its invoice.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ConfirmationFacts<'a> {
    /// The structure of the invoice.
    pub form: Form,
    /// Whether it corrects another.
    pub is_correction: bool,
    /// The seller's name.
    pub seller_name: Option<&'a str>,
    /// The seller's NIP.
    pub seller: Nip,
    /// The buyer's name.
    pub buyer_name: Option<&'a str>,
    /// What the buyer is identified by.
    pub buyer: &'a Buyer,
    /// The invoice's number, `P_2`.
    pub number: &'a str,
    /// The issue date.
    pub issue_date: IssueDate,
    /// The total due, `P_15`, as the invoice writes it: whoever downloads the invoice types it.
    pub total: Option<&'a str>,
    /// The currency of the total.
    pub currency: Option<&'a str>,
    /// The KSeF number, if the invoice has one by now.
    pub ksef_number: Option<&'a KsefNumber>,
    /// Why the invoice was issued offline.
    pub mode: Option<Mode>,
}

impl<'a> ConfirmationFacts<'a> {
    /// What the invoice itself says. KSeF number and mode are left for the caller to fill in.
    pub fn of(invoice: &'a Invoice) -> Self {
        Self {
            form: invoice.form(),
            is_correction: is_correction(invoice),
            seller_name: invoice.seller_name(),
            seller: invoice.seller(),
            buyer_name: invoice.buyer_name(),
            buyer: invoice.buyer(),
            number: invoice.number(),
            issue_date: invoice.issue_date(),
            total: invoice.total(),
            currency: invoice.currency(),
            ksef_number: None,
            mode: None,
        }
    }

    /// The same with the KSeF number that the invoice has by now.
    #[must_use]
    pub fn ksef_number(self, number: &'a KsefNumber) -> Self {
        Self { ksef_number: Some(number), ..self }
    }

    /// The same with the reason why the invoice was issued offline.
    #[must_use]
    pub fn mode(self, mode: Mode) -> Self {
        Self { mode: Some(mode), ..self }
    }
}

/// `KOR`, `KOR_ZAL`, `KOR_ROZ`, `KOR_VAT_RR`; in PEF a credit note, or the type codes of corrected invoices (UNCL1001: 384) and
/// of credit notes (381, 261).
fn is_correction(invoice: &Invoice) -> bool {
    let kind = invoice.kind().unwrap_or_default();
    kind.starts_with("KOR")
        || invoice.form() == Form::PefKor3
        || (invoice.form().is_pef() && ["381", "384", "261"].contains(&kind))
}
