use super::observer::Observer;
use crate::advice::{Advice, Codes, DocumentKind};
use crate::deadline::Mode;
use crate::error::{Result, Warning, WarningKind};
use crate::manifest::{Done, InvoiceOutcome, Record};

/// Watches for how many invoices something else is to be handed over than the run makes.
pub(crate) struct DocumentAdvice {
    /// What the run makes; codes alone may go on either.
    made: DocumentKind,
    /// An invoice that is drawn carries the codes that belong on it.
    is_drawn: bool,
    others: u64,
    /// Of the others: with other codes than it should have.
    other_codes: u64,
}

impl DocumentAdvice {
    /// Of a run that makes a document of this kind, if any.
    pub(crate) fn new(kind: Option<&str>) -> Self {
        let made = if kind == Some("confirmation") { DocumentKind::Confirmation } else { DocumentKind::Invoice };
        Self { made, is_drawn: kind == Some("printed"), others: 0, other_codes: 0 }
    }

    fn look_at(&mut self, done: &Done) {
        let advice = done.advice().or_else(|| match self.made {
            // A confirmation is of an invoice issued offline; for some buyers all modes say the same.
            DocumentKind::Confirmation => all_modes_agree(done),
            DocumentKind::Invoice => None,
        });
        let Some(advice) = advice else { return };
        self.others += u64::from(advice.document() != self.made);
        let codes = if done.kod2.is_some() { Codes::Both } else { Codes::Kod1 };
        self.other_codes += u64::from(advice.document() == self.made && advice.codes() != codes && !self.is_drawn);
    }

    fn warnings(&self) -> impl Iterator<Item = Warning> {
        let codes = (self.other_codes > 0).then(|| {
            let (count, verb) =
                (self.other_codes, if self.other_codes == 1 { "invoice carries" } else { "invoices carry" });
            let message = format!("{count} {verb} other codes than these");
            Warning::new(WarningKind::CodesExpected, message)
        });
        self.document_warning().into_iter().chain(codes)
    }

    fn document_warning(&self) -> Option<Warning> {
        let (kind, message) = match (self.made, self.others) {
            (_, 0) => return None,
            (DocumentKind::Invoice, 1) => (
                WarningKind::ConfirmationExpected,
                "1 invoice reaches its recipient in KSeF: until it has its number there, hand over a confirmation of the \
                 transaction, not the invoice"
                    .to_owned(),
            ),
            (DocumentKind::Invoice, count) => (
                WarningKind::ConfirmationExpected,
                format!(
                    "{count} invoices reach their recipients in KSeF: until they have their numbers there, hand over \
                     confirmations of the transaction, not the invoices"
                ),
            ),
            (DocumentKind::Confirmation, 1) => (
                WarningKind::InvoiceExpected,
                "1 invoice is to be handed over itself, and no confirmation of the transaction in its place".to_owned(),
            ),
            (DocumentKind::Confirmation, count) => (
                WarningKind::InvoiceExpected,
                format!(
                    "{count} invoices are to be handed over themselves, and no confirmations of the transaction in their \
                     place"
                ),
            ),
        };
        Some(Warning::new(kind, message))
    }
}

/// The advice of the three modes of offline invoices, if it is one.
fn all_modes_agree(done: &Done) -> Option<Advice> {
    let of = |mode| Advice::of(&done.invoice, Some(mode), None);
    let advice = of(Mode::Offline24);
    let agrees = |mode| of(mode).document() == advice.document();
    (agrees(Mode::Unavailable { ended: None }) && agrees(Mode::Failure { ended: None })).then_some(advice)
}

impl Observer for DocumentAdvice {
    fn record(&mut self, record: &Record) {
        if let InvoiceOutcome::Done(done) = &record.outcome {
            self.look_at(done);
        }
    }

    fn finish(&mut self, is_whole: bool) -> Result<Vec<Warning>> {
        Ok(if is_whole { self.warnings().collect() } else { Vec::new() })
    }
}
