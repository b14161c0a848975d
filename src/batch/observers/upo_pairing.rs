use std::collections::HashSet;

use super::observer::Observer;
use crate::error::{Result, Warning, WarningKind};
use crate::manifest::{InvoiceOutcome, Record};
use crate::upo::Upo;
use crate::values::InvoiceHash;

/// How many numbers a warning names.
const MOST_NAMED: usize = 5;

/// Watches which documents of a UPO find their invoice.
pub(crate) struct UpoPairing<'u> {
    upo: &'u Upo,
    paired: HashSet<InvoiceHash>,
}

impl<'u> UpoPairing<'u> {
    pub(crate) fn new(upo: &'u Upo) -> Self {
        Self { upo, paired: HashSet::new() }
    }

    /// `upo_unpaired`, if there are documents that no invoice of the run was drawn for.
    fn warning(&self) -> Option<Warning> {
        let unpaired = self.upo.numbers().filter(|(hash, _)| !self.paired.contains(*hash));
        let mut numbers: Vec<&str> = unpaired.map(|(_, number)| number.as_str()).collect();
        numbers.sort_unstable();
        let (count, more) = match numbers.len() {
            0 => return None,
            count @ 0..=MOST_NAMED => (count, ""),
            count => (count, ", ..."),
        };
        numbers.truncate(MOST_NAMED);
        let message = format!("no code was drawn for {count} of the UPO's numbers: {}{more}", numbers.join(", "));
        Some(Warning::new(WarningKind::UpoUnpaired, message))
    }
}

impl Observer for UpoPairing<'_> {
    fn record(&mut self, record: &Record) {
        match &record.outcome {
            InvoiceOutcome::Done(done) => _ = self.paired.insert(*done.invoice.hash()),
            InvoiceOutcome::Kept(kept) => _ = self.paired.insert(kept.record.hash),
            InvoiceOutcome::Refused(_) => {}
        }
    }

    fn finish(&mut self, is_whole: bool) -> Result<Vec<Warning>> {
        Ok(self.warning().filter(|_| is_whole).into_iter().collect())
    }
}
