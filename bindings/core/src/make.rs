//! Codes and documents, over all processors.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::{mem, thread};

use ksef_qr::batch::{Batch, Bookkeeping, CodeSource, Drawing, Input, Numbers, Output};
use ksef_qr::error::ErrorKind;
use ksef_qr::manifest::{CodeRecord, Done, InvoiceOutcome, Picture, Record};
use ksef_qr::values::IssueDate;
use ksef_qr::{Environment, Error, KsefNumber, PictureFormat, Result};

use crate::answer::{Answer, Item};
use crate::book::Book;
use crate::issuer::Issuer;
use crate::options::{COMMON, Options, PAPER, PICTURES, PLACE, WHEN};

/// Files that belong to one invoice. What the caller keeps is not copied before a thread works on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File<'f> {
    /// What people call it.
    pub name: Cow<'f, str>,
    /// The invoice's exact bytes; none if the PDF holds the invoice.
    pub xml: Option<Cow<'f, [u8]>>,
    /// The PDF that shows it, to be stamped.
    pub pdf: Option<Cow<'f, [u8]>>,
}

impl File<'_> {
    fn into_input(self) -> Input {
        let owned = |bytes: Option<Cow<'_, [u8]>>| bytes.map(Cow::into_owned);
        Input::Memory { name: self.name.into_owned(), xml: owned(self.xml), pdf: owned(self.pdf) }
    }
}

/// So many invoices are done together, and entered in a book at once.
const LARGEST_GROUP: usize = 64;

/// How the document of an invoice is called in its item.
const DOCUMENT: &str = "document.pdf";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    Sign,
    Link,
    Stamp,
    Confirm,
}

impl Task {
    fn name(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Link => "link",
            Self::Stamp => "stamp",
            Self::Confirm => "confirm",
        }
    }
}

/// KOD I and KOD II of offline invoices. A refused invoice is an item and no error.
///
/// # Errors
/// `setting_malformed`; those of the book.
pub fn sign(issuer: &Issuer, book: Option<&Book>, files: Vec<File<'_>>, options: &str) -> Result<Answer> {
    let options = Options::read(options, &[COMMON, WHEN, PICTURES, &["allow"]])?;
    make(Task::Sign, Some(issuer), book, files, &options)
}

/// KOD I alone; with `ksef_number`, of one invoice, with the number under it.
///
/// # Errors
/// As [`sign`].
pub fn link(book: Option<&Book>, files: Vec<File<'_>>, options: &str) -> Result<Answer> {
    let options = Options::read(options, &[COMMON, WHEN, PICTURES, &["allow", "environment", "ksef_number"]])?;
    make(Task::Link, None, book, files, &options)
}

/// The codes on PDFs. Without an issuer an invoice gets KOD I alone, under its `ksef_number`.
///
/// # Errors
/// As [`sign`].
pub fn stamp(issuer: Option<&Issuer>, book: Option<&Book>, files: Vec<File<'_>>, options: &str) -> Result<Answer> {
    let options = Options::read(
        options,
        &[COMMON, WHEN, PICTURES, PLACE, &["allow", "environment", "ksef_number", "pdf_password"]],
    )?;
    make(Task::Stamp, issuer, book, files, &options)
}

/// Confirmations of transactions, for buyers.
///
/// # Errors
/// As [`sign`].
pub fn confirm(issuer: &Issuer, book: Option<&Book>, files: Vec<File<'_>>, options: &str) -> Result<Answer> {
    let options = Options::read(options, &[COMMON, WHEN, PICTURES, PAPER, &["allow"]])?;
    make(Task::Confirm, Some(issuer), book, files, &options)
}

fn make(
    task: Task,
    issuer: Option<&Issuer>,
    book: Option<&Book>,
    files: Vec<File<'_>>,
    options: &Options,
) -> Result<Answer> {
    let number: Option<KsefNumber> = options.parsed("ksef_number")?;
    if number.is_some() && files.len() > 1 {
        return Err(refuse("one ksef_number is of one invoice, and several are given"));
    }
    let environment = options.environment()?;
    if let (Some(issuer), Some(environment)) = (issuer, environment)
        && issuer.environment() != environment
    {
        let message = format!("the issuer is for {}, and environment is {environment}", issuer.environment());
        return Err(refuse(message));
    }
    let (now, is_rehearsed) = options.now()?;
    let of_issuer = issuer.map(Issuer::environment);
    let environment = environment.or(of_issuer).unwrap_or(Environment::Prod);
    let codes = match (number, issuer) {
        (Some(number), _) => CodeSource::Link { environment, numbers: Numbers::One(number) },
        (None, _) if task == Task::Link => CodeSource::Link { environment, numbers: Numbers::None },
        (None, Some(issuer)) => CodeSource::SignEach(issuer.at(now)),
        (None, None) => return Err(refuse("give an issuer, or the ksef_number of the invoice")),
    };
    let mut batch = Batch::new(Vec::new(), codes, Output::Manifest, IssueDate::today(now));
    batch.rehearsed_at = is_rehearsed.then_some(now);
    batch.allow = options.allow()?;
    batch.schedule = options.schedule()?;
    let usual: &[PictureFormat] = if matches!(task, Task::Sign | Task::Link) { &[PictureFormat::Png] } else { &[] };
    let mut drawing = Drawing::none();
    drawing.formats = options.formats(usual)?;
    (drawing.style, drawing.level) = (options.style()?, options.level()?);
    drawing.document = match task {
        Task::Sign | Task::Link => None,
        Task::Stamp => {
            let password = options.text("pdf_password")?.map(|text| text.as_bytes().to_vec().into());
            Some(Box::new(options.stamping()?.with_password(password)))
        }
        Task::Confirm => Some(Box::new(options.confirming()?)),
    };
    batch.drawing = drawing;
    batch.book = book.map(|book| Bookkeeping::new(book.0.clone(), task.name()));
    // The library's stages take whatever is there; which of the two a task is about, they leave to the caller.
    if let Some(file) = files.iter().find(|file| file.pdf.is_some() && task != Task::Stamp) {
        return Err(refuse(format!("{}: {} takes the invoice alone, and a PDF is given", file.name, task.name())));
    }
    let jobs = options.jobs(files.len())?;
    let files = match <[File<'_>; 1]>::try_from(files) {
        // Whoever asks for its line waits for it; of several, the threads make them all at once.
        Ok([File { name, xml: Some(Cow::Borrowed(xml)), pdf: None }]) => {
            return Ok(Answer { items: vec![item(batch.one_lent(name, xml)?)] });
        }
        Ok([file]) => return Ok(Answer { items: vec![item(batch.one(file.into_input())?)] }),
        Err(files) => files,
    };
    let items = over_all(jobs, in_groups(files, jobs, book.is_some()), |group| {
        let inputs = group.into_iter().map(File::into_input);
        let records = batch.several(inputs.collect())?;
        Ok(records.into_iter().map(|record| item(record).settled()).collect::<Vec<_>>())
    });
    let groups: Vec<Vec<Item>> = items.into_iter().collect::<Result<_>>()?;
    Ok(Answer { items: groups.into_iter().flatten().collect() })
}

/// Several at a time; fewer towards the end, so that no thread waits long for another. By a book all groups are of one size, because
/// a transaction costs as much for few as for many.
fn in_groups(files: Vec<File<'_>>, jobs: usize, by_book: bool) -> Vec<Vec<File<'_>>> {
    let share = |left: usize| (left / (4 * jobs)).clamp(1, LARGEST_GROUP);
    let all = share(files.len());
    let mut groups = Vec::new();
    let mut files = files.into_iter();
    loop {
        let size = if by_book { all } else { share(files.len()) };
        let group: Vec<File<'_>> = files.by_ref().take(size).collect();
        if group.is_empty() {
            return groups;
        }
        groups.push(group);
    }
}

fn refuse(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::SettingMalformed, message)
}

/// Does each piece of work, on so many threads, and gives what came of them in order.
pub(crate) fn over_all<T: Send, U: Send>(jobs: usize, work: Vec<T>, each: impl Fn(T) -> U + Sync) -> Vec<U> {
    if jobs <= 1 {
        return work.into_iter().map(each).collect();
    }
    let queue = Mutex::new(work.into_iter().enumerate());
    let worker = || {
        let mut done = Vec::new();
        loop {
            // Taken and let go before the work begins.
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((at, piece)) = next else { return done };
            done.push((at, each(piece)));
        }
    };
    let mut done = thread::scope(|scope| {
        // The caller's own thread works too. A machine that gives no more threads gets the work done all the same.
        let others: Vec<_> =
            (1..jobs).filter_map(|_| thread::Builder::new().spawn_scoped(scope, worker).ok()).collect();
        let mut done = worker();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}

/// Pictures stand beside the line, and the line names them.
fn item(mut record: Record) -> Item {
    let buffers = match &mut record.outcome {
        InvoiceOutcome::Done(done) => taken_out(done),
        InvoiceOutcome::Kept(_) | InvoiceOutcome::Refused(_) => Vec::new(),
    };
    Item::of_invoice(record).with_buffers(buffers)
}

fn taken_out(done: &mut Done) -> Vec<(&'static str, Vec<u8>)> {
    let codes = 1 + usize::from(done.kod2.is_some());
    let mut buffers = Vec::with_capacity(codes * done.kod1.pictures.len() + usize::from(done.document.is_some()));
    pictures(0, &mut done.kod1, &mut buffers);
    if let Some(kod2) = &mut done.kod2 {
        pictures(1, &mut kod2.code, &mut buffers);
    }
    if let Some(document) = &mut done.document {
        take(DOCUMENT, &mut document.place, &mut buffers);
    }
    buffers
}

fn pictures(code: usize, record: &mut CodeRecord, buffers: &mut Vec<(&'static str, Vec<u8>)>) {
    for (format, picture) in &mut record.pictures {
        take(picture_name(*format)[code], picture, buffers);
    }
}

/// What the picture of KOD I and that of KOD II are called, and that of a code that is neither.
pub(crate) fn picture_name(format: PictureFormat) -> [&'static str; 3] {
    match format {
        PictureFormat::Svg => ["kod1.svg", "kod2.svg", "code.svg"],
        PictureFormat::Pdf => ["kod1.pdf", "kod2.pdf", "code.pdf"],
        _ => ["kod1.png", "kod2.png", "code.png"],
    }
}

/// The line would hold it in Base64.
fn take(name: &'static str, picture: &mut Picture, buffers: &mut Vec<(&'static str, Vec<u8>)>) {
    if let Picture::Bytes(bytes) = mem::replace(picture, Picture::File(name.to_owned())) {
        buffers.push((name, bytes));
    }
}
