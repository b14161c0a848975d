use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use super::observer::{Observer, Unchanged};
use crate::check::Duplicates;
use crate::error::{Result, Warning, WarningKind};
use crate::manifest::{EarlierRecord, Extent, InvoiceOutcome, ManifestLine, Record, TakenNames};
use crate::values::Nip;

/// How many pairs a warning names.
const MOST_NAMED: usize = 3;

/// Watches for files that are the same invoice to KSeF, which refuses the second.
#[derive(Default)]
pub(crate) struct DoubledNumbers {
    invoices: Duplicates,
    /// Invoices of which nothing is known but their lines, by what they are to KSeF; none once the line was read.
    unread: HashMap<u64, Option<Extent>>,
    /// The lines are in it.
    manifest: Option<PathBuf>,
    count: u64,
    named: Vec<String>,
}

impl DoubledNumbers {
    /// The manifest, if it is a file that an earlier run may have left.
    pub(crate) fn new(manifest: Option<PathBuf>) -> Self {
        Self { manifest, ..Self::default() }
    }

    fn add(&mut self, input: &str, seller: Nip, kind: Option<&str>, number: &str) {
        if let Some(first) = self.invoices.earlier(input, seller, kind, number) {
            self.count += 1;
            if self.named.len() < MOST_NAMED {
                self.named.push(format!("{number} of seller {seller} in {first} and {input}"));
            }
        }
    }

    /// Adds an invoice by its line. One whose line cannot be read any more doubles nothing.
    fn add_line(&mut self, line: Extent) {
        if let Some(EarlierRecord { input, seller, kind, number, .. }) = self.read(line) {
            self.add(&input, seller, kind.as_deref(), &number);
        }
    }

    fn read(&self, line: Extent) -> Option<EarlierRecord> {
        let mut manifest = File::open(self.manifest.as_ref()?).ok()?;
        manifest.seek(SeekFrom::Start(line.start)).ok()?;
        let mut text = Vec::new();
        manifest.take(line.length.into()).read_to_end(&mut text).ok()?;
        match ManifestLine::read(&text) {
            Ok(ManifestLine::Invoice(fields)) => EarlierRecord::of(&fields, &mut TakenNames::default()),
            _ => None,
        }
    }

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
        if let Some(first) = self.unread.insert(Duplicates::identity(seller, kind, number), None).flatten() {
            self.add_line(first);
        }
        self.add(&record.input, seller, kind, number);
    }

    fn unchanged(&mut self, unchanged: &Unchanged) {
        for &(identity, line) in &unchanged.lines {
            let first = match self.unread.get_mut(&identity) {
                None => {
                    self.unread.insert(identity, Some(line));
                    continue;
                }
                Some(first) => first.take(),
            };
            if let Some(first) = first {
                self.add_line(first);
            }
            self.add_line(line);
        }
    }

    fn finish(&mut self, _: bool) -> Result<Vec<Warning>> {
        Ok(self.warning().into_iter().collect())
    }
}
