use super::manifest::{Outcome, Record};
use super::pipeline::Observer;
use super::worker::Drawing;
use crate::advice::Document;
use crate::warning::Warning;

/// Watches for how many invoices something else is to be handed over than the run makes, and hands each record on.
pub(super) struct Handing<'r> {
    observer: &'r mut dyn Observer,
    /// What the run makes; codes alone may go on either.
    made: Document,
    others: u64,
}

impl<'r> Handing<'r> {
    pub(super) fn new(drawing: &Drawing, observer: &'r mut dyn Observer) -> Self {
        let is_confirming = drawing.document.as_ref().is_some_and(|document| document.kind() == "confirmation");
        let made = if is_confirming { Document::Confirmation } else { Document::Invoice };
        Self { observer, made, others: 0 }
    }

    /// `confirmation_expected` or `invoice_expected`, if there are any.
    pub(super) fn warning(&self) -> Option<Warning> {
        let (code, told) = match (self.made, self.others) {
            (_, 0) => return None,
            (Document::Invoice, 1) => (
                "confirmation_expected",
                "1 invoice reaches its recipient in KSeF: until it has its number there, hand over a confirmation of the \
                 transaction, not the invoice"
                    .to_owned(),
            ),
            (Document::Invoice, count) => (
                "confirmation_expected",
                format!(
                    "{count} invoices reach their recipients in KSeF: until they have their numbers there, hand over \
                     confirmations of the transaction, not the invoices"
                ),
            ),
            (Document::Confirmation, 1) => (
                "invoice_expected",
                "1 invoice is to be handed over itself, and no confirmation of the transaction in its place".to_owned(),
            ),
            (Document::Confirmation, count) => (
                "invoice_expected",
                format!(
                    "{count} invoices are to be handed over themselves, and no confirmations of the transaction in their \
                     place"
                ),
            ),
        };
        let message = format!("{told} (hand_over in the manifest; ksef-qr advise says why)");
        Some(Warning::new(code, message))
    }
}

impl Observer for Handing<'_> {
    fn record(&mut self, record: &Record) {
        if let Outcome::Done(done) = &record.outcome {
            let is_other = done.advice().is_some_and(|advice| advice.document() != self.made);
            self.others += u64::from(is_other);
        }
        self.observer.record(record);
    }
}
