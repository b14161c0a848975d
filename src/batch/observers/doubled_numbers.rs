use super::observer::Observer;
use crate::check::Duplicates;
use crate::error::{Result, Warning, WarningKind};
use crate::manifest::{InvoiceOutcome, Record};

/// How many pairs a warning names.
const MOST_NAMED: usize = 3;

/// Watches for files that are the same invoice to KSeF, which refuses the second.
#[derive(Default)]
pub(crate) struct DoubledNumbers {
    invoices: Duplicates,
    count: u64,
    named: Vec<String>,
}

impl DoubledNumbers {
    fn warning(&self) -> Option<Warning> {
        let (files, more) = match self.count {
            0 => return None,
            1 => ("1 file is".to_owned(), ""),
            count => (format!("{count} files are"), if self.named.len() as u64 == count { "" } else { "; ..." }),
        };
        let message = format!("{files} an invoice that another file is already: {}{more}", self.named.join("; "));
        Some(Warning::new(WarningKind::DuplicateInvoice, message))
    }
}

impl Observer for DoubledNumbers {
    fn record(&mut self, record: &Record) {
        let (seller, kind, number) = match &record.outcome {
            InvoiceOutcome::Done(done) => (done.invoice.seller(), done.invoice.kind(), done.invoice.number()),
            InvoiceOutcome::Kept(kept) => (kept.record.seller, kept.record.kind.as_deref(), &*kept.record.number),
            InvoiceOutcome::Refused(_) => return,
        };
        if let Some(first) = self.invoices.earlier(&record.input, seller, kind, number) {
            self.count += 1;
            if self.named.len() < MOST_NAMED {
                self.named.push(format!("{number} of seller {seller} in {first} and {}", record.input));
            }
        }
    }

    fn finish(&mut self, _: bool) -> Result<Vec<Warning>> {
        Ok(self.warning().into_iter().collect())
    }
}
