use super::observer::Observer;
use crate::error::{Result, Warning, WarningKind};
use crate::manifest::{Done, InvoiceOutcome, Record};
use crate::sign::ContextSource;
use crate::values::Nip;

/// Watches who signs for whom: what is true of many invoices is said once.
#[derive(Default)]
pub(crate) struct SigningAdvice {
    /// One of a kind.
    warnings: Vec<Warning>,
    /// Of invoices in a context that was given: the first seller, and one of another.
    first: Option<Nip>,
    other: Option<(String, Nip)>,
}

impl SigningAdvice {
    fn look_at(&mut self, done: &Done) {
        for warning in &done.run_warnings {
            if !self.warnings.iter().any(|known| known.kind() == warning.kind()) {
                self.warnings.push(warning.clone());
            }
        }
        let given = done.kod2.as_ref().map(|kod2| &kod2.signature.context);
        let Some(given) = given.filter(|context| context.source == ContextSource::Given) else { return };
        let invoice = &done.invoice;
        // Without a NIP it is a provider's; and a buyer issues the invoices of many sellers.
        let Some(nip) = given.context.taxpayer() else { return };
        if invoice.is_issued_by_buyer() && invoice.buyer().nip() == Some(nip) {
            return;
        }
        let first = *self.first.get_or_insert(invoice.seller());
        if self.other.is_none() && first != invoice.seller() {
            self.other = Some((given.context.to_string(), invoice.seller()));
        }
    }

    fn of_several_sellers(&self) -> Option<Warning> {
        let (first, (context, other)) = (self.first?, self.other.as_ref()?);
        let message =
            format!("the context {context} was given for invoices of several sellers, of NIP {first} and NIP {other}");
        Some(Warning::new(WarningKind::ContextOfSeveralSellers, message))
    }
}

impl Observer for SigningAdvice {
    fn record(&mut self, record: &Record) {
        if let InvoiceOutcome::Done(done) = &record.outcome {
            self.look_at(done);
        }
    }

    fn finish(&mut self, _: bool) -> Result<Vec<Warning>> {
        let of_several_sellers = self.of_several_sellers();
        Ok(std::mem::take(&mut self.warnings).into_iter().chain(of_several_sellers).collect())
    }
}
