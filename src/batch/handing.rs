use super::manifest::{Outcome, Record};
use super::pipeline::Observer;
use crate::advice::Document;
use crate::warning::Warning;

/// Watches for how many invoices a confirmation is to be handed over, and hands each record on.
pub(super) struct Handing<'r> {
    observer: &'r mut dyn Observer,
    confirmations: u64,
}

impl<'r> Handing<'r> {
    pub(super) fn new(observer: &'r mut dyn Observer) -> Self {
        Self { observer, confirmations: 0 }
    }

    /// `confirmation_expected`, if there are any.
    pub(super) fn warning(&self) -> Option<Warning> {
        let told = match self.confirmations {
            0 => return None,
            1 => "1 invoice reaches its recipient in KSeF: until it has its number there, hand over a confirmation of the \
                  transaction, not the invoice"
                .to_owned(),
            count => format!(
                "{count} invoices reach their recipients in KSeF: until they have their numbers there, hand over \
                 confirmations of the transaction, not the invoices"
            ),
        };
        let message = format!("{told} (hand_over in the manifest; ksef-qr advise says why)");
        Some(Warning::new("confirmation_expected", message))
    }
}

impl Observer for Handing<'_> {
    fn record(&mut self, record: &Record) {
        if let Outcome::Done(done) = &record.outcome {
            let is_confirmation = done.advice().is_some_and(|advice| advice.document() == Document::Confirmation);
            self.confirmations += u64::from(is_confirmation);
        }
        self.observer.record(record);
    }
}
