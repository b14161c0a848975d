//! What travels between the threads of a run: an invoice to be done, and what came of it.

use std::time::SystemTime;

use super::earlier::{EarlierLine, SeenLine};
use super::number::NumberOfInvoice;
use crate::batch::input::Input;
use crate::batch::output::PreparedFile;
use crate::error::Error;
use crate::manifest::{Extent, InvoiceOutcome, Record};

/// What to do next.
pub(super) enum Job {
    /// An invoice that is new: what it is called, and a stem for the names of its files.
    New { input: Input, name: String, stem: String },
    /// An invoice that an earlier run signed.
    Known { input: Input, line: EarlierLine },
    /// Lines of an earlier run whose invoices, or pictures if this run does not name the invoices, are as they were.
    Unchanged(Vec<SeenLine>),
    /// A line of an earlier run whose invoice this run does not name.
    Unnamed(EarlierLine),
}

impl Job {
    /// The input, as the user named it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::New { name, .. } => name.clone(),
            Self::Known { input, .. } => input.name(),
            // No line of the manifest names them all.
            Self::Unchanged(_) => String::new(),
            Self::Unnamed(line) => line.record().map(|record| record.input).unwrap_or_default(),
        }
    }
}

/// What came of a job.
pub(super) enum Ended {
    /// One invoice was done.
    Invoice(Box<Finished>),
    /// There was nothing to do.
    Unchanged(Vec<SeenLine>),
}

/// What came of an invoice.
pub(super) struct Finished {
    pub(super) record: Record,
    /// The line of an earlier run that stays in the manifest.
    pub(super) kept: Option<Extent>,
    /// The line of an earlier run about this invoice.
    earlier: Option<Extent>,
    /// What no other invoice of the run may have.
    pub(super) number: Option<NumberOfInvoice>,
    /// The new line, if there is one; made by whoever did the invoice, so that the sink only copies.
    pub(super) line: Option<String>,
    /// What a program is answered where there is no new line: the one of an earlier run.
    pub(super) answer: Option<String>,
    pub(super) files: Vec<PreparedFile>,
    /// What to leave for the next run, if the line has codes.
    pub(super) seen: Option<SeenLine>,
}

impl Finished {
    pub(super) fn new(
        job: &Job,
        outcome: InvoiceOutcome,
        files: Vec<PreparedFile>,
        rehearsed_at: Option<SystemTime>,
    ) -> Self {
        let (input, earlier) = match job {
            Job::New { .. } | Job::Unchanged(_) => (job.name(), None),
            Job::Known { line, .. } | Job::Unnamed(line) => (job.name(), Some(line.extent)),
        };
        // A line is given up only for a new signature: a file that cannot be read today was still signed.
        let kept = earlier.filter(|_| !matches!(outcome, InvoiceOutcome::Done(_)));
        let answer = match job {
            Job::Known { line, .. } => line.answer(),
            Job::New { .. } | Job::Unchanged(_) | Job::Unnamed(_) => None,
        };
        let record = Record { input, outcome, rehearsed_at };
        Self { kept, earlier, number: None, line: None, answer, files, seen: None, record }
    }

    /// With its line, for the manifest.
    pub(super) fn with_line(mut self) -> Self {
        self.line = self.record.to_line();
        self
    }

    pub(super) fn refused(job: &Job, error: Error, rehearsed_at: Option<SystemTime>) -> Self {
        Self::new(job, InvoiceOutcome::Refused(error), Vec::new(), rehearsed_at)
    }

    /// Takes back what was made. What an earlier run made stays.
    pub(super) fn refuse(&mut self, error: Error) {
        if matches!(self.record.outcome, InvoiceOutcome::Done(_)) {
            self.files.clear();
            self.seen = None;
        }
        self.record.outcome = InvoiceOutcome::Refused(error);
        self.kept = self.earlier;
        self.line = self.record.to_line();
    }
}
