use super::{Advice, Codes, Document};
use crate::error::{Warning, WarningKind};

/// What somebody wants to make for an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The invoice on paper or as a PDF, to be handed over with its codes.
    Invoice,
    /// The confirmation of the transaction.
    Confirmation,
    /// Both codes, whatever they are put on.
    Codes,
}

impl Advice {
    /// What is at odds with the answer, if anything is: a warning and no refusal, as the answer is a reading of the rules.
    ///
    /// - `confirmation_expected`: the invoice is asked for, and its buyer receives it in KSeF;
    /// - `invoice_expected`: a confirmation is asked for, and the invoice itself is to be handed over;
    /// - `no_codes_expected`: the invoice or its codes are asked for, and it carries none;
    /// - `one_code_expected`: both codes are asked for, and it carries KOD I alone.
    pub fn warning_for(&self, asked: Asked) -> Option<Warning> {
        let (kind, what) = match (asked, self.document(), self.codes()) {
            (Asked::Confirmation, Document::Invoice, _) => {
                (WarningKind::InvoiceExpected, "hand over the invoice itself")
            }
            (_, _, Codes::None) => (WarningKind::NoCodesExpected, "no codes belong on it"),
            (Asked::Invoice, Document::Confirmation, _) => {
                (WarningKind::ConfirmationExpected, "hand over a confirmation of the transaction, or nothing yet")
            }
            (Asked::Codes, _, Codes::Kod1) => (WarningKind::OneCodeExpected, "KOD I alone belongs on it"),
            _ => return None,
        };
        let reason = self.reasons().first()?;
        Some(Warning::new(kind, format!("{what}: {reason}")))
    }
}
