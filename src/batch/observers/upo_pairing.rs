use std::collections::HashSet;

use super::observer::Observer;
use crate::error::{Result, Warning, WarningKind};
use crate::manifest::{InvoiceOutcome, Record};
use crate::upo::Upo;
use crate::values::{InvoiceHash, KsefNumber};

/// How many numbers a warning names.
const MOST_NAMED: usize = 5;

/// Watches which documents of a UPO find their invoice.
pub(crate) struct UpoPairing<'u> {
    upo: &'u Upo,
    paired: HashSet<InvoiceHash>,
    /// Numbers under codes, whatever file they were given to.
    drawn: HashSet<KsefNumber>,
}

impl<'u> UpoPairing<'u> {
    pub(crate) fn new(upo: &'u Upo) -> Self {
        Self { upo, paired: HashSet::new(), drawn: HashSet::new() }
    }

    /// `upo_unpaired`, if there are documents that no invoice of the run was drawn for.
    fn warning(&self) -> Option<Warning> {
        let unpaired =
            self.upo.numbers().filter(|(hash, number)| !self.paired.contains(*hash) && !self.drawn.contains(*number));
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
            InvoiceOutcome::Done(done) => {
                self.paired.insert(*done.invoice.hash());
                self.drawn.extend(done.ksef_number.clone());
            }
            InvoiceOutcome::Kept(kept) => {
                self.paired.insert(kept.record.hash);
                self.drawn.extend(kept.record.ksef_number.clone());
            }
            InvoiceOutcome::Refused(_) => {}
        }
    }

    fn finish(&mut self, is_whole: bool) -> Result<Vec<Warning>> {
        Ok(self.warning().filter(|_| is_whole).into_iter().collect())
    }
}
