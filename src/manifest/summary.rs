use std::time::SystemTime;

use serde::{Serialize, Serializer};

use super::line::WarningLine;
use super::record::{InvoiceOutcome, Record};
use super::write::{moment, to_line};
use crate::error::Warning;
use crate::values::Environment;

/// What came of the whole run: the last line of the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "summary")]
#[non_exhaustive]
pub struct Summary {
    /// Invoices with KOD I and KOD II, kept ones included.
    pub signed: u64,
    /// Invoices with KOD I alone, kept ones included.
    pub linked: u64,
    /// Invoices that were refused.
    pub refused: u64,
    /// Invoices that have the codes of an earlier run.
    pub kept: u64,
    /// Kept invoices with pictures that had to be drawn again.
    pub redrawn: u64,
    /// Invoices that changed after an earlier run had signed them, and were signed anew.
    pub replaced: u64,
    /// True if the run was stopped before its end.
    pub interrupted: bool,
    /// True if the results of an earlier run were to be replaced, and were not: this run made none, or did not come to its end.
    #[serde(skip_serializing_if = "is_false")]
    pub replaced_nothing: bool,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// Which KSeF the links lead to.
    #[serde(serialize_with = "environment")]
    pub environment: Environment,
    /// What somebody should look at, beyond the single invoices: the certificate, numbers without an invoice.
    #[serde(serialize_with = "warnings")]
    pub warnings: Vec<Warning>,
    /// The version of this program.
    pub version: &'static str,
    /// The moment, if the run acted as if it were another than it was.
    #[serde(rename = "now", skip_serializing_if = "Option::is_none", serialize_with = "moment_if_any")]
    pub rehearsed_at: Option<SystemTime>,
}

impl Summary {
    /// The line, its newline included.
    pub fn to_line(&self) -> String {
        to_line(self)
    }

    pub(crate) fn count(&mut self, record: &Record) {
        let has_kod2 = match &record.outcome {
            InvoiceOutcome::Done(done) => {
                // With its KSeF number now, but as it was.
                let is_same = done.replaces == Some(*done.invoice.hash());
                self.replaced += u64::from(done.replaces.is_some() && !is_same);
                done.kod2.is_some()
            }
            InvoiceOutcome::Kept(kept) => {
                self.kept += 1;
                self.redrawn += u64::from(kept.redrawn);
                kept.record.kod2.is_some()
            }
            InvoiceOutcome::Refused(_) => return self.refused += 1,
        };
        *(if has_kod2 { &mut self.signed } else { &mut self.linked }) += 1;
    }

    /// Counts a line of an earlier run that stays without a record of its own.
    pub(crate) fn count_kept(&mut self, is_signed: bool) {
        self.kept += 1;
        *(if is_signed { &mut self.signed } else { &mut self.linked }) += 1;
    }
}

fn warnings<S: Serializer>(warnings: &[Warning], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(warnings.iter().map(WarningLine::of))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn environment<S: Serializer>(environment: &Environment, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(environment.name())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(is_so: &bool) -> bool {
    !is_so
}

#[expect(clippy::ref_option, reason = "serde passes references")]
fn moment_if_any<S: Serializer>(time: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(moment).serialize(serializer)
}
