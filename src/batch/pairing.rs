use std::collections::HashSet;

use super::manifest::{Outcome, Record};
use super::numbers::Numbers;
use super::pipeline::Observer;
use super::task::Task;
use crate::error::{Warning, WarningKind};
use crate::upo::Upo;
use crate::values::InvoiceHash;

/// How many numbers a warning names.
const MOST_NAMED: usize = 5;

/// Watches which documents of a UPO find their invoice, and hands each record on.
pub(super) struct Pairing<'r> {
    observer: &'r mut dyn Observer,
    upo: Option<&'r Upo>,
    paired: HashSet<InvoiceHash>,
}

impl<'r> Pairing<'r> {
    pub(super) fn new(task: &'r Task, observer: &'r mut dyn Observer) -> Self {
        let upo = match task {
            Task::Link { numbers: Numbers::Upo(upo), .. } => Some(upo),
            Task::Link { .. } | Task::Sign(_) | Task::Reuse { .. } => None,
        };
        Self { observer, upo, paired: HashSet::new() }
    }

    /// `upo_unpaired`, if there are documents that no invoice of the run was drawn for.
    pub(super) fn warning(&self) -> Option<Warning> {
        let unpaired = self.upo?.numbers().filter(|(hash, _)| !self.paired.contains(*hash));
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

impl Observer for Pairing<'_> {
    fn record(&mut self, record: &Record) {
        if self.upo.is_some() {
            match &record.outcome {
                Outcome::Done(done) => _ = self.paired.insert(*done.invoice.hash()),
                Outcome::Kept(kept) => _ = self.paired.insert(kept.hash),
                Outcome::Refused(_) => {}
            }
        }
        self.observer.record(record);
    }
}
