//! A batch, described.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::thread;
use std::time::SystemTime;

use super::code_source::CodeSource;
use super::document::Document;
use super::input::Source;
use super::output::{Existing, Manifest, Output};
use crate::deadline::Schedule;
use crate::error::{Hints, Result};
use crate::invoice::Invoice;
use crate::qr::EccLevel;
use crate::render::{PictureFormat, Style};
use crate::values::{IssueDate, Rules};

/// A batch, described. [`run`](Batch::run) does it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Batch {
    /// Where the invoices come from, in this order.
    pub sources: Vec<Source>,
    /// A folder or an archive that is nothing to whoever reads of the run: what lies in it is named as seen from there.
    pub below: Option<PathBuf>,
    /// Where their codes come from.
    pub codes: CodeSource,
    /// Acceptance rules that may be broken.
    pub allow: Rules,
    /// Who asks for the run may not have every invoice worked on, if this is given.
    pub admission: Option<Box<dyn Admission>>,
    /// Today, for the warning about issue dates to come.
    pub today: IssueDate,
    /// The moment, if the run acts as if it were another than now: every line says so.
    pub rehearsed_at: Option<SystemTime>,
    /// Why the invoices were issued outside of KSeF, for the day by which to send each.
    pub schedule: Option<Schedule>,
    /// What to draw.
    pub drawing: Drawing,
    /// Where the pictures go.
    pub output: Output,
    /// Where the manifest goes.
    pub manifest: Manifest,
    /// True if the lines of this run go to standard output as well as into the manifest: of an invoice that an earlier run
    /// signed, the line that run wrote.
    pub to_stdout_too: bool,
    /// What happens to what is there already.
    pub existing: Existing,
    /// True if results survive a power cut: pictures are forced to the disk before their line, the line before the pictures
    /// can be seen under their names, and both before anybody is told. The manifest must be a file then.
    pub durable: bool,
    /// True if a run that takes up an earlier one need not read an invoice and its pictures again that, by their times, sizes
    /// and places on the disk, are those that a run before read. [`Observer::unchanged`](super::Observer::unchanged) is told of
    /// them.
    pub trusts_file_times: bool,
    /// How many invoices at a time, 256 at most.
    pub jobs: NonZeroUsize,
    /// The book that the run keeps, if it keeps one: what it has is given out again, and what is new is entered.
    #[cfg(feature = "book")]
    pub book: Option<super::bookkeeping::Bookkeeping>,
    /// What to do about refusals, in the caller's words. They stand in the manifest.
    pub hints: Hints,
}

impl Batch {
    /// A batch with the usual settings: PNGs and a manifest in `output`, no rule broken, nothing replaced, as many invoices
    /// at a time as there are processors. Where the one source is one invoice it is one at a time.
    pub fn new(sources: Vec<Source>, codes: CodeSource, output: Output, today: IssueDate) -> Self {
        let jobs = if Source::are_one(&sources) { NonZeroUsize::MIN } else { processors() };
        Self {
            sources,
            below: None,
            codes,
            allow: Rules::NONE,
            admission: None,
            today,
            rehearsed_at: None,
            schedule: None,
            drawing: Drawing::default(),
            manifest: Manifest::File(output.manifest()),
            output,
            to_stdout_too: false,
            existing: Existing::default(),
            durable: false,
            trusts_file_times: false,
            jobs,
            #[cfg(feature = "book")]
            book: None,
            hints: Hints::LIBRARY,
        }
    }
}

/// Which invoices whoever asks for a run may have worked on.
pub trait Admission: fmt::Debug + Send + Sync {
    /// Asked from many threads of every invoice, as soon as it is read: before its signer is looked for, and before the book,
    /// so that the answer is the same whatever the book has of it.
    ///
    /// # Errors
    /// Why the invoice is not worked on: it is refused.
    fn check(&self, invoice: &Invoice) -> Result<()>;
}

/// As many as this process may use. Counting them reads files of the system, which takes as long as an invoice: once, and not for one
/// invoice.
fn processors() -> NonZeroUsize {
    static COUNTED: OnceLock<NonZeroUsize> = OnceLock::new();
    *COUNTED.get_or_init(|| thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
}

/// Which pictures to draw, and how, and the document to make around them.
#[derive(Debug)]
#[non_exhaustive]
pub struct Drawing {
    /// The formats, each once; none for links alone.
    pub formats: Vec<PictureFormat>,
    /// Sizes.
    pub style: Style,
    /// Error correction.
    pub level: EccLevel,
    /// A document for each invoice, if there is to be one.
    pub document: Option<Box<dyn Document>>,
    /// Sheets of labels with the codes of the whole run, `sheet.pdf` in the output folder, if there are to be any.
    #[cfg(feature = "pdf")]
    pub sheet: Option<crate::paper::Grid>,
}

impl Drawing {
    /// Nothing: links alone.
    pub fn none() -> Self {
        Self {
            formats: Vec::new(),
            style: Style::default(),
            level: EccLevel::default(),
            document: None,
            #[cfg(feature = "pdf")]
            sheet: None,
        }
    }

    /// True for links alone.
    pub(crate) fn is_empty(&self) -> bool {
        self.formats.is_empty() && self.document.is_none() && !self.has_sheet()
    }

    pub(crate) fn has_sheet(&self) -> bool {
        #[cfg(feature = "pdf")]
        return self.sheet.is_some();
        #[cfg(not(feature = "pdf"))]
        return false;
    }
}

/// A PNG of each code.
impl Default for Drawing {
    fn default() -> Self {
        Self { formats: vec![PictureFormat::Png], ..Self::none() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;
    use crate::batch::Numbers;

    #[test]
    fn one_invoice_is_one_at_a_time_and_all_else_as_many_as_there_are_processors() {
        let folder = tempfile::tempdir().unwrap();
        let [invoice, archive] = ["f.xml", "f.zip"].map(|name| folder.path().join(name));
        for path in [&invoice, &archive] {
            std::fs::write(path, "").unwrap();
        }
        let jobs = |sources: Vec<Source>| {
            let codes = CodeSource::Link { environment: Environment::Test, numbers: Numbers::None };
            Batch::new(sources, codes, Output::Manifest, IssueDate::parse("2026-06-30").unwrap()).jobs
        };
        assert_eq!(jobs(vec![Source::Path(invoice.clone())]), NonZeroUsize::MIN);
        assert_eq!(jobs(vec![Source::Stdin]), NonZeroUsize::MIN);
        let two = vec![Source::Path(invoice.clone()), Source::Path(invoice)];
        for several in [vec![], two, vec![Source::Path(archive)], vec![Source::Path(folder.path().to_owned())]] {
            assert_eq!(jobs(several), thread::available_parallelism().unwrap());
        }
    }
}
