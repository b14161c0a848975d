use std::time::SystemTime;

use serde::{Serialize, Serializer};

use super::line::WarningLine;
use super::record::{InvoiceOutcome, Record};
use super::write::{moment, to_line};
use crate::credential::Owner;
use crate::error::Warning;
use crate::values::{CertificateSerial, Environment};

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
    /// Kept invoices that were not read again, nor their pictures, because their files are those that a run before read.
    #[serde(skip_serializing_if = "is_none_at_all")]
    pub unchanged: u64,
    /// Kept invoices with pictures that had to be drawn again.
    pub redrawn: u64,
    /// Invoices that changed after an earlier run had signed them, and were signed anew.
    pub replaced: u64,
    /// Invoices whose codes were made before, and come from the book; left out if there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub from_book: u64,
    /// How many invoices each certificate signed, kept ones included, in the order of the serial numbers. Not written where
    /// nothing is signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<CertificateCount>,
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
                self.from_book += u64::from(done.is_from_book);
                self.count_certificate(done.kod2.as_ref().map(|kod2| kod2.signature.serial))
            }
            InvoiceOutcome::Kept(kept) => {
                self.kept += 1;
                self.redrawn += u64::from(kept.redrawn);
                self.count_certificate(kept.record.kod2.as_ref().map(|kod2| kod2.signature.serial))
            }
            InvoiceOutcome::Refused(_) => return self.refused += 1,
        };
        *(if has_kod2 { &mut self.signed } else { &mut self.linked }) += 1;
    }

    /// True if there is a KOD II.
    fn count_certificate(&mut self, kod2: Option<CertificateSerial>) -> bool {
        let Some(serial) = kod2 else { return false };
        let at = match self.certificates.binary_search_by_key(&serial, |known| known.serial) {
            Ok(at) => at,
            Err(at) => {
                self.certificates.insert(at, CertificateCount { serial, owner: None, signed: 0 });
                at
            }
        };
        if let Some(known) = self.certificates.get_mut(at) {
            known.signed += 1;
        }
        true
    }

    /// Writes down whose a certificate is, if it signed.
    pub(crate) fn name_owner(&mut self, serial: CertificateSerial, owner: Owner) {
        if let Some(known) = self.certificates.iter_mut().find(|known| known.serial == serial) {
            known.owner = Some(owner);
        }
    }

    /// Counts an invoice that is unchanged, by the certificate of its KOD II.
    pub(crate) fn count_unchanged(&mut self, kod2: Option<CertificateSerial>) {
        self.kept += 1;
        self.unchanged += 1;
        *(if self.count_certificate(kod2) { &mut self.signed } else { &mut self.linked }) += 1;
    }

    /// Counts a line of an earlier run that stays without a record of its own.
    pub(crate) fn count_kept(&mut self, is_signed: bool) {
        self.kept += 1;
        *(if is_signed { &mut self.signed } else { &mut self.linked }) += 1;
    }
}

/// A certificate, and how many invoices it signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CertificateCount {
    /// Its serial number.
    #[serde(serialize_with = "as_text")]
    pub serial: CertificateSerial,
    /// Whose it is; not known, and not written, of one that signed in an earlier run alone.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text_if_known")]
    pub owner: Option<Owner>,
    /// How many it signed.
    pub signed: u64,
}

fn as_text<T: ToString, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

#[expect(clippy::ref_option, reason = "serde passes references")]
fn as_text_if_known<T: ToString, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => as_text(value, serializer),
        None => serializer.serialize_none(),
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
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(is_so: &bool) -> bool {
    !is_so
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_none_at_all(count: &u64) -> bool {
    *count == 0
}

#[expect(clippy::ref_option, reason = "serde passes references")]
fn moment_if_any<S: Serializer>(time: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(moment).serialize(serializer)
}
