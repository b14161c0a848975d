use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use ksef_qr::batch::{
    Admission, Batch, Bookkeeping, CodeSource, Drawing, Input, Interrupt, Manifest, Numbers, Observer,
};
use ksef_qr::batch::{Output, Source, Stamping};
use ksef_qr::book::{Book, Due, Entry, Filter};
use ksef_qr::check::{Checked, Checker};
use ksef_qr::correction::{CorrectionFile, Exceptions, Verdict};
use ksef_qr::deadline::{Calendar, Deadline, Schedule};
use ksef_qr::error::ErrorKind;
use ksef_qr::manifest::{Record, Summary};
use ksef_qr::register::Expiry;
use ksef_qr::scanner::{PageInk, Schemas};
use ksef_qr::values::{Day, InvoiceHash, IssueDate};
use ksef_qr::verify::{Report, Verifier};
use ksef_qr::{Environment, Error, KsefNumber, Result};

use super::caller::Caller;
use super::order::{Order, Task, Upload};
use super::own_invoices::{OwnInvoices, not_a_party};
use super::signers::{Signers, SignersInContext};
use crate::hints::HINTS;

/// What tells the time: the system's clock, or that of a test.
pub type Clock = fn() -> SystemTime;

/// What a desk is made of.
#[derive(Debug)]
pub struct Settings {
    /// Who signs.
    pub signers: Signers,
    /// What keeps the codes that were given out; none for a service that remembers nothing.
    pub book: Option<Book>,
    /// The Ministry's schemas, if files are to be validated.
    pub schemas: Option<Schemas>,
    /// What tells the time.
    pub clock: Clock,
}

/// Does what the service is for. Shared by all threads; each call takes a processor for as long as it lasts, so that it is to
/// be made on a [`Pool`](super::Pool).
#[derive(Debug)]
pub struct Desk {
    signers: Arc<Signers>,
    book: Option<Arc<Book>>,
    schemas: Option<Arc<Schemas>>,
    clock: Clock,
}

/// What is to be verified: links, and the invoices to compare them with.
#[derive(Clone, Debug, Default)]
pub struct Inquiry {
    /// Links, or whatever else codes held.
    pub texts: Vec<String>,
    /// Invoices by their names.
    pub invoices: Vec<(String, Vec<u8>)>,
}

/// An invoice that KSeF has, by the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InKsef {
    /// Its number.
    pub number: KsefNumber,
    /// True if it was issued offline, and has the codes of that.
    pub has_offline_codes: bool,
}

impl Desk {
    /// Opens it.
    ///
    /// # Errors
    /// `book_wrong_environment`.
    pub fn new(settings: Settings) -> Result<Self> {
        let Settings { signers, book, schemas, clock } = settings;
        if let Some(book) = &book {
            book.check_environment(signers.environment())?;
        }
        Ok(Self { signers: Arc::new(signers), book: book.map(Arc::new), schemas: schemas.map(Arc::new), clock })
    }

    /// Which KSeF it works for.
    pub fn environment(&self) -> Environment {
        self.signers.environment()
    }

    /// The moment.
    pub fn now(&self) -> SystemTime {
        (self.clock)()
    }

    /// Who signs.
    pub fn signers(&self) -> &Arc<Signers> {
        &self.signers
    }

    /// The book, if there is one.
    pub fn book(&self) -> Option<&Arc<Book>> {
        self.book.as_ref()
    }

    /// Makes the codes of one invoice, in memory. A refusal is a record too. With a book, the same invoice gets the same codes
    /// whoever asks, and is entered before they are given out.
    ///
    /// # Errors
    /// Those of the book.
    pub fn codes(&self, caller: &Caller, order: &Order, upload: Upload) -> Result<Record> {
        let batch = self.batch(caller, order, Vec::new(), Output::Manifest);
        let Upload { name, xml, pdf } = upload;
        batch.one(Input::Memory { name, xml, pdf })
    }

    /// True if [`codes`](Self::codes) waits for no disk and takes some tens of microseconds, or a few hundred with pictures.
    pub fn is_short(&self, order: &Order, upload: &Upload) -> bool {
        let is_small = upload.xml.as_ref().is_some_and(|xml| xml.len() <= LARGEST_SHORT);
        self.book.is_none()
            && is_small
            && matches!(order.task, Task::Sign | Task::Link)
            && !self.signers.opened().has_token()
    }

    /// Makes the codes of the invoices in an archive, or of those that were unpacked from one into a folder; into a folder with
    /// a manifest. In both they are named as they are in the archive.
    ///
    /// # Errors
    /// Those of [`Batch::run`].
    pub fn batch_of(
        &self,
        caller: &Caller,
        order: &Order,
        (source, below): (Source, &Path),
        out: &Path,
        interrupt: &Interrupt,
        observer: &mut dyn Observer,
    ) -> Result<Summary> {
        let mut batch = self.batch(caller, order, vec![source], Output::Folder(out.to_owned()));
        batch.below = Some(below.to_owned());
        batch.run(interrupt, observer)
    }

    fn batch(&self, caller: &Caller, order: &Order, sources: Vec<Source>, output: Output) -> Batch {
        let (environment, opened) = (self.environment(), self.signers.opened());
        let codes = match (&order.ksef_number, &order.task) {
            (Some(number), _) => CodeSource::Link { environment, numbers: Numbers::One(number.clone()) },
            (None, Task::Link) => CodeSource::Link { environment, numbers: Numbers::Beside },
            (None, _) => CodeSource::SignEach(Box::new(SignersInContext::new(opened.clone(), order.context.clone()))),
        };
        let admission = OwnInvoices::of(caller, order, opened);
        let today = IssueDate::today(self.now());
        let manifest = Manifest::File(output.manifest());
        let mut batch = Batch::new(sources, codes, output, today);
        batch.manifest = manifest;
        batch.allow = order.allow;
        batch.hints = HINTS;
        batch.admission = admission.map(|own| Box::new(own) as Box<dyn Admission>);
        batch.schedule.clone_from(&order.schedule);
        let mut drawing = Drawing::none();
        drawing.formats.clone_from(&order.formats);
        (drawing.style, drawing.level) = (order.style, order.level);
        drawing.document = match &order.task {
            Task::Sign | Task::Link => None,
            Task::Stamp(stamp, mismatch) => {
                let stamping = Stamping::new(stamp.clone()).on_mismatch(*mismatch);
                Some(Box::new(stamping.seen_by(Arc::new(PageInk::default()))))
            }
            Task::Confirm(confirming) => Some(Box::new(confirming.clone())),
        };
        batch.drawing = drawing;
        let cause = format!("{} for {}:", order.task.name(), caller.name);
        batch.book = self.book.clone().map(|book| Bookkeeping::new(book, cause));
        batch
    }

    /// Looks for everything for which KSeF would refuse a file.
    pub fn check(&self, bytes: &[u8], schedule: Option<Schedule>) -> Checked {
        let checker = self.checker();
        match schedule {
            Some(schedule) => checker.with_schedule(schedule).check(bytes),
            None => checker.check(bytes),
        }
    }

    fn checker(&self) -> Checker {
        let checker = Checker::new(self.environment(), IssueDate::today(self.now()));
        match &self.schemas {
            Some(schemas) => checker.with_schemas(schemas.clone()),
            None => checker,
        }
    }

    /// True if files are validated against the Ministry's schemas.
    pub fn validates(&self) -> bool {
        self.schemas.is_some()
    }

    /// Verifies codes against the invoices given, the certificates that sign here, and what the caller may see of the book.
    pub fn verify(&self, caller: &Caller, inquiry: Inquiry) -> Vec<Report> {
        let mut verifier = Verifier::new(self.now());
        for issuer in self.signers.opened().issuers() {
            let certificate = issuer.credential().certificate();
            verifier = verifier.with_certificate(certificate.serial().to_string(), certificate.clone());
        }
        for (name, bytes) in inquiry.invoices {
            verifier = verifier.with_invoice(name, bytes);
        }
        if let Some(book) = &self.book {
            verifier = match &caller.owners {
                None => verifier.with_book(book.clone()),
                Some(_) => {
                    let caller = caller.clone();
                    verifier.with_book_seen_by(book.clone(), move |entry| sees(&caller, entry))
                }
            };
        }
        verifier.links(&inquiry.texts)
    }

    /// Counts by when an invoice is to be sent.
    ///
    /// # Errors
    /// Those of [`Schedule::deadline`].
    pub fn deadline(&self, schedule: &Schedule, issued: IssueDate) -> Result<Deadline> {
        schedule.deadline(issued)
    }

    /// Compares a file that KSeF refused with the one in its place, and says what may be sent. With a book it is entered.
    ///
    /// # Errors
    /// Those of the book; `signer_not_permitted` for an invoice of somebody for whom the caller does not act.
    pub fn correct(
        &self,
        caller: &Caller,
        files: [(String, Vec<u8>); 2],
        answers: &[(String, Vec<u8>)],
        exceptions: Exceptions,
    ) -> Result<Verdict> {
        let check = self.checker();
        let [first, corrected] = files.map(|(name, bytes)| {
            let checked = check.check(&bytes);
            CorrectionFile { name, bytes, checked }
        });
        let mut verdict = Verdict::of(first, corrected, answers, exceptions);
        for file in [&verdict.first, &verdict.corrected] {
            if let Some(invoice) = file.checked.invoice().filter(|invoice| !caller.acts_for_a_party(invoice)) {
                return Err(not_a_party(invoice).about(&*file.name));
            }
        }
        if verdict.corrected.checked.invoice().is_none() {
            return Ok(verdict);
        }
        if let Some(book) = &self.book {
            let cause = format!("correct for {}", caller.name);
            book.enter_correction(&mut verdict, answers, self.environment(), self.now(), &cause)?;
        }
        Ok(verdict)
    }

    /// The number that KSeF gave an invoice, by what the caller may see of the book; none without a book.
    ///
    /// # Errors
    /// Those of the book.
    pub fn in_ksef(&self, caller: &Caller, invoice: &InvoiceHash) -> Result<Option<InKsef>> {
        let Some(book) = &self.book else { return Ok(None) };
        let entry = book.find(invoice)?.filter(|entry| sees(caller, entry));
        Ok(entry.and_then(|entry| {
            let number = entry.ksef_number()?.clone();
            Some(InKsef { number, has_offline_codes: entry.kod2().is_some() })
        }))
    }

    /// What KSeF must still get, the first day first; what waits for the end of an outage comes last.
    ///
    /// # Errors
    /// `book_missing` without a book; those of the book.
    pub fn due(&self, caller: &Caller) -> Result<Vec<Due>> {
        let mut found = Vec::new();
        let today = Day::of(self.now());
        self.book_of()?.each_due(&Filter::default(), &Calendar::default(), today, &mut |due| {
            if sees(caller, &due.entry) {
                found.push(due);
            }
            Ok(found.len() < MOST_DUE)
        })?;
        found.sort_by_key(|due| due.days_left.unwrap_or(i64::MAX));
        Ok(found)
    }

    /// Gives the invoices of the book that the caller may see, in the order in which they were entered, until `each` returns
    /// false.
    ///
    /// # Errors
    /// `book_missing` without a book; those of the book.
    pub fn entries(&self, caller: &Caller, filter: &Filter, each: &mut dyn FnMut(Entry) -> bool) -> Result<()> {
        self.book_of()?.each(filter, &mut |entry| Ok(!sees(caller, &entry) || each(entry)))
    }

    fn book_of(&self) -> Result<&Book> {
        let missing = || {
            let hint = "Whoever runs the service makes one by `ksef-qr book create PLACE`, and names it: --book PLACE.";
            Error::new(ErrorKind::BookMissing, "this service keeps no book").with_hint(hint)
        };
        self.book.as_deref().ok_or_else(missing)
    }

    /// The certificates that the caller may see, by the day by which each is to be replaced.
    pub fn certificates(&self, caller: &Caller) -> Vec<Expiry> {
        let mut expiries = self.signers.opened().expiries();
        expiries.retain(|expiry| match expiry.facts.owner {
            ksef_qr::credential::Owner::Nip(nip) => caller.acts_for(nip),
            _ => caller.owners.is_none(),
        });
        expiries
    }
}

/// In bytes: reading it takes less than a millisecond.
const LARGEST_SHORT: usize = 100_000;

/// No more are listed at once.
const MOST_DUE: usize = 100_000;

/// True for invoices of those for whom the caller acts: sellers, and whoever signed.
fn sees(caller: &Caller, entry: &Entry) -> bool {
    let signed_by = || entry.kod2().and_then(|kod2| kod2.signature.context.context.taxpayer());
    caller.acts_for(entry.facts.seller) || signed_by().is_some_and(|nip| caller.acts_for(nip))
}
