use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use ksef_qr::batch::{Batch, Bookkeeping, CodeSource, Drawing, Input, Interrupt, Manifest, Numbers, Observer};
use ksef_qr::batch::{Output, Source, Stamping};
use ksef_qr::book::{Book, Entry, Facts, Filter, SendBy, Statement};
use ksef_qr::check::{Checked, Checker};
use ksef_qr::correction::{Correction, Exceptions, Request};
use ksef_qr::deadline::{Calendar, Deadline, Schedule};
use ksef_qr::error::{ErrorKind, Warning};
use ksef_qr::manifest::{Record, Summary};
use ksef_qr::register::Expiry;
use ksef_qr::values::{Day, IssueDate};
use ksef_qr::verify::{Report, Verifier};
use ksef_qr::{Environment, Error, Invoice, Result};

use super::caller::Caller;
use super::order::{Order, Task, Upload};
use super::signers::Signers;

/// What tells the time: the system's clock, or that of a test.
pub type Clock = fn() -> SystemTime;

/// What a desk is made of.
#[derive(Debug)]
pub struct Settings {
    /// Who signs.
    pub signers: Signers,
    /// What keeps the codes that were given out; none for a service that remembers nothing.
    pub book: Option<Book>,
    /// What tells the time.
    pub clock: Clock,
}

/// Does what the service is for. Shared by all threads; each call takes a processor for as long as it lasts, so that it is to
/// be made on a [`Pool`](super::Pool).
#[derive(Debug)]
pub struct Desk {
    signers: Arc<Signers>,
    book: Option<Arc<Book>>,
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

/// An invoice that KSeF must still get.
#[derive(Clone, Debug)]
pub struct Due {
    /// The invoice.
    pub entry: Entry,
    /// By when.
    pub send_by: SendBy,
    /// From today; negative if it is overdue, none while the outage lasts.
    pub days_left: Option<i64>,
}

/// What came of a technical correction.
#[derive(Debug)]
pub struct Correcting {
    /// What a check found in the first file and in the corrected one.
    pub checked: [Checked; 2],
    /// None if the two could not be compared.
    pub correction: Option<Correction>,
    /// What somebody should look at.
    pub warnings: Vec<Warning>,
    /// What may be sent, or why it may not.
    pub request: Result<Request>,
    /// With a book: true if it was entered now, false if the book knew it.
    pub entered: Option<bool>,
}

impl Desk {
    /// Opens it.
    ///
    /// # Errors
    /// `book_wrong_environment`.
    pub fn new(settings: Settings) -> Result<Self> {
        let Settings { signers, book, clock } = settings;
        if let Some(book) = &book {
            book.check_environment(signers.environment())?;
        }
        Ok(Self { signers: Arc::new(signers), book: book.map(Arc::new), clock })
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

    /// Makes the codes of the invoices in an archive or a folder, into a folder with a manifest.
    ///
    /// # Errors
    /// Those of [`Batch::run`].
    pub fn batch_of(
        &self,
        caller: &Caller,
        order: &Order,
        source: Source,
        out: &Path,
        interrupt: &Interrupt,
        observer: &mut dyn Observer,
    ) -> Result<Summary> {
        self.batch(caller, order, vec![source], Output::Folder(out.to_owned())).run(interrupt, observer)
    }

    fn batch(&self, caller: &Caller, order: &Order, sources: Vec<Source>, output: Output) -> Batch {
        let environment = self.environment();
        let codes = match (&order.ksef_number, &order.task) {
            (Some(number), _) => CodeSource::Link { environment, numbers: Numbers::One(number.clone()) },
            (None, Task::Link) => CodeSource::Link { environment, numbers: Numbers::Beside },
            (None, _) => CodeSource::SignEach(Box::new(self.signers.of_caller(caller))),
        };
        let today = IssueDate::today(self.now());
        let manifest = Manifest::File(output.manifest());
        let mut batch = Batch::new(sources, codes, output, today);
        batch.manifest = manifest;
        batch.allow = order.allow;
        batch.schedule.clone_from(&order.schedule);
        let mut drawing = Drawing::none();
        drawing.formats.clone_from(&order.formats);
        (drawing.style, drawing.level) = (order.style, order.level);
        drawing.document = match &order.task {
            Task::Sign | Task::Link => None,
            Task::Stamp(stamp, mismatch) => Some(Box::new(Stamping::new(stamp.clone()).on_mismatch(*mismatch))),
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
        Checker::new(self.environment(), IssueDate::today(self.now()))
    }

    /// Verifies codes against the invoices given, the certificates that sign here, and the book.
    pub fn verify(&self, inquiry: Inquiry) -> Vec<Report> {
        let mut verifier = Verifier::new(self.now());
        for issuer in self.signers.opened().issuers() {
            let certificate = issuer.credential().certificate();
            verifier = verifier.with_certificate(certificate.serial().to_string(), certificate.clone());
        }
        for (name, bytes) in inquiry.invoices {
            verifier = verifier.with_invoice(name, bytes);
        }
        if let Some(book) = &self.book {
            verifier = verifier.with_book(book.clone());
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
        [first, corrected]: [&[u8]; 2],
        answers: &[Vec<u8>],
        exceptions: Exceptions,
    ) -> Result<Correcting> {
        let by_rules = self.checker();
        let checked = [first, corrected].map(|bytes| by_rules.check(bytes));
        let compared = Correction::between(first, corrected);
        let correction = compared.as_ref().ok().cloned();
        let mut correcting = Correcting {
            checked,
            correction,
            warnings: Vec::new(),
            request: Err(Error::new(ErrorKind::Internal, "nothing was judged")),
            entered: None,
        };
        correcting.request = correcting.judge(compared, answers, exceptions);
        let Some(invoice) = correcting.checked[1].invoice() else { return Ok(correcting) };
        if !acts_for_a_party(caller, invoice) {
            let message = format!("the invoice is {}'s, for whom this caller may not sign", invoice.seller());
            return Err(Error::new(ErrorKind::SignerNotPermitted, message));
        }
        if let (Some(book), Ok(_), Some(correction)) = (&self.book, &correcting.request, &correcting.correction) {
            let now = self.now();
            let mut said = Vec::new();
            for answer in answers {
                let statements = Statement::read(answer, self.environment(), "the answer", now)?;
                let of_first = statements.into_iter().filter(|statement| statement.hash == *correction.first());
                said.extend(of_first.map(|statement| (statement.hash, statement.event)));
            }
            book.record(&said)?;
            let cause = format!("correct for {}", caller.name);
            match book.correct(correction.first(), &Facts::from(invoice), now, &cause) {
                Ok(is_new) => correcting.entered = Some(is_new),
                Err(error) if error.is_invoice() || error.kind() == ErrorKind::BookContradiction => {
                    correcting.request = Err(error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(correcting)
    }

    /// What KSeF must still get, the first day first; what waits for the end of an outage comes last.
    ///
    /// # Errors
    /// `book_missing` without a book; those of the book.
    pub fn due(&self, caller: &Caller) -> Result<Vec<Due>> {
        let today = Day::of(self.now());
        let calendar = Calendar::default();
        let mut filter = Filter::default();
        filter.is_open = true;
        let mut found = Vec::new();
        self.entries(caller, &filter, &mut |entry| {
            if let Some(send_by) = entry.due(&calendar) {
                let days_left = send_by.day().map(|day| today.days_until(day));
                found.push(Due { entry, send_by, days_left });
            }
            found.len() < MOST_DUE
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
        let missing = || Error::new(ErrorKind::BookMissing, "this service keeps no book");
        let book = self.book.as_ref().ok_or_else(missing)?;
        book.each(filter, &mut |entry| {
            let is_seen = caller.acts_for(entry.facts.seller)
                || entry
                    .kod2()
                    .and_then(|kod2| kod2.signature.context.context.taxpayer())
                    .is_some_and(|nip| caller.acts_for(nip));
            Ok(!is_seen || each(entry))
        })
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

/// No more are listed at once.
const MOST_DUE: usize = 100_000;

fn acts_for_a_party(caller: &Caller, invoice: &Invoice) -> bool {
    let buyer = invoice.buyer().nip().filter(|_| invoice.is_self_billed());
    caller.acts_for(invoice.seller()) || buyer.is_some_and(|nip| caller.acts_for(nip))
}

impl Correcting {
    /// What was compared is kept, whatever comes of it.
    fn judge(&mut self, compared: Result<Correction>, answers: &[Vec<u8>], exceptions: Exceptions) -> Result<Request> {
        // Why the corrected file could not be read is among what the check found.
        Correction::check_corrected(&self.checked[1])?;
        let mut correction = compared?;
        let mut of_another = None;
        for answer in answers {
            match correction.clone().after(answer) {
                Ok(after) => correction = after,
                // One page of several names the file.
                Err(error) if error.kind() == ErrorKind::RefusalOfAnotherFile => _ = of_another.get_or_insert(error),
                Err(error) => return Err(error),
            }
        }
        if let (Some(error), None) = (of_another, correction.refusal()) {
            return Err(error);
        }
        self.correction = Some(correction.clone());
        self.warnings = correction.judge(exceptions)?;
        self.warnings.extend(correction.doubt(&self.checked[0]));
        Ok(correction.request())
    }
}
